"""What probes found -> lines for a terminal or JSON: findings and accepted inputs.

In: Probed records. Out: text. Colour says nothing that the text does not; it judges nothing.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from inspector.render import sayings
from inspector.render.folded import folded, where_else
from inspector.render.ink import Line, Look, Span, paint, wrap
from inspector.report import Acceptance, Finding, NotRun, Probed, Report

INDENT = (Span("  "),)
DEEPER = (Span("      "),)
WIDEST_TEXT = 110
SEVERITIES = (
    "crash",
    "wrong number",
    "nan or inf",
    "wrong gradient",
    "undocumented acceptance",
    "misleading message",
    "documentation slip",
)
MEANS = {
    "crash": "the process dies, and nothing can be caught",
    "wrong number": "a wrong number without a word",
    "nan or inf": "nan or inf where the exact number is finite, or where there is nothing to average",
    "wrong gradient": "a gradient that is wrong, kept small, or zero where learning is expected",
    "undocumented acceptance": "taken, though it is outside what is documented",
    "misleading message": "an error that does not say what is wrong",
    "documentation slip": "the documentation says otherwise",
}
"""What each severity means, the worst first."""


def to_json(probed: Sequence[Probed], severities: Sequence[str] = ()) -> str:
    """Everything as JSON, with the findings of some severities only where some are named."""
    kept = [msgspec.structs.replace(each, findings=chosen(each.findings, severities)) for each in probed]
    return msgspec.json.format(msgspec.json.encode(kept, order="deterministic"), indent=2).decode() + "\n"


def chosen(findings: Iterable[Finding], severities: Sequence[str]) -> tuple[Finding, ...]:
    """Those of some severities; all where none is named."""
    return tuple(finding for finding in findings if not severities or finding.severity in severities)


def to_terminal(probed: Sequence[Probed], severities: Sequence[str], look: Look, release: str = "") -> str:
    """The findings of several losses by severity, the worst first; of one loss its accepted inputs too where the Look is verbose."""
    found = folded(finding for each in probed for finding in chosen(each.findings, severities))
    lines: list[Line] = [*_summary(probed, found, look), *(_prose(machine(release, probed[0].device), look) if release else ())]
    for severity in SEVERITIES:
        some = [finding for finding in found if finding.severity == severity]
        if some and not look.quiet:
            lines += [(), (Span(f"{severity[:1].upper()}{severity[1:]}: {MEANS[severity]}", "heading"),)]
            lines += [line for finding in some for line in of_finding(finding, look, named=len(probed) > 1)]
    if look.verbose:
        lines += [line for each in probed for line in _accepted(each, look)]
        lines += sayings.lines(probed, look)
    return paint(lines, look)


def _summary(probed: Sequence[Probed], found: Sequence[Finding], look: Look) -> Iterator[Line]:
    calls, tried = sum(each.calls for each in probed), sum(each.probes for each in probed)
    names = probed[0].subject.rpartition(".")[2] if len(probed) == 1 else f"{len(probed)} losses"
    yield (Span(f"Probed: {names}", "heading"),)
    counts = [(severity, sum(finding.severity == severity for finding in found)) for severity in SEVERITIES]
    said = ", ".join(f"{count} {severity}" for severity, count in counts if count)
    asked = f"{tried:,} inputs at the edges, {calls:,} calls, on {probed[0].device}"
    yield from _prose(f"{asked}: {_many(found)}{f' ({said})' if said else ''}.", look)


def machine(release: str, device: str) -> str:
    """What it was run with. The inputs are numbers in the lines to paste: no seed is needed, but where a loss draws its own parameters."""
    return f"torch {release} on {device}. The inputs are in the lines to paste; where a loss draws parameters, they set the seed."


def _many(found: Sequence[Finding]) -> str:
    return f"{len(found)} finding{'s' if len(found) != 1 else ''}"


def of_finding(finding: Finding, look: Look, *, named: bool = False) -> Iterator[Line]:
    """One finding: its title, what it means, where else, and lines to paste."""
    name = f"{finding.subject.rpartition('.')[2]}, " if named else ""
    where = f"{finding.configuration}, {finding.dtype}"
    yield from wrap([Span(f"• {name}{finding.title}", "name"), Span(f"  {where}", "quiet")], _width(look), INDENT, (Span("    "),))
    yield from wrap([Span(finding.message)], _width(look), DEEPER, DEEPER)
    if said := where_else(finding):
        yield from wrap([Span(f"{said[:1].upper()}{said[1:]}.", "quiet")], _width(look), DEEPER, DEEPER)
    for line in finding.snippet.splitlines():
        yield (Span("        "), Span(line, "native"))  # never broken: it is there to be pasted
    if finding.safe:
        yield from wrap([Span(f"Safe{of_terms(finding)}: "), Span(finding.safe, "good")], _width(look), DEEPER, DEEPER)


def of_terms(finding: Finding) -> str:
    """What the safer form gives, where that is not what the usual reduction gives: a number for each term."""
    return "" if finding.rule == "undefined-value" else ", each term"


def section(report: Report, look: Look) -> Iterator[Line]:
    """Where the loss breaks and what it takes, in a report: a line a finding; with the lines to paste where the Look is verbose."""
    yield (Span("Where it breaks", "heading"),)
    if not report.findings:
        said = (
            f"{report.probed.reason[:1].upper()}{report.probed.reason[1:]}." if isinstance(report.probed, NotRun) else "Nothing was found."
        )
        yield from _prose(said, look)
    for finding in report.findings:
        if look.verbose:
            yield from of_finding(finding, look)
        else:
            words = [Span(f"{finding.severity}: ", "bad"), Span(finding.title), Span(f". {finding.message}", "quiet")]
            yield from wrap(words, _width(look), (Span("  • "),), (Span("    "),))
    if isinstance(report.probed, NotRun):
        return
    yield from ((), (Span("What it takes", "heading"),))
    rows = report.probed.accepted
    yield from accepted(rows, look) if look.verbose else _taken(rows, look)
    if look.verbose:
        yield from sayings.lines((report.probed,), look)


def _taken(rows: Sequence[Acceptance], look: Look) -> Iterator[Line]:
    """How many documented inputs were taken, and what else was, in a few lines."""
    documented = [row for row in rows if row.documented]
    taken = [row for row in documented if row.status in ("accepted", "warned")]
    yield from _prose(f"{len(taken)} of {len(documented)} documented shapes and dtypes were taken.", look)
    for title, some in (("refused", [row for row in documented if row.status == "refused"]), ("also", _beyond(rows))):
        said = "; ".join(dict.fromkeys(f"{row.altered} {row.what}".strip() for row in some))
        if said:
            yield from _fact(title, textwrap.shorten(said, 400, placeholder=" …"), look)
    refused = [row for row in rows if not row.documented and row.status == "refused"]
    yield from _prose(f"{len(refused)} others were refused: -v shows each with its text, `inspect-loss why` explains one.", look)


def _beyond(rows: Sequence[Acceptance]) -> list[Acceptance]:
    return [row for row in rows if not row.documented and row.status in ("accepted", "warned")]


def _accepted(probed: Probed, look: Look) -> Iterator[Line]:
    yield ()
    yield (Span(f"What {probed.subject.rpartition('.')[2]} takes", "heading"),)
    yield from accepted(probed.accepted, look)


def accepted(rows: Sequence[Acceptance], look: Look) -> Iterator[Line]:
    """Each documented way to call the loss, then what else was tried, those with the same answer together."""
    for case in dict.fromkeys(row.case for row in rows):
        yield from wrap([Span(case, "name")], _width(look), INDENT, INDENT)
        for said, some in _alike(row for row in rows if row.case == case).items():
            yield from wrap(
                [Span(said[0]), Span(", ".join(some)), Span(f": {said[1]}" if said[1] else "", "quiet")], _width(look), DEEPER, DEEPER
            )


def _alike(rows: Iterable[Acceptance]) -> dict[tuple[str, str], list[str]]:
    """(what happened, what torch said) -> the inputs."""
    words = {"accepted": "taken: ", "warned": "taken with a warning: ", "refused": "refused: ", "crashed": "ends the process: "}
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        undocumented = "not documented, " if not row.documented and row.status in ("accepted", "warned") else ""
        text = " ".join(row.text.split())
        found.setdefault((undocumented + words[row.status], text), []).append(f"{row.altered} {row.what}".strip())
    return found


def _fact(title: str, words: str, look: Look) -> Iterator[Line]:
    return wrap([Span(words)], _width(look), (Span(f"      {title:9}", "quiet"),), (Span(" " * 15),))


def _prose(words: str, look: Look) -> Iterator[Line]:
    return wrap([Span(words)], _width(look), INDENT, INDENT)


def _width(look: Look) -> int:
    return min(look.width, WIDEST_TEXT)
