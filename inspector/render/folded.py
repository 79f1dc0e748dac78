"""Findings of several losses that have one cause -> one finding that names all of them. The report of a single loss folds nothing.

In: findings, in order. Out: the same, fewer. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from inspector.report import Finding

FOLDED = ("undefined-value | empty",)
"""Causes that are one whatever else is said of them: the rest must be said in the same words."""


def folded(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding for each cause, the plainest of those that have it, where the first of them stood; the others are named under "also"."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_cause(finding), []).append(finding)
    return tuple(_one(group) for group in groups.values())


def _cause(finding: Finding) -> tuple[str, ...]:
    tail = finding.id.partition(" | ")[2]
    return (tail,) if tail in FOLDED else (tail, finding.title, finding.message, finding.safe)


def _one(group: list[Finding]) -> Finding:
    """The finding with the shortest lines to paste. What only it says besides, a dtype or a safer form, is left to its own report."""
    if len(group) == 1:
        return group[0]
    plainest = min(group, key=lambda finding: (len(finding.snippet), finding.subject))
    others = sorted(finding.subject.rpartition(".")[2] for finding in group if finding is not plainest)
    shared = tuple(words for words in plainest.also if all(words in finding.also for finding in group))
    shortest = min((finding.message for finding in group), key=len)
    return replace(
        plainest,
        message=shortest if all(finding.message.startswith(shortest) for finding in group) else plainest.message,
        also=(*others, *shared),
        safe=plainest.safe if len({finding.safe for finding in group}) == 1 else "",
    )
