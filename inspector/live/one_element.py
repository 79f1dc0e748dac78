"""One element of the first differentiable input of a loss, varied over its domain: the curve of a loss that declares none.

In: a definition. Out: how to compute value and slope of the term that the element belongs to, in torch and exactly. No loss by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from inspector.live import build
from inspector.live.derivatives import gradients
from inspector.live.references import References
from inspector.live.trials import Trial, leaves_of, setting_of, try_out, value_of, variants
from inspector.losses import reference
from inspector.losses.exact import Exact
from inspector.losses.schema import Field, InputForm, LogProbabilities, LossDefinition, Probabilities, Real, Values
from inspector.report import Configuration

WIDTH = 4.0
"""How far the range goes on a side that has no bound."""
INSIDE = 0.01
"""How far it keeps away from a bound that is excluded."""


class Varied(NamedTuple):
    """What is varied, and how the loss is computed at any place."""

    input: str
    label: str
    fixed: str
    low: float
    high: float
    run: Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]]
    exactly: Callable[[float], tuple[Exact, Exact]]


def varied(definition: LossDefinition) -> Varied | None:
    """The first element of the first differentiable input; None where no such input, no unreduced value or no reference is known."""
    configuration = Configuration(definition.qualified_name, "")
    setting = setting_of(definition, _default(definition, configuration), "cpu", References())
    trial = try_out(setting, "float64")
    if not isinstance(trial, Trial) or trial.case is None or trial.worked is None:
        return None
    form = next((form for form in trial.case.inputs if form.differentiable and form.dtype == "float"), None)
    unreduced = next((one for one, name in variants(trial.setting, trial.case) if name == "none"), None)
    field = next((field for field in definition.fields if field.reduction == "none"), Field("", "none"))
    if form is None or (unreduced is None and not field.name):
        return None
    low, high = _range(form.values)
    element = _Element(trial, form, unreduced or trial.setting.configuration, field)
    label = f"{form.name}[{', '.join('0' for _ in form.shape)}]"
    return Varied(form.name, label, "every other number is as drawn for the checks", low, high, element.run, element.exactly)


def _default(definition: LossDefinition, configuration: Configuration) -> Configuration:
    from inspector.live import configurations, instances

    signature = instances.signature_of(build.find_class(configuration.subject))
    return configurations.default_of(definition, signature)


def _range(values: Values) -> tuple[float, float]:
    if isinstance(values, LogProbabilities):
        return -WIDTH, -INSIDE
    if isinstance(values, Probabilities):
        return INSIDE, 1 - INSIDE
    low, high = (values.low, values.high) if isinstance(values, Real) else (None, None)
    if low is None:
        return (-WIDTH if high is None else high - WIDTH), (WIDTH if high is None else high)
    return low + INSIDE, (low + WIDTH if high is None else high - INSIDE)


class _Element:
    """The loss as a function of one number."""

    def __init__(self, trial: Trial, form: InputForm, configuration: Configuration, field: Field) -> None:
        self._trial = trial
        self._name = form.name
        self._field = field
        self._module = trial.make(configuration)
        assert trial.given is not None
        assert trial.setting.definition is not None
        frame = reference.prepare(trial.setting.definition, trial.given)
        entries = reference.slopes(frame)[form.name]
        self._term = next(place for place, slopes in enumerate(entries) if any(position == 0 for position, _ in slopes))

    def run(self, xs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The term and its derivative at each place, one call each: other losses than those that declare curves are few."""
        found = [self._once(float(x)) for x in xs]
        values, slopes = zip(*found, strict=True)
        return torch.tensor(values, dtype=torch.float64), torch.tensor(slopes, dtype=torch.float64)

    def _once(self, x: float) -> tuple[float, float]:
        trial = self._trial.anew()
        inputs: dict[str, Any] = trial.named_inputs()
        with torch.no_grad():
            inputs[self._name].reshape(-1)[0] = x
        output = self._module(*inputs.values())
        value = value_of(output, self._field).reshape(-1)[self._term] * self._field.factor
        (slope,) = gradients(value, [leaves_of(trial, self._module)[self._name]])
        return float(value.detach()), float(slope.reshape(-1)[0])

    def exactly(self, x: float) -> tuple[Exact, Exact]:
        """The same by the reference, with the closed form of the slope."""
        given, definition = self._trial.given, self._trial.setting.definition
        assert given is not None
        assert definition is not None
        grid = given.tensors[self._name]
        moved = given._replace(tensors={**given.tensors, self._name: grid._replace(values=(x, *grid.values[1:]))})
        frame = reference.prepare(definition, moved)
        entries = reference.slopes(frame)[self._name][self._term]
        return reference.terms(frame)[self._term], next(slope for position, slope in entries if position == 0)
