"""The path of a call on its page: calls on tensors that follow each other are one step, and none of them is lost."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from inspector import __version__, pipeline
from inspector import report as r
from inspector.book import FORMAT_VERSION, Book, Chapter
from inspector.evidence import Evidence
from inspector.render import view
from inspector.render.pages import call_path, declared
from inspector.source import finders


@pytest.fixture(scope="module", params=["AdaptiveLogSoftmaxWithLoss", "L1Loss"])
def book(request: pytest.FixtureRequest) -> Book:
    """A book of one loss, with the text its class stands in."""
    report = pipeline.inspect_loss(request.param, live=False)
    text = finders.find_installed()
    files = {entry.file for entry in report.mro if entry.file}
    sources = {file: (Path(text.root) / file).read_text() for file in files}
    return Book(FORMAT_VERSION, __version__, text.release, (Chapter(request.param, report),), Evidence(1, "0", ()), sources=sources)


def test_every_step_stands_once_by_itself_or_in_a_run(book: Book) -> None:
    (path,) = call_path.paths(book, book.chapters[0])
    flat = [one for step in path.steps for one in (step.steps if isinstance(step, call_path.Run) else [step])]
    rows = view.chain(book.chapters[0].report).rows
    assert [step.number for step in flat] == ["" if row.number is None else str(row.number) for row in rows]


def test_calls_on_tensors_in_a_row_are_one_step_that_says_where(book: Book) -> None:
    (path,) = call_path.paths(book, book.chapters[0])
    runs = [step for step in path.steps if isinstance(step, call_path.Run)]
    rows = view.chain(book.chapters[0].report).rows
    assert bool(runs) == (sum(row.name.startswith("Tensor.") for row in rows) > 10)
    for run in runs:
        assert len(run.steps) >= call_path.FEWEST_TOGETHER
        assert run.said.startswith(f"{len(run.steps)} tensor operations on line")
        assert all(step.kind == "native" and step.called_href for step in run.steps)
    assert len(path.steps) <= 26


def test_a_page_says_that_no_class_defines_backward_and_what_is_constant(book: Book) -> None:
    said = declared.declared(book, book.chapters[0])
    names = [entry.qualified_name.rpartition(".")[2] for entry in book.chapters[0].report.mro if entry.file]
    assert said.backward.endswith("defines `backward`.")
    assert all(f"`{name}`" in said.backward for name in names)
    declares = any("__constants__" in entry.defines for entry in book.chapters[0].report.mro)
    assert ("reduction" in said.lines) == declares
    assert said.constants.startswith("None of") != declares


def test_the_loss_value_carries_what_ran(book: Book) -> None:
    report = book.chapters[0].report
    ran = pipeline.inspect_loss("L1Loss").observation
    assert isinstance(ran, r.Observation)
    chapter = Chapter(book.chapters[0].name, msgspec.structs.replace(report, observation=ran))
    assert f"`{ran.autograd_nodes[0]}`" in declared.declared(book, chapter).backward
