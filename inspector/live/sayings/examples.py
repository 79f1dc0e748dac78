"""Examples of a docstring, run: what upstream's own tests run, what they skip, and the outputs that are written down.

In: a bench. Out: Heard, one for each example. The text that is run is torch's own, in the child.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from inspector.live.sayings.bench import Bench, Heard, Otherwise, Statement, words_of

_DIRECTIVE = re.compile(r"#\s*x?doctest:\s*([+-])\s*SKIP(?:\(\s*[\"']?(.*?)[\"']?\s*\))?")
_CHECK = (
    "import doctest as _d\n"
    "def _want(got, want):\n"
    "    if not _d.OutputChecker().check_output(want, got + chr(10), _d.ELLIPSIS | _d.NORMALIZE_WHITESPACE):\n"
    "        raise AssertionError(f'it gives {got}, and {want.strip()} is written')\n"
)
_HEADING = re.compile(r" *[A-Z][\w ]*:{1,2}\s*$")


class Typed(NamedTuple):
    """A line that is typed, with those that continue it, and what is written below as its output."""

    source: str
    want: str
    at: int


class Example(NamedTuple):
    """One example: what is typed."""

    lines: tuple[Typed, ...]
    at: int

    def program(self, *, whole: bool) -> str:
        """Its lines as one program; only those before a directive to skip the rest, or all of them without their outputs."""
        return "".join(_line(each, whole) for each in (self.lines if whole else self._kept()))

    def _kept(self) -> list[Typed]:
        kept, skipping = [], False
        for each in self.lines:
            directive = _DIRECTIVE.search(each.source)
            alone = each.source.lstrip().startswith("#")
            if directive and alone:
                skipping = directive[1] == "+"
            elif not skipping and not (directive and directive[1] == "+"):
                kept.append(each)
        return kept

    def skipped(self) -> str | None:
        """What upstream gives as its reason to skip some of it; None where it skips nothing."""
        found = [match for each in self.lines if (match := _DIRECTIVE.search(each.source)) and match[1] == "+"]
        return (found[0][2] or "") if found else None


def examples(text: str) -> list[Example]:
    """The examples of a docstring: lines that are typed, those under one heading together. A comment is a line like any other."""
    groups: list[list[Typed]] = []
    at, apart, open_ended = 0, True, False
    for line in text.splitlines(keepends=True):
        words = line.strip()
        if words.startswith(">>>"):
            groups += [[]] if apart else []
            groups[-1].append(Typed(words[4:] + "\n", "", at))
            apart, open_ended = False, True
        elif open_ended and words:
            last = groups[-1][-1]
            more = words.startswith("...") and not last.want
            groups[-1][-1] = last._replace(source=last.source + words[4:] + "\n") if more else last._replace(want=last.want + words + "\n")
        else:
            open_ended = False
            apart = apart or _HEADING.match(line) is not None
        at += len(line)
    return [Example(tuple(group), group[0].at) for group in groups]


def heard(bench: Bench) -> Iterator[Heard]:
    """Every example, run."""
    for number, example in enumerate(examples(bench.said.text)):
        name = "the documented example" if not number else f"documented example {number + 1}"
        statement = Statement("example", example.lines[0].source, example.at)
        kept, reason = example.program(whole=False), example.skipped()
        if kept:
            yield _run(bench, statement, (name, kept), "")
        if reason is not None:
            note = f"; upstream marks that part to be skipped in its own tests{f': {reason}' if reason else ''}"
            yield _run(bench, statement, (f"{name}, as a whole" if kept else name, example.program(whole=True)), note)


def _run(bench: Bench, statement: Statement, what: tuple[str, str], note: str) -> Heard:
    name, program = what
    outcome = bench.program(_CHECK + program if "_want(" in program else program)
    if outcome.status == "value":
        return bench.agrees(statement, f"it runs{note}")
    text = words_of(outcome)
    told = f"The example of the documentation does not run{' as a whole' if note else ''}: {text}{'' if text.endswith('.') else '.'}"
    if note:
        told = f"{told[:-1]}{note}."
    return bench.contradicts(statement, Otherwise(name, told, text, "it runs", program))


def _line(example: Typed, whole: bool) -> str:
    """A typed line; where its output is written down and is to be held against it, the comparison."""
    if whole or not example.want:
        return example.source
    try:
        tree = ast.parse(example.source, mode="eval")
    except SyntaxError:
        return example.source
    return f"_want(repr({ast.unparse(tree)}), {example.want!r})\n"
