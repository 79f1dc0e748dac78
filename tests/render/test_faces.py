"""What every face must do, with every kind of report: the same tests for all of them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from inspector.render.faces import FACES
from inspector.render.ink import Look
from inspector.report import Report

from . import sample_report as sample

REPORTS = (sample.full_report, sample.static_report, sample.poor_report, sample.empty_report, sample.disagreeing_report)


@pytest.fixture(params=FACES)
def face(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=REPORTS, ids=lambda make: make.__name__)
def report(request: pytest.FixtureRequest) -> Report:
    made: Report = request.param()
    return made


def test_a_face_ends_in_a_line_break(face: str, report: Report) -> None:
    assert FACES[face](report, Look()).endswith("\n")


def test_a_face_names_the_subject_and_the_release(face: str, report: Report) -> None:
    text = FACES[face](report, Look())
    assert report.subject.qualified_name in text
    assert report.release.version in text


def test_a_face_says_why_nothing_ran(face: str) -> None:
    assert "only the sources were read" in FACES[face](sample.empty_report(), Look())


def test_a_face_says_what_could_not_be_known(face: str) -> None:
    text = FACES[face](sample.poor_report(), Look())
    assert "the base class is computed" in text
    assert "not defined in losses/" in text


def test_a_face_shows_what_did_not_agree(face: str) -> None:
    text = FACES[face](sample.disagreeing_report(), Look(width=200))
    assert "Tensor.dim" in text
    assert "all targets ignored: mean is nan" in text


def test_a_face_gives_the_same_text_twice(face: str, report: Report) -> None:
    assert FACES[face](report, Look()) == FACES[face](Report.from_json(report.to_json()), Look())


def test_the_json_face_can_be_read_again(report: Report) -> None:
    assert Report.from_json(FACES["json"](report, Look())) == report


def test_no_face_loads_torch_or_what_reads() -> None:
    code = (
        "import sys\nimport inspector.render.faces, inspector.render.terminal, inspector.render.notebook\n"
        "print([name for name in ('torch', 'libcst', 'numpy', 'rich', 'click') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
