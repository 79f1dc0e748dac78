"""The worked example step by step: each part of an equivalent form, or each operator that ran, with every tensor between.

In: the module, its inputs and the loss value of an example. Out: named tensors in the order of evaluation; the unreduced loss values and
what they are divided by come last. Which forms there are is data in losses/; one is used only where it gives the same loss value.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch

from inspector import losses
from inspector.live import build, samples
from inspector.live.expressions import evaluate, parts_of
from inspector.live.references import References
from inspector.live.trials import given_for, setting_of, with_reduction
from inspector.losses import reference
from inspector.losses.reductions import chosen
from inspector.losses.schema import LossDefinition, NoReference
from inspector.report import Configuration, ExampleValue, Sample, Unresolved, number

MOST = 24
"""Steps that anybody reads; what ran beyond them is left out."""
LARGEST = 256
"""Numbers in a tensor that is kept."""
AGREES = 1e-9
"""Two forms of a loss that are this close, in float64, relative to the value, give the same."""


def steps(
    configuration: Configuration, sample: Sample, call: Callable[[], Any], inputs: Sequence[Any], value: torch.Tensor
) -> Iterator[ExampleValue]:
    """The tensors between the inputs and the loss value. `call` makes the call of the example anew."""
    definition = losses.find(configuration.subject)
    names = {str(argument.name): _bare(one) for argument, one in zip(sample.inputs, inputs, strict=True)}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = _of_forms(definition, names, value) if definition else []
        found = found or _of_operators(call)
        yield from (shown(name, one) for name, one in found[:MOST] if one.numel() <= LARGEST)
        if definition is not None:
            yield from _reduced(definition, configuration, sample, list(names.values()))


def shown(name: str, value: torch.Tensor) -> ExampleValue:
    """A tensor as plain data."""
    flat = value.detach().cpu().reshape(-1).tolist()
    return ExampleValue(name, tuple(value.shape), str(value.dtype).removeprefix("torch."), tuple(number(one) for one in flat))


def _bare(value: Any) -> Any:
    return value.detach() if isinstance(value, torch.Tensor) else value


# -- by a form ----------------------------------------------------------------------------------------------------------


def _of_forms(definition: LossDefinition, names: Mapping[str, Any], value: torch.Tensor) -> list[tuple[str, torch.Tensor]]:
    """The form with most parts among those that give this very loss value; nothing where the only one is a single call."""
    written = [rung for ladder in definition.ladders if not ladder.given for rung in ladder.rungs]
    tried = [_parts(rung, names) for rung in written]
    agreeing = [parts for parts in tried if len(parts) > 1 and _same(parts[-1][1], value)]
    return max(agreeing, key=len, default=[])


def _parts(text: str, names: Mapping[str, Any]) -> list[tuple[str, torch.Tensor]]:
    """Every part of an expression that is a tensor, the inner ones first, each once."""
    try:
        found = [(f"{name} = {short}", evaluate(whole, names)) for name, short, whole in parts_of(text)]
    except (*build.REFUSALS, ValueError):
        return []
    # A part that is no tensor has a name that others use: then the form is of no use here.
    return found if all(isinstance(one, torch.Tensor) for _, one in found) else []


def _same(one: torch.Tensor, other: torch.Tensor) -> bool:
    other = other.detach()
    return one.shape == other.shape and bool(((one - other).abs() <= AGREES * other.abs()).all())


# -- by what ran --------------------------------------------------------------------------------------------------------


def _of_operators(call: Callable[[], Any]) -> list[tuple[str, torch.Tensor]]:
    """The tensor that each operator of the call gave, by the operator's name; a watched call may take another way to the same value."""
    from torch.utils._python_dispatch import TorchDispatchMode

    found: list[tuple[str, torch.Tensor]] = []

    class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
        """Notes what each operator gives."""

        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            """False, or torch would load its compiler to keep it out of here: five seconds, for nothing that is compiled."""
            return False

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            """Runs the operator."""
            output = func(*args, **(kwargs or {}))
            first = output[0] if isinstance(output, (tuple, list)) and output else output
            if isinstance(first, torch.Tensor):
                found.append((str(func.name()).partition(".")[0], first.detach().clone()))
            return output

    with build.fixed_random():
        try:
            with Watch():  # type: ignore[no-untyped-call]
                call()
        except build.REFUSALS:
            return []
    return found


# -- how it is reduced --------------------------------------------------------------------------------------------------


def _reduced(definition: LossDefinition, configuration: Configuration, sample: Sample, inputs: list[Any]) -> Iterator[ExampleValue]:
    """The unreduced loss values, their sum and what it is divided by, where the loss has a reduction."""
    setting = setting_of(definition, configuration, "cpu", References())
    if all(parameter.name != "reduction" for parameter in setting.signature):
        return
    try:
        unreduced = build.make_instance(with_reduction(configuration, "none"), dtype="float64")(*inputs)
    except build.REFUSALS:
        return
    if not isinstance(unreduced, torch.Tensor) or not unreduced.dim():
        return
    yield shown("loss values (reduction='none')", unreduced)
    yield shown("their sum", unreduced.sum())
    fitted = samples.fit(definition, configuration, setting.signature)
    if isinstance(fitted, Unresolved) or fitted.case.name != sample.kind:
        return
    given = given_for(setting, fitted, sample, "float64", inputs)
    name = chosen(given.constants, "mean")
    try:
        reduction = next(each for each in reference.reductions_for(definition, fitted.case) if each.name == name)
        bottom = reference.denominator(reference.prepare(definition, given), reduction)
    except (NoReference, StopIteration):
        return
    if bottom is not None:
        yield ExampleValue(f"divided by: {reduction.words}", (), "float64", (number(float(bottom)),))
