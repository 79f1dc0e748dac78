"""Numbers for the eye: aligned, cut where long, never rounded into something else than they are."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.render.numbers import check_rows, checks_passed, grid, text
from inspector.report import ExampleValue

from . import sample_report as sample


@pytest.mark.parametrize(
    ("number", "said"),
    [(0.5, "0.5000"), (0.0, "0.0000"), (-1e-9, "-1.000e-09"), (123456789.0, "1.235e+08"), (3, "3"), (True, "True"), ("nan", "nan"),
     ("-inf", "-inf"), (None, "-")],
)  # fmt: skip
def test_a_number_is_written_for_the_eye(number: Any, said: str) -> None:
    assert text(number) == said


def test_columns_of_a_grid_are_aligned() -> None:
    assert grid("x", ExampleValue("x", (2, 2), "float64", (0.5, -0.25, 10.0, "inf"))).lines == (" 0.5000  -0.2500", "10.0000      inf")


def test_a_scalar_has_one_line_and_an_empty_tensor_says_so() -> None:
    assert grid("x", ExampleValue("x", (), "float64", (0.5,))).lines == ("0.5000000",)
    assert grid("x", ExampleValue("x", (0, 3), "float64", ())).lines == ("(empty)",)
    assert grid("x", ExampleValue("x", (3, 0), "float64", ())).lines == ("(empty)",)


def test_a_large_tensor_is_cut_in_the_middle() -> None:
    found = grid("x", ExampleValue("x", (20, 20), "int64", tuple(range(400)))).lines
    assert len(found) == 9
    assert found[0].split() == ["0", "1", "2", "3", "4", "…", "19"]
    assert found[-1].split()[-1] == "399"


def test_shapes_are_written_as_in_python() -> None:
    assert grid("x", ExampleValue("x", (1,), "int64", (1,))).what == "int64 (1,)"
    assert grid("x", ExampleValue("x", (), "int64", (1,))).what == "int64"


def test_a_check_that_did_not_run_is_never_counted_as_passed() -> None:
    rows = check_rows([sample.check("a", "value", "float16", None, "not_run", "no half here")], each=False)
    assert (rows[0].passed, rows[0].not_run, rows[0].worst) == (0, 1, "")
    assert checks_passed(rows) == "0 of 0 checks that ran passed"


def test_checks_are_counted_by_kind_dtype_and_device_with_the_worst_error() -> None:
    checks = [sample.check(str(number), "value", "float64", ulp) for number, ulp in enumerate((0.5, 2.25, 1.0))]
    (row,) = check_rows(checks, each=False)
    assert (row.passed, row.worst, row.counts) == (3, "2.25", "3 passed")
    assert len(check_rows(checks, each=True)) == 3


def test_an_error_that_is_not_finite_is_the_worst() -> None:
    rows = check_rows([sample.check("a", "value", "float64", 1.0), sample.check("b", "value", "float64", "inf", "fail")], each=False)
    assert rows[0].worst == "inf"
