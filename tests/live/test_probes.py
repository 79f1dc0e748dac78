"""Probes, the child that runs them, and what is told of them."""

from __future__ import annotations

import json
import math
import re
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
from inspector.live.deaths import TRIES, deaths
from inspector.live.isolate import Child
from inspector.live.outcomes import Probe
from inspector.live.rounding import above, below, rounded, smallest_normal
from inspector.live.tolerance import FORMATS
from inspector.losses.schema import Choice, LogProbabilities, LossDefinition, Probabilities, Real, Signs
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


@pytest.fixture(scope="module")
def probed(child: Child) -> dict[str, Probed]:
    found = {}
    for name in ("BCELoss", "CosineEmbeddingLoss", "NLLLoss", "SoftMarginLoss"):
        qualified = f"torch.nn.modules.loss.{name}"
        found[name] = findings.probe_loss(defined(qualified), instances.signature_of(find_class(qualified)), child)
    return found


_CHILD = """
import contextlib, io, json, sys
for snippet in json.load(sys.stdin):
    printed, error = io.StringIO(), ""
    with contextlib.redirect_stdout(printed):
        try:
            exec(snippet, {})
        except Exception as met:
            error = str(met)
    print(json.dumps({"printed": printed.getvalue(), "error": error}))
"""


def run_in_a_child(snippets: list[str]) -> list[dict[str, str]]:
    """What each prints, and the text of the error that ends it, each with names of its own."""
    came = subprocess.run([sys.executable, "-c", _CHILD], input=json.dumps(snippets), capture_output=True, text=True, check=True)
    return [json.loads(line) for line in came.stdout.splitlines()]


def is_shown(finding: Finding, came: dict[str, str]) -> bool:
    """True where what the lines print is what the finding says came."""
    if finding.rule == "misleading-message":
        return finding.actual in came["error"]
    if came["error"]:
        return False
    if finding.actual.startswith("shape "):
        return came["printed"].startswith(finding.actual.removeprefix("shape "))
    if finding.rule == "differs":
        return "nan" in came["printed"].splitlines()[-1]
    said = float(finding.actual.split()[-1])
    printed = re.sub(r"(dtype|grad_fn)=[^,)]*", "", came["printed"])
    numbers = [float(each) for each in re.findall(r"-?(?:\d+\.?\d*(?:e[+-]?\d+)?|inf|nan)", printed)]
    return any(math.isclose(said, each, rel_tol=1e-3, abs_tol=1e-4) or (said != said and each != each) for each in numbers)


def one(probed: Probed, key: str) -> Finding:
    (found,) = (finding for finding in probed.findings if key in finding.id)
    return found


def test_the_clamp_of_binary_cross_entropy_is_found(probed: dict[str, Probed]) -> None:
    """BCE(0, 1) is 100, and its gradient there is -1e12: a design that is documented, and told as one."""
    found = one(probed["BCELoss"], "clamped | input")
    assert (found.severity, found.rule) == ("wrong gradient", "clamped-gradient")
    assert (found.actual, found.expected) == ("∂/∂input -1e+12", "∂/∂input -inf")
    assert "as documented (each logarithm is kept at or above −100" in found.message
    assert "The loss value there is 100." in found.message


def test_the_gradient_that_is_lost_beside_the_clamp_is_a_finding_of_its_own(probed: dict[str, Probed]) -> None:
    found = one(probed["BCELoss"], "wrong | input")
    assert (found.rule, found.title) == ("vanishing-gradient", "input = 0, with target 0: zero gradient where it is not zero")
    assert found.also == ("input = 1 with target 1", "dtypes: float64, bfloat16")


def test_a_batch_that_is_all_ignored_is_found(probed: dict[str, Probed]) -> None:
    found = one(probed["NLLLoss"], "undefined-value | denominator")
    assert found.title == "every target ignored: the mean is nan"
    assert found.also[0] == "weight all 0 (the same 0/0)"
    assert found.safe.endswith("# without weight, ignore_index=-100")


def test_the_overflow_of_the_soft_margin_is_found(probed: dict[str, Probed]) -> None:
    found = one(probed["SoftMarginLoss"], "not finite | large")
    assert (found.severity, found.actual, found.expected) == ("nan or inf", "value inf", "value 100")
    assert "from -88.73 on in float32" in found.threshold
    assert found.safe == "-F.logsigmoid(target * input)"


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
def test_a_threshold_shows_the_fault_in_the_lines_shown_and_one_per_cent_less_does_not(probed: dict[str, Probed], dtype: str) -> None:
    found = one(probed["SoftMarginLoss"], "not finite | large")
    said = dict(part.removeprefix("from ").split(" on in ")[::-1] for part in found.threshold.split(", "))
    printed = []
    for number in (float(said[dtype]), 0.99 * float(said[dtype])):
        lines = found.snippet.replace("[[-100.0]]", f"[[{number}]], dtype=torch.{dtype}").replace(
            "[[1.0]]", f"[[1.0]], dtype=torch.{dtype}"
        )
        assert str(number) in lines
        printed += run_in_a_child([lines])
    assert "inf" in printed[0]["printed"]
    assert "inf" not in printed[1]["printed"]


