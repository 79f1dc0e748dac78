"""The fixture that holds the world as before does fail a test that leaves it changed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"

LEFT_CHANGED = {
    "torch grad mode": "torch.set_grad_enabled(False)",
    "torch default dtype": "torch.set_default_dtype(torch.float64)",
    "torch random state": "torch.rand(1)",
    "Module members": "torch.nn.Module.__call__ = lambda self: None",
    "global hooks": "torch.nn.modules.module.register_module_forward_hook(print)",
    "random state": "random.random()",
    "sys.setprofile": "sys.setprofile(lambda *a: None)",
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest says of tests that each leave one thing changed, and put it back once they were judged."""
    folder = tmp_path_factory.mktemp("world")
    shutil.copy(CONFTEST, folder / "conftest.py")
    tests = "".join(f"def test_{number}():\n    {line}\n" for number, line in enumerate(LEFT_CHANGED.values()))
    (folder / "test_change.py").write_text("import random, sys, torch\ndef test_that_changes_nothing():\n    pass\n" + tests)
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", LEFT_CHANGED)
def test_a_change_that_is_left_behind_fails_the_test(outcome: str, name: str) -> None:
    number = list(LEFT_CHANGED).index(name)
    section = outcome.split(f"ERROR at teardown of test_{number} ")[1].split("ERROR at teardown")[0]
    assert f"left the world changed: {name}" in section


def test_what_changes_nothing_passes(outcome: str) -> None:
    assert "teardown of test_that_changes_nothing" not in outcome


def test_a_test_without_torch_does_not_load_it(tmp_path: Path) -> None:
    shutil.copy(CONFTEST, tmp_path / "conftest.py")
    (tmp_path / "test_light.py").write_text("import sys\ndef test_one():\n    assert 'torch' not in sys.modules\n")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
