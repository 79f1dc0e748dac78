"""A worked example: value and gradients in float64."""

from __future__ import annotations

import pytest
import torch

from inspector.live import build, configurations, example, samples
from inspector.live.instances import signature_of
from inspector.losses import FILES, find
from inspector.report import Argument, Configuration, Constant, Example, NotRun, Sample, TensorData

LOSS = "torch.nn.modules.loss."
CROSS_ENTROPY = Configuration(LOSS + "CrossEntropyLoss", "CrossEntropyLoss()")


def given(rows: list[list[float]], target: list[int]) -> Sample:
    flat = tuple(number for row in rows for number in row)
    logits = TensorData((len(rows), len(rows[0])), "float32", flat, requires_grad=True)
    return Sample((Argument("input", logits), Argument("target", TensorData((len(target),), "int64", tuple(target)))), "", "given")


def worked(configuration: Configuration, sample: Sample) -> Example:
    found = example.work_out(configuration, sample)
    assert isinstance(found, Example)
    return found


def test_the_value_and_gradient_of_a_known_example() -> None:
    """Recipe: cross entropy of these logits with targets 4, 3, 1, computed by hand in numpy as (softmax - indicator) / 3."""
    rows = [
        [1.1785, -0.0969, 0.5756, -1.2113, -0.1120],
        [-0.5199, -0.8051, 1.0953, 0.1480, 0.2879],
        [2.3401, 0.6403, 1.4306, 0.0982, -0.7363],
    ]
    found = worked(CROSS_ENTROPY, given(rows, [4, 3, 1]))
    assert round(float(found.value.values[0]), 4) == 2.0187
    assert [round(float(one), 4) for one in found.gradients[0].values[:5]] == [0.1520, 0.0424, 0.0832, 0.0139, -0.2915]
    assert found.gradients[0].shape == (3, 5)


def test_the_values_are_float64() -> None:
    found = worked(CROSS_ENTROPY, given([[1.0, 2.0]], [0]))
    assert {found.value.dtype, found.inputs[0].dtype, found.gradients[0].dtype} == {"float64"}
    assert found.inputs[1].dtype == "int64"


def test_a_loss_that_is_no_scalar_keeps_its_shape_and_has_the_gradient_of_its_sum() -> None:
    none = Configuration(LOSS + "CrossEntropyLoss", "", (Argument("reduction", Constant("none")),))
    total = Configuration(LOSS + "CrossEntropyLoss", "", (Argument("reduction", Constant("sum")),))
    sample = given([[1.0, 2.0, 0.0], [0.0, 1.0, 5.0]], [0, 1])
    assert worked(none, sample).value.shape == (2,)
    assert worked(none, sample).gradients == worked(total, sample).gradients


def test_non_finite_values_are_strings() -> None:
    found = worked(CROSS_ENTROPY, given([[1.0, 2.0]], [-100]))
    assert found.value.values == ("nan",)


def test_a_refused_call_is_not_run_and_says_why() -> None:
    found = example.work_out(CROSS_ENTROPY, given([[1.0, 2.0]], [9]))
    assert isinstance(found, NotRun)
    assert "out of bounds" in found.reason


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_loss_has_an_example_with_a_gradient(name: str) -> None:
    definition, signature = find(name), signature_of(build.find_class(name))
    assert definition is not None
    for kind in samples.target_kinds(definition) or (None,):
        configuration = configurations.default_of(definition, signature, target_kind=kind)
        sample = samples.draw(definition, configuration, signature)
        if isinstance(sample, Sample):
            found = worked(configuration, sample)
            assert found.value.shape == ()
            assert found.gradients
            assert any(float(one) != 0 for one in found.gradients[0].values)


def test_a_module_at_hand_is_worked_out_on_a_copy() -> None:
    """One that no configuration makes again: a class of somebody's own, with a tensor that is no buffer."""

    class Own(torch.nn.Module):
        def __init__(self, scale: torch.Tensor) -> None:
            super().__init__()
            self.scales = scale

        def forward(self, input: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            return (self.scales * input).mean()

    own = Own(torch.ones(2))
    found = example.work_out(Configuration("mine.Own", "Own(unknown)"), given([[1.0, 2.0]], [0]), instance=own)
    assert isinstance(found, Example)
    assert found.value.values == (1.5,)
    assert own.scales.dtype == torch.float32


def test_a_configuration_that_cannot_be_made_is_not_run() -> None:
    assert isinstance(example.work_out(Configuration("mine.Own", "Own(unknown)"), given([[1.0, 2.0]], [0])), NotRun)


def test_the_random_state_and_the_grad_mode_stay() -> None:
    before = torch.random.get_rng_state()
    with torch.no_grad():
        worked(CROSS_ENTROPY, given([[1.0, 2.0]], [0]))
        assert not torch.is_grad_enabled()
    assert torch.equal(before, torch.random.get_rng_state())
