"""Any module class of torch.nn: a configuration and inputs, found by trying."""

from __future__ import annotations

import inspect
import warnings

import pytest
import torch
from torch import nn

from inspector.live import build, candidates, modules
from inspector.losses import FILES
from inspector.report import Argument, Configuration, Constant, Sample, TensorData, Unresolved

CLASSES = {
    f"{value.__module__}.{value.__qualname__}": value
    for name, value in vars(nn).items()
    if isinstance(value, type) and issubclass(value, nn.Module) and not name.startswith("_")
}


def found(wanted: Configuration | str) -> tuple[Configuration, Sample]:
    outcome = modules.find_sample(wanted)
    assert not isinstance(outcome, Unresolved), outcome.reason
    return outcome


def shapes(sample: Sample) -> list[tuple[int, ...]]:
    return [argument.value.shape for argument in sample.inputs if isinstance(argument.value, TensorData)]


def test_every_class_that_has_a_forward_is_called_with_inputs_it_takes() -> None:
    """Losses are left out: those that need more than a shape have a definition, and their samples come from there."""
    unresolved = []
    for name, cls in sorted(CLASSES.items()):
        if name in FILES:
            continue
        outcome = modules.find_sample(name)
        if isinstance(outcome, Unresolved):
            unresolved.append(name)
            assert cls.forward is nn.Module.forward, (name, outcome.reason)
            continue
        configuration, sample = outcome
        with warnings.catch_warnings(), build.fixed_random():
            warnings.simplefilter("ignore")
            build.make_instance(configuration)(*build.make_inputs(sample))
    assert len(unresolved) <= 9


def test_the_same_inputs_are_found_twice_and_the_world_stays() -> None:
    before = torch.random.get_rng_state()
    assert found("torch.nn.modules.conv.Conv2d") == found("torch.nn.modules.conv.Conv2d")
    assert torch.equal(before, torch.random.get_rng_state())


def test_arguments_that_were_given_stay_as_they_are() -> None:
    given = Configuration(
        "torch.nn.modules.linear.Linear", "Linear(7, 3)", (Argument(None, Constant(7)), Argument("out_features", Constant(3)))
    )
    configuration, sample = found(given)
    assert configuration == given
    assert shapes(sample)[0][-1] == 7


def test_an_argument_that_is_lacking_is_added() -> None:
    given = Configuration("torch.nn.modules.linear.Linear", "Linear(out_features=3)", (Argument("out_features", Constant(3)),))
    assert found(given)[0].expression == "Linear(out_features=3, in_features=4)"


def test_one_of_several_optional_arguments_is_given_where_the_class_needs_one() -> None:
    assert found("torch.nn.modules.upsampling.Upsample")[0].expression == "Upsample(size=4)"


def test_a_module_that_works_in_place_gets_inputs_without_a_gradient() -> None:
    _, sample = found(Configuration("torch.nn.modules.activation.ReLU", "ReLU(inplace=True)", (Argument("inplace", Constant(True)),)))
    assert isinstance(sample.inputs[0].value, TensorData)
    assert not sample.inputs[0].value.requires_grad


def test_a_module_without_a_forward_is_unresolved_and_says_so() -> None:
    outcome = modules.find_sample("torch.nn.modules.container.ModuleList")
    assert isinstance(outcome, Unresolved)
    assert "forward" in outcome.reason


def test_a_class_that_is_not_there_is_unresolved() -> None:
    assert isinstance(modules.find_sample("torch.nn.modules.loss.NoSuchLoss"), Unresolved)


def test_what_torch_said_is_in_the_reason_where_nothing_fits() -> None:
    class Picky(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise ValueError("only on Sundays")

    Picky.__module__, Picky.__qualname__ = __name__, "Picky"
    build.sys.modules[__name__].__dict__["Picky"] = Picky
    outcome = modules.find_sample(f"{__name__}.Picky")
    assert isinstance(outcome, Unresolved)
    assert "only on Sundays" in outcome.reason


@pytest.mark.parametrize(
    ("text", "ranks"),
    [
        ("Text.\n\nShape:\n    - Input: :math:`(N, C_{in}, H, W)` or :math:`(C_{in}, H, W)`\n    - Output: :math:`(N, C)`\n", [4, 3]),
        ("Shape:\n    - Input: :math:`(*)`, where :math:`*` means any.\n", []),
        ("Shape:\n    * **input**: :math:`(L, H)` for unbatched input, :math:`(L, N, H)` for batched\n", []),
        ("Shape:\n    - input: :math:`(L, H)` for unbatched input, :math:`(L, N, H)` for batched\n", [3, 2]),
        ("nothing", []),
    ],
)
def test_ranks_are_read_from_the_shape_section(text: str, ranks: list[int]) -> None:
    assert candidates.documented_ranks(text) == ranks


def test_a_signature_that_only_passes_on_is_read_from_its_first_overload() -> None:
    assert list(candidates.signature_of(nn.LSTM).parameters)[1:3] == ["input_size", "hidden_size"]
    assert list(inspect.signature(nn.LSTM.__init__).parameters)[1:] == ["args", "kwargs"]
