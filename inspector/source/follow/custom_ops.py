"""Operators that Python code defines for torch's dispatcher (`@torch.library.custom_op`): who calls the kernel when one is called.

In: a decorated function, later its call. Out: the kernel's own value. What the C++ dispatcher and the wrappers that are made
while torch is imported do in between is not read: those calls are missing from the trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.source.follow.state import Arguments, Frame
from inspector.source.values import External, Function, Value

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower

MODULE = "torch._library.custom_ops"
DEFINES = f"{MODULE}.custom_op"
"""The decorator."""
DEFINED = f"{MODULE}.CustomOpDef"
"""What it puts in the place of a function."""
_OVERLOAD = "torch._ops.OpOverload.__call__"
_WRAPPED = "CustomOpDef.register_kernel.<locals>.inner.<locals>.wrapped_fn"


def defined_by(decorator: Value, made: Value) -> Value | None:
    """What stands in the place of a function that defines an operator; None for any other decorator."""
    return External(DEFINED, made) if isinstance(decorator, Function) and decorator.name == DEFINES and isinstance(made, Function) else None


def call(f: Follower, operator: External, arguments: Arguments, frame: Frame, node: Any) -> Value:
    """Calls an operator: its object, the overload behind it, and after the dispatcher the kernel."""
    name = f"{DEFINED}.__call__"
    outer = f.add(frame, node, name, "python", **_place(f, name))
    between = Frame(MODULE, "CustomOpDef.__call__", None, "torch/_library/custom_ops.py", step=outer)
    entered = f.add(between, None, _OVERLOAD, "python", **_place(f, _OVERLOAD))
    wrapper = Frame(MODULE, _WRAPPED, None, "torch/_library/custom_ops.py", step=entered)
    return f.call_with(operator.node, arguments, wrapper, None)


def _place(f: Follower, name: str) -> dict[str, Any]:
    found = f.library.dotted(name)
    return {"file": found.file, "line": found.line} if isinstance(found, Function) else {}
