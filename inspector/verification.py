"""Which losses to verify, how and where -> the evidence: every configuration of each loss, split into tasks, run and collected.

In: names or expressions and a Wanted. Out: one Evidence. Draws nothing; torch is loaded by the tasks only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from inspector import __version__, asking, evidence, losses
from inspector.errors import InspectError
from inspector.evidence import Evidence
from inspector.live import workers
from inspector.live.workers import Task
from inspector.report import Check, Configuration
from inspector.source import cache, catalog, finders, reading
from inspector.source.finders import TorchText

TOGETHER = 6
"""Configurations in one task: few enough that processes end together, enough that references are read and kept seldom."""
WORTH_A_PROCESS = 60
"""Configurations from which on another process saves more than it takes to load torch again."""


class Wanted(NamedTuple):
    """How to verify."""

    device: str = "cpu"
    dtypes: tuple[str, ...] = evidence.DTYPES
    kinds: tuple[str, ...] = evidence.KINDS
    seed: int = 0
    shard: tuple[int, int] = (1, 1)
    """Which part of how many: (3, 8) is the third of eight."""
    processes: int = 0
    """How many at once; 0 for as many as there are processors."""


def verify(names: Sequence[str], wanted: Wanted, on_progress: Callable[[int, int], None] | None = None) -> Evidence:
    """The evidence for some losses, each a name (all its configurations) or an expression (that one); for every loss where none is named.

    `on_progress` is told how many configurations are done, of how many. Raises InspectError for wrong use, CouldNotRun where this machine
    has no such device.
    """
    configurations = configurations_of(names)
    part, parts = wanted.shard
    chosen = configurations[part - 1 :: parts]
    tasks = list(_tasks(chosen, wanted))
    processes = wanted.processes or (workers.processors() if len(chosen) >= WORTH_A_PROCESS else 1)
    found: dict[int, workers.Done] = {}
    done = 0
    for answer in workers.run(tasks, processes):
        found[answer.place] = answer
        done += len(tasks[answer.place].configurations)
        if on_progress is not None:
            on_progress(done, len(chosen))
    if not found:
        raise InspectError("nothing-to-verify", f"part {part} of {parts} is empty", todo=f"there are {len(configurations)} configurations")
    return evidence.collect(found[0].machine, _in_order(tasks, found), __version__)


def _in_order(tasks: Sequence[Task], found: dict[int, workers.Done]) -> Iterator[tuple[str, Check]]:
    for task in tasks:
        subject = task.configurations[0].subject
        yield from ((subject, check) for check in found[task.place].checks)


def _tasks(configurations: Sequence[Configuration], wanted: Wanted) -> Iterator[Task]:
    """Configurations of one class that follow each other, a few a task."""
    folder = str(cache.folder() / "references")
    place, start = 0, 0
    while start < len(configurations):
        end = start + 1
        while end < len(configurations) and end - start < TOGETHER and configurations[end].subject == configurations[start].subject:
            end += 1
        yield Task(place, tuple(configurations[start:end]), wanted.device, wanted.dtypes, wanted.kinds, wanted.seed, folder)
        place, start = place + 1, end


def configurations_of(names: Sequence[str]) -> list[Configuration]:
    """Every configuration that is to be verified, in a fixed order."""
    text = finders.find_installed()
    if not names:
        public = [entry for entry in catalog.read_catalog(text).losses() if entry.public_name]
        return [each for entry in public for each in every_configuration(text, entry.qualified_name)]
    found: list[Configuration] = []
    for name in names:
        asked = asking.understand(name, None, (), live=False)
        if not asked.may_run:
            raise InspectError("not-from-here", asking.NOT_FROM_HERE, name, "name a class of torch.nn")
        found += [asked.configuration] if "(" in name else every_configuration(text, asked.configuration.subject)
    return list(dict.fromkeys(found))


def every_configuration(text: TorchText, qualified_name: str) -> list[Configuration]:
    """All configurations of one class worth verifying."""
    from inspector.live import configurations

    definition = losses.find(qualified_name)
    signature = reading.outline(text, qualified_name).signature
    if definition is None:
        return list(configurations.switched(signature, qualified_name))
    return list(configurations.all_pairs(definition, signature, qualified_name))
