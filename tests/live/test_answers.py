"""What people ask: every answer runs and is true, gives the figures people measured, can be pasted, and leaves no question open."""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from inspector import losses, pipeline
from inspector.live import answers, programs
from inspector.losses import asked
from inspector.losses.asked.questions import QUESTIONS, answering
from inspector.losses.schema import Answer
from inspector.render.asked import snippet
from inspector.report import Answer as Answered
from inspector.report import LinesShown, Report, TableShown

LOSS = "torch.nn.modules.loss."
FIGURES: dict[str, dict[str, float]] = {
    "CrossEntropyLoss softmax-first": {
        "twice": 0.5515, "once": 0.00009, "floor_2": 0.313, "floor_10": 1.461, "floor_100": 3.622, "floor_1000": 5.909,
    },
    "CrossEntropyLoss weighted-mean": {"mean": 1.4867, "plain": 3.3451},
    "CrossEntropyLoss focal": {"p": 0.2119, "weighted": 0.0020},
    "CrossEntropyLoss all-ignored": {"mean": math.nan, "sum": 0},
    "CrossEntropyLoss ignore-index": {"before": 1.099, "after": 8.001},
    "CrossEntropyLoss bits": {"near": 0.32, "wrong": math.inf, "same": 0},
    "CrossEntropyLoss four-forms": {"softmax": 1.4904, "by_hand": 1.4904, "halves": 1.4904, "whole": 1.4904},
    "CrossEntropyLoss arguments": {"indices": 1.6557},
    "CrossEntropyLoss gradient": {"value": 2.0187},
    "BCELoss bce-or-logits": {"clamped": 100, "logits": 1000, "at_infinity": math.nan, "slope": -1e12},
    "BCEWithLogitsLoss target-range": {"taken": -0.0259},
    "HuberLoss huber-or-smooth": {"half": 0.5, "one": 1, "two": 2},
    "NLLLoss negative-nll": {"of_probabilities": -0.9},
    "GaussianNLLLoss negative-gaussian": {"small": -2.30},
    "CTCLoss infinite": {"short": math.inf, "zeroed": 0},
    "TripletMarginLoss collapse": {"collapsed": 1, "anchor": 0, "together": 0},
    "Module call-or-forward": {"hooks_by_call": 1, "hooks_by_forward": 0},
    "Module parameters": {"all": 4, "own": 0, "elements": 784 * 256 + 256 + 256 * 10 + 10},
    "L1Loss backward": {"number": 0},
}  # fmt: skip
"""Class and answer -> what people measured, or what the documents this project grew from say, by the name of the number."""

TEXTS = {
    "CrossEntropyLoss index-or-one-hot": {
        "integers": "Expected floating point type for target with class probabilities, got Long",
        "int32": "expected target dtype to be Long or Byte, but got Int",
    },
    "CrossEntropyLoss column-target": {"column": "0D or 1D target tensor expected, multi-target not supported"},
    "CrossEntropyLoss shapes": {"sequence": "[2, 11], got [2, 7]"},
    "CrossEntropyLoss out-of-range": {"above": "Target 3 is out of bounds."},
    "CrossEntropyLoss gradient": {"row": "0.152, 0.0424, 0.0832, 0.0139, -0.2915"},
    "BCEWithLogitsLoss pos-weight": {"weight": "The size of tensor a (2) must match the size of tensor b (3)"},
    "MSELoss not-made": {"refusal": "Boolean value of Tensor with more than one value is ambiguous"},
    "MSELoss old-reductions": {"refusal": "None is not a valid value for reduction"},
    "MSELoss column": {"raises": "BCEWithLogitsLoss", "warns": "MSELoss"},
    "Module cut-graph": {"refusal": "element 0 of tensors does not require grad", "gradient": "None"},
    "Module hooks": {"without": "forward"},
    "Module register-buffer": {"before_init": "cannot assign buffer before Module.__init__() call", "taken": "attribute 'weight' already"},
}
"""The same for what torch says, or a part of it."""


@pytest.fixture(scope="module")
def answered() -> dict[str, Answered]:
    """Class and answer -> what came."""
    return {f"{_short(name)} {each.id}": each for name in asked.ANSWERS for each in pipeline.answers_of(name)}


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _stated() -> Iterator[tuple[str, Answer]]:
    return ((name, answer) for name, each in asked.ANSWERS.items() for answer in each)


