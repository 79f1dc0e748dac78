"""Every torch release that the user's package index has, and the text of one or of many of them.

In: releases as a person writes them ("1.7.1", "latest"). Out: their texts, or the list of all. What an index said and what was read of
a wheel are kept in the cache folder; a release that is not there yet costs an index page and a few parts of one wheel.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from inspector.errors import CouldNotRun, InspectError
from inspector.source import cache, finders
from inspector.source.archives import Archive, LocalArchive, RemoteArchive
from inspector.source.configuration import Settings, read_settings
from inspector.source.downloads import downloaded
from inspector.source.fetching import CONNECTIONS, Fetcher, is_offline
from inspector.source.indexes import Wheel, path_on_this_machine, wheels_of
from inspector.source.wheels import WheelText, keep, kept_contents, open_wheel

if TYPE_CHECKING:
    from packaging.version import Version

PROJECT = "torch"
LATEST = "latest"
FRESH = 3600.0
"""Seconds for which what an index said is taken for what it says."""


class Listing(msgspec.Struct, frozen=True):
    """What the indexes listed, and when."""

    at: float
    asked: str
    """The hash of which indexes were asked."""
    wheels: tuple[Wheel, ...]


class _Known:
    """A listing, with its wheels sorted into releases once."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self._by_version: dict[Version, list[Wheel]] | None = None

    def by_version(self) -> dict[Version, list[Wheel]]:
        """Release -> its wheels."""
        if self._by_version is None:
            self._by_version = _by_version(self.listing.wheels)
        return self._by_version


class Found(msgspec.Struct, frozen=True):
    """One torch release, for a list."""

    version: str
    date: str
    """The day of its first wheel; "" where the index gives none."""
    kept_bytes: int
    """Bytes of its sources in the cache; 0 where nothing was read of it."""
    installed: bool
    built: str = ""
    """The day that its wheel was made, as the wheel says; "" where nothing was read of it or it does not say."""


class Dated(NamedTuple):
    """One final release that can be read."""

    version: str
    date: str
    """The day of its first wheel; "" where the index gives none."""
    mark: str
    """A hash of what the index lists of it: the same wheels, the same mark."""


Told = Callable[[str, InspectError], None]


