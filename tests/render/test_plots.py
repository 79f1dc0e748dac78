"""Plots: what is in the drawing and beside it, that a kink is not joined, and that a chart stays small and the same."""

from __future__ import annotations

import itertools
import math
import re
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.render import plots
from inspector.report import Curve, CurveLine, CurveMark

XS = tuple(x / 10 for x in range(-20, 21))
ABSOLUTE = CurveLine("", "", "float64", (*XS[:20], 0.0, *XS[20:]), tuple(map(abs, (*XS[:20], 0.0, *XS[20:]))), (-1.0,) * 21 + (1.0,) * 21)
SQUARE = CurveLine("<square>", "", "float64", XS, tuple(x * x for x in XS), tuple(2 * x for x in XS))


@pytest.fixture
def curve() -> Curve:
    return Curve(
        "a title", "input", "x & more", "y = 0", (ABSOLUTE, SQUARE), (CurveMark(0.0, 0, "slope −1 to 1"),),
        (CurveMark(1.5, 1, "float32 gives 0, not 2"),), 36, 0.5, "pass",
    )  # fmt: skip


def parts(curve: Curve) -> ElementTree.Element:
    return ElementTree.fromstring(plots.curve_svg(curve, "p").replace(" data-search-exclude", ""))


def test_a_step_is_not_joined(curve: Curve) -> None:
    (slope,) = [path for path in parts(curve).iter("path") if path.attrib.get("class") == "slope line-1"]
    pieces = slope.attrib["d"].split("M")[1:]
    assert len(pieces) == 2
    assert all(len({point.split()[1] for point in piece.split("L")}) == 1 for piece in pieces)


def test_a_plot_is_named_and_its_marks_are_listed_with_their_letters(curve: Curve) -> None:
    root = parts(curve)
    svg = next(one for one in root.iter("svg") if one.attrib.get("role") == "img")
    assert svg.findtext("title") == "a title, over x & more. , <square>. at 0 slope −1 to 1; at 1.5 float32 gives 0, not 2".replace(
        ". , ", ". "
    )
    assert svg.attrib["aria-labelledby"] == svg[0].attrib["id"] == "p-t"
    assert [text.text for text in svg.iter("text") if text.attrib.get("class") == "letter"] == ["a", "b"]
    listed = ["".join(item.itertext()) for item in root.findall("figcaption/ul/li")]
    assert listed == ["a at 0: slope −1 to 1", "b at 1.5, <square>: float32 gives 0, not 2"]
    assert "36 numbers held against the exact reference, worst error 0.5 ulp: as close as rounding allows." in "".join(root.itertext())


def test_the_table_says_the_same_in_numbers(curve: Curve) -> None:
    rows = [["".join(cell.itertext()) for cell in row] for row in parts(curve).iter("tr")]
    assert rows[0] == ["x & more", "loss value", "slope", "<square>", "slope"]
    assert rows[1] == ["−2", "2", "−1", "4", "−4"]
    assert len(rows) <= plots.ROWS + 2


def test_the_table_has_no_row_where_two_sides_differ(curve: Curve) -> None:
    beside = msgspec.structs.replace(ABSOLUTE, values=tuple(abs(float(x)) or 6e-6 for x in ABSOLUTE.xs))
    alone = msgspec.structs.replace(curve, lines=(beside,), thresholds=())
    rows = ["".join(row[0].itertext()) for row in parts(alone).iter("tr")]
    assert "0" not in rows
    bent = msgspec.structs.replace(beside, slopes=(0.0,) * len(beside.xs))
    assert '<th scope="row">0</th>' in plots.curve_svg(msgspec.structs.replace(alone, lines=(bent,)), "p")
    assert {"−0.5", "0.5"} < set(rows)


@pytest.mark.parametrize(
    ("worst", "status", "verdict"),
    [(4.0, "pass", "as close as rounding allows"), (3170.0, "pass", "within what rounding explains there"),
     (3170.0, "fail", "NOT within what rounding explains there"), ("inf", "fail", "NOT within what rounding explains there")],
)  # fmt: skip
def test_only_a_few_ulp_are_as_close_as_rounding_allows(curve: Curve, worst: float | str, status: str, verdict: str) -> None:
    text = "".join(parts(msgspec.structs.replace(curve, worst=worst, status=status)).itertext())
    assert f"ulp: {verdict}." in text


def test_lines_differ_in_shape_and_not_only_in_colour(curve: Curve) -> None:
    shapes = {
        group[0].tag + group[0].attrib.get("d", "")[-12:] for group in parts(curve).iter("g") if "shape" in group.attrib.get("class", "")
    }
    assert len({shape[:6] for shape in shapes}) > 1


def test_no_colour_is_fixed_and_a_chart_stays_small(curve: Curve) -> None:
    text = plots.curve_svg(curve, "p")
    assert not re.search(r'fill="|stroke="|#[0-9a-f]{6}|<script', text)
    svg = text[text.index('<svg class="plot-svg"') : text.index("<figcaption>")]
    assert len(svg) < 6000
    assert len(plots.spark_svg(curve)) < 1000
    assert text == plots.curve_svg(curve, "p")


def test_a_curve_that_did_not_run_is_a_sentence(curve: Curve) -> None:
    still = msgspec.structs.replace(curve, lines=(), status="not_run", reason="torch refused: <no>")
    assert plots.curve_svg(still, "p") == '<p class="plot-missing">a title: not run: torch refused: &lt;no&gt;</p>'
    assert plots.spark_svg(still) == ""


def test_numbers_that_are_not_finite_leave_a_gap(curve: Curve) -> None:
    holed = msgspec.structs.replace(SQUARE, values=("inf", *SQUARE.values[1:20], "nan", *SQUARE.values[21:]))
    text = plots.curve_svg(msgspec.structs.replace(curve, lines=(holed,), kinks=(), thresholds=()), "p")
    assert "nan" not in text[: text.index("<details>")]
    assert re.search(r'class="value line-1" d="M[^"M]+M', text)


def test_bars_have_names_and_numbers() -> None:
    root = ElementTree.fromstring(plots.bars_svg([0.9, 0.1], ["<a>", "b"], "two", "q").replace(" data-search-exclude", ""))
    assert [text.text for text in root.iter("text")] == ["<a>", "0.9", "b", "0.1"]
    widths = [float(bar.attrib["width"]) for bar in root.iter("rect")]
    assert widths[0] == pytest.approx(9 * widths[1], abs=0.5)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 8))
def test_ticks_are_few_round_and_inside(low: float, width: float, most: int) -> None:
    found = plots.ticks(low, low + width, most)
    assert len(found) <= most + 1
    assert all(low - 1e-6 * width <= tick <= low + width * (1 + 1e-6) for tick in found)


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=60))
def test_a_simplified_line_stays_within_a_fraction_of_a_pixel(heights: list[float]) -> None:
    points = [(float(x), y) for x, y in enumerate(heights)]
    kept = plots.simplified(points)
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    for (x0, y0), (x1, y1) in itertools.pairwise(kept):
        length = math.hypot(x1 - x0, y1 - y0)
        inside = [point for point in points if x0 <= point[0] <= x1]
        assert all(abs((y1 - y0) * (x - x0) - (x1 - x0) * (y - y0)) / length <= plots.CLOSE for x, y in inside)
