"""One real call, observed: what is recorded, under which names, and that observing changes nothing."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from inspector.errors import InspectError
from inspector.live import autograd, build, configurations, observe, samples
from inspector.live.instances import signature_of
from inspector.losses import FILES, find
from inspector.losses.schema import LossDefinition
from inspector.report import Argument, Configuration, Constant, Observation, Parameter, Sample, TensorData, Unresolved

ROOT = Path(torch.__file__).parents[1]
LOSS = "torch.nn.modules.loss."


def given(*tensors: Any) -> Sample:
    return Sample(tuple(Argument(f"input{place}", as_data(one)) for place, one in enumerate(tensors)), "", "given")


def as_data(value: torch.Tensor) -> TensorData:
    flat = tuple(value.detach().reshape(-1).tolist())
    return TensorData(tuple(value.shape), str(value.dtype).removeprefix("torch."), flat, value.requires_grad)


def definition(name: str) -> LossDefinition:
    found = find(name)
    assert found is not None
    return found


def signature(name: str) -> tuple[Parameter, ...]:
    return signature_of(build.find_class(name))


def default(name: str, kind: str | None = None) -> Configuration:
    return configurations.default_of(definition(name), signature(name), target_kind=kind)


def of_loss(configuration: Configuration) -> Observation:
    sample = samples.draw(definition(configuration.subject), configuration, signature(configuration.subject))
    assert isinstance(sample, Sample)
    return observe.observe(build.make_instance(configuration), sample, root=ROOT)


def edges(observation: Observation) -> list[tuple[str, str]]:
    return [(call.caller, call.callee) for call in observation.calls]


# -- what is recorded ---------------------------------------------------------------------------------------------------


def test_the_calls_of_cross_entropy_are_these_in_this_order() -> None:
    """The recipe: sys.setprofile on torch 2.13; other releases differ in the first two names at most."""
    module, functional = "torch.nn.modules.module.Module.", "torch.nn.functional.cross_entropy"
    forward = LOSS + "CrossEntropyLoss.forward"
    assert edges(of_loss(default(LOSS + "CrossEntropyLoss"))) == [
        ("", module + "_wrapped_call_impl"),
        (module + "_wrapped_call_impl", module + "_call_impl"),
        (module + "_call_impl", "torch._C._get_tracing_state"),
        (module + "_call_impl", forward),
        (forward, module + "__getattr__"),
        (forward, functional),
        (functional, "torch._C._has_torch_function_variadic"),
        (functional, "torch.nn._reduction.get_enum"),
        (functional, "torch._C._nn.cross_entropy_loss"),
    ]


def test_reading_a_buffer_is_an_attribute_read_that_runs_code() -> None:
    calls = {call.callee: call for call in of_loss(default(LOSS + "CrossEntropyLoss")).calls}
    assert calls["torch.nn.modules.module.Module.__getattr__"].kind == "attribute"
    assert calls["torch._C._nn.cross_entropy_loss"].kind == "native"
    assert calls["torch.nn._reduction.get_enum"].kind == "python"


def test_the_place_of_a_call_is_relative_to_the_folder_that_holds_torch() -> None:
    places = {call.callee.rpartition(".")[2]: call for call in of_loss(default(LOSS + "CrossEntropyLoss")).calls if call.caller}
    for name in ("get_enum", "_has_torch_function_variadic", "cross_entropy", "_call_impl", "_get_tracing_state"):
        lines = (ROOT / places[name].file).read_text(encoding="utf-8").splitlines()
        assert name.lstrip("_") in lines[places[name].line - 1]


class Deep(nn.Module):
    """A module that does what torch's own modules do here and there."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        import json.tool as _  # an import statement is no call  # noqa: F401

        sizes = [self.double(size) for size in x.shape]
        total = sum(self.double(size) for size in self.each(x))
        return x.sum() * (total + len(sizes))

    def double(self, size: int) -> int:
        return 2 * size

    def each(self, x: torch.Tensor) -> Iterator[int]:
        yield x.dim()
        yield from self.rest(x)

    def rest(self, x: torch.Tensor) -> Iterator[int]:
        yield x.size(0)
        yield 1


