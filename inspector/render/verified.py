"""Evidence -> lines for a terminal: checks counted by kind, dtype and machine, what failed and why, and where machines differ.

In: an Evidence and a Look. Out: text. Colour says nothing that the text does not; it judges nothing that a check has not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from inspector.evidence import KINDS, Column, Evidence
from inspector.render.ink import Line, Look, Span, cells, fit, pad, paint, wrap
from inspector.render.numbers import MEASURED, CheckCell, cell_of, footnote, text
from inspector.report import Check

INDENT = (Span("  "),)
DEEPER = (Span("      "),)
WIDEST_TEXT = 110
Found = tuple[str, Check]


class Alike(NamedTuple):
    """What checks that failed, or did not run, for the same reason have in common."""

    subject: str
    kind: str
    claim: str
    why: str
    cause: str


def to_terminal(evidence: Evidence, look: Look) -> str:
    """The whole evidence; the checks one by one where the Look is verbose, the sentence alone where it is quiet."""
    columns = [(column, list(column.checks())) for column in evidence.columns]
    lines: list[Line] = []
    for column, found in columns:
        lines += [*_machine(column, found, look)]
    if not look.quiet:
        lines += [(), *_table(columns, look)]
        lines += [line for column, found in columns for line in _failures(column, found, look, several=len(columns) > 1)]
        lines += [*_differences(columns, look)] if len(columns) > 1 else []
        lines += [line for column, found in columns for line in _not_run(found, look)]
    if look.verbose:
        lines += [line for _, found in columns for line in _each(found, look)]
    return paint(lines, look)


def failed(evidence: Evidence) -> bool:
    """True where a check failed."""
    return any(outcome.status == "fail" for column in evidence.columns for group in column.groups for outcome in group.outcomes)


def never_called(evidence: Evidence) -> bool:
    """True where checks that call the loss were to run and none did: the formulas and the inputs alone say nothing of torch."""
    columns = [column for column in evidence.columns if column.machine.device != "meta"]  # where numbers cannot be checked
    outcomes = [each for column in columns for group in column.groups for each in group.outcomes]
    calling = [each.status for each in outcomes if each.kind not in ("closed form", "spread", "answer")]
    return bool(calling) and all(status == "not_run" for status in calling)


# -- pieces -------------------------------------------------------------------------------------------------------------


def _prose(spans: Iterable[Span], look: Look, first: Line = INDENT, rest: Line = INDENT) -> Iterator[Line]:
    return wrap(spans, min(look.width, WIDEST_TEXT), first, rest)


def _machine(column: Column, found: Sequence[Found], look: Look) -> Iterator[Line]:
    machine = column.machine
    losses = len({subject for subject, _ in found})
    yield (
        Span(fit(f"Verified: {_count(losses, 'loss', 'losses')}, {_count(len(column.groups), 'configuration')}", look.width), "heading"),
    )
    parts = (machine.name, machine.capability, machine.platform, f"Python {machine.python}")
    yield from _prose([Span(", ".join(part for part in parts if part), "quiet")], look)
    yield from _prose([_sentence([check for _, check in found])], look)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _sentence(checks: Sequence[Check]) -> Span:
    bad = [check for check in checks if check.status == "fail"]
    idle = sum(check.status == "not_run" for check in checks)
    known = sum(bool(check.cause) for check in bad)
    why = "" if not bad else ", all with a known cause" if known == len(bad) else f", {known} of them with a known cause"
    ran = len(checks) - idle
    said = f"{_count(ran, 'check')} ran: {ran - len(bad):,} passed, {len(bad):,} failed{why}"
    return Span(said + (f"; {idle:,} could not run" if idle else ""), "bad" if bad else "good" if ran else "")


# -- the table ----------------------------------------------------------------------------------------------------------


def _table(columns: Sequence[tuple[Column, list[Found]]], look: Look) -> Iterator[Line]:
    """A row a kind of check; a column a dtype and, where there are several, a machine."""
    yield from _prose([Span(f"{MEASURED.capitalize()}:", "quiet")], look)
    if len(columns) > 1:
        yield from (
            line for place, (column, _) in enumerate(columns, 1) for line in _prose([Span(f"[{place}] {column.machine.name}")], look)
        )
    cells_: dict[tuple[str, str], list[Check]] = {}
    for place, (_, found) in enumerate(columns, 1):
        for _, check in found:
            title = f"{check.dtype} [{place}]" if len(columns) > 1 else check.dtype
            cells_.setdefault((check.kind, title), []).append(check)
    titles = tuple(dict.fromkeys(title for _, title in cells_))
    kinds = sorted(dict.fromkeys(kind for kind, _ in cells_), key=rank)
    rows = [(kind, tuple(cell_of(cells_.get((kind, title), ())) for title in titles)) for kind in kinds]
    yield from _rows(titles, rows, look)
    said = footnote([check for group in cells_.values() for check in group])
    if said:
        yield from _prose([Span(said, "quiet")], look)


def rank(kind: str) -> tuple[int, str]:
    return (KINDS.index(kind) if kind in KINDS else len(KINDS), kind)


def _rows(titles: Sequence[str], rows: Sequence[tuple[str, tuple[CheckCell, ...]]], look: Look) -> Iterator[Line]:
    """The table, in blocks of as many columns as fit."""
    if not rows:
        return
    wide = max(max(map(cells, titles)), *(cells(cell.text) for _, row in rows for cell in row)) + 2
    left = max(cells(kind) for kind, _ in rows) + 4
    fitting = max(1, (look.width - left) // wide)
    for start in range(0, len(titles), fitting):
        some = slice(start, start + fitting)
        yield (Span(" " * left), *(Span(title.ljust(wide), "quiet") for title in titles[some]))
        for kind, row in rows:
            styled = (Span(cell.text.ljust(wide), "bad" if cell.failed else "" if cell.passed else "quiet") for cell in row[some])
            yield (*pad((*INDENT, Span(kind)), left), *styled)


# -- what failed, what did not run --------------------------------------------------------------------------------------


def alike(found: Iterable[Found], status: str) -> dict[Alike, list[Check]]:
    """Checks of one status that have everything but their configuration and dtype in common."""
    groups: dict[Alike, list[Check]] = {}
    for subject, check in found:
        if check.status == status:
            claim = check.claim if status == "fail" else ""
            why = check.reason if check.reason != check.cause else ""
            groups.setdefault(Alike(subject.rpartition(".")[2], check.kind, claim, why, check.cause), []).append(check)
    return groups


def _failures(column: Column, found: Sequence[Found], look: Look, *, several: bool) -> Iterator[Line]:
    groups = alike(found, "fail")
    if not groups:
        return
    yield ()
    yield (Span(f"Failed on {column.machine.name}" if several else "Failed", "heading"),)
    for one, checks in groups.items():
        yield from _prose([Span(f"✗ {one.subject}, {one.kind}: {one.claim}", "bad")], look, INDENT, (Span("    "),))
        dtypes = ", ".join(dict.fromkeys(check.dtype for check in checks))
        worst = cell_of(checks).worst
        size = f", off by up to {worst} ulp" if worst else ""
        said = f"{_count(len(checks), 'check')} ({dtypes}){size}, such as {checks[0].configuration}"
        yield from _prose([Span(said)], look, DEEPER, DEEPER)
        if one.why:
            yield from _prose([Span(one.why)], look, DEEPER, DEEPER)
        cause = f"Known: {one.cause}." if one.cause else "No cause is known: this may be new."
        yield from _prose([Span(cause, "" if one.cause else "bad")], look, DEEPER, DEEPER)


def idle(found: Iterable[Found]) -> dict[tuple[str, str], list[Check]]:
    """Checks that did not run, by loss and reason."""
    reasons: dict[tuple[str, str], list[Check]] = {}
    for subject, check in found:
        if check.status == "not_run":
            reasons.setdefault((subject.rpartition(".")[2], check.reason), []).append(check)
    return reasons


def _not_run(found: Sequence[Found], look: Look) -> Iterator[Line]:
    """Why some did not run, with how many; one line a reason and loss."""
    reasons = idle(found)
    if not reasons:
        return
    yield ()
    yield (Span("Could not run", "heading"),)
    for (subject, reason), checks in reasons.items():
        dtypes = ", ".join(dict.fromkeys(check.dtype for check in checks))
        kinds = ", ".join(sorted(dict.fromkeys(check.kind for check in checks), key=rank))
        words = f"{subject}: {reason} ({_count(len(checks), 'check')} of {kinds}; {dtypes})"
        yield from _prose([Span(words, "quiet")], look, INDENT, (Span("    "),))


def _each(found: Sequence[Found], look: Look) -> Iterator[Line]:
    yield ()
    yield (Span("Each check", "heading"),)
    marks = {"pass": "✓", "fail": "✗", "not_run": "-"}
    for _, check in found:
        size = "" if check.ulp_error is None or check.status == "not_run" else f", {text(check.ulp_error, digits=3)} ulp"
        words = f"{check.kind}: {check.configuration}, {check.dtype}, {check.device}: {check.claim}{size}"
        words += f" ({check.reason})" if check.reason else ""
        style = {"pass": "", "fail": "bad", "not_run": "quiet"}[check.status]
        yield from wrap([Span(f"{marks[check.status]} {words}", style)], look.width, INDENT, (Span("    "),))


Key = tuple[str, str, str, str, str]
"""Subject, kind, configuration, dtype and claim of a check."""


def apart(columns: Sequence[Iterable[Found]]) -> tuple[dict[Key, dict[int, str]], int]:
    """The checks whose statuses differ between columns, each with its status by column; and how many are in several columns."""
    status: dict[Key, dict[int, str]] = {}
    for place, found in enumerate(columns, 1):
        for subject, check in found:
            key = (subject, check.kind, check.configuration, check.dtype, check.claim)
            status.setdefault(key, {})[place] = check.status
    both = sum(len(each) > 1 for each in status.values())
    return {key: each for key, each in status.items() if len(set(each.values())) > 1}, both


def _differences(columns: Sequence[tuple[Column, list[Found]]], look: Look) -> Iterator[Line]:
    """Checks that came out otherwise on another machine."""
    different, both = apart([found for _, found in columns])
    yield ()
    yield (Span("Where the machines differ", "heading"),)
    yield from _prose([Span(f"{len(different):,} of {both:,} checks that are in several columns came out differently.")], look)
    for (subject, kind, configuration, dtype, claim), each in different.items():
        said = ", ".join(f"[{place}] {result.replace('_', ' ')}" for place, result in each.items())
        words = f"{subject.rpartition('.')[2]}, {kind}: {configuration}, {dtype}: {claim}: {said}"
        yield from _prose([Span(words)], look, INDENT, (Span("    "),))
