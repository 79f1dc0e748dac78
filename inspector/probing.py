"""Which losses to probe, and where -> what came of it, kept by torch build so that it is run once.

In: names of losses. Out: one Probed each. Draws nothing; torch is loaded only by the processes that run probes.
"""

from __future__ import annotations

import functools
import hashlib
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from inspector import losses
from inspector.errors import CouldNotRun, InspectError
from inspector.losses.schema import LossDefinition
from inspector.report import Message, NotRun, Parameter, Probed
from inspector.source import cache, catalog, finders, reading
from inspector.source.finders import TorchText

Told = Callable[[int, int], None]


def probe(names: Sequence[str], device: str = "cpu", on_progress: Told | None = None, processes: int = 0) -> tuple[Probed, ...]:
    """What came of the probes of some losses, or of every public loss where none is named; kept ones are not run again.

    `on_progress` is told how many losses are done, of how many. Raises InspectError for a name that is no loss with a definition.
    """
    text = finders.find_installed()
    wanted = subjects(text, names)
    found = {name: kept for name in wanted if (kept := recall(text, name, device)) is not None}
    lacking = [name for name in wanted if name not in found]
    if on_progress is not None and lacking:
        on_progress(len(found), len(wanted))
    for probed in _run(text, lacking, device, processes):
        cache.save(_path(text, probed.subject, device), text, _files(text, probed.subject), probed)
        found[probed.subject] = probed
        if on_progress is not None:
            on_progress(len(found), len(wanted))
    return tuple(found[name] for name in wanted)


def subjects(text: TorchText, names: Sequence[str]) -> list[str]:
    """The qualified names of the losses that are meant; a loss that is another name of one stands for that one."""
    listed = catalog.read_catalog(text)
    if not names:
        public = [entry.qualified_name for entry in listed.losses() if entry.public_name]
        return [name for name in public if (found := losses.find(name)) is not None and found.cases and not found.same_as]
    return list(dict.fromkeys(_subject(catalog.find(listed, name).qualified_name) for name in names))


def _subject(qualified_name: str) -> str:
    definition = losses.find(qualified_name)
    if definition is None or not definition.cases:
        short = qualified_name.rpartition(".")[2]
        raise InspectError(
            "no-domain", f"{short} has no declared domain, so it has no edges to probe", todo="name a loss of `inspect-loss list`"
        )
    return definition.same_as or qualified_name


def recall(text: TorchText, qualified_name: str, device: str = "cpu") -> Probed | None:
    """What is kept of the probes of one loss with this torch; None where they have not been run."""
    return cache.load(_path(text, qualified_name, device), text, Probed)


def remembered(text: TorchText, qualified_name: str) -> Probed | NotRun:
    """The same for a report, which runs no probes of its own."""
    definition = losses.find(qualified_name)
    if definition is None or not definition.cases:
        return NotRun("it has no declared domain, so it has no edges to probe")
    name = definition.same_as or qualified_name
    return recall(text, name) or NotRun(f"not run with this torch yet: inspect-loss findings {name.rpartition('.')[2]}")


def known_messages(text: TorchText) -> tuple[Message, ...] | None:
    """Every message of every loss with this torch; None where some loss has not been probed yet."""
    kept = [recall(text, name) for name in subjects(text, ())]
    if any(each is None for each in kept):
        return None
    return tuple(message for each in kept if each is not None for message in each.messages)


# -- the rest is private ------------------------------------------------------------------------------------------------


def _path(text: TorchText, qualified_name: str, device: str) -> Path:
    return cache.path_of("probed", (qualified_name, device, as_written()), text)


def _files(text: TorchText, qualified_name: str) -> list[str]:
    """The files that hold the loss and its function: the probes are run again when they change."""
    own = [entry.file for entry in catalog.read_catalog(text).losses() if entry.qualified_name == qualified_name]
    return [*own, "torch/nn/functional.py"]


@functools.cache
def as_written() -> str:
    """A hash of the rules themselves: what other rules found is not shown."""
    digest = hashlib.blake2b(digest_size=16)
    for folder in ("live", "losses"):
        for file in sorted((Path(__file__).parent / folder).glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _run(text: TorchText, names: Sequence[str], device: str, processes: int) -> Iterator[Probed]:
    """What came of each, in the order in which they end; those that take longest are begun first."""
    from inspector.live import workers

    tasks = [_Task(name, reading.outline(text, name).signature, device, *_said(text, name)) for name in sorted(names, key=_effort)]
    count = min(processes or workers.processors(), len(tasks))
    if count <= 1:
        yield from (_good(_probed(msgspec.msgpack.encode(task))) for task in tasks)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(count) as pool:
        for raw in pool.imap_unordered(_probed, [msgspec.msgpack.encode(task) for task in tasks]):
            yield _good(raw)


def _effort(name: str) -> float:
    """Minus a guess at how long the probes of a loss take: its ways to be called, times the inputs and parameters of each."""
    definition = losses.find(name)
    assert definition is not None
    return -sum(len(case.inputs) + len(case.parameters) for case in definition.cases) * (1 + _depth(definition))


def _depth(definition: LossDefinition) -> int:
    return max((len(rule.core) for rule in definition.rules), default=0)


def _good(raw: bytes) -> Probed:
    """What came of one loss. Raises what the process met that could not run it."""
    from inspector.live.workers import Trouble

    if raw[:1] == TROUBLE:
        raise msgspec.msgpack.decode(raw[1:], type=Trouble).error()
    return msgspec.msgpack.decode(raw[1:], type=Probed)


DONE, TROUBLE = b"d", b"t"
"""The first byte of what a process hands back."""


class _Task(msgspec.Struct, frozen=True):
    """One loss to probe: its signature, and its docstring with the place where it begins."""

    name: str
    signature: tuple[Parameter, ...]
    device: str
    docstring: str
    file: str
    line: int


def _said(text: TorchText, qualified_name: str) -> tuple[str, str, int]:
    """The docstring of a class, its file, and the line on which it begins."""
    entry = next(each for each in catalog.read_catalog(text).losses() if each.qualified_name == qualified_name)
    docstring = reading.outline(text, qualified_name).docstring
    lines = cache.place(text, entry.file).read_text(encoding="utf-8").splitlines()
    begins = next((at for at, line in enumerate(lines[entry.line - 1 :], entry.line) if '"""' in line), entry.line)
    return docstring, entry.file, begins


def _probed(raw: bytes) -> bytes:
    """Runs in a process of its own, which starts the child that loads torch."""
    from inspector.live.documented import Said
    from inspector.live.findings import probe_loss
    from inspector.live.isolate import Child
    from inspector.live.workers import Trouble

    task = msgspec.msgpack.decode(raw, type=_Task)
    definition = losses.find(task.name)
    assert definition is not None
    try:
        with Child(task.device) as child:
            said = Said(task.docstring, task.file, task.line)
            return DONE + msgspec.msgpack.encode(probe_loss(definition, task.signature, child, task.device, said))
    except CouldNotRun as met:
        return TROUBLE + msgspec.msgpack.encode(Trouble(met.slug, met.what, met.where, met.todo, met.exit_code))
