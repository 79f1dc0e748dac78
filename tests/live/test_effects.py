"""What a constructor argument does to the loss value, held against the same call written by hand."""

from __future__ import annotations

import pytest
import torch

from inspector import losses, pipeline
from inspector.live import effects
from inspector.report import Configuration, Effect, Observation, Sample


def measured(name: str) -> tuple[dict[str, Effect], Sample]:
    report = pipeline.inspect_loss(name)
    assert isinstance(report.observation, Observation)
    sample = report.observation.sample
    assert sample is not None
    configuration = report.subject.configuration
    return {one.parameter: one for one in effects.measure(losses.find(configuration.subject), configuration, sample)}, sample


def test_an_effect_is_what_the_call_gives() -> None:
    found, sample = measured("CrossEntropyLoss")
    values, labels = (argument.value for argument in sample.inputs)
    x, y = torch.tensor(values.values, dtype=torch.float64).reshape(values.shape), torch.tensor(labels.values)
    assert found["reduction"].after[0] == pytest.approx(torch.nn.functional.cross_entropy(x, y, reduction="sum").item(), rel=1e-6)
    smoothed = torch.nn.functional.cross_entropy(x, y, label_smoothing=float(found["label_smoothing"].given)).item()
    assert found["label_smoothing"].after[0] == pytest.approx(smoothed, rel=1e-6)
    assert {one.before for one in found.values()} == {found["reduction"].before}
    assert found["label_smoothing"].differs


def test_every_reduction_keeps_the_kind_of_inputs_that_most_arguments_go_with() -> None:
    found, _ = measured("KLDivLoss")
    assert {"reduction", "size_average"} <= set(found)


def test_an_argument_that_gives_nan_for_the_example_is_shown_on_inputs_it_takes() -> None:
    found, sample = measured("PoissonNLLLoss")
    values, counts = (argument.value for argument in sample.inputs)
    x, y = (torch.tensor(one.values, dtype=torch.float64).reshape(one.shape) for one in (values, counts))
    assert torch.nn.functional.poisson_nll_loss(x, y, log_input=False).isnan()
    assert found["log_input"].before != found["reduction"].before
    assert isinstance(found["log_input"].after[0], float)
    assert all(isinstance(one.before[0], float) for one in found.values())


def test_a_loss_without_a_definition_has_no_effects() -> None:
    assert effects.measure(None, Configuration("torch.nn.modules.loss._Loss", "_Loss()", ()), Sample((), "", "given")) == ()