def test_identical_vectors_of_unlike_pairs_are_an_unstable_point(probed: dict[str, Probed]) -> None:
    """Its gradient is exactly 0, and rightly: the cosine is at its maximum there."""
    found = one(probed["CosineEmbeddingLoss"], "stuck")
    assert found.title.startswith("input2 the same as input1, with target -1: ")
    assert "The zero gradient is correct: the point is a maximum; learning does not start from here." in found.message
    assert "It is unstable: after any of 8 small moves at random the gradient leads away from it." in found.message


def test_an_argument_is_reported_from_a_call_in_which_it_acts(probed: dict[str, Probed]) -> None:
    found = one(probed["CosineEmbeddingLoss"], "taken | margin")
    plain = found.snippet.replace("margin=-2.0", "")
    altered, usual = run_in_a_child([found.snippet, plain])
    assert altered["printed"] != usual["printed"]


def test_every_snippet_shows_what_its_finding_says(probed: dict[str, Probed]) -> None:
    shown = [finding for each in probed.values() for finding in each.findings]
    for finding, came in zip(shown, run_in_a_child([finding.snippet for finding in shown]), strict=True):
        assert len(finding.snippet.splitlines()) <= 6
        assert is_shown(finding, came), (finding.snippet, came, finding.actual)


@pytest.mark.skipif(not SNAPSHOT.exists(), reason="the findings of this release have not been written down")
def test_the_findings_are_those_that_were_read_and_approved(probed: dict[str, Probed]) -> None:
    """Of the losses that are probed here; the file has all of them, written by `python -m tools.make_findings`."""
    entries = SNAPSHOT.read_text(encoding="utf-8").split("\n\n")
    for each in probed.values():
        for finding in each.findings:
            lines, name = of_finding(finding), finding.subject.rpartition(".")[2]
            shared = [entry for entry in entries if f", {finding.title}\n" in entry and re.search(rf"(^|losses: .*\b){name}\b", entry)]
            told = [entry.splitlines()[2] for entry in shared]
            assert "\n".join(lines) in entries or any(lines[2].startswith(words) for words in told), lines


STATED = (
    (Signs, r"1 or -1"),
    (LogProbabilities, r"log-probabilities|log-space|logarithmized probabilities"),
    (Probabilities, r"probabilit"),
    (Choice, r"\\left\\\{0, \\; 1\\right\\\}"),
    (Real, r"between\s+0 and 1|positive variances"),
)
"""A kind of set of values, and how torch's documentation states it."""


@pytest.mark.parametrize("name", NAMES)
def test_a_domain_counts_as_documented_only_where_the_docstring_states_it(name: str) -> None:
    definition, docstring = defined(name), find_class(name).__doc__ or ""
    for form in (form for case in definition.cases for form in case.inputs):
        text = next((text for kind, text in STATED if isinstance(form.values, kind)), "")
        if text and form.values != Real() and form.name not in definition.stated and not definition.same_as:
            assert re.search(text, docstring), (form.name, form.values)


def test_accepted_inputs_and_messages_come_with_their_words(probed: dict[str, Probed]) -> None:
    nll = probed["NLLLoss"]
    assert any(row.documented and row.status == "accepted" for row in nll.accepted)
    assert any(row.altered == "target" and "int32" in row.what and "Long or Byte" in row.text for row in nll.accepted)
    assert any("Long or Byte" in message.text and message.fix == "target.long()" for message in nll.messages)
    assert all(message.text and message.cause and message.fix for message in nll.messages)


def test_the_only_floating_input_in_another_floating_dtype_is_the_documented_call(probed: dict[str, Probed]) -> None:
    alone = [row for row in probed["NLLLoss"].accepted if row.altered == "input" and row.what in ("dtype float64", "dtype float32")]
    assert alone == []
    assert {"as documented, float64", "as documented, float32"} <= {row.what for row in probed["NLLLoss"].accepted if row.documented}
    beside = [row for row in probed["BCELoss"].accepted if (row.altered, row.what) == ("target", "dtype float64")]
    assert {row.documented for row in beside} == {False}


def test_a_probe_that_ends_the_process_is_an_outcome_and_the_next_one_runs(child: Child) -> None:
    plan = some_plan("torch.nn.modules.loss.CTCLoss")
    fatal = [probe for probe in probes.of_numbers(plan) if probe.altered == "targets" and probe.what.startswith("-2**31")]
    usual: Probe = next(probes.ordinary(plan))
    crashed, after = child.run([*fatal, usual])
    assert crashed is not None
    assert after is not None
    assert crashed.outcomes[0].status in ("crashed", "refused")
    assert after.outcomes[0].status == "value"


def test_only_what_ends_the_process_each_time_counts_as_sure() -> None:
    """What does so in one state of fresh memory only, and what never does, is told apart from it."""
    always = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    sometimes = f"import os\nif os.environ.get('MALLOC_PERTURB_') == '1':\n    {always}"
    found_later = "import os; os.abort()"
    assert [deaths(lines) for lines in (always, sometimes, found_later, "raise ValueError")] == [TRIES, 1, 0, 0]
