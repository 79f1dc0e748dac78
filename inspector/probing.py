"""Which losses to probe, and where -> what came of it, kept by torch build so that it is run once.

In: names of losses and a device. Out: one Probed each, or evidence; and what differs between devices of one release. Draws nothing;
torch is loaded only by the processes that run probes.
"""

from __future__ import annotations

import functools
import hashlib
import multiprocessing
import multiprocessing.util
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace

from inspector import evidence, losses
from inspector.errors import InspectError
from inspector.evidence import Column, Edges, Evidence, Machine, Outcomes
from inspector.losses.schema import LossDefinition
from inspector.report import Finding, Message, NotRun, Parameter, Probed, Wording
from inspector.source import cache, catalog, finders, reading
from inspector.source.finders import TorchText

if TYPE_CHECKING:
    from inspector.live import compared
    from inspector.live.isolate import Child
    from inspector.live.prober import Seen

Told = Callable[[int, int], None]
T = TypeVar("T")
OnMachine: TypeAlias = tuple[Machine, tuple[Probed, ...]]


class Ran(msgspec.Struct, frozen=True):
    """The probes of one loss on this machine."""

    machine: Machine
    edges: Edges


def probe(names: Sequence[str], device: str = "cpu", on_progress: Told | None = None, processes: int = 0) -> tuple[Probed, ...]:
    """What came of the probes of some losses, or of every public loss where none is named; kept ones are not run again.

    `on_progress` is told how many losses are done, of how many. Raises InspectError for a name that is no loss with a definition.
    """
    text = finders.find_installed()
    told = on_progress or (lambda _done, _whole: None)
    return _all((text, subjects(text, names)), (device, processes), told, (recall, lambda ran: ran.edges.probed))


def measure(names: Sequence[str], devices: Sequence[str], version: str, on_progress: Told | None = None) -> Evidence:
    """The evidence of the same on each of some devices of this machine: what was found, and what came of every single probe.

    `version`: of inspect-loss, as the evidence names it.
    """
    text = finders.find_installed()
    wanted = subjects(text, names)
    found: list[Ran] = []
    for place, device in enumerate(devices):

        def told(done: int, _whole: int, before: int = place * len(wanted)) -> None:
            if on_progress is not None:
                on_progress(before + done, len(devices) * len(wanted))

        found += _all((text, wanted), (device, 0), told, (_recall_all, lambda ran: ran))
    return evidence.collect_edges(((ran.machine, ran.edges) for ran in found), version)


def beside(several: Iterable[Evidence], names: Sequence[str] = ()) -> tuple[list[OnMachine], list[Machine]]:
    """What was probed of some losses on each machine, and the machines that are left out since theirs is another release of torch.

    The same in whatever order the evidence comes. A device that the CPU of the same release can be compared with tells what differs.
    """
    text = finders.find_installed()
    wanted = set(subjects(text, names))
    columns = [column for column in evidence.merge(several).columns if column.edges]
    kept = [column for column in columns if _is_of(column.machine, text)]
    shown = [
        (column.machine, tuple(_with_differences(each, column, kept, text) for each in column.edges if each.probed.subject in wanted))
        for column in kept
    ]
    return [each for each in shown if each[1]], [column.machine for column in columns if column not in kept]


def all_beside(merged: Evidence) -> list[OnMachine]:
    """The same for every release, each named by its machine, where torch need not be installed: differences come without lines to paste."""
    columns = [column for column in merged.columns if column.edges]
    return [(column.machine, tuple(_with_differences(each, column, columns, None) for each in column.edges)) for column in columns]


def _is_of(machine: Machine, text: TorchText) -> bool:
    """True where a machine ran the release of these sources."""
    release = text.release
    return (machine.torch.partition("+")[0], machine.git_version) == (release.version.partition("+")[0], release.git_version)


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
    names = subjects(text, ())
    kept = [recall(text, name) for name in names]
    if any(each is None for each in kept):
        return None
    elsewhere = [recall(text, name, device) for device in ("cuda", "mps") for name in names]
    return tuple(message for each in (*kept, *elsewhere) if each is not None for message in each.messages)


