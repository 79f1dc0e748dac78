"""Checks of a loss that need no reference: the same call twice, inputs untouched, class and function, batch order, dtypes, layouts.

In: a Trial, with or without a definition. Out: Checks. Where numbers may differ by rounding, the tolerance comes from the reference's
condition, or, without one, from a condition estimated by the gradient in float64.
"""

from __future__ import annotations

import inspect
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from typing import Any

import torch
from torch import nn

from inspector.live import autograd, build
from inspector.live.checks import Label, held, not_run, stated
from inspector.live.derivatives import gradients
from inspector.live.trials import Trial, label_of, variants
from inspector.losses import reference
from inspector.losses.worked import Quantity
from inspector.report import Check, Configuration


class Runs:
    """The outputs of one trial for each reduction that its configuration leaves open, each run once."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.configurations = {reduction: configuration for configuration, reduction in variants(trial.setting, trial.case)}
        self.refusal = ""
        self._values: dict[str, torch.Tensor | None] = {}

    def label(self, kind: str, reduction: str) -> Label:
        """The label of a check of this trial."""
        return label_of(self.trial, kind, self.configurations[reduction])

    def value(self, reduction: str) -> torch.Tensor | None:
        """The loss value, or None where torch refused the call; `refusal` then says why."""
        if reduction not in self._values:
            self._values[reduction] = self.call(self.configurations[reduction], self.trial.inputs)
        return self._values[reduction]

    def call(self, configuration: Configuration, inputs: list[Any]) -> torch.Tensor | None:
        """The loss value of a new module, or None where torch refused."""
        return self.value_of(self.trial.make(configuration), inputs)

    def value_of(self, instance: Callable[..., Any], inputs: list[Any]) -> torch.Tensor | None:
        """The loss value of a module or a function, or None where torch refused."""
        try:
            return loss_value(instance(*inputs))
        except build.REFUSALS as error:
            self.refusal = f"torch refused the call: {build.one_line(error)}"
            return None

    def near(self, value: torch.Tensor, reduction: str) -> Quantity:
        """The value as what another run must give, up to the rounding that its condition allows."""
        return approximately(value, self.condition(reduction))

    def condition(self, reduction: str) -> float:
        """The condition of the loss value: the largest of the reference's, or an estimate where there is none."""
        worked = self.trial.worked
        if worked is not None and reduction in worked.reductions:
            return max(worked.reductions[reduction].value.columns()[2], default=0.0)
        return self.estimate

    @cached_property
    def estimate(self) -> float:
        """(Σ |value| + Σ |gradient·input|) × the number of autograd nodes, in float64: each node may round everything it is given."""
        reduction = next(iter(self.configurations))
        inputs = [in_float64(one) for one in self.trial.inputs]
        instance = self.trial.make(self.configurations[reduction]).double()
        value = loss_value(instance(*inputs))
        leaves = [one for one in (*inputs, *instance.parameters()) if isinstance(one, torch.Tensor) and one.requires_grad]
        total = float(value.detach().abs().sum())
        nodes = 1
        if leaves and value.requires_grad:
            found = gradients(value.sum(), leaves)
            total += sum(float((one.detach() * slope).abs().sum()) for one, slope in zip(leaves, found, strict=True))
            nodes += len(autograd.graph_of(value).nodes)
        return total * nodes


def checks(trial: Trial, kinds: Collection[str]) -> Iterator[Check]:
    """The checks of the wanted kinds that make sense for the trial."""
    wanted = [kind for kind in KINDS if kind in kinds and (kind != "device" or trial.setting.device != "cpu")]
    if not wanted:
        return
    runs = Runs(trial)
    first = next(iter(runs.configurations))
    if not trial.holds_numbers:
        yield from (not_run(runs.label(kind, first), CLAIMS[kind], "the device holds no numbers") for kind in wanted if kind != "device")
        return
    if runs.value(first) is None:
        yield from (not_run(runs.label(kind, first), CLAIMS[kind], runs.refusal) for kind in wanted)
        return
    for kind in wanted:
        yield from _MAKERS[kind](runs)


