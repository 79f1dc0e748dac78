"""Runs probes in a child process that may crash, hang or lose its GPU: each is an outcome of the probe, and the next gets a new process.

In: Probes. Out: one Answer each, in order. The child reads and writes frames of MessagePack over a pipe; nothing it prints is read.
"""

from __future__ import annotations

import os
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import IO, Any

import msgspec
from msgspec.structs import replace

from inspector.errors import CouldNotRun, InspectError
from inspector.evidence import Machine
from inspector.live.outcomes import Answer, Outcome, Probe
from inspector.live.workers import Trouble

PATIENCE = 20.0
"""Seconds that one probe may take."""
STARTING = 120.0
"""Seconds that a child may take to load torch."""
ENOUGH = 3
"""Probes of one input that end the process before the rest of those outside its domain are left out."""
AHEAD = 64
"""Probes that are sent at once: the child reads all of them before it answers the first, so neither waits for the other's pipe."""
_LENGTH = struct.Struct("!I")
_ASSERTION = re.compile(r"Assertion `[^`']+[`'] failed")
"""What a kernel of a GPU prints of a check that failed; the error itself does not say which it was."""


class _Begin(msgspec.Struct):
    """The first frame a child reads."""

    device: str
    files: tuple[str, ...]
    """Python files with classes of somebody else's, to be imported under their stem."""


