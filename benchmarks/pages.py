"""Measures the building of the pages against Sphinx with autodoc, and Material with mkdocstrings, for the same losses.

In: the checkout, and the package index for the other two. Out: one table in Markdown on stdout: whole builds, interleaved in one run,
as ratios. Every build starts from nothing but a saved book (ours) or the installed torch (theirs).
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.installed import Installation, install, lend_packages

OTHERS = ("sphinx", "mkdocs-material", "mkdocstrings-python")
LIMITS = {"Sphinx, autodoc": 0.6, "Material, mkdocstrings": 0.1}
"""Ours may take at most this share of the other's time."""

NAMES = "from inspector import pipeline; print(*(entry.qualified_name for entry in pipeline.list_losses() if entry.public_name))"

SPHINX = """
project = "losses"
extensions = ["sphinx.ext.autodoc", "sphinx.ext.mathjax", "sphinx.ext.napoleon"]
"""

MKDOCS = """
site_name: losses
theme: {name: material, font: false}
plugins:
  - search
  - mkdocstrings: {handlers: {python: {options: {show_source: true, inherited_members: true}}}}
"""


def main() -> int:
    """Builds and prints; 0 where both limits are kept."""
    options = _arguments()
    with tempfile.TemporaryDirectory(prefix="inspect-loss-site-benchmark-") as name:
        folder = Path(name)
        (folder / "ours").mkdir()
        installation = install(folder / "ours")
        others = _environment(folder / "others")
        losses = subprocess.run(
            [installation.python, "-c", NAMES], env=installation.environment(), capture_output=True, text=True, check=True
        ).stdout.split()
        book = options.book.resolve() if options.book else _book(installation, folder / "book.json")
        jobs = {
            "ours, from a saved book": _ours(installation, book, folder / "site"),
            "Sphinx, autodoc": _sphinx(others, losses, folder / "sphinx"),
            "Material, mkdocstrings": _mkdocstrings(others, losses, folder / "mkdocstrings"),
        }
        taken = {name: [] for name in jobs}  # type: dict[str, list[float]]
        for _ in range(options.rounds):
            for job, build in jobs.items():
                taken[job].append(build())
    print(_table(taken, len(losses)))
    ours = statistics.median(taken["ours, from a saved book"])
    return int(any(ours > share * statistics.median(taken[other]) for other, share in LIMITS.items()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures the building of the site against two other generators.")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is built; the median counts (default 3)")
    parser.add_argument(
        "--book", type=Path, help="a book that `inspect-loss pages --save` wrote; without it one is made, which takes minutes"
    )
    return parser.parse_args()


def _environment(folder: Path) -> Installation:
    """An environment with the two other generators, and this one's torch."""
    made = Installation(folder, folder)
    subprocess.run([sys.executable, "-m", "venv", folder / "environment"], check=True, capture_output=True)
    subprocess.run([made.python, "-m", "pip", "install", "--quiet", *OTHERS], check=True)
    lend_packages(made)
    return made


def _book(installation: Installation, file: Path) -> Path:
    _run([installation.command, "pages", "--save", file, "--no-build"], installation.environment())
    return file


# -- the three builds ----------------------------------------------------------------------------------------------------


def _ours(installation: Installation, book: Path, site: Path) -> Callable[[], float]:
    return lambda: _timed(
        [installation.command, "pages", "--from", book, "--output", site], installation.environment(), site, "site/index.html"
    )


def _sphinx(others: Installation, losses: list[str], folder: Path) -> Callable[[], float]:
    """One page a loss, its members and those it inherits."""
    folder.mkdir()
    (folder / "conf.py").write_text(SPHINX)
    for name in losses:
        title = name.rpartition(".")[2]
        text = f"{title}\n{'=' * len(title)}\n\n.. autoclass:: {name}\n   :members:\n   :inherited-members:\n   :show-inheritance:\n"
        (folder / f"{title}.rst").write_text(text)
    pages = "\n".join(f"   {name.rpartition('.')[2]}" for name in losses)
    (folder / "index.rst").write_text(f"Losses\n======\n\n.. toctree::\n\n{pages}\n")
    words = [others.python, "-m", "sphinx", "-q", "-E", "-b", "html", folder, folder / "built"]
    return lambda: _timed(words, dict(os.environ), folder / "built")


def _mkdocstrings(others: Installation, losses: list[str], folder: Path) -> Callable[[], float]:
    (folder / "docs").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(MKDOCS)
    (folder / "docs" / "index.md").write_text("# Losses\n")
    for name in losses:
        title = name.rpartition(".")[2]
        (folder / "docs" / f"{title}.md").write_text(f"# {title}\n\n::: {name}\n")
    words = [others.python, "-m", "mkdocs", "build", "-q", "-f", folder / "mkdocs.yml", "-d", folder / "built"]
    return lambda: _timed(words, os.environ | {"NO_MKDOCS_2_WARNING": "1"}, folder / "built")


def _timed(words: list[object], environment: dict[str, str], made: Path, begins: str = "index.html") -> float:
    """Seconds of one build from nothing; one that leaves no pages is a failure of the benchmark."""
    shutil.rmtree(made, ignore_errors=True)
    start = time.perf_counter()
    _run(words, environment)
    taken = time.perf_counter() - start
    if not (made / begins).is_file():
        sys.exit(f"no site was built by: {' '.join(map(str, words))}")
    return taken


def _run(words: list[object], environment: dict[str, str]) -> None:
    done = subprocess.run([str(word) for word in words], env=environment, cwd=tempfile.gettempdir(), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}: exit code {done.returncode}\n{done.stderr[-2000:]}")


# -- telling -------------------------------------------------------------------------------------------------------------


def _table(taken: dict[str, list[float]], count: int) -> str:
    medians = {job: statistics.median(values) for job, values in taken.items()}
    ours = medians["ours, from a saved book"]
    lines = ["| build | seconds | ours takes | at most |", "|---|---|---|---|"]
    for job, median in medians.items():
        limit = LIMITS.get(job)
        lines.append(f"| {job} | {median:.2f} |" + (f" {ours / median:.2f} of it | {limit:g} |" if limit else " | |"))
    return "\n".join(lines) + f"\n\n{count} losses, medians of {len(taken['Sphinx, autodoc'])} interleaved rounds."


if __name__ == "__main__":
    sys.exit(main())
