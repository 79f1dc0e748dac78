"""Subjects and the texts of releases -> portraits, read in this process or in children that only read; kept by their text.

In: names of classes and functions, and a text or many. Out: portraits, by release. Nothing of what is read is imported or run, in any
process.
"""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from inspector import asking
from inspector.errors import CouldNotRun, InspectError, UnknownName
from inspector.report import Sample
from inspector.source import cache, catalog, reading
from inspector.source.history import portrait
from inspector.source.history.portrait import FUNCTIONS, Portrait

if TYPE_CHECKING:
    from inspector.source.finders import TorchText

MODULE = "torch.nn.Module"
"""The class whose `__call__` all losses have."""
PREFIXES = ("torch.nn.functional.", "nn.functional.", "functional.", "F.")
CHILD = "from inspector import portraying; portraying.serve()"

_Any = TypeVar("_Any")


class Portrayed(msgspec.Struct, frozen=True):
    """What was read of one subject in one text."""

    subject: str
    portrait: Portrait | None
    """None where the text has no such subject, or where it could not be read."""
    unread: str = ""
    """Why it could not be read; "" where it could, or is not there."""


# -- which subjects -------------------------------------------------------------------------------------------------------------


def find_subject(text: TorchText, name: str) -> str:
    """The subject that a person names: a class by its public name, or a function in full. Raises UnknownName."""
    spelled = name.strip()
    function = next((spelled.removeprefix(prefix) for prefix in PREFIXES if spelled.startswith(prefix)), spelled)
    if function.isidentifier() and not function[:1].isupper() and portrait.of_function(text, f"{FUNCTIONS}.{function}") is not None:
        return f"{FUNCTIONS}.{function}"
    entry = catalog.loss_named(text, spelled) or catalog.find(catalog.read_catalog(text), spelled)
    return entry.public_name or entry.qualified_name


def subjects_in(text: TorchText) -> tuple[str, ...]:
    """Every public loss of a torch, and Module."""
    found = catalog.read_catalog(text)
    return (*(entry.public_name for entry in found.losses() if entry.public_name), MODULE)


def functions_of_losses(text: TorchText) -> tuple[str, ...]:
    """The functions of torch.nn.functional that losses call, or that reduce as losses do."""
    called = {name for entry in catalog.read_catalog(text).losses() for name in entry.functions}
    path = text.file_of(FUNCTIONS)
    source = text.text_of(path) if path is not None else ""
    reducing = {match[1] for match in re.finditer(r"^def (\w+)\(([^)]*)\)", source, re.MULTILINE) if re.search(r"\breduction\b", match[2])}
    defined = set(re.findall(r"^def ([a-z]\w*)\(", source, re.MULTILINE))
    return tuple(f"{FUNCTIONS}.{name}" for name in sorted((called | reducing) & defined))


# -- one text -------------------------------------------------------------------------------------------------------------------


def portraits_in(text: TorchText, subjects: Iterable[str]) -> tuple[Portrayed, ...]:
    """The portraits of some subjects in one text, from the cache where they are kept."""
    return tuple(_portrayed(text, subject) for subject in subjects)


def kept(text: TorchText, subject: str) -> Portrayed | None:
    """The same for one subject, if it is kept."""
    return cache.load(_place(text, subject), text, Portrayed)


def _place(text: TorchText, subject: str) -> Path:
    return cache.path_of("portrait", (subject,), text)


def _portrayed(text: TorchText, subject: str) -> Portrayed:
    found = kept(text, subject)
    if found is not None:
        return found
    made = _function(text, subject) if subject.startswith(f"{FUNCTIONS}.") else _class(text, subject)
    files = (
        {piece.file for piece in (made.portrait.own, *made.portrait.bases, *made.portrait.functions)} if made.portrait is not None else ()
    )
    cache.save(_place(text, subject), text, sorted({*files, "torch/nn/modules/module.py"}), made)
    return made


def _function(text: TorchText, subject: str) -> Portrayed:
    return Portrayed(subject, portrait.of_function(text, subject))


