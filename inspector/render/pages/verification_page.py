"""What was verified, over all losses: a heat map of losses by machine and dtype, checks by kind, what failed and why, what did not run.

In: a Book. Out: verification.md. It counts what checks have judged, and judges nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from inspector.book import Book
from inspector.evidence import DTYPES, Column, Machine
from inspector.render import verified
from inspector.render.numbers import CheckCell, cell_of, footnote
from inspector.render.pages.environment import render
from inspector.render.pages.page import Page
from inspector.render.verified import Found
from inspector.report import Check, Record

MOST_SHOWN = 40
"""Differences between machines that are shown one by one."""


class Heat(Record, frozen=True):
    """One cell of the map."""

    state: str
    """"good", "bad", "part" (some did not run), "none" (nothing ran)."""
    text: str
    """How many ran, or how many of them failed."""
    said: str
    """The same in a sentence, for who does not see colours."""


class HeatRow(Record, frozen=True):
    """One loss."""

    name: str
    cells: tuple[Heat, ...]


class Title(Record, frozen=True):
    """One column of the map."""

    machine: str
    device: str
    dtype: str


class Kind(Record, frozen=True):
    """Checks of one kind."""

    name: str
    cells: tuple[CheckCell, ...]


class Failure(Record, frozen=True):
    """Checks that failed for one reason."""

    loss: str
    kind: str
    claim: str
    count: int
    dtypes: str
    worst: str
    example: str
    why: str
    cause: str


class Idle(Record, frozen=True):
    """Checks that did not run for one reason."""

    loss: str
    reason: str
    count: int
    kinds: str
    dtypes: str


class Apart(Record, frozen=True):
    """A check that came out otherwise on another machine."""

    loss: str
    words: str
    statuses: tuple[tuple[str, str], ...]


def pages(book: Book) -> Iterator[Page]:
    """The one page; none for a torch that was only read, and of which no machine sent evidence."""
    if book.is_read_only and not book.evidence.columns:
        return
    columns = [(column, list(column.checks())) for column in book.evidence.columns]
    titles = [Title(column.machine.name, column.machine.device, dtype) for column, _ in columns for dtype in DTYPES]
    different, both = verified.apart([found for _, found in columns])
    text = render(
        "verification.md",
        machines=[(column.machine, _counts(found)) for column, found in columns],
        titles=titles,
        spans=[(_short(column.machine), len(DTYPES)) for column, _ in columns],
        rows=list(_rows(book, columns)),
        kinds=list(_kinds(columns)),
        footnote=footnote([check for _, found in columns for _, check in found]),
        failures=[(column.machine, list(_failures(found))) for column, found in columns],
        idle=[(column.machine, list(_idle(found))) for column, found in columns],
        several=len(columns) > 1,
        apart=[_apart(key, each, columns) for key, each in list(different.items())[:MOST_SHOWN]],
        differing=len(different),
        both=both,
        names={chapter.name for chapter in book.chapters},
    )
    yield Page("verification.md", text, "What was verified", "Verify")


def _short(machine: Machine) -> str:
    return f"{machine.device}: {machine.processor}"


def _counts(found: Sequence[Found]) -> Counter[str]:
    return Counter(check.status for _, check in found)


def _rows(book: Book, columns: Sequence[tuple[Column, list[Found]]]) -> Iterator[HeatRow]:
    cells: dict[tuple[str, int, str], list[Check]] = {}
    for place, (_, found) in enumerate(columns):
        for subject, check in found:
            cells.setdefault((subject, place, check.dtype), []).append(check)
    for chapter in book.chapters:
        subject = chapter.report.subject.qualified_name
        yield HeatRow(
            chapter.name, tuple(_heat(cells.get((subject, place, dtype), ())) for place in range(len(columns)) for dtype in DTYPES)
        )


def _heat(checks: Sequence[Check]) -> Heat:
    ran = [check for check in checks if check.status != "not_run"]
    failed = sum(check.status == "fail" for check in ran)
    idle = len(checks) - len(ran)
    if not checks:
        return Heat("none", "–", "nothing was to be checked")
    if not ran:
        return Heat("none", "not run", f"{idle:,} checks could not run")
    words = f"{len(ran):,} checks ran, {failed:,} failed, {idle:,} could not run"
    return Heat("bad" if failed else "part" if idle else "good", f"✗ {failed:,} of {len(ran):,}" if failed else f"{len(ran):,}", words)


def _kinds(columns: Sequence[tuple[Column, list[Found]]]) -> Iterator[Kind]:
    cells: dict[tuple[str, int, str], list[Check]] = {}
    for place, (_, found) in enumerate(columns):
        for _, check in found:
            cells.setdefault((check.kind, place, check.dtype), []).append(check)
    for kind in sorted({kind for kind, _, _ in cells}, key=verified.rank):
        some = [cell_of(cells.get((kind, place, dtype), ())) for place in range(len(columns)) for dtype in DTYPES]
        yield Kind(kind, tuple(some))


def _failures(found: Sequence[Found]) -> Iterator[Failure]:
    for one, checks in verified.alike(found, "fail").items():
        dtypes = ", ".join(dict.fromkeys(check.dtype for check in checks))
        worst = cell_of(checks).worst
        yield Failure(one.subject, one.kind, one.claim, len(checks), dtypes, worst, checks[0].configuration, one.why, one.cause)


def _idle(found: Sequence[Found]) -> Iterator[Idle]:
    for (subject, reason), checks in verified.idle(found).items():
        kinds = ", ".join(sorted(dict.fromkeys(check.kind for check in checks), key=verified.rank))
        yield Idle(subject, reason, len(checks), kinds, ", ".join(dict.fromkeys(check.dtype for check in checks)))


def _apart(key: verified.Key, each: dict[int, str], columns: Sequence[tuple[Column, list[Found]]]) -> Apart:
    subject, kind, configuration, dtype, claim = key
    statuses = tuple((_short(columns[place - 1][0].machine), status.replace("_", " ")) for place, status in each.items())
    return Apart(subject.rpartition(".")[2], f"{kind}: {configuration}, {dtype}: {claim}", statuses)
