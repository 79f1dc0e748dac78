"""Curves: every line is what the reference says, kinks stand where the exact slope jumps, thresholds where float32 goes wrong."""

from __future__ import annotations

import math

import msgspec
import pytest
import torch

from inspector import losses
from inspector.live import curves
from inspector.losses.schema import Curve as Declared
from inspector.losses.schema import Line
from inspector.report import Curve

NAMES = [name for name in losses.FILES if (found := losses.find(name)) is not None and found.cases]


def curve_of(name: str, place: int = 0) -> Curve:
    return curves.curves(losses.find(f"torch.nn.modules.loss.{name}"))[place]


CANCELS = "torch.nn.modules.loss.BCEWithLogitsLoss"
"""Near a sure right answer torch's slope subtracts nearly equal numbers: it is off by more than rounding the closed form explains."""


@pytest.mark.parametrize("name", [name for name in NAMES if (found := losses.find(name)) is not None and found.curves])
def test_every_line_agrees_with_the_exact_reference(name: str) -> None:
    drawn = curves.curves(losses.find(name))
    assert drawn
    assert any(curve.status == "fail" for curve in drawn) == (name == CANCELS)
    for curve in drawn:
        assert curve.reason == ""
        assert curve.status == "pass" or name == CANCELS
        assert curve.compared >= 2 * curves.COMPARED * len(curve.lines)
        for line in curve.lines:
            assert len(line.xs) == len(line.values) == len(line.slopes)
            assert list(line.xs) == sorted(line.xs)
            assert all(math.isfinite(float(value)) for value in line.values)


@pytest.mark.parametrize("name", [name for name in NAMES if (found := losses.find(name)) is not None and found.curves])
def test_places_have_no_dust_and_no_two_lines_are_the_same(name: str) -> None:
    for curve in curves.curves(losses.find(name)):
        assert all(x == 0 or abs(float(x)) > 1e-9 for line in curve.lines for x in line.xs)
        shown = [tuple(f"{float(value):.4g}" for value in line.values) for line in curve.lines]
        assert len(set(shown)) == len(shown)


def test_a_line_that_is_not_what_the_reference_says_fails() -> None:
    wrong = Line("", "F.l1_loss(x, 0 * x, reduction='none') * 1.000001", lambda x: {"input": x, "target": 0.0})
    definition = losses.find("torch.nn.modules.loss.L1Loss")
    assert definition is not None
    (curve,) = curves.curves(msgspec.structs.replace(definition, curves=(Declared("input", "x", 1, 2, (wrong,)),)))
    assert curve.status == "fail"


def test_a_line_that_torch_refuses_says_so() -> None:
    wrong = Line("", "F.l1_loss(x, 'y')", lambda x: {"input": x, "target": 0.0})
    definition = losses.find("torch.nn.modules.loss.L1Loss")
    assert definition is not None
    (curve,) = curves.curves(msgspec.structs.replace(definition, curves=(Declared("input", "x", 1, 2, (wrong,)),)))
    assert curve.status == "not_run"
    assert curve.reason.startswith("torch refused: ")


def test_the_slope_of_an_absolute_difference_is_a_step() -> None:
    curve = curve_of("L1Loss")
    (line,) = curve.lines
    (kink,) = curve.kinks
    assert (kink.x, kink.label) == (0.0, "slope −1 to 1")
    assert set(line.slopes) == {-1.0, 1.0}
    assert [slope for x, slope in zip(line.xs, line.slopes, strict=True) if x == 0] == [-1.0, 1.0]


def test_kinks_stand_where_the_arguments_put_them() -> None:
    marks = {(mark.line, mark.x) for mark in curve_of("HuberLoss").kinks}
    assert marks == {(line, side * delta) for line, delta in enumerate((0.5, 1.0, 2.0)) for side in (-1, 1)}
    assert [(mark.x, mark.label) for mark in curve_of("TripletMarginLoss").kinks] == [(2.0, "slope −1 to 0"), (3.0, "slope −1 to 0")]
    angle = curve_of("CosineEmbeddingLoss").kinks[0].x
    assert angle == round(math.pi / 2, 6)


def test_a_smooth_loss_has_no_kink() -> None:
    for name in ("MSELoss", "CrossEntropyLoss", "SoftMarginLoss", "GaussianNLLLoss"):
        assert not curve_of(name).kinks


def test_bce_after_a_sigmoid_is_clamped_where_float32_rounds_the_probability_to_one() -> None:
    curve = curve_of("BCELoss", 1)
    (threshold,) = curve.thresholds
    assert curve.lines[threshold.line].label == "BCELoss of sigmoid(z)"
    just = torch.tensor([float(threshold.x) - 0.01, float(threshold.x) + 0.01])
    assert (torch.sigmoid(just) == 1).tolist() == [False, True]
    assert threshold.label == "float32 gives 100, not 16.6"
    assert not [mark for mark in curve.thresholds if mark.line == 0]


def test_a_loss_without_declared_curves_gets_one_element_over_its_domain() -> None:
    definition = losses.find("torch.nn.modules.loss.BCELoss")
    assert definition is not None
    (curve,) = curves.curves(msgspec.structs.replace(definition, curves=()))
    (line,) = curve.lines
    assert (curve.input, curve.label, curve.status) == ("input", "input[0, 0]", "pass")
    assert 0 < float(line.xs[0]) < float(line.xs[-1]) < 1


def test_threads_and_grad_mode_are_left_as_they_were() -> None:
    before = torch.get_num_threads(), torch.is_grad_enabled()
    with torch.no_grad():
        curve_of("MSELoss")
        assert not torch.is_grad_enabled()
    assert (torch.get_num_threads(), torch.is_grad_enabled()) == before


def test_nothing_is_drawn_of_a_class_without_definition_or_forward() -> None:
    assert curves.curves(None) == ()
    assert curves.curves(losses.find("torch.nn.modules.loss._Loss")) == ()
