"""A report with the evidence of another machine: shown with the machine's name, and only where it is of the same release."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector import edition, evidence, inspect_loss
from inspector.errors import InspectError
from inspector.evidence import Evidence, Machine
from inspector.render.faces import to_terminal
from inspector.render.ink import Look
from inspector.report import Check, Report

from .conftest import Typed

ANOTHER = Machine("cuda", "GPU of a friend", "Linux x86_64", "3.12.1", "", "")


@pytest.fixture(scope="module")
def report() -> Report:
    return inspect_loss("L1Loss", live=False)


def given(torch: str, subject: str) -> Evidence:
    machine = Machine(**{name: getattr(ANOTHER, name) for name in ANOTHER.__struct_fields__} | {"torch": torch})
    check = Check("", "the value is right", "value", "L1Loss()", "float32", "cuda", 1.0, 1.0, 0.0, 0.0, 0.0, 1e-6, 1e-6, "pass", "")
    return evidence.collect(machine, [(subject, check)], "0.1.0")


def test_what_another_machine_checked_is_shown_with_its_name(report: Report) -> None:
    found = edition.with_evidence(report, [given(f"{report.release.version.partition('+')[0]}+cu130", report.subject.qualified_name)])
    assert [check.device for check in found.checks] == ["cuda"]
    assert found.machines[0].startswith("cuda: GPU of a friend, torch ")
    assert Report.from_json(found.to_json()) == found
    shown = to_terminal(found, Look())
    assert "1 of 1 checks that ran passed (cuda)" in shown
    assert "GPU of a friend" in shown


@pytest.mark.parametrize(("torch", "subject"), [("1.0.0", ""), ("", "torch.nn.modules.loss.MSELoss")], ids=["release", "loss"])
def test_evidence_of_another_release_or_loss_is_refused(report: Report, torch: str, subject: str) -> None:
    with pytest.raises(InspectError) as caught:
        edition.with_evidence(report, [given(torch or report.release.version, subject or report.subject.qualified_name)])
    assert caught.value.slug == "no-evidence"


def test_the_command_reads_the_files(tmp_path: Path, typed: Typed, report: Report) -> None:
    file = tmp_path / "gpu.json"
    file.write_text(given(report.release.version, report.subject.qualified_name).to_json())
    assert "GPU of a friend" in typed("L1Loss", "--no-live", "--evidence", str(file)).stdout
    file.write_text(given("1.0.0", report.subject.qualified_name).to_json())
    assert typed("L1Loss", "--no-live", "--evidence", str(file)).exit_code == 2
