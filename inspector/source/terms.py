"""The values a configuration and a sample begin a following with: constants, tensors by shape and dtype, instances.

In: Terms of a report. Out: values of the follower. A tensor's contents are never looked at.
"""

from __future__ import annotations

from typing import Any

from inspector.report import Argument, Constant, Items, Maker, Reference, TensorData, Term
from inspector.source import values
from inspector.source.follow import calls, natives, shapes
from inspector.source.follow.follower import Follower
from inspector.source.follow.state import Arguments, Frame


def value_of(f: Follower, term: Term, frame: Frame) -> values.Value:
    """What is known of a term before anything runs."""
    match term:
        case Constant(value=value, nonfinite=nonfinite):
            return values.Const(float(value) if nonfinite and isinstance(value, str) else value)
        case Items(kind=kind, items=items):
            return values.Items(kind, [value_of(f, item, frame) for item in items])
        case TensorData(shape=shape, dtype=dtype, requires_grad=grad):
            return values.Tensor(tuple(shape), dtype, grad)
        case Maker():
            return _made(f, term, frame)
        case Reference(name=name):
            return f.library.dotted(name) or values.External(name)


def arguments_of(f: Follower, arguments: tuple[Argument, ...], frame: Frame) -> Arguments:
    """Arguments of a call as values."""
    result = Arguments()
    for argument in arguments:
        value = value_of(f, argument.value, frame)
        if argument.name is None:
            result.positional.append(value)
        else:
            result.named[argument.name] = value
    return result


def _made(f: Follower, term: Maker, frame: Frame) -> values.Value:
    """A tensor maker gives a tensor of the written shape; anything else is called as it would be."""
    arguments = arguments_of(f, term.args, frame)
    name = term.function if term.function.startswith("torch.") else f"torch.{term.function}"
    if name == "torch.tensor":
        return values.Tensor(_nested_shape(arguments.positional[0]), _dtype(arguments, _constant_dtype(arguments.positional[0])), False)
    callee = f.library.dotted(name)
    if isinstance(callee, values.ClassValue | values.Function):
        with f.silent():
            return calls.call(f, callee, arguments, frame, None)
    if name in ("torch.arange", "torch.linspace", "torch.eye", "torch.randint"):
        return values.Tensor(None, None, False)
    made = natives.result_of(name, arguments, "Tensor")
    return made if isinstance(made, values.Tensor) else values.Tensor()


def _nested_shape(value: values.Value) -> tuple[int | None, ...]:
    if isinstance(value, values.Items) and value.items is not None:
        inner = _nested_shape(value.items[0]) if value.items else ()
        return (len(value.items), *inner)
    return ()


def _constant_dtype(value: values.Value) -> str:
    while isinstance(value, values.Items) and value.items:
        value = value.items[0]
    kinds: dict[type, str] = {bool: "bool", int: "int64"}
    return kinds.get(type(getattr(value, "value", 0.0)), "float32") if isinstance(value, values.Const) else "float32"


def _dtype(arguments: Arguments, default: str) -> str:
    given: Any = arguments.named.get("dtype")
    return shapes.dtype_of(given) if given is not None else default
