"""The sources of a torch that is not installed: read out of its wheel when they are looked at, and kept.

In: an archive and a folder to keep its text in. Out: a WheelText, which reads as the text of an installed torch does. Kept text is held
against the wheel's own check sums, and read again where it is damaged. Nothing is installed or run.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from inspector.errors import CouldNotRun, InspectError
from inspector.report import Release
from inspector.source.archives import WANTED, Archive, Contents, read_contents, read_members
from inspector.source.fetching import NoRanges
from inspector.source.finders import TorchText, is_looked_at, version_in

_SELDOM = frozenset(("torch/_torch_docs.py",))
"""What following the calls of few classes reads: one report fetches it where it comes to it, whoever reads many has it at once."""
_BELOW = re.compile(
    r"torch/_decomp/decompositions\.py|torch/_refs/((linalg|special|nn/functional)/)?__init__\.py"
    r"|torch/(lib/)?include/torch/csrc/autograd/generated/Functions\.h|torchgen/packaged/autograd/templates/\w+\.cpp",
    re.ASCII,
)
"""What torch says of its operators in Python and in its header: fetched together when the first of it is looked at."""
_ABANDONED = 86_400.0
"""Seconds after which a file that is still unfinished is nobody's."""
_DECIDING = ("torch", "torch/nn", "torch/nn/modules", "torch/nn/utils", "torch/_C")
"""Folders that decide what is read of a class; where they are the same in two releases, it is read once."""


Whole = Callable[[int], AbstractContextManager[Archive]]
"""The whole wheel, of so many bytes as far as is known, for the length of a `with` block; raises where that is not allowed."""


class WheelText(TorchText):
    """The Python text of one torch in a wheel; `root` is where what was read of it is kept."""

    def __init__(self, root: Path, contents: Contents, archive: Callable[[], Archive], whole: Whole) -> None:
        self.contents = contents
        self._archive = archive
        self._whole = whole
        self._sound: set[str] = set()
        super().__init__(root, Release(version="", git_version="", origin="wheel"))
        self.release = Release(*version_in(self.text_of(root / "torch/version.py")), origin="wheel")
        self.identity = ("same text", _digest_of(contents))

    def text_of(self, path: Path) -> str:
        """The text of a file, fetched where it is not kept or was damaged."""
        if path not in self._texts:
            self._need(self.relative(path))
        return super().text_of(path)

    def place(self, name: str) -> Path:
        """The file that records name so, there and whole if the wheel holds it."""
        if name in self.contents.members:
            self._need(name)
        return super().place(name)

    def files_in(self, folder: str) -> list[Path]:
        """The Python files of one folder of torch, by name."""
        return [self.root / name for name in sorted(self.contents.members) if os.path.dirname(name) == folder and name.endswith(".py")]

    def beside(self, module: str, file: Path | None = None) -> TorchText:
        """The same text for a class of torch; a class of another package runs with the installed torch only."""
        if self.is_followed(module):
            return self
        what = f"`{module}` is not part of torch, so it has no other release of torch"
        raise InspectError("not-in-a-release", what, "", "leave out --release and --source")

    def _locate(self, module: str, suffix: str) -> Path | None:
        if module.partition(".")[0] != "torch":
            return super()._locate(module, suffix)
        stem = module.replace(".", "/")
        return next((self.root / name for name in (f"{stem}/__init__{suffix}", stem + suffix) if name in self.contents.members), None)

    def fetch(self) -> WheelText:
        """This text, with all there that a report looks at: what is missing is fetched now."""
        names = [name for name in self.contents.members if is_looked_at(name) or name in _SELDOM]
        marker, all_of_it = self.root.parent / "first", _named(names)
        if not self._is_marked(marker, all_of_it):
            if missing := [name for name in names if not self._is_whole(name)]:
                self._fetch(missing)
            keep(marker, all_of_it)
        return self

    @staticmethod
    def is_fetched(folder: Path) -> bool:
        """Whether all that a report looks at was once kept in this folder of a wheel."""
        try:
            return (folder / "first").read_bytes().startswith(_SELECTION.encode())
        except OSError:
            return False

    @staticmethod
    def _is_marked(marker: Path, all_of_it: bytes) -> bool:
        try:
            return marker.read_bytes() == all_of_it
        except OSError:
            return False

    def looked_at(self) -> list[str]:
        """The Python files that a report may look at, as records name them."""
        return sorted(name for name in self.contents.members if name.endswith(".py") and is_looked_at(name))

    def data_of(self, name: str) -> bytes:
        """The bytes of a file that the wheel holds, fetched where it is not kept or was damaged; read once more than that at most."""
        member = self.contents.members[name]
        with contextlib.suppress(OSError):
            data = (self.root / name).read_bytes()
            if (len(data), zlib.crc32(data)) == (member.size, member.crc):
                self._sound.add(name)
                return data
        self._sound.discard(name)
        return super().data_of(name)

    def mark_of(self, name: str) -> tuple[int, int]:
        """Size and check sum of a file that the wheel holds, without reading it: the same for the same text."""
        return self.contents.members[name].size, self.contents.members[name].crc

    def _need(self, name: str) -> None:
        """Sees to it that a member is kept and whole, with those that are likely to be looked at next."""
        if name in self._sound or name not in self.contents.members or self._is_whole(name):
            return
        group = next((group for group in (is_looked_at, _BELOW.fullmatch) if group(name)), None)
        missing = [other for other in {name, *filter(group, self.contents.members)} if not self._is_whole(other)] if group else [name]
        if missing:
            self._fetch(missing)

    def _fetch(self, missing: Iterable[str]) -> None:
        _sweep(self.root)
        try:
            self._keep_from(self._archive(), missing)
        except NoRanges as refused:
            with self._whole(refused.size) as archive:
                self.keep_all(archive)

    def _keep_from(self, archive: Archive, names: Iterable[str]) -> None:
        for member, data in read_members(archive, self.contents, names):
            keep(self.root / member, data)
            self._sound.add(member)

    def _is_whole(self, name: str) -> bool:
        if name not in self._sound and _checksum(self.root / name) == (self.contents.members[name].size, self.contents.members[name].crc):
            self._sound.add(name)
        return name in self._sound

    def keep_all(self, archive: Archive | None = None) -> None:
        """Keeps every source of the wheel, from an archive that will not be there again where one is given."""
        self._keep_from(archive or self._archive(), [name for name in self.contents.members if not self._is_whole(name)])


