"""Which uses of losses in somebody's code two releases of torch treat differently, as records: what `inspect-loss upgrade` found.

In: what upgrading found. Out: frozen plain data with a JSON form. Computes nothing and loads nothing heavy.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from inspector.changes import Change, Unread
from inspector.measured import Record

FORMAT_VERSION = 1
"""Raised when a saved Upgrade of an older version can no longer be read."""

UseKind: TypeAlias = Literal["makes", "calls", "derives", "overrides", "names", "private", "matches"]
"""Makes an instance; calls a function, an instance or a method; derives a class; overrides a method; only names it; uses a private
attribute of it; matches a text of an error or warning."""
Need: TypeAlias = Literal["change", "look", "nothing"]
"""What the code needs: a change, since it would fail or mean something else; a look, since that depends on what reading cannot know;
nothing, since only what happens inside is different."""


class Argument(Record, frozen=True):
    """An argument of a call as written."""

    name: str
    """"" for one that is given by position."""
    text: str
    """Its text."""


class Use(Record, frozen=True):
    """One place in the code that uses a class or function of torch."""

    file: str
    line: int
    """The line of the file; of the cell, in a notebook."""
    kind: UseKind
    subject: str
    """Qualified name in torch; "" for a text that is matched."""
    text: str
    """The code, on one line."""
    member: str = ""
    """The method, such as "__init__" where an instance is made and "forward" where one is called; "" for a function."""
    arguments: tuple[Argument, ...] = ()
    """In order."""
    is_open: bool = False
    """Whether further arguments come from `*`, `**` or `partial`, so that it is not known which are given."""
    catches: tuple[str, ...] = ()
    """Names of the errors that are caught around it."""
    cell: int = 0
    """The cell of a notebook, counted from 1 with the cells of prose; 0 in a file of Python."""


class Touch(Record, frozen=True):
    """A change that a use meets."""

    use: Use
    change: Change
    need: Need
    because: str
    """What of the use it meets, in one clause, such as "`reduce` is given"."""


class Skipped(Record, frozen=True):
    """A file, or a cell of a notebook, that could not be read."""

    file: str
    reason: str
    """One clause."""
    cell: int = 0
    """The cell; 0 for the whole file."""


class Upgrade(Record, frozen=True):
    """What two releases mean for some code."""

    format_version: int
    """FORMAT_VERSION of the program that wrote it."""
    old: str
    """The release before."""
    new: str
    """The release after."""
    asked: tuple[str, str]
    """The two as they were asked for: "1.10" may mean 1.10.2."""
    files: int
    """Files that were read."""
    uses: tuple[Use, ...]
    """Every use of a class or function that was compared, by file and line."""
    touches: tuple[Touch, ...]
    """Every change that one of them meets, by file and line; the gravest first at one place."""
    skipped: tuple[Skipped, ...] = ()
    """Files, and cells of notebooks, that could not be read."""
    unread: tuple[Unread, ...] = ()
    """What could not be compared."""

    def to_json(self) -> str:
        """Itself as JSON; the same Upgrade gives the same bytes."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode() + "\n"

    def needed(self) -> tuple[Touch, ...]:
        """Those touches that need a change or a look."""
        return tuple(touch for touch in self.touches if touch.need != "nothing")
