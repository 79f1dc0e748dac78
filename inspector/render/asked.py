"""What people ask of a class -> rows to lay out, and lines for a terminal: the answers, and the code whose results they are.

In: the Answers of a Report. Out: rows, and for each the Python that gives its figures when pasted. It judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from inspector.render.ink import Line, Look, Span, wrap
from inspector.report import Answer, BarsShown, NodesShown, Number, Record, TableShown

INDENT = (Span("  "),)
DEEPER = (Span("    "),)
CONTINUED = 4
WIDEST_TEXT = 110
_IMPORTS = {
    "math": "import math", "warnings": "import warnings", "torch": "import torch", "F": "import torch.nn.functional as F",
    "nn": "from torch import nn",
}  # fmt: skip
_MARKS = {"pass": "", "fail": "✗ not so on this torch: ", "not_run": ""}


class Row(Record, frozen=True):
    """One question and its answer."""

    id: str
    question: str
    answer: str
    """One sentence, or all of it where everything is unfolded."""
    bad: bool
    code: tuple[str, ...] = ()
    """Lines of Python, with what came of each; only where everything is unfolded."""
    shown: tuple[str, ...] = ()
    """Its tables and bars, a line a row; only where everything is unfolded."""


class Asked(Record, frozen=True):
    """What people ask of a class."""

    rows: tuple[Row, ...]
    folded: tuple[str, ...] = ()
    """Questions that are answered too, and not shown."""


def asked(answers: Sequence[Answer], *, verbose: bool = False) -> Asked:
    """The rows to show: all where verbose, else those that answer one of the questions asked most, or that went wrong."""
    shown = [each for each in answers if verbose or each.asks or each.status != "pass"]
    if not any(each.asks for each in answers):
        shown = list(answers)
    return Asked(tuple(_row(each, verbose) for each in shown), tuple(each.question for each in answers if each not in shown))


def _row(answer: Answer, verbose: bool) -> Row:
    said = _MARKS[answer.status] + (answer.text if verbose else answer.brief or answer.text)
    return Row(
        answer.id, answer.question, said, answer.status == "fail", *((tuple(code(answer)), tuple(lines_of(answer))) if verbose else ())
    )


def lines_of(answer: Answer) -> Iterator[str]:
    """The tables and bars of an answer as lines of text: a title, and a row each."""
    for one in answer.shown:
        if isinstance(one, TableShown):
            yield f"{one.title}:"
            yield from (" · ".join(filter(None, row)).replace("`", "") for row in (one.columns, *one.rows))
        elif isinstance(one, BarsShown):
            yield f"{one.title}:"
            yield from (f"{name}: {_short(value)}" for name, value in zip(one.names, one.values, strict=True))
        elif isinstance(one, NodesShown):
            yield f"{one.title}: {len(one.names)} nodes, the first {', '.join(one.names[:3])}"
        else:
            yield f"{one.title}: {one.file}, lines {one.first} to {one.last}"


def code(answer: Answer) -> Iterator[str]:
    """The Python that was run, line by line, with what came of it in comments."""
    lines = answer.program.splitlines()
    yield from lines
    if lines and lines[-1].startswith(" "):
        yield ""
    for name, expression in answer.given.items():
        yield f"{name} = {expression}"
    came = {name: _short(value) for name, value in answer.numbers.items()} | answer.texts
    for name, expression in answer.code.items():
        raised = "raises: " if name in answer.refused else "warns: " if name in answer.warned else ""
        bound = "" if raised or name == expression else f"{name} = "
        yield f"{bound}{expression}  # {raised}{came.get(name, 'not run')}"


def _short(value: Number) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def snippet(answer: Answer) -> str:
    """The same, to be pasted: what it needs is imported first."""
    lines = list(code(answer))
    answered = "\n".join(lines)
    needed = [line for name, line in _IMPORTS.items() if re.search(rf"(?<![\w.]){name}\b", answered)]
    return "\n".join([*needed, "", answered]) + "\n"


def section(answers: Sequence[Answer], look: Look) -> Iterator[Line]:
    """The part of a report; nothing where nobody asked."""
    page = asked(answers, verbose=look.verbose)
    width = min(look.width, WIDEST_TEXT)
    yield (Span("What people ask", "heading"),)
    for row in page.rows:
        if look.verbose:
            yield ()
        yield from wrap([Span(row.question, "name")], width, INDENT, INDENT)
        yield from wrap([Span(row.answer, "bad" if row.bad else "")], width, DEEPER, DEEPER)
        for line in row.shown:
            yield from wrap([Span(line)], look.width, (Span("      "),), (Span("          "),))
        for line in row.code:
            inside = (Span(" " * (len(line) - len(line.lstrip()) + 6)),)
            yield from wrap([Span(line.lstrip(), "quiet")], look.width, inside, (*inside, Span(" " * CONTINUED))) if line else [()]
    more = f"Answered too: {' '.join(page.folded)} " if page.folded else ""
    if not look.verbose:
        yield from wrap([Span(f"{more}-v shows all of it, with the code that ran.", "quiet")], width, INDENT, INDENT)
