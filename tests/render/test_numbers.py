"""Numbers for the eye: aligned, cut where long, never rounded into something else than they are."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from inspector.render.numbers import check_table, grid, text
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


def test_a_small_number_does_not_make_all_of_a_grid_exponents_and_a_tiny_one_is_not_shown_as_zero() -> None:
    assert grid("x", ExampleValue("x", (2,), "float64", (0.5, -0.00078))).lines == (" 0.5000  -0.0008",)
    assert grid("x", ExampleValue("x", (2,), "float64", (0.5, 1e-9))).lines == ("5.000e-01  1.000e-09",)


def test_a_check_that_did_not_run_is_never_counted_as_passed() -> None:
    table = check_table([sample.check("a", "value", "float16", None, "not_run", "no half here")], each=False)
    ((label, (cell,)),) = table.rows
    assert (label, cell.passed, cell.not_run, cell.text) == ("value", 0, 1, "not run")
    assert table.sentence == "0 of 0 checks that ran passed (cpu)"
    assert table.reasons == ("value (float16, cpu): no half here",)


def test_checks_that_did_not_run_for_one_reason_are_one_line() -> None:
    checks = [sample.check(kind, kind, "float16", None, "not_run", "no half here") for kind in ("value", "gradient", "repeat", "layout")]
    assert check_table(checks, each=False).reasons == ("4 checks of 4 kinds (float16, cpu): no half here",)


def test_an_error_where_the_exact_value_cancels_is_absolute() -> None:
    small = msgspec.structs.replace(sample.check("a", "value", "float64", 6.76e15), abs_error=1.5e-16, expected=1e-16, atol=3e-16)
    table = check_table([small, sample.check("b", "value", "float64", 0.5)], each=False)
    assert [cell.text for _, row in table.rows for cell in row] == ["2  0.5*"]
    assert "1.5e-16" in table.footnote
    failed = msgspec.structs.replace(small, status="fail")
    assert check_table([failed], each=False).footnote == ""


def test_checks_are_counted_by_kind_and_dtype_with_the_worst_error() -> None:
    checks = [sample.check(str(number), "value", "float64", ulp) for number, ulp in enumerate((0.5, 2.25, 1.0))]
    table = check_table([*checks, sample.check("x", "gradient", "float32", None)], each=False)
    assert table.columns == ("float64", "float32")
    assert [(label, [cell.text for cell in row]) for label, row in table.rows] == [("value", ["3  2.25", "-"]), ("gradient", ["-", "1"])]


def test_a_failed_check_is_seen_in_its_cell() -> None:
    checks = [sample.check("a", "value", "float64", 1.0), sample.check("b", "value", "float64", "inf", "fail")]
    ((_, (cell,)),) = check_table(checks, each=False).rows
    assert cell.text == "✗ 1 of 2  inf"


def test_devices_have_columns_of_their_own() -> None:
    here = sample.check("a", "value", "float64", 1.0)
    there = msgspec.structs.replace(here, device="cuda")
    assert check_table([here, there], each=False).columns == ("float64, cpu", "float64, cuda")


def test_no_checks_are_no_table() -> None:
    assert check_table([], each=False).rows == ()
    assert check_table([], each=False).sentence == ""