def _class(text: TorchText, subject: str) -> Portrayed:
    """The portrait of a class in its default configuration, with the inputs that its domain declares."""
    try:
        asked = asking.understand(subject, None, (), live=False, text=text)
    except UnknownName:
        return Portrayed(subject, None)
    if asked.configuration.subject.rpartition(".")[2] != subject.rpartition(".")[2]:
        return Portrayed(subject, None)
    try:
        read = reading.read(text, asked.configuration, asked.sample if isinstance(asked.sample, Sample) else None)
        return Portrayed(subject, portrait.of_class(text, read))
    except InspectError as error:
        if isinstance(error, CouldNotRun):
            raise
        return Portrayed(subject, None, error.what)


# -- many texts -----------------------------------------------------------------------------------------------------------------


class _Task(msgspec.Struct, frozen=True):
    """What a child is to read."""

    version: str
    subjects: tuple[str, ...]
    offline: bool


class _Answer(msgspec.Struct, frozen=True):
    """What a child read, or why it could not."""

    portrayed: tuple[Portrayed, ...] = ()
    slug: str = ""
    what: str = ""
    where: str = ""
    todo: str = ""

    def error(self) -> InspectError:
        """Why it could not: errors do not travel between processes."""
        kind = CouldNotRun
        return kind(self.slug, self.what, self.where, self.todo)


class Portrayer:
    """Reads texts in children, as many as there are processors; use it with `with`. Without children it reads in this process."""

    def __init__(self, *, offline: bool, children: int) -> None:
        self._offline = offline
        self._wanted = children
        self._idle: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
        self._all: list[subprocess.Popen[bytes]] = []
        self._threads = ThreadPoolExecutor(max(1, children), "portraying")

    def __enter__(self) -> Portrayer:
        for _ in range(self._wanted):
            child = subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self._all.append(child)
            self._idle.put(child)
        return self

    def __exit__(self, *trouble: object) -> None:
        self._threads.shutdown(wait=trouble[0] is None, cancel_futures=True)
        for child in self._all:
            child.terminate()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()

    def begin(self, text: TorchText, subjects: Sequence[str]) -> Future[tuple[Portrayed, ...]]:
        """The portraits of some subjects in one text, as soon as they are read; what is kept is not read again."""
        known = {one.subject: one for one in (kept(text, subject) for subject in subjects) if one is not None}
        missing = tuple(subject for subject in subjects if subject not in known)
        if not missing:
            return _done(tuple(known[subject] for subject in subjects))
        if not self._all:
            return _done(portraits_in(text, subjects))
        task = _Task(text.release.version, missing, self._offline)
        return self._threads.submit(self._ask, task, known, tuple(subjects))

    def _ask(self, task: _Task, known: dict[str, Portrayed], subjects: tuple[str, ...]) -> tuple[Portrayed, ...]:
        child = self._idle.get()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(msgspec.json.encode(task) + b"\n")
            child.stdin.flush()
            line = child.stdout.readline()
        except BrokenPipeError:
            line = b""
        finally:
            self._idle.put(child)
        if not line:
            raise CouldNotRun("reader-ended", f"the process that reads torch {task.version} ended", "", "try again, or report it")
        answer = msgspec.json.decode(line, type=_Answer)
        if answer.slug:
            raise answer.error()
        known |= {one.subject: one for one in answer.portrayed}
        return tuple(known[subject] for subject in subjects)


def _done(value: _Any) -> Future[_Any]:
    future: Future[_Any] = Future()
    future.set_result(value)
    return future


def processors() -> int:
    """How many processes may run at once on this machine, two at most: more only wait for the network."""
    affinity = getattr(os, "sched_getaffinity", None)
    return min(2, len(affinity(0)) if affinity else os.cpu_count() or 1)


def serve() -> None:
    """What a child does: reads what it is told to on standard input, a line each, and answers on standard output."""
    from inspector.source.releases import Releases

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the parent, which ends its children
    for line in sys.stdin.buffer:
        task = msgspec.json.decode(line, type=_Task)
        try:
            answer = _Answer(portraits_in(Releases(offline=task.offline).text(task.version), task.subjects))
        except InspectError as error:
            answer = _Answer(slug=error.slug, what=error.what, where=error.where, todo=error.todo)
        try:
            sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # the parent is gone
            os._exit(0)
