"""A wheel, on the network or on this machine -> which sources it holds and where in it they lie; and the text of some of them.

In: a way to read parts of a file. Out: Contents, and checked bytes. Nothing is unpacked to disk here, and nothing is run. A name that is
not plain, a size that is too large and bytes that are not what the wheel says are refused.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from inspector.errors import CouldNotRun
from inspector.source.fetching import CONNECTIONS, Fetcher, NoRanges, Part

WANTED = re.compile(
    r"torch/(?:\w[\w-]*/)*\w[\w-]*\.pyi?"
    r"|torchgen/packaged/ATen/native/native_functions\.yaml|torchgen/packaged/autograd/derivatives\.yaml"
    r"|torchgen/packaged/autograd/(?:templates/python_variable_methods\.cpp|gen_python_functions\.py)"
    r"|torch/(?:lib/)?include/torch/csrc/autograd/generated/Functions\.h",
    re.ASCII,
)
"""The members that are read: Python text, stubs, torch's lists of operators and the header of its autograd nodes, by plain names that stay
in their folder."""

TAIL = 1 << 17
DIRECTORY_LIMIT = 32 << 20
MEMBER_LIMIT = 12 << 20
BATCH_LIMIT = 8 << 20
"""Bytes of one request."""
GAP = 1 << 15
"""Members nearer than this are fetched together: a few bytes too many cost less than a request."""
_NO_YEAR = 1980
_HEADER = struct.Struct("<4s5H3I2H")


class Member(msgspec.Struct, frozen=True, array_like=True):
    """One file in a wheel: the bytes from its header to the next one's, and what comes out of them."""

    start: int
    stop: int
    packed: int
    size: int
    crc: int


class Contents(msgspec.Struct, frozen=True):
    """The sources in one wheel."""

    filename: str
    total: int
    """Bytes of the whole wheel."""
    members: dict[str, Member]
    built: str = ""
    """The newest day that the wheel gives one of these files, such as "2020-07-28"; "" where it gives none that can be meant."""


class Archive(Protocol):
    """Something whose parts can be read."""

    name: str

    def part(self, start: int, stop: int | None) -> Part:
        """Bytes start..stop; with a negative start and no stop the last bytes."""

    def parts(self, places: Sequence[tuple[int, int]]) -> Iterable[Part]:
        """The bytes start..stop of each place, in this order."""


class RemoteArchive:
    """A wheel that lies on a server which sends parts of a file."""

    def __init__(self, address: str, fetcher: Fetcher) -> None:
        self.name = address
        self._fetcher = fetcher

    def part(self, start: int, stop: int | None) -> Part:
        """Those bytes; raises NoRanges where the server sends whole files only."""
        try:
            return self._fetcher.part(self.name, start, stop)
        except NoRanges as refused:
            # Some servers know parts, but not "the last bytes" of a file: they say its size, so these have a place.
            if stop is not None or not refused.size:
                raise
            return self._fetcher.part(self.name, max(0, refused.size + start), refused.size)

    def parts(self, places: Sequence[tuple[int, int]]) -> Iterable[Part]:
        """The same for several places, a few at a time."""
        if len(places) < 2:
            return [self.part(start, stop) for start, stop in places]
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(min(CONNECTIONS, len(places))) as pool:
            return list(pool.map(lambda place: self.part(*place), places))


