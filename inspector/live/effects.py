"""What each constructor argument does to the loss value: the example's inputs once more, with one argument away from its default.

In: a definition, the default configuration and its sample. Out: Effects. An argument that changes nothing on these inputs says so.
"""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Any

import torch

from inspector.errors import InspectError
from inspector.live import build, configurations, instances
from inspector.live.consistency import loss_value
from inspector.live.written import write
from inspector.losses.schema import LossDefinition
from inspector.report import Argument, Configuration, Effect, Number, Reference, Sample, number

DTYPE = "float64"
"""As the worked example."""


def measure(definition: LossDefinition | None, configuration: Configuration, sample: Sample) -> tuple[Effect, ...]:
    """One Effect for each argument that can be set alone, in the order of the signature; () for a loss without a definition.

    Of several legal values the first that changes the value is shown, else the first.
    """
    if definition is None or not definition.cases:
        return ()
    before = _value(configuration, sample)
    if before is None:
        return ()
    found: dict[str, Effect] = {}
    for changed in _changed(definition, configuration):
        argument = changed.args[-1]
        name = str(argument.name)
        if name in found and found[name].differs:
            continue
        after = _value(changed, sample)
        if after is not None and (name not in found or after != before):
            found[name] = _effect(argument, before, after)
    return tuple(found.values())


def _changed(definition: LossDefinition, default: Configuration) -> list[Configuration]:
    """The configurations in which one argument more is given, for the kind of inputs that the sample is of."""
    signature = instances.signature_of(build.find_class(default.subject))
    every = configurations.of_loss(definition, signature, default.subject)
    longer = [one for one in every if len(one.args) == len(default.args) + 1 and one.args[:-1] == default.args and not _is_dtype(one)]
    kinds = Counter(one.target_kind for one in longer)
    kind = max(kinds, key=lambda one: kinds[one], default=None)  # the first of those in which most arguments can be set
    return [one for one in longer if one.target_kind == kind]


def _is_dtype(configuration: Configuration) -> bool:
    """Whether the last argument is a dtype: the parameters would be drawn anew in it, and only that would be seen."""
    value = configuration.args[-1].value
    return isinstance(value, Reference) and isinstance(getattr(torch, value.name.removeprefix("torch."), None), torch.dtype)


def _value(configuration: Configuration, sample: Sample) -> tuple[tuple[int, ...], tuple[Number, ...]] | None:
    """Shape and numbers of the loss value; None where torch refuses these inputs."""
    with warnings.catch_warnings(), torch.no_grad(), build.fixed_random():
        warnings.simplefilter("ignore")
        try:
            loss: Any = build.make_instance(configuration, dtype=DTYPE)
            value = loss_value(loss(*build.make_inputs(sample, dtype=DTYPE)))
        except (*build.REFUSALS, InspectError):
            return None
    return tuple(value.shape), tuple(number(one) for one in value.reshape(-1).tolist())


def _effect(argument: Argument, before: tuple[Any, ...], after: tuple[Any, ...]) -> Effect:
    return Effect(
        parameter=str(argument.name), given=write(argument.value), before=before[1], after=after[1], shape=after[0], differs=before != after
    )
