"""The report command: in two parts as it comes, as JSON, into a file, in colour, and with an exit code."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from inspector.cli import output
from inspector.report import Report

from .conftest import Pipeline, Typed, sample_report


def test_the_static_part_is_written_before_anything_runs(
    pipeline: Pipeline, typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    import sys

    seen: list[str] = []
    pipeline.between = lambda: seen.append(sys.stdout.buffer.getvalue().decode())  # type: ignore[attr-defined]
    result = typed("L1Loss")
    assert "What happens in criterion(input, target)" in seen[0]
    assert "What ran" not in seen[0]
    assert result.stdout.startswith(seen[0])
    assert "9 of 9 steps confirmed by a run" in result.stdout[len(seen[0]) :]


def test_without_a_run_the_report_says_so(pipeline: Pipeline, typed: Typed) -> None:
    assert "Nothing was run: only the sources were read." in typed("L1Loss", "--no-live").stdout


def test_a_pipe_gets_neither_escape_codes_nor_lines_over_eighty_columns(pipeline: Pipeline, typed: Typed) -> None:
    text = typed("L1Loss").stdout
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(("columns", "widest"), [("60", 60), ("160", 160), ("1", 40), ("nonsense", 80), ("", 80)])
def test_columns_says_how_wide(pipeline: Pipeline, typed: Typed, columns: str, widest: int) -> None:
    text = typed("L1Loss", env={"COLUMNS": columns}).stdout
    assert widest - 30 < max(map(len, text.splitlines())) <= widest


@pytest.mark.parametrize(
    ("words", "environment", "coloured"),
    [
        ((), {}, False),
        (("--color", "always"), {}, True),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_is_as_asked_for(
    pipeline: Pipeline, typed: Typed, words: tuple[str, ...], environment: dict[str, str], coloured: bool
) -> None:
    assert ("\x1b[" in typed("L1Loss", *words, env=environment).stdout) is coloured


def test_quiet_shows_the_chain_alone(pipeline: Pipeline, typed: Typed) -> None:
    text = typed("L1Loss", "-q").stdout
    assert "F.cross_entropy" in text
    assert "Why it can be called" not in text
    assert text.endswith("9 of 9 steps confirmed by a run\n")


def test_verbose_unfolds_what_is_folded(pipeline: Pipeline, typed: Typed) -> None:
    assert "isinstance      " not in typed("L1Loss").stdout
    assert "isinstance      " in typed("L1Loss", "-v").stdout


def test_json_is_the_whole_report_and_the_same_bytes_twice(pipeline: Pipeline, typed: Typed) -> None:
    first, second = typed("L1Loss", "--json"), typed("L1Loss", "--json")
    assert Report.from_json(first.stdout) == pipeline.report
    assert first.stdout == second.stdout


def test_a_failed_check_is_exit_code_one(pipeline: Pipeline, typed: Typed) -> None:
    pipeline.report = sample_report.disagreeing_report()
    assert typed("L1Loss").exit_code == 1
    assert typed("L1Loss", "--json").exit_code == 1


def test_a_file_is_written_whole(pipeline: Pipeline, typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text("old")
    assert typed("L1Loss", "--json", "-o", str(file)).stdout == ""
    assert Report.from_json(file.read_text()) == pipeline.report
    assert os.listdir(tmp_path) == ["report.json"]


def test_text_goes_into_a_file_without_escape_codes(pipeline: Pipeline, typed: Typed, tmp_path: Path) -> None:
    typed("L1Loss", "-o", str(tmp_path / "report.txt"))
    assert (tmp_path / "report.txt").read_text() == typed("L1Loss").stdout


@pytest.mark.parametrize("trouble", [KeyboardInterrupt(), ZeroDivisionError()])
def test_an_interrupted_command_leaves_the_old_file(pipeline: Pipeline, typed: Typed, tmp_path: Path, trouble: BaseException) -> None:
    file = tmp_path / "report.txt"
    file.write_text("old")

    def interrupt() -> None:
        raise trouble

    pipeline.between = interrupt
    assert typed("L1Loss", "-o", str(file)).exit_code == (130 if isinstance(trouble, KeyboardInterrupt) else 3)
    assert (file.read_text(), os.listdir(tmp_path)) == ("old", ["report.txt"])


def test_a_file_that_cannot_be_written_is_one_line_and_exit_code_three(pipeline: Pipeline, typed: Typed, tmp_path: Path) -> None:
    result = typed("L1Loss", "-o", str(tmp_path / "nowhere" / "report.txt"))
    assert result.exit_code == 3
    assert re.fullmatch(r"inspect-loss: cannot write: .* \(.*\): .* \[cannot-write\]\n", result.stderr)
    assert os.listdir(tmp_path) == []


def test_a_device_is_written_to_and_a_link_stays_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    output.write_whole(str(tmp_path / "pipe"), b"all of it")
    assert os.read(reader, 99) == b"all of it"
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()
    (tmp_path / "link").symlink_to("file")
    output.write_whole(str(tmp_path / "link"), b"too")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"too"
