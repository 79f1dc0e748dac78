"""An instance becomes the constructor call that makes it again."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from inspector.live import build, configurations, instances
from inspector.losses import FILES, find
from inspector.report import Configuration, Constant, Maker, Reference, TensorData

LOSS = "torch.nn.modules.loss."


def every_configuration() -> list[Configuration]:
    found: list[Configuration] = []
    for name in sorted(FILES):
        definition = find(name)
        assert definition is not None
        found += configurations.of_loss(definition, instances.signature_of(build.find_class(name)), name)
    return found


@settings(deadline=None, max_examples=120, derandomize=True)
@given(st.sampled_from(every_configuration()))
def test_what_is_described_can_be_made_again_and_is_the_same(configuration: Configuration) -> None:
    made = build.make_instance(configuration)
    again = build.make_instance(instances.describe(made))
    assert not instances.differences(made, again)
    assert len(made._forward_hooks) == len(again._forward_hooks)
    assert len(made._forward_pre_hooks) == len(again._forward_pre_hooks)
    assert len(made._backward_hooks) == len(again._backward_hooks)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    weight=st.none() | st.lists(st.floats(0, 10, width=32), min_size=1, max_size=6),
    smoothing=st.floats(0, 1),
    ignored=st.integers(-200, 200),
    reduction=st.sampled_from(["mean", "sum", "none"]),
)
def test_any_cross_entropy_is_described_by_what_is_not_its_default(weight: Any, smoothing: float, ignored: int, reduction: str) -> None:
    tensor = None if weight is None else torch.tensor(weight)
    made = nn.CrossEntropyLoss(tensor, ignore_index=ignored, reduction=reduction, label_smoothing=smoothing)
    described = {argument.name: argument.value for argument in instances.describe(made).args}
    assert ("label_smoothing" in described) == (smoothing != 0)
    assert ("ignore_index" in described) == (ignored != -100)
    assert ("reduction" in described) == (reduction != "mean")
    assert described.get("weight") == (None if weight is None else TensorData((len(weight),), "float32", tuple(weight)))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("made", "expression"),
    [
        (nn.CrossEntropyLoss(), "CrossEntropyLoss()"),
        (nn.L1Loss(reduction="sum"), "L1Loss(reduction='sum')"),
        (nn.HuberLoss(delta=float("inf")), "HuberLoss(delta=float('inf'))"),
        (nn.CrossEntropyLoss(torch.ones(2)), "CrossEntropyLoss(weight=torch.tensor([1.0, 1.0]))"),
        (nn.TripletMarginWithDistanceLoss(), "TripletMarginWithDistanceLoss()"),
        (
            nn.TripletMarginWithDistanceLoss(distance_function=nn.PairwiseDistance(p=1)),
            "TripletMarginWithDistanceLoss(distance_function=torch.nn.PairwiseDistance(p=1))",
        ),
        (
            nn.TripletMarginWithDistanceLoss(distance_function=nn.functional.pairwise_distance, swap=True),
            "TripletMarginWithDistanceLoss(distance_function=torch.nn.functional.pairwise_distance, swap=True)",
        ),
        (nn.AdaptiveLogSoftmaxWithLoss(16, 8, [2, 5]), "AdaptiveLogSoftmaxWithLoss(in_features=16, n_classes=8, cutoffs=[2, 5])"),
        (nn.Linear(3, 4, bias=False, dtype=torch.float64), "Linear(in_features=3, out_features=4, bias=False, dtype=torch.float64)"),
        (nn.LSTM(3, 4, bidirectional=True), "LSTM(input_size=3, hidden_size=4, bidirectional=True)"),
        (nn.TransformerEncoderLayer(8, 2), "TransformerEncoderLayer(d_model=8, nhead=2)"),
        (nn.Sequential(nn.ReLU(), nn.Linear(2, 3)), "Sequential(torch.nn.ReLU(), torch.nn.Linear(in_features=2, out_features=3))"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_the_expression_is_what_a_person_would_write(made: nn.Module, expression: str) -> None:
    assert instances.describe(made).expression == expression


def test_legacy_arguments_come_back_as_the_reduction_they_mean() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = nn.MSELoss(size_average=False)
    assert instances.describe(made).expression == "MSELoss(reduction='sum')"


def test_what_nothing_on_the_instance_tells_is_unknown_and_never_guessed() -> None:
    class Secret(nn.Module):
        def __init__(self, code: int, name: str = "x") -> None:
            super().__init__()
            self.kept = code * 7919
            self.name = name

    described = instances.describe(Secret(3, name="y"))
    assert described.args[0].value == Reference("unknown")
    assert described.args[1].value == Constant("y")
    assert described.expression == "Secret(code=unknown, name='y')"


def test_an_object_that_no_expression_holds_is_unknown() -> None:
    assert instances.to_term(object()) == Reference("unknown")
    assert instances.to_term(lambda x: x) == Reference("unknown")
    assert instances.to_term(float("nan")) == Constant("nan", nonfinite=True)
    assert instances.to_term(nn.ReLU()) == Maker("torch.nn.ReLU")


def test_hooks_of_each_kind_are_counted() -> None:
    made = nn.MSELoss()
    made.register_forward_hook(lambda module, args, output: None)
    made.register_forward_hook(lambda module, args, output: None)
    made.register_forward_pre_hook(lambda module, args: None)
    made.register_full_backward_hook(lambda module, before, after: None)
    assert instances.describe(made).hooks == ("forward_pre", "forward", "forward", "full_backward")


def test_describing_changes_nothing_and_prints_nothing() -> None:
    made = nn.BatchNorm1d(3)
    before = {name: value.clone() for name, value in made.state_dict().items()}
    state = torch.random.get_rng_state()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        instances.describe(made)
    assert not said
    assert all(torch.equal(value, before[name]) for name, value in made.state_dict().items())
    assert torch.equal(state, torch.random.get_rng_state())
