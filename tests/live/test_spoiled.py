"""Errors that leave a GPU unusable, and tensors on two devices: played on the CPU by a made loss that says what CUDA says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from inspector import losses
from inspector.errors import InspectError
from inspector.live import instances, judge, mends, placing, prober, probes
from inspector.live.attempt import spoils
from inspector.live.configurations import default_of
from inspector.live.isolate import Child
from inspector.live.outcomes import Outcome, Probe, Refusal, Way
from inspector.report import Argument, Configuration, TensorData

ASSERTED = "CUDA error: device-side assert triggered"
LOSS = f'''
import os, sys, torch
class Poisoned(torch.nn.Module):
    """After one bad target nothing works in this process, as after a device-side assert."""
    broken = False
    def forward(self, input, target):
        if target.max() > 2:
            print("Loss.cu:250: block: [0,0,0] Assertion `t >= 0 && t < n_classes` failed.", file=sys.stderr, flush=True)
            Poisoned.broken = True
        if Poisoned.broken:
            raise RuntimeError("{ASSERTED}\\nmore words")
        return input.sum() * os.getpid() / os.getpid()
'''


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    file = tmp_path_factory.mktemp("made") / "poisoned_loss.py"
    file.write_text(LOSS)
    with Child(files=[str(file)]) as started:
        yield started


def call(target: int) -> Probe:
    inputs = (Argument("input", TensorData((2,), "float32", (1.0, 2.0))), Argument("target", TensorData((1,), "int64", (target,))))
    ways = tuple(Way(name, Configuration("poisoned_loss.Poisoned", "Poisoned()", ())) for name in ("none", "mean"))
    return Probe(kind="value", where="inside", altered="target", what=str(target), base="", subject="poisoned_loss.Poisoned",
                 expression="Poisoned()", ways=ways, case="", dtype="float32", inputs=inputs)  # fmt: skip


def test_after_a_device_side_assert_the_next_call_gets_a_new_process(child: Child) -> None:
    before, asserted, after = child.run([call(0), call(3), call(1)])
    assert before is not None
    assert asserted is not None
    assert after is not None
    came = [{outcome.status for outcome in each.outcomes} for each in (before, asserted, after)]
    assert came == [{"value"}, {"refused"}, {"value"}]
    assert child.restarts == 2, "each reduction had a process of its own"


def test_the_text_of_the_assert_is_kept_with_the_assertion_that_the_kernel_printed(child: Child) -> None:
    refusals = [outcome.refusal for outcome in child.answer(call(3)).outcomes]
    assert [refusal.text.splitlines() for refusal in refusals if refusal] == [
        [ASSERTED, "more words", "Assertion `t >= 0 && t < n_classes` failed"]
    ] * 2


@pytest.mark.parametrize(
    ("error", "text", "fatal"),
    [
        ("AcceleratorError", "anything", True),
        ("RuntimeError", "CUDA error: an illegal memory access was encountered", True),
        ("RuntimeError", "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm`", True),
        ("OutOfMemoryError", "CUDA out of memory. Tried to allocate 2.00 GiB.", False),
        ("IndexError", "Target 3 is out of bounds.", False),
    ],
)
def test_what_leaves_a_device_unusable_is_told_by_its_error(error: str, text: str, fatal: bool) -> None:
    assert spoils(Outcome("refused", refusal=Refusal(error, text))) is fatal


@pytest.mark.parametrize(("device", "slug"), [("nonsense", "unknown-device"), ("cuda:x", "unknown-device"), ("meta", "no-numbers")])
def test_a_device_that_cannot_be_meant_is_one_line(device: str, slug: str) -> None:
    with Child(device) as child, pytest.raises(InspectError) as met:
        child.answer(call(0))
    assert (met.value.slug, met.value.exit_code) == (slug, 2)


def test_a_weight_and_a_target_on_another_device_are_refused_in_words_that_are_kept() -> None:
    """Between the CPU and the device that holds shapes only, as every machine has both."""
    definition, signature = losses.find("torch.nn.modules.loss.NLLLoss"), instances.signature_of(torch.nn.NLLLoss)
    assert definition is not None
    plan = probes.plan(definition, default_of(definition, signature), signature, "float32")
    assert plan is not None
    made = list(placing.of_devices(plan))
    assert [probe.altered for probe in made] == ["target", "weight"]
    with Child() as child:
        seen = [prober.seen_of(plan, probe, answer, judge.NOTHING) for probe, answer in zip(made, child.run(made), strict=True) if answer]
    assert not [fault for each in seen for fault in each.faults]
    refusals = [outcome.refusal for each in seen for outcome in each.answer.outcomes]
    assert len(refusals) == 2
    assert all(refusal is not None and "is not on the expected device" in refusal.text for refusal in refusals)
    assert all("criterion.to(input.device)" in mends.mend_of(each).fix for each in seen)
