"""Verifies many configurations, in this process or in several at once, and hands back the checks as they are made.

In: tasks, each a few configurations of one class. Out: for each task its checks, in the order in which tasks end. Loads torch only where
a task runs; references that were computed are kept on disk at the end of each task.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import msgspec

from inspector.errors import CouldNotRun, InspectError
from inspector.evidence import Machine
from inspector.report import Check, Configuration


class Task(msgspec.Struct, frozen=True):
    """Some configurations of one class, and how they are to be verified."""

    place: int
    """Of the task among all tasks."""
    configurations: tuple[Configuration, ...]
    device: str
    dtypes: tuple[str, ...]
    kinds: tuple[str, ...]
    seed: int
    cache: str
    """Folder of the references; "" keeps none."""


class Done(msgspec.Struct, frozen=True):
    """What came of a task."""

    place: int
    machine: Machine
    checks: tuple[Check, ...]


class Trouble(msgspec.Struct, frozen=True):
    """An error of the user's or of the machine's that a task met, as data, since exceptions do not travel between processes."""

    slug: str
    what: str
    where: str
    todo: str
    exit_code: int

    def error(self) -> InspectError:
        """The error itself."""
        kind = CouldNotRun if self.exit_code == CouldNotRun.exit_code else InspectError
        return kind(self.slug, self.what, self.where, self.todo)


_Answer: TypeAlias = Done | Trouble


def run(tasks: Sequence[Task], processes: int = 1) -> Iterator[Done]:
    """What came of each task. Raises InspectError or CouldNotRun as the first task does that cannot run."""
    if processes <= 1 or len(tasks) <= 1:
        yield from (_good(_work(task)) for task in tasks)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(min(processes, len(tasks)), _begin) as pool:
        for raw in pool.imap_unordered(_work_elsewhere, [msgspec.msgpack.encode(task) for task in tasks]):
            yield _good(_decoded(raw))


def processors() -> int:
    """How many processes may run at once on this machine."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _begin() -> None:
    """An interrupt is for the first process, which ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _work_elsewhere(raw: bytes) -> bytes:
    answer = _work(msgspec.msgpack.decode(raw, type=Task))
    return (b"d" if isinstance(answer, Done) else b"t") + msgspec.msgpack.encode(answer)


def _decoded(raw: bytes) -> _Answer:
    return msgspec.msgpack.decode(raw[1:], type=Done) if raw[:1] == b"d" else msgspec.msgpack.decode(raw[1:], type=Trouble)


def _good(answer: _Answer) -> Done:
    if isinstance(answer, Trouble):
        raise answer.error()
    return answer


def _work(task: Task) -> _Answer:
    from inspector import losses
    from inspector.live import machine, threads, verify
    from inspector.live.references import References

    references = References(Path(task.cache) if task.cache else None)
    checks: list[Check] = []
    try:
        with threads.one_thread():
            for configuration in task.configurations:
                checks += verify.verify(
                    losses.find(configuration.subject), configuration, dtypes=task.dtypes, seed=task.seed, device=task.device,
                    kinds=task.kinds, references=references,
                )  # fmt: skip
        references.save()
        return Done(task.place, machine.describe(task.device), tuple(checks))
    except InspectError as error:
        return Trouble(error.slug, error.what, error.where, error.todo, error.exit_code)
