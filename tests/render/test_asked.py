"""What people ask, laid out: a sentence each, the rest folded but never what went wrong, and all of it with its code where verbose."""

from __future__ import annotations

from msgspec.structs import replace

from inspector.render.asked import asked, code, section, snippet
from inspector.render.ink import Look, paint
from inspector.report import Answer, BarsShown, LinesShown, NodesShown, TableShown

WHY = Answer(
    "Why?", "Because of 3, and torch says: no.", {"n": 3.0}, {"n": "len(x)", "no": "torch.cat(x)", "word": "word"}, id="why",
    brief="Because of 3.", asks=(7,), texts={"no": "no", "word": "so"}, refused=("no",), program="for word in (1, 2):\n    x = nn.Module()",
    given={"y": "torch.ones(1)"},
)  # fmt: skip
ASIDE = Answer("And this?", "All of that.", id="aside", brief="That.")
WRONG = Answer("Is it so?", "It is 2.", status="fail", id="wrong", brief="It is 2.")


def test_what_is_not_asked_most_is_folded_unless_it_went_wrong() -> None:
    page = asked((WHY, ASIDE, WRONG))
    assert [(row.question, row.answer) for row in page.rows] == [
        ("Why?", "Because of 3."),
        ("Is it so?", "✗ not so on this torch: It is 2."),
    ]
    assert page.folded == ("And this?",)
    assert not any(row.code for row in page.rows)


def test_tables_and_bars_are_lines_where_verbose() -> None:
    table = TableShown("Shapes", ("input", "target"), (("`(N, C)`", "`(N,)`"),), "rows")
    bars = BarsShown("Floors", ("2 classes",), (0.5,), "floors")
    nodes = NodesShown("Kept", ("AddBackward0", "AccumulateGrad"), ((0, 1),), "total")
    answer = replace(ASIDE, shown=(table, bars, nodes, LinesShown("The lines", "torch/x.py", 3, 5)))
    (row,) = asked((answer,), verbose=True).rows
    assert row.shown == (
        "Shapes:", "input · target", "(N, C) · (N,)", "Floors:", "2 classes: 0.5",
        "Kept: 2 nodes, the first AddBackward0, AccumulateGrad", "The lines: torch/x.py, lines 3 to 5",
    )  # fmt: skip
    assert not asked((answer,)).rows[0].shown


def test_where_nothing_is_asked_most_all_is_shown() -> None:
    assert asked((ASIDE,)).folded == ()


def test_everything_is_shown_with_its_code_where_verbose() -> None:
    page = asked((WHY, ASIDE), verbose=True)
    assert [row.answer for row in page.rows] == [WHY.text, ASIDE.text]
    assert page.rows[0].code == tuple(code(WHY))
    assert page.folded == ()


def test_the_code_says_what_came_of_each_line() -> None:
    assert list(code(WHY)) == [
        "for word in (1, 2):", "    x = nn.Module()", "", "y = torch.ones(1)", "n = len(x)  # 3", "torch.cat(x)  # raises: no",
        "word  # so",
    ]  # fmt: skip


def test_what_is_pasted_imports_what_it_needs_and_no_more() -> None:
    assert snippet(WHY).startswith("import torch\nfrom torch import nn\n\nfor word")


def test_a_terminal_gets_lines_no_wider_than_it_is() -> None:
    for width in (40, 80):
        for verbose in (False, True):
            look = Look(width=width, verbose=verbose)
            lines = paint(section((WHY, ASIDE, WRONG), look), look).splitlines()
            assert max(map(len, lines)) <= width
            assert ("    x = nn.Module()" in "\n".join(lines)) == verbose
