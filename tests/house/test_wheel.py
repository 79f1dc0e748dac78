"""The wheel that users install: what is in it, and that its command runs where the checkout is not."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from benchmarks.installed import Installation

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def names(installed: Installation) -> list[str]:
    return zipfile.ZipFile(installed.wheel).namelist()


def test_the_wheel_holds_every_module(names: list[str]) -> None:
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "inspector").rglob("*.py")}
    assert modules <= set(names)


def test_the_wheel_holds_the_templates_the_type_marker_and_the_licences(names: list[str]) -> None:
    templates = {"inspector/" + str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*") if path.is_file()}
    assert templates
    assert templates <= set(names)
    assert "inspector/py.typed" in names
    assert {"LICENSE", "NOTICE"} <= {name.rsplit("/", 1)[1] for name in names if ".dist-info/licenses/" in name}


def test_the_wheel_holds_nothing_else(names: list[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in names} == {"inspector", "inspect_loss"}


def test_the_package_comes_from_the_wheel(installed: Installation) -> None:
    ask = "import inspector; print(inspector.__file__)"
    words = [str(installed.python), "-c", ask]
    done = subprocess.run(words, cwd=installed.folder, env=installed.environment(), capture_output=True, text=True)
    assert done.stdout.startswith(str(installed.folder)), done.stdout + done.stderr


def test_version_names_ours_torchs_and_pythons(installed: Installation) -> None:
    done = installed.run("--version")
    assert done.returncode == 0, done.stderr
    assert installed.wheel.name.split("-")[1] in done.stdout
    assert "torch" in done.stdout
    assert "Python" in done.stdout


def test_list_names_the_losses(installed: Installation) -> None:
    done = installed.run("list")
    assert done.returncode == 0, done.stderr
    assert {"CrossEntropyLoss", "MSELoss", "CTCLoss"} <= set(done.stdout.split())


def test_a_report_is_made(installed: Installation) -> None:
    done = installed.run("CrossEntropyLoss", "--no-live")
    assert done.returncode == 0, done.stderr
    assert "_wrapped_call_impl" in done.stdout


def test_a_report_in_json_comes_back(installed: Installation) -> None:
    done = installed.run("CrossEntropyLoss", "--no-live", "--json")
    assert done.returncode == 0, done.stderr
    (installed.folder / "report.json").write_text(done.stdout)
    shown = installed.run("show", "report.json")
    assert shown.returncode == 0, shown.stderr
    assert "_wrapped_call_impl" in shown.stdout


def test_the_module_can_be_run(installed: Installation) -> None:
    words = [str(installed.python), "-m", "inspector", "--version"]
    done = subprocess.run(words, cwd=installed.folder, env=installed.environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == installed.run("--version").stdout


# -- what is not loaded --------------------------------------------------------------------------------------------------

COMPLETION = {"_INSPECT_LOSS_COMPLETE": "bash_complete", "COMP_WORDS": "inspect-loss Cross", "COMP_CWORD": "1"}


@pytest.mark.parametrize(
    ("words", "more"),
    [(["--help"], {}), (["list"], {}), (["--version"], {}), ([], COMPLETION)],
    ids=["--help", "list", "--version", "completion"],
)
def test_a_cheap_command_loads_nothing_heavy(installed: Installation, words: list[str], more: dict[str, str]) -> None:
    installed.run(*words, **more)
    loaded = installed.imported(*words, **more)
    assert "inspector" in loaded, "the log of imports was not read"
    assert loaded & {"torch", "libcst", "numpy", "rich", "jinja2", "mpmath"} == set()


def test_a_report_without_a_run_does_not_load_torch(installed: Installation) -> None:
    assert installed.imported("MSELoss", "--no-live") & {"torch", "numpy"} == set()


def test_a_report_that_was_read_before_is_not_read_again(installed: Installation) -> None:
    installed.run("L1Loss", "--no-live")
    assert installed.imported("L1Loss", "--no-live") & {"torch", "numpy", "libcst"} == set()


def test_completion_names_the_losses(installed: Installation) -> None:
    assert "CrossEntropyLoss" in installed.run(**COMPLETION).stdout


@pytest.mark.parametrize("name", ["torch", "numpy", "libcst", "rich", "jinja2"])
def test_importing_the_package_loads_nothing_heavy(installed: Installation, name: str) -> None:
    ask = f"import inspector, sys; sys.exit({name!r} in sys.modules)"
    assert subprocess.run([installed.python, "-c", ask], cwd=installed.folder, env=installed.environment()).returncode == 0
