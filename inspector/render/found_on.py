"""What probes found on several machines -> lines for a terminal or JSON: each finding once, with the machines that show it.

In: Probed records by machine. Out: text, the same in whatever order the machines come. It judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import msgspec

from inspector.evidence import Machine
from inspector.render.found import DEEPER, INDENT, MEANS, SEVERITIES, WIDEST_TEXT, chosen, of_finding
from inspector.render.ink import Line, Look, Span, paint, wrap
from inspector.report import Finding, Probed

OnMachine: TypeAlias = tuple[Machine, Sequence[Probed]]
MOST = 12
"""Wordings that are shown without -v."""


class _Seen(NamedTuple):
    """One finding, and the numbers of the machines that show it."""

    finding: Finding
    on: tuple[int, ...]


def to_json(columns: Sequence[OnMachine], severities: Sequence[str] = ()) -> str:
    """Everything by machine, with the findings of some severities only where some are named."""
    made = [
        {"machine": machine, "probed": [msgspec.structs.replace(each, findings=chosen(each.findings, severities)) for each in probed]}
        for machine, probed in columns
    ]
    return msgspec.json.format(msgspec.json.encode(made, order="deterministic"), indent=2).decode() + "\n"


def to_terminal(columns: Sequence[OnMachine], severities: Sequence[str], look: Look, left_out: Sequence[Machine] = ()) -> str:
    """The machines, then the findings by severity, the worst first, then what devices refuse in other words."""
    found = _merged(columns, severities)
    lines: list[Line] = [*_machines(columns, left_out, look)]
    for severity in SEVERITIES:
        some = [each for each in found if each.finding.severity == severity]
        if some and not look.quiet:
            lines += [(), (Span(f"{severity[:1].upper()}{severity[1:]}: {MEANS[severity]}", "heading"),)]
            lines += [line for each in some for line in _one(each, look, several=len(columns) > 1)]
    if not look.quiet:
        lines += [*wordings((each for _, probed in columns for each in probed), look)]
    return paint(lines, look)


def wordings_to_terminal(probed: Sequence[Probed], look: Look) -> str:
    """The same as `wordings`, as text."""
    return paint(list(wordings(probed, look)), look)


def wordings(probed: Iterable[Probed], look: Look) -> Iterator[Line]:
    """What devices say of the same refused call, side by side; nothing where they say the same."""
    found = list(dict.fromkeys((tuple(each.texts.items()), each.subject) for some in probed for each in some.wordings))
    if not found:
        return
    yield from ((), (Span("Refused in other words on another device", "heading"),))
    for texts, subject in found if look.verbose else found[:MOST]:
        yield from _prose([Span(subject.rpartition(".")[2], "name")], look, INDENT)
        for device, text in texts:
            yield from _prose([Span(f"{device}: "), Span(" ".join(text.split()), "quiet")], look, DEEPER)
    if len(found) > MOST and not look.verbose:
        yield from _prose([Span(f"… {len(found) - MOST} more: -v shows them", "quiet")], look, INDENT)


def _merged(columns: Sequence[OnMachine], severities: Sequence[str]) -> list[_Seen]:
    """Each finding once, told as the first machine that has it tells it."""
    first: dict[str, Finding] = {}
    on: dict[str, list[int]] = {}
    for place, (_, probed) in enumerate(columns, 1):
        for finding in (finding for each in probed for finding in chosen(each.findings, severities)):
            first.setdefault(finding.id, finding)
            on.setdefault(finding.id, []).append(place)
    return [_Seen(finding, tuple(dict.fromkeys(on[name]))) for name, finding in first.items()]


def _machines(columns: Sequence[OnMachine], left_out: Sequence[Machine], look: Look) -> Iterator[Line]:
    yield (Span(f"Probed on {len(columns)} machine{'s' if len(columns) != 1 else ''}", "heading"),)
    for place, (machine, probed) in enumerate(columns, 1):
        calls, findings = sum(each.calls for each in probed), sum(len(each.findings) for each in probed)
        said = f"{len(probed)} loss{'es' if len(probed) != 1 else ''}, {calls:,} calls, {findings} finding{'s' if findings != 1 else ''}"
        yield from _prose([Span(f"[{place}] {machine.name}, {machine.platform}"), Span(f": {said}", "quiet")], look, INDENT)
    for machine in left_out:
        yield from _prose([Span(f"Left out, being of another release: {machine.name}", "bad")], look, INDENT)


def _one(seen: _Seen, look: Look, *, several: bool) -> Iterator[Line]:
    yield from of_finding(seen.finding, look, named=True)
    if several:
        yield from _prose([Span(f"On {', '.join(f'[{place}]' for place in seen.on)}.", "quiet")], look, DEEPER)


def _prose(spans: Sequence[Span], look: Look, indent: Line) -> Iterator[Line]:
    return wrap(spans, min(look.width, WIDEST_TEXT), indent, indent)
