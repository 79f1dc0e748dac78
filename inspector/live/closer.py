"""A group of faults looked at more closely: the smallest inputs that show it, where in them it begins, and what a small move does.

In: a group and the child. Out: a smaller Case, and thresholds by dtype. Each step runs one call and judges it by the same rules.
"""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from inspector.live import grouping, prober, probes
from inspector.live.conditions import altered_places
from inspector.live.grouping import Case, Group
from inspector.live.isolate import Child
from inspector.live.judge import NOTHING, Fault
from inspector.live.outcomes import Answer, Probe
from inspector.live.rounding import rounded
from inspector.live.tolerance import FORMATS
from inspector.report import Argument, TensorData, Term, number

CLOSE = 1.00005
"""A threshold is known when the numbers that show it and do not are this near, as a ratio."""
TRIALS = 28
"""Steps of a bisection at most."""
DIGITS = 4
"""Digits of a threshold that are said."""
SHARE = 0.01
"""A threshold is said only where a number that is nearer to ordinary ones by this share does not show the fault."""
MOVES = 8
STEP = 1e-2
"""How many small moves at random are tried from a point, and their size."""


def smallest(group: Group, child: Child) -> Case:
    """The case that shows a group best, at the smallest sizes that still show it, by the usual reduction if that will do."""
    best = group.best
    if best.fault.rule in ("crash", "hang"):
        return best
    for sizes in _sizes(best.seen.plan.fitted.sizes, few=2 if best.fault.rule == "stuck" else 1):
        found = _at(best, sizes, child)
        if found is not None:
            return found
    return best


def _sizes(sizes: Mapping[str, int], few: int) -> Iterator[dict[str, int]]:
    """One of everything but two classes; one row, two of everything else; two rows; two of everything; one row.

    `few`: the least of what is no row: of one number there is only one direction.
    """
    yield {name: max(few, 2 if name == "C" else 1) if name != "N" else 1 for name in sizes}
    yield {name: 1 if name == "N" else 2 for name in sizes}
    yield {name: max(few, 2 if name in ("C", "N") else 1) for name in sizes}
    yield dict.fromkeys(sizes, 2)
    yield {"N": 1}


def _at(best: Case, sizes: dict[str, int], child: Child) -> Case | None:
    plan, probe = best.seen.plan, best.seen.probe
    named = {str(symbol) for form in plan.definition.arguments if form.name in _given(plan) for symbol in _symbols(form.values)}
    free = {name: size for name, size in sizes.items() if name not in named}
    small = probes.plan(plan.definition, plan.configuration, plan.signature, plan.dtype, free)
    if small is None:
        return None
    try:
        made = [each for make in prober.EVERY for each in make(small)]
    except (ValueError, IndexError, KeyError, ZeroDivisionError, StopIteration, AssertionError):
        return None
    same = [each for each in made if (each.kind, each.altered, each.what, each.base) == (probe.kind, probe.altered, probe.what, probe.base)]
    usual = [each for each in made if (each.kind == "ordinary" or each.what == probes.IN_TURN) and each.base == probe.base]
    for each in same[:1]:
        answered = [(one, child.answer(one)) for one in (*usual[:1], each)]
        seen = prober.seen_of(small, each, answered[-1][1], prober.usuals_of(answered).get(each.base, NOTHING))
        shown = [fault for fault in seen.faults if _is_same(fault, best.fault)]
        if shown:
            return Case(seen, min(shown, key=_usual_first))
    return None


def _is_same(fault: Fault, other: Fault) -> bool:
    """True for the same trouble: of a message, the same words too."""
    worded = other.rule == "misleading-message"
    return (fault.rule, fault.of) == (other.rule, other.of) and (not worded or fault.detail == other.detail)


def _given(plan: probes.Plan) -> set[str]:
    """Arguments that the configuration gives, which fix the sizes they name."""
    return {str(argument.name) for argument in plan.configuration.args}


def _symbols(values: object) -> tuple[object, ...]:
    of = getattr(values, "of", ())
    return (*getattr(values, "shape", ()), *((of,) if isinstance(of, str) else of))


def _usual_first(fault: Fault) -> tuple[bool, bool]:
    return fault.reduction != "mean", fault.reduction != ""


