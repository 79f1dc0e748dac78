"""References by the hash of what they were computed from, in memory and on disk, so that a second run computes none.

In: a definition and what the loss is given. Out: a Worked record. A damaged or missing file, and one of formulas that have changed since,
is rebuilt without a word; nothing is ever read by time stamp.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from array import array
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from inspector import losses
from inspector.losses.reference import Given
from inspector.losses.schema import LossDefinition
from inspector.losses.worked import Curvature, Worked, work_out, work_out_second


class _Stored(msgspec.Struct, array_like=True):
    """What a file holds: references, and the hash of the formulas they were computed with."""

    formulas: bytes
    entries: dict[str, bytes]


class References:
    """References of one process. `folder` None keeps them in memory only."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._worked: dict[str, Any] = {}
        self._stored: dict[str, dict[str, bytes]] = {}
        self._changed: set[str] = set()

    def find(self, definition: LossDefinition, given: Given) -> Worked:
        """The reference of one sample, computed unless it is known. Raises NoReference."""
        found: Worked = self._find(definition, given, "value", Worked, work_out)
        return found

    def find_second(self, definition: LossDefinition, given: Given) -> Curvature:
        """The second derivatives of one sample, computed unless they are known. Raises NoReference."""
        found: Curvature = self._find(definition, given, "second", Curvature, work_out_second)
        return found

    def _find(self, definition: LossDefinition, given: Given, part: str, kind: Any, compute: Callable[[LossDefinition, Given], Any]) -> Any:
        key = f"{part} {key_of(definition, given)}"
        if key not in self._worked:
            found = self._read(definition, key, kind)
            self._worked[key] = self._keep(definition, key, compute(definition, given)) if found is None else found
        return self._worked[key]

    def save(self) -> None:
        """Writes what was computed since the last time, each file under another name first and then moved into place."""
        for name in sorted(self._changed):
            if self._folder is not None:
                file = self._folder / f"{name}.msgpack"
                # Another process may have written meanwhile: what it found is kept. What two lose to each other is computed again.
                entries = _load(file) | self._stored[name]
                _write(file, msgspec.msgpack.encode(_Stored(formulas_as_written(), entries)))
        self._changed.clear()

    def _keep(self, definition: LossDefinition, key: str, found: Any) -> Any:
        self._of(definition)[key] = msgspec.msgpack.encode(found)
        self._changed.add(definition.qualified_name)
        return found

    def _read(self, definition: LossDefinition, key: str, kind: Any) -> Any:
        raw = self._of(definition).get(key)
        if raw is None:
            return None
        try:
            return msgspec.msgpack.decode(raw, type=kind)
        except msgspec.MsgspecError:
            return None

    def _of(self, definition: LossDefinition) -> dict[str, bytes]:
        name = definition.qualified_name
        if name not in self._stored:
            self._stored[name] = _load(self._folder / f"{name}.msgpack") if self._folder is not None else {}
        return self._stored[name]


def key_of(definition: LossDefinition, given: Given) -> str:
    """A hash of the case, the tensors and the constants; not of the reduction, which all share."""
    digest = hashlib.blake2b(digest_size=16)
    constants = tuple((name, repr(value)) for name, value in sorted(given.constants.items()) if name not in _OF_REDUCTION)
    digest.update(repr((definition.qualified_name, given.case.name, constants)).encode())
    for name, grid in given.tensors.items():
        digest.update(repr((name, grid.shape)).encode())
        digest.update(array("d", grid.values).tobytes())
    return digest.hexdigest()


_OF_REDUCTION = frozenset({"reduction", "size_average", "reduce"})


@cache
def formulas_as_written() -> bytes:
    """A hash of the text of every file in inspector/losses: a changed formula finds none of its old references."""
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(Path(losses.__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.digest()


def _load(file: Path) -> dict[str, bytes]:
    """What a file holds; nothing where it is missing, damaged, or of other formulas."""
    try:
        stored = msgspec.msgpack.decode(file.read_bytes(), type=_Stored)
    except (OSError, msgspec.MsgspecError):
        return {}
    return stored.entries if stored.formulas == formulas_as_written() else {}


def _write(file: Path, data: bytes) -> None:
    """Moves a finished file into place; a folder that cannot be written only costs the time to compute again."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=file.stem, suffix=".part")
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.replace(temporary, file)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
