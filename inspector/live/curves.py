"""Curves of a loss: value and slope of one term over the argument that matters, held against the exact reference at some places.

In: a definition; what is varied is data in losses/, or one element of the first differentiable input. Out: Curves, with the places where
the exact slope jumps and those where float32 goes wrong. No loss is known by name, and no position of a kink is.
"""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec
import torch

from inspector import losses
from inspector.live import build, threads
from inspector.live.derivatives import gradients
from inspector.live.expressions import evaluate
from inspector.live.one_element import varied
from inspector.live.tolerance import compare
from inspector.losses import schema
from inspector.losses.exact import Exact, comparisons, exact, total, variable
from inspector.losses.schema import LossDefinition
from inspector.losses.worked import quantity
from inspector.report import Curve, CurveLine, CurveMark, number

POINTS = 81
"""Places at which a line is computed; kinks are added to them."""
COMPARED = 9
"""Places at which a line is held against the reference."""
DIGITS = 7
"""Of the numbers that are kept: a plot shows three."""
APART = 1e-6
"""Share of the range by which one goes to either side of a kink to see the two slopes."""
DUST = 1e-12
"""Share of the range below which a place is 0: steps of a grid do not meet it to the last digit."""
EXAMINED = 41
"""Places between which the reference is asked whether a comparison of its formula comes out another way."""
BISECTIONS = 34
"""Of the way between two such places, until a place is known to ten digits."""
WRONG = 0.1
"""float32 goes wrong where it is off by this share of the exact value."""

Row: TypeAlias = torch.Tensor
Run: TypeAlias = Callable[[Row], tuple[Row, Row]]
"""Places -> loss values and slopes."""


class Ran(NamedTuple):
    """One line, as it can be computed at any place."""

    label: str
    code: str
    dtype: Literal["float64", "float32"]
    run: Run
    exactly: Callable[[float], tuple[Exact, Exact]]
    """A place -> the exact value and slope."""
    examined: int = EXAMINED


def curves(definition: LossDefinition | None) -> tuple[Curve, ...]:
    """The curves of a loss; none for one without definition, or that cannot be called."""
    if definition is None or not definition.cases:
        return ()
    with warnings.catch_warnings(), torch.inference_mode(False), torch.enable_grad(), threads.one_thread():
        warnings.simplefilter("ignore")
        if definition.curves:
            return tuple(_drawn(curve, [_ready(line, definition) for line in curve.lines]) for curve in definition.curves)
        found = varied(definition)
        if found is None:
            return ()
        line = Ran("", "", "float64", found.run, found.exactly, COMPARED)
        return (_drawn(schema.Curve(found.input, found.label, found.low, found.high, (), found.fixed), [line]),)


def _ready(line: schema.Line, definition: LossDefinition) -> Ran:
    owner = losses.find(line.of) if line.of else definition
    assert owner is not None
    return Ran(line.label, line.code, line.dtype, lambda xs: _run(line.code, xs), lambda x: _exactly(line, owner, x))


def _run(code: str, xs: Row) -> tuple[Row, Row]:
    """Values and slopes at all places in one call: no place depends on another."""
    leaf = xs.detach().clone().requires_grad_()
    values = evaluate(code, {"x": leaf})
    (slopes,) = gradients(values, [leaf])
    return values.detach(), slopes.detach()


def _exactly(line: schema.Line, owner: LossDefinition, x: float) -> tuple[Exact, Exact]:
    """The term of the reference, and its slope: the closed forms by what depends on x, times how that moves.

    Not the derivative that exact numbers carry along: how far rounding may put torch off is known of the closed form.
    """
    given = line.at(variable(x))
    whole = {form.name for case in owner.cases for form in case.inputs if form.dtype != "float"}
    moving = {name: value if name in whole else _numbers(value) for name, value in given.items()}
    still = {name: _each(value, _still) for name, value in moving.items()}
    rule = next(
        rule for rule in owner.rules
        if rule.target_kind in (None, line.target_kind) and all(given.get(name) == value for name, value in rule.when.items())
    )  # fmt: skip
    parts: list[Exact] = []
    for slope in rule.slopes:
        paces = [one.tangent if isinstance(one, Exact) else None for one in _flat(moving.get(slope.of))]
        if any(pace is not None for pace in paces):
            found = _flat(_called(slope.compute, still))
            parts += [exact(one) * pace for one, pace in zip(found, paces, strict=True) if pace is not None]
    return exact(_called(rule.term, still)), total(parts)


