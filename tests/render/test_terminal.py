"""The terminal face: widths, depths, escape codes, links, and the two parts in which it comes."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from inspector.render import terminal
from inspector.render.ink import Look, cells
from inspector.report import Report

from . import sample_report as sample

REPORTS = {
    "full": sample.full_report,
    "static": sample.static_report,
    "poor": sample.poor_report,
    "empty": sample.empty_report,
    "disagreeing": sample.disagreeing_report,
}
WIDTHS = (40, 60, 80, 100, 120, 160, 240)
ESCAPE = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;.*?\x1b\\")


@pytest.fixture(params=REPORTS, ids=str)
def report(request: pytest.FixtureRequest) -> Report:
    return REPORTS[request.param]()


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("verbose", [False, True], ids=["folded", "unfolded"])
def test_the_whole_report_looks_as_it_did(snapshot: SnapshotAssertion, width: int, verbose: bool) -> None:
    assert terminal.whole(sample.full_report(), Look(width=width, verbose=verbose)) == snapshot


@pytest.mark.parametrize("name", ["poor", "empty", "disagreeing"])
def test_a_report_with_little_in_it_looks_as_it_did(snapshot: SnapshotAssertion, name: str) -> None:
    assert terminal.whole(REPORTS[name](), Look(width=80)) == snapshot


def test_the_chain_alone_looks_as_it_did(snapshot: SnapshotAssertion) -> None:
    assert terminal.whole(sample.full_report(), Look(width=80, quiet=True)) == snapshot


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("escapes", [False, True])
def test_no_line_is_wider_than_the_terminal(report: Report, width: int, verbose: bool, escapes: bool) -> None:
    text = terminal.whole(report, Look(width=width, verbose=verbose, escapes=escapes))
    assert [line for line in ESCAPE.sub("", text).splitlines() if cells(line) > width] == []


def test_no_line_ends_in_a_space(report: Report) -> None:
    assert [line for line in terminal.whole(report, Look()).splitlines() if line != line.rstrip()] == []


def test_a_plain_report_has_no_escape_codes(report: Report) -> None:
    assert "\x1b" not in terminal.whole(report, Look(verbose=True))


def test_colour_says_nothing_that_the_text_does_not(report: Report) -> None:
    """Without its escape codes the coloured text is the plain one, but for the marks of deprecated arguments."""
    plain, coloured = (terminal.whole(report, Look(width=160, escapes=escapes)) for escapes in (False, True))
    words = [re.sub(r"\(~so marked~\)|~|\s+", "", ESCAPE.sub("", text)) for text in (plain, coloured)]
    assert words[0] == words[1]


def test_deprecated_arguments_are_struck_through_and_marked_in_plain_text() -> None:
    assert "~size_average~" in terminal.whole(sample.full_report(), Look())
    assert "\x1b[9msize_average\x1b[0m" in terminal.whole(sample.full_report(), Look(escapes=True))


def test_places_lead_to_the_line_at_the_exact_commit() -> None:
    text = terminal.whole(sample.full_report(), Look(escapes=True))
    address = f"https://github.com/pytorch/pytorch/blob/{sample.full_report().release.git_version}/torch/nn/functional.py#L3472"
    assert f"\x1b]8;;{address}\x1b\\functional.py:3472\x1b]8;;\x1b\\" in text


def test_the_file_itself_is_linked_where_this_machine_has_it() -> None:
    text = terminal.whole(sample.full_report(), Look(escapes=True, root="/opt/a folder"))
    assert "\x1b]8;;file:///opt/a%20folder/torch/nn/modules/loss.py\x1b\\" in text


def test_a_release_without_a_commit_is_not_linked_to_github() -> None:
    assert "github" not in terminal.whole(sample.poor_report(), Look(escapes=True, width=160))


def test_the_two_parts_are_the_whole(report: Report) -> None:
    look = Look()
    assert terminal.static_part(report, look) + terminal.live_part(report, look) == terminal.whole(report, look)


def test_the_static_part_needs_no_run() -> None:
    before, after = (terminal.static_part(report, Look()) for report in (sample.static_report(), sample.full_report()))
    assert before == after.replace("         9 of 9 steps confirmed by a run", "")


def test_steps_that_did_not_run_are_marked_in_the_chain_and_listed_by_number() -> None:
    text = terminal.whole(sample.disagreeing_report(), Look(width=160))
    assert "✗ did not run; returns False" in text
    assert "did not run  step 7, torch._C._has_torch_function_variadic, read at torch/nn/functional.py:3540" in text
    assert "not read     Tensor.dim, called by F.cross_entropy at torch/nn/functional.py:3550" in text


def test_a_failed_check_is_shown_and_one_that_did_not_run_is_not_counted() -> None:
    assert "1 of 2 checks that ran passed" in terminal.whole(sample.disagreeing_report(), Look())
    assert "3 of 3 checks that ran passed" in terminal.whole(sample.full_report(), Look())
    assert "value (float16, cpu): not implemented for 'Half'" in terminal.whole(sample.full_report(), Look(width=160))


def test_an_output_that_cannot_draw_gets_ascii(report: Report) -> None:
    assert terminal.whole(report, Look(ascii_only=True, verbose=True)).isascii()


def test_a_report_cannot_steer_the_terminal() -> None:
    """A saved report may come from anyone: its text must not hold escape codes, nor its file names break out of a link."""
    nasty = "\x1b[2J\x1b]0;title\x07\r\n\x9b31m"
    full = sample.full_report()
    subject = msgspec.structs.replace(full.subject, summary=nasty, file=f"torch/{nasty}.py", public_name=nasty)
    steps = tuple(msgspec.structs.replace(step, because=nasty, callee=nasty, call_text=nasty) for step in full.call_trace.steps)
    report = msgspec.structs.replace(full, subject=subject, call_trace=msgspec.structs.replace(full.call_trace, steps=steps))
    for escapes in (False, True):
        text = ESCAPE.sub("", terminal.whole(report, Look(escapes=escapes, verbose=True)))
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200), st.integers(40, 200))
def test_any_text_keeps_within_the_width(words: str, width: int) -> None:
    full = sample.full_report()
    subject = msgspec.structs.replace(full.subject, summary=words)
    text = terminal.static_part(msgspec.structs.replace(full, subject=subject), Look(width=width))
    assert all(cells(line) <= width for line in text.split("\n"))


def test_the_same_report_gives_the_same_text(report: Report) -> None:
    again = Report.from_json(report.to_json())
    assert terminal.whole(again, Look(width=100)) == terminal.whole(report, Look(width=100))