# -- the rest is private ------------------------------------------------------------------------------------------------


class _Kept(msgspec.Struct, frozen=True):
    """What is kept beside a Probed, for those who compare devices: a report need not read it."""

    machine: Machine
    outcomes: Outcomes


_Recall = Callable[[TorchText, str, str], T | None]


def _all(
    of: tuple[TorchText, Sequence[str]], where: tuple[str, int], told: Told, kept_as: tuple[_Recall[T], Callable[[Ran], T]]
) -> tuple[T, ...]:
    """What is known of each loss, run where it is not known yet."""
    (text, wanted), (device, processes), (recalled, made) = of, where, kept_as
    found = {name: kept for name in wanted if (kept := recalled(text, name, device)) is not None}
    lacking = [name for name in wanted if name not in found]
    if lacking:
        told(len(found), len(wanted))
    for ran in _run(text, lacking, device, processes):
        subject, files = ran.edges.probed.subject, _files(text, ran.edges.probed.subject)
        cache.save(_path(text, subject, device), text, files, ran.edges.probed)
        cache.save(_path(text, subject, device, "outcomes"), text, files, _Kept(ran.machine, ran.edges.outcomes))
        found[subject] = made(ran)
        told(len(found), len(wanted))
    return tuple(found[name] for name in wanted)


def _recall_all(text: TorchText, qualified_name: str, device: str) -> Ran | None:
    probed = recall(text, qualified_name, device)
    kept = cache.load(_path(text, qualified_name, device, "outcomes"), text, _Kept) if probed else None
    return Ran(kept.machine, Edges(probed, kept.outcomes)) if kept and probed else None


class _Differing(msgspec.Struct, frozen=True):
    findings: tuple[Finding, ...]
    wordings: tuple[Wording, ...]


def _with_differences(edges: Edges, column: Column, columns: Sequence[Column], text: TorchText | None) -> Probed:
    """What was probed of one loss, with what differs from the CPU of the same release: that of the same platform where there is one."""
    rivals = [each for each in columns if each.machine.device == "cpu" and evidence.same_release(each.machine, column.machine)]
    rivals.sort(key=lambda each: (_unlike(each.machine, column.machine), each.machine))
    found = [each for rival in rivals[:1] for each in rival.edges if each.probed.subject == edges.probed.subject]
    if column.machine.device == "cpu" or not found:
        return edges.probed
    differing = _differing(found[0].outcomes, edges.outcomes, text)
    return replace(edges.probed, findings=(*edges.probed.findings, *differing.findings), wordings=differing.wordings)


def _unlike(one: Machine, other: Machine) -> int:
    return (one.platform != other.platform) + (one.python != other.python) + (one.torch != other.torch)


def _differing(one: Outcomes, other: Outcomes, text: TorchText | None) -> _Differing:
    from inspector.live import compared

    def make() -> _Differing:
        found = compared.compare(one, other)
        lines = _lines(text, one.subject, compared.shown(found.differences), (one.device, other.device)) if text is not None else {}
        return _Differing(compared.findings((one.device, other.device), one.subject, found.differences, lines), found.wordings)

    if text is None:
        return make()
    digest = hashlib.blake2b(msgspec.msgpack.encode((one, other), order="deterministic"), digest_size=16).hexdigest()
    path = cache.path_of("differing", (digest, as_written()), text)
    return cache.remembered(path, text, _files(text, one.subject), _Differing, make)


def _lines(text: TorchText, subject: str, shown: Sequence[compared.Difference], devices: tuple[str, str]) -> dict[compared.About, str]:
    """Lines to paste for each of some differences: the probes are made again, which takes no torch."""
    from inspector.live import compared

    definition = losses.find(subject)
    return compared.lines(definition, reading.outline(text, subject).signature, shown, devices) if definition and shown else {}


def _path(text: TorchText, qualified_name: str, device: str, kind: str = "probed") -> Path:
    return cache.path_of(kind, (qualified_name, device, as_written()), text)


def _files(text: TorchText, qualified_name: str) -> list[str]:
    """The files that hold the loss and its function: the probes are run again when they change."""
    own = [entry.file for entry in catalog.read_catalog(text).losses() if entry.qualified_name == qualified_name]
    return [*own, "torch/nn/functional.py"]


