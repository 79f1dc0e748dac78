"""Every loss of the installed torch, held against its reference: every case, dtype and reduction, value and gradient."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from inspector import losses
from inspector.errors import InspectError
from inspector.live import configurations, instances, verify
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
    found = configurations.of_loss(_definition(name), instances.signature_of(find_class(name)), name)
    return [each for each in found if not each.hooks]


def _checks(name: str, *args: Argument, **options: Any) -> tuple[Check, ...]:
    qualified = f"torch.nn.modules.loss.{name}"
    return verify.verify(_definition(qualified), Configuration(qualified, f"{name}(…)", args), references=REFERENCES, **options)


@pytest.mark.parametrize("name", NAMES)
def test_value_and_gradient_agree_with_the_reference(name: str) -> None:
    definition = _definition(name)
    ran = 0
    for configuration in _configurations(name):
        for check in verify.verify(definition, configuration, kinds=("value", "gradient"), references=REFERENCES):
            assert check.status != "fail", check
            assert check.status == "pass" or check.reason
            ran += check.status == "pass"
    assert ran >= 40


@pytest.mark.parametrize("name", NAMES)
def test_value_and_gradient_run_in_float64_and_float32(name: str) -> None:
    for configuration in _configurations(name):
        found = verify.verify(_definition(name), configuration, kinds=("value", "gradient"), dtypes=WIDE, references=REFERENCES)
        assert {check.status for check in found} == {"pass"}, configuration.expression


@pytest.mark.parametrize("name", NAMES)
def test_closed_forms_are_the_derivatives_of_the_references(name: str) -> None:
    from inspector.live.trials import Trial, setting_of, try_out

    for configuration in _configurations(name):
        trial = try_out(setting_of(_definition(name), configuration, "cpu", REFERENCES), "float64", 0)
        assert isinstance(trial, Trial)
        assert trial.worked is not None
        assert max(trial.worked.closed_form.values()) < 1e-45


@pytest.mark.parametrize("name", NAMES)
def test_samples_have_spread(name: str) -> None:
    """Over its configurations a loss has terms that are zero only where the loss is flat, and at least four different values."""
    values: set[float] = set()
    for configuration in _configurations(name):
        found = verify.verify(_definition(name), configuration, kinds=("value",), dtypes=("float64",), references=REFERENCES)
        values |= {check.expected for check in found if isinstance(check.expected, float)}
    assert len(values) >= 4
    assert sum(value != 0 for value in values) >= 4


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
    found = _checks("MultiMarginLoss", dtypes=("float16",))
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
