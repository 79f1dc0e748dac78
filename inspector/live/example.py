"""A small call worked out in float64: what went in, the value, and the gradient of every floating input.

In: a configuration and a sample. Out: an Example, or NotRun with what torch said. Runs copies built from plain data, so nothing of the
caller's is touched.
"""

from __future__ import annotations

import copy
import warnings
from typing import Any

import torch

from inspector.errors import InspectError
from inspector.live import autograd, build, steps
from inspector.report import Configuration, Example, ExampleValue, NotRun, Sample, number

DTYPE = "float64"
"""The dtype examples are worked out in, so that every digit shown is right."""


def work_out(configuration: Configuration, sample: Sample, *, instance: Any = None, device: str | None = None) -> Example | NotRun:
    """The value and the gradients of one call; the gradient is that of the sum where the value is no scalar.

    `instance`: a module to take a copy of, where one is at hand that its configuration may not make again.
    """
    inputs = build.make_inputs(sample, dtype=DTYPE, device=device)
    try:
        module = _in_float64(instance) if instance is not None else build.make_instance(configuration, dtype=DTYPE, device=device)
    except InspectError as error:
        return NotRun(error.what)
    floating = [one for one in inputs if isinstance(one, torch.Tensor) and one.is_floating_point()]
    asked = [one for one in floating if one.requires_grad]
    refusal = ""
    for leaves in (floating, asked):  # torch has no derivative by some floating inputs: then those an ordinary call asks
        try:
            value, gradients = _run(module, inputs, leaves)
        except build.REFUSALS as error:
            refusal = refusal or build.one_line(error)
            continue
        between = tuple(steps.steps(configuration, sample, lambda: module(*inputs), inputs, value))
        named = _named(sample, inputs, gradients)
        return Example(configuration.expression, _inputs(sample, inputs), _shown("value", value), named, between)
    return NotRun(f"torch refused the call: {refusal}")


def _in_float64(instance: Any) -> Any:
    """A copy whose tensors are float64, the attributes that are no buffers included."""
    try:
        copied = copy.deepcopy(instance).to(dtype=torch.float64)
    except build.REFUSALS as error:
        raise InspectError("constructor-refused", f"it cannot be copied: {build.one_line(error)}", type(instance).__name__) from None
    for module in copied.modules():
        for name, value in vars(module).items():
            if isinstance(value, torch.Tensor) and value.is_floating_point():
                vars(module)[name] = value.detach().to(torch.float64)
    return copied


def _run(instance: Any, inputs: list[Any], leaves: list[torch.Tensor]) -> tuple[torch.Tensor, dict[int, torch.Tensor]]:
    """The value, and the gradient of each leaf that it depends on by the identity of the leaf."""
    with warnings.catch_warnings(), torch.inference_mode(False), torch.enable_grad(), build.fixed_random():
        warnings.simplefilter("ignore")
        for one in inputs:
            if isinstance(one, torch.Tensor):
                one.requires_grad_(any(one is leaf for leaf in leaves))
        value = _loss_value(instance(*inputs))
        if not leaves or not value.requires_grad:
            return value, {}
        gradients = torch.autograd.grad(value.sum(), leaves, allow_unused=True)
    return value, {id(leaf): gradient for leaf, gradient in zip(leaves, gradients, strict=True) if gradient is not None}


def _loss_value(output: Any) -> torch.Tensor:
    """The one scalar among several outputs, else the first tensor with a gradient, else the first tensor."""
    if isinstance(output, torch.Tensor):
        return output
    found = autograd.differentiable(output) or autograd.tensors(output)
    if not found:
        raise TypeError("the output holds no tensor")
    scalars = [one for one in found if one.dim() == 0]
    return scalars[0] if len(scalars) == 1 else found[0]


def _inputs(sample: Sample, inputs: list[Any]) -> tuple[ExampleValue, ...]:
    return tuple(_shown(str(argument.name), value) for argument, value in zip(sample.inputs, inputs, strict=True))


def _named(sample: Sample, inputs: list[Any], gradients: dict[int, torch.Tensor]) -> tuple[ExampleValue, ...]:
    pairs = zip(sample.inputs, inputs, strict=True)
    return tuple(_shown(str(argument.name), gradients[id(value)]) for argument, value in pairs if id(value) in gradients)


def _shown(name: str, value: Any) -> ExampleValue:
    """A tensor as plain data; a tuple of numbers as one dimension, with "tuple" for its dtype."""
    if isinstance(value, torch.Tensor):
        return steps.shown(name, value)
    items = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    return ExampleValue(name, (len(items),), type(value).__name__, tuple(number(one) for one in items))
