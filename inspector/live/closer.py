"""A group of faults looked at more closely: the smallest inputs that show it, and the smallest number at which it happens.

In: a group and the child. Out: a smaller Case, and thresholds by dtype. Each step runs one call and judges it by the same rules.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from inspector.live import grouping, prober, probes
from inspector.live.grouping import Case, Group
from inspector.live.isolate import Child
from inspector.live.judge import Fault
from inspector.live.outcomes import Probe
from inspector.live.prober import Seen
from inspector.live.rounding import rounded
from inspector.live.tolerance import FORMATS
from inspector.report import Argument, TensorData, number

CLOSE = 1.01
"""A threshold is known when the numbers that show it and do not are this near, as a ratio."""
TRIALS = 24
"""Steps of a bisection at most."""


def smallest(group: Group, child: Child) -> Case:
    """The case that shows a group best, at the smallest sizes that still show it, by the usual reduction if that will do."""
    best = group.best
    if best.fault.rule in ("crash", "hang"):
        return best
    for sizes in _sizes(best.seen.plan.fitted.sizes):
        found = _at(best, sizes, child)
        if found is not None:
            return found
    return best


def _sizes(sizes: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """One of everything but two classes; two of everything; two rows."""
    for few in (1, 2):
        yield {name: 2 if name == "C" else few for name in sizes}
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
    usual = [each for each in made if each.kind == "ordinary"]
    for each in same[:1]:
        answered = [(one, child.answer(one)) for one in (*usual[:1], each)]
        seen = prober.seen_of(small, each, answered[-1][1], prober.usual_of(answered))
        shown = [fault for fault in seen.faults if fault.rule == best.fault.rule and fault.of == best.fault.of]
        if shown:
            return Case(seen, min(shown, key=_usual_first))
    return None


def _given(plan: probes.Plan) -> set[str]:
    """Arguments that the configuration gives, which fix the sizes they name."""
    return {str(argument.name) for argument in plan.configuration.args}


def _symbols(values: object) -> tuple[object, ...]:
    of = getattr(values, "of", ())
    return (*getattr(values, "shape", ()), *((of,) if isinstance(of, str) else of))


def _usual_first(fault: Fault) -> tuple[bool, bool]:
    return fault.reduction != "mean", fault.reduction != ""


def thresholds(group: Group, child: Child) -> dict[str, float]:
    """By dtype, the smallest size of the number (or of its distance from a bound) at which the same happens, to one per cent."""
    found: dict[str, float] = {}
    edge = group.key[-1]
    if not (edge == "large" or edge.startswith("near ")) or group.best.seen.probe.kind != "value":
        return found
    bound = 0.0 if edge == "large" else float(edge.removeprefix("near "))
    for dtype in grouping.DTYPES:
        cases = [case for case in group.cases if case.seen.probe.dtype == dtype and _movable(case)]
        if cases:
            limit = _bisected(_furthest(cases, bound, edge == "large"), bound, child, outwards=edge == "large")
            if limit is not None:
                found[dtype] = limit
    return found


def _movable(case: Case) -> bool:
    value = grouping.number_of(case.seen)
    return case.seen.probe.kind == "value" and value is not None and math.isfinite(value) and bool(case.seen.probe.positions)


def _furthest(cases: list[Case], bound: float, outwards: bool) -> Case:
    """The case nearest to ordinary numbers."""
    distance = {place: abs((grouping.number_of(case.seen) or 0.0) - bound) for place, case in enumerate(cases)}
    place = (min if outwards else max)(distance, key=lambda each: (distance[each], each))
    return cases[place]


def _bisected(case: Case, bound: float, child: Child, *, outwards: bool) -> float | None:
    value = grouping.number_of(case.seen)
    assert value is not None
    sign = -1.0 if value < bound or (value == bound and bound > 0) else 1.0
    bad = max(abs(value - bound), _tiny(case.seen.probe.dtype, bound))
    good = 1.0 if outwards else 0.5
    if not _shows(case, bound + sign * bad, child) or _shows(case, bound + sign * good, child):
        return None
    for _ in range(TRIALS):
        if max(bad, good) / min(bad, good) < CLOSE:
            break
        middle = math.sqrt(bad) * math.sqrt(good)
        if _shows(case, bound + sign * middle, child):
            bad = middle
        else:
            good = middle
    return bound + sign * bad if outwards else bad


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
    return any(fault.rule == case.fault.rule and fault.of == case.fault.of for fault in seen.faults)


def _with_number(argument: Argument, value: float, probe: Probe) -> Argument:
    if argument.name != probe.altered or not isinstance(argument.value, TensorData):
        return argument
    values = list(argument.value.values)
    for position in probe.positions:
        values[position] = number(value)
    return Argument(argument.name, replace(argument.value, values=tuple(values)))


def threshold_words(group: Group, found: Mapping[str, float]) -> str:
    """ "from 88.7 on in float32, from 710 on in float64"."""
    if not found:
        return ""
    near = group.key[-1].startswith("near ")
    said = [f"{abs(limit):.3g} {'in' if near else 'on in'} {dtype}" for dtype, limit in found.items()]
    return f"within {', '.join(said)}" if near else f"from {', '.join(said)}"


def seen_number(seen: Seen) -> str:
    """The number that a probe put in, for a sentence."""
    value = grouping.number_of(seen)
    return seen.probe.what if value is None else f"{value:g}"
