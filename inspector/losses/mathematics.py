"""The functions that formulas are written with: exp, log, norms and the like, on exact numbers or lists of them.

In: exact numbers. Out: exact numbers. It hands the work to the numbers themselves, so reading a definition loads no arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

Number: TypeAlias = Any
"""An exact number, or a plain int or float where a formula has a constant."""
Vector: TypeAlias = Sequence[Number]
Matrix: TypeAlias = Sequence[Vector]


def exp(x: Number) -> Number:
    """e to the power x."""
    return x.exp()


def log(x: Number) -> Number:
    """The natural logarithm; minus infinity at zero."""
    return x.log()


def cos(x: Number) -> Number:
    """The cosine of an angle in radians."""
    return x.cos()


def sin(x: Number) -> Number:
    """The sine of an angle in radians."""
    return x.sin()


def pi() -> Number:
    """π."""
    from inspector.losses.exact import pi as value

    return value()


def sqrt(x: Number) -> Number:
    """The square root."""
    return x.sqrt()


def root(x: Number, degree: Number) -> Number:
    """x to the power 1/degree."""
    return x.root(degree)


def sign(x: Number) -> int:
    """-1, 0 or 1."""
    found: int = x.sign()
    return found


def power_of_size(x: Number, p: Number) -> Number:
    """|x|^p for p of at least one. Only for p = 1 is there a kink at zero."""
    return abs(x) if p == 1 else x.unsigned() ** p


def signed_power(x: Number, p: Number) -> Number:
    """sign(x)·|x|^p, which for p = 0 jumps at zero."""
    if p == 0:
        return sign(x)
    return -(x.unsigned() ** p) if x.value < 0 else x.unsigned() ** p


def larger(x: Number, y: Number | float) -> Number:
    """The larger of two; x where they are equal."""
    return x.larger(y)


def hinge(x: Number) -> Number:
    """max(0, x)."""
    return x.larger(0)


def step(x: Number) -> int:
    """1 where x is positive, else 0: the slope of the hinge."""
    return 1 if x > 0 else 0


def log_of_sum(x: Number) -> Number:
    """log(1 + e^x), without the loss of accuracy that the sum would bring."""
    return x.log_one_plus_exp()


def sigmoid(x: Number) -> Number:
    """1 / (1 + e^-x)."""
    return exp(-log_of_sum(-x))


def log_sum_exp(xs: Vector) -> Number:
    """log(Σ e^x), as one operation."""
    return xs[0].log_sum_exp(xs)


def log_softmax(xs: Vector) -> list[Number]:
    """x - log Σ e^x, for each x."""
    total = log_sum_exp(xs)
    return [x - total for x in xs]


def softmax(xs: Vector) -> list[Number]:
    """e^x / Σ e^x, for each x."""
    return [exp(x) for x in log_softmax(xs)]


def on_the_simplex(xs: Vector) -> Vector:
    """The same log-probabilities, differentiated as log-softmax: only changes that keep the sum of the probabilities count."""
    return [x.log_normalised(xs) for x in xs]


def kept_above(x: Number, low: Number) -> Number:
    """max(x, low) whose derivative is that of x everywhere: the bound is no part of the function that is differentiated."""
    return x.kept_above(low)


def x_log_x(x: Number) -> Number:
    """x·log x, and 0 at 0."""
    return x * log(x) if x != 0 else x


def dot(xs: Iterable[Number], ys: Iterable[Number]) -> Number:
    """Σ x·y."""
    from inspector.losses import exact

    return exact.dot(list(xs), list(ys))


def total(xs: Iterable[Number]) -> Number:
    """The sum; zero of none."""
    from inspector.losses import exact

    return exact.total(list(xs))


def one_hot(index: int, size: int) -> list[int]:
    """1 at the index, 0 elsewhere."""
    return [1 if i == index else 0 for i in range(size)]
