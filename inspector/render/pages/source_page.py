"""The pages of torch's own files: each file whole, every line an anchor, the names that a trace resolved as links.

In: a Book. Out: source/FILE.md for every file it quotes. A name leads only where a trace of some loss resolved that very call; what no
trace passes through stays plain text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby

from markupsafe import Markup

from inspector.book import Book
from inspector.render import explain
from inspector.render.highlight import Anchor, Mark, highlighted
from inspector.render.html import Html
from inspector.render.pages import quoting
from inspector.render.pages.environment import render
from inspector.render.pages.page import Page, to_top
from inspector.render.pages.quoting import Calls, Target
from inspector.render.pages.shipped import shipped
from inspector.render.places import place
from inspector.render.python_text import defines, lines_of
from inspector.report import Record, Report, Step

MOST_NAMED = 4
"""Losses named in the tooltip of a line; more are counted."""


class Traced(Record, frozen=True):
    """What the traces of all losses say of one file."""

    calls: Calls
    """Line and text of a call -> the definitions it leads to."""
    passed: dict[int, tuple[str, ...]]
    """Line -> the losses whose calls, or whose construction, pass there."""
    definitions: dict[int, str]
    """Line of a definition -> its qualified name."""


class Group(Record, frozen=True):
    """Losses that pass the same lines."""

    id: str
    losses: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    """First and last line of each stretch."""
    every: bool
    """Whether these are all the losses of the book."""


class Fork(Record, frozen=True):
    """A name that leads to several definitions."""

    id: str
    line: int
    text: str
    targets: tuple[Target, ...]


def pages(book: Book) -> Iterator[Page]:
    """A page for each file that the book quotes, and the licence they are quoted under; of a torch that was only read the licence alone."""
    if book.sources:
        yield Page("source/licence.md", render("source/licence.md", notice=shipped("NOTICE").read_text(encoding="utf-8")))
    if book.is_read_only:
        return
    traced = trace_of_files(book)
    nothing = Traced({}, {}, {})
    yield from (_page(book, file, traced.get(file, nothing)) for file in sorted(book.sources))


def _page(book: Book, file: str, traced: Traced) -> Page:
    path = f"source/{file}.md"
    top, groups = to_top(path), tuple(_groups(traced.passed, len(book.chapters)))
    said = {
        "file": file,
        "release": book.release,
        "github": place(file, 1, book.release).url,
        "code": Markup(_code(book, file, traced, groups)),
        "lines": len(lines_of(book.sources[file])),
        "passed": len(traced.passed),
        "groups": groups,
        "forks": tuple(_forks(traced.calls)),
        "reached": sorted(traced.definitions.items()),
    }
    return Page(path, render("source/page.md", top=top, short=explain.short, href=partial(quoting.href, book, top=top), **said))


def _code(book: Book, file: str, traced: Traced, groups: Iterable[Group]) -> Html:
    text, top = book.sources[file], to_top(f"source/{file}")
    return highlighted(
        text,
        links=quoting.links(text, traced.calls, book, top, fork="#leads-"),
        marked=_marks(groups, top),
        anchors=_anchors(text, traced.definitions),
    )


# -- what the traces say ------------------------------------------------------------------------------------------------


def trace_of_files(book: Book) -> dict[str, Traced]:
    """What the traces of every loss of the book say, by file."""
    steps: dict[str, list[Step]] = defaultdict(list)
    passed: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    definitions: dict[str, dict[int, str]] = defaultdict(dict)
    for loss, report in _reports(book):
        for target in _defined(report):
            definitions[target.file].setdefault(target.line, target.name)
        for step in _steps(report):
            steps[step.call_file].append(step)
            if step.taken != "false":
                _pass(passed, loss, step)
    return {
        file: Traced(
            quoting.calls_of(steps[file], file),
            {line: tuple(sorted(losses, key=str.lower)) for line, losses in sorted(passed[file].items())},
            definitions[file],
        )
        for file in book.sources
    }


def _steps(report: Report) -> Iterator[Step]:
    yield from report.call_trace.steps
    yield from report.construction_trace.calls


def _reports(book: Book) -> Iterator[tuple[str, Report]]:
    for chapter in book.chapters:
        yield from ((chapter.name, report) for report in (chapter.report, *(variant.report for variant in chapter.variants)))


def _defined(report: Report) -> Iterator[Target]:
    """Every definition the report places: classes, members, and what its calls reach."""
    yield from (Target(entry.file, entry.line, entry.qualified_name) for entry in report.mro)
    yield from (Target(member.file, member.line, f"{member.owner}.{name}") for name, member in report.members.items())
    for step in _steps(report):
        if step.taken != "false" and step.kind in ("python", "attribute"):
            yield Target(step.callee_file, step.callee_line, step.callee)


def _pass(passed: dict[str, dict[int, set[str]]], loss: str, step: Step) -> None:
    for file, line in ((step.call_file, step.call_line), (step.callee_file, step.callee_line)):
        if file and line:
            passed[file][line].add(loss)


# -- what is made of it -------------------------------------------------------------------------------------------------


def _forks(calls: Calls) -> Iterator[Fork]:
    """The calls that lead to several definitions, those of one line together."""
    several = [(line, text, targets) for (line, text), targets in calls.items() if len(targets) > 1]
    for line, same in groupby(several, key=lambda one: one[0]):
        rows = list(same)
        yield Fork(f"leads-{line}", line, rows[0][1], tuple(sorted({target for row in rows for target in row[2]})))


def _groups(passed: Mapping[int, tuple[str, ...]], whole: int) -> Iterator[Group]:
    """The lines by who passes them, in the order of the file."""
    by: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for line, losses in passed.items():
        by[losses].append(line)
    for place_, (losses, lines) in enumerate(by.items(), 1):
        yield Group(f"who-{place_}", losses, tuple(_spans(lines)), len(losses) == whole > 1)


def _spans(lines: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Neighbouring lines as one stretch."""
    for _, run in groupby(enumerate(lines), key=lambda pair: pair[1] - pair[0]):
        numbers = [line for _, line in run]
        yield numbers[0], numbers[-1]


def _marks(groups: Iterable[Group], top: str) -> dict[int, Mark]:
    """Line -> its mark: straight to the loss where only one passes, else to the list of them."""
    marks: dict[int, Mark] = {}
    for group in groups:
        alone = len(group.losses) == 1
        who = "every loss" if group.every else explain.some(group.losses, MOST_NAMED)
        mark = Mark(f"{top}losses/{group.losses[0]}.html#call" if alone else f"#{group.id}", who)
        marks |= {line: mark for first, last in group.spans for line in range(first, last + 1)}
    return marks


def _anchors(text: str, definitions: Mapping[int, str]) -> dict[int, Anchor]:
    """Line of every `def` and `class` -> its permanent link: the qualified name where a trace knows it, else the line's number."""
    anchors, used = {}, set()
    for number in (number for number, line in enumerate(lines_of(text), 1) if defines(line)):
        name = definitions.get(number, "")
        own = bool(name) and name not in used
        used.add(name)
        anchors[number] = Anchor(name if own else f"L-{number}", own)
    return anchors
