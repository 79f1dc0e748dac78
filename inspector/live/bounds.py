"""How small and how large a loss value can be: the declared bounds, held against the call that shows them and against many samples.

In: a definition and its declared bounds. Out: measured.Bounds. A bound that something passes is a failure, and is shown as such.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from typing import Any

import torch

from inspector.live import build, configurations, instances, samples
from inspector.live.consistency import loss_value
from inspector.live.expressions import evaluate
from inspector.live.trials import field_of, value_of
from inspector.losses.bounds import bounds_of
from inspector.losses.schema import LossDefinition
from inspector.report import Bounds, NotRun, number

DRAWS = 5
"""Samples of each documented way to call the loss."""
NEAR = 1e-9
"""A bound that is only approached is shown by a value this near; one that is reached, by one as near as rounding allows."""
FAR = 1e290
"""A value beyond this stands for one without bound."""


def measure(definition: LossDefinition | None) -> Bounds | NotRun:
    """The bounds of a loss constructed without options, with what its samples gave; NotRun for one that declares none."""
    declared = bounds_of(definition.qualified_name.rpartition(".")[2]) if definition is not None else None
    if definition is None or declared is None or not definition.cases:
        return NotRun("no bounds are declared for it")
    names = {"loss": _module(definition)}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        least = float(loss_value(evaluate(declared.code, names)))
        most = float(loss_value(evaluate(declared.above, names))) if declared.above else math.inf
        drawn = list(_drawn(definition, names["loss"]))
    slack = NEAR * max(1.0, abs(declared.low) if math.isfinite(declared.low) else 1.0)
    inside = all(declared.low - slack <= value <= declared.high + slack for value in drawn)
    holds = inside and bool(drawn) and _shows(least, declared.low) and (not declared.above or _shows(most, declared.high))
    return Bounds(
        low=number(declared.low), high=number(declared.high), reached=declared.reached, where=declared.where, code=declared.code,
        value=number(least), above=declared.above, most=number(most) if declared.above else None, tried=len(drawn),
        status="pass" if holds else "fail",
    )  # fmt: skip


def _shows(value: float, bound: float) -> bool:
    """True where a value is the bound, or as near as shows it."""
    return abs(value) > FAR and (value > 0) == (bound > 0) if math.isinf(bound) else abs(value - bound) <= NEAR * max(1.0, abs(bound))


def _module(definition: LossDefinition) -> Any:
    signature = instances.signature_of(build.find_class(definition.qualified_name))
    return build.make_instance(configurations.default_of(definition, signature), dtype="float64")


def _drawn(definition: LossDefinition, loss: Any) -> Iterator[float]:
    """The loss value for samples of every documented way to call it, as far as it takes them without options."""
    signature = instances.signature_of(build.find_class(definition.qualified_name))
    field = field_of(definition, "mean")
    for fitted in samples.fitting(definition, configurations.default_of(definition, signature), signature):
        for seed in range(DRAWS):
            sample = samples.draw_case(fitted, dtype="float64", seed=seed)
            try:
                yield float(value_of(loss(*build.make_inputs(sample)), field).detach())
            except build.REFUSALS:
                break
