"""Which command words mean, and what becomes of trouble: one line, and an exit code."""

from __future__ import annotations

import pytest

from inspector.errors import CouldNotRun, InspectError, UnknownName

from .conftest import Pipeline, Typed


@pytest.mark.parametrize(
    "words",
    [
        ("L1Loss",),
        ("report", "L1Loss"),
        ("--no-live", "L1Loss"),
        ("--color", "never", "L1Loss"),
        ("--color", "never", "report", "L1Loss"),
        ("L1Loss", "-v", "--no-pager"),
        ("--target-kind", "list", "L1Loss"),
        ("--", "L1Loss"),
    ],
)
def test_a_first_word_that_is_no_command_is_the_name_of_a_loss(pipeline: Pipeline, typed: Typed, words: tuple[str, ...]) -> None:
    assert typed(*words).exit_code == 0
    assert pipeline.asked[0][0] == "L1Loss"


def test_a_loss_named_like_a_command_can_still_be_asked_for(pipeline: Pipeline, typed: Typed) -> None:
    assert typed("--", "list").exit_code == 0
    assert typed("report", "list").exit_code == 0
    assert [subject for subject, _ in pipeline.asked] == ["list", "list"]


def test_options_may_stand_before_their_command(typed: Typed) -> None:
    assert typed("-q", "show", "-").exit_code == typed("show", "-q", "-").exit_code == 2


def test_what_is_asked_for_reaches_the_pipeline(pipeline: Pipeline, typed: Typed) -> None:
    typed("F.mse_loss(x, y)", "--target-kind", "indices", "--hook", "forward-pre", "--hook", "full-backward", "--no-live")
    assert pipeline.asked == [
        ("F.mse_loss(x, y)", {"target_kind": "indices", "hooks": ("forward_pre", "full_backward"), "live": False})
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--nonsense", "L1Loss"), "no such option '--nonsense'"),
        (("agreement", "--nonsense"), "no such option '--nonsense': inspect-loss agreement --help"),
        (("report",), "missing argument 'NAME': inspect-loss --help"),
        (("L1Loss", "MSELoss"), "got unexpected extra argument (MSELoss)"),
        (("L1Loss", "--hook", "sideways"), "invalid value for '--hook': 'sideways' is not one of"),
        (("L1Loss", "--color"), "option '--color' requires an argument"),
        (("completion", "tcsh"), "invalid value"),
        (("show",), "missing argument 'FILE...'"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_two(pipeline: Pipeline, typed: Typed, words: tuple[str, ...], said: str) -> None:
    result = typed(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.lower().startswith("inspect-loss: ")
    assert said.lower() in result.stderr.lower()
    assert result.stderr.endswith("[usage]\n")


@pytest.mark.parametrize(
    ("trouble", "code", "line"),
    [
        (InspectError("bad", "it is\nbad", "here", "do better"), 2, "inspect-loss: it is bad (here): do better [bad]\n"),
        (
            UnknownName("no loss 'L1Los'", "", "did you mean L1Loss?"),
            2,
            "inspect-loss: no loss 'L1Los': did you mean L1Loss? [unknown-name]\n",
        ),
        (CouldNotRun("no-torch", "torch is not installed"), 3, "inspect-loss: torch is not installed [no-torch]\n"),
    ],
)
def test_trouble_is_one_line_and_its_own_exit_code(pipeline: Pipeline, typed: Typed, trouble: InspectError, code: int, line: str) -> None:
    pipeline.trouble = trouble
    result = typed("L1Loss")
    assert (result.exit_code, result.stderr, result.stdout) == (code, line, "")


def test_our_own_mistake_is_shown_whole_and_is_no_failed_check(pipeline: Pipeline, typed: Typed) -> None:
    pipeline.trouble = ZeroDivisionError("ours")
    result = typed("L1Loss")
    assert result.exit_code == 3
    assert result.stderr.startswith("Traceback ")
    assert result.stderr.splitlines()[-1].startswith("inspect-loss: a mistake in inspect-loss itself, ZeroDivisionError: ")


def test_an_interrupt_is_quiet(pipeline: Pipeline, typed: Typed) -> None:
    pipeline.trouble = KeyboardInterrupt()
    result = typed("L1Loss")
    assert result.exit_code == 130
    assert result.stderr.strip() == ""


def test_no_words_at_all_show_the_help_as_wrong_use(typed: Typed) -> None:
    result = typed()
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: inspect-loss NAME")


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_the_help_shows_the_options_of_a_report_and_the_commands(typed: Typed, word: str) -> None:
    result = typed(word)
    assert result.exit_code == 0
    assert all(word in result.stdout for word in ("--no-live", "--target-kind", "agreement", "completion", "Exit codes"))
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    assert "..." not in result.stdout.replace("COMMAND ...", "")


@pytest.mark.parametrize("command", ["list", "show", "schema", "agreement", "completion", "report"])
def test_every_command_has_help_of_its_own(typed: Typed, command: str) -> None:
    result = typed(command, "-h")
    assert result.exit_code == 0
    assert f"inspect-loss {command}" in result.stdout
