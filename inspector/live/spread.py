"""What the inputs of a configuration show: both signs, both sides of every comparison of the formula, ignored and kept targets.

In: trials. Out: a table of what was seen, and what is missing of it. The rules come from the declared domain and from the reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from inspector.live import arguments
from inspector.live.trials import Trial
from inspector.losses.schema import Choice, ClassIndices, InputForm, Real, Signs

Seen: TypeAlias = dict[str, int]
"""What should be seen in two ways -> 1, 2, or 3 for both."""
BOTH = 3


def seen(trials: Iterable[Trial]) -> Seen:
    """What all these trials show together."""
    found: Seen = {}
    for trial in trials:
        for name, ways in _of_trial(trial).items():
            found[name] = found.get(name, 0) | ways
    return found


def missing(found: Mapping[str, int]) -> tuple[str, ...]:
    """What was seen in one way only."""
    return tuple(name for name, ways in found.items() if ways != BOTH)


def _of_trial(trial: Trial) -> Seen:
    if trial.case is None or trial.given is None:
        return {}
    found: Seen = {f"both outcomes of the comparison in {place}": ways for place, ways in _sides(trial).items()}
    for form in trial.case.inputs:
        found |= _of_input(trial, form)
    return found


def _sides(trial: Trial) -> Mapping[str, int]:
    """The comparisons of the formula, without those that its definition says are decided on the whole domain of the samples."""
    definition = trial.setting.definition
    if trial.worked is None or definition is None:
        return {}
    return {place: ways for place, ways in trial.worked.sides.items() if _function(place) not in definition.one_sided}


def _function(place: str) -> str:
    return place.partition(",")[0].rpartition(".")[2]


def _of_input(trial: Trial, form: InputForm) -> Seen:
    assert trial.given is not None
    numbers = trial.given.tensors[form.name].values
    values = form.values
    if isinstance(values, Signs) or values == Real():
        return {f"both signs of {form.name}": _ways(number > 0 for number in numbers)}
    if isinstance(values, Choice):
        return {f"two values of {form.name}": _ways(number == values.of[0] for number in numbers)}
    if isinstance(values, ClassIndices):
        found = {f"odd and even classes in {form.name}": _ways(number % 2 == 0 for number in numbers)}
        given = arguments.bind(trial.setting.configuration, trial.setting.signature)
        ignored = trial.given.constants.get("ignore_index")
        if values.ignorable and "ignore_index" in given and isinstance(ignored, int):
            found[f"ignored and kept numbers of {form.name}"] = _ways(number == ignored for number in numbers)
        return found
    return {}


def _ways(outcomes: Iterable[bool]) -> int:
    """1 for an outcome that is true, 2 for one that is not, 3 for both."""
    found = 0
    for outcome in outcomes:
        found |= 1 if outcome else 2
    return found
