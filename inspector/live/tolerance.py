"""How far a result may be from the exact number, derived from the dtype and a condition number, and the worst of several results.

In: what torch gave, and exact numbers with their conditions. Out: one Comparison. Nothing here is tuned: there is no factor to widen.

A dtype rounds each result to a relative error of at most u = eps/2; library functions are held to one unit in the last place, eps. The
condition K of an exact number is the sum over all inputs and intermediate results v of |∂number/∂v|·|v| (losses/exact.py), so a
computation that rounds each of them once is off by at most eps·K to first order. The last rounding, eps·|number|, is rtol; the
rest is atol, with one smallest number of the dtype added for results that underflow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from inspector.losses.worked import Quantity


class Format(NamedTuple):
    """What a floating dtype can hold."""

    eps: float
    """Distance from 1 to the next number."""
    smallest_exponent: int
    """Exponent of the smallest normal number."""
    largest: float

    @property
    def tiny(self) -> float:
        """The smallest number above zero."""
        return math.ldexp(self.eps, self.smallest_exponent)

    def ulp(self, value: float) -> float:
        """The unit in the last place of a number of this size."""
        if value == 0 or not math.isfinite(value):
            return self.tiny
        return math.ldexp(self.eps, max(math.frexp(value)[1] - 1, self.smallest_exponent))


FORMATS = {
    "float64": Format(2.0**-52, -1022, math.ldexp(2 - 2.0**-52, 1023)),
    "float32": Format(2.0**-23, -126, math.ldexp(2 - 2.0**-23, 127)),
    "bfloat16": Format(2.0**-7, -126, math.ldexp(2 - 2.0**-7, 127)),
    "float16": Format(2.0**-10, -14, 65504.0),
}


class Comparison(NamedTuple):
    """The one of several results that is furthest from its exact number, measured in tolerances."""

    actual: float
    expected: float
    abs_error: float
    rel_error: float
    ulp_error: float
    rtol: float
    atol: float
    passes: bool


def compare(actual: Sequence[float], expected: Quantity, dtype: str) -> Comparison:
    """The worst of several results; `passes` speaks for all of them. Both have the same number of elements, at least one."""
    form = FORMATS[dtype]
    eps, tiny = form.eps, form.tiny
    worst, place, error = -1.0, 0, 0.0
    nearest, rests, conditions = expected.columns()
    for i, (value, high, low, condition) in enumerate(zip(actual, nearest, rests, conditions, strict=True)):
        gap = abs((value - high) - low)
        ratio = gap / (eps * (condition + abs(high)) + tiny)
        if ratio != ratio or ratio == math.inf:
            gap = ratio = 0.0 if _same_beyond_numbers(value, high, form) else math.inf
        if ratio > worst:
            worst, place, error = ratio, i, gap
    return _comparison(actual[place], nearest[place], conditions[place], error, form, passes=worst <= 1)


def _same_beyond_numbers(value: float, exact: float, form: Format) -> bool:
    """Both nan, both the same infinity, or infinite where the exact number is beyond what the dtype holds."""
    if exact != exact:
        return value != value
    return value == exact or (math.isinf(value) and abs(exact) >= form.largest and (value > 0) == (exact > 0))


def _comparison(value: float, exact: float, condition: float, error: float, form: Format, *, passes: bool) -> Comparison:
    relative = error / abs(exact) if exact and math.isfinite(exact) else (0.0 if error == 0 else math.inf)
    atol = form.eps * condition + form.tiny
    return Comparison(value, exact, error, relative, error / form.ulp(exact), form.eps, atol, passes)
