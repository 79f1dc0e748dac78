"""Writes tests/findings-RELEASE.txt: every finding of the installed torch, short enough to be read by a person in ten minutes.

In: the findings of all losses, run where they are not known yet. Out: the file. Run it when a rule changes, and read what changed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from inspector import probing
from inspector.render.folded import folded, where_else
from inspector.render.found import MEANS, SEVERITIES, machine, of_terms
from inspector.report import Finding
from inspector.source import finders

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """0: the file was written."""
    version = finders.find_installed().release.version
    release = version.partition("+")[0]
    every = probing.probe(())
    found = [finding for probed in every for finding in probed.findings]
    said = [f"# {machine(version, every[0].device)}", "# Those lines: inspect-loss findings", ""]
    (ROOT / "tests" / f"findings-{release}.txt").write_text("".join(f"{line}\n" for line in (*said, *lines(found))), encoding="utf-8")
    return 0


def lines(findings: Iterable[Finding]) -> Iterator[str]:
    """The findings by severity, the worst first."""
    kept = folded(findings)
    for severity in SEVERITIES:
        some = [finding for finding in kept if finding.severity == severity]
        yield f"# {severity}: {MEANS[severity]} ({len(some)})"
        yield ""
        for finding in some:
            yield from of_finding(finding)
            yield ""


def of_finding(finding: Finding) -> list[str]:
    """One finding, without what differs from run to run: which signal ended a process, what the memory held."""
    name = finding.subject.rpartition(".")[2]
    message = re.sub(r"SIG[A-Z]+", "a signal", finding.message)
    if finding.rule == "differs" and " give " in message:
        message = message.partition(" give ")[0] + " give two results."
    told = [f"{name}, {finding.title}", f"    {finding.configuration}, {finding.dtype}", f"    {message}"]
    told += [f"    {where_else(finding)}"] if finding.also else []
    return told + ([f"    safe{of_terms(finding)}: {finding.safe}"] if finding.safe else [])


if __name__ == "__main__":
    sys.exit(main())
