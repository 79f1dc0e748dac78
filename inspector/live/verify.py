"""Runs a loss and holds its value and its gradients against the exact reference, for every reduction and dtype.

In: a definition, or None, and a configuration. Out: Checks. Draws its own inputs, rounds them to the dtype first, and evaluates the
reference at exactly the rounded numbers. What could not run is a check that says so.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import torch
from msgspec.structs import replace
from torch import nn

from inspector.evidence import DTYPES
from inspector.live import answers, build, configurations, consistency, decompositions, differentiation, ladders, spread
from inspector.live.checks import Label, held, not_run, stated
from inspector.live.consistency import Runs
from inspector.live.derivatives import gradients
from inspector.live.references import References
from inspector.live.trials import Setting, Trial, label_of, leaves_of, sent_back, setting_of, try_out, value_of, variants
from inspector.losses import asked
from inspector.losses.schema import Field, LossDefinition
from inspector.losses.worked import Reduced
from inspector.report import Check, Configuration, Denominator, Ladder, Unresolved

KINDS = ("value", "gradient", *differentiation.KINDS, *consistency.KINDS, "decomposition", "identity", "answer", "spread")
"""Kinds of checks, in the order they are reported."""

QUICK = tuple(kind for kind in KINDS if kind not in ("closed form", "forward mode", "decomposition", "identity", "answer", "spread"))
"""Kinds that a report can wait for: forward mode and decompositions load more of torch, identities and answers it shows otherwise."""

MOST_DRAWS = 40
"""Of one configuration in one dtype, until they show what the formula can do."""

SPREAD_CLAIM = "the inputs show both signs, both sides of every comparison, and ignored and kept targets"
VALUE_CLAIM = "the loss value equals the reference"


def verify(
    definition: LossDefinition | None,
    configuration: Configuration,
    *,
    dtypes: Sequence[str] = DTYPES,
    seed: int = 0,
    device: str = "cpu",
    kinds: Collection[str] = KINDS,
    references: References | None = None,
) -> tuple[Check, ...]:
    """The checks of one configuration, for every reduction it leaves open. A loss without definition gets those that need none.

    Raises InspectError where the configuration cannot be constructed or asks for a kind of inputs that does not exist, CouldNotRun
    where this machine has no such device.
    """
    setting = setting_of(definition, configuration, device, references or References(), seed)
    found: list[Check] = []
    with warnings.catch_warnings(), torch.inference_mode(False), torch.enable_grad():
        warnings.simplefilter("ignore")
        for dtype in dtypes:
            trial = try_out(setting, dtype)
            if isinstance(trial, Unresolved):
                label = Label("value", configuration.expression, dtype, device)
                found.append(not_run(label, VALUE_CLAIM, trial.reason))
                continue
            found += against_reference(trial, kinds)
            found += differentiation.checks(trial, kinds)
            found += consistency.checks(trial.anew(), kinds)
            found += _spread(trial, kinds)
            found += decompositions.checks(Runs(trial)) if "decomposition" in kinds and trial.holds_numbers else ()
            found += ladders.checks(setting, dtype) if "identity" in kinds and _is_plain(setting) else ()
        found += answers.checks(asked.answers(configuration.subject), device) if "answer" in kinds and _is_plain(setting) else ()
    return tuple(_explained(check, definition) for check in found)


class Shown(NamedTuple):
    """What a report shows of a loss beside its checks."""

    ladders: tuple[Ladder, ...] = ()
    denominators: tuple[Denominator, ...] = ()


def shown(definition: LossDefinition | None, configuration: Configuration, *, references: References | None = None) -> Shown:
    """Equivalent forms and denominators, each computed now; nothing for a loss without definition."""
    if definition is None or not definition.cases:
        return Shown()
    setting = setting_of(definition, configuration, "cpu", references or References())
    with warnings.catch_warnings(), torch.inference_mode(False), torch.enable_grad():
        warnings.simplefilter("ignore")
        return Shown(ladders.shown(setting), answers.denominators(setting))


def _is_plain(setting: Setting) -> bool:
    """True for the one configuration that stands for the loss: what is true of the loss and of no configuration is checked with it."""
    plain = None if setting.definition is None else configurations.default_of(setting.definition, setting.signature)
    return plain is not None and (setting.configuration.args, setting.configuration.target_kind) == (plain.args, None)


def _spread(trial: Trial, kinds: Collection[str]) -> Iterator[Check]:
    """Further draws until all of them together show what the formula can do, and whether they do."""
    if "spread" not in kinds or not trial.holds_numbers:
        return
    draws = [trial]
    while spread.missing(spread.seen(draws)) and len(draws) < MOST_DRAWS:
        another = try_out(trial.setting, trial.dtype, len(draws) + 1)
        assert isinstance(another, Trial)
        draws.append(another)
        yield from against_reference(another, kinds)
    lacking = spread.missing(spread.seen(draws))
    label = label_of(trial, "spread", trial.setting.configuration)
    if trial.case is None:
        yield not_run(label, SPREAD_CLAIM, "the inputs of this class are not declared")
    elif lacking:
        yield not_run(label, SPREAD_CLAIM, f"{len(draws)} draws do not show {', '.join(lacking)}")
    else:
        yield stated(label, SPREAD_CLAIM, True)


def _explained(check: Check, definition: LossDefinition | None) -> Check:
    """A check that fails, with its cause in torch where that is known."""
    if check.status != "fail" or definition is None:
        return check
    known = (each for each in definition.deviations if each.kind == check.kind)
    why = [each.why for each in known if each.claim in check.claim and each.configuration in check.configuration]
    return replace(check, reason=check.reason or why[0], cause=why[0]) if why else check


def against_reference(trial: Trial, kinds: Collection[str]) -> Iterator[Check]:
    """Value and gradients of one trial, for every reduction that its configuration leaves open."""
    if not {"value", "gradient"} & set(kinds):
        return
    for configuration, reduction in variants(trial.setting, trial.case):
        label = label_of(trial, "value", configuration)
        if trial.worked is None:
            yield not_run(label, VALUE_CLAIM, trial.why_no_reference)
            continue
        yield from (check for check in _of_reduction(trial, label, configuration, reduction) if check.kind in kinds)


def _of_reduction(trial: Trial, label: Label, configuration: Configuration, reduction: str) -> Iterator[Check]:
    """Value and gradients of one reduction, or of each field of what the loss returns."""
    assert trial.worked is not None
    assert trial.setting.definition is not None
    instance = trial.make(configuration)
    try:
        output = instance(*trial.inputs)
    except build.REFUSALS as error:
        yield not_run(label, VALUE_CLAIM, f"torch refused the call: {build.one_line(error)}")
        return
    for field in trial.setting.definition.fields or (Field("", reduction),):
        value = value_of(output, field)
        reduced = trial.worked.reductions[field.reduction]
        of_field = f" ({field.name})" if field.name else ""
        yield held(label, VALUE_CLAIM + of_field, value * field.factor if field.factor != 1 else value, reduced.value)
        yield from _gradients(trial, label, instance, (value, field), reduced)


def _gradients(trial: Trial, label: Label, instance: nn.Module, found: tuple[torch.Tensor, Field], reduced: Reduced) -> Iterator[Check]:
    value, field = found
    leaves = {name: leaf for name, leaf in leaves_of(trial, instance).items() if name in reduced.gradients}
    label = label._replace(kind="gradient")
    claims = {name: f"∂/∂{name} equals the closed form" + (f" ({field.name})" if field.name else "") for name in leaves}
    refusal = "every sample drawn lies on a kink of the loss to within rounding" if trial.on_kink() else ""
    if any(math.isnan(number) for number in reduced.value.columns()[0]):
        refusal = "the loss value is 0/0 here, which has no derivative"
    found_by_torch: dict[str, torch.Tensor] = {}
    if not refusal:
        found_by_torch, refusal = gradients_of(value, leaves, field)
    for name, claim in claims.items():
        if name in found_by_torch:
            yield held(label, claim, found_by_torch[name], reduced.gradients[name])
        else:
            yield not_run(label, claim, refusal)


def gradients_of(value: torch.Tensor, leaves: dict[str, torch.Tensor], field: Field) -> tuple[dict[str, torch.Tensor], str]:
    """The gradient by each leaf, and why there is none for those that are missing."""
    try:
        found = gradients(value, list(leaves.values()), sent_back(value, field))
    except build.REFUSALS as error:
        return {}, f"torch refused to differentiate: {build.one_line(error)}"
    return dict(zip(leaves, found, strict=True)), ""
