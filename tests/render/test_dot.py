"""Graphs as DOT and as text: what stands in them, that nothing in a name breaks out of its label, and that the text is always the same."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion

from inspector.render import dot, graphs
from inspector.report import Agreement, Observation, Report

from . import sample_report


@pytest.fixture
def report() -> Report:
    return sample_report.full_report()


class Entry(NamedTuple):
    """A class of a catalog."""

    qualified_name: str
    bases: tuple[str, ...]


def _family() -> list[Entry]:
    names = ["A", "B", "C"]
    return [
        Entry("m.base.Root", ()),
        Entry("m.base.Mixin", ("m.base.Root",)),
        *(Entry(f"m.leaves.{name}", ("m.base.Root",)) for name in names),
        Entry("m.other.Middle", ("m.base.Root",)),
        Entry("m.other.Lazy", ("m.base.Mixin", "m.other.Middle")),
    ]


def test_inheritance_is_the_mro_from_its_root_with_the_subject_marked(report: Report, snapshot: SnapshotAssertion) -> None:
    siblings = ["torch.nn.modules.loss.NLLLoss", "torch.nn.modules.loss.BCELoss", report.subject.qualified_name]
    assert dot.inheritance(report, siblings, lambda name: f"../{name}/") == snapshot


def test_a_call_graph_marks_what_was_confirmed_and_dashes_what_was_not_taken(report: Report, snapshot: SnapshotAssertion) -> None:
    assert dot.calls(report, lambda step: f"#step-{step.id}") == snapshot


def test_a_call_graph_without_a_run_marks_nothing(report: Report) -> None:
    still = msgspec.structs.replace(report, agreement=Agreement((), (), ()))
    assert not any(box.marked for box in graphs.calls(still).boxes)
    assert any(box.marked for box in graphs.calls(report).boxes)


def test_an_autograd_graph_goes_from_the_loss_value_to_the_leaves(report: Report, snapshot: SnapshotAssertion) -> None:
    assert isinstance(report.observation, Observation)
    assert dot.autograd(report.observation) == snapshot


def test_leaves_of_one_file_share_a_box_and_what_is_mixed_in_is_noted(snapshot: SnapshotAssertion) -> None:
    assert dot.as_text(graphs.hierarchy(_family())) == snapshot
    assert dot.hierarchy(reversed(_family()), lambda name: f"{name}.html") == snapshot


def test_every_class_of_a_hierarchy_stands_in_it_once() -> None:
    boxes = graphs.hierarchy(_family()).boxes
    names = [cell.name for box in boxes for cell in box.cells] + [box.name for box in boxes if not box.cells]
    assert sorted(names) == ["A", "B", "C", "Lazy", "Middle", "Mixin", "Root"]


def test_long_names_are_broken_and_lose_nothing() -> None:
    name = "torch.nn.functional.binary_cross_entropy_with_logits"
    lines = dot.wrapped(name)
    assert "".join(lines) == name
    assert max(map(len, lines)) <= dot.WIDEST


def test_the_text_of_a_graph_names_a_shared_part_once() -> None:
    boxes = tuple(graphs.Box(name) for name in "abcd")
    arrows = tuple(graphs.Arrow(tail, head) for tail, head in ((0, 1), (0, 2), (1, 3), (2, 1)))
    assert dot.as_text(graphs.Graph("g", boxes, arrows)) == "a\n  b\n    d\n  c\n    b (see above)\n"
