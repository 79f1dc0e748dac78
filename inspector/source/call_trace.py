"""A call, read: `criterion(input, target)` from `__call__`, looked up on the type, down to the native functions.

In: a follower, the constructed instance and a sample. Out: a CallTrace.
"""

from __future__ import annotations

from typing import Any

import msgspec

from inspector.report import CallTrace, Sample, Step
from inspector.source import terms
from inspector.source.follow import calls
from inspector.source.follow.follower import Follower
from inspector.source.follow.state import Arguments, Frame, LimitReached, Raised
from inspector.source.values import Instance, Value


def follow_calls(f: Follower, instance: Value, sample: Sample | None) -> CallTrace:
    """Follows the call of an instance with the inputs of a sample; without one, nothing is known of the inputs."""
    frame = Frame("", "", None, "")
    arguments = Arguments(open=True)
    if sample is not None:
        with f.silent():
            arguments = terms.arguments_of(f, sample.inputs, frame)
            arguments.positional, arguments.named = [*arguments.positional, *arguments.named.values()], {}
    ending: dict[str, Any] = {}
    try:
        calls.call(f, instance, arguments, frame, None)
    except LimitReached:
        ending = {
            "callee": "…",
            "kind": "unresolved",
            "taken": "unknown",
            "because": "longer or nested deeper than is followed",
        }
    except Raised as raised:
        ending = {"callee": raised.name, "kind": "builtin", "taken": "true", "because": "raised here: the call ends in an error"}
    steps = _described(f.steps(), instance, sample)
    return CallTrace((*steps, _end(steps, ending)) if ending else steps)


def _described(steps: tuple[Step, ...], instance: Value, sample: Sample | None) -> tuple[Step, ...]:
    names = ", ".join(argument.name or "…" for argument in sample.inputs) if sample is not None else "…"
    lookup = "`__call__` is looked up on the type" if isinstance(instance, Instance) else ""
    return tuple(
        msgspec.structs.replace(step, call_text=f"criterion({names})", because=step.because or lookup) if step.parent is None else step
        for step in steps
    )


def _end(steps: tuple[Step, ...], ending: dict[str, Any]) -> Step:
    """The step that says why a trace ends before the call returns; it stands where the last step stands."""
    last = steps[-1] if steps else None
    return Step(
        id=len(steps) + 1, parent=last.parent if last else None, caller=last.caller if last else "",
        call_file=last.call_file if last else "", call_line=last.call_line if last else 0, call_text=f"raise {ending['callee']}",
        callee_file="", callee_line=0, condition="", condition_value="true", observable=False, **ending,
    )  # fmt: skip
