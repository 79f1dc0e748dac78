"""What was known of the releases of torch -> what is new: each new release with what changed since the one before it.

In: releases that are known, from a set of sites or from a text file. Out: News, oldest first. Builds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from inspector import binding, chronicle
from inspector.changes import Comparison
from inspector.errors import InspectError
from inspector.source.releases import Releases

Told = Callable[[str, int, int], None]

HEAD = "# Every release of torch that was looked at, one a line. `inspect-loss update` reads it and adds to it.\n"


class Arrival(NamedTuple):
    """A release that was not known."""

    release: str
    date: str
    """The day of its first wheel; "" where the index gives none."""
    previous: str
    """The release before it; "" for the very first."""


def known_in_set(folder: Path) -> frozenset[str]:
    """The releases that have a site in a set."""
    return frozenset(release for one in binding.standing(folder) for release in one.releases)


def known_in_file(file: Path) -> frozenset[str]:
    """The releases of a text file; lines that begin with # say nothing. Raises InspectError `damaged-list`."""
    from packaging.version import InvalidVersion, Version

    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
        return frozenset(str(Version(line)) for line in lines if line and not line.startswith("#"))
    except OSError as error:
        what = f"cannot read the list of releases: {error.strerror}"
        raise InspectError("damaged-list", what, str(file), "write one release a line") from None
    except (UnicodeDecodeError, InvalidVersion) as error:
        raise InspectError("damaged-list", f"not a list of releases: {error}", str(file), "write one release a line") from None


def write_known(file: Path, releases: Iterable[str]) -> None:
    """Writes such a file, the newest last."""
    from packaging.version import Version

    from inspector.render.pages import writing

    ordered = sorted(releases, key=Version)
    writing.write_one(file, (HEAD + "".join(f"{release}\n" for release in ordered)).encode())


def meant(releases: Iterable[str], *, offline: bool = False) -> frozenset[str]:
    """The releases that a person names: 2.15 is the newest 2.15.x. Raises InspectError for what is no version."""
    index = Releases(offline=offline)
    return frozenset(index.meant(each) for each in releases)


def arrivals(known: frozenset[str], *, offline: bool = False) -> tuple[Arrival, ...]:
    """The releases of the index that are newer than the oldest known one and are not known, the oldest first."""
    from packaging.version import Version

    dated = Releases(offline=offline).dated()
    oldest = min(map(Version, known))
    found = []
    for place, one in enumerate(dated):
        if one.version not in known and Version(one.version) > oldest:
            found.append(Arrival(one.version, one.date, dated[place - 1].version if place else ""))
    return tuple(found)


def changed(arrival: Arrival, told: Told | None = None, *, offline: bool = False, download: bool = False) -> Comparison:
    """What a release changed since the one before it."""
    return chronicle.compare(arrival.previous, arrival.release, offline=offline, download=download, told=told)
