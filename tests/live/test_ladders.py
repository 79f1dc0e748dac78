"""Equivalent forms, denominators and decompositions: every one stated in losses/ runs and is true; a false one is seen."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from msgspec.structs import replace

from inspector import losses
from inspector.live import configurations, ladders, verify
from inspector.live.build import find_class
from inspector.live.expressions import evaluate
from inspector.live.instances import signature_of
from inspector.live.references import References
from inspector.live.trials import Setting, setting_of
from inspector.losses.schema import Ladder, LossDefinition

NAMES = [name for name in losses.FILES if not name.rpartition(".")[2].startswith("_")]


def _definition(name: str) -> LossDefinition:
    found = losses.find(name if "." in name else f"torch.nn.modules.loss.{name}")
    assert found is not None
    return found


def _setting(definition: LossDefinition) -> Setting:
    signature = signature_of(find_class(definition.qualified_name))
    return setting_of(definition, configurations.default_of(definition, signature), "cpu", References())


@pytest.mark.parametrize("name", NAMES)
def test_every_form_gives_the_same_value_and_gradient(name: str) -> None:
    definition = _definition(name)
    found = [check for dtype in ("float64", "float32") for check in ladders.checks(_setting(definition), dtype)]
    assert found or definition.same_as
    assert [check for check in found if check.status != "pass"] == []


def test_naive_forms_break_and_the_others_do_not() -> None:
    first, *_ = ladders.shown(_setting(_definition("CrossEntropyLoss")))
    broken = [rung.text for rung in first.rungs if rung.breaks]
    assert broken == [rung.text for place, rung in enumerate(first.rungs) if place in (3, 4)]
    for rung in first.rungs[3:]:
        sizes = {name: float(size) for name, size in rung.breaks.items()}
        assert sizes["float16"] < sizes["float32"] < sizes["float64"] < 1000


def test_a_form_that_is_not_the_same_is_seen() -> None:
    wrong = Ladder("wrong", ("F.mse_loss(input, target)", "F.mse_loss(input, target) * 1.0000001", "F.mse_loss(input, target.detach())"))
    definition = replace(_definition("MSELoss"), ladders=(wrong,))
    assert [check.status for check in ladders.checks(_setting(definition), "float64")] == ["fail", "fail"]
    assert [rung.status for rung in ladders.shown(_setting(definition))[0].rungs] == ["pass", "fail", "fail"]


@pytest.mark.parametrize(
    "text", ["__import__('os')", "torch._C", "lambda: 1", "[x for x in y]", "open('f')", "F.__dict__", "x if y else z", "1 < 2 < 3"]
)
def test_an_expression_holds_nothing_else(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        evaluate(text, {"y": 1})


def test_denominators_are_shown_with_their_numbers() -> None:
    found = {
        each.reduction: each
        for each in verify.shown(_definition("KLDivLoss"), _setting(_definition("KLDivLoss")).configuration).denominators
    }
    assert (found["mean"].value, found["batchmean"].value, found["sum"].value) == (20.0, 4.0, None)
    for each in found.values():
        divided = float(each.total) / float(each.value if each.value is not None else 1.0)
        assert divided == pytest.approx(float(each.result), rel=1e-12)


# -- a loss that nobody described ---------------------------------------------------------------------------------------


class OwnLoss(torch.nn.Module):
    """A user's loss, which this project has never heard of."""

    def __init__(self, reduction: str = "mean", squared: bool = True) -> None:
        super().__init__()
        self.reduction = reduction
        self.squared = squared

    def forward(self, input: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """The squared differences, reduced."""
        terms = (input - target) ** 2 if self.squared else (input - target).abs()
        reduced: Any = {"mean": terms.mean, "sum": terms.sum}.get(self.reduction)
        return reduced() if reduced else terms


@pytest.fixture
def own(monkeypatch: Any) -> tuple[Any, ...]:
    import sys
    import types

    module = types.ModuleType("somebody")
    vars(module)["OwnLoss"] = OwnLoss
    monkeypatch.setitem(sys.modules, "somebody", module)
    return configurations.switched(signature_of(OwnLoss), "somebody.OwnLoss")


def test_a_loss_nobody_described_gets_all_that_needs_no_reference(own: Any) -> None:
    assert len(own) == 2
    found = [check for configuration in own for check in verify.verify(None, configuration, dtypes=("float64", "float32"))]
    assert [check for check in found if check.status == "fail"] == []
    passed = {check.kind for check in found if check.status == "pass"}
    assert passed >= {"numerical", "repeat", "inputs", "reduction", "batch order", "dtype", "layout", "decomposition"}
    values = [check for check in found if check.kind == "value"]
    assert {check.status for check in values} == {"not_run"}
    assert all("no independent reference" in check.reason for check in values)


def test_decompositions_that_are_wrong_are_seen() -> None:
    """torch 2.13 decomposes this loss wrongly (pytorch issue 185464); a torch that no longer does passes every check."""
    definition = _definition("MultiLabelMarginLoss")
    found = verify.verify(definition, _setting(definition).configuration, kinds=("decomposition",), dtypes=("float64",))
    assert all(check.cause for check in found if check.status == "fail")
    if torch.__version__.startswith("2.13."):
        assert "fail" in {check.status for check in found}
