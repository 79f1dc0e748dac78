"""In which releases of torch a text stands, as records: what `inspect-loss date` found.

In: what dating found. Out: frozen plain data with a JSON form. Computes nothing and loads nothing heavy.
"""

from __future__ import annotations

import msgspec

from inspector.changes import Place, Unread
from inspector.measured import Record

FORMAT_VERSION = 1
"""Raised when a saved Dating of an older version can no longer be read."""


class Sighting(Record, frozen=True):
    """A release that contains the text."""

    version: str
    """Such as "1.10.0"."""
    date: str
    """The day of its first wheel; "" where the index gives none."""
    places: tuple[Place, ...]
    """Where the text begins: each file and line."""


class Stretch(Record, frozen=True):
    """Releases one after another that contain the text."""

    first: str
    """The oldest of them."""
    last: str
    """The newest of them."""
    releases: int
    """How many they are."""


class Searched(Record, frozen=True):
    """How much was searched."""

    releases: tuple[str, ...]
    """The releases, the oldest first."""
    folders: tuple[str, ...]
    """The folders of torch whose Python files were searched; of some of them not every file."""
    files: int
    """Python files in the newest of the releases."""
    texts: int
    """Different texts among all files of all releases."""
    size: int
    """Bytes of these texts."""


class Near(Record, frozen=True):
    """The line that is most like one that was not found."""

    wanted: str
    """The line that was looked for."""
    text: str
    """The line that is there."""
    version: str
    """The newest release that has it."""
    place: Place
    """Where."""
    likeness: float
    """From 0 for nothing in common to 1 for the same."""


class Dating(Record, frozen=True):
    """In which releases a text stands."""

    format_version: int
    """FORMAT_VERSION of the program that wrote it."""
    text: str
    """What was looked for, as it was given."""
    stretches: tuple[Stretch, ...]
    """The releases that contain it, the oldest first; empty where none does."""
    first: Sighting | None
    """The oldest release that contains it."""
    last: Sighting | None
    """The newest release that contains it."""
    searched: Searched
    """What was searched."""
    near: Near | None = None
    """Where nothing contains it: the line most like it, if there is one."""
    unread: tuple[Unread, ...] = ()
    """Releases that could not be searched."""

    def to_json(self) -> str:
        """Itself as JSON; the same Dating gives the same bytes."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode() + "\n"
