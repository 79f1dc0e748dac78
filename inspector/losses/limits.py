"""A definition evaluated at the edges of its domain: exactly where it is defined there, else as the limit along a way from inside.

In: a definition, what the loss is given, and which numbers are to be approached. Out: numbers with the error a machine may make, or
what cannot be known. Judges nothing and loads mpmath, never torch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import mpmath  # type: ignore[import-untyped]

from inspector.losses import reference
from inspector.losses.exact import Exact, Ties, comparisons, exact
from inspector.losses.reference import Frame, Given, Grid, Slopes
from inspector.losses.schema import LossDefinition, NoReference

STEPS = (8, 16, 32)
"""Exponents of the three steps towards an edge: 10^k for an infinity, a distance of 10^-k for a finite bound."""
GROWTH = 1.5
"""A number that grows by this factor from step to step is taken to have no bound: even a logarithm doubles when its exponent does."""
SETTLED = 1e-7
"""A number that moves by no more than this share from the second step to the third has a limit."""
_CONTEXT = mpmath.MPContext()
_CONTEXT.dps = 60
UNKNOWN = None
"""No limit, or none that three steps show."""


# A formula is written for its domain: outside it, it may do anything but give a number.
_UNDEFINED = (NoReference, ArithmeticError, ValueError, LookupError, TypeError, AttributeError)


class Point(NamedTuple):
    """One exact number: its value as a float (nan where the formula is 0/0), and by how much rounding may move it, in units of eps."""

    value: float
    condition: float


Numbers: TypeAlias = tuple[Point | None, ...]


class Exactly(NamedTuple):
    """What one reduction gives: the loss value and the gradient of its sum by each input, row-major; None for what is not known."""

    value: Numbers
    gradients: Mapping[str, Numbers]


class Evaluated(NamedTuple):
    """All that is known of one sample."""

    reductions: Mapping[str, Exactly]
    terms: Numbers
    """The unreduced loss values."""
    gap: float
    """The smallest difference of two numbers that the formula compares."""
    closest: float
    """How close a comparison in the formula is to a tie, in units of what rounding may move it; 0 for a tie. In a tie any slope between
    those of both sides is as good."""


class Approach(NamedTuple):
    """One number of one input that is an edge, and the side it is approached from."""

    name: str
    position: int
    side: int
    """+1 from above, -1 from below."""


def evaluate(definition: LossDefinition, given: Given, edges: Sequence[Approach] = ()) -> Evaluated | None:
    """The sample, or its limit where `edges` says what is approached; None where the formula is not defined there."""
    try:
        if not edges:
            return _once(definition, given)
        limit = _limit([_once(definition, _moved(given, edges, step)) for step in STEPS])
    except _UNDEFINED:
        return None
    try:
        return _preferred(_once(definition, given), limit)
    except _UNDEFINED:
        return limit


def _once(definition: LossDefinition, given: Given) -> Evaluated:
    with comparisons(Ties()) as seen:
        frame = reference.prepare(definition, given)
        losses, slopes = reference.terms(frame), reference.slopes(frame)
    reductions = {each.name: each for each in reversed(reference.reductions_for(definition, given.case))}
    found = {name: _reduced(frame, given, losses, slopes, each) for name, each in reductions.items()}
    return Evaluated(found, _points(losses), seen.gap, 0.0 if seen.tied else seen.closest)


def _reduced(frame: Frame, given: Given, losses: list[Exact], slopes: Slopes, reduction: Any) -> Exactly:
    weights = [exact(1)] * len(losses) if reduction.name == "none" else reference.scales(frame, reduction)
    found = {name: reference.gradient(each, weights, len(given.tensors[name].values)) for name, each in slopes.items()}
    return Exactly(_points(reference.reduce(losses, frame, reduction)), {name: _points(numbers) for name, numbers in found.items()})


def _points(numbers: Sequence[Exact]) -> Numbers:
    return tuple(Point(number.near, number.condition) for number in numbers)


def _moved(given: Given, edges: Sequence[Approach], step: int) -> Given:
    """The sample with every edge replaced by a number near it."""
    tensors: dict[str, Grid] = dict(given.tensors)
    for edge in edges:
        grid = tensors[edge.name]
        numbers: list[Any] = list(grid.values)
        at = numbers[edge.position]
        near = _CONTEXT.mpf(10) ** step * (1 if at > 0 else -1) if math.isinf(at) else at + edge.side * _CONTEXT.mpf(10) ** -step
        numbers[edge.position] = near
        tensors[edge.name] = grid._replace(values=tuple(numbers))
    return given._replace(tensors=tensors)


def _preferred(direct: Evaluated, limit: Evaluated) -> Evaluated:
    """What the definition itself gives at the edge where that is a number, else the limit."""
    found = {
        name: Exactly(
            _first_finite(direct.reductions[name].value, each.value),
            {of: _first_finite(direct.reductions[name].gradients[of], numbers) for of, numbers in each.gradients.items()},
        )
        for name, each in limit.reductions.items()
    }
    return Evaluated(found, _first_finite(direct.terms, limit.terms), min(limit.gap, direct.gap), min(limit.closest, direct.closest))


def _first_finite(direct: Numbers, limit: Numbers) -> Numbers:
    pairs = zip(direct, limit, strict=True)
    return tuple(one if one is not None and math.isfinite(one.value) else other for one, other in pairs)


def _limit(steps: Sequence[Evaluated]) -> Evaluated:
    last = steps[-1]
    found = {
        name: Exactly(
            _limits([step.reductions[name].value for step in steps]),
            {of: _limits([step.reductions[name].gradients[of] for step in steps]) for of in each.gradients},
        )
        for name, each in last.reductions.items()
    }
    return Evaluated(found, _limits([step.terms for step in steps]), min(step.gap for step in steps), min(step.closest for step in steps))


def _limits(steps: Sequence[Numbers]) -> Numbers:
    return tuple(_limit_of([None if point is None else point.value for point in points]) for points in zip(*steps, strict=True))


def _limit_of(values: Sequence[float | None]) -> Point | None:
    """What three numbers on the way to an edge come to."""
    first, second, third = (math.nan if value is None else value for value in values)
    if third != third or second != second:
        return UNKNOWN
    if math.isinf(third):
        return Point(third, 0.0)
    if third == second or abs(third - second) <= SETTLED * abs(third):
        return Point(third, abs(third))
    if abs(second) >= GROWTH * abs(first) and abs(third) >= GROWTH * abs(second) and abs(third) > 1:
        return Point(math.copysign(math.inf, third), 0.0)
    if abs(second) * GROWTH <= abs(first) and abs(third) * GROWTH <= abs(second):
        return Point(0.0, 0.0)
    return UNKNOWN