def thresholds(group: Group, shown: Case, child: Child) -> dict[str, float]:
    """By dtype, the number in the shown inputs (or its distance from a bound) from which on the same happens, as it is to be said.

    Said is only what was seen: the number itself shows the fault, and one a hundredth nearer to ordinary numbers does not.
    """
    found: dict[str, float] = {}
    edge = grouping.edge_of(shown.seen)
    if not (edge == "large" or edge.startswith("near ")) or not _movable(shown) or not _alone(shown):
        return found
    bound = 0.0 if edge == "large" else float(edge.removeprefix("near "))
    for dtype in grouping.DTYPES:
        cases = [case for case in group.cases if case.seen.probe.dtype == dtype and _movable(case) and grouping.edge_of(case.seen) == edge]
        if cases:
            way = _Way(_recast(shown, dtype), bound, edge == "large", child)
            limit = _bisected(way, sorted({_distance(case, bound) for case in cases}, reverse=not way.outwards))
            if limit is not None:
                found[dtype] = limit
    return found


def _alone(case: Case) -> bool:
    """True where the number alone decides: each is a term of its own, and no gradient is kept finite at it."""
    return bool(altered_places(case)) and case.fault.rule != "clamped-gradient"


def _movable(case: Case) -> bool:
    value = grouping.number_of(case.seen)
    return case.seen.probe.kind == "value" and value is not None and math.isfinite(value) and bool(case.seen.probe.positions)


def _distance(case: Case, bound: float) -> float:
    return max(abs((grouping.number_of(case.seen) or 0.0) - bound), _tiny(case.seen.probe.dtype, bound))


def _recast(case: Case, dtype: str) -> Case:
    """The same inputs in another dtype, as far as it holds them."""
    probe = case.seen.probe
    if dtype == probe.dtype:
        return case
    inputs = tuple(Argument(argument.name, _cast(argument.value, probe.dtype, dtype)) for argument in probe.inputs)
    plan = dataclasses.replace(case.seen.plan, dtype=dtype)
    return case._replace(seen=case.seen._replace(plan=plan, probe=replace(probe, dtype=dtype, inputs=inputs)))


def _cast(term: Term, before: str, dtype: str) -> Term:
    if not isinstance(term, TensorData) or term.dtype != before:
        return term
    return replace(term, dtype=dtype, values=tuple(number(rounded(float(value), dtype)) for value in term.values))


class _Way(NamedTuple):
    """A line on which one number of a call moves: away from a bound or towards it."""

    case: Case
    bound: float
    outwards: bool
    child: Child

    @property
    def sign(self) -> float:
        """The side of the bound that the shown number lies on."""
        value = grouping.number_of(self.case.seen) or 0.0
        return -1.0 if value < self.bound or (value == self.bound and self.bound > 0) else 1.0

    def shows(self, distance: float) -> bool:
        """True where the same fault is there at some distance from the bound."""
        return _shows(self.case, self.bound + self.sign * distance, self.child)


def _bisected(way: _Way, tried: list[float]) -> float | None:
    """The number that is to be said; None where no ordinary number is free of the fault, or none of those tried shows it."""
    good = 1.0 if way.outwards else 0.5
    bad = next((distance for distance in tried if way.shows(distance)), None)
    if bad is None or way.shows(good):
        return None
    for _ in range(TRIALS):
        if max(bad, good) / min(bad, good) < CLOSE:
            break
        middle = math.sqrt(bad) * math.sqrt(good)
        if way.shows(middle):
            bad = middle
        else:
            good = middle
    held = abs(rounded(way.bound + way.sign * bad, way.case.seen.probe.dtype) - way.bound)
    said = _said(held or bad, up=way.outwards)
    if not way.shows(said) or way.shows(said * (1 - SHARE) if way.outwards else said / (1 - SHARE)):
        return None
    return way.bound + way.sign * said if way.outwards else said


def _said(value: float, *, up: bool) -> float:
    """A number of few digits that lies on the side where the fault is."""
    size = 10.0 ** (math.floor(math.log10(value)) - DIGITS + 1) if value > 1e-290 else 0.0
    if not size:
        return value
    return float(f"{(math.ceil if up else math.floor)(round(value / size, 6)) * size:.{DIGITS}g}")


