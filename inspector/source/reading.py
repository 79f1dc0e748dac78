"""Everything that is read of one subject: who it is, its MRO and members, the construction and the call.

In: the text of a torch, a configuration and a sample of its inputs. Out: a Reading, kept in the cache by the hash of the files.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from inspector.errors import InspectError
from inspector.report import (
    AttributeRecord,
    CallTrace,
    ClassEntry,
    Configuration,
    ConstructionTrace,
    Member,
    Parameter,
    Sample,
    Setting,
    Step,
    Subject,
)  # fmt: skip
from inspector.source import cache
from inspector.source.finders import TorchText

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower
    from inspector.source.resolve import Library
    from inspector.source.values import ClassValue


class Reading(msgspec.Struct, frozen=True):
    """What was read of one subject in one configuration."""

    subject: Subject
    mro: tuple[ClassEntry, ...]
    members: dict[str, Member]
    call_trace: CallTrace
    construction_trace: ConstructionTrace
    settings: tuple[Setting, ...]


class Outline(msgspec.Struct, frozen=True):
    """What must be known of a class before inputs can be drawn for it."""

    signature: tuple[Parameter, ...]
    docstring: str


def outline(text: TorchText, qualified_name: str) -> Outline:
    """Signature and docstring of a class; cached."""
    path = cache.path_of("outline", (qualified_name,), text)
    found = cache.load(path, text, Outline)
    if found is not None:
        return found
    from inspector.source import signatures

    library, cls = _library(text, qualified_name)
    made = Outline(signatures.constructor_signature(library, cls), signatures.class_docstring(library, cls))
    cache.save(path, text, library.files(), made)
    return made


def read(text: TorchText, configuration: Configuration, sample: Sample | None) -> Reading:
    """Reads one subject in one configuration; cached by the text of the files it was read from."""
    path = cache.path_of("reading", _key(configuration, sample), text)
    found = cache.load(path, text, Reading)
    if found is not None:
        return found
    made, files = _read(text, configuration, sample)
    cache.save(path, text, files, made)
    return made


def _key(configuration: Configuration, sample: Sample | None) -> tuple[str, str]:
    # Reading depends on shapes and dtypes only, so the contents of tensors are left out of the key.
    shapes = msgspec.json.encode(sample) if sample is not None else b""
    return msgspec.json.encode(configuration).decode(), shapes.decode()


def _library(text: TorchText, qualified_name: str) -> tuple[Library, ClassValue]:
    from inspector.source.resolve import Library
    from inspector.source.values import ClassValue

    library = Library(text)
    cls = library.dotted(qualified_name)
    if not isinstance(cls, ClassValue):
        raise InspectError("not-a-class", f"`{qualified_name}` is not a class that can be read", "", "name a class under torch.nn")
    return library, cls


def _read(text: TorchText, configuration: Configuration, sample: Sample | None) -> tuple[Reading, Iterable[str]]:
    with _one_big_job():
        from inspector.source.follow.follower import Follower

        library, cls = _library(text, configuration.subject)
        return _follow(Follower(library), cls, configuration, sample), library.files()


@contextlib.contextmanager
def _one_big_job() -> Iterator[None]:
    """Room for deep calls, and no collection of garbage in between; both as before afterwards.

    Following one call takes about fifteen Python frames, so a network of networks goes past Python's usual limit. Trees are
    kept to the end: looking for garbage among them takes a tenth of the time and finds none.
    """
    usual, collecting = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(usual, 12_000))
    gc.disable()
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)
        if collecting:
            gc.enable()


def _follow(follower: Follower, cls: ClassValue, configuration: Configuration, sample: Sample | None) -> Reading:
    from inspector.source import call_trace, construction_trace, members, signatures

    library = follower.library
    construction = construction_trace.follow_construction(follower, cls, configuration)
    trace = call_trace.follow_calls(follower, construction.instance, sample)
    signature = signatures.constructor_signature(library, cls)
    attributes = _with_reads(construction.trace.attributes, construction.watcher.reads)
    return Reading(
        subject=members.subject_of(library, cls, configuration, signature, functions=_functions(trace.steps)),
        mro=members.mro_of(library, cls),
        members=members.members_of(library, cls),
        call_trace=trace,
        construction_trace=msgspec.structs.replace(construction.trace, attributes=attributes),
        settings=_settings(signature, configuration, attributes),
    )


def _with_reads(attributes: tuple[AttributeRecord, ...], reads: dict[str, list[int]]) -> tuple[AttributeRecord, ...]:
    return tuple(msgspec.structs.replace(record, read_at=tuple(reads.get(record.name, ()))) for record in attributes)


def _functions(steps: tuple[Step, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for step in steps:
        if step.callee.startswith("torch.nn.functional.") and step.caller.endswith(".forward") and step.taken != "false":
            found.setdefault(step.callee)
    return tuple(found)


def _settings(
    signature: tuple[Parameter, ...], configuration: Configuration, attributes: tuple[AttributeRecord, ...]
) -> tuple[Setting, ...]:
    by_name = {record.name: record for record in attributes}
    positional = [parameter.name for parameter in signature if parameter.kind == "positional"]
    given = {
        argument.name or positional[place] for place, argument in enumerate(configuration.args) if argument.name or place < len(positional)
    }
    legacy = sorted(given & {parameter.name for parameter in signature if parameter.deprecated})
    found = []
    for parameter in signature:
        record = by_name.get(parameter.name)
        if record is None:
            continue
        resolved = legacy and parameter.name not in given and record.condition and any(name in record.condition for name in legacy)
        source = f"{record.set_by}, since {' and '.join(legacy)} {'was' if len(legacy) == 1 else 'were'} given" if resolved else "default"
        found.append(Setting(parameter.name, record.value, "given" if parameter.name in given and not resolved else source))
    return tuple(found)


__all__ = ["CallTrace", "ConstructionTrace", "Outline", "Reading", "outline", "read"]