class Releases:
    """The torch releases of the user's indexes. `download` allows whole wheels where a server sends no parts."""

    def __init__(self, *, offline: bool = False, download: bool = False) -> None:
        self.offline = offline or is_offline()
        self.download = download
        self._settings: Settings | None = None
        self._fetcher: Fetcher | None = None
        self._known: _Known | None = None
        self._lock = threading.RLock()

    @property
    def received(self) -> int:
        """Bytes that came over the network."""
        return self._fetcher.received if self._fetcher else 0

    def listed(self) -> tuple[Found, ...]:
        """Every release, the newest first; raises CouldNotRun where no index can be read and nothing is kept."""
        by_version = self._listing(FRESH).by_version()
        installed = _installed_version()
        versions = {*by_version, *((installed,) if installed else ())}
        return tuple(_found(version, by_version.get(version, []), version == installed) for version in sorted(versions, reverse=True))

    def versions(self) -> tuple[str, ...]:
        """Every final release that can be read, the oldest first: what `texts` is given for a history of all."""
        by_version = self._listing(FRESH).by_version()
        return tuple(str(one) for one in sorted(by_version) if not one.is_prerelease and any(map(_fits, by_version[one])))

    def dated(self) -> tuple[Dated, ...]:
        """The same with the day of each, and the installed torch among them where it is a final release."""
        by_version = self._listing(FRESH).by_version()
        installed = _installed_version()
        also = (installed,) if installed is not None and not installed.is_prerelease else ()
        final = sorted({*also, *(one for one in by_version if not one.is_prerelease and any(map(_fits, by_version[one])))})
        return tuple(_dated(one, by_version.get(one, [])) for one in final)

    def text(self, release: str) -> finders.TorchText:
        """The text of the release that is `meant`; the installed torch's where that is it. Raises InspectError."""
        wanted = self._meant(release)
        if wanted == _installed_version():
            return finders.find_installed()
        wheel = _smallest(self._wheels(wanted), str(wanted))
        return self._open(wheel)

    def texts(self, versions: Iterable[str], told: Told | None = None) -> Iterator[finders.TorchText]:
        """The texts of many releases, each as soon as it is there; `text.release.version` says which it is.

            releases = Releases()
            for text in releases.texts(releases.versions()):
                ...  # read it, while further ones are being fetched

        What is kept comes first, in the order asked for, and needs no network; then what has to be fetched, as it arrives, four at a time
        and in threads of their own, so that reading one and fetching the next go on together. All that a report looks at is there then.
        `told(version, error)` is called for each release that cannot be had, and the others go on; without it the first error is raised.
        Leaving the loop early is fine: what was not begun is not fetched.
        """
        from concurrent.futures import ThreadPoolExecutor, as_completed

        wanted = list(dict.fromkeys(versions))
        here = [version for version in wanted if self.is_here(version)]
        pool = ThreadPoolExecutor(CONNECTIONS, "fetching")
        try:
            begun = {pool.submit(self._fetched, version): version for version in wanted if version not in here}
            yield from _those_had(((lambda each=version: self.text(each), version) for version in here), told)  # type: ignore[misc]
            yield from _those_had(((done.result, begun[done]) for done in as_completed(begun)), told)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _fetched(self, version: str) -> finders.TorchText:
        text = self.text(version)
        return text.fetch() if isinstance(text, WheelText) else text

    def is_here(self, version: str) -> bool:
        """Whether a release is installed or kept with all that a report looks at."""
        try:
            wanted = self._meant(version)
        except InspectError:
            return False
        if wanted == _installed_version():
            return True
        known = self._kept()
        return known is not None and any(WheelText.is_fetched(folder_of(wheel)) for wheel in known.by_version().get(wanted, []))

    def key(self, release: str) -> str:
        """A name for the sources of a release that is another one where they are others; nothing is read of them."""
        wanted = _version(release)
        return folder_of(_smallest(self._wheels(wanted), str(wanted))).name

    # -- which wheel -------------------------------------------------------------------------------------------------------

    def meant(self, release: str) -> str:
        """The release that a person means: the newest final one for "latest", the newest that begins so for "2.1" or "2"."""
        return str(self._meant(release))

    def _meant(self, release: str) -> Version:
        if release.strip() == LATEST:
            return self._latest()
        wanted = _version(release)
        if len(wanted.release) > 2 or wanted.is_prerelease or wanted.is_postrelease:
            return wanted
        return max((one for one in self._final() if one.release[: len(wanted.release)] == wanted.release), default=wanted)

    def _final(self) -> set[Version]:
        """Every final release; where the indexes cannot be asked, those that they had when they last were, and the installed one."""
        installed = _installed_version()
        try:
            known: _Known | None = self._listing(FRESH)
        except CouldNotRun:
            known = self._kept()
            if known is None and installed is None:
                raise
        versions = {*(known.by_version() if known else ()), *((installed,) if installed else ())}
        return {one for one in versions if not one.is_prerelease}

    def _latest(self) -> Version:
        final = [version for version in self._listing(FRESH).by_version() if not version.is_prerelease]
        if not final:
            raise CouldNotRun("no-wheel", "the package index lists no torch", "", "see `pip config list`")
        return max(final)

    def _wheels(self, wanted: Version) -> list[Wheel]:
        """The wheels of a release, the one that was read before if there is one; the index is asked again where it was not yet there."""
        known = self._kept()
        read = [wheel for wheel in (known.by_version().get(wanted, []) if known else []) if folder_of(wheel).is_dir()]
        if read:
            return read
        for age in (float("inf"), FRESH / 60):
            found = self._listing(age).by_version()
            if wanted in found:
                return found[wanted]
        near = [str(version) for version in sorted(found) if version.release[:2] == wanted.release[:2]]
        advice = f"there is {', '.join(near)}" if near else "inspect-loss releases lists them"
        raise InspectError("no-such-release", f"the package index has no torch {wanted}", "", advice)

    def _kept(self) -> _Known | None:
        """What the indexes listed when they were last asked, however long ago."""
        with self._lock:
            if self._known is None and (kept := _kept_listing(folder() / "index.json")) is not None:
                self._known = _Known(kept)
            return self._known

    def _listing(self, age: float) -> _Known:
        """What the indexes list, if kept not older than `age`; offline at any age."""
        with self._lock:
            kept = self._kept()
            if self.offline:
                if kept is None:
                    what = "the network may not be used, and no list of releases is kept"
                    raise CouldNotRun("offline", what, "", "run it once without --offline")
                return kept
            if kept is not None and 0 <= time.time() - kept.listing.at < age and kept.listing.asked == _asked(self._reach()[0]):
                return kept
            settings, fetcher = self._reach()
            made = Listing(time.time(), _asked(settings), wheels_of(PROJECT, settings, fetcher))
            if not made.wheels:
                where = ", ".join((*settings.indexes, *settings.find_links))
                raise CouldNotRun("no-wheel", "the package index lists no torch", where, "see `pip config list`")
            keep(folder() / "index.json", msgspec.json.encode(made))
            self._known = _Known(made)
            return self._known

    def _reach(self) -> tuple[Settings, Fetcher]:
        with self._lock:
            if self._settings is None or self._fetcher is None:
                self._settings = read_settings()
                self._fetcher = Fetcher(self._settings.connection, offline=self.offline)
            return self._settings, self._fetcher

    # -- its text ----------------------------------------------------------------------------------------------------------

    def _open(self, wheel: Wheel) -> WheelText:
        return open_wheel(folder_of(wheel), wheel.filename, lambda: self._archive(wheel), lambda size: self._whole(wheel, size))

    def _archive(self, wheel: Wheel) -> Archive:
        path = path_on_this_machine(wheel.address)
        return LocalArchive(path) if path is not None else RemoteArchive(wheel.address, self._reach()[1])

    @contextmanager
    def _whole(self, wheel: Wheel, size: int) -> Iterator[Archive]:
        """The whole wheel, which is fetched only where that was allowed, and not kept."""
        if not self.download:
            size = size or wheel.size
            cost = f"{size / 1e6:,.0f} MB" if size else "a size it does not say"
            what = f"this server sends no parts of a file, and the whole of {wheel.filename} is {cost}"
            raise CouldNotRun("no-parts", what, wheel.address, "--download fetches it all the same")
        with downloaded(self._reach()[1], wheel.address, folder_of(wheel), wheel.sha256) as file:
            yield LocalArchive(file)


