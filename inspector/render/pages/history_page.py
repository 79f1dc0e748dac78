"""What happened to each loss, and to Module, over all releases: a page each, with every change and the two sources side by side.

In: the History of a Book. Out: history/NAME.md. What a change means was judged where it was found.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from inspector.book import Book, History
from inspector.changes import Change, Form, Timeline
from inspector.render import explain
from inspector.render.changed import named
from inspector.render.pages.environment import render
from inspector.render.pages.page import Page
from inspector.render.places import GITHUB, in_an_address
from inspector.render.retold import turned
from inspector.report import Record

CONTEXT = 2
"""Lines shown before and after one that differs."""


class Place(Record, frozen=True):
    """Where something stood in a release."""

    text: str
    href: str


class ChangeRow(Record, frozen=True):
    """One change as a page shows it."""

    consequence: str
    sentence: str
    title: str
    """What changed; "" where it is what the page, or the words before it, are about."""
    turned: tuple[str, str] | None
    """What it was and what it is, where that is short and the sentence does not say it."""
    was: Place | None
    stands: Place | None


class Pair(Record, frozen=True):
    """Two texts of the subject, side by side."""

    old: str
    """The release before."""
    new: str
    rows: Markup
    differing: int
    """Lines that differ."""


class Period(Record, frozen=True):
    """Releases in which nothing changed but, maybe, the spelling."""

    id: str
    name: str
    date: str
    present: bool
    changes: tuple[ChangeRow, ...]
    quiet: tuple[str, ...]
    pairs: tuple[Pair, ...]
    """Of its changes."""
    spelled: tuple[Pair, ...]
    """Of what is spelling only."""


def pages(book: Book) -> Iterator[Page]:
    """A page for each timeline; none where the book has no history."""
    if isinstance(book.history, History):
        losses = {chapter.name for chapter in book.chapters}
        for timeline in book.history.timelines:
            yield Page(f"history/{name_of(timeline.subject)}.md", _page(timeline, losses))


def name_of(subject: str) -> str:
    """The name of the page of a subject."""
    return subject.rpartition(".")[2]


def _page(timeline: Timeline, losses: set[str]) -> str:
    name, periods = name_of(timeline.subject), tuple(_periods(timeline))
    changed = [period for period in periods if period.changes]
    return render(
        "history.md",
        name=name,
        timeline=timeline,
        has_page=name in losses,
        newest=timeline.releases[-1].version,
        oldest=timeline.releases[0].version,
        periods=periods,
        changed=len(changed),
        changes=sum(len(period.changes) for period in changed),
        releases=len(timeline.releases),
        unread=timeline.unread,
    )


def _periods(timeline: Timeline) -> Iterator[Period]:
    """The newest first."""
    for stretch in reversed(timeline.stretches):
        if not stretch.present and not stretch.changes:
            continue
        yield Period(
            id=f"r{stretch.releases[0]}",
            name=stretch.name.replace("-", " – "),
            date=stretch.date,
            present=stretch.present,
            changes=tuple(row_of(change, title) for title, change in named(timeline, stretch.changes)),
            quiet=tuple(f"{change.release}: {change.sentence}" for change in stretch.quiet),
            pairs=tuple(_pairs(timeline.forms, stretch.releases[:1] if stretch.changes else ())),
            spelled=tuple(_pairs(timeline.forms, stretch.releases[1:] if stretch.changes else stretch.releases)),
        )


def row_of(change: Change, title: str = "") -> ChangeRow:
    """A change with the lines it is about, at the tags of both releases, and with what changed where the page does not say it."""
    return ChangeRow(
        change.consequence,
        explain.sentence(change.sentence),
        title,
        turned(change),
        _place(change.place_before.file, change.place_before.line, change.previous),
        _place(change.place_after.file, change.place_after.line, change.release),
    )


def _place(file: str, line: int, release: str) -> Place | None:
    """The line on GitHub, at the tag of the release."""
    if not file or not line:
        return None
    return Place(f"{file.rpartition('/')[2]}:{line} in {release}", f"{GITHUB}v{release}/{in_an_address(file)}#L{line}")


# -- side by side -------------------------------------------------------------------------------------------------------


def _pairs(forms: Sequence[Form], releases: Sequence[str]) -> Iterator[Pair]:
    """Each text that came in these releases, beside the one before."""
    for old, new in pairwise(forms):
        if new.releases[0] in releases and old.text != new.text:
            yield _pair(old, new)


def _pair(old: Form, new: Form) -> Pair:
    before, after = old.text.splitlines(), new.text.splitlines()
    groups = list(difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT))
    rows: list[Markup] = []
    differing = 0
    for place, group in enumerate(groups):
        if place:
            rows.append(Markup('<tr class="il-gap"><td colspan="4">⋮</td></tr>'))
        for kind, a, b, c, d in group:
            rows += _rows((before, old.line, a, b), (after, new.line, c, d), kind == "equal")
            differing += 0 if kind == "equal" else max(b - a, d - c)
    return Pair(old.releases[-1], new.releases[0], Markup("\n").join(rows), differing)


_Lines = tuple[Sequence[str], int, int, int]
"""The lines of a text, the number of its first line in the file, and which of the lines are meant."""


def _rows(left: _Lines, right: _Lines, same: bool) -> Iterator[Markup]:
    count = max(left[3] - left[2], right[3] - right[2])
    for at in range(count):
        yield Markup("<tr>") + _cell(left, at, "" if same else "il-was") + _cell(right, at, "" if same else "il-is") + Markup("</tr>")


def _cell(side: _Lines, at: int, kind: str) -> Markup:
    lines, first, start, stop = side
    if start + at >= stop:
        return Markup("<td></td><td></td>")
    style = Markup(f' class="{kind}"') if kind else Markup()
    return Markup('<td class="il-no">{}</td><td{}>{}</td>').format(first + start + at, style, escape(lines[start + at]))
