"""ruff and mypy have nothing to say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True)


def test_ruff_finds_nothing() -> None:
    done = run("ruff", "check", "--no-cache", ".")
    assert done.returncode == 0, done.stdout


def test_mypy_strict_finds_nothing_in_tools_and_benchmarks() -> None:
    done = run("mypy", "--strict", "--explicit-package-bases", "tools", "benchmarks")
    assert done.returncode == 0, done.stdout


def test_mypy_strict_finds_nothing_in_the_package() -> None:
    done = run("mypy", "--strict", "inspector")
    assert done.returncode == 0, done.stdout
