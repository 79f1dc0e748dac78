"""The program as a process: what it imports, what a broken pipe does, and what a terminal, a pager and no torch make of it."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import sample_report

HEAVY = ("torch", "libcst", "numpy", "rich", "jinja2")
WITHOUT = """
import sys
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing!r}:
            raise ModuleNotFoundError("No module named " + repr(name), name=name)
sys.meta_path.insert(0, Nothing())
from inspector.cli import main
main({words!r})
"""


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    file = tmp_path / "report.json"
    file.write_text(sample_report.full_report().to_json())
    return file


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a plain user: no colours or pager asked for."""
    unset = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PAGER", "LESS")
    return {name: value for name, value in os.environ.items() if name not in unset} | {"TERM": "xterm-256color"}


def imported_by(words: list[str], extra: dict[str, str] | None = None) -> list[str]:
    code = f"import sys\nfrom inspector.cli import main\ntry:\n    main({words!r})\nexcept SystemExit:\n    pass\n"
    code += f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | (extra or {}), check=True)
    return list(json.loads(done.stderr.splitlines()[-1].replace("'", '"')))


@pytest.mark.parametrize("words", [["--help"], ["list"], ["completion", "bash"], ["--version"], ["schema"], ["agreement", "-h"]])
def test_quick_commands_load_nothing_heavy(words: list[str]) -> None:
    assert imported_by(words) == []


def test_reading_alone_loads_neither_torch_nor_what_draws() -> None:
    assert set(imported_by(["L1Loss", "--no-live"])) <= {"libcst"}


def test_reading_a_second_time_does_not_load_what_reads() -> None:
    imported_by(["L1Loss", "--no-live"])
    assert imported_by(["L1Loss", "--no-live"]) == []


def test_completing_a_name_loads_nothing_heavy() -> None:
    asked = {"_INSPECT_LOSS_COMPLETE": "bash_complete", "COMP_WORDS": "inspect-loss Cr", "COMP_CWORD": "1"}
    assert imported_by([], asked) == []


def test_showing_a_saved_report_loads_nothing_heavy(saved: Path) -> None:
    assert imported_by(["show", str(saved)]) == []


def test_a_saved_report_is_shown_where_there_is_no_torch(saved: Path) -> None:
    code = WITHOUT.format(missing=("torch", "libcst", "numpy"), words=["show", str(saved)])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "What happens in criterion(input, target)" in done.stdout


@pytest.mark.parametrize("words", [["--version"], ["--help"]])
def test_the_program_can_be_run_as_a_module(words: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "inspector", *words], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(("inspect-loss 0", "Usage: inspect-loss"))
    assert done.stderr == ""


def test_the_version_names_ours_torchs_and_pythons() -> None:
    done = subprocess.run([sys.executable, "-m", "inspector", "--version"], capture_output=True, text=True, check=True)
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["inspect-loss", "torch", "Python"]


def test_a_reader_that_stops_reading_is_no_trouble(saved: Path) -> None:
    """`| head -1`: quiet, whether the reader leaves at once or in the middle."""
    words = [sys.executable, "-m", "inspector", "show", "--json", str(saved)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(20) == 0


def test_an_output_without_box_letters_gets_ascii(saved: Path, environment: dict[str, str]) -> None:
    words = [sys.executable, "-m", "inspector", "show", str(saved)]
    done = subprocess.run(words, capture_output=True, env=environment | {"PYTHONIOENCODING": "ascii"}, check=True)
    assert done.stdout.isascii()
    assert b"torch._C._nn.cross_entropy_loss" in done.stdout


# -- on a terminal -------------------------------------------------------------------------------------------------------


class Terminal:
    """A process on a terminal of its own."""

    def __init__(self, words: list[str], environment: dict[str, str]) -> None:
        master, slave = pty.openpty()
        self.process = subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True)
        os.close(slave)
        self._master = master

    def output(self, seconds: float = 30) -> str:
        """Everything that the process writes until it ends."""
        return b"".join(self._parts(time.monotonic() + seconds)).decode()

    def _parts(self, end: float) -> Iterator[bytes]:
        while time.monotonic() < end and select.select([self._master], [], [], end - time.monotonic())[0]:
            try:
                part = os.read(self._master, 65536)
            except OSError:
                return
            if not part:
                return
            yield part

    def close(self) -> int:
        os.close(self._master)
        return self.process.wait(20)


