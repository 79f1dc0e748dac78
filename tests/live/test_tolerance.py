"""A tolerance comes from the dtype and the condition, and the worst of several results decides."""

from __future__ import annotations

import math
from array import array

import pytest

from inspector.live.tolerance import FORMATS, compare
from inspector.losses.worked import Quantity


def _expected(*numbers: tuple[float, float]) -> Quantity:
    flat = array("d")
    for value, condition in numbers:
        flat.extend((value, 0.0, condition))
    return Quantity((len(numbers),), flat.tobytes())


def test_formats_are_those_of_torch() -> None:
    import torch

    for name, form in FORMATS.items():
        info = torch.finfo(getattr(torch, name))
        assert (form.eps, form.largest, 2.0**form.smallest_exponent) == (info.eps, info.max, info.tiny)


@pytest.mark.parametrize("dtype", FORMATS)
def test_an_error_of_eps_times_the_condition_passes_and_twice_that_fails(dtype: str) -> None:
    eps = FORMATS[dtype].eps
    assert compare([1 + 3 * eps], _expected((1.0, 2.0)), dtype).passes
    assert not compare([1 + 6 * eps], _expected((1.0, 2.0)), dtype).passes


def test_errors_are_absolute_relative_and_in_units_in_the_last_place() -> None:
    found = compare([4 + 2.0**-20], _expected((4.0, 0.0)), "float32")
    assert (found.abs_error, found.rel_error, found.ulp_error) == (2.0**-20, 2.0**-22, 2.0)
    assert (found.rtol, found.atol) == (2.0**-23, pytest.approx(0, abs=1e-44))


def test_the_worst_of_several_decides() -> None:
    found = compare([1.0, 2.5, 3.0], _expected((1.0, 1.0), (2.0, 1.0), (3.0, 1.0)), "float64")
    assert (found.actual, found.expected, found.passes) == (2.5, 2.0, False)


@pytest.mark.parametrize(
    ("actual", "expected", "passes"),
    [
        (math.inf, math.inf, True),
        (-math.inf, math.inf, False),
        (math.nan, math.nan, True),
        (math.nan, 1.0, False),
        (1.0, math.nan, False),
        (math.inf, 1.0, False),
        (1.0, math.inf, False),
        (math.inf, 1e39, True),
    ],
)
def test_numbers_beyond_numbers_must_be_the_same(actual: float, expected: float, passes: bool) -> None:
    assert compare([actual], _expected((expected, 1.0)), "float32").passes is passes


def test_a_result_that_underflows_may_be_off_by_the_smallest_number() -> None:
    assert compare([0.0], _expected((2.0**-25, 0.0)), "float16").passes
    assert not compare([0.0], _expected((2.0**-22, 0.0)), "float16").passes


def test_the_unit_in_the_last_place_of_small_numbers_stops_shrinking() -> None:
    form = FORMATS["float16"]
    assert form.ulp(1.0) == form.eps
    assert form.ulp(2.0**-20) == form.tiny == 2.0**-24
    assert form.ulp(0.0) == form.tiny
