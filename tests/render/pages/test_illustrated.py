"""What an answer shows beside its words: every cell, bar and node stands on the page, as text, and torch's lines with real numbers."""

from __future__ import annotations

import msgspec
import pytest

from inspector import pipeline
from inspector import report as r
from inspector.book import FORMAT_VERSION, Book
from inspector.evidence import Evidence
from inspector.render.pages.illustrated import illustrations
from inspector.source import finders

HOSTILE = "<script>alert(1)</script>"
SOURCE = "def f():\n    if a:\n        ret = 1\n    return ret\n"


@pytest.fixture(scope="module")
def book() -> Book:
    """A book of no loss, with the text of one file."""
    return Book(FORMAT_VERSION, "0", finders.find_installed().release, (), Evidence(1, "0", ()), sources={"torch/x.py": SOURCE})


def drawn(book: Book, *shown: r.Shown) -> str:
    return illustrations(book, r.Answer("Why?", "So.", id="why", shown=shown), "../")


def test_a_table_prints_every_cell_as_text(book: Book) -> None:
    html = drawn(book, r.TableShown("a title", ("what", "came"), (("`x`", HOSTILE), ("y", "2")), "rows"))
    assert "<script>" not in html
    assert html.count("<tr>") == 3
    assert "<code>x</code>" in html
    assert "<form" not in html


def test_a_table_that_can_be_looked_up_in_has_a_form_that_scripts_show(book: Book) -> None:
    rows = (("(N, C)", "(N,)", "takes it", "as it is"),)
    html = drawn(book, r.TableShown("shapes", ("input", "target", "torch", "write"), rows, "rows", "shapes"))
    assert '<form class="il-lookup" data-reads="shapes" data-table="why-0" hidden>' in html
    assert 'id="why-0"' in html


def test_bars_say_their_names_and_numbers_and_infinite_ones_have_no_length(book: Book) -> None:
    html = drawn(book, r.BarsShown("floors", ("one", HOSTILE, "none"), (1.0, 0.25, "inf"), "bars"))
    assert "0.25" in html
    assert "<script>" not in html
    assert html.count("<rect") == 3
    assert 'width="0"' in html
    assert ">inf<" in html


def test_nodes_are_drawn_or_listed_in_words(book: Book) -> None:
    html = drawn(book, r.NodesShown("kept", ("AddBackward0", "AccumulateGrad"), ((0, 1),), "total"))
    assert html.count("AddBackward0") >= 1
    assert "AccumulateGrad" in html


def test_lines_of_torch_have_their_numbers_and_lead_to_the_file(book: Book) -> None:
    html = drawn(book, r.LinesShown("decides", "torch/x.py", 2, 3))
    assert "torch/x.py:2–3" in html
    assert "../source/torch/x.py.html#L-2" in html


def test_what_is_shown_survives_being_saved(book: Book) -> None:
    answer = next(each for each in pipeline.answers_of("torch.nn.modules.loss.MSELoss") if each.shown)
    assert msgspec.json.decode(msgspec.json.encode(answer), type=r.Answer) == answer