def test_comprehensions_are_folded_and_a_resumed_generator_counts_once() -> None:
    seen = edges(observe.observe(Deep(), given(torch.ones(2, 2, requires_grad=True)), root=ROOT))
    mine = [(caller.rpartition("Deep.")[2], callee.rpartition("Deep.")[2]) for caller, callee in seen if "Deep" in caller]
    assert mine == [
        ("forward", "double"),
        ("forward", "each"),
        ("each", "torch.Tensor.dim"),
        ("each", "rest"),
        ("rest", "torch.Tensor.size"),
        ("forward", "sum"),
        ("forward", "torch.Tensor.sum"),
        ("forward", "len"),
    ] or mine == [
        ("forward", "double"),
        ("forward", "sum"),
        ("forward", "each"),
        ("each", "torch.Tensor.dim"),
        ("each", "rest"),
        ("rest", "torch.Tensor.size"),
        ("forward", "torch.Tensor.sum"),
        ("forward", "len"),
    ]


def test_a_module_of_the_users_own_package_is_followed_and_other_packages_are_not() -> None:
    class Own(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            import textwrap

            textwrap.dedent(" a")
            return x * 2

    callers = {caller for caller, _ in edges(observe.observe(Own(), given(torch.ones(1)), root=ROOT))}
    assert any(caller.endswith("Own.forward") for caller in callers)
    assert not any(caller.startswith("textwrap") for caller in callers)


def test_no_path_of_this_machine_is_recorded() -> None:
    observed = observe.observe(Deep(), given(torch.ones(2, 2)), root=ROOT)
    assert not [call.file for call in observed.calls if call.file.startswith("/") or ":" in call.file]


# -- operators and nodes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "smoothing", "count"),
    [("indices", 0.0, 2), ("probabilities", 0.0, 5), ("indices", 0.1, 13)],
)
def test_cross_entropy_is_two_operators_or_five_or_thirteen(kind: str, smoothing: float, count: int) -> None:
    args = (Argument("label_smoothing", Constant(smoothing)),)
    seen = of_loss(Configuration(LOSS + "CrossEntropyLoss", "CrossEntropyLoss(…)", args, target_kind=kind))
    assert len(seen.aten_forward) == count


def test_cross_entropy_runs_these_operators_and_nodes() -> None:
    seen = of_loss(default(LOSS + "CrossEntropyLoss"))
    assert seen.aten_forward == ("aten::_log_softmax", "aten::nll_loss_forward")
    assert seen.aten_backward == ("aten::nll_loss_backward", "aten::_log_softmax_backward_data")
    assert seen.autograd_nodes == ("NllLossBackward0", "LogSoftmaxBackward0", "AccumulateGrad")
    assert seen.autograd_edges == ((0, 1), (1, 2))


def test_ctc_takes_the_same_path_as_a_plain_run_with_tensor_lengths() -> None:
    """Under a TorchDispatchMode it would be CtcLossBackward1."""
    seen = of_loss(Configuration(LOSS + "CTCLoss", "CTCLoss()", target_kind="tensor lengths"))
    assert "CtcLossBackward0" in seen.autograd_nodes


