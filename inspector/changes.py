"""What changed between releases, as records: a Change, the Timeline of one subject, and the Comparison of two releases.

In: what source/history found. Out: frozen plain data with a JSON form, which the terminal, the pages, the feeds and `upgrade` share.
Computes nothing and loads nothing heavy.

How to use it: `Timeline.changes` holds everything, oldest release first, quiet ones too (`quiet` is true for what is only spelling);
within one release the gravest stands first. `Comparison.changes` is ranked by consequence. A Change is about `subject` (a class or
function by its qualified name, and by `public_name`) and, where it is narrower, about one `member` of it ("forward"); `names` are the
arguments, attributes, methods or callees it is about, so that code that uses one of them can be found. `sentence` says the change in
plain English without its subject, `headline` with it, so that it can be shown alone. Get them from `inspector.chronicle`:

    timeline(name, *, offline=False, told=None) -> Timeline                 one class or function, in every release
    timelines(names=(), *, offline=False, told=None) -> tuple[Timeline, …]  several at once; all losses and Module where none is named
    compare(old, new, name="", *, offline=False, told=None) -> Comparison   two releases ("latest" is one), all losses or one subject
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias, TypeVar

import msgspec

from inspector.errors import InspectError
from inspector.measured import Record

FORMAT_VERSION = 1
"""Raised when a saved Timeline or Comparison of an older version can no longer be read."""

Consequence: TypeAlias = Literal["removed", "breaking", "new", "deprecated", "path", "inside", "message", "docs", "spelling"]
"""What a change means for a user, the gravest first; the last one means nothing."""

RANKS: tuple[Consequence, ...] = ("removed", "breaking", "new", "deprecated", "path", "inside", "message", "docs", "spelling")

Kind: TypeAlias = Literal[
    "introduced", "removed", "moved",
    "argument added", "argument removed", "argument renamed", "argument required", "argument order", "default",
    "bases", "calling", "methods added", "methods removed", "attributes",
    "error added", "error removed", "error type", "condition of an error", "arithmetic",
    "deprecated", "no longer deprecated", "warning added", "warning removed", "warning type",
    "path", "override", "body", "constants", "message",
    "formula", "documented shapes", "documented",
    "docstring", "annotations", "comments", "formatting", "super", "renamed locals", "decorators", "style", "lines", "formula spelling",
]  # fmt: skip
"""What kind of change it is. From "docstring" on they are kinds of spelling, which are quiet."""


class Place(Record, frozen=True):
    """A line of a source file."""

    file: str = ""
    """Relative to the folder that holds torch/; "" where there is none, as before a subject was introduced."""
    line: int = 0
    """Counted from 1; 0 where there is none."""


class Change(Record, frozen=True):
    """One change of one subject between two releases, told once."""

    release: str
    """The release in which it appears, such as "1.10.0"."""
    previous: str
    """The release that was read before it, and did not have it."""
    subject: str
    """Qualified name of the class or function that changed, such as torch.nn.modules.loss.CrossEntropyLoss."""
    kind: Kind
    """What kind of change it is."""
    consequence: Consequence
    """What it means for a user."""
    sentence: str
    """The change in plain words, without its subject and without a full stop; `headline` has the subject in front."""
    before: str = ""
    """What it was, as short text; "" where there was nothing."""
    after: str = ""
    """What it is, as short text; "" where nothing is left."""
    member: str = ""
    """The method of the class that changed; "" for the class as a whole, and for a function."""
    names: tuple[str, ...] = ()
    """Arguments, attributes, methods or callees it is about, as written."""
    quiet: bool = False
    """True where it is only spelling."""
    place_before: Place = Place()
    """Where it stood."""
    place_after: Place = Place()
    """Where it stands."""
    public_name: str = ""
    """The subject as people import it, such as torch.nn.CrossEntropyLoss; "" where it is not public."""
    also: tuple[str, ...] = ()
    """Qualified names of functions that the very same change was made in, such as the new argument of a loss in its function."""

    @property
    def headline(self) -> str:
        """The sentence with its subject in front, which can stand alone: "CrossEntropyLoss.forward: …"."""
        return f"{self.title}: {self.sentence}"

    @property
    def title(self) -> str:
        """What changed, as people write it: "CrossEntropyLoss", "CrossEntropyLoss.forward", "F.nll_loss"."""
        name = self.public_name.replace("torch.nn.functional.", "F.").removeprefix("torch.nn.") or self._private()
        of_the_whole = self.member == "__init__" and self.kind.startswith(("argument", "default", "deprecated", "no longer", "attributes"))
        return f"{name}.{self.member}" if self.member and not of_the_whole and self.kind not in ("calling", "constants") else name

    def _private(self) -> str:
        above, _, name = self.subject.rpartition(".")
        return name if name[:1] == "_" or name[:1].isupper() else f"{above.rpartition('.')[2]}.{name}"

    @property
    def rank(self) -> int:
        """How grave it is: 0 is the gravest."""
        return RANKS.index(self.consequence)


class ReadRelease(Record, frozen=True):
    """One release that was read."""

    version: str
    """Such as "1.10.0"."""
    date: str = ""
    """The day of its first wheel; "" where the index gives none."""
    same_as: str = ""
    """The release before it with the very same sources, which was read in its place; "" where it was read itself."""


class Unread(Record, frozen=True):
    """What could not be read of the subject in one release, and why."""

    version: str
    """The release."""
    reason: str
    """One clause."""


class Stretch(Record, frozen=True):
    """Releases one after another in which the subject stayed as it was in the first of them."""

    releases: tuple[str, ...]
    """In order; one at least."""
    date: str
    """The day of the first; "" where the index gives none."""
    present: bool
    """False where the subject is not in them."""
    changes: tuple[Change, ...]
    """What the first of them changed: those that are not only spelling."""
    quiet: tuple[Change, ...]
    """What any of them changed in spelling only, in order of the releases."""

    @property
    def name(self) -> str:
        """The first and last release in words, such as "1.7.0-1.7.1"."""
        return self.releases[0] if len(self.releases) == 1 else f"{self.releases[0]}-{self.releases[-1]}"


class Form(Record, frozen=True):
    """The source text of the subject as some releases have it."""

    releases: tuple[str, ...]
    """In order."""
    file: str
    """Where it stands, relative to the folder that holds torch/."""
    line: int
    """Its first line there, in the first of the releases."""
    text: str
    """The whole class or function, decorators included."""
    digest: str
    """A hash of the text."""
    signature: str = ""
    """How it is called in these releases, defaults included and annotations left out."""


class Timeline(Record, frozen=True):
    """All that happened to one subject in the releases that were read."""

    format_version: int
    """FORMAT_VERSION of the program that wrote it."""
    subject: str
    """Qualified name of the class or function in the newest release that has it."""
    public_name: str
    """As people import it; "" where it is not public."""
    kind: Literal["class", "function"]
    """What it is."""
    introduced: str
    """The first release that has it; the oldest release that was read may not be its first."""
    since_oldest: bool
    """True where the oldest release that was read has it already, so that it may be older."""
    removed: str
    """The first release without it; "" where the newest has it."""
    signature: str
    """How it is called in the first release that has it, such as "L1Loss(size_average=None, reduce=None, reduction='mean')"."""
    releases: tuple[ReadRelease, ...]
    """Every release that was looked at, the oldest first."""
    changes: tuple[Change, ...]
    """Every change, the oldest release first; the gravest first within a release."""
    stretches: tuple[Stretch, ...]
    """The same by releases: each begins with a change that is not only spelling."""
    forms: tuple[Form, ...]
    """Each distinct text of the class or function itself, the oldest first. What it derives from and calls is not in it."""
    unread: tuple[Unread, ...] = ()
    """What could not be read, by release."""

    def to_json(self) -> str:
        """Itself as JSON; the same Timeline gives the same bytes."""
        return _to_json(self)

    @staticmethod
    def from_json(text: str | bytes, where: str = "") -> Timeline:
        """The Timeline that `to_json` wrote; raises InspectError `damaged-history`."""
        return _from_json(text, Timeline, where)

    def last_change(self) -> Change | None:
        """The last change that is not only spelling, the introduction included; None where nothing changed."""
        loud = [change for change in self.changes if not change.quiet]
        return loud[-1] if loud else None


def spelled(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes of spelling that are worth a number: not that lines moved, which happens to all below any other change."""
    return tuple(change for change in changes if change.quiet and change.kind != "lines")