def test_every_answer_is_true_and_its_figures_are_computed(answered: dict[str, Answered]) -> None:
    for name, stated in _stated():
        each = answered[f"{_short(name)} {stated.id}"]
        assert each.status == "pass", (name, each)
        assert set(stated.numbers) == set(each.numbers)
        assert set(each.texts) == {*stated.texts, *stated.refused, *stated.warned}
        assert stated.holds or stated.refused
        assert "{" not in each.brief
        assert set(re.findall(r"{(\w+)", stated.says)) <= {*each.numbers, *each.texts}


@pytest.mark.parametrize("name", FIGURES)
def test_the_figures_people_measured_come_out(name: str, answered: dict[str, Answered]) -> None:
    found = {number: float(answered[name].numbers[number]) for number in FIGURES[name]}
    assert found == pytest.approx(FIGURES[name], rel=1e-3, abs=1e-5, nan_ok=True) or found == pytest.approx(FIGURES[name], abs=5e-3)


@pytest.mark.parametrize("name", TEXTS)
def test_torch_says_what_people_read(name: str, answered: dict[str, Answered]) -> None:
    for text, words in TEXTS[name].items():
        assert words in answered[name].texts[text]


def test_every_question_is_answered_by_figures_or_by_a_part_of_the_report() -> None:
    assert [each.number for each in QUESTIONS] == list(range(1, 31))
    for question in QUESTIONS:
        found = list(answering(question.number))
        assert found or question.parts == ("call_trace",), question
        assert set(question.classes) <= {_short(name) for name, answers in asked.ANSWERS.items() for _ in answers}
        for name in question.classes:
            assert any(question.number in answer.asks for answer in _answers_of(name)), (question.number, name)
    assert {number for _, answer in _stated() for number in answer.asks} <= set(range(1, 31))
    parts = {part for question in QUESTIONS for part in question.parts} - {"messages", "accepted_inputs"}
    assert parts <= set(Report.__struct_fields__)


def _answers_of(short: str) -> tuple[Answer, ...]:
    return next(answers for name, answers in asked.ANSWERS.items() if _short(name) == short)


def test_one_id_is_one_answer_and_can_be_an_address() -> None:
    by_id: dict[str, Answer] = {}
    for name, answer in _stated():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", answer.id), name
        assert by_id.setdefault(answer.id, answer) == answer


def test_classes_that_are_asked_about_exist() -> None:
    assert set(asked.ANSWERS) - {asked.MODULE} <= set(losses.FILES)
    assert {answer.id for answer in asked.answers(asked.MODULE)} > asked.OF_MAKING
    assert asked.answers("nobody.asked") == ()


def test_programs_are_short_and_import_nothing() -> None:
    for _, answer in _stated():
        assert len(answer.program.splitlines()) <= (40 if answer.shown else 22), answer.id
        nodes = list(ast.walk(ast.parse(answer.program)))
        assert not any(isinstance(node, ast.Import | ast.ImportFrom) for node in nodes), answer.id
        assert not any(isinstance(node, ast.Name) and node.id in ("__import__", "exec", "eval", "open") for node in nodes), answer.id


def test_the_code_that_is_shown_runs_when_pasted(answered: dict[str, Answered]) -> None:
    for name, each in answered.items():
        lines = snippet(each).splitlines()
        kept = [line for line in lines if "  # raises: " not in line and "  # warns: " not in line]
        state = torch.get_rng_state()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(compile("\n".join(kept), name, "exec"), {})
        finally:
            torch.set_rng_state(state)


def test_hooks_run_in_their_order_and_none_where_there_are_none(answered: dict[str, Answered]) -> None:
    ran = answered["Module hooks"].texts["with_hooks"]
    assert ran == "forward_pre hook → forward → forward hook → full_backward_pre hook → full_backward hook"


def test_register_buffer_refuses_in_as_many_ways_as_its_code_raises(answered: dict[str, Answered]) -> None:
    import inspect
    import textwrap

    source = textwrap.dedent(inspect.getsource(torch.nn.Module.register_buffer))
    raises = sum(isinstance(node, ast.Raise) for node in ast.walk(ast.parse(source)))
    assert len(answered["Module register-buffer"].refused) == raises


