"""From a name to a Report: what is loaded when, and what a report of real losses holds. Figures are those of the seed documents."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from inspector import inspect_loss, pipeline
from inspector.errors import InspectError
from inspector.report import Agreement, Example, NotRun, Observation, Report

ORDER = """
import sys
from inspector import inspect_loss
seen = []
report = inspect_loss("L1Loss", on_static=lambda report: seen.append(("torch" in sys.modules, report)))
assert [loaded for loaded, _ in seen] == [False], seen
assert "torch" in sys.modules and seen[0][1].call_trace == report.call_trace
"""
READ_ONLY = """
import sys
from inspector import inspect_loss
inspect_loss("CrossEntropyLoss(weight=torch.rand(3))", live=False)
assert not {"torch", "numpy", "rich", "jinja2"} & set(sys.modules), sorted(sys.modules)
"""


@pytest.fixture(scope="module")
def cross_entropy() -> Report:
    return inspect_loss("CrossEntropyLoss")


@pytest.mark.parametrize("script", [ORDER, READ_ONLY], ids=["static part first", "reading only"])
def test_torch_loads_only_when_something_runs_and_after_the_static_part(script: str) -> None:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_chain_of_cross_entropy(cross_entropy: Report) -> None:
    taken = [step.callee.rpartition("torch.nn.modules.")[2] for step in cross_entropy.call_trace.steps if step.taken == "true"]
    assert [name for name in taken if not name.startswith(("isinstance", "len"))] == [
        "module.Module._wrapped_call_impl",
        "module.Module._call_impl",
        "torch._C._get_tracing_state",
        "loss.CrossEntropyLoss.forward",
        "module.Module.__getattr__",
        "torch.nn.functional.cross_entropy",
        "torch._C._has_torch_function_variadic",
        "torch.nn._reduction.get_enum",
        "torch._C._nn.cross_entropy_loss",
    ]


def test_every_step_of_cross_entropy_is_confirmed_by_the_run(cross_entropy: Report) -> None:
    assert isinstance(cross_entropy.agreement, Agreement)
    assert (cross_entropy.agreement.read_not_run, cross_entropy.agreement.run_not_read) == ((), ())
    assert len(cross_entropy.agreement.confirmed) == cross_entropy.agreement.taken > 0


def test_the_worked_example_is_what_torch_computes(cross_entropy: Report) -> None:
    example = cross_entropy.example
    assert isinstance(example, Example)
    tensors = [torch.tensor(value.values, dtype=getattr(torch, value.dtype)).reshape(value.shape) for value in example.inputs]
    logits = tensors[0].requires_grad_()
    value = nn.CrossEntropyLoss()(logits, tensors[1])
    value.backward()
    assert example.value.values == (value.item(),)
    assert example.gradients[0].values == tuple(logits.grad.flatten().tolist())


def test_checks_ran_against_the_reference_and_passed(cross_entropy: Report) -> None:
    against = [check for check in cross_entropy.checks if check.kind in ("value", "gradient")]
    assert {check.dtype for check in against} == {"float64", "float32", "bfloat16", "float16"}
    assert {check.status for check in against} == {"pass"}
    assert all(check.ulp_error is not None and check.rtol is not None for check in against if check.status == "pass")


@pytest.mark.parametrize(
    ("expression", "kind", "operators"),
    [("CrossEntropyLoss()", None, 2), ("CrossEntropyLoss()", "probabilities", 5), ("CrossEntropyLoss(label_smoothing=0.1)", None, 13)],
)
def test_the_path_depends_on_the_configuration(expression: str, kind: str | None, operators: int) -> None:
    observation = inspect_loss(expression, target_kind=kind).observation
    assert isinstance(observation, Observation)
    assert len(observation.aten_forward) == operators


@pytest.mark.parametrize("name", ["NLLLoss2d", "torch.nn.Linear", "nn.PairwiseDistance", "nn.Sequential"])
def test_a_deprecated_loss_and_other_modules(name: str) -> None:
    report = inspect_loss(name)
    assert isinstance(report.agreement, Agreement), report.agreement
    assert (report.agreement.read_not_run, report.agreement.run_not_read) == ((), ())


@pytest.mark.parametrize("name", ["_Loss", "_WeightedLoss"])
def test_a_base_class_is_read_and_says_why_nothing_ran(name: str) -> None:
    report = inspect_loss(name)
    assert isinstance(report.observation, NotRun)
    assert report.observation.reason
    assert [entry.qualified_name.rpartition(".")[2] for entry in report.mro][-2:] == ["Module", "object"] or report.mro


def test_what_torch_refuses_is_said_in_its_words() -> None:
    observation = inspect_loss("CrossEntropyLoss(label_smoothing=7)").observation
    assert isinstance(observation, NotRun)
    assert "label_smoothing must be between 0.0 and 1.0. Got: 7" in observation.reason


def test_an_instance_is_run_itself_and_left_as_it_was() -> None:
    called = []
    loss = nn.MSELoss(reduction="sum")
    loss.register_forward_hook(lambda module, args, output: called.append(module))
    report = inspect_loss(loss)
    assert report.subject.configuration.expression == "MSELoss(reduction='sum')"
    assert isinstance(report.agreement, Agreement)
    assert (report.agreement.read_not_run, report.agreement.run_not_read) == ((), ())
    assert {type(module) for module in called} == {nn.MSELoss}
    assert len(loss._forward_hooks) == 1


def test_the_same_input_gives_the_same_bytes() -> None:
    first, second = (inspect_loss("HuberLoss(delta=0.5)").to_json() for _ in range(2))
    assert first == second


def test_losses_are_listed_with_the_private_bases_last() -> None:
    names = [entry.name for entry in pipeline.list_losses()]
    public = [name for name in dir(nn) if name.endswith("Loss")]
    assert sorted(set(public)) == sorted({name for name in names if not name.startswith("_") and name != "NLLLoss2d"})
    assert names[-2:] == ["_Loss", "_WeightedLoss"]
    assert "NLLLoss2d" in names


class _Table:
    weight = 2.0


class _Own(nn.Module):
    """Holds what no expression can say, in a dtype that is not the default."""

    def __init__(self, table: _Table) -> None:
        super().__init__()
        self.table = table
        self.scale = nn.Parameter(torch.full((3,), 0.5, dtype=torch.float64))

    def forward(self, input: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return self.table.weight * ((input - target) @ self.scale).sum()


class _Fails(nn.Module):
    def forward(self, input: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("of its own")


class _NotSetUp(nn.Module):
    def __init__(self) -> None:
        pass


def test_an_own_instance_is_run_as_it_is() -> None:
    report = inspect_loss(_Own(_Table()))
    assert isinstance(report.agreement, Agreement), report.agreement
    assert (report.agreement.read_not_run, report.agreement.run_not_read) == ((), ())
    assert {check.status for check in report.checks} == {"not_run"}


def test_what_an_own_class_raises_is_not_put_into_torchs_mouth() -> None:
    observation = inspect_loss(_Fails()).observation
    assert isinstance(observation, NotRun)
    assert observation.reason.endswith("the first was refused: of its own")


def test_an_instance_that_was_not_set_up_is_refused_in_one_line() -> None:
    with pytest.raises(InspectError, match="has not called super"):
        inspect_loss(_NotSetUp())


@pytest.mark.parametrize("name", ["Linear", "Dropout", "BatchNorm2d"])
def test_a_module_that_is_no_loss_is_not_checked_as_one(name: str) -> None:
    before = torch.random.get_rng_state()
    report = inspect_loss(name)
    assert isinstance(report.agreement, Agreement)
    assert report.checks == ()
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_double_instance_gets_double_inputs() -> None:
    report = inspect_loss(nn.CrossEntropyLoss(weight=torch.full((4,), 0.5, dtype=torch.float64)))
    assert isinstance(report.agreement, Agreement)
    assert {check.status for check in report.checks} <= {"pass", "not_run"}
