"""Second derivatives, forward-mode derivatives and numerical differentiation of a loss, in float64.

In: a Trial. Out: Checks. Where torch says that it has no such derivative, the check says so and is not counted as passed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import torch
from msgspec.structs import replace
from torch import nn
from torch.autograd import forward_ad

from inspector.live import build, differences
from inspector.live.checks import Label, held, not_run, stated
from inspector.live.consistency import Runs, loss_value
from inspector.live.derivatives import gradients
from inspector.live.trials import Trial, field_of, label_of, leaves_of, sent_back, value_of, variants
from inspector.losses.reference import direction
from inspector.losses.schema import LogProbabilities
from inspector.losses.worked import Quantity, upstream
from inspector.report import Check, Configuration

CLAIMS: Mapping[str, str] = {
    "closed form": "the closed-form gradient is the derivative of the formula, to 45 digits",
    "second derivative": "the second derivative equals the reference",
    "forward mode": "forward-mode differentiation agrees with the reference",
    "numerical": "the gradient agrees with numerical differentiation",
}

KINDS = tuple(CLAIMS)

CLOSED_FORM = 1e-45
"""How far two ways to the same derivative may be apart, relative, in 50-digit arithmetic."""


def checks(trial: Trial, kinds: Collection[str]) -> Iterator[Check]:
    """The checks of the wanted kinds; only in float64, and only where the sample lies on no kink."""
    wanted = [kind for kind in KINDS if kind in kinds]
    if not wanted or trial.dtype != "float64" or trial.on_kink() or not trial.holds_numbers:
        return
    if "closed form" in wanted:
        yield from _closed_form(trial)
    for configuration, reduction in variants(trial.setting, trial.case):
        for kind in wanted[wanted[:1] == ["closed form"] :]:
            label = label_of(trial, kind, configuration)
            try:
                yield from _MAKERS[kind](trial, label, configuration, reduction)
            except build.REFUSALS as error:
                yield not_run(label, CLAIMS[kind], f"torch refused: {build.one_line(error)}")


def _closed_form(trial: Trial) -> Iterator[Check]:
    """The formula of the gradient against the derivative that exact arithmetic carries along with the formula of the value."""
    definition = trial.setting.definition
    if definition is None or trial.given is None or trial.worked is None:
        return
    label = label_of(trial, "closed form", trial.setting.configuration)
    for name, gap in trial.setting.references.find_second(definition, trial.given).closed_form.items():
        yield stated(label, f"{CLAIMS['closed form']} (by {name})", gap < CLOSED_FORM, f"they differ by {gap:.2g}, relative")


def _second(trial: Trial, label: Label, configuration: Configuration, reduction: str) -> Iterator[Check]:
    """The gradient of Σ direction·gradient, by each leaf."""
    definition = trial.setting.definition
    if definition is None or trial.given is None or trial.worked is None:
        return
    field = field_of(definition, reduction)
    expected = trial.setting.references.find_second(definition, trial.given).reductions[field.reduction]
    instance = trial.make(configuration)
    leaves = {name: leaf for name, leaf in leaves_of(trial, instance).items() if name in expected}
    value = value_of(instance(*trial.inputs), field)
    first = gradients(value, list(leaves.values()), sent_back(value, field), create_graph=True)
    along = torch.stack([(slope * _direction(slope)).sum() for slope in first]).sum()
    if not along.requires_grad and not all(_is_zero(expected[name]) for name in leaves):
        yield not_run(label, CLAIMS["second derivative"], "the gradient that torch gives cannot be differentiated again")
        return
    for (name, _), found in zip(leaves.items(), gradients(along, list(leaves.values())), strict=True):
        yield held(label, f"the second derivative by {name} equals the reference", found, expected[name])


def _forward(trial: Trial, label: Label, configuration: Configuration, reduction: str) -> Iterator[Check]:
    """The derivative along a direction in all leaves at once, as forward mode gives it."""
    definition = trial.setting.definition
    if definition is None or trial.worked is None:
        return
    field = field_of(definition, reduction)
    reduced = trial.worked.reductions[field.reduction]
    instance = trial.make(configuration)
    leaves = {name: leaf for name, leaf in leaves_of(trial, instance).items() if name in reduced.gradients}
    with forward_ad.dual_level():
        duals = {name: forward_ad.make_dual(leaf.detach(), _direction(leaf)) for name, leaf in leaves.items()}  # type: ignore[no-untyped-call]
        value = value_of(_called(instance, trial, duals), field)
        tangent = forward_ad.unpack_dual(value).tangent  # type: ignore[no-untyped-call]
    slope = torch.zeros_like(value) if tangent is None else tangent
    yield held(label, CLAIMS["forward mode"], (slope.detach() * sent_back(value, field)).sum(), reduced.tangent)


def _numerical(trial: Trial, label: Label, configuration: Configuration, reduction: str) -> Iterator[Check]:
    """Differences of the loss value along two directions in each leaf, against the gradient along them."""
    if trial.worked is not None and trial.worked.bounded:
        yield not_run(label, CLAIMS["numerical"], "a bound of the formula is active, which by definition is not differentiated")
        return
    if trial.worked is not None and trial.worked.closest <= differences.REACH:
        yield not_run(label, CLAIMS["numerical"], "a kink of the loss lies within the step of the differences")
        return
    instance = trial.make(configuration)
    axes = _normalised(trial)
    leaves = leaves_of(trial, instance)

    def call(values: Mapping[str, torch.Tensor]) -> torch.Tensor:
        given = {name: value if name not in axes else value.log_softmax(axes[name]) for name, value in values.items()}
        value = loss_value(_called(instance, trial, given))
        return (value * torch.tensor(upstream(value.numel()), dtype=value.dtype, device=value.device).reshape(value.shape)).sum()

    condition = Runs(trial).condition(reduction) * sum(map(abs, upstream(max(1, trial.terms(reduction)))))
    starts = {name: leaf.detach().clone().requires_grad_() for name, leaf in leaves.items()}
    for name, found, measured in differences.along_each(call, starts, condition):
        claim = f"the gradient by {name} agrees with numerical differentiation"
        if isinstance(measured, str):
            yield not_run(label, claim, measured)
        else:  # in units in the last place the error would speak of the differences, not of the gradient
            yield replace(held(label, claim, found, measured), ulp_error=None)


def _called(instance: nn.Module, trial: Trial, given: Mapping[str, torch.Tensor]) -> Any:
    """What the loss returns with some inputs and parameters replaced."""
    inputs = tuple(given.get(name, value) for name, value in trial.named_inputs().items())
    parameters = {name: given[name] for name, _ in instance.named_parameters() if name in given}
    return torch.func.functional_call(instance, parameters, inputs) if parameters else instance(*inputs)


def _normalised(trial: Trial) -> dict[str, int]:
    """Inputs whose derivative is taken along normalised log-probabilities -> the axis they are normalised along."""
    definition = trial.setting.definition
    if definition is None or trial.case is None:
        return {}
    names = {name for rule in definition.rules for name in rule.normalised}
    forms = [form for form in trial.case.inputs if form.name in names]
    return {form.name: form.values.axis for form in forms if isinstance(form.values, LogProbabilities)}


def _is_zero(expected: Quantity) -> bool:
    return not any(expected.columns()[0])


def _direction(like: torch.Tensor) -> torch.Tensor:
    return torch.tensor(direction(like.numel()), dtype=like.dtype, device=like.device).reshape(like.shape)


_MAKERS: Mapping[str, Callable[[Trial, Label, Configuration, str], Iterator[Check]]] = {
    "second derivative": _second,
    "forward mode": _forward,
    "numerical": _numerical,
}
