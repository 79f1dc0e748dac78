"""A whole wheel from the network -> a file, continued where an earlier attempt broke off.

In: an address and a folder. Out: the path of the whole file, held against the check sum that the index gives. Used only where a server
sends no parts of a file and the user allowed it; who reads the file removes it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from io import BufferedRandom
from pathlib import Path
from typing import IO, Any

from inspector.errors import CouldNotRun
from inspector.source import fetching
from inspector.source.fetching import Fetcher, Rest

LARGEST = 8 << 30
"""Bytes of the largest wheel that is fetched whole."""
UNFINISHED = "wheel.part"
_TAG = "wheel.tag"


@contextlib.contextmanager
def downloaded(fetcher: Fetcher, address: str, folder: Path, sha256: str = "") -> Iterator[Path]:
    """The whole file, for the length of a `with` block; a kill or an error leaves what came, for the next time. Raises CouldNotRun."""
    folder.mkdir(parents=True, exist_ok=True)
    file, stream = _claimed(folder)
    try:
        with stream:
            _fill(fetcher, address, stream, folder / _TAG, sha256)
            stream.flush()
            yield file
        file.unlink(missing_ok=True)
        (folder / _TAG).unlink(missing_ok=True)
    finally:
        if file.name != UNFINISHED:
            file.unlink(missing_ok=True)


def _claimed(folder: Path) -> tuple[Path, BufferedRandom]:
    """The file that may be continued, for this process alone; one of another name where another process is at it."""
    file = folder / UNFINISHED
    stream = os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    # Whoever held it may have finished and removed it between the opening and the locking: then this is no longer the file there.
    if locked(stream) and file.exists() and os.path.samestat(os.fstat(stream.fileno()), file.stat()):
        return file, stream
    stream.close()
    handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
    return Path(name), os.fdopen(handle, "r+b")


def locked(stream: IO[Any] | int) -> bool:
    """Whether the open file or folder is this process's own from now on, and was no other's; a system without such locks never says so.

    The system gives it back when the process ends, however it ends.
    """
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _fill(fetcher: Fetcher, address: str, stream: BufferedRandom, tag: Path, sha256: str) -> None:
    """Writes the file to the end; what was continued and turns out wrong is fetched once more from the beginning."""
    continued = stream.seek(0, os.SEEK_END) > 0
    _append(fetcher, address, stream, tag, provable=bool(sha256))
    if not sha256 or _sha256(stream) == sha256:
        return
    stream.truncate(0)
    if continued:
        _append(fetcher, address, stream, tag, provable=False)
        if _sha256(stream) == sha256:
            return
        stream.truncate(0)
    what = "cannot read this wheel: what came is not what the index lists (its sha256 is another)"
    raise CouldNotRun("wheel-unreadable", what, address, "name another release, or try again")


def _append(fetcher: Fetcher, address: str, stream: BufferedRandom, tag: Path, *, provable: bool) -> None:
    """Writes what is missing at the end. It is continued only where the server's tag or a check sum can prove that it fits."""
    for attempt in range(fetching.TRIES):
        start = stream.seek(0, os.SEEK_END)
        known = tag.read_text(encoding="utf-8") if tag.is_file() else ""
        rest = fetcher.rest(address, start if known or provable else 0, known)
        if rest.start < start:
            stream.seek(rest.start)
            stream.truncate()
        tag.write_text(rest.tag, encoding="utf-8")
        size = rest.start + _written(rest, stream, address)
        if size == (rest.total or size):
            return
        time.sleep(fetching.BACKOFF * 2**attempt)
    what = f"cannot read from the package index: it broke off after {size} of {rest.total} bytes"
    raise CouldNotRun("index-unreachable", what, address, "the same again continues there")


def _written(rest: Rest, stream: BufferedRandom, address: str) -> int:
    size = 0
    for chunk in rest.chunks:
        size += len(chunk)
        if rest.start + size > LARGEST:
            raise CouldNotRun("wheel-unreadable", f"the file is over {LARGEST >> 20} MB", address, "name another release")
        stream.write(chunk)
    return size


def _sha256(stream: BufferedRandom) -> str:
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256").hexdigest()
