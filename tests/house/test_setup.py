"""The set-up script, run on a copy of the project whose .venv holds a pip that only writes down what it was asked."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

FAKE_PYTHON = """#!/bin/sh
# Answers as .venv/bin/python would: the check for pip, the question for torch's version, and pip, which fails where told to.
case "$1 $2" in
  "-c "*"version('torch')"*) echo "$FAKE_TORCH" ;;
  "-c "*) exit 0 ;;
  "-m pip") shift 2; echo "$@" >> "$FAKE_LOG"
    case "$*" in *"$FAKE_FAILURE"*) [ -n "$FAKE_FAILURE" ] && exit 1 ;; esac ;;
esac
exit 0
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the files that the script reads, and a .venv whose Python is fake."""
    (tmp_path / "tools").mkdir()
    for name in ("pyproject.toml", "constraints.txt", "tools/setup.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(FAKE_PYTHON)
    python.chmod(0o755)
    return tmp_path


@pytest.fixture
def set_up(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Runs the script on the project and returns pip's command lines."""

    def run(*arguments: str, driver: bool = False, torch: str = "", failing: str = "", platform: str = "linux") -> list[str]:
        log = project / "pip.log"
        log.write_text("")
        for name, value in {"FAKE_LOG": str(log), "FAKE_TORCH": torch, "FAKE_FAILURE": failing}.items():
            monkeypatch.setenv(name, value)
        script = load(project / "tools" / "setup.py")
        monkeypatch.setattr(script, "has_nvidia_driver", lambda: driver)
        monkeypatch.setattr(script.sys, "platform", platform)
        script.main(list(arguments))
        return log.read_text().splitlines()

    return run


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("project_setup", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def torch_lines(lines: list[str]) -> list[str]:
    return [line for line in lines if line.split()[-1].startswith("torch")]


def test_without_an_nvidia_driver_the_cpu_build_is_asked_for_once_and_for_torch_alone(set_up: Any) -> None:
    (line,) = torch_lines(set_up())
    assert "--index-url https://download.pytorch.org/whl/cpu" in line
    assert "--retries 0" in line
    assert "--no-deps torch==" in line


def test_where_pytorchs_index_does_not_answer_plain_pip_takes_the_pinned_torch(set_up: Any) -> None:
    first, second = torch_lines(set_up(failing="--index-url"))
    assert "--index-url" in first
    assert "--index-url" not in second
    assert "constraints.txt torch" in second


@pytest.mark.parametrize("machine", [{"driver": True}, {"platform": "darwin"}])
def test_with_an_nvidia_driver_or_on_another_system_only_plain_pip_is_used(set_up: Any, machine: dict[str, Any]) -> None:
    (line,) = torch_lines(set_up(**machine))
    assert "--index-url" not in line


@pytest.mark.parametrize("build", ["", "+cpu", "+cu130"])
def test_a_torch_of_the_pinned_version_is_left_alone(set_up: Any, project: Path, build: str) -> None:
    pinned = load(project / "tools" / "setup.py").pinned_version("torch")
    assert torch_lines(set_up(torch=pinned + build)) == []


def test_a_torch_of_another_version_is_replaced(set_up: Any) -> None:
    assert len(torch_lines(set_up(torch="2.1.0"))) == 1


def test_nothing_but_torch_comes_from_pytorchs_index(set_up: Any) -> None:
    assert sum("--index-url" in line for line in set_up("--dev")) == 1


def test_what_is_not_torch_is_pinned(set_up: Any) -> None:
    others = [line for line in set_up("--dev") if line not in torch_lines([line])]
    assert len(others) == 3
    assert all("constraints.txt" in line for line in others)


def test_a_builder_that_cannot_be_had_is_no_failure(set_up: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert set_up("--dev", failing=" zensical")
    assert "Zensical could not be installed" in capsys.readouterr().err
    assert set_up("--dev") == []


def test_a_second_run_installs_nothing(set_up: Any) -> None:
    assert set_up()
    assert set_up() == []


def test_the_tests_need_more_than_the_program_and_the_program_no_more_than_the_tests(set_up: Any) -> None:
    assert not any("[dev]" in line for line in set_up())
    assert any("[dev]" in line for line in set_up("--dev"))
    assert set_up() == []


def test_a_changed_pin_sets_up_again(set_up: Any, project: Path) -> None:
    set_up()
    with (project / "constraints.txt").open("a") as constraints:
        constraints.write("one-more==1.0\n")
    assert set_up()


def test_a_failed_installation_is_not_taken_for_done(set_up: Any) -> None:
    with pytest.raises(SystemExit):
        set_up(failing="--editable")
    assert set_up()


def test_a_half_made_environment_is_made_again(project: Path, set_up: Any) -> None:
    (project / ".venv" / "bin" / "python").write_text("#!/bin/sh\nexit 1\n")
    script = load(project / "tools" / "setup.py")
    script.make_environment()
    assert subprocess.run([project / ".venv" / "bin" / "python", "-m", "pip", "--version"], capture_output=True).returncode == 0


def test_a_python_without_venv_is_told_what_to_install(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = load(project / "tools" / "setup.py")
    shutil.rmtree(project / ".venv")
    monkeypatch.setattr(script.sys, "executable", shutil.which("false"))
    with pytest.raises(SystemExit, match="python3-venv"):
        script.make_environment()


def test_an_old_python_is_told_so_in_one_line(project: Path) -> None:
    source = (project / "tools" / "setup.py").read_text()
    (project / "tools" / "setup.py").write_text(source.replace("OLDEST = (3, 11)", "OLDEST = (99, 0)"))
    done = subprocess.run([sys.executable, project / "tools" / "setup.py"], capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "make demo PYTHON=" in done.stderr


def test_every_direct_dependency_is_pinned(project: Path) -> None:
    import re
    import tomllib

    tables = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*tables["dependencies"], *(line for extra in tables["optional-dependencies"].values() for line in extra)]
    names = {re.split(r"[\[<>=]", line)[0].lower() for line in wanted} - {"inspect-loss"}
    pinned = {line.split("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line}
    assert names <= pinned
