"""Numbers to 50 digits that know how rounding errors would add up, and their derivative along a direction. Loads mpmath, never torch.

In: floats. Out: Exact numbers with a value, a condition and a tangent. Each operation states its value and its local derivatives
once; condition and tangent follow from those by the chain rule.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

import mpmath  # type: ignore[import-untyped]

DIGITS = 50
_CONTEXT = mpmath.MPContext()
_CONTEXT.dps = DIGITS
_mpf = _CONTEXT.mpf
_ZERO, _ONE = _mpf(0), _mpf(1)
_INFINITY, _NAN = _mpf("inf"), _mpf("nan")
_TINY = 5e-324
"""Stands for a zero that a condition is divided by: the condition is then as large as it can be."""

Real: TypeAlias = Any
"""An mpmath real; mpmath has no types."""


class Exact:
    """A real number to 50 digits.

    `condition`: Σ |∂self/∂v|·|v| over the inputs and every intermediate v, itself included. A machine that rounds each input and
    each result to a relative error u is off by at most about u times this.
    `tangent`: the derivative along the direction in which the numbers made with `variable` move, itself such a number; None where it
    depends on none of them. One direction at a time, not one derivative a variable: a check needs no more, and costs a hundredth.
    """

    __slots__ = ("condition", "near", "tangent", "value")

    def __init__(self, value: Real, condition: float, tangent: Exact | None = None, near: float | None = None) -> None:
        self.value = value
        self.condition = condition
        self.tangent = tangent
        self.near = float(value) if near is None else near
        """The nearest float; conditions are reckoned with floats."""

    # -- arithmetic -----------------------------------------------------------------------------------------------------

    def __add__(self, other: Exact | float) -> Exact:
        right = exact(other)
        return _result(self.value + right.value, ((self, 1.0), (right, 1.0)), lambda _: (_EXACT_ONE, _EXACT_ONE))

    def __sub__(self, other: Exact | float) -> Exact:
        right = exact(other)
        return _result(self.value - right.value, ((self, 1.0), (right, 1.0)), lambda _: (_EXACT_ONE, -_EXACT_ONE))

    def __mul__(self, other: Exact | float) -> Exact:
        right = exact(other)
        return _result(self.value * right.value, ((self, right.near), (right, self.near)), lambda _: (_bare(right), _bare(self)))

    def __truediv__(self, other: Exact | float) -> Exact:
        right = exact(other)
        value = _divide(self.value, right.value)
        bottom = right.near or _TINY
        parts = ((self, 1 / bottom), (right, self.near / bottom / bottom))
        return _result(value, parts, lambda found: (_EXACT_ONE / _bare(right), -found / _bare(right)))

    def __pow__(self, other: Exact | float) -> Exact:
        power = exact(other)
        if self.value == 0:
            slope = _ONE if power.value == 1 else _ZERO
            return _result(_ZERO if power.value > 0 else _ONE, ((self, float(slope)),), lambda _: (Exact(slope, 0.0),))
        value = self.value**power.value
        parts = [(self, power.near * float(value) / (self.near or _TINY))]
        if self.value > 0 and power.condition:
            parts.append((power, float(value * _CONTEXT.log(self.value))))
        return _result(value, tuple(parts), lambda _: (_bare(power) * _bare(self) ** (_bare(power) - 1),))

    def __radd__(self, other: float) -> Exact:
        return exact(other) + self

    def __rsub__(self, other: float) -> Exact:
        return exact(other) - self

    def __rmul__(self, other: float) -> Exact:
        return exact(other) * self

    def __rtruediv__(self, other: float) -> Exact:
        return exact(other) / self

    def __neg__(self) -> Exact:
        negated = None if self.tangent is None else -self.tangent
        return Exact(-self.value, self.condition, negated, -self.near)

    def __abs__(self) -> Exact:
        return -self if self < 0 else self

    # -- comparison: noted, since a loss has a kink where it compares ---------------------------------------------------

    def __lt__(self, other: Exact | float) -> bool:
        return _compare(self, exact(other)) < 0

    def __le__(self, other: Exact | float) -> bool:
        return _compare(self, exact(other)) <= 0

    def __gt__(self, other: Exact | float) -> bool:
        return _compare(self, exact(other)) > 0

    def __ge__(self, other: Exact | float) -> bool:
        return _compare(self, exact(other)) >= 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Exact | int | float):
            return NotImplemented
        return bool(self.value == exact(other).value)

    __hash__ = None  # type: ignore[assignment]

    def __float__(self) -> float:
        return self.near

    # -- functions ------------------------------------------------------------------------------------------------------

    def exp(self) -> Exact:
        value = _CONTEXT.exp(self.value)
        return _result(value, ((self, float(value)),), lambda found: (found,))

    def log(self) -> Exact:
        if self.value == 0:
            return Exact(-_INFINITY, 0.0)
        if self.value < 0:
            return Exact(_NAN, 0.0)
        return _result(_CONTEXT.log(self.value), ((self, 1 / (self.near or _TINY)),), lambda _: (_EXACT_ONE / _bare(self),))

    def cos(self) -> Exact:
        value, sine = _CONTEXT.cos_sin(self.value)
        return _result(value, ((self, float(sine)),), lambda _: (-_bare(self).sin(),))

    def sin(self) -> Exact:
        cosine, value = _CONTEXT.cos_sin(self.value)
        return _result(value, ((self, float(cosine)),), lambda _: (_bare(self).cos(),))

    def root(self, degree: Exact | float) -> Exact:
        return self ** (1 / exact(degree))

    def sqrt(self) -> Exact:
        value = _CONTEXT.sqrt(self.value)
        return _result(value, ((self, 0.5 / (float(value) or _TINY)),), lambda found: (_EXACT_ONE / (2 * found),))

    def sign(self) -> int:
        return _compare(self, exact(0))

    def unsigned(self) -> Exact:
        """|self| that no comparison is noted for."""
        return -self if self.value < 0 else self

    def larger(self, other: Exact | float) -> Exact:
        right = exact(other)
        return right if self < right else self

    def kept_above(self, low: Exact) -> Exact:
        if self >= low:
            return self
        _note_bound()
        return Exact(low.value, low.condition, self.tangent)

    def log_normalised(self, others: Sequence[Exact]) -> Exact:
        """The number itself, with the derivative of self - log Σ e^x over all the numbers in `others`."""
        parts = ((self, 1.0), *((other, 0.0) for other in others))
        found = _result(self.value, parts, lambda _: (_EXACT_ONE, *(-_bare(other).exp() for other in others)))
        found.condition = self.condition
        return found

    def log_one_plus_exp(self) -> Exact:
        value = (self.value if self.value > 0 else _ZERO) + _CONTEXT.log1p(_CONTEXT.exp(-abs(self.value)))
        return _result(value, ((self, math.exp(self.near - float(value))),), lambda found: ((_bare(self) - found).exp(),))

    def log_sum_exp(self, others: Sequence[Exact]) -> Exact:
        """Of all the numbers in `others`, self among them."""
        top = max(other.value for other in others)
        if not _CONTEXT.isfinite(top):
            return Exact(top, 0.0)
        value = top + _CONTEXT.log(_CONTEXT.fsum(_CONTEXT.exp(other.value - top) for other in others))
        parts = tuple((other, math.exp(other.near - float(value))) for other in others)
        found = _result(value, parts, lambda found: tuple((_bare(other) - found).exp() for other in others))
        found.condition += abs(float(top)) + len(others)
        return found


def exact(value: Exact | float) -> Exact:
    """The number itself; a float becomes a constant that a machine rounds once, an int one that it does not."""
    if isinstance(value, Exact):
        return value
    near = float(value)
    return Exact(_mpf(value), 0.0 if isinstance(value, int) else abs(near), None, near)


def total(numbers: Sequence[Exact | float]) -> Exact:
    """The sum as one operation, with the condition of adding one number after the other; zero of none."""
    terms = [exact(number) for number in numbers]
    found = _result(_CONTEXT.fsum(term.value for term in terms), tuple((term, 1.0) for term in terms), lambda _: (_EXACT_ONE,) * len(terms))
    found.condition += _partial_sums([term.near for term in terms])
    return found


def dot(lefts: Sequence[Exact | float], rights: Sequence[Exact | float]) -> Exact:
    """The sum of products as one operation, with the condition of multiplying, then adding one product after the other."""
    xs, ys = [exact(left) for left in lefts], [exact(right) for right in rights]
    products = [x.value * y.value for x, y in zip(xs, ys, strict=True)]
    parts = (*((x, y.near) for x, y in zip(xs, ys, strict=True)), *((y, x.near) for x, y in zip(xs, ys, strict=True)))
    found = _result(_CONTEXT.fsum(products), parts, lambda _: (*map(_bare, ys), *map(_bare, xs)))
    floats = [x.near * y.near for x, y in zip(xs, ys, strict=True)]
    found.condition += _partial_sums(floats) + sum(map(abs, floats))
    return found


def _partial_sums(terms: Sequence[float]) -> float:
    """Σ |partial sum| of the sums before the last."""
    return sum(map(abs, list(itertools.accumulate(terms))[1:-1]))


def variable(value: float, pace: float = 1) -> Exact:
    """An input to differentiate by; `pace`: how fast it moves along the direction."""
    return Exact(_mpf(value), abs(value), _EXACT_ONE if pace == 1 else exact(pace), float(value))


def pi() -> Exact:
    """π."""
    return Exact(+_CONTEXT.pi, float(_CONTEXT.pi))


_EXACT_ONE = Exact(_ONE, 0.0)

_Slopes: TypeAlias = Callable[[Exact], tuple[Exact, ...]]


def _result(value: Real, parts: tuple[tuple[Exact, float], ...], slopes: _Slopes) -> Exact:
    """The value of an operation. `parts`: each operand with the size of the local derivative by it.

    `slopes` makes those derivatives from the result, as numbers with a condition of their own; asked only where variables are about.
    """
    near = float(value)
    condition = abs(near)
    differentiated = False
    for operand, slope in parts:
        if operand.condition:
            condition += abs(slope) * operand.condition
        differentiated = differentiated or operand.tangent is not None
    found = Exact(value, condition, None, near)
    if differentiated:
        found.tangent = _chained(parts, slopes(Exact(value, condition, None, near)))
    return found


def _chained(parts: tuple[tuple[Exact, float], ...], slopes: tuple[Exact, ...]) -> Exact | None:
    """The chain rule."""
    found: Exact | None = None
    for (operand, _), slope in zip(parts, slopes, strict=False):
        inner = operand.tangent
        if inner is not None:
            step = slope if inner is _EXACT_ONE else inner if slope is _EXACT_ONE else slope * inner
            found = step if found is None else found + step
    return found


def _bare(number: Exact) -> Exact:
    """The number without its tangent."""
    return number if number.tangent is None else Exact(number.value, number.condition, None, number.near)


def _divide(top: Real, bottom: Real) -> Real:
    """Division as the IEEE standard has it: 0/0 is nan, x/0 infinite."""
    if bottom != 0:
        return top / bottom
    return _NAN if top == 0 or top != top else _INFINITY * (1 if top > 0 else -1)


# -- kinks --------------------------------------------------------------------------------------------------------------


class Comparisons:
    """The comparisons made while references run: how close they came to a tie."""

    def __init__(self) -> None:
        self.closest = float("inf")
        """The smallest |a - b| / (condition of a - b): a tie to within rounding where it is below the unit roundoff."""
        self.gap = float("inf")
        """The smallest |a - b|."""
        self.tied = False
        """True where both sides of a comparison were equal, exactly."""
        self.bounded = False
        """True where a bound that is not differentiated took the place of a number."""
        self.sides: dict[str, int] = {}
        """Where in the formulas a comparison stands -> 1 if its left side was ever larger, 2 if ever not, 3 for both."""

    def note(self, left: Exact, right: Exact) -> None:
        """Takes one comparison into account."""
        place = _place()
        self.sides[place] = self.sides.get(place, 0) | (1 if left.value > right.value else 2)
        self.note_size(left, right)

    def note_size(self, left: Exact, right: Exact) -> None:
        """How close the comparison is."""
        self.tied = self.tied or bool(left.value == right.value)
        self.gap = min(self.gap, abs(float(left.value - right.value)))
        scale = left.condition + right.condition
        if scale:
            self.closest = min(self.closest, abs(float(left.value - right.value)) / scale)


class Ties(Comparisons):
    """The same without a note of where a comparison stands, which costs more than the comparison."""

    def note(self, left: Exact, right: Exact) -> None:
        """Takes one comparison into account."""
        self.note_size(left, right)


def _place() -> str:
    """The line of the formula that compares: the first outside the files that formulas are written with."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_globals["__name__"] in _WRITTEN_WITH:
        frame = frame.f_back
    return f"{frame.f_globals['__name__'].rpartition('.')[2]}.{frame.f_code.co_name}, line {frame.f_lineno}"


_WRITTEN_WITH = (__name__, "inspector.losses.mathematics")

_RECORDER: ContextVar[Comparisons | None] = ContextVar("comparisons", default=None)


def _note_bound() -> None:
    recorder = _RECORDER.get()
    if recorder is not None:
        recorder.bounded = True


def _compare(left: Exact, right: Exact) -> int:
    recorder = _RECORDER.get()
    if recorder is not None:
        recorder.note(left, right)
    return int(left.value > right.value) - int(left.value < right.value)


@contextmanager
def comparisons(recorder: Comparisons | None = None) -> Iterator[Comparisons]:
    """The comparisons made inside the `with` block."""
    recorder = Comparisons() if recorder is None else recorder
    token = _RECORDER.set(recorder)
    try:
        yield recorder
    finally:
        _RECORDER.reset(token)


def double_double(number: Exact) -> tuple[float, float]:
    """The value as a float and what is left over, a second float: together 106 bits."""
    high = number.near
    if high in (float("inf"), float("-inf")) or high != high:
        return high, 0.0
    return high, float(number.value - _mpf(high))
