"""Rules that turn what came of a probe into faults: pure, the same for every loss, and without a number of any loss in them.

In: a probe, its answer, what the reference says of it, and what the ordinary sample gave. Out: Faults. Runs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from inspector.live.outcomes import CONSTRUCTOR, Answer, Outcome, Probe, Tensor
from inspector.live.tolerance import FORMATS, Format
from inspector.losses.limits import Evaluated, Exactly, Numbers, Point
from inspector.report import TensorData

Rule: TypeAlias = Literal[
    "crash",
    "hang",
    "wrong-value",
    "differs",
    "input-changed",
    "accepted-shape",
    "nonfinite-value",
    "nonfinite-gradient",
    "undefined-value",
    "wrong-gradient",
    "vanishing-gradient",
    "clamped-gradient",
    "stuck",
    "nan-hidden",
    "accepted-index",
    "accepted-nan",
    "accepted-value",
    "accepted-argument",
    "accepted-dtype",
    "warned-shape",
    "warned-value",
    "misleading-message",
    "refused-documented",
    "documentation",
]

SEVERITIES = (
    "crash",
    "wrong number",
    "nan or inf",
    "wrong gradient",
    "undocumented acceptance",
    "misleading message",
    "documentation slip",
)
"""What a finding does to a user, the worst first."""

SEVERITY: Mapping[Rule, str] = {
    "crash": "crash",
    "hang": "crash",
    "wrong-value": "wrong number",
    "differs": "wrong number",
    "input-changed": "wrong number",
    "accepted-shape": "wrong number",
    "accepted-index": "wrong number",
    "nan-hidden": "wrong number",
    "nonfinite-value": "nan or inf",
    "nonfinite-gradient": "nan or inf",
    "undefined-value": "nan or inf",
    "wrong-gradient": "wrong gradient",
    "vanishing-gradient": "wrong gradient",
    "clamped-gradient": "wrong gradient",
    "stuck": "wrong gradient",
    "accepted-nan": "undocumented acceptance",
    "accepted-value": "undocumented acceptance",
    "accepted-argument": "undocumented acceptance",
    "accepted-dtype": "undocumented acceptance",
    "warned-shape": "undocumented acceptance",
    "warned-value": "undocumented acceptance",
    "misleading-message": "misleading message",
    "refused-documented": "documentation slip",
    "documentation": "documentation slip",
}
"""Rule -> severity: the one table."""

EXACT_KINDS = ("value", "tie", "single", "ordinary", "ignored", "argument", "dtype", "empty")


class Fault(NamedTuple):
    """One thing that one reduction of a probe showed."""

    rule: Rule
    reduction: str
    of: str = "value"
    """"value", or "∂/∂input" for a gradient."""
    actual: float | None = None
    exact: float | None = None
    position: int = 0
    detail: str = ""


class Usual(NamedTuple):
    """What the sample gave before anything in it was altered, by reduction: warnings and loss values."""

    warnings: Mapping[str, tuple[str, ...]]
    values: Mapping[str, tuple[float, ...]]


NOTHING = Usual({}, {})


def judge(probe: Probe, answer: Answer, exact: Evaluated | None, usual: Usual = NOTHING) -> list[Fault]:
    """Every fault of a probe, those of each reduction in turn."""
    found: list[Fault] = []
    if probe.kind == "device":  # asked for the words of the error: which two devices meet depends on the machine
        return found
    for way, outcome in zip(probe.ways, answer.outcomes, strict=True):
        found += _of_outcome(probe, (way.reduction, outcome), exact, usual)
    return found


def _of_outcome(probe: Probe, ran: tuple[str, Outcome], exact: Evaluated | None, usual: Usual) -> Iterator[Fault]:
    reduction, outcome = ran
    if outcome.status in ("crashed", "hung"):
        yield Fault("crash" if outcome.status == "crashed" else "hang", reduction, detail=outcome.detail)
    elif outcome.refusal is not None:
        yield from _of_refusal(probe, reduction, outcome)
    elif outcome.value is not None:
        yield from _of_run(probe, (reduction, outcome), outcome.value)
        if exact is not None and reduction in exact.reductions and probe.kind in EXACT_KINDS:
            yield from (_of_dtype(probe, fault) for fault in _against(probe, (reduction, outcome), exact))
        yield from _of_acceptance(probe, (reduction, outcome), exact, usual)


# -- what needs no reference ---------------------------------------------------------------------------------------------


def _of_run(probe: Probe, ran: tuple[str, Outcome], value: Tensor) -> Iterator[Fault]:
    reduction, outcome = ran
    for name in outcome.changed:
        yield Fault("input-changed", reduction, detail=name)
    form = FORMATS.get(value.dtype, FORMATS["float64"])
    pairs = [("value", value, outcome.again)] if outcome.again else []
    pairs += [(f"∂/∂{name}", outcome.gradients[name], again) for name, again in outcome.gradients_again.items()]
    for of, first, second in pairs if not probe.beyond else ():
        for place, (one, other) in enumerate(zip(first.values, second.values, strict=True) if second else ()):
            if _apart(one, other, form):
                yield Fault("differs", reduction, of, one, other, place)
                break
    if probe.where == "inside" and probe.kind == "tie":
        yield from _stuck((reduction, outcome), value, form)


def _apart(one: float, other: float, form: Format) -> bool:
    """True where two runs differ by more than another order of adding up could explain."""
    if one != one or other != other or math.isinf(one) or math.isinf(other):
        return not (one == other or (one != one and other != other))
    return abs(one - other) > math.sqrt(form.eps) * max(abs(one), abs(other))


def _stuck(ran: tuple[str, Outcome], value: Tensor, form: Format) -> Iterator[Fault]:
    """A positive loss of inputs that are alike, with no slope by any of them: by each input by itself, not by what they share."""
    reduction, outcome = ran
    total = sum(value.values)
    slopes = [abs(each) for gradient in outcome.gradients.values() for each in gradient.values]
    if reduction == "mean" and slopes and total > math.sqrt(form.eps) and max(slopes) < math.sqrt(form.eps) * total:
        yield Fault("stuck", reduction, "gradient", max(slopes), 0.0)


def _of_dtype(probe: Probe, fault: Fault) -> Fault:
    """What comes of whole numbers where floating ones are documented is that they are taken, whatever goes wrong with them."""
    whole = probe.kind == "dtype" and probe.what.removeprefix("dtype ").startswith(("int", "uint", "bool"))
    return fault._replace(rule="accepted-dtype") if whole else fault


# -- against the reference ---------------------------------------------------------------------------------------------------


def _against(probe: Probe, ran: tuple[str, Outcome], exact: Evaluated) -> Iterator[Fault]:
    reduction, outcome = ran
    value, expected = outcome.value, exact.reductions[reduction]
    assert value is not None
    if value.dtype not in FORMATS:
        yield from _whole_numbers(reduction, value, expected.value)
        return
    form = coarsest(probe, value)
    if reduction != "none" and not holds(exact.terms, form):
        return
    yield from _values(probe, (reduction, value), exact, form)
    if reduction == "none" or "none" not in exact.reductions or hold_slopes(exact.reductions["none"], form):
        yield from _slopes(probe, (reduction, outcome), exact, form)


def coarsest(probe: Probe, value: Tensor) -> Format:
    """The dtype with the fewest digits that takes part in the call."""
    names = [value.dtype, probe.dtype, *(argument.value.dtype for argument in probe.inputs if isinstance(argument.value, TensorData))]
    return max((FORMATS[name] for name in names if name in FORMATS), key=lambda form: form.eps)


def holds(terms: Numbers, form: Format) -> bool:
    """True where the dtype holds the sum of the terms: a sum that does not fit is no fault of the loss."""
    sizes = [abs(term.value) for term in terms if term is not None]
    return len(sizes) == len(terms) and all(map(math.isfinite, sizes)) and sum(sizes) <= form.largest


def hold_slopes(unreduced: Exactly, form: Format) -> bool:
    return all(holds(slopes, form) for slopes in unreduced.gradients.values())


def _values(probe: Probe, ran: tuple[str, Tensor], exact: Evaluated, form: Format) -> Iterator[Fault]:
    reduction, value = ran
    expected = exact.reductions[reduction].value
    if len(value.values) != len(expected):
        if math.prod(value.shape) != len(expected) and probe.where == "inside":
            yield Fault("wrong-value", reduction, detail=f"{len(value.values)} numbers in place of {len(expected)}")
        return
    for place, (actual, point) in enumerate(zip(value.values, expected, strict=True)):
        wrong = _wrong(actual, point, form)
        if wrong == "nonfinite":
            yield Fault("nonfinite-value", reduction, "value", actual, _number(point), place)
        elif wrong == "wrong":
            yield Fault("wrong-value", reduction, "value", actual, _number(point), place)
        elif wrong == "undefined" and _all_finite(exact.terms) and probe.where != "outside":
            yield Fault("undefined-value", reduction, "value", actual, _number(point), place)
        else:
            continue
        return


def _slopes(probe: Probe, ran: tuple[str, Outcome], exact: Evaluated, form: Format) -> Iterator[Fault]:
    reduction, outcome = ran
    for name, gradient in outcome.gradients.items():
        points = exact.reductions[reduction].gradients.get(name)
        if points is None or len(points) != len(gradient.values) or not _all_finite(exact.terms):
            continue
        # Where a gradient is kept finite, the formula itself has a bound, and so a kink: that is what is to be told of.
        on_kink = name not in probe.clamps and (exact.closest <= 4 * form.eps or exact.gap < math.ldexp(1.0, form.smallest_exponent))
        for rule, place in _worst_slope(gradient.values, points, on_kink, form):
            fault = Fault(rule, reduction, f"∂/∂{name}", gradient.values[place], _number(points[place]), place)
            yield fault._replace(rule="clamped-gradient") if name in probe.clamps and _is_kept_small(fault) else fault


def _worst_slope(actual: Sequence[float], points: Numbers, on_kink: bool, form: Format) -> Iterator[tuple[Rule, int]]:
    """The first slope that is not finite, else the one furthest off and the one that is 0; on a kink any slope will do that is a number."""
    furthest: dict[Rule, tuple[float, int]] = {}
    for place, (slope, point) in enumerate(zip(actual, points, strict=True)):
        wrong = _wrong(slope, point, form)
        if wrong == "nonfinite":
            yield "nonfinite-gradient", place
            return
        rule: Rule = "vanishing-gradient" if slope == 0 else "wrong-gradient"
        if wrong == "wrong" and not on_kink and point is not None and abs(slope - point.value) > furthest.get(rule, (-1.0, 0))[0]:
            furthest[rule] = abs(slope - point.value), place
    for rule, (_, place) in furthest.items():
        yield rule, place


def _is_kept_small(fault: Fault) -> bool:
    """True for a gradient of the right sign that is smaller than the exact one, and not zero."""
    actual, exact = fault.actual or 0.0, fault.exact or 0.0
    return actual * exact > 0 and abs(actual) < abs(exact)


def _wrong(actual: float, point: Point | None, form: Format) -> Literal["", "wrong", "nonfinite", "undefined"]:
    """What is wrong with a number. Half of the digits must be right, or the error within what its condition explains."""
    if point is None:
        return ""
    exact, condition = point
    if exact != exact:
        return "undefined" if actual != actual else ""
    if math.isinf(exact):
        return "wrong" if math.isfinite(actual) and abs(actual) < math.sqrt(form.largest) else ""
    allowed = form.eps * (condition + abs(exact)) + math.ldexp(1.0, form.smallest_exponent)
    if 4 * abs(exact) + 4 * allowed > form.largest or allowed != allowed:
        return ""
    if not math.isfinite(actual):
        return "nonfinite"
    gap = abs(actual - exact)
    return "wrong" if gap > 4 * allowed and gap > math.sqrt(form.eps) * abs(exact) else ""


def _whole_numbers(reduction: str, value: Tensor, expected: Numbers) -> Iterator[Fault]:
    """A loss value in whole numbers that is not the exact one, rounding aside. Unsigned ones wrap below zero: that is their arithmetic."""
    if value.dtype.startswith("uint"):
        return
    for place, (actual, point) in enumerate(zip(value.values, expected, strict=False)):
        if point is not None and math.isfinite(point.value) and abs(actual - point.value) >= 1:
            yield Fault("wrong-value", reduction, "value", actual, point.value, place)
            return


def _all_finite(numbers: Numbers) -> bool:
    return all(each is not None and math.isfinite(each.value) for each in numbers)


def _number(point: Point | None) -> float | None:
    return None if point is None else point.value


# -- what is outside the domain -------------------------------------------------------------------------------------------------


def _of_acceptance(probe: Probe, ran: tuple[str, Outcome], exact: Evaluated | None, usual: Usual) -> Iterator[Fault]:
    """Inputs and arguments outside the declared domain that were taken without an error."""
    reduction, outcome = ran
    value = outcome.value
    assert value is not None
    if probe.kind == "empty" and not all(map(math.isfinite, value.values)):
        yield Fault("undefined-value", reduction, "value", value.values[0], math.nan)
    if probe.where != "outside" or probe.kind == "dtype":
        return
    warned = [text for text in outcome.warnings if text not in usual.warnings.get(reduction, ())]
    if probe.kind == "shape":
        if len(value.values) > len(usual.values.get(reduction, value.values)):
            yield Fault("warned-shape" if warned else "accepted-shape", reduction, detail=warned[0] if warned else "")
    elif probe.number == "nan":
        if value.values and all(map(math.isfinite, value.values)) and (exact is None or not _all_finite(exact.terms)):
            hidden: Rule = "nan-hidden" if probe.altered in probe.wanted else "accepted-nan"  # what a network gives, or data
            yield Fault(hidden, reduction, "value", value.values[0], math.nan)
    elif probe.beyond and value.values:
        yield Fault("accepted-index", reduction, "value", value.values[0], None)
    elif probe.kind in ("argument", "value") and _is_silence(probe, value, usual.values.get(reduction)):
        silent: Rule = "accepted-argument" if probe.kind == "argument" else "accepted-value"
        place = _changed(value.values, usual.values.get(reduction))
        yield Fault("warned-value" if warned else silent, reduction, "value", value.values[place], None, place, warned[0] if warned else "")


def _is_silence(probe: Probe, value: Tensor, before: tuple[float, ...] | None) -> bool:
    """True where something illegal gave numbers, and other numbers than before: what makes no difference, nobody minds."""
    if probe.stated in ("unchecked", "nowhere") or value.values == before:
        return False
    finite = [each for each in value.values if math.isfinite(each)]
    return bool(finite) and (probe.kind == "argument" or len(finite) == len(value.values))


def _changed(values: tuple[float, ...], before: tuple[float, ...] | None) -> int:
    """The place of the first finite number that is another than before."""
    pairs = zip(values, before if before is not None and len(before) == len(values) else [math.nan] * len(values), strict=True)
    return next((place for place, (one, other) in enumerate(pairs) if math.isfinite(one) and one != other), 0)


# -- refusals ---------------------------------------------------------------------------------------------------------------------


def _of_refusal(probe: Probe, reduction: str, outcome: Outcome) -> Iterator[Fault]:
    refusal = outcome.refusal
    assert refusal is not None
    if probe.kind == "ordinary" and probe.dtype in ("float32", "float64"):
        yield Fault("refused-documented", reduction, detail=refusal.text)
    elif probe.where == "outside" and not _says_what(probe, refusal.text):
        yield Fault("misleading-message", reduction, detail=refusal.text)


SUBJECTS = (
    *("shape", "size", "dim", "batch", "broadcast", "argument", "must be", "at most", "at least", "between", "not implemented"),
    *("type", "scalar", "index", "bound", "range", "reduction", "bool", "complex", "integral", "long", "float tensor"),
)
"""Words, one of which a message has that says what it is about."""
OF_ARGUMENTS = ("__init__", "argument", "constructor", "parameter", "expected", "must be", "reduction")
"""Words, one of which a message has that says that the constructor was given something wrong."""


def _says_what(probe: Probe, text: str) -> bool:
    """True where a message names what was altered or an input of the call, or at least a shape, dtype or range."""
    lower = text.lower()
    value = probe.what.strip("'").lower()
    names = [probe.altered.lower(), *(str(argument.name).lower() for argument in probe.inputs)]
    if probe.altered == CONSTRUCTOR:
        return any(word in lower for word in OF_ARGUMENTS)
    return any(name in lower for name in names) or value in lower.split() or any(word in lower for word in SUBJECTS)