def loss_value(output: Any) -> torch.Tensor:
    """The loss value among what a loss returned: the one scalar where it returned several tensors, else the first."""
    if isinstance(output, torch.Tensor):
        return output
    found = autograd.tensors(output)
    if not found:
        raise TypeError("the output holds no tensor")
    return next((one for one in found if one.dim() == 0), found[0])


def in_float64(value: Any) -> Any:
    """A floating tensor as a new float64 leaf, anything else as it is."""
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        return value.detach().double().requires_grad_(value.requires_grad)
    return value


def approximately(value: torch.Tensor, condition: float) -> Quantity:
    """Measured numbers as expected ones, with one condition for all."""
    flat = array("d")
    for number in value.detach().reshape(-1).tolist():
        flat.extend((number, 0.0, condition))
    return Quantity(tuple(value.shape), flat.tobytes())


# -- the checks ---------------------------------------------------------------------------------------------------------


def _repeated(runs: Runs) -> Iterator[Check]:
    for reduction, configuration in runs.configurations.items():
        value, again = runs.value(reduction), runs.call(configuration, runs.trial.inputs)
        if value is not None and again is not None:
            yield stated(runs.label("repeat", reduction), CLAIMS["repeat"], same_bits(value, again), "the two loss values differ")


def _untouched(runs: Runs) -> Iterator[Check]:
    """Value and gradient are taken on inputs made anew, which are then compared with others of the same sample bit by bit."""
    originals = runs.trial.anew().inputs
    for reduction, configuration in runs.configurations.items():
        copies = [copied(one) for one in originals]
        value = runs.call(configuration, copies)
        if value is None:
            continue
        refusal = _differentiated(value, copies)
        pairs = zip(runs.trial.named_inputs(), originals, copies, strict=True)
        changed = [name for name, one, copy in pairs if isinstance(one, torch.Tensor) and not same_bits(one, copy)]
        label = runs.label("inputs", reduction)
        if refusal and not changed:
            yield not_run(label, CLAIMS["inputs"], f"torch refused to differentiate: {refusal}")
        else:
            yield stated(label, CLAIMS["inputs"], not changed, f"changed: {', '.join(changed)}")


def _differentiated(value: torch.Tensor, inputs: list[Any]) -> str:
    """Takes the gradient by the inputs and leaves it; what torch said where it refused, else nothing."""
    leaves = [one for one in inputs if isinstance(one, torch.Tensor) and one.requires_grad]
    if not leaves or not value.requires_grad:
        return ""
    try:
        gradients(value.sum(), leaves)
    except build.REFUSALS as error:
        return build.one_line(error)
    return ""


def _function(runs: Runs) -> Iterator[Check]:
    definition = runs.trial.setting.definition
    if definition is None or not definition.function:
        return
    module, _, name = definition.function.rpartition(".")
    function = getattr(import_module(module), name)
    for reduction, configuration in runs.configurations.items():
        instance = runs.trial.make(configuration)
        try:
            found = loss_value(function(**_keywords(function, runs.trial, instance)))
        except build.REFUSALS as error:
            yield not_run(runs.label("function", reduction), CLAIMS["function"], f"torch refused the call: {build.one_line(error)}")
            continue
        value = runs.value(reduction)
        if value is not None:
            yield stated(runs.label("function", reduction), CLAIMS["function"], same_bits(value, found), f"{definition.function} differs")


def _keywords(function: Any, trial: Trial, instance: nn.Module) -> dict[str, Any]:
    """The arguments of the functional form: inputs by name, and what the instance holds under the same name, dots for underscores."""
    named = trial.named_inputs()
    parameters = dict(instance.named_parameters())
    found: dict[str, Any] = {}
    for name in inspect.signature(function).parameters:
        if name in named:
            found[name] = named[name]
        elif hasattr(instance, name):
            found[name] = getattr(instance, name)
        elif name.replace("_", ".", 1) in parameters:
            dotted = name.replace("_", ".", 1)
            found[name] = parameters[dotted].reshape(_grouped_shape(trial, dotted))
    return found


