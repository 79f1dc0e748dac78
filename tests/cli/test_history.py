"""The commands `history` and `diff`: what is asked for, what is printed, and in which form."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from inspector import chronicle
from inspector.changes import Change, Comparison, Form, ReadRelease, Stretch, Timeline
from inspector.render import retold

from .conftest import Typed

NEW = Change(
    "1.1.0", "1.0.1", "torch.nn.modules.loss.GapLoss", "argument added", "new", "new argument `deep=0.5`", "", "deep=0.5", "__init__",
    ("deep",), public_name="torch.nn.GapLoss",
)  # fmt: skip
OTHER = Change(
    "1.1.0", "1.0.1", "torch.nn.functional.gap", "message", "message", 'the error says "a <b> *c*"', public_name="torch.nn.functional.gap"
)
QUIET = msgspec.structs.replace(NEW, kind="super", consequence="spelling", quiet=True, sentence="how super() is called", names=())
TIMELINE = Timeline(
    1, NEW.subject, NEW.public_name, "class", "1.0.0", True, "", "GapLoss(wide=1)",
    tuple(ReadRelease(version, "2020-01-01") for version in ("1.0.0", "1.0.1", "1.1.0")), (NEW, OTHER, QUIET),
    (Stretch(("1.0.0", "1.0.1"), "2020-01-01", True, (), ()), Stretch(("1.1.0",), "2020-02-02", True, (NEW, OTHER), (QUIET,))),
    (Form(("1.0.0", "1.0.1", "1.1.0"), "torch/nn/modules/loss.py", 5, "class GapLoss: ...", "0"),),
)  # fmt: skip
COMPARISON = Comparison(1, "1.0.1", "1.1.0", "", (NEW.subject, OTHER.subject), (NEW, OTHER, QUIET))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the commands asked for."""
    found: list[tuple[Any, ...]] = []

    def timeline(name: str, *, offline: bool, download: bool, told: object) -> Timeline:
        found.append((name, offline))
        return TIMELINE

    def compare(old: str, new: str, name: str, *, offline: bool, download: bool, told: object) -> Comparison:
        found.append((old, new, name, offline))
        return COMPARISON

    monkeypatch.setattr(chronicle, "timeline", timeline)
    monkeypatch.setattr(chronicle, "compare", compare)
    return found


def test_a_history_is_a_line_for_each_change_by_release(typed: Typed, asked: list[Any]) -> None:
    assert typed("history", "GapLoss").stdout.splitlines() == [
        "torch.nn.GapLoss in 3 releases of torch, 1.0.0 to 1.1.0",
        "  The oldest that can be read, torch 1.0.0, has it already: GapLoss(wide=1)",
        "",
        "1.1.0  2020-02-02",
        "  new        new argument `deep=0.5`",
        '  message    F.gap: the error says "a <b> *c*"',
        "",
        "  1 change of spelling only (super 1): -v shows them.",
    ]
    assert asked == [("GapLoss", False)]


def test_spelling_is_shown_where_it_is_asked_for(typed: Typed, asked: list[Any]) -> None:
    assert "  spelling   how super() is called" in typed("history", "GapLoss", "-v", "--offline").stdout.splitlines()
    assert asked == [("GapLoss", True)]


def test_a_history_since_a_release_leaves_out_what_was_before(typed: Typed, asked: list[Any]) -> None:
    found = Timeline.from_json(typed("history", "GapLoss", "--since", "1.1", "--json").stdout)
    assert [one.version for one in found.releases] == ["1.1.0"]
    assert found.changes == TIMELINE.changes
    result = typed("history", "GapLoss", "--since", "soon")
    assert result.exit_code == 2
    assert "[no-such-release]" in result.stderr


def test_a_difference_is_ranked_and_counted(typed: Typed, asked: list[Any]) -> None:
    lines = typed("diff", "1.0.1", "latest").stdout.splitlines()
    assert lines[:2] == ["What changed for users of losses from torch 1.0.1 to 1.1.0", "  Compared: 1 class and 1 function."]
    assert lines.index("New: there now, and not before") < lines.index("Message: what errors and warnings say")
    assert "  GapLoss: new argument `deep=0.5`" in lines
    assert asked == [("1.0.1", "latest", "", False)]


def test_a_difference_is_markdown_for_a_pull_request(typed: Typed, asked: list[Any]) -> None:
    assert typed("diff", "1.0.1", "1.1.0", "GapLoss", "--format", "markdown").stdout == retold.in_markdown(COMPARISON)


def test_a_difference_is_json(typed: Typed, asked: list[Any]) -> None:
    for words in (("--json",), ("--format", "json")):
        assert Comparison.from_json(typed("diff", "1.0.1", "1.1.0", *words).stdout) == COMPARISON
    assert json.loads(typed("diff", "1.0.1", "1.1.0", "--json").stdout)["changes"][0]["names"] == ["deep"]


def test_many_changes_inside_are_told_in_one_line_unless_all_are_asked_for(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tuple(
        msgspec.structs.replace(NEW, consequence="inside", kind="body", sentence=f"calls `f{n}` too", member=f"step{n}") for n in range(4)
    )
    made = msgspec.structs.replace(
        TIMELINE, changes=inner, stretches=(msgspec.structs.replace(TIMELINE.stretches[1], changes=inner, quiet=()),)
    )
    monkeypatch.setattr(chronicle, "timeline", lambda *_, **__: made)
    rows = [line.strip() for line in typed("history", "GapLoss").stdout.splitlines() if "inside" in line]
    assert [row.split()[1] for row in rows] == ["step0:", "step1:", "2"]
    assert rows[-1] == "inside     2 more changes, in step2, step3: -v shows them"
    assert typed("history", "GapLoss", "-v").stdout.count("inside") == 4
