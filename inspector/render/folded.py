"""Findings of several losses that have one cause -> one finding that names all of them. The report of a single loss folds nothing.

In: findings, in order. Out: the same, fewer. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from inspector.report import Finding

FOLDED = ("undefined-value | empty",)
"""Causes that are one whatever else is said of them: the rest must be said in the same words."""
OF_A_FORMULA = ("wrong-value", "nonfinite-value", "nonfinite-gradient", "wrong-gradient", "vanishing-gradient", "clamped-gradient", "stuck")
"""Rules whose cause lies in the arithmetic of one loss: what is said of two in the same words has two causes all the same."""
DTYPES = "dtypes: "
LOSSES = "losses: "


def folded(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding for each cause, the plainest of those that have it, where the first of them stood; the others are named under "also".

    What is one whatever is said of it comes last.
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_cause(finding), []).append(finding)
    return tuple(_one(groups[cause]) for cause in sorted(groups, key=lambda cause: cause[0] in FOLDED))


def _cause(finding: Finding) -> tuple[str, ...]:
    tail = finding.id.partition(" | ")[2]
    if tail in FOLDED:
        return (tail,)
    if finding.rule in OF_A_FORMULA:
        return (finding.id,)
    # The arguments count as well, unless they are what the finding is about: each loss has inputs of its own.
    given = "" if finding.rule == "misleading-message" else finding.configuration.partition("(")[2]
    return (tail, finding.rule, finding.title, finding.message, given, finding.dtype, finding.safe)


def _one(group: list[Finding]) -> Finding:
    """The finding with the shortest lines to paste. What only it says besides, a dtype or a safer form, is left to its own report."""
    if len(group) == 1:
        return group[0]
    plainest = min(group, key=lambda finding: (len(finding.snippet), finding.subject))
    others = sorted(finding.subject.rpartition(".")[2] for finding in group if finding is not plainest)
    shared = [words for words in plainest.also if not words.startswith(DTYPES) and all(words in finding.also for finding in group)]
    dtypes = [dtype for dtype in _dtypes(plainest) if all(dtype in _dtypes(finding) for finding in group)]
    shortest = min((finding.message for finding in group), key=len)
    return replace(
        plainest,
        message=shortest if all(finding.message.startswith(shortest) for finding in group) else plainest.message,
        also=(*shared, *([f"{DTYPES}{', '.join(dtypes)}"] if dtypes else []), f"{LOSSES}{', '.join(others)}"),
        safe=plainest.safe if len({finding.safe for finding in group}) == 1 else "",
    )


def _dtypes(finding: Finding) -> list[str]:
    return [dtype for words in finding.also if words.startswith(DTYPES) for dtype in words.removeprefix(DTYPES).split(", ")]


def where_else(finding: Finding) -> str:
    """ "also: other inputs; dtypes: …; losses: …": each by itself."""
    apart = [words for words in finding.also if words.startswith((DTYPES, LOSSES))]
    inputs = [words for words in finding.also if words not in apart]
    return "; ".join([*([f"also: {', '.join(inputs)}"] if inputs else []), *apart])
