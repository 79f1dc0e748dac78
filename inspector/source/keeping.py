"""What is kept in the cache folder, by kind, and the removal of all of it. Only what this program writes is counted or removed."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from inspector.source import cache

_ENTRY = re.compile(r"([a-z_]+)-[0-9a-f]{32}\.json")
_UNFINISHED = re.compile(r"tmp\w{6,12}\.part")
_FOLDERS = ("references", "releases")


class Kind(msgspec.Struct, frozen=True):
    """One kind of what is kept."""

    name: str
    files: int
    size: int
    """Bytes."""


class Kept(msgspec.Struct, frozen=True):
    """What is kept, and where."""

    folder: str
    kinds: tuple[Kind, ...]


def kept() -> Kept:
    """What the cache folder holds of ours, by kind."""
    sizes: dict[str, list[int]] = {}
    for kind, file in _files():
        with contextlib.suppress(OSError):
            sizes.setdefault(kind, []).append(file.stat().st_size)
    return Kept(str(cache.folder()), tuple(Kind(kind, len(each), sum(each)) for kind, each in sorted(sizes.items())))


def clear() -> Kept:
    """Removes what `kept` counts, and returns what it was. Whatever else lies in the folder stays there."""
    found = kept()
    for kind, file in list(_files()):
        if kind not in _FOLDERS:
            file.unlink(missing_ok=True)
    for name in _FOLDERS:
        shutil.rmtree(cache.folder() / name, ignore_errors=True)
    return found


def _files() -> Iterator[tuple[str, Path]]:
    folder = cache.folder()
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        entry = _ENTRY.fullmatch(file.name)
        if file.is_file() and (entry or _UNFINISHED.fullmatch(file.name)):
            yield entry[1] if entry else "unfinished", file
    for name in _FOLDERS:
        yield from ((name, file) for file in sorted((folder / name).rglob("*")) if file.is_file())