def _those_had(asked: Iterable[tuple[Callable[[], finders.TorchText], str]], told: Told | None) -> Iterator[finders.TorchText]:
    """The texts that can be had; why another cannot is told, or raised where nobody wants to be told."""
    for make, version in asked:
        try:
            text = make()
        except InspectError as error:
            if told is None:
                raise
            told(version, error)
        else:
            yield text


def folder() -> Path:
    """The folder of everything that is kept of releases."""
    return cache.folder() / "releases"


def folder_of(wheel: Wheel) -> Path:
    """Where what was read of a wheel is kept: no name from an index becomes a path."""
    key = "\0".join((wheel.filename, wheel.sha256 or wheel.address))
    return folder() / hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def _asked(settings: Settings) -> str:
    return hashlib.blake2b(repr((settings.indexes, settings.find_links)).encode(), digest_size=16).hexdigest()


def _kept_listing(file: Path) -> Listing | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Listing)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


@lru_cache(maxsize=256)
def _version(release: str) -> Version:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(Version(release.strip()).public)
    except InvalidVersion:
        what = f"`{release[:40]}` is not a release"
        raise InspectError("no-such-release", what, "", "write one such as 2.1.0, or latest; inspect-loss releases lists them") from None


def _installed_version() -> Version | None:
    try:
        return _version(finders.find_installed().release.version)
    except InspectError:
        return None


def _by_version(wheels: Iterable[Wheel]) -> dict[Version, list[Wheel]]:
    """Release -> its wheels: builds such as "+cpu" of one release belong to it."""
    found: dict[Version, list[Wheel]] = {}
    for wheel in wheels:
        found.setdefault(_version(wheel.version), []).append(wheel)
    return found


def _found(version: Version, wheels: list[Wheel], installed: bool) -> Found:
    date = min((wheel.uploaded for wheel in wheels if wheel.uploaded), default="")
    places = [folder_of(wheel) for wheel in wheels]
    built = "" if date else max((contents.built for place in places if (contents := kept_contents(place)) is not None), default="")
    return Found(str(version), date, sum(_size_of(place) for place in places), installed, built)


def _dated(version: Version, wheels: list[Wheel]) -> Dated:
    listed = sorted((wheel.filename, wheel.sha256 or wheel.address) for wheel in wheels)
    date = min((wheel.uploaded for wheel in wheels if wheel.uploaded), default="")
    return Dated(str(version), date, hashlib.blake2b(repr(listed).encode(), digest_size=8).hexdigest())


def _size_of(place: Path) -> int:
    """Bytes of the sources that are kept of a wheel: what is left of a download that was broken off is none."""
    return sum(file.stat().st_size for file in place.rglob("*") if file.is_file()) if (place / "contents.json").is_file() else 0


def _smallest(wheels: list[Wheel], release: str) -> Wheel:
    """The smallest wheel whose lines end as the sources' do: those for Windows do not. Without sizes those for macOS are the smallest."""
    fitting = [wheel for wheel in wheels if _fits(wheel)]
    if not fitting:
        raise CouldNotRun("no-wheel", f"the package index has torch {release} for Windows only", "", "name another release")
    return min(fitting, key=lambda wheel: (wheel.size or float("inf"), "macosx" not in _tags(wheel), wheel.filename, wheel.address))


def _fits(wheel: Wheel) -> bool:
    return not _tags(wheel).startswith("win")


def _tags(wheel: Wheel) -> str:
    """The platforms in the name of a wheel."""
    return wheel.filename.removesuffix(".whl").rpartition("-")[2]
