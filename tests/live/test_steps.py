"""The worked example step by step: each part is what torch gives for it, and the last of them is the loss value."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
import torch

from inspector import losses
from inspector.live import example, samples
from inspector.live.expressions import evaluate, parts_of
from inspector.live.references import References
from inspector.live.trials import setting_of
from inspector.report import Argument, Configuration, Constant, Example, ExampleValue, Sample, TensorData

LOSS = "torch.nn.modules.loss."


def worked(name: str, *args: Argument) -> Example:
    definition = losses.find(LOSS + name)
    assert definition is not None
    configuration = Configuration(LOSS + name, f"{name}()", args)
    signature = setting_of(definition, configuration, "cpu", References()).signature
    sample = samples.draw(definition, configuration, signature)
    assert isinstance(sample, Sample)
    found = example.work_out(configuration, sample)
    assert isinstance(found, Example)
    return found


def step(found: Example, begins: str) -> ExampleValue:
    return next(one for one in found.steps if one.name.startswith(begins))


def test_cross_entropy_is_taken_apart_into_exp_sum_and_log() -> None:
    found = worked("CrossEntropyLoss")
    names = [one.name for one in found.steps]
    assert names[:5] == [
        "s1 = torch.exp(input)", "s2 = s1.sum(1, keepdim=True)", "s3 = s1 / s2", "s4 = torch.log(s3)", "s5 = F.nll_loss(s4, target)",
    ]  # fmt: skip
    logits = found.inputs[0]
    assert found.steps[0].shape == logits.shape
    assert found.steps[0].values == pytest.approx([math.exp(float(x)) for x in logits.values])
    assert found.steps[4].values == pytest.approx(found.value.values)


@pytest.mark.parametrize("name", ["CrossEntropyLoss", "MSELoss", "HuberLoss", "NLLLoss", "KLDivLoss", "GaussianNLLLoss"])
def test_the_unreduced_values_over_what_they_are_divided_by_are_the_loss_value(name: str) -> None:
    found = worked(name)
    total, bottom = step(found, "their sum").values[0], step(found, "divided by: ").values[0]
    assert float(total) / float(bottom) == pytest.approx(float(found.value.values[0]))
    assert sum(map(float, step(found, "loss values").values)) == pytest.approx(float(total))


def test_a_form_that_gives_another_value_is_not_used() -> None:
    summed = worked("MSELoss", Argument("reduction", Constant("sum")))
    assert not [one for one in summed.steps if "mean" in one.name]
    assert summed.steps[0].name.startswith("aten::")
    assert not [one for one in summed.steps if one.name.startswith("divided by")]


def test_a_class_nobody_defined_shows_what_its_operators_gave() -> None:
    sample = Sample((Argument("input", TensorData((2,), "float32", (1.0, -2.0))),), "", "given")
    found = example.work_out(Configuration("torch.nn.modules.activation.ReLU", "ReLU()"), sample)
    assert isinstance(found, Example)
    assert [(one.name, one.values) for one in found.steps] == [("aten::relu", (1.0, 0.0))]


def test_the_parts_of_an_expression_are_named_once_and_in_order() -> None:
    text = "torch.exp(x) / (torch.exp(x) + x[0] ** 2)"
    parts = parts_of(text)
    assert [short for _, short, _ in parts] == ["torch.exp(x)", "x[0]", "s2 ** 2", "s1 + s3", "s1 / s4"]
    values = {"x": torch.tensor([1.0, 2.0])}
    for name, short, whole in parts:
        values[name] = evaluate(short, values)
        assert torch.equal(values[name], evaluate(whole, {"x": values["x"]}))
    assert torch.equal(values["s5"], evaluate(text, values))


def test_watching_operators_does_not_load_the_compiler() -> None:
    code = (
        "import sys; from inspector import inspect_loss; "
        "report = inspect_loss('HuberLoss'); "
        "print(report.example.steps[0].name, 'torch._dynamo' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert ran.stdout.split() == ["aten::huber_loss", "False"]