class LocalArchive:
    """A wheel on this machine."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path

    def part(self, start: int, stop: int | None) -> Part:
        """Those bytes; raises CouldNotRun where the file cannot be read."""
        try:
            with self._path.open("rb") as stream:
                total = stream.seek(0, io.SEEK_END)
                stream.seek(max(0, total + start) if stop is None else start)
                return Part(stream.read() if stop is None else stream.read(stop - start), total)
        except OSError as error:
            raise _unreadable(self.name, error.strerror or "it cannot be read") from None

    def parts(self, places: Sequence[tuple[int, int]]) -> Iterable[Part]:
        """The same for several places."""
        return (self.part(start, stop) for start, stop in places)


def read_contents(archive: Archive, filename: str) -> Contents:
    """What lies where in a wheel: two requests. Raises CouldNotRun `wheel-unreadable`."""
    end = _End(archive)
    try:
        with zipfile.ZipFile(end) as opened:
            infos, directory = opened.infolist(), opened.start_dir
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, EOFError) as error:
        raise _unreadable(archive.name, f"it is not a wheel: {error}") from None
    starts = sorted({info.header_offset for info in infos} | {directory})
    following = dict(zip(starts, [*starts[1:], directory], strict=True))
    members = {
        info.filename: Member(info.header_offset, following[info.header_offset], info.compress_size, info.file_size, info.CRC)
        for info in infos
        if WANTED.fullmatch(info.filename) and info.file_size <= MEMBER_LIMIT
    }
    if "torch/version.py" not in members:
        raise _unreadable(archive.name, "it holds no torch/version.py")
    return Contents(filename, end.total, members, max((_day(info) for info in infos if info.filename in members), default=""))


def _day(info: zipfile.ZipInfo) -> str:
    """The day of a member. A wheel that is made to come out the same each time has the first day of all zip files: it means nothing."""
    year, month, day = info.date_time[:3]
    return f"{year}-{month:02}-{day:02}" if year > _NO_YEAR else ""


def read_members(archive: Archive, contents: Contents, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of some members, checked; those that lie beside each other come in one request."""
    runs = list(_runs([(name, contents.members[name]) for name in names]))
    parts = archive.parts([(run[0][1].start, max(member.stop for _, member in run)) for run in runs])
    for run, part in zip(runs, parts, strict=True):
        data, start = memoryview(part.data), run[0][1].start
        for name, member in run:
            yield name, _unpacked(bytes(data[member.start - start : member.stop - start]), name, member, archive.name)


def _runs(members: list[tuple[str, Member]]) -> Iterator[list[tuple[str, Member]]]:
    run: list[tuple[str, Member]] = []
    for name, member in sorted(members, key=lambda each: each[1].start):
        if member.stop - member.start > 2 * MEMBER_LIMIT or member.stop <= member.start:
            raise _unreadable(name, "its place in the wheel is wrong")
        if run and (member.start - run[-1][1].stop > GAP or member.stop - run[0][1].start > BATCH_LIMIT):
            yield run
            run = []
        run.append((name, member))
    if run:
        yield run


def _unpacked(data: bytes, name: str, member: Member, where: str) -> bytes:
    """The bytes of a member, from its own header on; refused where they are not what the directory says."""
    if len(data) < _HEADER.size:
        raise _unreadable(where, f"{name} is cut off")
    signature, _, flags, method, _, _, _, _, _, name_size, extra_size = _HEADER.unpack_from(data)
    begin = _HEADER.size + name_size + extra_size
    if signature != b"PK\x03\x04" or flags & 1 or data[_HEADER.size : _HEADER.size + name_size] != name.encode():
        raise _unreadable(where, f"{name} is not where the wheel says")
    packed = data[begin : begin + member.packed]
    try:
        found = zlib.decompressobj(-15).decompress(packed, member.size + 1) if method == zipfile.ZIP_DEFLATED else packed
    except zlib.error:
        found = b""
    if method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or len(found) != member.size or zlib.crc32(found) != member.crc:
        raise _unreadable(where, f"the bytes of {name} are not what the wheel says")
    return found


def _unreadable(where: str, why: str) -> CouldNotRun:
    return CouldNotRun("wheel-unreadable", f"cannot read this wheel: {why}", where, "name another release, or try again")


class _End(io.RawIOBase):
    """The end of an archive as a file: read backwards as far as it is asked for. It is where a wheel says what it holds."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._data, self.total = archive.part(-TAIL, None)
        self._at = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Where the next read begins, in the whole file."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Moves there, in the whole file."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.total}[whence]
        if self._at < 0:
            raise ValueError("before the beginning")
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        """Bytes from here; what lies before the part that is known is fetched first."""
        known = self.total - len(self._data)
        if self._at < known:
            if self.total - self._at > DIRECTORY_LIMIT:
                raise ValueError("its directory is too large")
            self._data = self._archive.part(self._at, known).data + self._data
            known = self._at
        begin = self._at - known
        found = self._data[begin:] if size is None or size < 0 else self._data[begin : begin + size]
        self._at += len(found)
        return found
