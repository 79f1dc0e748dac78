"""A probe as a few lines of Python that a person can paste. Imports no torch and runs nothing.

In: a probe, and which reduction of it. Out: at most six lines. Numbers are written with as few digits as name them in their dtype.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from inspector.live.outcomes import ALL_ALIKE, CONSTRUCTOR, Probe
from inspector.live.rounding import rounded
from inspector.live.tolerance import FORMATS
from inspector.live.written import write, write_call
from inspector.report import Argument, Configuration, Constant, Number, TensorData, Term


def snippet(probe: Probe, configuration: Configuration, *, gradient: str = "", field: str = "", shows: str = "") -> str:
    """Makes the inputs, calls the loss and prints what comes: `gradient` names the input whose gradient is printed, too.

    `shows`: "shape" for the shape of the loss value too, "memory" for a second call where torch fills fresh memory with nan.
    """
    lines = ["import torch"]
    call = constructor(configuration, probe.dtype)
    if probe.altered == CONSTRUCTOR:
        names = [f"x{place}" for place, _ in enumerate(configuration.args)]
        made = f"{', '.join(names)} = {', '.join(_written(argument.value) for argument in configuration.args)}"
        return "\n".join([*lines, made, write_call(public(configuration.subject), ()).replace("()", f"({', '.join(names)})")])
    if probe.what == ALL_ALIKE:
        lines += [f"same = {_written(probe.inputs[0].value, leaf=True)}", f"loss = {call}({', '.join(['same'] * len(probe.inputs))})"]
        return "\n".join([*lines, "loss.backward()", "print(loss.detach(), same.grad)"])
    shown = [argument for argument in probe.inputs if argument.name == gradient or (not gradient and argument.name == probe.altered)]
    rest = [argument for argument in probe.inputs if argument not in shown]
    if any("random" in each for each in _maker_words(configuration)):
        lines[0] += "; torch.manual_seed(0)"
    lines += [_assigned(group, gradient) for group in (shown, rest) if group]
    names = [str(argument.name) for argument in probe.inputs]
    if shows == "memory" and not gradient:
        given = f"({', '.join(names)}){f'.{field}' if field else ''}"
        lines += ["for filled in (False, True):", "    torch.use_deterministic_algorithms(filled, warn_only=True)"]
        return "\n".join([*lines, f"    print({call}{given}.detach())"])
    lines.append(f"loss = {call}({', '.join(names)}){f'.{field}' if field else ''}")
    if gradient:
        lines.append("loss.sum().backward()" if "reduction='none'" in call else "loss.backward()")
    whole = "print(tuple(loss.shape), loss)" if shows == "shape" else "print(loss)"
    lines.append(f"print(loss.detach(), {gradient}.grad)" if gradient else whole)
    return "\n".join(lines)


def on_each(probe: Probe, configuration: Configuration, devices: Sequence[str], gradient: str = "") -> str:
    """Makes the inputs, then calls the loss on each device in turn and prints what comes."""
    named = [str(argument.name) for argument in probe.inputs]
    moved = [f"{name}.to(d)" if isinstance(each.value, TensorData) else name for name, each in zip(named, probe.inputs, strict=True)]
    call = f"loss.to(d)({', '.join(moved)})"
    lines = ["import torch", _assigned(list(probe.inputs), gradient), f"loss = {constructor(configuration, probe.dtype)}"]
    printed = f"torch.autograd.grad({call}.sum(), {gradient})[0]" if gradient else call
    return "\n".join([*lines, f"for d in ({', '.join(repr(each) for each in devices)}):", f"    print(d, {printed})"])


def constructor(configuration: Configuration, dtype: str) -> str:
    """The constructor call with the public name; a loss that holds tensors is put into the dtype of the inputs."""
    call = write_call(public(configuration.subject), [Argument(each.name, _short(each.value)) for each in configuration.args])
    holds = any(isinstance(argument.value, TensorData) for argument in configuration.args) or _maker_words(configuration)
    return f"{call}.to(torch.{dtype})" if holds and dtype != "float32" else call


def public(subject: str) -> str:
    """The name that a class is handed out by."""
    return f"torch.nn.{subject.rpartition('.')[2]}" if subject.startswith("torch.nn.") else subject.rpartition(".")[2]


def _maker_words(configuration: Configuration) -> tuple[str, ...]:
    """A loss of a given size holds parameters, which are random."""
    sized = any(
        isinstance(each.value, Constant) and type(each.value.value) is int and "features" in str(each.name) for each in configuration.args
    )
    return ("random",) if sized else ()


def _assigned(inputs: list[Argument], gradient: str) -> str:
    made = [_written(argument.value, leaf=argument.name == gradient) for argument in inputs]
    return f"{', '.join(str(argument.name) for argument in inputs)} = {', '.join(made)}"


def _written(term: Term, *, leaf: bool = False) -> str:
    if isinstance(term, TensorData):
        short = _short(term)
        assert isinstance(short, TensorData)
        return write(TensorData(short.shape, short.dtype, short.values, requires_grad=leaf))
    return write(term)


def _short(term: Term) -> Term:
    """The same tensor with numbers of few digits."""
    if not isinstance(term, TensorData) or term.dtype not in FORMATS:
        return term
    return TensorData(term.shape, term.dtype, tuple(shortest(value, term.dtype) for value in term.values), term.requires_grad)


def shortest(value: Number | bool, dtype: str) -> Number | bool:
    """The number with the fewest digits that the dtype rounds to the same."""
    if not isinstance(value, float) or not math.isfinite(value):
        return value
    for digits in range(1, 18):
        short = float(f"{value:.{digits}g}")
        if rounded(short, dtype) == value:
            return short
    return value
