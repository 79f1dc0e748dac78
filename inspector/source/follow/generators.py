"""What runs bit by bit: a generator that is iterated, one of which only the first item is asked, one that stands around a `with` block.

In: a generator, or what contextlib.contextmanager made of one. Out: its items, or how the block inside it ended.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from inspector.source.follow import calls
from inspector.source.follow.state import Frame, Signal
from inspector.source.values import Function, Generator, Managed, Value

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower

MANAGER = "contextlib._GeneratorContextManager"
"""The class of what a function made by contextlib.contextmanager gives."""


class _Enough(Exception):
    """As many items as were asked for."""


def run_generator(f: Follower, generator: Generator, frame: Frame, node: Any, *, first: bool = False) -> list[Value] | None:
    """The items a generator yields, or only its first; the frame that iterates it is the caller. None where they are not known."""
    inner: Frame = generator.environment
    function = generator.function
    code, _ = function.parsed()
    inner.step = f.add(frame, node, function.name, "python", file=function.file, line=function.line)
    before = f.uncertain
    inner.yielded.clear()
    inner.doubts.clear()
    inner.at_yield = _stop if first else None
    try:
        calls.run_body(f, code, inner)
    except _Enough:
        return list(inner.yielded)
    return list(inner.yielded) if f.uncertain == before and not inner.doubts else None


def _stop(value: Value) -> None:
    raise _Enough


def run_managed(f: Follower, manager: Managed, block: Callable[[Value], Signal], frame: Frame, node: Any) -> Signal:
    """Runs a `with` block where the generator around it yields: what stands before runs first, what stands after runs last."""
    function: Function = manager.function
    code, piece = function.parsed()
    entered = f.add(frame, node, f"{MANAGER}.__enter__", "python")
    inner = Frame(function.module, function.qualname, piece, function.file, {}, function.closure, function, function.owner)
    calls.bind_arguments(f, code.params, manager.arguments, inner, function)
    # contextlib is no package that is followed: it calls the generator, and no observation holds that call.
    between = Frame("contextlib", "_GeneratorContextManager.__enter__", None, "contextlib.py", step=entered)
    inner.step = f.add(between, None, function.name, "python", file=function.file, line=function.line, observable=False)
    ended: list[Signal] = []
    doubt = 0

    def inside(value: Value) -> None:
        nonlocal doubt
        before = f.uncertain
        try:
            ended.append(block(value))
        finally:
            doubt, f.uncertain = f.uncertain - before, before
            f.add(frame, node, f"{MANAGER}.__exit__", "python")

    inner.at_yield = inside
    calls.run_body(f, code, inner)
    f.uncertain += doubt
    return ended[0] if ended else None
