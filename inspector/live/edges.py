"""The edges of a set of values, by rule: bounds and their neighbours, the largest and smallest numbers of a dtype, and what lies outside.

In: a set of values of losses/schema and a dtype. Out: Edges, each inside the set, on its closure, or outside. Imports no torch.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

from inspector.live.outcomes import Where
from inspector.live.rounding import above, below, rounded, smallest_normal
from inspector.live.samples import takes
from inspector.live.tolerance import FORMATS
from inspector.losses.schema import Choice, ClassIndices, LabelLists, Lengths, LogProbabilities, Probabilities, Real, Signs, Size, Values

POWERS = (1, 2, 3, 4, 8, 19, 100)
"""Powers of ten that are tried as magnitudes, as far as a dtype holds them."""


class Edge(NamedTuple):
    """One number at an edge."""

    number: float
    what: str
    where: Where
    side: int = 0
    """The side it is approached from, where it is not itself in the set."""


def of_real(values: Real, dtype: str) -> Iterator[Edge]:
    """Every edge of a set of real numbers, each once."""
    seen: set[float] = set()
    for number, what in _numbers(values, dtype):
        if number != number or number not in seen:
            seen.add(number)
            yield _placed(values, number, what)


def _numbers(values: Real, dtype: str) -> Iterator[tuple[float, str]]:
    form = FORMATS[dtype]
    for bound in (values.low, values.high):
        if bound is not None:
            held = rounded(bound, dtype)
            yield held, f"{bound:g}"
            yield above(held, dtype), f"next above {bound:g}"
            yield below(held, dtype), f"next below {bound:g}"
            yield bound + 1, f"{bound + 1:g}"
            yield bound - 1, f"{bound - 1:g}"
    yield 0.0, "0"
    for sign, minus in ((1, ""), (-1, "-")):
        yield sign * form.tiny, f"{minus}smallest subnormal"
        yield sign * smallest_normal(dtype), f"{minus}smallest normal"
        yield sign * math.sqrt(form.eps), f"{minus}√eps"
        for power in POWERS:
            if 10.0**power <= form.largest:
                yield sign * rounded(10.0**power, dtype), f"{minus}1e{power}"
        yield sign * form.largest, f"{minus}largest"
        yield sign * math.inf, f"{minus}inf"
    yield math.nan, "nan"


def _placed(values: Real, number: float, what: str) -> Edge:
    """Where a number lies; an infinity without a bound on its side is on the closure, and so is a bound that is excluded."""
    if number != number:
        return Edge(number, what, "outside")
    if math.isinf(number):
        open_end = values.high is None if number > 0 else values.low is None
        return Edge(number, what, "closure", -1 if number > 0 else 1) if open_end else Edge(number, what, "outside")
    if takes(values, number):
        return Edge(number, what, "inside")
    if number == values.low:
        return Edge(number, what, "closure", 1)
    if number == values.high:
        return Edge(number, what, "closure", -1)
    return Edge(number, what, "outside")


def of_indices(values: ClassIndices, size: int, ignored: int | None, excluded: object = None) -> Iterator[Edge]:
    """The first and last class, those beside them, and numbers far away. The ignored index is no edge; an excluded one is outside."""
    if isinstance(excluded, int):
        yield Edge(excluded, f"the {values.excluding}", "outside")
    tried = (
        (values.at_least, "the first class"),
        (size - 1, "the last class"),
        (values.at_least - 1, "-1" if values.at_least == 0 else "one below the first class"),
        (size, "the number of classes"),
        (-(2**31), "-2**31"),
        (2**31, "2**31"),
        (2**62, "2**62"),
    )
    for number, what in tried:
        if number not in (ignored, excluded):
            yield Edge(number, what, "inside" if values.at_least <= number < size else "outside")


def of_labels(size: int) -> Iterator[Edge]:
    """Numbers that are no label and no end mark."""
    for number, what in ((-2, "-2"), (size, "the number of classes"), (2**31, "2**31")):
        yield Edge(number, what, "outside")


def of_signs() -> Iterator[Edge]:
    """Both signs, and what people write in their place."""
    yield from (Edge(1.0, "1", "inside"), Edge(-1.0, "-1", "inside"))
    for number, what in ((0.0, "0"), (0.5, "0.5"), (2.0, "2"), (math.nan, "nan")):
        yield Edge(number, what, "outside")


def of_choice(values: Choice) -> Iterator[Edge]:
    """Each choice, and numbers between and beside them."""
    numbers = [float(each) for each in values.of if isinstance(each, int | float)]
    yield from (Edge(number, f"{number:g}", "inside") for number in numbers)
    outside = [*((one + other) / 2 for one, other in itertools.pairwise(numbers)), min(numbers) - 1, max(numbers) + 1, math.nan]
    yield from (Edge(number, f"{number:g}", "outside") for number in outside if number not in numbers)


def of_lengths(values: Lengths, low: int, high: int) -> Iterator[Edge]:
    """The shortest and longest length, and those beside them."""
    for number, what in ((low, "the shortest"), (high, "the longest"), (low - 1, "one too short"), (high + 1, "one too long")):
        yield Edge(number, what, "inside" if low <= number <= high else "outside")


def words(values: Values) -> str:
    """A set of values, for a sentence."""
    match values:
        case Real(low, high, low_open, high_open):
            if low is None and high is None:
                return "real numbers"
            if low is None or high is None:
                bound, sign = (low, ">" if low_open else "≥") if high is None else (high, "<" if high_open else "≤")
                return f"numbers {sign} {bound:g}"
            return f"numbers in {'(' if low_open else '['}{low:g}, {high:g}{')' if high_open else ']'}"
        case Probabilities():
            return "probabilities that sum to 1"
        case LogProbabilities():
            return "log-probabilities"
        case ClassIndices(below, at_least, excluding=excluding):
            return f"class indices {at_least}..{below}-1{f' without the {excluding}' if excluding else ''}"
        case LabelLists(below):
            return f"class indices below {below}, then -1"
        case Signs():
            return "+1 or -1"
        case Lengths(_, at_most):
            return f"lengths up to {at_most}"
        case Choice(of):
            return f"one of {', '.join(map(repr, of))}"
        case Size():
            return "a size"
