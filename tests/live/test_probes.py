"""Probes, the child that runs them, and what is told of them."""

from __future__ import annotations

import contextlib
import io
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from inspector import losses
from inspector.live import findings, instances, probes
from inspector.live.build import find_class
from inspector.live.configurations import default_of
from inspector.live.isolate import Child
from inspector.live.outcomes import Probe
from inspector.live.rounding import above, below, rounded, smallest_normal
from inspector.live.tolerance import FORMATS
from inspector.losses.schema import LossDefinition
from inspector.report import Finding, Probed
from tools.make_findings import of_finding

SNAPSHOT = Path(__file__).parents[1] / f"findings-{torch.__version__.partition('+')[0]}.txt"
NAMES = [name for name in losses.FILES if (found := losses.find(name)) is not None and found.cases]


def defined(name: str) -> LossDefinition:
    found = losses.find(name)
    assert found is not None
    return found


def some_plan(name: str, dtype: str = "float32") -> probes.Plan:
    definition, signature = defined(name), instances.signature_of(find_class(name))
    made = probes.plan(definition, default_of(definition, signature), signature, dtype)
    assert made is not None
    return made


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    with Child() as started:
        yield started


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
def test_numbers_are_rounded_as_torch_rounds_them(dtype: str) -> None:
    form = FORMATS[dtype]
    numbers = [0.0, 0.1, -1 / 3, 1e-7, 12345.678, form.tiny, form.largest, smallest_normal(dtype), math.inf]
    assert [rounded(value, dtype) for value in numbers] == torch.tensor(numbers, dtype=torch.float64).to(getattr(torch, dtype)).tolist()


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_neighbours_are_those_of_torch(dtype: str) -> None:
    numbers = [0.0, 1.0, -1.0, 2.0, -2.0, FORMATS[dtype].largest, FORMATS[dtype].tiny, smallest_normal(dtype)]
    tensor = torch.tensor(numbers, dtype=getattr(torch, dtype))
    assert [above(value, dtype) for value in numbers] == torch.nextafter(tensor, torch.full_like(tensor, math.inf)).tolist()
    assert [below(value, dtype) for value in numbers] == torch.nextafter(tensor, torch.full_like(tensor, -math.inf)).tolist()


@pytest.mark.parametrize("name", NAMES)
def test_every_loss_has_probes_inside_and_outside_its_domain(name: str) -> None:
    plan = some_plan(name)
    made = [*probes.of_numbers(plan), *probes.of_counts(plan), *probes.of_arguments(plan), *probes.of_shapes(plan), *probes.of_dtypes(plan)]
    assert {probe.where for probe in made} >= {"inside", "outside"}
    assert len({probe.id for probe in made}) == len(made)


def snippet_of(finding: Finding) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", finding.snippet], capture_output=True, text=True)


@pytest.fixture(scope="module")
def probed(child: Child) -> dict[str, Probed]:
    found = {}
    for name in ("BCELoss", "NLLLoss", "SoftMarginLoss"):
        qualified = f"torch.nn.modules.loss.{name}"
        found[name] = findings.probe_loss(defined(qualified), instances.signature_of(find_class(qualified)), child)
    return found


def one(probed: Probed, key: str) -> Finding:
    (found,) = (finding for finding in probed.findings if key in finding.id)
    return found


def test_the_clamp_of_binary_cross_entropy_is_found(probed: dict[str, Probed]) -> None:
    """BCE(0, 1) is 100, and its gradient there is -1e12."""
    found = one(probed["BCELoss"], "wrong | input | near 0")
    assert (found.severity, found.rule) == ("wrong gradient", "wrong-gradient")
    assert "-1e+12" in found.actual
    assert "The loss value there is 100." in found.message


def test_a_batch_that_is_all_ignored_is_found(probed: dict[str, Probed]) -> None:
    found = one(probed["NLLLoss"], "undefined-value | denominator")
    assert found.title == "target every target ignored: nan from a mean over nothing"
    assert found.safe


def test_the_overflow_of_the_soft_margin_is_found(probed: dict[str, Probed]) -> None:
    found = one(probed["SoftMarginLoss"], "not finite | large")
    assert (found.severity, found.actual, found.expected) == ("nan or inf", "value inf", "value 100")
    assert "from 89 on in float32" in found.threshold
    assert found.safe == "F.softplus(-target * input)"


def test_every_snippet_runs_and_shows_what_the_finding_says(probed: dict[str, Probed]) -> None:
    """Each in one interpreter; a snippet of an error must raise it."""
    for finding in [finding for each in probed.values() for finding in each.findings]:
        assert len(finding.snippet.splitlines()) <= 6
        printed = io.StringIO()
        if finding.rule == "misleading-message":
            with pytest.raises(Exception, match=finding.actual[:20]):
                exec(finding.snippet, {})
            continue
        with contextlib.redirect_stdout(printed):
            exec(finding.snippet, {})
        if finding.rule in ("nonfinite-value", "nonfinite-gradient", "undefined-value"):
            assert "nan" in printed.getvalue() or "inf" in printed.getvalue(), finding.snippet


@pytest.mark.skipif(not SNAPSHOT.exists(), reason="the findings of this release have not been written down")
def test_the_findings_are_those_that_were_read_and_approved(probed: dict[str, Probed]) -> None:
    """Of the losses that are probed here; the file has all of them, written by `python -m tools.make_findings`."""
    approved = SNAPSHOT.read_text(encoding="utf-8")
    for each in probed.values():
        for finding in each.findings:
            assert "\n".join(of_finding(finding)) in approved


def test_accepted_inputs_and_messages_come_with_their_words(probed: dict[str, Probed]) -> None:
    nll = probed["NLLLoss"]
    assert any(row.documented and row.status == "accepted" for row in nll.accepted)
    assert any(row.altered == "target" and "int32" in row.what and "Long or Byte" in row.text for row in nll.accepted)
    assert any("Long or Byte" in message.text and message.fix == "target.long()" for message in nll.messages)
    assert all(message.text and message.cause and message.fix for message in nll.messages)


def test_a_probe_that_ends_the_process_is_an_outcome_and_the_next_one_runs(child: Child) -> None:
    plan = some_plan("torch.nn.modules.loss.CTCLoss")
    fatal = [probe for probe in probes.of_numbers(plan) if probe.altered == "targets" and probe.what.startswith("-2**31")]
    usual: Probe = next(probes.ordinary(plan))
    crashed, after = child.run([*fatal, usual])
    assert crashed is not None
    assert after is not None
    assert crashed.outcomes[0].status in ("crashed", "refused")
    assert after.outcomes[0].status == "value"