class Comparison(Record, frozen=True):
    """What changed for users of losses between two releases."""

    format_version: int
    """FORMAT_VERSION of the program that wrote it."""
    old: str
    """The release before."""
    new: str
    """The release after."""
    subject: str
    """Qualified name of what was compared; "" for all losses, their functions, and Module."""
    compared: tuple[str, ...]
    """Qualified names of everything that was compared."""
    changes: tuple[Change, ...]
    """The gravest first; quiet ones last."""
    unread: tuple[Unread, ...] = ()
    """What could not be read."""
    asked: tuple[str, str] = ("", "")
    """The two releases as they were asked for: "1.10" means 1.10.2."""

    def to_json(self) -> str:
        """Itself as JSON; the same Comparison gives the same bytes."""
        return _to_json(self)

    @staticmethod
    def from_json(text: str | bytes, where: str = "") -> Comparison:
        """The Comparison that `to_json` wrote; raises InspectError `damaged-history`."""
        return _from_json(text, Comparison, where)


def in_order(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The gravest first, then by subject as a person looks for it; what sums up several methods comes after each of them."""
    return tuple(sorted(changes, key=_place_of))


def _place_of(one: Change) -> tuple[object, ...]:
    sums_up = one.kind == "body" and not one.member
    return one.rank, one.subject.rpartition(".")[2].lower(), one.subject, sums_up, one.member, one.kind, one.sentence


def meanings(asked: Iterable[str], releases: Iterable[str]) -> tuple[str, ...]:
    """Which release was taken for each that was asked for in another way, a line each: "2.1 means 2.1.2"."""
    pairs = dict.fromkeys(zip(asked, releases, strict=True))
    return tuple(f"{word} means {release}" for word, release in pairs if word and word.strip().lstrip("vV").partition("+")[0] != release)


def since(timeline: Timeline, release: str) -> Timeline:
    """The part of a timeline from a release on ("2.0" means the first 2.0.x); raises InspectError `no-such-release`."""
    wanted = _numbers(release)
    versions = [one.version for one in timeline.releases]
    kept = {version for version in versions if wanted and _numbers(version) >= wanted}
    if not kept:
        raise InspectError("no-such-release", f"`{release[:40]}` is no release that was read", "", "write one such as 2.1.0, or 2.0")
    return msgspec.structs.replace(
        timeline,
        releases=tuple(one for one in timeline.releases if one.version in kept),
        changes=tuple(one for one in timeline.changes if one.release in kept),
        stretches=tuple(part for one in timeline.stretches if (part := _later(one, kept)) is not None),
        forms=tuple(one for one in timeline.forms if kept & set(one.releases)),
        unread=tuple(one for one in timeline.unread if _numbers(one.version) >= wanted),
    )


def _later(stretch: Stretch, kept: set[str]) -> Stretch | None:
    """What is left of a stretch; it no longer has the changes of a first release that is left out."""
    releases = tuple(one for one in stretch.releases if one in kept)
    if not releases:
        return None
    first = releases[0] == stretch.releases[0]
    quiet = tuple(one for one in stretch.quiet if one.release in kept)
    return msgspec.structs.replace(
        stretch, releases=releases, date=stretch.date if first else "", changes=stretch.changes if first else (), quiet=quiet
    )


def _numbers(version: str) -> tuple[int, ...]:
    """1.10.0 as (1, 10, 0); () for what is no version."""
    parts = version.strip().removeprefix("v").split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def schemas() -> dict[str, Any]:
    """JSON Schemas of what `history --json` and `diff --json` write, by the name of the record."""
    return {"Timeline": msgspec.json.schema(Timeline), "Comparison": msgspec.json.schema(Comparison)}


_T = TypeVar("_T", Timeline, Comparison)


def _to_json(record: Timeline | Comparison) -> str:
    return msgspec.json.format(msgspec.json.encode(record), indent=2).decode() + "\n"


def _from_json(text: str | bytes, record: type[_T], where: str) -> _T:
    try:
        found = msgspec.json.decode(text, type=record)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        what = f"this is no {record.__name__.lower()}: {error}"
        raise InspectError("damaged-history", what, where, "write it again with --json") from None
    if found.format_version != FORMAT_VERSION:
        what = f"this {record.__name__.lower()} has format {found.format_version}, this version reads format {FORMAT_VERSION}"
        raise InspectError("damaged-history", what, where, "write it again with this version")
    return found
