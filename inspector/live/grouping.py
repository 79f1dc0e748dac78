"""Faults that have one cause become one group: the same loss, the same kind of trouble, the same edge, whatever the dtype or reduction.

In: what was seen of all probes of one loss. Out: groups, the worst first, each with the one that shows it best. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from inspector.live import probes
from inspector.live.judge import SEVERITIES, SEVERITY, Fault, Rule
from inspector.live.prober import Seen
from inspector.live.tolerance import FORMATS
from inspector.losses.schema import ClassIndices, Real

NOT_FINITE, WRONG = "not finite", "wrong"
FAMILIES: dict[Rule, str] = {
    "hang": "crash",
    "nonfinite-gradient": NOT_FINITE,
    "nonfinite-value": NOT_FINITE,
    "wrong-value": WRONG,
    "wrong-gradient": WRONG,
    "vanishing-gradient": WRONG,
    "clamped-gradient": "clamped",
    "nan-hidden": "taken",
    "accepted-nan": "taken",
    "accepted-index": "index",
    "accepted-value": "taken",
    "warned-value": "taken",
    "accepted-argument": "taken",
    "accepted-dtype": "taken",
    "accepted-shape": "shape",
    "warned-shape": "shape",
}
"""Rules that show the same trouble at the same edge are one finding; a rule that is not here is its own family."""
LARGE = 10.0
"""A number of at least this size is a large one."""
LARGEST = 1e8
"""A number beyond this is one that nobody has: that a square or a cube of it overflows is nobody's trouble."""
NOT_FINITE_IGNORED = "not finite in an ignored row"
DTYPES = ("float32", "float64", "float16", "bfloat16")
Key: TypeAlias = tuple[str, ...]


class Case(NamedTuple):
    """One fault, and the probe that showed it."""

    seen: Seen
    fault: Fault


class Group(NamedTuple):
    """Faults with one cause."""

    key: Key
    best: Case
    cases: tuple[Case, ...]

    @property
    def rule(self) -> Rule:
        """The rule that names the group."""
        return self.best.fault.rule

    @property
    def severity(self) -> str:
        """How much it hurts."""
        return SEVERITY[self.rule]


def groups(seen: Iterable[Seen]) -> list[Group]:
    """The groups of one loss, the worst first."""
    found: dict[Key, list[Case]] = {}
    for each in seen:
        for fault in each.faults:
            found.setdefault(key_of(each, fault), []).append(Case(each, fault))
    kept = {key: sized for key, cases in found.items() if (sized := _of_sane_size(key, cases)) and not _only_rounding(sized)}
    made = [Group(key, min(_naming(key, cases), key=_shows), tuple(cases)) for key, cases in _merged(kept).items()]
    return sorted(made, key=_rank)


def _naming(key: Key, cases: list[Case]) -> list[Case]:
    """The cases that may name a group: not those of a lesser kind that have joined it."""
    own = [case for case in cases if FAMILIES.get(case.fault.rule, case.fault.rule) == key[0]]
    return own or cases


def _of_sane_size(key: Key, cases: list[Case]) -> list[Case]:
    """Of large numbers only those that people have, and whose square the dtype holds."""
    if "large" not in key:
        return cases
    return [case for case in cases if abs(number_of(case.seen) or 0.0) <= min(LARGEST, math.sqrt(FORMATS[case.seen.probe.dtype].largest))]


def _merged(found: dict[Key, list[Case]]) -> dict[Key, list[Case]]:
    """Wrong numbers are told of apart from those that are not finite only where some dtype has nothing worse."""
    merged = dict(found)
    if any(key[0] == "differs" and key[-1] == "an empty batch" for key in found):
        # Memory that happens to hold nan twice: the same, in another dtype.
        joined = next(key for key in found if key[0] == "differs" and key[-1] == "an empty batch")
        merged[joined] = [*found[joined], *merged.pop(("undefined-value", "empty"), [])]
    for key, cases in found.items():
        if key not in merged:
            continue
        worse = (NOT_FINITE, *key[1:])
        if key[0] == WRONG and worse in found:
            if _dtypes(cases) <= _dtypes(found[worse]):
                merged[worse] = [*found[worse], *merged.pop(key)]
            else:
                # What is finite there is worth telling only of the dtypes that have nothing worse.
                merged[key] = [case for case in cases if case.seen.probe.dtype not in _dtypes(found[worse])]
    return _mirrored(merged)


def _mirrored(found: dict[Key, list[Case]]) -> dict[Key, list[Case]]:
    """The same trouble at two bounds of one input, or at one bound of two inputs of one shape, is one."""
    made: dict[Key, list[Case]] = {}
    for key, cases in found.items():
        twin = next((other for other, others in made.items() if _are_twins((other, others), (key, cases))), None)
        if twin is None:
            made[key] = list(cases)
        else:
            made[twin] += cases
    return made


def _are_twins(one: tuple[Key, list[Case]], other: tuple[Key, list[Case]]) -> bool:
    (key, cases), (second, others) = one, other
    if key[0] != second[0] or key[0] not in (NOT_FINITE, WRONG) or len(key) != 3 or len(second) != 3:
        return False
    if not (key[2].startswith("near ") and second[2].startswith("near ")):
        return False
    same = all({of(case) for case in cases} == {of(case) for case in others} for of in (_dtype_of, _rule_of, _shape_of))
    return same and (key[1] == second[1]) != (key[2] == second[2])