def _called(function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """The function, given what it names; what is not given is None, as an argument of a constructor is."""
    return function(**{name: given.get(name) for name in inspect.signature(function).parameters})


def _numbers(value: Any) -> Any:
    """Numbers as the reference takes them: floats exact, and whole numbers too where they stand in a list; parameters by name."""
    if isinstance(value, dict):
        return {name: _numbers(one) for name, one in value.items()}
    if isinstance(value, list):
        return _each(value, lambda one: exact(one) if isinstance(one, (int, float)) else one)
    return exact(value) if isinstance(value, float) else value


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {name: _each(one, change) for name, one in value.items()}
    return [_each(one, change) for one in value] if isinstance(value, list) else change(value)


def _still(value: Any) -> Any:
    return Exact(value.value, value.condition, None, value.near) if isinstance(value, Exact) else value


def _flat(value: Any) -> list[Any]:
    return [inner for one in value for inner in _flat(one)] if isinstance(value, (list, tuple)) else [value]


# -- one curve ----------------------------------------------------------------------------------------------------------


def _drawn(wanted: schema.Curve, lines: Sequence[Ran]) -> Curve:
    found = Curve(wanted.title or f"value and slope over {wanted.label}", wanted.input, wanted.label, wanted.fixed, ())
    try:
        parts = [_line(line, place, wanted.low, wanted.high) for place, line in enumerate(lines)]
    except build.REFUSALS as error:
        return _with(found, reason=f"torch refused: {build.one_line(error)}")
    held = [_held(line, part) for line, part in zip(lines, parts, strict=True)]
    compared = sum(each.compared for each in held)
    return _with(
        found,
        lines=tuple(part.drawn for part in parts),
        kinks=tuple(mark for part in parts for mark in part.kinks),
        thresholds=tuple(mark for part in parts for mark in part.thresholds),
        compared=compared,
        worst=number(float(f"{max(each.worst for each in held):.3g}")) if compared else None,
        status="not_run" if not compared else "pass" if all(each.passes for each in held) else "fail",
        reason="" if compared else "no place is left to compare at",
    )


def _with(curve: Curve, **fields: object) -> Curve:
    return msgspec.structs.replace(curve, **fields)


class _Part(NamedTuple):
    drawn: CurveLine
    kinks: list[CurveMark]
    thresholds: list[CurveMark]
    sound: list[float]
    """Places at which it may be held against the reference."""


def _line(line: Ran, place: int, low: float, high: float) -> _Part:
    """A line with its jumps: at each of them the place stands twice, so that a drawing does not join the two sides."""
    kind = getattr(torch, line.dtype)
    grid = _grid(low, high).to(kind)
    wrong = _goes_wrong(line, grid, line.run(grid)[0])
    apart = APART * (high - low)
    kinks = [x for x in _branches(line, low, high) if _kink_words(line, x, apart)]
    splits = sorted({*kinks, *([wrong] if wrong is not None else [])})
    xs = [float(x) for x in grid if all(abs(float(x) - split) > apart for split in splits)]
    beside = [(split, side) for split in splits for side in (-1, 1)]
    at = torch.tensor(xs + [split + side * apart for split, side in beside], dtype=torch.float64).to(kind)
    more, steep = line.run(at)
    rows = sorted(zip(xs + [split for split, _ in beside], [0] * len(xs) + [side for _, side in beside], more.tolist(), steep.tolist(),
                      strict=True))  # fmt: skip
    drawn = CurveLine(
        line.label, line.code, line.dtype, tuple(_short(x) for x, *_ in rows),
        tuple(number(_short(value)) for _, _, value, _ in rows), tuple(number(_short(slope)) for *_, slope in rows),
    )  # fmt: skip
    sound = [x for x in xs if (wrong is None or x < wrong) and all(abs(x - split) > 2 * apart for split in splits)]
    return _Part(
        drawn,
        [CurveMark(_short(x), place, _kink_words(line, x, apart)) for x in kinks],
        [] if wrong is None else [CurveMark(_short(wrong), place, _wrong_words(line, wrong, high))],
        sound,
    )


def _grid(low: float, high: float) -> Row:
    """Places from low to high; what is 0 but for rounding is 0, as a value and a slope are computed there."""
    grid = torch.linspace(low, high, POINTS, dtype=torch.float64)
    return torch.where(grid.abs() < DUST * (high - low), 0.0, grid)


def _short(value: float) -> float:
    """The number to the digits that are kept; a place that is a round number but for rounding is that."""
    rounded = float(f"{value:.{DIGITS}g}")
    return round(rounded, 6) + 0.0 if abs(rounded) < 1e6 and math.isfinite(rounded) and abs(rounded) > 1e-5 else rounded


# -- kinks --------------------------------------------------------------------------------------------------------------


def _branches(line: Ran, low: float, high: float) -> list[float]:
    """Where a comparison of the formula comes out another way: only there can the exact slope jump."""
    places = [low + (high - low) * step / (line.examined - 1) for step in range(line.examined)]
    sides = [_sides(line, x) for x in places]
    found: list[float] = []
    for at in range(1, len(places)):
        first, last = places[at - 1], places[at]
        if sides[at] == sides[at - 1]:
            continue
        for _ in range(BISECTIONS):
            middle = (first + last) / 2
            first, last = (middle, last) if _sides(line, middle) == sides[at - 1] else (first, middle)
        found.append(round((first + last) / 2, 6) + 0.0)
    inside = [x for x in found if low < x < high]
    return [x for at, x in enumerate(inside) if at == 0 or x - inside[at - 1] > APART * (high - low)]


def _sides(line: Ran, x: float) -> dict[str, int]:
    """Each comparison of the formula, and how it comes out; a tie is put to the right."""
    with comparisons() as seen:
        line.exactly(x + 1e-12)
    return seen.sides


def _kink_words(line: Ran, x: float, apart: float) -> str:
    """What the slope does at a place: it jumps, or goes on at another pace; "" where it does neither."""
    further, left, right, beyond = (line.exactly(x + step * apart)[1].near for step in (-2, -1, 1, 2))
    before, after = left - further, beyond - right
    if abs(right - left) > 10 * max(abs(before), abs(after), 1e-12):
        return f"slope {_figure(left)} to {_figure(right)}"
    if abs(after - before) > 0.01 * max(abs(before), abs(after)) + 1e-15:
        return f"another branch, slope {_figure(right)}"
    return ""


def _figure(value: float) -> str:
    text = f"{value:.3g}"
    return "0" if text in ("-0", "0") or abs(value) < 1e-9 else text.replace("-", "−")


# -- float32 ------------------------------------------------------------------------------------------------------------


def _goes_wrong(line: Ran, grid: Row, values: Row) -> float | None:
    """The first place, from the left, from which on float32 is off or not finite where the loss is not."""
    if not line.code:
        return None
    places: list[float] = grid.tolist()
    in_float32 = values if line.dtype == "float32" else line.run(grid.float())[0]
    right = [line.exactly(x)[0].near for x in places] if line.dtype == "float32" else values.tolist()
    scale = max((abs(value) for value in right if math.isfinite(value)), default=1.0)
    off = [_off(got, wanted, scale) for got, wanted in zip(in_float32.tolist(), right, strict=True)]
    if not any(off) or off[0]:
        return None
    first = off.index(True)
    low, high = places[first - 1], places[first]
    for _ in range(30):
        middle = (low + high) / 2
        got = line.run(torch.tensor([middle], dtype=torch.float32))[0].item()
        low, high = (low, middle) if _off(got, line.exactly(middle)[0].near, scale) else (middle, high)
    return high


def _off(got: float, wanted: float, scale: float) -> bool:
    return math.isfinite(wanted) and not abs(got - wanted) <= WRONG * max(abs(wanted), WRONG * scale)


def _wrong_words(line: Ran, x: float, high: float) -> str:
    """What float32 gives just behind the threshold, and what is exact there."""
    there = min(high, x * (1 + 1e-6) + 1e-9)
    got = float(line.run(torch.tensor([there], dtype=torch.float32))[0])
    return f"float32 gives {_figure(got)}, not {_figure(line.exactly(there)[0].near)}"


# -- the reference ------------------------------------------------------------------------------------------------------


class _Held(NamedTuple):
    compared: int
    worst: float
    passes: bool


def _held(line: Ran, part: _Part) -> _Held:
    """Values and slopes at some places against the exact ones, each within what rounding allows."""
    step = max(1, len(part.sound) // COMPARED)
    places = part.sound[step // 2 :: step][:COMPARED]
    if not places:
        return _Held(0, 0.0, True)
    rows = line.run(torch.tensor(places, dtype=torch.float64).to(getattr(torch, line.dtype)))
    exactly = [line.exactly(x) for x in places]
    found = [
        compare(row.tolist(), quantity([each[which] for each in exactly], (len(places),)), line.dtype) for which, row in enumerate(rows)
    ]
    return _Held(2 * len(places), max(each.ulp_error for each in found), all(each.passes for each in found))
