"""A text -> the releases of torch whose Python sources contain it: first, last, and from which to which.

In: a quote of source, as a person gives it. Out: a Dating. Reads what is kept of each release and fetches what is not; each different
text is searched once. Draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from inspector.changes import Place, Unread
from inspector.dated import FORMAT_VERSION, Dating, Near, Searched, Sighting, Stretch
from inspector.source import quotes
from inspector.source.quotes import Quote
from inspector.source.releases import Dated, Releases

if TYPE_CHECKING:
    from inspector.source.finders import TorchText

Told: TypeAlias = Callable[[str, int, int], None]
"""Is told what is being done, how many are done, of how many."""
_Mark: TypeAlias = tuple[str, int, int]
"""Name, size and check sum of a file: the same for the same text."""
_WORDS = 2
"""By how many of the rarest words of a line that was not found its like is looked for."""


def date(text: str, *, offline: bool = False, told: Told | None = None) -> Dating:
    """The releases that contain a text; raises InspectError for a text too short to look for, CouldNotRun where no release can be had."""
    quote = quotes.understand(text)
    releases = Releases(offline=offline)
    dated = releases.dated()
    shelf = _Shelf(releases, [one.version for one in dated], told)
    places = shelf.places_of(quote)
    seen = [Sighting(one.version, one.date, places[one.version]) for one in dated if places.get(one.version)]
    return Dating(
        FORMAT_VERSION,
        text,
        _stretches([one for one in dated if one.version in shelf.marks], {sighting.version for sighting in seen}),
        seen[0] if seen else None,
        seen[-1] if seen else None,
        shelf.searched(),
        None if seen else _near(text, shelf),
        tuple(Unread(one.version, shelf.unread[one.version]) for one in dated if one.version in shelf.unread),
    )


class _Shelf:
    """Every release that can be had, and which texts it is made of."""

    def __init__(self, releases: Releases, versions: Sequence[str], told: Told | None) -> None:
        self.marks: dict[str, list[_Mark]] = {}
        """Release -> its files, the oldest release first."""
        self.unread: dict[str, str] = {}
        self._data: dict[_Mark, bytes] = {}
        found: dict[str, list[_Mark]] = {}
        for done, text in enumerate(releases.texts(versions, lambda version, error: self.unread.update({version: error.what}))):
            if told is not None:
                told("reading releases", done, len(versions))
            found[text.release.version.partition("+")[0]] = self._taken(text)
        self.marks = {version: found[version] for version in versions if version in found}

    def _taken(self, text: TorchText) -> list[_Mark]:
        marks = []
        for name in text.looked_at():
            mark = (name, *text.mark_of(name))
            if mark not in self._data:
                self._data[mark] = text.data_of(name)
            marks.append(mark)
        return marks

    def places_of(self, quote: Quote) -> dict[str, tuple[Place, ...]]:
        """Release -> where in it the quote stands."""
        lines = {mark: quote.lines_in(data) for mark, data in self._data.items()}
        return {
            version: tuple(Place(mark[0], line) for mark in sorted(marks) for line in lines[mark]) for version, marks in self.marks.items()
        }

    def rarest(self, words: Iterable[bytes]) -> list[bytes]:
        """Those of some words that stand anywhere, the rarest first."""
        counted = [(sum(word in data for data in self._data.values()), word) for word in words]
        return [word for count, word in sorted(counted) if count]

    def lines_with(self, words: Iterable[bytes]) -> dict[str, tuple[_Mark, int]]:
        """Each different line that contains one of some words, with one file that has it and where in it the line begins."""
        found = {line: (mark, at) for word in words for mark, data in self._data.items() for line, at in quotes.lines_with(word, data)}
        return {line.decode("utf-8", errors="replace"): place for line, place in found.items()}

    def line_at(self, mark: _Mark, at: int) -> int:
        """The number of the line that begins there."""
        return self._data[mark].count(b"\n", 0, at) + 1

    def newest_with(self, mark: _Mark) -> str:
        """The newest release that has this text."""
        return next(version for version in reversed(self.marks) if mark in self.marks[version])

    def searched(self) -> Searched:
        """How much all this is."""
        newest = next(reversed(self.marks.values()), [])
        folders = sorted({name.rpartition("/")[0] for name, _, _ in newest})
        return Searched(tuple(self.marks), tuple(folders), len(newest), len(self._data), sum(map(len, self._data.values())))


def _stretches(dated: Iterable[Dated], seen: set[str]) -> tuple[Stretch, ...]:
    runs = [[one.version for one in run] for is_in, run in groupby(dated, key=lambda one: one.version in seen) if is_in]
    return tuple(Stretch(run[0], run[-1], len(run)) for run in runs)


def _near(text: str, shelf: _Shelf) -> Near | None:
    """The line most like the first line of a quote that stands nowhere; like its longest one where each stands somewhere."""
    lines = quotes.lines_of(text)
    long_enough = [line for line in lines if len(line) >= quotes.SHORTEST and any(letter.isalnum() for letter in line)]
    missing = [line for line in long_enough if not any(shelf.places_of(quotes.understand(line)).values())] if len(lines) > 1 else lines
    wanted = missing[0] if missing else max(lines, key=len, default="")
    candidates = shelf.lines_with(shelf.rarest(quotes.understand(wanted).words)[:_WORDS]) if wanted else {}
    best = quotes.nearest(wanted, candidates)
    if best is None:
        return None
    mark, at = candidates[best[0]]
    return Near(wanted, best[0], shelf.newest_with(mark), Place(mark[0], shelf.line_at(mark, at)), round(best[1], 3))
