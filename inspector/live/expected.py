"""What the reference says of a probe: the exact value and gradients at the very numbers that torch was given, or their limit.

In: a plan, a probe and the tensors that the module held. Out: an Evaluated, or None where the formula is not defined there.
"""

from __future__ import annotations

from collections.abc import Mapping

from inspector.live import arguments, samples
from inspector.live.outcomes import Answer, Probe
from inspector.live.probes import Plan
from inspector.live.tolerance import FORMATS
from inspector.losses.limits import Evaluated, evaluate
from inspector.losses.reference import Given, Grid
from inspector.losses.schema import Choice, LogProbabilities, Probabilities, Real, Signs, Values
from inspector.report import Items, TensorData, Term


def exactly(plan: Plan, probe: Probe, answer: Answer) -> Evaluated | None:
    """The reference at a probe. The shapes of a probe that alters them are no shapes of the formula."""
    ran = any(outcome.value is not None for outcome in answer.outcomes)
    if not plan.definition.rules or not ran or (probe.where == "outside" and not _formula_holds(plan, probe)):
        return None
    return evaluate(plan.definition, given(plan, probe, answer), probe.edges)


_NUMBERS = (Real, Probabilities, LogProbabilities)
"""Sets that a formula computes with, and not only asks about."""


def _formula_holds(plan: Plan, probe: Probe) -> bool:
    """True for a probe outside the domain that the formula has an answer to: legal numbers in another dtype, and nan."""
    if probe.kind == "value" and probe.number == "nan":
        # Whether a nan reaches the loss is a question to the formula: a number that it does not read is no matter.
        return any(form.name == probe.altered and isinstance(form.values, _NUMBERS) for form in plan.fitted.case.inputs)
    if probe.kind != "dtype":
        return False
    return all(_legal(form.values, argument.value) for form, argument in zip(plan.fitted.case.inputs, probe.inputs, strict=True))


def _legal(values: Values, term: Term) -> bool:
    if not isinstance(term, TensorData) or term.dtype == "complex64":
        return not isinstance(term, TensorData)
    if isinstance(values, Real):
        return all(samples.takes(values, value) for value in term.values)
    if isinstance(values, Signs):
        return all(value in (1, -1) and value is not True for value in term.values)
    if isinstance(values, Choice):
        return all(value in values.of for value in term.values)
    return term.dtype in (*FORMATS, "int64", "int32", "int16", "int8", "uint8")


def given(plan: Plan, probe: Probe, answer: Answer) -> Given:
    """What the reference is given."""
    tensors = {str(argument.name): _grid(argument.value) for argument in probe.inputs}
    tensors |= {name: Grid(held.shape, held.values) for name, held in answer.held.items()}
    configuration = probe.ways[0].configuration
    bound = arguments.bind(configuration, plan.signature)
    constants = arguments.constants(configuration, plan.signature)
    known = {name: bound.get(name) if value is arguments.UNKNOWN else value for name, value in constants.items()}
    return Given(plan.fitted.case, tensors, _without(known, tensors))


def _without(constants: Mapping[str, object], tensors: Mapping[str, Grid]) -> dict[str, object]:
    return {name: value for name, value in constants.items() if name not in tensors}


def _grid(term: Term) -> Grid:
    if isinstance(term, TensorData):
        return Grid(term.shape, tuple(float(value) if isinstance(value, str) else value for value in term.values))
    assert isinstance(term, Items)
    numbers = tuple(arguments.constant_of(item) for item in term.items)
    return Grid((len(numbers),), numbers)
