"""Measures the budgets on the installed wheel, as ratios against `import torch` in the same run, and prints one table in Markdown.

In: the checkout. Out: the table on stdout; with --write, in README.md too; with --check, exit code 1 where a budget is not kept.
A budget whose job does not exist yet has no row. Nothing is carried over from an earlier run.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.installed import CACHE, ROOT, Installation, install

COMPLETION = {"_INSPECT_LOSS_COMPLETE": "bash_complete", "COMP_WORDS": "inspect-loss Cross", "COMP_CWORD": "1"}
HEAVY = {"torch", "libcst", "numpy", "rich", "jinja2"}
QUOTED = re.compile(r"(<!-- benchmark -->\n).*?(<!-- end -->)", re.DOTALL)

ALL_LOSSES = """
from inspector import pipeline
entries = list(pipeline.list_losses())
for entry in entries:
    pipeline.inspect_loss(entry.qualified_name, live=False)
assert len(entries) > 20
"""


@dataclass(frozen=True)
class Job:
    """One row: what is run, with which cache, and the most it may take, as `times` imports of torch and `seconds` more."""

    name: str
    words: tuple[str, ...]
    times: float
    seconds: float = 0.0
    cached: bool = True
    environment: tuple[tuple[str, str], ...] = ()
    script: str = ""
    light: bool = False
    """Held to importing none of HEAVY."""


JOBS = (
    Job("`--help`", ("--help",), 0.06, light=True),
    Job("`list`", ("list",), 0.06, light=True),
    Job("completion of a name", (), 0.06, environment=tuple(COMPLETION.items()), light=True),
    Job("`CrossEntropyLoss --no-live`, second time", ("CrossEntropyLoss", "--no-live"), 0.08),
    Job("the same, nothing cached", ("CrossEntropyLoss", "--no-live"), 0.25, cached=False),
    Job("all loss classes read and traced, nothing cached", (), 0.60, cached=False, script=ALL_LOSSES),
    Job("`CrossEntropyLoss` with its run, example and checks", ("CrossEntropyLoss",), 1.3, seconds=0.3),
)


def main() -> int:
    """Installs, measures, prints; 0 unless --check found a budget that is not kept."""
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="inspect-loss-benchmark-") as folder:
        installation = install(Path(folder))
        for job in JOBS:
            hold_to_light(installation, job)
        measured = measure(installation, options.rounds)
        text = table(measured) + "\n\n" + circumstances(installation, options.rounds, measured)
    print(text)
    if options.write:
        page = (ROOT / "README.md").read_text()
        (ROOT / "README.md").write_text(QUOTED.sub(lambda match: f"{match[1]}\n{text}\n\n{match[2]}", page))
    over = [job.name for job in JOBS if not kept(job, measured)]
    if over:
        print(f"over budget: {', '.join(over)}", file=sys.stderr)
    return int(bool(over) and options.check)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures the budgets against `import torch`.")
    parser.add_argument("--rounds", type=int, default=7, help="how often each job is run; the median counts (default 7)")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    parser.add_argument("--check", action="store_true", help="exit 1 where a budget is not kept")
    return parser.parse_args()


# -- measuring -----------------------------------------------------------------------------------------------------------

IMPORT = "import torch"


def measure(installation: Installation, rounds: int) -> dict[str, list[float]]:
    """Seconds of every job in every round. Each round runs every job once, so that a slow minute slows all of them;
    the first round warms the disk and is dropped.
    """
    jobs: dict[str, Callable[[], float]] = {IMPORT: lambda: seconds([str(installation.python), "-c", IMPORT], installation.environment())}
    jobs |= {job.name: (lambda job=job: time_job(installation, job)) for job in JOBS}  # type: ignore[misc]
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds + 1):
        for name, run in jobs.items():
            taken[name].append(run())
    return {name: values[1:] for name, values in taken.items()}


def time_job(installation: Installation, job: Job) -> float:
    """Seconds of one run; a job that wants nothing cached finds an empty folder, and leaves what was cached as it was."""
    python, command = str(installation.python), str(installation.command)
    words = [python, "-c", job.script] if job.script else [command, *job.words]
    if job.cached:
        return seconds(words, installation.environment(**dict(job.environment)))
    empty = Path(tempfile.mkdtemp(dir=installation.folder))
    try:
        return seconds(words, installation.environment(**dict(job.environment)) | {CACHE: str(empty)})
    finally:
        shutil.rmtree(empty)


def seconds(words: list[str], environment: dict[str, str]) -> float:
    """Of one process, from its start to its end; a failure of what is timed is a failure of the benchmark."""
    start = time.perf_counter()
    done = subprocess.run(words, env=environment, cwd=tempfile.gettempdir(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    taken = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(words)}: exit code {done.returncode}\n{done.stderr}")
    return taken


def hold_to_light(installation: Installation, job: Job) -> None:
    heavy = HEAVY & installation.imported(*job.words, **dict(job.environment)) if job.light else set()
    if heavy:
        sys.exit(f"{job.name} imports {', '.join(sorted(heavy))}")


# -- telling -------------------------------------------------------------------------------------------------------------


def table(measured: dict[str, list[float]]) -> str:
    """Markdown: job, budget, ratio, seconds, and whether the budget is kept."""
    unit = statistics.median(measured[IMPORT])
    rows = ["| job | at most | measured | seconds | kept |", "|---|---|---|---|---|", f"| `{IMPORT}` (I) | | 1 I | {unit:.2f} | |"]
    for job in JOBS:
        median = statistics.median(measured[job.name])
        at_most = f"{job.times:g} I" + (f" + {job.seconds:g} s" if job.seconds else "")
        rows.append(f"| {job.name} | {at_most} | {median / unit:.3f} I | {median:.3f} | {'yes' if kept(job, measured) else 'no'} |")
    return "\n".join(rows)


def kept(job: Job, measured: dict[str, list[float]]) -> bool:
    return statistics.median(measured[job.name]) <= job.times * statistics.median(measured[IMPORT]) + job.seconds


def circumstances(installation: Installation, rounds: int, measured: dict[str, list[float]]) -> str:
    """Where the numbers come from, and how far apart they were."""
    ask = "from importlib.metadata import version; print(version('torch'))"
    torch = subprocess.run([installation.python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
    low, high = min(measured[IMPORT]), max(measured[IMPORT])
    return (
        f"Medians of {rounds} interleaved rounds on the installed wheel: torch {torch}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores. `{IMPORT}` took {low:.2f} to {high:.2f} s."
    )


if __name__ == "__main__":
    sys.exit(main())
