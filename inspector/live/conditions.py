"""What else decides that a fault is there: the kind of inputs, and what the other inputs hold where a number was put in.

In: a case. Out: a few words, such as "with target 0", or "". Runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspector.live.grouping import Case
from inspector.live.probes import IN_TURN
from inspector.live.samples import COMPARED_WITH
from inspector.losses.schema import Choice, InputForm, Signs
from inspector.report import TensorData, Term

OF_NUMBERS = (
    *("nonfinite-value", "nonfinite-gradient", "wrong-value", "wrong-gradient"),
    *("vanishing-gradient", "clamped-gradient", "stuck"),
)
"""Rules that hold numbers against the formula: what else the formula reads decides too."""


def conditions(case: Case) -> str:
    """ "with class probabilities and target 0"; "" where nothing else is known to decide."""
    said = [*_kind(case), *(_others(case) if case.fault.rule in OF_NUMBERS else ())]
    return f"with {' and '.join(said)}" if said else ""


def _kind(case: Case) -> Iterator[str]:
    """The kind of inputs, where it is not the first that the loss has."""
    plan = case.seen.plan
    kind = plan.fitted.case.target_kind
    if kind != plan.definition.cases[0].target_kind:
        yield plan.fitted.case.name.partition(", (")[0]


def _others(case: Case) -> Iterator[str]:
    """What each other input holds there, where it is one number."""
    probe = case.seen.probe
    if probe.kind not in ("value", "tie"):
        return
    given = {str(argument.name): argument.value for argument in probe.inputs}
    alone = altered_places(case)
    places = alone or (probe.positions if len(probe.positions) == 1 else ())
    for form in case.seen.plan.fitted.case.inputs:
        value = given.get(form.name)
        if form.name == probe.altered or not isinstance(value, TensorData):
            continue
        rows = _positive_rows(case, value) if case.fault.rule == "stuck" else ()
        fits = _fits(value, given[probe.altered], places)
        chosen = places if fits else rows or range(len(value.values))
        held = {value.values[place] for place in chosen}
        beside = fits and (bool(alone) or form.name in COMPARED_WITH)  # one number of another vector decides nothing
        if len(held) == 1 and (_decides(form) or beside):
            yield f"{form.name} {float(next(iter(held))) + 0.0:.4g}"


def _positive_rows(case: Case, value: TensorData) -> tuple[int, ...]:
    """Where an input has one number for each term, those whose term is positive: the others are at their minimum."""
    ran = zip(case.seen.probe.ways, case.seen.answer.outcomes, strict=True)
    terms = next((outcome.value for way, outcome in ran if way.reduction == "none" and outcome.value is not None), None)
    if terms is None or terms.shape != value.shape:
        return ()
    return tuple(place for place, term in enumerate(terms.values) if term > 0)


def _decides(form: InputForm) -> bool:
    """True for an input that chooses between formulas, and is not computed with."""
    return isinstance(form.values, Signs | Choice)


def _fits(value: TensorData, altered: Term, places: tuple[int, ...]) -> bool:
    return bool(places) and isinstance(altered, TensorData) and value.shape == altered.shape


def altered_places(case: Case) -> tuple[int, ...]:
    """Where numbers of the altered input are at fault, each a term of its own; none where the input is read as a whole."""
    probe, fault = case.seen.probe, case.fault
    draft = next((each for each in case.seen.plan.drawn().inputs if each.form.name == probe.altered), None)
    value = next((each.value for each in probe.inputs if each.name == probe.altered), None)
    if draft is None or not isinstance(value, TensorData) or not case.seen.plan.elementwise(draft):
        return ()
    places = tuple(range(len(value.values))) if probe.what == IN_TURN else probe.positions
    at_fault = fault.reduction == "none" or fault.of != "value"
    return (fault.position,) if at_fault and fault.position in places else places


def one_number(case: Case) -> float | None:
    """The number of the altered input that is at fault, where there is one only."""
    value = next((each.value for each in case.seen.probe.inputs if each.name == case.seen.probe.altered), None)
    held = {float(value.values[place]) for place in altered_places(case)} if isinstance(value, TensorData) else set()
    return next(iter(held)) if len(held) == 1 else None