class Child:
    """A process that runs probes; started when it is first needed, and again after a crash. Ends with its `with` block."""

    def __init__(self, device: str = "cpu", files: Sequence[str] = (), patience: float = PATIENCE) -> None:
        self._patience = patience
        self._begin = _Begin(device, tuple(files))
        self._process: subprocess.Popen[bytes] | None = None
        self._printed: IO[bytes] | None = None
        self.restarts = -1
        self.machine: Machine | None = None
        """What it runs on; None until it has been started."""
        self._deaths: Counter[tuple[str, str]] = Counter()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def run(self, probes: Sequence[Probe]) -> list[Answer | None]:
        """What came of each probe; None for one that was not run, since others like it ended the process before."""
        found: dict[int, Answer] = {}
        pending = [place for place, probe in enumerate(probes) if not self._deadly(probe)]
        while pending:
            answers = list(self._some([probes[place] for place in pending[:AHEAD]]))
            found.update(zip(pending, answers, strict=False))
            pending = [place for place in pending[len(answers) :] if not self._deadly(probes[place])]
        return [found.get(place) for place in range(len(probes))]

    def answer(self, probe: Probe) -> Answer:
        """What came of one probe, whatever came of others."""
        return next(self._some([probe]))

    def _deadly(self, probe: Probe) -> bool:
        """True for a probe outside the domain of an input that has ended the process often enough: each time torch must load again."""
        return probe.where == "outside" and self._deaths[probe.subject, probe.altered] >= ENOUGH

    def end(self) -> None:
        """Ends the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
        if self._printed is not None:
            self._printed.close()
            self._printed = None

    def _some(self, probes: Sequence[Probe]) -> Iterator[Answer]:
        """Answers up to the first probe that ends the process, its own outcome included."""
        process = self._started()
        with suppress(BrokenPipeError):
            _write(process.stdin, msgspec.msgpack.encode(probes))
        for probe in probes:
            raw = self._read(self._patience)
            if isinstance(raw, str):
                yield self._ended(probe, raw)
                return
            answer = msgspec.msgpack.decode(raw, type=Answer)
            if answer.spoiled:
                yield self._spoiled(probe, answer)
                return
            yield answer

    def _spoiled(self, probe: Probe, answer: Answer) -> Answer:
        """The same with the assertion that was printed, and the reductions that are left run in a new process each time."""
        said = self._assertion()
        self.end()
        self._deaths[probe.subject, probe.altered] += probe.where == "outside"
        *before, last = answer.outcomes
        if said and last.refusal is not None:
            last = replace(last, refusal=replace(last.refusal, text=f"{last.refusal.text}\n{said}"))
        rest = probe.ways[len(answer.outcomes) :]
        more = next(self._some([replace(probe, ways=rest)])).outcomes if rest else ()
        return Answer((*before, last, *more), answer.held)

    def _assertion(self) -> str:
        """The check that failed on the GPU, as its kernel printed it; "" for none."""
        if self._printed is None:
            return ""
        self._printed.seek(0)
        found = _ASSERTION.search(self._printed.read().decode(errors="replace"))
        return found[0] if found else ""

    def _ended(self, probe: Probe, why: str) -> Answer:
        self.end()
        self._deaths[probe.subject, probe.altered] += probe.where == "outside"
        status: Any = "hung" if why.startswith("no answer") else "crashed"
        return Answer(tuple(Outcome(status, detail=why) for _ in probe.ways))

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None:
            return self._process
        words = [sys.executable, "-c", "from inspector.live.isolate import serve; serve()"]
        # Bytes of freed and of fresh memory, where the C library knows this variable: what was never written shows.
        environment = {**os.environ, "MALLOC_PERTURB_": "128", "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115  it is open for as long as the child lives
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._printed, env=environment)
        self.restarts += 1
        _write(self._process.stdin, msgspec.msgpack.encode(self._begin))
        ready = self._read(STARTING)
        if isinstance(ready, str) or ready[:1] != READY:
            self.end()
            raise _why_not(ready)
        self.machine = msgspec.msgpack.decode(ready[1:], type=Machine)
        return self._process

    def _read(self, patience: float) -> bytes | str:
        """One frame, or why there is none."""
        head = self._bytes(_LENGTH.size, time.monotonic() + patience)
        if isinstance(head, str):
            return head
        return self._bytes(_LENGTH.unpack(head)[0], time.monotonic() + patience)

    def _bytes(self, count: int, until: float) -> bytes | str:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        found = b""
        while len(found) < count:
            left = until - time.monotonic()
            if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                return "no answer in time"
            piece = os.read(process.stdout.fileno(), count - len(found))
            if not piece:
                return _how_it_ended(process.wait())
            found += piece
        return found


def _why_not(answer: bytes | str) -> InspectError:
    """Why a child did not start: what it met that the user can mend, or whatever it said."""
    if isinstance(answer, bytes) and answer[:1] == TROUBLE:
        return msgspec.msgpack.decode(answer[1:], type=Trouble).error()
    said = answer if isinstance(answer, str) else answer[1:].decode()
    return CouldNotRun("no-child", f"the process that runs probes did not start: {said}")


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"the process was ended by {signal.Signals(-code).name}"
    return f"the process left with exit code {code}"


def _write(stream: Any, data: bytes) -> None:
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


READY, TROUBLE, FAILED = b"r", b"t", b"f"
"""The first byte of what a child says when it has begun."""


# -- the child ----------------------------------------------------------------------------------------------------------


def serve() -> None:
    """What the child does: reads probes from standard input until it ends, and answers each on what was standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests = sys.stdin.buffer
    begin = msgspec.msgpack.decode(_frame(requests) or b"", type=_Begin)
    try:
        answer, machine = _prepared(begin)
    except InspectError as error:
        trouble = Trouble(error.slug, error.what, error.where, error.todo, error.exit_code)
        _write(out, TROUBLE + msgspec.msgpack.encode(trouble))
        return
    except Exception as error:
        _write(out, FAILED + f"{type(error).__name__}: {error}".encode())
        return
    _write(out, READY + msgspec.msgpack.encode(machine))
    while (raw := _frame(requests)) is not None:
        for probe in msgspec.msgpack.decode(raw, type=list[Probe]):
            _write(out, msgspec.msgpack.encode(answer(probe)))


def _prepared(begin: _Begin) -> tuple[Any, Machine]:
    """What answers a probe, and the machine. Raises InspectError where it has no such device."""
    import importlib.util

    import torch

    from inspector.live.attempt import attempt
    from inspector.live.machine import with_numbers

    machine = with_numbers(begin.device)
    torch.set_num_threads(1)
    for file in begin.files:
        spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(file))[0], file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    return lambda probe: attempt(probe, begin.device, (Exception,)), machine


def _frame(stream: Any) -> bytes | None:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    body: bytes = stream.read(_LENGTH.unpack(head)[0])
    return body
