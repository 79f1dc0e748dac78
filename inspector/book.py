"""The book: everything the pages say, as one record that can be saved, so that they are written again on a machine without torch.

In: reports, evidence and the text of the files that the traces pass through. Out: frozen plain data and its JSON. Draws nothing.
"""

from __future__ import annotations

import msgspec

from inspector.changes import Change, Timeline
from inspector.errors import InspectError
from inspector.evidence import Evidence
from inspector.report import Answer, NotRun, Record, Release, Report, Tagged

FORMAT_VERSION = 1
"""Raised when a saved book of an older version can no longer be read."""


class Variant(Record, frozen=True):
    """Another configuration of a loss, whose call takes another path: read and run, without its checks."""

    title: str
    """The configuration on one line."""
    report: Report
    """What was read of it and what one call ran."""


class Chapter(Record, frozen=True):
    """One loss."""

    name: str
    """As people say it: CrossEntropyLoss. Also the name of its page."""
    report: Report
    """Of the default configuration, whole."""
    variants: tuple[Variant, ...] = ()
    """Other configurations that take other paths, each path once."""


class Entry(Record, frozen=True):
    """One public class of torch.nn."""

    name: str
    """Its own name."""
    qualified_name: str
    """Module and name where it is defined."""
    public_name: str
    """As people import it."""
    summary: str
    """The first sentence of its docstring."""
    file: str
    """Where its class statement stands."""
    line: int
    """Of the class statement."""
    bases: tuple[str, ...] = ()
    """Qualified names of its bases, where they are known."""


class Workings(Tagged, frozen=True, tag="workings"):
    """How any module is called and made, shown by a loss and by torch.nn.Module itself."""

    plain: Report
    """Of the loss whose call has the fewest steps, without hooks."""
    hooked: Report
    """Of the same call with one hook of each kind registered."""
    module: Report
    """Of torch.nn.Module."""
    calling: tuple[Answer, ...] = ()
    """What people ask of calling a module, answered by what ran."""
    making: tuple[Answer, ...] = ()
    """What people ask of making one."""


class Since(Record, frozen=True):
    """When a loss came and when it last changed, as seen from one release."""

    introduced: str
    """The first release that has it."""
    is_older: bool
    """True where that is the oldest release that was read, so that it may be older."""
    changed: str = ""
    """The last release, up to this one, that changed more than its spelling; "" where none did since it came."""
    headline: str = ""
    """The gravest of those changes, in a sentence."""
    others: int = 0
    """How many more there were in that release."""
    later: str = ""
    """The next release that changes it again; "" where none is known."""


class News(Record, frozen=True):
    """What one release changed for those who use losses."""

    release: str
    """Such as "2.1.0"."""
    previous: str
    """The release before it."""
    date: str
    """The day of its first wheel; "" where the index gives none."""
    changes: tuple[Change, ...]
    """Each once, the gravest first, those that are only spelling last."""
    same_sources: bool = False
    """True where it has the very same sources as one before it."""


class History(Tagged, frozen=True, tag="history"):
    """What changed in all releases."""

    timelines: tuple[Timeline, ...]
    """Of every loss, and of torch.nn.Module."""
    news: tuple[News, ...]
    """By release, the oldest first."""


class Book(Record, frozen=True):
    """All that the pages are made from."""

    format_version: int
    """1; another number means another form."""
    version: str
    """Version of inspect-loss that wrote it."""
    release: Release
    """The torch that was read."""
    chapters: tuple[Chapter, ...]
    """By name."""
    evidence: Evidence
    """What any number of machines verified."""
    modules: tuple[Entry, ...] = ()
    """Every public class of torch.nn, by name."""
    private: tuple[Entry, ...] = ()
    """Classes of torch.nn that these derive from and that are not public themselves, by name."""
    sources: dict[str, str] = msgspec.field(default_factory=dict)
    """File, relative to the folder that holds torch -> its text, for the files that traces pass through."""

    workings: Workings | NotRun = NotRun("it was not asked for")
    """How any module is called and made."""
    history: History | NotRun = NotRun("it was not asked for; pages --history reads every release")
    """What changed in all releases."""
    since: dict[str, Since] = msgspec.field(default_factory=dict)
    """Name of a chapter -> when it came and last changed; empty where that is not known."""
    is_read_only: bool = False
    """True where this torch was read only, and nothing of it ran where the book was made."""

    def to_json(self) -> bytes:
        """The book as JSON; the same book gives the same bytes."""
        # As it stands, not sorted: lines of code that were run one after the other are kept by name.
        return msgspec.json.encode(self) + b"\n"

    @staticmethod
    def from_json(text: bytes, where: str = "") -> Book:
        """The book that `to_json` wrote; raises InspectError `damaged-book` or `book-version`."""
        try:
            found = msgspec.json.decode(text, type=_Head).format_version
            if found != FORMAT_VERSION:
                raise InspectError(
                    "book-version",
                    f"this book has format {found}, this version reads format {FORMAT_VERSION}",
                    where,
                    "make it again with pages --save",
                )
            return msgspec.json.decode(text, type=Book)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InspectError(
                "damaged-book", f"not a book of inspect-loss, or damaged: {error}", where, "make it again with pages --save"
            ) from None


def release_of(text: bytes, where: str = "") -> Release:
    """The torch that a saved book is about, without reading the rest; raises InspectError `damaged-book`."""
    try:
        return msgspec.json.decode(text, type=_Front).release
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InspectError(
            "damaged-book", f"not a book of inspect-loss, or damaged: {error}", where, "make it again with pages --save"
        ) from None


class _Front(msgspec.Struct):
    release: Release


class _Head(msgspec.Struct):
    format_version: int
    chapters: list[msgspec.Raw]
