"""A notebook's bytes -> the Python in its code cells as one text, with the cell and line that each of its lines came from.

In: a file of JSON as Jupyter writes it. Out: a Notebook. Nothing is run; what IPython alone understands is left out, line by line.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

ENDING = ".ipynb"
LARGEST = 64 << 20
"""Bytes of a notebook that is read: it holds pictures too."""
_MAGIC = re.compile(r"\s*([%!?]|[\w.,\s]+=\s*[%!]|[^#'\"]*\?\s*$)")
"""How a line begins, or ends, that is for IPython and not Python: `%matplotlib`, `!pip`, `files = !ls`, `loss?`."""
_TIMED = re.compile(r"%(?:time|timeit|prun)\s+(?=[^-\s])")
"""Those magics whose line goes on with Python."""


class Cell(NamedTuple):
    """One code cell that cannot be read."""

    number: int
    reason: str
    """One clause."""


class Notebook(NamedTuple):
    """What is read of one."""

    text: str
    """The Python of all cells that can be parsed."""
    places: tuple[tuple[int, int], ...]
    """For each line of the text its cell, counted from 1 with the cells of prose, and its line in that."""
    unread: tuple[Cell, ...]


def read(data: bytes) -> Notebook:
    """The Python of a notebook; raises ValueError with one clause where it is none, or one of another language."""
    lines: list[str] = []
    places: list[tuple[int, int]] = []
    unread: list[Cell] = []
    for number, source in _code(data):
        try:
            text = _python(source)
        except (SyntaxError, ValueError) as error:
            unread.append(Cell(number, _why(error, source)))
            continue
        own = text.split("\n")
        lines += own
        places += [(number, line) for line in range(1, len(own) + 1)]
    return Notebook("\n".join(lines), tuple(places), tuple(unread))


def _code(data: bytes) -> Iterator[tuple[int, str]]:
    """Each code cell: its number and what is written in it."""
    try:
        found: Any = json.loads(data)
        cells = found["cells"] if "cells" in found else [cell for sheet in found["worksheets"] for cell in sheet["cells"]]
        about = found.get("metadata", {})
        language = about.get("language_info", {}).get("name") or about.get("kernelspec", {}).get("language") or "python"
        sources = [(number, _source(cell)) for number, cell in enumerate(cells, 1) if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError("it is not a notebook that can be read") from None
    if not str(language).lower().startswith(("python", "ipython")):
        raise ValueError(f"it is a notebook of {str(language)[:40]}")
    yield from sources


def _source(cell: Any) -> str:
    given = cell["source"] if "source" in cell else cell["input"]
    return (given if isinstance(given, str) else "".join(given)).replace("\r\n", "\n").replace("\r", "\n")


def _python(source: str) -> str:
    """A cell as it is where it is Python, else without what is for IPython, the lines staying where they are; raises SyntaxError."""
    for text in (source, _without_magics(source)):
        try:
            _parsed(text)
        except SyntaxError as error:
            wrong = error
        else:
            return text
    raise wrong


def _parsed(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ast.parse(text)


def _without_magics(source: str) -> str:
    lines, goes_on = [], False
    for line in source.split("\n"):
        if goes_on:
            lines.append("")
        else:
            lines.append(_rest(line) if _MAGIC.match(line) else line)
        goes_on = (goes_on or bool(_MAGIC.match(line))) and line.rstrip().endswith("\\")
    return "\n".join(lines)


def _rest(line: str) -> str:
    """What is left of a line for IPython: the Python behind `%time`, else nothing that does anything."""
    indent = line[: len(line) - len(line.lstrip())]
    timed = _TIMED.match(line.strip())
    rest = line.strip()[timed.end() :] if timed else "pass"
    try:
        _parsed(rest)
    except SyntaxError:
        rest = "pass"
    return indent + rest


def _why(error: Exception, source: str) -> str:
    first = source.strip().split("\n")[0].split(" ")[0]
    if first.startswith("%%"):
        return f"it begins with {first[:40]}"
    if isinstance(error, SyntaxError):
        return f"it is not Python that this one reads: {error.msg}" + (f", line {error.lineno}" if error.lineno else "")
    return "it is not text that Python reads"