def test_an_answer_that_is_not_true_is_seen() -> None:
    wrong = Answer("so", "Is it so?", "Yes.", "Yes: {x}.", numbers={"x": "torch.ones(1)"}, holds=("x > 2",))
    refused = Answer("no", "Is it refused?", "{no}", "{no}", refused={"no": "torch.ones(1)"})
    warned = Answer("warned", "Does it warn?", "{no}", "{no}", warned={"no": "torch.ones(1)"})
    broken = Answer("broken", "Does it run?", "{x}", "{x}", program="x = torch.ones(2) + torch.ones(3)", numbers={"x": "x"})
    assert [each.status for each in answers.shown((wrong, refused, warned, broken))] == ["fail", "not_run", "not_run", "not_run"]
    found = list(answers.checks((wrong, refused, warned, broken), "cpu"))
    assert [check.status for check in found] == ["fail", "not_run", "not_run", "not_run"]


def test_a_program_leaves_the_random_state_and_gives_only_its_own_names() -> None:
    before = torch.get_rng_state()
    names: dict[str, Any] = programs.run("x = torch.randn(3)\nn = len(x)")
    assert set(names) == {"x", "n"}
    assert torch.equal(before, torch.get_rng_state())


def test_a_figure_is_written_for_the_eye_or_as_the_answer_says() -> None:
    stated = Answer("a", "?", "{x} {x:.4f} {n} {big}", "", numbers={"x": "1.49042", "n": "3", "big": "math.inf"})
    assert [each.brief for each in answers.shown((stated,))] == ["1.49 1.4904 3 inf"]


def test_what_is_shown_came_of_the_run(answered: dict[str, Answered]) -> None:
    counts = {name: [type(one).__name__ for one in each.shown] for name, each in answered.items() if each.shown}
    assert counts["CrossEntropyLoss label-smoothing"] == ["BarsShown", "BarsShown"]
    assert counts["Module total-loss"] == ["NodesShown", "TableShown"]
    for each in answered.values():
        for one in each.shown:
            if isinstance(one, TableShown):
                assert one.rows, each.id
                assert {len(row) for row in one.rows} == {len(one.columns)}, each.id


WANTED: dict[int, list[str]] = {
    2: ["BarsShown"], 8: ["TableShown"], 11: ["TableShown"], 13: ["TableShown"], 16: ["TableShown", "TableShown"], 18: ["TableShown"],
    19: ["TableShown"], 20: ["BarsShown", "BarsShown"], 21: ["TableShown"], 26: ["TableShown", "LinesShown"],
    27: ["NodesShown", "TableShown"],
}  # fmt: skip
"""Question -> what its answer must show beside its words."""


@pytest.mark.parametrize("number", WANTED)
def test_a_question_that_needs_more_than_words_shows_it(number: int, answered: dict[str, Answered]) -> None:
    ids = [answer.id for _, answer in answering(number)]
    found = {each.id: [type(one).__name__ for one in each.shown] for each in answered.values() if each.id in ids}
    assert WANTED[number] in found.values()


def test_curves_and_ranges_are_shown_with_the_questions_they_answer() -> None:
    asked_for = {part: [question.number for question in QUESTIONS if part in question.parts] for part in ("curves", "bounds")}
    assert asked_for == {"curves": [14, 22], "bounds": [23]}


def test_every_shape_of_the_table_was_taken_or_mended(answered: dict[str, Answered]) -> None:
    (table,) = answered["CrossEntropyLoss shapes"].shown
    assert isinstance(table, TableShown)
    assert [row[3] == "as it is" for row in table.rows] == [row[2] == "takes it" for row in table.rows]


def test_the_truth_table_says_what_torchs_own_function_says(answered: dict[str, Answered]) -> None:
    table, lines = answered["MSELoss old-reductions"].shown
    assert isinstance(table, TableShown)
    assert isinstance(lines, LinesShown)
    given = {"`None`": None, "`True`": True, "`False`": False}
    for one, other, meaning in table.rows:
        if (given[one], given[other]) != (None, None):
            assert meaning == f"`{torch.nn._reduction.legacy_get_string(given[one], given[other], emit_warning=False)!r}`"
    assert lines.file == "torch/nn/_reduction.py"
    assert lines.last - lines.first == 10


def test_frames_that_are_needed_are_the_labels_and_their_repeats(answered: dict[str, Answered]) -> None:
    (table,) = answered["CTCLoss infinite"].shown
    assert isinstance(table, TableShown)
    for _, labels, repeats, needed, frames, value, *_ in table.rows:
        assert int(needed) == int(labels) + int(repeats)
        assert (value == "inf") == (int(frames) < int(needed))
