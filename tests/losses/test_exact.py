"""Exact numbers: their derivatives are those of an independent differentiator, their condition bounds what rounding does."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.losses import mathematics as m
from inspector.losses.exact import Exact, comparisons, double_double, exact, pi, variable

FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "polynomial": (lambda x: x**3 - 2 * x + 1 / x, lambda x: x**3 - 2 * x + 1 / x),
    "exp": (lambda x: m.exp(-x * x), lambda x: mpmath.exp(-x * x)),
    "log": (lambda x: m.log(x + 1) * x, lambda x: mpmath.log(x + 1) * x),
    "sqrt": (lambda x: m.sqrt(x * x + 1), lambda x: mpmath.sqrt(x * x + 1)),
    "power": (lambda x: x**1.5, lambda x: x ** mpmath.mpf(1.5)),
    "root": (lambda x: m.root(x**3 + 1, 3), lambda x: mpmath.cbrt(x**3 + 1)),
    "log_of_sum": (lambda x: m.log_of_sum(3 * x), lambda x: mpmath.log(1 + mpmath.exp(3 * x))),
    "sigmoid": (lambda x: m.sigmoid(-x), lambda x: 1 / (1 + mpmath.exp(x))),
    "log_sum_exp": (
        lambda x: m.log_sum_exp([x, 2 * x, exact(0.5)]),
        lambda x: mpmath.log(sum(map(mpmath.exp, (x, 2 * x, mpmath.mpf(0.5))))),
    ),
    "quotient": (lambda x: (1 - x) / (2 + x * x), lambda x: (1 - x) / (2 + x * x)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@given(at=st.floats(0.1, 5.0))
def test_value_and_derivatives_are_those_of_mpmath(name: str, at: float) -> None:
    ours, theirs = FUNCTIONS[name]
    found = ours(variable(at))
    first = found.tangent
    with mpmath.workdps(60):
        assert mpmath.almosteq(found.value, theirs(mpmath.mpf(at)), 1e-45)
        assert mpmath.almosteq(first.value, mpmath.diff(theirs, mpmath.mpf(at)), 1e-25, 1e-25)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(at=st.floats(0.1, 5.0))
def test_the_condition_bounds_what_an_error_in_the_input_does(name: str, at: float) -> None:
    ours, _ = FUNCTIONS[name]
    step = 1e-20
    moved = ours(Exact(exact(at).value * (1 + exact(step).value), at))
    there = ours(exact(at))
    assert abs(float((moved.value - there.value) / step)) <= there.condition * (1 + 1e-6)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(at=st.floats(0.1, 5.0))
def test_a_float64_computation_stays_within_eps_times_the_condition(name: str, at: float) -> None:
    ours, _ = FUNCTIONS[name]
    plain = {
        "polynomial": lambda x: x**3 - 2 * x + 1 / x, "exp": lambda x: math.exp(-x * x), "log": lambda x: math.log(x + 1) * x,
        "sqrt": lambda x: math.sqrt(x * x + 1), "power": lambda x: x**1.5, "root": lambda x: (x**3 + 1) ** (1 / 3),
        "log_of_sum": lambda x: math.log(1 + math.exp(3 * x)), "sigmoid": lambda x: 1 / (1 + math.exp(x)),
        "log_sum_exp": lambda x: math.log(math.exp(x) + math.exp(2 * x) + math.exp(0.5)), "quotient": lambda x: (1 - x) / (2 + x * x),
    }[name](at)  # fmt: skip
    found = ours(exact(at))
    assert abs(float(exact(plain).value - found.value)) <= 2.0**-52 * (found.condition + abs(plain))


def test_division_is_that_of_the_standard() -> None:
    assert math.isnan(float(exact(0) / exact(0)))
    assert float(exact(1) / exact(0)) == math.inf
    assert float(exact(-1) / exact(0)) == -math.inf


def test_the_logarithm_of_zero_is_minus_infinity() -> None:
    assert float(m.log(exact(0))) == -math.inf


def test_a_comparison_notes_how_close_it_came_to_a_tie() -> None:
    with comparisons() as seen:
        assert exact(1.0) < exact(3.0)
        assert m.hinge(exact(0.5)) == 0.5
    assert seen.closest == pytest.approx(0.5)
    with comparisons() as seen:
        assert not exact(1.0) < exact(1.0)
    assert seen.closest == 0


def test_comparisons_outside_are_not_noted() -> None:
    with comparisons() as seen:
        pass
    assert exact(1.0) < exact(2.0)
    assert seen.closest == math.inf


@given(st.floats(-1e10, 1e10))
def test_a_double_double_holds_what_a_double_cannot(number: float) -> None:
    third = exact(number) / exact(3)
    high, low = double_double(third)
    assert high == float(third)
    assert abs(float(third.value - exact(high).value - exact(low).value)) <= abs(high) * 2.0**-104


def test_a_bound_outside_the_derivative() -> None:
    found = m.kept_above(variable(0.1), exact(0.5))
    assert float(found) == 0.5
    assert found.tangent is not None
    assert float(found.tangent) == 1


def test_log_probabilities_change_along_the_simplex_only() -> None:
    for xs, slope in (
        ([variable(math.log(0.25)), exact(math.log(0.75))], 0.75),
        ([exact(math.log(0.25)), variable(math.log(0.75))], -0.75),
    ):
        found = m.on_the_simplex(xs)
        assert [float(x) for x in found] == [math.log(0.25), math.log(0.75)]
        assert found[0].tangent is not None
        assert float(found[0].tangent) == pytest.approx(slope)


def test_pi_has_fifty_digits() -> None:
    with mpmath.workdps(50):
        assert mpmath.almosteq(pi().value, mpmath.pi, 1e-49)


def test_the_precision_of_mpmath_itself_is_left_alone() -> None:
    assert mpmath.mp.dps == 15
