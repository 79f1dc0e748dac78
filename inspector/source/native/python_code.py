"""torch's own Python code for an operator: where it registers a decomposition or a reference.

In: the files that do so. Out: name of an operator -> Decompositions. A text search for the decorators; nothing is imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from inspector.below import Decomposition
from inspector.source.native.files import File

_DECORATOR = re.compile(r"^@(register_decomposition|_make_elementwise_\w+_reference)\(", re.MULTILINE)
_DEFINED = re.compile(r"^def (\w+)\(", re.MULTILINE)
_OPERATOR = re.compile(r"\baten\.([A-Za-z_]\w*(?:\.\w+)?)")


class _Place(NamedTuple):
    """A function that is registered, before its line is counted."""

    file: File
    name: str
    at: int


class PythonCode:
    """Look-ups in what some files register."""

    def __init__(self, files: list[File]) -> None:
        self._found: dict[str, list[_Place]] = {}
        for file in files:
            for operator, place in _registered(file):
                self._found.setdefault(operator, []).append(place)

    def of(self, name: str) -> tuple[Decomposition, ...]:
        """What is registered for an operator by name and overload, or for all overloads of it."""
        base = name.partition(".")[0]
        spelled = (base, name if "." in name else f"{name}.default")
        return tuple(_made(place) for each in dict.fromkeys(spelled) for place in self._found.get(each, ()))


def _made(place: _Place) -> Decomposition:
    kind: Literal["decomposition", "reference"] = "decomposition" if "/_decomp/" in place.file.name else "reference"
    return Decomposition(kind, place.name, place.file.name, place.file.text.count("\n", 0, place.at) + 1)


def _registered(file: File) -> Iterator[tuple[str, _Place]]:
    for decorator in _DECORATOR.finditer(file.text):
        end = _closing(file.text, decorator.end())
        defined = _DEFINED.search(file.text, end)
        if defined is not None:
            said = file.text[decorator.end() : end]
            for operator in _operators(decorator[1], said, defined[1]):
                yield operator, _Place(file, defined[1], defined.start())


def _operators(decorator: str, said: str, function: str) -> list[str]:
    """What a decorator registers: the operators it names, or for those that make a reference the one of the function's own name."""
    if decorator == "register_decomposition":
        return _OPERATOR.findall(said)
    given = re.search(r"\baten_op=([\w.]+)", said)
    return [function] if given is None else _OPERATOR.findall(given[1])


def _closing(text: str, at: int) -> int:
    """Where the bracket closes that was opened just before."""
    depth = 1
    while depth and at < len(text):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        at += 1
    return at
