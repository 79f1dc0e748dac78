"""The other commands: list, show, schema, agreement, completion."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from inspector.cli.agreement import summary
from inspector.errors import CouldNotRun

from .conftest import Typed, sample_report

# -- show ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    file = tmp_path / "report.json"
    file.write_text(sample_report.full_report().to_json(indent=2))
    return file


def test_a_saved_report_is_shown_with_its_figure_in_the_chain(typed: Typed, saved: Path) -> None:
    result = typed("show", str(saved))
    assert result.exit_code == 0
    assert "What happens in criterion(input, target)         9 of 9 steps confirmed by a run" in result.stdout


def test_a_report_is_read_from_standard_input(typed: Typed, saved: Path) -> None:
    assert typed("show", "-", input=saved.read_text()).stdout == typed("show", str(saved)).stdout


def test_a_shown_report_can_be_json_again(typed: Typed, saved: Path) -> None:
    assert typed("show", "--json", str(saved)).stdout.rstrip("\n") == saved.read_text()


def test_a_shown_report_with_a_failed_check_is_exit_code_one(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(sample_report.disagreeing_report().to_json())
    assert typed("show", str(tmp_path / "bad.json")).exit_code == 1


@pytest.mark.parametrize(
    ("text", "slug"),
    [("", "damaged-report"), ("{", "damaged-report"), ("[]", "damaged-report"), ('{"format_version": 999}', "report-version"),
     ('{"format_version": 1}', "damaged-report"), ("\x00\xff", "damaged-report")],
)  # fmt: skip
def test_a_damaged_report_is_one_line(typed: Typed, tmp_path: Path, text: str, slug: str) -> None:
    (tmp_path / "bad.json").write_text(text, encoding="latin-1")
    result = typed("show", str(tmp_path / "bad.json"))
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "bad.json" in result.stderr
    assert result.stderr.endswith(f"[{slug}]\n")


def test_a_file_that_is_not_there_is_one_line(typed: Typed, tmp_path: Path) -> None:
    for name in (tmp_path / "none.json", tmp_path):
        result = typed("show", str(name))
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
        assert result.stderr.endswith("[no-such-file]\n")


# -- schema --------------------------------------------------------------------------------------------------------------


def test_the_schema_is_json_and_describes_a_report(typed: Typed) -> None:
    schema = json.loads(typed("schema").stdout)
    assert "Report" in schema["$defs"]
    assert typed("schema").stdout == typed("schema").stdout


# -- list ----------------------------------------------------------------------------------------------------------------


def entry(name: str, summary: str, *, public: bool = True) -> SimpleNamespace:
    where = f"torch.nn.modules.loss.{name}"
    return SimpleNamespace(
        name=name, qualified_name=where, public_name=f"torch.nn.{name}" if public else "", summary=summary,
        file="torch/nn/modules/loss.py", line=7,
    )  # fmt: skip


@pytest.fixture
def losses(monkeypatch: pytest.MonkeyPatch) -> None:
    import inspector.pipeline

    entries = (entry("L1Loss", "Absolute error."), entry("MSELoss", "Squared error."), entry("_Loss", "", public=False))
    monkeypatch.setattr(inspector.pipeline, "list_losses", lambda: entries)
    monkeypatch.setattr(inspector.pipeline, "list_modules", lambda: (*entries, entry("Linear", "Affine.")))


@pytest.mark.usefixtures("losses")
def test_the_list_has_a_line_a_loss(typed: Typed) -> None:
    assert typed("list").stdout.splitlines() == [
        "L1Loss   torch/nn/modules/loss.py:7  Absolute error.",
        "MSELoss  torch/nn/modules/loss.py:7  Squared error.",
        "_Loss    torch/nn/modules/loss.py:7",
    ]


@pytest.mark.usefixtures("losses")
def test_the_list_of_modules_has_more(typed: Typed) -> None:
    assert "Linear" in typed("list", "--modules").stdout
    assert "Linear" not in typed("list").stdout


def test_a_summary_is_cut_where_the_terminal_ends() -> None:
    from inspector.cli.list import lines

    entries: Any = (entry("L1Loss", "word " * 40),)
    assert len(lines(entries, 80)[0]) == 80
    assert lines(entries, 80)[0].endswith("…")
    assert len(lines(entries, 0)[0]) > 200
    assert lines(entries, 45) == ["L1Loss  torch/nn/modules/loss.py:7"]


# -- agreement -----------------------------------------------------------------------------------------------------------


def row(configuration: str, observed: int, read: int, confirmed: int, *, missing: tuple[str, ...] = (), extra: tuple[str, ...] = ()) -> Any:
    return SimpleNamespace(
        subject="x", configuration=configuration, observed=observed, read=read, confirmed=confirmed, missing=missing, extra=extra
    )  # fmt: skip


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    import inspector.pipeline

    made: list[Any] = []
    monkeypatch.setattr(inspector.pipeline, "agreement_rows", lambda names=None, **asked: iter(made))
    return made


def test_full_agreement_is_exit_code_zero(typed: Typed, rows: list[Any]) -> None:
    rows += [row("L1Loss()", 9, 9, 9), row("MSELoss()", 11, 11, 11)]
    result = typed("agreement")
    assert result.exit_code == 0
    assert "   20             20             20            20  in all; 2 of 2 configurations agree in every call" in result.stdout
    assert "100 % of the calls that ran were read; 100 % of the calls read as taken ran" in result.stdout


def test_a_missed_call_is_exit_code_one_and_named_with_verbose(typed: Typed, rows: list[Any]) -> None:
    rows += [row("L1Loss()", 1000, 999, 999, missing=("a -> b",), extra=("c -> d",))]
    assert typed("agreement").exit_code == 1
    text = typed("agreement", "-v").stdout
    assert "ran, not read: a -> b" in text
    assert "read, did not run: c -> d" in text
    assert "99.9 % of the calls that ran were read" in text


def test_a_share_is_never_rounded_up_to_the_whole() -> None:
    assert summary([row("x", 100_000, 100_000, 99_999)])[1].startswith("99.9 % of the calls that ran")


def test_a_step_that_may_run_counts_as_read_and_not_as_taken(typed: Typed, rows: list[Any]) -> None:
    rows += [row("L1Loss()", 10, 8, 10)]
    result = typed("agreement")
    assert result.exit_code == 0
    assert "100 % of the calls that ran were read; 100 % of the calls read as taken ran" in result.stdout


def test_no_rows_are_no_share(typed: Typed, rows: list[Any]) -> None:
    assert "none of the calls that ran" in typed("agreement", "-q").stdout


# -- completion ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_script(typed: Typed, shell: str) -> None:
    result = typed("completion", shell)
    assert result.exit_code == 0
    assert "_INSPECT_LOSS_COMPLETE" in result.stdout


def completed(typed: Typed, words: str) -> list[str]:
    """What a shell would offer for the last of the words."""
    count = str(len(words.split(" ")) - 1)
    environment = {"_INSPECT_LOSS_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": count}
    return [line.partition(",")[2] for line in typed(env=environment).stdout.splitlines() if line]


@pytest.mark.usefixtures("losses")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("inspect-loss l", ["L1Loss", "list"]),
        ("inspect-loss L1", ["L1Loss"]),
        ("inspect-loss nn.M", ["nn.MSELoss"]),
        ("inspect-loss torch.nn.m", ["torch.nn.MSELoss"]),
        ("inspect-loss --json ms", ["MSELoss"]),
        ("inspect-loss report ms", ["MSELoss"]),
        ("inspect-loss agreement L1Loss ms", ["MSELoss"]),
        ("inspect-loss zzz", []),
    ],
)
def test_names_are_completed_where_a_name_may_stand(typed: Typed, words: str, offered: list[str]) -> None:
    assert completed(typed, words) == offered


@pytest.mark.usefixtures("losses")
def test_options_are_completed() -> None:
    from click.testing import CliRunner

    from inspector.cli.words import command_line

    environment = {"_INSPECT_LOSS_COMPLETE": "bash_complete", "COMP_WORDS": "inspect-loss --no", "COMP_CWORD": "1"}
    assert "--no-live" in CliRunner().invoke(command_line, [], prog_name="inspect-loss", env=environment).stdout


def test_without_torch_nothing_is_offered_and_nothing_breaks(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    import inspector.pipeline

    def nothing() -> Iterator[None]:
        raise CouldNotRun("no-torch", "torch is not installed")

    monkeypatch.setattr(inspector.pipeline, "list_losses", nothing)
    assert completed(typed, "inspect-loss Cro") == []
