"""The command graph: what it writes where, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.report import NotRun

from .conftest import Pipeline, Typed, sample_report


@pytest.fixture(autouse=True)
def _no_siblings(monkeypatch: pytest.MonkeyPatch, pipeline: Pipeline) -> None:
    monkeypatch.setattr("inspector.pipeline.siblings", lambda name: ())


def test_a_graph_is_dot_on_standard_output(typed: Typed) -> None:
    result = typed("graph", "CrossEntropyLoss")
    assert result.exit_code == 0
    assert result.stdout.startswith("digraph {")
    assert "CrossEntropyLoss<br/>" in result.stdout


def test_text_is_an_indented_list(typed: Typed) -> None:
    lines = typed("graph", "CrossEntropyLoss", "--text").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["Module", "_Loss", "_WeightedLoss", "CrossEntropyLoss"]


def test_classes_are_drawn_without_a_run_and_calls_with_one(typed: Typed, pipeline: Pipeline) -> None:
    typed("graph", "CrossEntropyLoss")
    typed("graph", "CrossEntropyLoss", "--calls")
    typed("graph", "CrossEntropyLoss", "--calls", "--no-live")
    assert [asked["live"] for _, asked in pipeline.asked] == [False, True, False]


@pytest.mark.parametrize(("ending", "begins"), [(".svg", b"<svg "), (".png", b"\x89PNG"), (".dot", b"digraph {"), (".SVG", b"<svg ")])
def test_the_ending_says_what_is_written(typed: Typed, tmp_path: Path, ending: str, begins: bytes) -> None:
    file = tmp_path / f"drawn{ending}"
    assert typed("graph", "CrossEntropyLoss", "--calls", "-o", str(file)).exit_code == 0
    assert file.read_bytes().startswith(begins)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("name", ["drawn.pdf", "drawn", "svg"])
def test_another_ending_is_one_line_and_nothing_is_read(typed: Typed, tmp_path: Path, pipeline: Pipeline, name: str) -> None:
    result = typed("graph", "CrossEntropyLoss", "-o", str(tmp_path / name))
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert result.stderr.endswith("[unknown-ending]\n")
    assert not pipeline.asked
    assert not list(tmp_path.iterdir())


def test_autograd_without_a_run_is_refused_and_a_run_that_failed_says_why(typed: Typed, pipeline: Pipeline) -> None:
    assert typed("graph", "CrossEntropyLoss", "--autograd", "--no-live").exit_code == 2
    pipeline.report = sample_report.full_report().__class__(
        **{field: getattr(pipeline.report, field) for field in pipeline.report.__struct_fields__} | {"observation": NotRun("no inputs")}
    )
    result = typed("graph", "CrossEntropyLoss", "--autograd")
    assert result.exit_code == 3
    assert "nothing was run: no inputs" in result.stderr