@functools.cache
def as_written() -> str:
    """A hash of the rules themselves: what other rules found is not shown."""
    digest = hashlib.blake2b(digest_size=16)
    for folder in ("live", "losses"):
        for file in sorted((Path(__file__).parent / folder).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _run(text: TorchText, names: Sequence[str], device: str, processes: int) -> Iterator[Ran]:
    """What came of each, in the order in which they end; those that take longest are begun first."""
    from inspector.live import workers
    from inspector.live.isolate import Child

    tasks = [_Task(name, reading.outline(text, name).signature, device, *_said(text, name)) for name in sorted(names, key=_effort)]
    count = min(processes or workers.processors(), len(tasks), len(tasks) if device.partition(":")[0] == "cpu" else MOST_ON_A_GPU)
    if count <= 1:
        with Child(device) as child:
            yield from (_good(_worked(task, child)) for task in tasks)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(count) as pool:
        for raw in pool.imap_unordered(_probed, [msgspec.msgpack.encode(task) for task in tasks]):
            yield _good(raw)
        pool.close()
        pool.join()  # not ended at once: each process ends its child first


def _effort(name: str) -> float:
    """Minus a guess at how long the probes of a loss take: its ways to be called, times the inputs and parameters of each."""
    definition = losses.find(name)
    assert definition is not None
    return -sum(len(case.inputs) + len(case.parameters) for case in definition.cases) * (1 + _depth(definition))


def _depth(definition: LossDefinition) -> int:
    return max((len(rule.core) for rule in definition.rules), default=0)


MOST_ON_A_GPU = 4
"""Processes at once on one GPU: each holds memory of it for as long as it lives."""


def _good(raw: bytes) -> Ran:
    """What came of one loss. Raises what the process met that could not run it."""
    from inspector.live.workers import Trouble

    if raw[:1] == TROUBLE:
        raise msgspec.msgpack.decode(raw[1:], type=Trouble).error()
    return msgspec.msgpack.decode(raw[1:], type=Ran)


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
    return _as_it_stands(docstring, lines[begins - 1 :]), entry.file, begins


def _as_it_stands(docstring: str, lines: Sequence[str]) -> str:
    """The docstring with each line as far from the first as it is in the file, where it is written in several pieces."""
    found: list[str] = []
    for line in docstring.splitlines():
        words = line.strip()
        at = next((at for at in range(len(found), len(lines)) if words and words in lines[at]), len(found))
        found += [""] * (at - len(found)) + [line]
    return "\n".join(found)


@functools.cache
def _own_child(device: str) -> Child:
    """The child of this process, for all losses that it probes: loading torch anew for each would take longer than most of their probes."""
    from inspector.live.isolate import Child

    child = Child(device)
    multiprocessing.util.Finalize(None, child.end, exitpriority=1)  # an interrupt leaves it to notice that nobody writes to it any more
    return child


def _probed(raw: bytes) -> bytes:
    """Runs in a process of its own, which has the child that loads torch."""
    task = msgspec.msgpack.decode(raw, type=_Task)
    return _worked(task, _own_child(task.device))


def _worked(task: _Task, child: Child) -> bytes:
    from inspector.live.documented import Said
    from inspector.live.findings import probe_loss
    from inspector.live.short import outcomes_of
    from inspector.live.workers import Trouble

    definition = losses.find(task.name)
    assert definition is not None
    kept: list[Outcomes] = []

    def keep(seen: Sequence[Seen]) -> None:
        kept.append(outcomes_of(task.name, task.device, seen))

    said = Said(task.docstring, task.file, task.line) if task.device == "cpu" else None
    try:
        probed = probe_loss(definition, task.signature, child, task.device, said, keep=keep)
    except InspectError as met:
        return TROUBLE + msgspec.msgpack.encode(Trouble(met.slug, met.what, met.where, met.todo, met.exit_code))
    assert child.machine is not None
    return DONE + msgspec.msgpack.encode(Ran(child.machine, Edges(probed, kept[0])))
