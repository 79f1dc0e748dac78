"""Two devices side by side: made outcomes with one difference each, and what machines exchange of them."""

from __future__ import annotations

import gzip
import math
from itertools import permutations
from typing import Any

import pytest

from inspector import losses
from inspector.errors import InspectError
from inspector.evidence import Came, Column, Edges, Evidence, Machine, Outcomes, Row, Tried, collect_edges, merge
from inspector.live import compared, instances, prober, short
from inspector.live.build import find_class
from inspector.live.isolate import Child
from inspector.report import Finding, Probed

SUBJECT = "torch.nn.modules.loss.NLLLoss"
INSIDE = ("value", "inside", "input", "1e2", "NLLLoss()", "(N, C)", "ordinary", "float32", "real numbers")
OUTSIDE = ("value", "outside", "target", "the number of classes", "NLLLoss()", "(N, C)", "ordinary", "float32", "class indices 0..C-1")


def outcomes(device: str, about: tuple[str, ...] = INSIDE, *, status: str = "value", text: str = "", row: Row = (1e-3, (1.0,), ()),
             gradient: Row | None = None) -> Outcomes:  # fmt: skip
    words = (*about, "mean", text)
    came = Came(9, status, 10 if text else -1, 0 if status == "value" else -1, {"input": 1} if gradient else {})
    return Outcomes(SUBJECT, device, words, (row, gradient) if gradient else (row,), (Tried(tuple(range(9)), (came,)),))


def found(one: Outcomes, other: Outcomes) -> list[tuple[str, str]]:
    differences = compared.compare(one, other).differences
    return [(finding.rule, finding.severity) for finding in compared.findings(("cpu", "cuda"), SUBJECT, differences)]


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ({"row": (1e-3, (1.0004,), ())}, []),
        ({"row": (1e-3, (1.1,), ())}, [("device-value", "wrong number")]),
        ({"row": (1e-3, (1.1,), (0.2,))}, []),
        ({"row": (1e-3, ("nan",), ())}, [("device-nonfinite", "nan or inf")]),
        ({"row": (1e-3, ("inf",), ("inf",))}, []),
        ({"row": (1e-3, (1.0, 1.0), ())}, [("device-value", "wrong number")]),
        ({"gradient": (1e-3, (0.0, 2.0), ())}, [("device-gradient", "wrong gradient")]),
        ({"gradient": (1e-3, (0.0, "-inf"), ())}, [("device-nonfinite", "nan or inf")]),
        ({"status": "refused", "text": "not implemented for 'Half'"}, [("device-refusal", "documentation slip")]),
        ({"status": "crashed", "text": "the process was ended by SIGSEGV"}, [("device-crash", "crash")]),
    ],
)
def test_a_difference_is_named_by_its_rule(there: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    here: dict[str, Any] = {"gradient": (1e-3, (0.0, 1.0), ())} if "gradient" in there else {}
    one, other = outcomes("cpu", **here), outcomes("cuda", **there)
    assert found(one, other) == expected
    assert found(other, one) == expected


def test_outside_the_domain_what_one_device_takes_is_an_undocumented_acceptance() -> None:
    assert found(outcomes("cpu", OUTSIDE, status="refused", text="Target 3 is out of bounds."), outcomes("cuda", OUTSIDE)) == [
        ("device-refusal", "undocumented acceptance")
    ]


def test_another_text_for_the_same_refusal_is_no_fault_and_stands_side_by_side() -> None:
    cpu = outcomes("cpu", OUTSIDE, status="refused", text="Target 3 is out of bounds.")
    cuda = outcomes("cuda", OUTSIDE, status="refused", text="CUDA error: device-side assert triggered")
    (wording,) = compared.compare(cpu, cuda).wordings
    assert compared.compare(cpu, cuda).differences == ()
    assert wording.texts == {"cpu": "Target 3 is out of bounds.", "cuda": "CUDA error: device-side assert triggered"}
    assert "documented is class indices 0..C-1" in wording.cause
    assert compared.compare(cpu, cpu).wordings == ()


def test_two_runs_on_the_cpu_do_not_differ_and_a_spoiled_one_does_with_lines_that_run() -> None:
    name = "torch.nn.modules.loss.SoftMarginLoss"
    definition, signature = losses.find(name), instances.signature_of(find_class(name))
    assert definition is not None
    chosen = list(prober.chosen(definition, signature))[:1]
    with Child("cpu") as one, Child("cpu:0") as other:
        runs = [[each for some in prober.probe_all(child, chosen) for each in some] for child in (one, other)]
    cpu, same = short.outcomes_of(name, "cpu", runs[0]), short.outcomes_of(name, "cpu:0", runs[1])
    assert compared.compare(cpu, same).differences == ()
    spoiled = Outcomes(name, "cpu:0", same.words, tuple(map(tripled, same.rows)), same.tried)
    differences = compared.compare(cpu, spoiled).differences
    assert {each.rule for each in differences} >= {"device-value", "device-gradient"}
    lines = compared.lines(definition, signature, compared.shown(differences), ("cpu", "cpu:0"))
    made = compared.findings(("cpu", "cpu:0"), name, differences, lines)
    for finding in made:
        assert 0 < len(finding.snippet.splitlines()) <= 6
        exec(finding.snippet, {"print": lambda *_: None})


def tripled(row: Row) -> Row:
    return row[0], tuple(3 * value if isinstance(value, float) and math.isfinite(value) else value for value in row[1]), row[2]


# -- evidence ---------------------------------------------------------------------------------------------------------------


def machine(device: str, torch: str = "2.13.0+cpu", git: str = "abc") -> Machine:
    return Machine(device, "A processor", "Linux x86_64", "3.12.1", torch, git)


def edges(device: str, *, subject: str = SUBJECT, calls: int = 1) -> Edges:
    finding = Finding(f"{subject} | x", "t", "crash", "p", "NLLLoss()", "float32", device, "", "", "m", "", subject=subject)
    return Edges(Probed(subject, device, 1, calls, (finding,), (), ()), outcomes(device))


def of(device: str, **more: Any) -> Evidence:
    return collect_edges([(machine(device), edges(device, **more))], "0")


def test_what_was_probed_merges_the_same_in_any_order_and_twice() -> None:
    parts = [of("cpu"), of("cuda"), of("cpu", subject="torch.nn.modules.loss.MSELoss"), of("cpu", calls=9), of("cuda")]
    merged = merge(parts)
    assert all(merge(some) == merged for some in permutations(parts))
    assert merge([merged, *parts]) == merged
    calls = {column.machine.device: [each.probed.calls for each in column.edges] for column in merged.columns}
    assert calls == {"cpu": [1, 9], "cuda": [1]}


def test_evidence_of_probes_is_read_as_it_was_written_and_older_files_have_none() -> None:
    written = of("cpu").to_json()
    assert Evidence.from_json(written).to_json() == written
    old = written.replace(',"edges":[', ',"more":[')
    assert Evidence.from_json(old).columns == (Column(machine("cpu"), ()),)


def test_a_gzipped_file_is_read_as_it_is_and_a_cut_one_is_one_line() -> None:
    packed = gzip.compress(of("cpu").to_json().encode())
    assert Evidence.from_json(packed) == of("cpu")
    with pytest.raises(InspectError, match="damaged-evidence"):
        Evidence.from_json(packed[:-20], "file")


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_damaged_file_is_one_line(cut: float) -> None:
    text = of("cpu").to_json()
    with pytest.raises(InspectError, match="damaged-evidence"):
        Evidence.from_json(text[: int(len(text) * cut)], "file")