def _grouped_shape(trial: Trial, name: str) -> tuple[int, ...]:
    if trial.given is None or trial.setting.definition is None:
        return (-1,)
    return reference.prepare(trial.setting.definition, trial.given).operands[name].shape


def _reductions(runs: Runs) -> Iterator[Check]:
    """Each reduction from the unreduced loss values, by the denominator that the definition states."""
    terms = runs.value("none") if "none" in runs.configurations else None
    if terms is None:
        return
    for reduction in runs.configurations:
        value = runs.value(reduction)
        if reduction == "none" or value is None:
            continue
        claim, divided = _combined(runs.trial, terms, reduction)
        label = runs.label("reduction", reduction)
        if divided is None:
            yield not_run(label, claim, "no denominator is documented for this class")
            continue
        spread = float(divided.abs().sum()) * (divided.numel() + 2)
        yield held(label, claim, value, approximately(divided.sum().to(torch.float64), spread))


def _combined(trial: Trial, terms: torch.Tensor, reduction: str) -> tuple[str, torch.Tensor | None]:
    """The claim, and the unreduced loss values in float64, each over what the reduction divides it by."""
    exact = terms.detach().double()
    if trial.given is None or trial.setting.definition is None or trial.worked is None:
        return f"{reduction} is the sum of the unreduced loss values", exact if reduction == "sum" else None
    frame = reference.prepare(trial.setting.definition, trial.given)
    each = next(one for one in reference.reductions_for(trial.setting.definition, frame_case(trial)) if one.name == reduction)
    scales = [float(scale) for scale in reference.scales(frame, each)]
    weights = torch.tensor(scales, dtype=torch.float64, device=terms.device).reshape(terms.shape)
    return f"{reduction} is the sum of the unreduced loss values, divided by {each.words}", exact * weights


def frame_case(trial: Trial) -> Any:
    """The case of a trial that was drawn from a definition."""
    assert trial.case is not None
    return trial.case


def _batch_order(runs: Runs) -> Iterator[Check]:
    """The inputs in reverse order along the batch give the same loss value, or the unreduced ones in reverse order."""
    reordered = _reversed_batch(runs.trial)
    if reordered is None:
        return
    for reduction, configuration in runs.configurations.items():
        value, other = runs.value(reduction), runs.call(configuration, reordered)
        if value is None or other is None:
            continue
        expected = value.flip(0) if reduction == "none" and value.dim() else value
        yield held(runs.label("batch order", reduction), CLAIMS["batch order"], other, runs.near(expected, reduction))


def _reversed_batch(trial: Trial) -> list[Any] | None:
    """The inputs with the batch reversed; None where there is no batch, or where rows lie end to end."""
    if trial.case is None:
        tensors = [one for one in trial.inputs if isinstance(one, torch.Tensor)]
        batched = all(one.dim() and one.shape[0] == tensors[0].shape[0] for one in tensors)
        return [one.flip(0) if isinstance(one, torch.Tensor) else one for one in trial.inputs] if batched else None
    forms = trial.case.inputs
    if not any("N" in form.shape for form in forms) or any(form.packed_by for form in forms):
        return None
    axes = [form.shape.index("N") if "N" in form.shape else None for form in forms]
    return [one if axis is None else _flipped(one, axis) for one, axis in zip(trial.inputs, axes, strict=True)]


def _flipped(value: Any, axis: int) -> Any:
    return value.flip(axis) if isinstance(value, torch.Tensor) else tuple(reversed(value))


