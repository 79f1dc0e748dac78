"""Rows of a tree: numbers, nesting, and what is folded."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inspector.render import tree, view
from inspector.render.tree import Folding, Row
from inspector.report import Step

from . import sample_report as sample

ENTRY = "m.Module._call"


def made(*lines: tuple[int, int | None, str], **more: Any) -> list[Step]:
    """Steps from (id, parent, callee)."""
    return [sample.call(id, parent, "" if parent is None else "m.f", callee, ("m.py", id, callee), **more) for id, parent, callee in lines]


def rows(steps: list[Step], **folding: Any) -> tuple[Row, ...]:
    return tree.rows(steps, sample.full_report(), Folding(**({"keep": lambda step: True} | folding)))


def drawn(found: tuple[Row, ...]) -> list[str]:
    return ["  " * len(row.rails) + row.name + (f"  [{row.why}]" if row.why else "") for row in found]


def nested_call(start: int, parent: int, forward: str) -> list[tuple[int, int | None, str]]:
    """A module called inside another: the same way in, another forward."""
    return [(start, parent, ENTRY), (start + 1, start, "m.Module._impl"), (start + 2, start + 1, "torch._C._get_tracing_state"),
            (start + 3, start + 1, forward), (start + 4, start + 3, "m.work")]  # fmt: skip


def test_numbers_are_the_same_at_either_depth() -> None:
    report = sample.full_report()
    folded, unfolded = (view.chain(report, verbose=verbose).rows for verbose in (False, True))
    by_id = {row.id: row.number for row in unfolded}
    assert [row.number for row in folded] == list(range(1, 10))
    assert all(by_id[row.id] == row.number for row in folded)


def test_steps_not_taken_and_builtins_have_no_number() -> None:
    unfolded = view.chain(sample.full_report(), verbose=True).rows
    assert {row.kind if row.taken == "true" else row.taken for row in unfolded if row.number is None} == {"builtin", "false"}


def test_a_step_below_one_that_is_left_out_hangs_on_the_nearest_kept_one() -> None:
    found = rows(made((0, None, "m.a"), (1, 0, "m.gone"), (2, 1, "m.b"), (3, 0, "m.c")), keep=lambda step: step.callee != "m.gone")
    assert [(row.name, len(row.rails), row.is_last) for row in found] == [("m.a", 0, True), ("m.b", 1, False), ("m.c", 1, True)]


def test_a_condition_is_said_once_for_the_calls_it_guards() -> None:
    guard: dict[str, Any] = {"condition": "x", "condition_value": "true", "because": "y"}
    steps = [*made((0, None, "m.a")), *made((1, 0, "m.b"), (2, 0, "m.c"), **guard), *made((3, 0, "m.d"))]
    assert [row.condition for row in rows(steps)] == ["", "`x` is true: y", "", ""]


def test_a_module_called_inside_leads_straight_to_its_forward() -> None:
    steps = made((0, None, ENTRY), (1, 0, "m.Outer.forward"), *nested_call(10, 1, "m.Inner.forward"))
    assert drawn(rows(steps, entry=ENTRY)) == [
        "Module._call  [this is what `__call__` names]",
        "  Outer.forward",
        "    Inner.forward  [called as step 1 is: 3 steps through __call__ folded]",
        "      m.work",
    ]


def test_a_part_that_stood_above_is_named_not_shown_again() -> None:
    inside: list[tuple[int, int | None, str]] = [(5, 4, "m.b"), (6, 5, "m.c"), (7, 5, "m.d"), (8, 5, "m.e"), (9, 5, "m.f")]
    again = [(id + 10, 4 if parent == 4 else 15, name) for id, parent, name in inside]
    found = drawn(rows(made((4, None, "m.a"), *inside, *again), entry=ENTRY))
    assert found[-1] == "  m.b  [the same 4 steps inside as step 2]"


def test_a_long_tree_is_cut_at_the_depth_where_it_fits() -> None:
    steps = made((0, None, "m.a"), *((id, 0, "m.b") for id in range(1, 6)), *((id + 10, id, "m.c") for id in range(1, 6)))
    found = rows(steps, most_rows=8)
    assert [len(row.rails) for row in found] == [0, 1, 1, 1, 1, 1]
    assert found[1].why == "1 more step inside, folded"


def test_of_a_long_row_of_calls_the_two_ends_are_shown() -> None:
    steps = made((0, None, "m.a"), (1, 0, "m.b"), *((id, 1, f"m.c{id}") for id in range(2, 42)))
    found = rows(steps, most_rows=14)
    assert [row.name for row in found[2:]] == [f"m.c{id}" for id in (*range(2, 10), *range(38, 42))]
    assert [row.left_out for row in found] == [0] * 10 + [28] + [0] * 3


@given(st.lists(st.integers(0, 40), min_size=1, max_size=120), st.integers(10, 60))
def test_a_cut_tree_has_no_more_rows_than_wanted_unless_two_levels_do(parents: list[int], most: int) -> None:
    steps = made((0, None, "m.a"), *((id, min(parent, id - 1), f"m.f{id}") for id, parent in enumerate(parents, 1)))
    found = rows(steps, most_rows=most)
    assert len(found) <= most or max(len(row.rails) for row in found) <= 1
    assert len({row.id for row in found}) == len(found)


def test_a_read_attribute_points_at_the_nearest_numbered_step() -> None:
    steps = [*made((0, None, "m.a")), *made((1, 0, "isinstance"), kind="builtin"), *made((2, 0, "m.b"))]
    assert tree.nearest_numbers(steps, (1, 2, 99)) == (1, 2)


def test_a_tree_of_nothing_has_no_rows() -> None:
    assert rows([]) == ()
