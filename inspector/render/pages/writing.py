"""Files -> a folder: only what changed is written, under a temporary name and moved into place, and what is no longer made is removed.

In: paths relative to a folder, with their bytes. Out: which were written and removed. A path never leaves the folder.
"""

from __future__ import annotations

import filecmp
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from inspector.errors import CouldNotRun


class Changed(NamedTuple):
    """What writing changed."""

    written: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.written or self.removed)


def write(folder: Path, files: Mapping[str, bytes]) -> Changed:
    """Makes the folder hold exactly these files. Raises CouldNotRun `cannot-write`."""
    try:
        written = [name for name, data in sorted(files.items()) if write_one(inside(folder, name), data)]
        removed = _remove_others(folder, set(files))
    except OSError as error:
        raise CouldNotRun("cannot-write", f"cannot write: {error.strerror}", str(folder), "choose another folder with --output") from None
    return Changed(tuple(written), tuple(removed))


def digest(files: Mapping[str, bytes]) -> str:
    """The hash of all names and bytes."""
    told = hashlib.blake2b(digest_size=16)
    for name, data in sorted(files.items()):
        told.update(f"{name}\0{len(data)}\0".encode() + data)
    return told.hexdigest()


OF_A_SERVER = ("404.html", "sitemap.xml", "sitemap.xml.gz")
"""Files of a site that mean nothing in a folder."""
SOURCE_MAP = ".map"
"""Ending of what only a debugger asks for: the theme's scripts as they were before they were made small."""


def pack(folder: Path, archive: Path) -> None:
    """Makes a zip of all files in the folder, under the name of the archive; the same files give the same bytes, which are left alone.

    What only a server shows is left out, its addresses begin at the top of a host, and source maps.
    """
    handle, temporary = tempfile.mkstemp(dir=archive.parent, prefix=".writing-")
    with os.fdopen(handle, "wb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and _is_read(path)):
            name = zipfile.ZipInfo(f"{archive.stem}/{path.relative_to(folder).as_posix()}", (1980, 1, 1, 0, 0, 0))
            name.external_attr = 0o644 << 16
            packed.writestr(name, path.read_bytes(), zipfile.ZIP_DEFLATED)
    if archive.is_file() and filecmp.cmp(temporary, archive, shallow=False):
        os.unlink(temporary)
        return
    os.chmod(temporary, 0o644)
    os.replace(temporary, archive)


def _is_read(path: Path) -> bool:
    """Whether somebody who reads the site from a folder needs this file."""
    return path.name not in OF_A_SERVER and path.suffix != SOURCE_MAP


def put_in_place(made: Path, place: Path) -> None:
    """Moves a finished folder to where it is to stand; what stood there before lies where the new one was made.

    Where the system can exchange two folders in one step there is no moment without one of them.
    """
    if not place.exists():
        os.replace(made, place)
    elif not _exchange(made, place):
        aside = made.with_name(f"{made.name}.old")
        os.replace(place, aside)
        os.replace(made, place)


def _exchange(one: Path, other: Path) -> bool:
    """False where this system has no call for it, or the file system refuses."""
    import ctypes

    here, swap = -100, 2
    library = ctypes.CDLL(None) if os.name == "posix" else None
    names = (os.fsencode(one), os.fsencode(other))
    if library is not None and hasattr(library, "renameat2"):
        return bool(library.renameat2(here, names[0], here, names[1], swap) == 0)
    if library is not None and hasattr(library, "renamex_np"):
        return bool(library.renamex_np(*names, swap) == 0)
    return False


def inside(folder: Path, name: str) -> Path:
    """The path of a file in the folder; a name that would lead out of it is a mistake of ours."""
    parts = name.split("/")
    if not name or any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
        raise ValueError(f"not a file below {folder}: {name!r}")
    return folder.joinpath(*parts)


def write_one(path: Path, data: bytes) -> bool:
    """Writes a file under another name and moves it into place. True where the file was written: its bytes differ from what lay there."""
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return True


def _remove_others(folder: Path, wanted: set[str]) -> list[str]:
    """Removes the files that are no longer made, and the folders that are empty then; returns the names of the files."""
    removed = []
    for root, _, names in os.walk(folder, topdown=False):
        for name in names:
            path = Path(root) / name
            if path.relative_to(folder).as_posix() not in wanted:
                path.unlink()
                removed.append(path.relative_to(folder).as_posix())
        if Path(root) != folder and not os.listdir(root):
            os.rmdir(root)
    return sorted(removed)
