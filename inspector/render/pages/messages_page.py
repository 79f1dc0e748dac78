"""Every error and warning that the losses were seen to raise: when, what to write instead, and which line of torch says it.

In: a Book. Out: messages.md, and the few lines of script that filter it. What mends a call was run when the probes ran.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from inspector import messages
from inspector.book import Book, Chapter
from inspector.messages import Group, Reason
from inspector.render import places
from inspector.render.pages.environment import render
from inspector.render.pages.findings_page import is_its_own
from inspector.render.pages.page import Page
from inspector.report import Message, NotRun, Record, Release

MOST_CAUSES = 6
"""Causes shown of one message; `inspect-loss why` lists all of them."""


class Mend(Record, frozen=True):
    """One cause, and what to write instead."""

    cause: str
    fix: str
    ran: bool
    """True where the fix is code that was run, and gave neither an error nor a warning."""
    losses: str


class Saying(Record, frozen=True):
    """Where torch says it."""

    losses: tuple[str, ...]
    place: places.Place
    href: str
    function: str


class Told(Record, frozen=True):
    """One message as the page shows it."""

    anchor: str
    error: str
    text: str
    mends: tuple[Mend, ...]
    first: Mend | None
    """The likeliest of those that were run; None where none was."""
    more: int
    said: tuple[Saying, ...]
    losses: tuple[str, ...]
    general: str
    """The file of a module that says it to everybody who calls it; "" for what a loss itself says."""


def pages(book: Book) -> Iterator[Page]:
    """The one page."""
    probed = [chapter.report.probed for chapter in book.chapters if is_its_own(chapter)]
    every = [message for each in probed if not isinstance(each, NotRun) for message in each.messages]
    told = [_told(group, book.release, set(book.sources)) for group in messages.catalogue(every)]
    yield Page("messages.md", render("messages.md", told=told, release=book.release), "What an error means", "Verify")


def anchor(text: str) -> str:
    """The name of the section of a message, the same whatever numbers stand in it: messages with the same words are one section."""
    return "m-" + hashlib.blake2b(" ".join(messages.words(text)).encode(), digest_size=5).hexdigest()


def anchors(chapter: Chapter) -> frozenset[str]:
    """The names of the sections that are about a loss."""
    probed = chapter.report.probed
    some = () if isinstance(probed, NotRun) or not is_its_own(chapter) else probed.messages
    return frozenset(anchor(message.text) for message in some)


def _told(group: Group, release: Release, sources: set[str]) -> Told:
    mends = [_mend(reason) for reason in group.reasons]
    distinct = list({(mend.cause, mend.fix): mend for mend in mends}.values())
    return Told(
        anchor=anchor(group.messages[0].text),
        error=group.error,
        text=group.text,
        mends=tuple(distinct[:MOST_CAUSES]),
        first=next((mend for mend in distinct[:MOST_CAUSES] if mend.ran), None),
        more=len(distinct[MOST_CAUSES:]),
        said=tuple(_said(group.messages, release, sources)),
        losses=tuple(sorted({message.subject.rpartition(".")[2] for message in group.messages})),
        general=messages.general(group.messages),
    )


def _mend(reason: Reason) -> Mend:
    return Mend(reason.cause.cause, reason.cause.fix, reason.cause.fix_ran, ", ".join(reason.losses))


def _said(some: Sequence[Message], release: Release, sources: set[str]) -> Iterator[Saying]:
    """Each line of torch that says it, with the losses that get there."""
    found: dict[tuple[str, str], list[str]] = {}
    for message in some:
        found.setdefault((message.place, message.function), []).append(message.subject.rpartition(".")[2])
    for (place, function), losses in sorted(found.items(), key=lambda each: (-len(each[1]), each[0])):
        file, _, line = place.rpartition(":")
        where = places.place(file, int(line), release) if file and line.isdigit() else places.Place("your own line")
        href = places.source_href(file, int(line), "") if file in sources and line.isdigit() else where.url
        yield Saying(tuple(dict.fromkeys(losses)), where, href, function)