def on_terminal(words: list[str], environment: dict[str, str]) -> tuple[str, int]:
    terminal = Terminal([sys.executable, "-m", "inspector", *words], environment)
    text = terminal.output()
    return text.replace("\r\n", "\n"), terminal.close()


def test_a_terminal_gets_colours_and_links(saved: Path, environment: dict[str, str]) -> None:
    text, code = on_terminal(["show", "--no-pager", str(saved)], environment)
    assert code == 0
    assert "\x1b[1m" in text
    assert "\x1b]8;;https://github.com/" in text


def test_no_color_holds_on_a_terminal(saved: Path, environment: dict[str, str]) -> None:
    assert "\x1b" not in on_terminal(["show", "--no-pager", str(saved)], environment | {"NO_COLOR": "1"})[0]


def pager(folder: Path, body: str) -> str:
    """A pager that is a script of ours."""
    script = folder / "pager"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o755)
    return str(script)


def test_a_terminal_gets_a_pager_that_reads_the_report(saved: Path, environment: dict[str, str], tmp_path: Path) -> None:
    through = pager(tmp_path, f'printf "%s" "$LESS" > {tmp_path}/less; cat > {tmp_path}/seen')
    text, code = on_terminal(["show", str(saved)], environment | {"PAGER": through})
    assert (text, code) == ("", 0)
    assert "What happens in" in (tmp_path / "seen").read_text()
    assert (tmp_path / "less").read_text() == "FRX"


@pytest.mark.parametrize("words", [["--no-pager"], ["-o", "/dev/null"]])
def test_no_pager_where_none_is_wanted(saved: Path, environment: dict[str, str], tmp_path: Path, words: list[str]) -> None:
    through = pager(tmp_path, f"touch {tmp_path}/started; cat")
    on_terminal(["show", *words, str(saved)], environment | {"PAGER": through})
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize("named", ["", "cat", "/nowhere/less"])
def test_without_a_pager_the_report_goes_to_the_terminal(saved: Path, environment: dict[str, str], named: str) -> None:
    text, code = on_terminal(["show", str(saved)], environment | {"PAGER": named})
    assert code == 0
    assert "What happens in" in text


def test_leaving_the_pager_early_is_no_trouble(saved: Path, environment: dict[str, str], tmp_path: Path) -> None:
    assert on_terminal(["show", str(saved)], environment | {"PAGER": pager(tmp_path, "exit 0")}) == ("", 0)


def test_an_interrupt_leaves_the_terminal_to_the_pager(saved: Path, environment: dict[str, str], tmp_path: Path) -> None:
    """Ctrl-C while a person reads belongs to the pager: the program waits until the pager has ended."""
    through = pager(tmp_path, f"trap '' INT; cat > /dev/null; touch {tmp_path}/read; sleep 1; touch {tmp_path}/ended")
    words = [sys.executable, "-m", "inspector", "show", str(saved)]
    terminal = Terminal(words, environment | {"PAGER": through})
    for _ in range(200):
        if (tmp_path / "read").exists():
            break
        time.sleep(0.05)
    os.killpg(terminal.process.pid, signal.SIGINT)
    text = terminal.output()
    assert "Traceback" not in text
    assert (tmp_path / "ended").exists()
    assert terminal.close() == 0


SLOW = """
import time
from inspector.cli.waiting import Waiting
with Waiting() as waiting:
    waiting.begin("thinking hard")
    time.sleep({seconds})
"""


@pytest.mark.parametrize(("seconds", "shown"), [(0.1, False), (1.0, True)])
def test_a_spinner_is_shown_on_a_terminal_once_half_a_second_is_over(environment: dict[str, str], seconds: float, shown: bool) -> None:
    terminal = Terminal([sys.executable, "-c", SLOW.format(seconds=seconds)], environment)
    text = terminal.output()
    terminal.close()
    assert ("thinking hard" in text) is shown


def test_no_spinner_goes_into_a_pipe(environment: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-c", SLOW.format(seconds=0.8)], capture_output=True, text=True, env=environment, check=True)
    assert (done.stdout, done.stderr) == ("", "")
