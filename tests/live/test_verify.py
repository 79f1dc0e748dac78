"""Every loss of the installed torch, held against its reference: every case, dtype and reduction, value and gradient."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import torch

from inspector import losses
from inspector.errors import InspectError
from inspector.live import configurations, instances, spread, verify
from inspector.live.build import find_class
from inspector.live.references import References
from inspector.losses.schema import LossDefinition
from inspector.report import Argument, Check, Configuration, Constant

NAMES = [name for name in losses.FILES if not name.rpartition(".")[2].startswith("_")]
REFERENCES = References()
WIDE = ("float64", "float32")


def _definition(name: str) -> LossDefinition:
    found = losses.find(name)
    assert found is not None
    return found


def _configurations(name: str) -> list[Configuration]:
    found = configurations.all_pairs(_definition(name), instances.signature_of(find_class(name)), name)
    return [each for each in found if not each.hooks]


def _of(configuration: Configuration, **options: Any) -> tuple[Check, ...]:
    return verify.verify(_definition(configuration.subject), configuration, references=REFERENCES, **options)


def _checks(name: str, *args: Argument, **options: Any) -> tuple[Check, ...]:
    qualified = f"torch.nn.modules.loss.{name}"
    return verify.verify(_definition(qualified), Configuration(qualified, f"{name}(…)", args), references=REFERENCES, **options)


@cache
def _found(name: str) -> tuple[Check, ...]:
    """Values, gradients and closed forms of every configuration."""
    kinds = ("value", "gradient", "closed form", "spread")
    definition = _definition(name)
    return tuple(
        each for one in _configurations(name) for each in verify.verify(definition, one, kinds=kinds, dtypes=WIDE, references=REFERENCES)
    )


@pytest.mark.parametrize("name", NAMES)
def test_value_and_gradient_agree_with_the_reference(name: str) -> None:
    found = [check for check in _found(name) if check.kind in ("value", "gradient")]
    assert [check for check in found if check.status == "fail"] == []
    assert all(check.status == "pass" or "no formula" in check.reason or "0/0" in check.reason for check in found)
    assert sum(check.status == "pass" for check in found) >= 80


@pytest.mark.parametrize("name", NAMES)
def test_value_and_gradient_agree_with_the_reference_in_short_dtypes(name: str) -> None:
    ran = 0
    for configuration in configurations.of_loss(_definition(name), instances.signature_of(find_class(name)), name):
        kinds = ("value", "gradient")
        for check in () if configuration.hooks else _of(configuration, kinds=kinds, dtypes=("bfloat16", "float16")):
            assert check.status != "fail", check
            assert check.status == "pass" or check.reason
            ran += check.status == "pass"
    assert ran >= 20 or name.rpartition(".")[2] in ("CTCLoss", "MultiMarginLoss", "MultiLabelMarginLoss")


@pytest.mark.parametrize("name", NAMES)
def test_closed_forms_are_the_derivatives_of_the_references(name: str) -> None:
    found = [check for check in _found(name) if check.kind == "closed form"]
    assert found
    assert {check.status for check in found} == {"pass"}


@pytest.mark.parametrize("name", NAMES)
def test_the_inputs_of_every_configuration_have_spread(name: str) -> None:
    """By rule, from the declared domain and the comparisons of the formula: both signs, active and inactive hinges, ignored and kept."""
    without_formula = {check.configuration for check in _found(name) if "no formula" in check.reason}
    for check in _found(name):
        if check.kind == "spread":
            assert check.status == "pass" or check.configuration in without_formula, f"{check.configuration}: {check.reason}"


def test_inputs_without_spread_are_seen() -> None:
    assert spread.missing({"both signs of input": 3, "ignored and kept": 1}) == ("ignored and kept",)


def test_a_check_says_what_it_compared_and_how_closely() -> None:
    check = _checks("MSELoss", dtypes=("float32",), kinds=("value",))[0]
    assert check.claim == "the loss value equals the reference"
    assert (check.kind, check.dtype, check.device, check.status) == ("value", "float32", "cpu", "pass")
    assert check.configuration == "MSELoss(reduction='mean') · (N, D)"
    assert isinstance(check.actual, float)
    assert isinstance(check.expected, float)
    assert check.rtol == 2.0**-23
    assert isinstance(check.atol, float)
    assert check.atol < 1e-4


def test_ids_are_unique_and_the_same_twice() -> None:
    one, other = _checks("KLDivLoss"), _checks("KLDivLoss")
    assert [check.id for check in one] == [check.id for check in other]
    assert len({check.id for check in one}) == len(one)
    assert one == other


def test_another_seed_draws_other_numbers() -> None:
    assert _checks("MSELoss", kinds=("value",), dtypes=("float64",)) != _checks("MSELoss", kinds=("value",), dtypes=("float64",), seed=1)


def test_every_reduction_is_checked_unless_one_was_chosen() -> None:
    def shown(*args: Argument) -> list[str]:
        return [check.configuration for check in _checks("L1Loss", *args, kinds=("value",), dtypes=("float64",))]

    assert len(shown()) == 3
    assert len(shown(Argument("reduction", Constant("sum")))) == 1
    assert len(shown(Argument("size_average", Constant(False)))) == 1


def test_a_dtype_that_torch_does_not_take_is_not_counted_as_passed() -> None:
    found = _checks("MultiMarginLoss", dtypes=("float16",), kinds=("value", "gradient", "layout"))
    assert {check.status for check in found} == {"not_run"}
    assert all("not implemented" in check.reason for check in found)


def test_a_distance_without_formula_gets_the_checks_that_need_none() -> None:
    from inspector.report import Reference

    found = _checks("TripletMarginWithDistanceLoss", Argument("distance_function", Reference("torch.nn.functional.l1_loss")), dtypes=WIDE)
    assert {check.status for check in found if check.kind == "value"} == {"not_run"}
    assert all("no formula" in check.reason for check in found if check.kind == "value")


def test_an_unknown_kind_of_inputs_is_refused() -> None:
    with pytest.raises(InspectError, match="unknown-target-kind"):
        verify.verify(_definition(NAMES[0]), Configuration(NAMES[0], "", target_kind="no such kind"))


def test_a_private_base_has_nothing_to_check() -> None:
    found = _checks("_Loss")
    assert {check.status for check in found} == {"not_run"}


def test_the_world_is_as_before_even_inside_inference_mode() -> None:
    with torch.inference_mode(), torch.no_grad():
        assert {check.status for check in _checks("HuberLoss", dtypes=("float64",))} == {"pass"}
        assert torch.is_inference_mode_enabled()
