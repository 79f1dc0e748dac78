"""Builds the wheel of this checkout and installs it, with byte code, into an environment of its own: what users run, not what we edit.

In: the checkout. Out: an Installation whose command can be run and timed. The other packages are those of the running
Python, added by path, so nothing is downloaded.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CACHE = "INSPECT_LOSS_CACHE"
"""Says where the cache is. Each Installation has its own, empty at first."""


@dataclass(frozen=True)
class Installation:
    """An environment in `folder` that holds the built wheel."""

    folder: Path
    wheel: Path

    @property
    def python(self) -> Path:
        return self.folder / "environment" / "bin" / "python"

    @property
    def command(self) -> Path:
        return self.folder / "environment" / "bin" / "inspect-loss"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def environment(self, **more: str) -> dict[str, str]:
        """As a new user's: no colour forced, no width, no path to this checkout, the cache in a folder of its own."""
        dropped = ("PYTHONPATH", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "PAGER", "PYTHONDONTWRITEBYTECODE")
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        return kept | {CACHE: str(self.cache), **more}

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """`inspect-loss WORDS`, from a folder that is not the checkout."""
        return subprocess.run([self.command, *words], cwd=self.folder, env=self.environment(**more), capture_output=True, text=True)

    def imported(self, *words: str, **more: str) -> set[str]:
        """The top-level packages that `inspect-loss WORDS` imports, by the interpreter's own log."""
        done = self.run(*words, PYTHONPROFILEIMPORTTIME="1", **more)
        done.check_returncode()
        lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
        return {line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines}


def install(folder: Path) -> Installation:
    """Builds and installs into `folder`, which exists and is empty."""
    wheel = build_wheel(folder / "wheel")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "environment"], check=True, capture_output=True)
    made = Installation(folder, wheel)
    made.cache.mkdir()
    pip = [sys.executable, "-m", "pip", "--quiet", "--python", str(made.python), "install"]
    subprocess.run([*pip, "--no-index", "--no-deps", "--compile", str(wheel)], check=True, capture_output=True)
    lend_packages(made)
    return made


def build_wheel(folder: Path) -> Path:
    """The wheel of this checkout, as the build backend makes it."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def lend_packages(installation: Installation) -> None:
    """Puts the running Python's packages at the end of the path. A .pth file in a folder that is added so is not read:
    an editable installation of this project stays out.
    """
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([installation.python, "-c", ask], check=True, capture_output=True, text=True).stdout.strip()
    (Path(site) / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
