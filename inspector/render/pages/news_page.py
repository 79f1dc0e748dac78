"""What each release changed for those who use losses: a page a release, a list of all, and an Atom feed.

In: the History of a Book. Out: changes.md, changes/RELEASE.md and changes.xml. Ordered by consequence; spelling is only counted.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from itertools import groupby

from inspector.book import Book, History, News
from inspector.changes import Change, spelled
from inspector.render import explain
from inspector.render.pages.environment import render
from inspector.render.pages.history_page import ChangeRow, name_of, row_of
from inspector.render.pages.page import Page
from inspector.render.retold import MEANS
from inspector.report import Record

COUNTED: dict[str, tuple[str, str]] = {
    "removed": ("removal", "removals"),
    "breaking": ("that may break code", "that may break code"),
    "new": ("new", "new"),
    "deprecated": ("deprecation", "deprecations"),
    "path": ("other way of a call", "other ways of calls"),
    "inside": ("inside", "inside"),
    "message": ("message", "messages"),
    "docs": ("in the documentation", "in the documentation"),
    "spelling": ("of spelling", "of spelling"),
}
"""Consequence -> the words after the number of its changes, for one and for more."""
NEVER = "1980-01-01"
"""The day of a release whose day the index does not say: Atom wants one."""
SPACE = uuid.UUID("6f0a2d5e-5f0b-5c0c-9d53-1d3c3a0b7e57")
"""The namespace of the ids of the feed, which never change."""


class About(Record, frozen=True):
    """A change, with whom it is about."""

    subject: str
    page: str
    """The history of the subject; "" where there is none."""
    row: ChangeRow


class Group(Record, frozen=True):
    """Changes of one consequence."""

    id: str
    title: str
    changes: tuple[About, ...]


class Release(Record, frozen=True):
    """One release in the list of all."""

    release: str
    date: str
    said: str
    href: str


class Entry(Record, frozen=True):
    """One entry of the feed."""

    id: str
    title: str
    updated: str
    address: str
    changes: tuple[str, ...]


def pages(book: Book) -> Iterator[Page]:
    """All of them; none where the book has no history."""
    if not isinstance(book.history, History):
        return
    known = {name_of(timeline.subject) for timeline in book.history.timelines}
    newest_first = book.history.news[::-1]
    listed = tuple(Release(one.release, one.date, _said(one), f"changes/{one.release}.html") for one in newest_first)
    yield Page("changes.md", render("changes.md", releases=listed), "What changed, by release", "Understand")
    for one in book.history.news:
        yield Page(f"changes/{one.release}.md", _page(one, known))
    yield Page("changes.xml", feed(book.history.news))


def _loud(news: News) -> list[Change]:
    return [change for change in news.changes if not change.quiet]


def _said(news: News) -> str:
    """The release in a few words: how many changes of each consequence."""
    if news.same_sources:
        return "the same sources as before"
    counted = [(name, len(list(some))) for name, some in groupby(_loud(news), key=lambda change: change.consequence)]
    return ", ".join(f"{count} {COUNTED[name][count > 1]}" for name, count in counted) or "nothing but spelling"


def _page(news: News, known: set[str]) -> str:
    loud = _loud(news)
    groups = [
        Group(name, MEANS.get(name, name), tuple(_about(change, known) for change in some))
        for name, some in groupby(loud, key=lambda change: change.consequence)
    ]
    quiet = len(spelled(news.changes))
    return render("news.md", news=news, groups=groups, quiet=explain.counted(quiet, "change") if quiet else "")


def _about(change: Change, known: set[str]) -> About:
    name = name_of(change.subject)
    return About(change.title, f"../history/{name}.html#r{change.release}" if name in known else "", row_of(change))


# -- the feed -----------------------------------------------------------------------------------------------------------


def feed(news: Sequence[News], site_url: str = "") -> str:
    """The Atom feed, the newest release first; its ids are made of the names of releases, so that no reader sees one twice."""
    entries = tuple(_entry(one, site_url) for one in reversed(news))
    return render("changes.xml", id=_id(""), entries=entries, updated=entries[0].updated if entries else _day(""), site_url=site_url)


def _entry(news: News, site_url: str) -> Entry:
    title = f"torch {news.release}: {_said(news)}"
    top = f"{site_url.rstrip('/')}/" if site_url else ""
    lines = tuple(explain.sentence(change.headline) for change in _loud(news))
    return Entry(_id(news.release), title, _day(news.date), f"{top}changes/{news.release}.html", lines)


def _id(release: str) -> str:
    return f"urn:uuid:{uuid.uuid5(SPACE, release)}"


def _day(date: str) -> str:
    return f"{date or NEVER}T00:00:00Z"