def _tiny(dtype: str, bound: float) -> float:
    """The smallest distance from a bound that a dtype can hold."""
    form = FORMATS[dtype]
    return form.tiny if bound == 0 else form.eps / 2 * abs(bound)


def _shows(case: Case, value: float, child: Child) -> bool:
    """True where the same fault is there with another number."""
    probe = case.seen.probe
    held = rounded(value, probe.dtype)
    inputs = tuple(_with_number(argument, held, probe) for argument in probe.inputs)
    moved = replace(probe, inputs=inputs, edges=(), where="inside", number=number(held))
    seen = prober.seen_of(case.seen.plan, moved, child.answer(moved), case.seen.usual)
    same = (case.fault.rule, case.fault.of, case.fault.reduction)
    return any((fault.rule, fault.of, fault.reduction) == same for fault in seen.faults)


def _with_number(argument: Argument, value: float, probe: Probe) -> Argument:
    if argument.name != probe.altered or not isinstance(argument.value, TensorData):
        return argument
    values = list(argument.value.values)
    for position in probe.positions:
        values[position] = number(value)
    return Argument(argument.name, replace(argument.value, values=tuple(values)))


def threshold_words(shown: Case, found: Mapping[str, float]) -> str:
    """ "from -88.8 on in float32, from -710 on in float64"."""
    if not found:
        return ""
    edge = grouping.edge_of(shown.seen)
    near = edge.startswith("near ")
    place = f"of {edge.removeprefix('near ')}" if near else "on"
    said = [f"{limit:.{DIGITS}g} {place} in {dtype}" for dtype, limit in found.items()]
    return f"within {', '.join(said)}" if near else f"from {', '.join(said)}"


class Moved(NamedTuple):
    """What came of small moves at random from a point without a slope."""

    away: int
    """How many times the gradient there led further away."""
    moves: int


def moved(case: Case, child: Child) -> Moved:
    """Each move changes every number of every input that takes a gradient, each by itself."""
    probe = case.seen.probe
    away = 0
    for seed in range(MOVES):
        stream = random.Random(seed)
        moves = {str(each.name): _move(each.value, stream) for each in probe.inputs if each.name in probe.wanted}
        inputs = tuple(_added(each, moves.get(str(each.name), ())) for each in probe.inputs)
        away += _along(child.answer(replace(probe, inputs=inputs)), case, moves) < 0
    return Moved(away, MOVES)


def _move(term: Term, stream: random.Random) -> tuple[float, ...]:
    return tuple(stream.gauss(0.0, STEP) for _ in term.values) if isinstance(term, TensorData) else ()


def _added(argument: Argument, move: tuple[float, ...]) -> Argument:
    term = argument.value
    if not move or not isinstance(term, TensorData):
        return argument
    values = tuple(number(rounded(float(value) + step, term.dtype)) for value, step in zip(term.values, move, strict=True))
    return Argument(argument.name, replace(term, values=values))


def _along(answer: Answer, case: Case, moves: Mapping[str, tuple[float, ...]]) -> float:
    """The slope at the moved point in the direction of the move: below 0 where descending leads further away."""
    place = next(place for place, way in enumerate(case.seen.probe.ways) if way.reduction == case.fault.reduction)
    along = 0.0
    for name, found in answer.outcomes[place].gradients.items():
        kept = _of_positive_rows(case, found.shape)
        along += sum(slope * step for at, (slope, step) in enumerate(zip(found.values, moves[name], strict=True)) if kept(at))
    return along


def _of_positive_rows(case: Case, shape: tuple[int, ...]) -> Callable[[int], bool]:
    """Whether a number belongs to a row whose own loss is positive: the others are at their minimum, where everything leads back."""
    ran = zip(case.seen.probe.ways, case.seen.answer.outcomes, strict=True)
    terms = next((outcome.value for way, outcome in ran if way.reduction == "none" and outcome.value is not None), None)
    if terms is None or not shape or terms.shape[:1] != shape[:1]:
        return lambda at: True
    each, width = len(terms.values) // shape[0], math.prod(shape[1:])
    most = max(terms.values)
    return lambda at: max(terms.values[at // width * each : (at // width + 1) * each]) > SHARE * most