class Dispatched(torch.utils._python_dispatch.TorchDispatchMode):
    """A second observer, for comparison: what torch hands to a dispatch mode."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.append(func.name().partition(".")[0])
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_operators_are_those_that_a_dispatch_mode_sees(name: str) -> None:
    """Less what autograd keeps for itself: under a mode it shows as `detach` of a result, and as `clone` before a change in place."""
    kept = {"aten::detach", "aten::clone"}
    for kind in samples.target_kinds(definition(name)) or (None,):
        configuration = default(name, kind)
        sample = samples.draw(definition(name), configuration, signature(name))
        if isinstance(sample, Unresolved):
            continue
        seen = observe.observe(build.make_instance(configuration), sample, root=ROOT)
        instance, inputs = build.make_instance(configuration), build.make_inputs(sample)
        with warnings.catch_warnings(), Dispatched() as mode:
            warnings.simplefilter("ignore")
            instance(*inputs)
        ours, theirs = ([one for one in names if one not in kept] for names in (seen.aten_forward, mode.names))
        if kind == "tensor lengths":  # under a mode another overload runs, which makes no empty tensor for the mean
            ours.remove("aten::empty")
        assert ours == theirs


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_observer_saw_what_a_plain_run_does(name: str) -> None:
    for configuration in configurations.of_loss(definition(name), signature(name), name):
        sample = samples.draw(definition(name), configuration, signature(name))
        if isinstance(sample, Sample):
            seen = observe.observe(build.make_instance(configuration), sample, root=ROOT)
            assert not [text for text in seen.observers.values() if "NOT" in text or "others" in text], configuration.expression
            assert seen.calls


def test_outputs_in_tuples_mappings_and_records_are_found() -> None:
    x = torch.ones(2, requires_grad=True)
    output = {"a": (x * 2, [x.exp(), 3]), "b": torch.tensor([1])}
    assert len(autograd.differentiable(output)) == 2
    assert autograd.graph_of(output).nodes == ("MulBackward0", "ExpBackward0", "AccumulateGrad")
    assert autograd.graph_of(output).edges == ((0, 2), (1, 2))


# -- the world afterwards -----------------------------------------------------------------------------------------------


def test_buffers_are_put_back_and_parameters_get_no_gradient() -> None:
    norm = nn.BatchNorm1d(3)
    observe.observe(norm, given(torch.randn(4, 3, generator=torch.Generator().manual_seed(0))), root=ROOT)
    assert norm.num_batches_tracked == 0
    assert torch.equal(norm.running_mean, torch.zeros(3))  # type: ignore[arg-type]
    assert norm.weight.grad is None


def test_a_lazy_module_stays_lazy() -> None:
    lazy = nn.LazyLinear(2)
    observed = observe.observe(lazy, given(torch.ones(2, 3)), root=ROOT)
    assert type(lazy) is nn.LazyLinear
    assert ("torch.nn.modules.linear.Linear.forward", "torch._C._nn.linear") in edges(observed)


def test_the_profiler_that_was_set_is_set_again_and_saw_nothing_of_ours() -> None:
    seen: list[str] = []

    def mine(frame: Any, event: str, argument: Any) -> None:
        seen.append(frame.f_code.co_name)

    sample = given(torch.ones(2), torch.zeros(2))
    sys.setprofile(mine)
    try:
        observe.observe(nn.MSELoss(), sample, root=ROOT)
        assert sys.getprofile() is mine
    finally:
        sys.setprofile(None)
    assert "observe" in seen


def test_a_profiler_written_in_c_is_switched_on_again() -> None:
    import cProfile

    profiler = cProfile.Profile()
    profiler.enable()
    try:
        observe.observe(nn.MSELoss(), given(torch.ones(2), torch.zeros(2)), root=ROOT)
        assert sys.getprofile() is profiler
    finally:
        profiler.disable()


def test_no_profiler_is_left_where_the_call_raises_and_the_error_is_one_line() -> None:
    with pytest.raises(InspectError) as caught:
        observe.observe(nn.CrossEntropyLoss(), given(torch.ones(2, 3), torch.ones(5)), root=ROOT)
    assert caught.value.slug == "call-refused"
    assert sys.getprofile() is None
    assert gc.isenabled()


def test_a_warning_of_the_call_is_recorded_as_a_call_and_not_printed() -> None:
    with warnings.catch_warnings(record=True) as printed:
        warnings.simplefilter("always")
        seen = observe.observe(nn.MSELoss(), given(torch.ones(2, 3), torch.ones(2, 1)), root=ROOT)
    assert not printed
    assert ("torch.nn.functional.mse_loss", "_warnings.warn") in edges(seen)
    assert not [callee for _, callee in edges(seen) if callee.startswith("warnings.")]


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_gradients_are_on_while_it_runs_whatever_the_caller_set(mode: Any) -> None:
    with mode():
        seen = of_loss(default(LOSS + "MSELoss"))
        assert not torch.is_grad_enabled()
    assert seen.autograd_nodes == ("MseLossBackward0", "AccumulateGrad")


def test_the_same_observation_comes_out_twice() -> None:
    configuration = default("torch.nn.modules.adaptive.AdaptiveLogSoftmaxWithLoss")
    assert of_loss(configuration) == of_loss(configuration)


def test_hooks_are_seen_under_their_names() -> None:
    hooked = of_loss(Configuration(LOSS + "MSELoss", "MSELoss()", hooks=("forward", "forward_pre", "full_backward")))
    callees = [callee for _, callee in edges(hooked)]
    assert "inspector.live.hooks.on_forward" in callees
    assert "inspector.live.hooks.on_forward_pre" in callees
    assert "torch.utils.hooks.BackwardHook.__init__" in callees
