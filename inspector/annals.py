"""What changed in every release, for the pages: the timeline of every loss and of Module, the same by release, and since when.

In: whether releases may be fetched. Out: a History, or NotRun with what it would take. Reads nothing itself: chronicle.py does.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from inspector import chronicle
from inspector.book import Book, History, News, Since
from inspector.changes import Change, ReadRelease, Stretch, Timeline, in_order
from inspector.errors import InspectError
from inspector.report import NotRun
from inspector.source.releases import Releases

if TYPE_CHECKING:
    from packaging.version import Version

Told = Callable[[str, int, int], None]


MODULE = "torch.nn.modules.module.Module"


def history(names: Sequence[str] = (), *, fetch: bool, told: Told | None = None) -> History | NotRun:
    """The History of some losses and Module, or of all losses; NotRun where releases would have to be fetched and `fetch` does not
    allow it, or none can be had.
    """
    try:
        lacking = 0 if fetch else _lacking()
        if lacking:
            return NotRun(f"{lacking} releases of torch were never read on this machine; pages --history, or --all, reads them")
        timelines = chronicle.timelines((*names, MODULE) if names else (), offline=not fetch, told=told)
    except InspectError as error:
        return NotRun(f"the releases of torch could not be read: {error.what}")
    return History(timelines, tuple(_news(timelines)))


def with_history(book: Book, known: History | NotRun) -> Book:
    """The book with what changed, as seen from its release."""
    names = [chapter.name for chapter in book.chapters]
    return msgspec.structs.replace(book, history=known, since=since(known, book.release.version, names))


def _lacking() -> int:
    """How many releases are not kept with all that is looked at; no index is asked."""
    releases = Releases(offline=True)
    return sum(not releases.is_here(one.version) for one in releases.dated())


def since(known: History | NotRun, release: str, names: Iterable[str]) -> dict[str, Since]:
    """Name of a loss -> when it came and when it last changed, as seen from a release: what came later is only named."""
    if isinstance(known, NotRun):
        return {}
    found = {one.subject.rpartition(".")[2]: one for one in known.timelines}
    return {name: _since(found[name], release) for name in names if name in found}


def _since(timeline: Timeline, release: str) -> Since:
    now = _version(release)
    changed = [one for one in timeline.stretches if one.present and _felt(one) and one.releases[0] != timeline.introduced]
    before = [one for one in changed if _version(one.releases[0]) <= now]
    after = [one for one in changed if _version(one.releases[0]) > now]
    last = before[-1] if before else Stretch((), "", True, (), ())
    return Since(
        introduced=timeline.introduced,
        is_older=timeline.since_oldest,
        changed=last.releases[0] if last.releases else "",
        headline=last.changes[0].sentence if last.changes else "",
        others=max(len(_felt(last)) - 1, 0),
        later=after[0].releases[0] if after else "",
    )


def _felt(stretch: Stretch) -> list[Change]:
    """Its changes that can be felt in code: a documentation that says more is none."""
    return [change for change in stretch.changes if change.consequence not in ("message", "docs", "spelling")]


def _version(release: str) -> Version:
    from packaging.version import Version

    return Version(release.partition("+")[0])


def _news(timelines: Iterable[Timeline]) -> Iterable[News]:
    """What each release changed in any of them; the oldest has none before it."""
    every = list(timelines)
    dated: dict[str, ReadRelease] = {one.version: one for timeline in every for one in timeline.releases}
    changes: dict[str, list[Change]] = {}
    for change in itertools.chain.from_iterable(timeline.changes for timeline in every):
        changes.setdefault(change.release, []).append(change)
    for before, one in itertools.pairwise(sorted(dated.values(), key=lambda one: _version(one.version))):
        yield News(one.version, before.version, one.date, in_order(chronicle.once(changes.get(one.version, ()))), bool(one.same_as))
