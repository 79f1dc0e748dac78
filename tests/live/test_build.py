"""Terms become values, by table; nothing else is run."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from inspector.errors import CouldNotRun, InspectError
from inspector.live import build
from inspector.report import Argument, Configuration, Constant, Items, Maker, Reference, Sample, TensorData

CROSS_ENTROPY = "torch.nn.modules.loss.CrossEntropyLoss"


def configured(subject: str, *args: Argument, hooks: tuple[str, ...] = ()) -> Configuration:
    return Configuration(subject, subject.rpartition(".")[2] + "(…)", args, hooks=hooks)  # type: ignore[arg-type]


def rand(*sizes: int) -> Maker:
    return Maker("torch.rand", tuple(Argument(None, Constant(size)) for size in sizes))


def test_an_instance_has_the_arguments_it_was_given() -> None:
    made = build.make_instance(configured(CROSS_ENTROPY, Argument("weight", rand(3)), Argument("label_smoothing", Constant(0.1))))
    assert isinstance(made, nn.CrossEntropyLoss)
    assert made.label_smoothing == 0.1
    assert made.weight is not None
    assert made.weight.shape == (3,)


def test_the_same_configuration_gives_the_same_parameters_in_every_dtype() -> None:
    linear = configured("torch.nn.Linear", Argument(None, Constant(3)), Argument(None, Constant(2)))
    one, other = build.make_instance(linear), build.make_instance(linear, dtype="float64")
    assert other.weight.dtype == torch.float64  # type: ignore[union-attr]
    assert torch.equal(one.weight.double(), other.weight)  # type: ignore[operator, arg-type]


def test_two_random_arguments_of_one_expression_differ() -> None:
    one, other = build.make_value(Items("tuple", (rand(2), rand(2))))
    assert not torch.equal(one, other)


def test_the_random_state_of_torch_is_untouched() -> None:
    before = torch.random.get_rng_state()
    build.make_value(rand(4))
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_tensor_is_a_leaf_with_its_shape_dtype_and_non_finite_values() -> None:
    made = build.make_value(TensorData((2, 2), "float64", (1.5, "nan", "-inf", 0.0), requires_grad=True))
    assert made.is_leaf
    assert made.requires_grad
    assert made.dtype == torch.float64
    assert made[0, 0] == 1.5
    made = made.detach()
    assert math.isnan(made[0, 1])
    assert made[1, 0] == -math.inf


def test_a_dtype_replaces_floating_dtypes_and_no_others() -> None:
    inputs = (
        Argument("input", TensorData((2,), "float32", (1.0, 2.0), requires_grad=True)),
        Argument("target", TensorData((2,), "int64", (0, 1))),
        Argument("lengths", Items("tuple", (Constant(1), Constant(2)))),
    )
    made = build.make_inputs(Sample(inputs, "", "given"), dtype="bfloat16")
    assert made[0].dtype == torch.bfloat16
    assert made[0].is_leaf
    assert made[0].requires_grad
    assert made[1].dtype == torch.int64
    assert made[2] == (1, 2)


def test_inputs_and_parameters_go_to_the_device() -> None:
    """`meta` stands for any device that is not the CPU: it needs no hardware."""
    made = build.make_instance(configured(CROSS_ENTROPY, Argument("weight", rand(3))), device="meta")
    assert made.weight.device.type == "meta"  # type: ignore[union-attr]
    sample = Sample((Argument("input", TensorData((2,), "float32", (1.0, 2.0))),), "", "given")
    assert build.make_inputs(sample, device="meta")[0].device.type == "meta"


def test_a_device_that_is_not_there_could_not_run() -> None:
    sample = Sample((Argument("input", TensorData((1,), "float32", (1.0,))),), "", "given")
    with pytest.raises(CouldNotRun) as caught:
        build.make_inputs(sample, device="xpu:7")
    assert caught.value.slug == "no-such-device"


def test_references_are_dtypes_functional_functions_and_classes_of_torch_nn() -> None:
    assert build.make_value(Reference("torch.float64")) is torch.float64
    assert build.make_value(Reference("F.relu")) is nn.functional.relu
    assert build.make_value(Reference("torch.nn.functional.pairwise_distance")) is nn.functional.pairwise_distance
    assert build.make_value(Reference("nn.ReLU")) is nn.ReLU


def test_a_module_can_be_an_argument() -> None:
    made = build.make_value(Maker("nn.PairwiseDistance", (Argument("p", Constant(1)),)))
    assert isinstance(made, nn.PairwiseDistance)
    assert made.norm == 1


@pytest.mark.parametrize(
    "name", ["os.system", "torch.load", "torch.hub.load", "eval", "torch.nn.modules.module.Any", "torch.nn.functional.relu", "nn.Missing"]
)
def test_anything_else_is_not_run(name: str) -> None:
    with pytest.raises(InspectError) as caught:
        build.make_value(Maker(name, (Argument(None, Constant("x")),)))
    assert caught.value.slug in {"expression-not-allowed", "no-such-class"}
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["os.system", "torch.load", "torch.nn.functional", "torch.nn.modules.loss.warnings.catch_warnings"])
def test_no_other_name_is_a_value(name: str) -> None:
    with pytest.raises(InspectError):
        build.make_value(Reference(name))


@pytest.mark.parametrize(
    "arguments",
    [
        (Argument("no_such_argument", Constant(1)),),
        (Argument("reduction", Constant("mean")), Argument("weight", Constant("text"))),
        (Argument("weight", Maker("torch.rand", (Argument(None, Constant(-1)),))),),
    ],
)
def test_what_torch_refuses_is_one_line(arguments: tuple[Argument, ...]) -> None:
    with pytest.raises(InspectError) as caught:
        build.make_instance(configured(CROSS_ENTROPY, *arguments))
    assert caught.value.slug == "constructor-refused"
    assert "\n" not in str(caught.value)


def test_the_hooks_asked_for_are_registered_and_change_nothing() -> None:
    kinds = ("forward", "forward_pre", "full_backward", "full_backward_pre")
    made = build.make_instance(configured("torch.nn.modules.loss.MSELoss", hooks=kinds))
    assert len(made._forward_hooks) == len(made._forward_pre_hooks) == len(made._backward_hooks) == len(made._backward_pre_hooks) == 1
    x, y = torch.ones(3, requires_grad=True), torch.zeros(3)
    made(x, y).backward()
    assert torch.allclose(x.grad, torch.full((3,), 2 / 3))  # type: ignore[arg-type]


def test_a_class_of_anybody_else_is_found_only_where_it_is_loaded() -> None:
    assert build.find_class("collections.OrderedDict").__name__ == "OrderedDict"
    with pytest.raises(InspectError) as caught:
        build.find_class("antigravity.Anything")
    assert caught.value.slug == "no-such-class"