def _dtype_of(case: Case) -> str:
    return case.seen.probe.dtype


def _rule_of(case: Case) -> str:
    return case.fault.rule


def _shape_of(case: Case) -> object:
    return next((form.shape for form in case.seen.plan.fitted.case.inputs if form.name == case.seen.probe.altered), None)


def _dtypes(cases: Sequence[Case]) -> set[str]:
    return {case.seen.probe.dtype for case in cases}


def key_of(seen: Seen, fault: Fault) -> Key:
    """What makes two faults the same."""
    probe = seen.probe
    family = FAMILIES.get(fault.rule, fault.rule)
    if family == "shape":
        return (family, fault.rule)
    if fault.rule == "undefined-value":
        return (family, "empty" if probe.kind == "empty" else "denominator")
    if fault.rule == "misleading-message":
        return (family, fault.detail)
    if fault.rule == "accepted-dtype":
        return (family, "dtype")
    if fault.rule == "clamped-gradient":
        return (family, probe.altered)
    if family == "taken":
        return (family, probe.altered, *(("nan",) if fault.rule in ("nan-hidden", "accepted-nan") else ()))
    if probe.kind == "argument" or family == "index":
        return (family, probe.altered)
    if probe.kind == "dtype":
        return (family, "dtype", probe.what)
    edge = edge_of(seen)
    return (family, edge) if edge in ("large", "inf") else (family, probe.altered, edge)


def edge_of(seen: Seen) -> str:
    """The edge that a probe is about: "large", "inf", "near 0", or what was done."""
    probe = seen.probe
    number = number_of(seen)
    if probe.what == probes.IN_TURN:
        values = next(form.values for form in seen.plan.fitted.case.inputs if form.name == probe.altered)
        return f"near {values.low:g}" if isinstance(values, Real) and values.low is not None else probe.what
    if probe.kind == "ignored" and number is not None:
        return NOT_FINITE_IGNORED
    if number is None:
        return probe.what
    if math.isinf(number):
        return "inf"
    if number != number:
        return "nan"
    form = next((form for form in seen.plan.fitted.case.inputs if form.name == probe.altered), None)
    if form is not None and isinstance(form.values, ClassIndices):
        return "classes"
    bounds = [bound for bound in (form.values.low, form.values.high) if bound is not None] if form and isinstance(form.values, Real) else []
    near = [bound for bound in bounds if abs(number - bound) < 0.1]
    if near:
        return f"near {near[0]:g}"
    return "large" if abs(number) >= LARGE and probe.kind == "value" else "near 0" if abs(number) < 0.1 else probe.what


def number_of(seen: Seen) -> float | None:
    """The number that a probe put in."""
    return None if seen.probe.number is None else float(seen.probe.number)


def _only_rounding(cases: Sequence[Case]) -> bool:
    """True where it happens at the smallest numbers of all only, or where all that was taken lies a rounding error outside the domain."""
    if all(case.seen.probe.what.removeprefix("-").startswith("smallest subnormal") for case in cases):
        return True
    return all(
        case.fault.rule in ("accepted-value", "accepted-argument", "warned-value")
        and case.seen.probe.what.removeprefix("-").startswith(("next ", "smallest ", "√eps"))
        for case in cases
    )


def _shows(case: Case) -> tuple[object, ...]:
    """How well a case shows its group, the least first: the worst rule, plain configuration, usual dtype, an ordinary number."""
    probe, fault = case.seen.probe, case.fault
    return (
        severity_rank(fault.rule),
        list(SEVERITY).index(fault.rule),
        DTYPES.index(probe.dtype),
        probe.kind == "dtype" and probe.altered != probes.EVERY_INPUT,
        probe.kind == "argument" and fault.rule == "undefined-value",
        len(probe.ways[0].configuration.args) if probe.kind != "argument" else 0,
        "target" in fault.of,
        probe.where == "closure" and probe.number in ("inf", "-inf"),
        probe.number == "inf",
        probe.kind == "tie" and fault.rule != "stuck",
        "in place of" not in probe.what,
        (probe.base == probes.ORDINARY) == edge_of(case.seen).startswith("near "),
        -oddness(case) if fault.rule == "crash" else oddness(case),
        {"mean": 0, "sum": 1, "none": 2}.get(fault.reduction, 0) if fault.rule == "undefined-value" else 0,
        probe.id,
    )


def oddness(case: Case) -> float:
    """How far a number is from those people have: the size of its logarithm; small whole numbers first."""
    number = number_of(case.seen)
    if number is None:
        return 0.0
    if not math.isfinite(number):
        return 1000.0
    if number == int(number) and abs(number) <= LARGE:
        return abs(number) / 100
    return abs(math.log10(abs(number))) + 1


def severity_rank(rule: Rule) -> int:
    """0 for the worst."""
    return SEVERITIES.index(SEVERITY[rule])


def _rank(group: Group) -> tuple[object, ...]:
    """The worst first; among equals those at ordinary numbers, in ordinary dtypes, without further arguments."""
    case = group.best
    probe = case.seen.probe
    return (
        severity_rank(group.rule),
        probe.kind == "empty",
        probe.number in ("inf", "-inf"),
        oddness(case) > 8,
        "target" in case.fault.of,
        DTYPES.index(probe.dtype) > 0,
        oddness(case),
        group.key,
    )
