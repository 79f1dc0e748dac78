"""What was read, kept between runs: one small record, found by what was asked and by the hash of every file it was read from.

In: a key, file names and a way to make the record. Out: the record. Never trusted by time stamps; a damaged entry is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from inspector.report import FORMAT_VERSION
from inspector.source.finders import TorchText

T = TypeVar("T")


@lru_cache(maxsize=1)
def reader_digest() -> str:
    """The hash of the reader's own text: another reader may say something else of the same source."""
    files = sorted(Path(__file__).parent.rglob("*.py"))
    return hashlib.blake2b(b"\0".join(file.read_bytes() for file in files), digest_size=16).hexdigest()


class _Entry(msgspec.Struct):
    files: dict[str, str]
    """File, relative to the folder that holds torch -> hash of its bytes."""
    record: msgspec.Raw
    digest: str
    """The hash of the record's bytes: a bit that flipped on the disk is not shown as torch's text."""


def folder() -> Path:
    """The cache folder: INSPECT_LOSS_CACHE, else the user's own cache folder."""
    given = os.environ.get("INSPECT_LOSS_CACHE")
    if given:
        return Path(given)
    import platformdirs

    return Path(platformdirs.user_cache_dir("inspect-loss", appauthor=False))


def digest_of(path: Path) -> str:
    """The hash of a file's bytes; "" where it cannot be read."""
    try:
        return _digest(path.read_bytes())
    except OSError:
        return ""


def _digest_in(text: TorchText, name: str) -> str:
    """The hash of one file, taken once for all that is made of this text: what is read of it is read once too."""
    known: dict[Any, str] = text.shared.setdefault("digests", {})
    if name not in known:
        known[name] = digest_of(place(text, name))
    return known[name]


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def path_of(kind: str, key: Iterable[str], text: TorchText) -> Path:
    """Where an entry lies; names of users never become part of the path."""
    parts = [reader_digest(), str(FORMAT_VERSION), *text.identity, sys.version, *key]
    name = hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
    return folder() / f"{kind}-{name}.json"


def load(path: Path, text: TorchText, record: type[T]) -> T | None:
    """The record of an entry whose files are unchanged; None where there is none, or it is damaged or out of date."""
    try:
        entry = msgspec.json.decode(path.read_bytes(), type=_Entry)
        if any(_digest_in(text, name) != digest for name, digest in entry.files.items()):
            return None
        return msgspec.json.decode(entry.record, type=record) if _digest(bytes(entry.record)) == entry.digest else None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def save(path: Path, text: TorchText, files: Iterable[str], record: object) -> None:
    """Keeps a record; a folder that cannot be written to is no error."""
    encoded = msgspec.json.encode(record)
    entry = _Entry({name: _digest_in(text, name) for name in files}, msgspec.Raw(encoded), _digest(encoded))
    write(path, msgspec.json.encode(entry))


def write(path: Path, data: bytes) -> None:
    """Writes an entry under another name and moves it into place; a folder that cannot be written to is no error."""
    import tempfile

    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise


def place(text: TorchText, name: str) -> Path:
    """The file behind a relative name."""
    return text.place(name)


def remembered(path: Path, text: TorchText, files: list[str], record: type[T], make: Callable[[], T]) -> T:
    """The kept record, or a new one that is kept from now on."""
    found = load(path, text, record)
    if found is not None:
        return found
    made = make()
    save(path, text, files, made)
    return made
