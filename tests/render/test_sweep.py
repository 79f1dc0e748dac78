"""Every loss of the installed torch, read and shown: one sweep over the widths, depths and faces."""

from __future__ import annotations

import re

import pytest

from inspector import pipeline
from inspector.render import notebook, terminal
from inspector.render.ink import Look, cells
from inspector.report import Report

NAMES = [entry.qualified_name for entry in pipeline.list_losses()]


@pytest.fixture(scope="module", params=NAMES, ids=lambda name: name.rpartition(".")[2])
def report(request: pytest.FixtureRequest) -> Report:
    return pipeline.inspect_loss(request.param, live=False)


def test_there_are_losses_to_sweep() -> None:
    assert len(NAMES) > 20


@pytest.mark.parametrize("width", [40, 80, 160])
@pytest.mark.parametrize("verbose", [False, True], ids=["folded", "unfolded"])
def test_every_loss_keeps_within_the_width(report: Report, width: int, verbose: bool) -> None:
    text = terminal.whole(report, Look(width=width, verbose=verbose))
    assert [line for line in text.splitlines() if cells(line) > width] == []


def test_every_loss_says_why_it_can_be_called_and_shows_its_chain(report: Report) -> None:
    text = terminal.whole(report, Look(width=160))
    assert "on the type of criterion" in " ".join(text.split())
    assert re.search(r"^ +1 +Module\._wrapped_call_impl +module\.py:\d+", text, re.MULTILINE)


def test_folding_hides_no_number_that_another_part_names(report: Report) -> None:
    """A step that the construction points at stands in the chain, or in a part of it that is folded with its count."""
    text = terminal.whole(report, Look(width=240))
    numbers = {int(found) for found in re.findall(r"^ +(\d+)\??  ", text, re.MULTILINE)}
    named = {int(found) for line in re.findall(r"read in steps? ([\d, and]+)", text) for found in re.findall(r"\d+", line)}
    assert named <= numbers or "folded" in text


def test_the_chain_of_every_loss_fits_a_screen_or_two(report: Report) -> None:
    from inspector.render.tree import MOST_ROWS
    from inspector.render.view import chain

    assert 0 < len(chain(report).rows) <= MOST_ROWS


def test_every_loss_is_shown_in_a_notebook(report: Report) -> None:
    assert "<script" not in notebook.to_html(report)
