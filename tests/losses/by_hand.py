"""References evaluated on numbers typed into a test: a loss by name, its inputs as nested lists, its arguments as keywords."""

from __future__ import annotations

import itertools
from typing import Any

from inspector import losses
from inspector.losses import reference
from inspector.losses.exact import Exact
from inspector.losses.reference import Given, Grid
from inspector.losses.schema import Choice, LossDefinition, Real
from inspector.losses.worked import gradients

DEFAULTS: dict[str, Any] = {
    "weight": None, "ignore_index": -100, "label_smoothing": 0.0, "beta": 1.0, "delta": 1.0, "margin": 1.0, "p": 2.0, "eps": 1e-6,
    "swap": False, "blank": 0, "zero_infinity": False, "full": False, "pos_weight": None, "log_input": True, "log_target": False,
}  # fmt: skip


def definition_of(name: str) -> LossDefinition:
    """The definition of a class of torch.nn.modules.loss."""
    found = losses.find(f"torch.nn.modules.loss.{name}")
    assert found is not None
    return found


def given(name: str, inputs: dict[str, Any], case: str = "", **constants: Any) -> Given:
    """What a loss is given, with torch's defaults for what is not said."""
    definition = definition_of(name)
    found = next(each for each in definition.cases if case in each.name and _fits(each, inputs))
    tensors = {key: grid(value) for key, value in inputs.items()}
    chosen = {**DEFAULTS, **{key: value for key, value in constants.items() if not isinstance(value, list)}}
    tensors |= {key: grid(value) for key, value in constants.items() if isinstance(value, list)}
    for argument in definition.arguments:
        assert argument.name in chosen or isinstance(argument.values, (Choice, Real)) or argument.name in tensors
    return Given(found, tensors, {key: value for key, value in chosen.items() if key not in tensors})


def _fits(case: Any, inputs: dict[str, Any]) -> bool:
    ranks = {form.name: 1 if form.packed_by else len(form.shape) for form in case.inputs}
    return all(ranks.get(name) == len(grid(value).shape) for name, value in inputs.items())


def grid(value: Any) -> Grid:
    """A nested list as numbers with a shape."""
    if not isinstance(value, list):
        return Grid((), (value,))
    inner = [grid(one) for one in value]
    return Grid((len(value), *inner[0].shape), tuple(itertools.chain.from_iterable(one.values for one in inner)))


def value(name: str, reduction: str, inputs: dict[str, Any], case: str = "", **constants: Any) -> list[float]:
    """The loss value by the reference, flat."""
    return [float(one) for one in exact_value(name, reduction, inputs, case, **constants)]


def exact_value(name: str, reduction: str, inputs: dict[str, Any], case: str = "", **constants: Any) -> list[Exact]:
    """The same to 50 digits."""
    frame, chosen = _frame(name, reduction, inputs, case, **constants)
    return reference.reduce(reference.terms(frame), frame, chosen)


def gradient(name: str, reduction: str, inputs: dict[str, Any], case: str = "", *, by: str = "input", **constants: Any) -> list[float]:
    """The gradient by one input, flat; of the loss value itself, whatever the upstream of the checks is."""
    frame, chosen = _frame(name, reduction, inputs, case, **constants)
    found = gradients(frame, given(name, inputs, case, **constants), reference.slopes(frame), chosen)[by]
    return [float(one / 1.5) for one in found]


def _frame(name: str, reduction: str, inputs: dict[str, Any], case: str, **constants: Any) -> Any:
    definition = definition_of(name)
    known = given(name, inputs, case, **constants)
    chosen = next(each for each in reference.reductions_for(definition, known.case) if each.name == reduction)
    return reference.prepare(definition, known), chosen
