"""All releases, or two of them -> what changed: the Timeline of a loss, of Module or of a function, and the Comparison of two releases.

In: names and releases. Out: the records of changes.py. Texts come as they are fetched, and are read beside that in two processes that run
nothing of them; what was read is kept by its text, and a whole timeline is one small file. Draws nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from inspector import __version__
from inspector.changes import FORMAT_VERSION, RANKS, Change, Comparison, ReadRelease, Timeline, Unread, in_order
from inspector.errors import CouldNotRun, InspectError, UnknownName
from inspector.portraying import Portrayed, Portrayer, find_subject, functions_of_losses, processors, subjects_in
from inspector.source import cache, finders
from inspector.source.history import comparing
from inspector.source.history import timelines as in_time
from inspector.source.history.timelines import Seen
from inspector.source.releases import Dated, Releases

if TYPE_CHECKING:
    from inspector.source.finders import TorchText

Told: TypeAlias = Callable[[str, int, int], None]
"""Is told what is being done, how many are done, of how many."""


def timeline(name: str, *, offline: bool = False, download: bool = False, told: Told | None = None) -> Timeline:
    """What happened to a class or function in every release; raises UnknownName, and CouldNotRun where no release can be had."""
    releases = Releases(offline=offline, download=download)
    dated = _listed(releases)
    kept = _kept(_place(name, dated))
    if kept is not None:
        return kept
    subject = _subject(releases, name, dated)
    return _timelines(releases, dated, {subject: name}, told)[0]


def timelines(
    names: Sequence[str] = (), *, offline: bool = False, download: bool = False, told: Told | None = None
) -> tuple[Timeline, ...]:
    """The same for several names at once, or for every public loss and Module where none is named."""
    releases = Releases(offline=offline, download=download)
    dated = _listed(releases)
    newest = releases.text(dated[-1].version)
    wanted = {_subject(releases, name, dated): name for name in names} or {subject: subject for subject in subjects_in(newest)}
    found = {subject: _kept(_place(name, dated)) for subject, name in wanted.items()}
    lacking = {subject: name for subject, name in wanted.items() if found[subject] is None}
    if lacking:
        found |= dict(zip(lacking, _timelines(releases, dated, lacking, told), strict=True))
    return tuple(one for one in found.values() if one is not None)


def compare(old: str, new: str, name: str = "", *, offline: bool = False, download: bool = False, told: Told | None = None) -> Comparison:
    """What changed from one release to another, for all losses, their functions and Module, or for one subject."""
    releases = Releases(offline=offline, download=download)
    before, after = releases.text(old), releases.text(new)
    versions = [_public(text) for text in (before, after)]
    if name:
        subjects = [_subject_in((after, before), name)]
    else:
        every = [(*subjects_in(text), *functions_of_losses(text)) for text in (after, before)]
        subjects = list(dict.fromkeys((*every[0], *every[1])))
    wanted = processors() if len(subjects) > 1 and before.identity != after.identity else 0
    with Portrayer(offline=offline, children=wanted if wanted > 1 else 0) as portrayer:
        begun = [portrayer.begin(text, subjects) for text in (before, after)]
        portrayed = [each.result() for each in begun]
    changes: list[Change] = []
    for done, (one, other) in enumerate(zip(*portrayed, strict=True)):
        if told is not None:
            told("comparing", done, len(subjects))
        if not (one.unread or other.unread) and one.portrait != other.portrait:
            changes += comparing.compare(one.portrait, other.portrait, versions[0], versions[1])
    unread = [
        Unread(version, f"{each.subject}: {each.unread}")
        for version, all_of in zip(versions, portrayed, strict=True)
        for each in all_of
        if each.unread
    ]
    named = comparing_name(portrayed, subjects[0]) if name else ""
    return Comparison(FORMAT_VERSION, versions[0], versions[1], named, tuple(subjects), in_order(once(changes)), tuple(unread), (old, new))


def comparing_name(portrayed: Sequence[Sequence[Portrayed]], subject: str) -> str:
    """The qualified name of the one subject that was compared."""
    return next((each[0].portrait.subject for each in reversed(portrayed) if each[0].portrait is not None), subject)


def _public(text: TorchText) -> str:
    """The release of a text without what says how it was built: 2.13.0 for 2.13.0+cpu."""
    return text.release.version.partition("+")[0]


def once(changes: Iterable[Change]) -> tuple[Change, ...]:
    """What several losses share is told once: Module's call, a private base, a function.

    An argument that a class hands to its function is told of the class alone; who may take over a function, of the function alone.
    """
    found: dict[tuple[object, ...], Change] = {}
    for one in changes:
        lines = one.kind in ("path", "body", "arithmetic") and bool(one.before or one.after)
        same = (one.subject, one.member, one.kind, *((one.before, one.after) if lines else (one.sentence,)))
        other = found.setdefault(same, one)
        if RANKS.index(one.consequence) < RANKS.index(other.consequence):
            found[same] = one  # a loss knows in which native function its call ends; of the function alone that is not known
    of_classes = {(name, one.kind, each) for one in found.values() if one.kind != "override" for name in one.also for each in one.names}
    of_functions = {one.subject for one in found.values() if one.kind == "override" and not one.also}
    return tuple(
        one for one in found.values()
        if not any((one.subject, one.kind, name) in of_classes for name in one.names)
        and not (one.kind == "override" and one.also and set(one.also) <= of_functions)
    )  # fmt: skip


# -- which releases and which subject -------------------------------------------------------------------------------------------


def _listed(releases: Releases) -> tuple[Dated, ...]:
    """Every final release, the oldest first, the installed one among them."""
    found = releases.dated()
    if not found:
        raise CouldNotRun("no-wheel", "the package index lists no release of torch that can be read", "", "see `pip config list`")
    return found


def _subject(releases: Releases, name: str, dated: Sequence[Dated]) -> str:
    """The subject that a name means today, or meant in an earlier release."""
    today = [finders.find_installed()] if _has_installed() else []
    texts = [*today, releases.text(dated[-1].version)]
    try:
        return _subject_in(texts, name)
    except UnknownName:
        for version in _earlier(releases, dated):
            try:
                return find_subject(releases.text(version), name)
            except UnknownName:
                continue
        raise


def _earlier(releases: Releases, dated: Sequence[Dated]) -> list[str]:
    """Where a name is looked for that today's torch does not have: in what is kept, in the last release of each series, in the oldest.

    Not in all of them: a name that was only misspelled should not fetch fifty releases.
    """
    last = {one.version.partition(".")[0]: one.version for one in dated}
    return [one.version for one in reversed(dated[:-1]) if one is dated[0] or one.version in last.values() or releases.is_here(one.version)]


def _subject_in(texts: Sequence[TorchText], name: str) -> str:
    for text in texts[:-1]:
        try:
            return find_subject(text, name)
        except UnknownName:
            continue
    return find_subject(texts[-1], name)


def _has_installed() -> bool:
    try:
        finders.find_installed()
    except InspectError:
        return False
    return True


# -- reading them all -----------------------------------------------------------------------------------------------------------


class _Shelf(NamedTuple):
    """What was read so far."""

    same: dict[str, str]
    """Release -> the release with the same sources that was read in its place."""
    begun: dict[str, Future[tuple[Portrayed, ...]]]
    unread: dict[str, str]


def _timelines(releases: Releases, dated: Sequence[Dated], subjects: dict[str, str], told: Told | None) -> tuple[Timeline, ...]:
    shelf = _read_all(releases, dated, list(subjects), told)
    read = {version: {one.subject: one for one in future.result()} for version, future in shelf.begun.items()}
    made = []
    for done, (subject, name) in enumerate(subjects.items()):
        if told is not None:
            told("comparing", done, len(subjects))
        one = _in_time(subject, dated, shelf, read)
        if not shelf.unread:
            _keep(_place(name, dated), one)
        made.append(one)
    return tuple(made)


def _read_all(releases: Releases, dated: Sequence[Dated], subjects: list[str], told: Told | None) -> _Shelf:
    shelf = _Shelf({}, {}, {})
    first: dict[tuple[str, ...], str] = {}
    versions = [one.version for one in dated]
    refused: list[InspectError] = []

    def say_no(version: str, error: InspectError) -> None:
        shelf.unread[version] = error.what
        refused.append(error)

    count = processors()
    with Portrayer(offline=releases.offline, children=count if count > 1 else 0) as portrayer:
        for done, text in enumerate(releases.texts(versions, say_no)):
            if told is not None:
                told("reading releases", done, len(versions))
            version = _public(text)
            other = first.setdefault(text.identity, version)
            if other == version:
                shelf.begun[version] = portrayer.begin(text, subjects)
            else:
                shelf.same[version] = other
        for future in shelf.begun.values():
            future.result()
    if not shelf.begun and refused:
        raise refused[0]
    return shelf


def _in_time(subject: str, dated: Sequence[Dated], shelf: _Shelf, read: dict[str, dict[str, Portrayed]]) -> Timeline:
    seen: list[Seen] = []
    unread: list[Unread] = []
    first: dict[str, str] = {}
    for one in dated:
        if one.version in shelf.unread:
            unread.append(Unread(one.version, shelf.unread[one.version]))
            continue
        origin = shelf.same.get(one.version, one.version)
        portrayed = read[origin][subject]
        if portrayed.unread:
            unread.append(Unread(one.version, portrayed.unread))
            continue
        same_as = first.setdefault(origin, one.version)
        seen.append(Seen(ReadRelease(one.version, one.date, same_as if same_as != one.version else ""), portrayed.portrait))
    return in_time.timeline(subject, seen, unread)


# -- what is kept ---------------------------------------------------------------------------------------------------------------


class _Sealed(msgspec.Struct):
    timeline: msgspec.Raw
    digest: str


def _place(name: str, dated: Sequence[Dated]) -> Path:
    """Where a timeline lies: by the name, by what the index lists, by the installed torch, and by the text of the reader."""
    installed = ""
    if _has_installed():
        text = finders.find_installed()
        installed = repr([text.identity, *(cache.digest_of(text.root / file) for file in _DECIDING)])
    parts = [cache.reader_digest(), __version__, str(FORMAT_VERSION), name.strip(), *(repr(tuple(one)) for one in dated), installed]
    return cache.folder() / f"timeline-{hashlib.blake2b(chr(0).join(parts).encode(), digest_size=16).hexdigest()}.json"


_DECIDING = ("torch/nn/modules/loss.py", "torch/nn/modules/module.py", "torch/nn/functional.py")
"""Files of the installed torch whose text is looked at before a kept timeline is believed."""


def _kept(path: Path) -> Timeline | None:
    try:
        sealed = msgspec.json.decode(path.read_bytes(), type=_Sealed)
        if hashlib.blake2b(bytes(sealed.timeline), digest_size=16).hexdigest() != sealed.digest:
            return None
        return msgspec.json.decode(sealed.timeline, type=Timeline)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _keep(path: Path, made: Timeline) -> None:
    encoded = msgspec.json.encode(made)
    sealed = _Sealed(msgspec.Raw(encoded), hashlib.blake2b(encoded, digest_size=16).hexdigest())
    cache.write(path, msgspec.json.encode(sealed))
