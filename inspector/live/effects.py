"""What each constructor argument does to the loss value: the example's inputs once more, with one argument away from its default.

In: a definition, the default configuration and its sample. Out: Effects. An argument that changes nothing on these inputs says so; one that
gives nan for them is shown on inputs that it takes.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from typing import Any, TypeAlias

import torch

from inspector.errors import InspectError
from inspector.live import build, configurations, instances, samples
from inspector.live.consistency import loss_value
from inspector.live.written import write
from inspector.losses.schema import LossDefinition
from inspector.report import Argument, Configuration, Effect, Number, Reference, Sample, Unresolved, number

DTYPE = "float64"
"""As the worked example."""
_Value: TypeAlias = tuple[tuple[int, ...], tuple[Number, ...]]
"""Shape and numbers of a loss value."""


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
            found[name] = _effect(argument, *(_where_taken(definition, configuration, changed, after) or (before, after)))
    return tuple(found.values())


def _where_taken(definition: LossDefinition, default: Configuration, changed: Configuration, after: _Value) -> tuple[_Value, _Value] | None:
    """Before and after on inputs drawn for the argument, where those of the example give nan with it: a rate where they are its logarithm.

    None where the example's will do, or no inputs give a number both ways.
    """
    if not _has_nan(after):
        return None
    own = samples.draw(definition, changed, instances.signature_of(build.find_class(changed.subject)))
    both = None if isinstance(own, Unresolved) else (_value(default, own), _value(changed, own))
    if both is None or both[0] is None or both[1] is None or _has_nan(both[0]) or _has_nan(both[1]):
        return None
    return both[0], both[1]


def _has_nan(value: _Value) -> bool:
    return any(math.isnan(float(one)) for one in value[1])


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


def _value(configuration: Configuration, sample: Sample) -> _Value | None:
    """Shape and numbers of the loss value; None where torch refuses these inputs."""
    with warnings.catch_warnings(), torch.no_grad(), build.fixed_random():
        warnings.simplefilter("ignore")
        try:
            loss: Any = build.make_instance(configuration, dtype=DTYPE)
            value = loss_value(loss(*build.make_inputs(sample, dtype=DTYPE)))
        except (*build.REFUSALS, InspectError):
            return None
    return tuple(value.shape), tuple(number(one) for one in value.reshape(-1).tolist())


def _effect(argument: Argument, before: _Value, after: _Value) -> Effect:
    return Effect(
        parameter=str(argument.name), given=write(argument.value), before=before[1], after=after[1], shape=after[0], differs=before != after
    )