def open_wheel(folder: Path, filename: str, archive: Callable[[], Archive], whole: Whole) -> WheelText:
    """The text in a wheel; `folder` keeps what was read of it. The archive is asked for only where something is missing there.

    `whole` makes one of the whole wheel, where the server turns out to send no parts of it; everything is kept of that one at once.
    """
    contents, current = _kept(folder)
    if contents is None or not current:
        try:
            contents = _contents(folder, filename, archive())
        except NoRanges as refused:
            contents = contents or _contents_of_whole(folder, filename, whole, refused.size)
        except CouldNotRun:
            if contents is None:
                raise
    return WheelText(folder / "files", contents, archive, whole)


def _contents(folder: Path, filename: str, archive: Archive) -> Contents:
    contents = read_contents(archive, filename)
    keep(folder / "contents.json", _sealed(contents))
    return contents


def _contents_of_whole(folder: Path, filename: str, whole: Whole, size: int) -> Contents:
    with whole(size) as archive:
        contents = _contents(folder, filename, archive)
        WheelText(folder / "files", contents, lambda: archive, whole).keep_all(archive)
    return contents


def kept_contents(folder: Path) -> Contents | None:
    """What was kept of a wheel's directory; None where there is none or it is damaged."""
    return _kept(folder)[0]


_SELECTION = hashlib.sha256(WANTED.pattern.encode()).hexdigest()[:16]
"""Which members of a wheel are listed at all: what was kept by another rule is read again where that is possible."""


class _Sealed(msgspec.Struct):
    contents: msgspec.Raw
    digest: str
    selection: str = ""


def _sealed(contents: Contents) -> bytes:
    encoded = msgspec.json.encode(contents)
    return msgspec.json.encode(_Sealed(msgspec.Raw(encoded), hashlib.sha256(encoded).hexdigest(), _SELECTION))


def _kept(folder: Path) -> tuple[Contents | None, bool]:
    """What was kept of a wheel's directory; None where there is none or it is damaged; and whether it lists all that this version reads."""
    try:
        sealed = msgspec.json.decode((folder / "contents.json").read_bytes(), type=_Sealed)
        if hashlib.sha256(bytes(sealed.contents)).hexdigest() != sealed.digest:
            return None, False
        return msgspec.json.decode(sealed.contents, type=Contents), sealed.selection == _SELECTION
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None, False


def _named(names: Iterable[str]) -> bytes:
    """What stands in the file that says that all of these are kept."""
    return b" ".join((_SELECTION.encode(), hashlib.sha256("\0".join(sorted(names)).encode()).hexdigest().encode()))


def _digest_of(contents: Contents) -> str:
    """The hash of the sources that decide a reading; `torch/version.py`, which is never the same, is left out."""
    deciding = (
        (name, member.crc, member.size)
        for name, member in sorted(contents.members.items())
        if name.rpartition("/")[0] in _DECIDING and name != "torch/version.py"
    )
    return hashlib.sha256(repr(list(deciding)).encode()).hexdigest()


def _sweep(folder: Path) -> None:
    """Removes what processes that were killed in the middle of writing left behind long ago."""
    for file in (*folder.parent.glob("tmp*.part"), *folder.rglob("tmp*.part")):
        with contextlib.suppress(OSError):
            if time.time() - file.stat().st_mtime > _ABANDONED:
                file.unlink()


def _checksum(path: Path) -> tuple[int, int] | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    return len(data), zlib.crc32(data)


def keep(path: Path, data: bytes) -> None:
    """Writes a file under another name and moves it into place, so that it is never seen half. Raises CouldNotRun `cannot-write`."""
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.replace(temporary, path)
        temporary = ""
    except OSError as error:
        where = "set INSPECT_LOSS_CACHE to a folder that can be written"
        raise CouldNotRun("cannot-write", f"cannot keep what was read: {error.strerror}", str(path.parent), where) from None
    finally:
        if temporary:
            os.unlink(temporary)