def _dtypes(runs: Runs) -> Iterator[Check]:
    """The same numbers in float64 give the same loss value up to the rounding of this dtype."""
    if runs.trial.dtype == "float64":
        return
    inputs = [in_float64(one) for one in runs.trial.inputs]
    for reduction, configuration in runs.configurations.items():
        value = runs.value(reduction)
        wide = runs.value_of(runs.trial.make(configuration).double(), inputs)
        if value is not None and wide is not None:
            yield held(runs.label("dtype", reduction), CLAIMS["dtype"], value, runs.near(wide, reduction))


def _devices(runs: Runs) -> Iterator[Check]:
    """The same numbers on the CPU give the same loss value and gradients, up to rounding."""
    home = runs.trial._replace(setting=runs.trial.setting._replace(device="cpu"))
    inputs = [_on_cpu(one) for one in runs.trial.inputs]
    for reduction, configuration in runs.configurations.items():
        value, there = runs.value(reduction), runs.value_of(home.make(configuration), inputs)
        label = runs.label("device", reduction)
        if value is None or there is None:
            yield not_run(label, CLAIMS["device"], runs.refusal)
        else:
            yield held(label, CLAIMS["device"], value, runs.near(there, reduction))


def _on_cpu(value: Any) -> Any:
    return value.detach().cpu().requires_grad_(value.requires_grad) if isinstance(value, torch.Tensor) else value


def _layouts(runs: Runs) -> Iterator[Check]:
    """Inputs that are not contiguous, and inputs that are expanded from one row, give what contiguous copies give."""
    for claim, inputs in (
        ("inputs that are not contiguous give the same", [_strided(one) for one in runs.trial.inputs]),
        ("inputs expanded from one row give the same as copies of it", [_expanded(one) for one in runs.trial.inputs]),
    ):
        plain = [one.contiguous() if isinstance(one, torch.Tensor) else one for one in inputs]
        for reduction, configuration in runs.configurations.items():
            value, expected = runs.call(configuration, inputs), runs.call(configuration, plain)
            label = runs.label("layout", reduction)
            if value is None or expected is None:
                yield not_run(label, claim, runs.refusal)
            else:
                yield held(label, claim, value, runs.near(expected, reduction))


def _strided(value: Any) -> Any:
    """The same numbers, every other place in memory."""
    if not isinstance(value, torch.Tensor):
        return value
    return torch.stack((value.detach(), value.detach()), dim=-1)[..., 0]


def _expanded(value: Any) -> Any:
    """The first row for every row, without a copy."""
    if not isinstance(value, torch.Tensor) or not value.dim() or not value.is_floating_point():
        return value
    return value.detach()[:1].expand(value.shape)


def same_bits(one: torch.Tensor, other: torch.Tensor) -> bool:
    """True where shape, dtype and every number are the same, wherever they lie; nan equals nan."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    return bool(torch.equal(one, other)) or bool(((one == other) | ((one != one) & (other != other))).all())


def copied(value: Any) -> Any:
    """A leaf of its own with the same numbers."""
    return value.detach().clone().requires_grad_(value.requires_grad) if isinstance(value, torch.Tensor) else value


CLAIMS: Mapping[str, str] = {
    "repeat": "the same inputs twice give the same loss value",
    "inputs": "the call and its gradient leave the inputs unchanged",
    "function": "the class equals its functional form",
    "reduction": "the reductions follow from the unreduced loss values",
    "batch order": "the order of the batch does not matter",
    "dtype": "the loss value agrees with float64 on the same numbers",
    "device": "the loss value agrees with that of the CPU",
    "layout": "how the inputs lie in memory does not matter",
}

_MAKERS: Mapping[str, Callable[[Runs], Iterator[Check]]] = {
    "repeat": _repeated,
    "inputs": _untouched,
    "function": _function,
    "reduction": _reductions,
    "batch order": _batch_order,
    "dtype": _dtypes,
    "device": _devices,
    "layout": _layouts,
}

KINDS = tuple(_MAKERS)
