"""`inspect-loss agreement`: the measure of the reader, as a table: calls read as taken against calls that ran."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from inspector.cli.names import complete_names
from inspector.cli.waiting import Waiting

if TYPE_CHECKING:
    from inspector.pipeline import AgreementRow

HEAD = ("ran", "of these read", "read as taken", "of these ran", "configuration")


@click.command("agreement")
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=complete_names)
@click.option("--all", "every", is_flag=True, help="Every configuration of each loss, not only the one with default arguments.")
@click.option("--modules", is_flag=True, help="Every class under torch.nn that can be run, not only the losses.")
@click.option("-v", "--verbose", is_flag=True, help="Name each call that was missed, or read but not run.")
@click.option("-q", "--quiet", is_flag=True, help="The total alone.")
def command(names: tuple[str, ...], every: bool, modules: bool, verbose: bool, quiet: bool) -> int:
    """Compare what is read with what runs, as a table.

    For the losses NAME, or for all. Exit code 1 where a call ran that was not read, or was read as taken and did not run.
    """
    from inspector import pipeline

    rows: list[AgreementRow] = []
    with Waiting(wanted=not quiet) as waiting:
        waiting.begin("loading torch")
        if not quiet:
            click.echo(_columns(*HEAD))
        for row in pipeline.agreement_rows(names or None, every=every, modules=modules):
            rows.append(row)
            waiting.end()
            for line in () if quiet else _row(row, verbose=verbose):
                click.echo(line)
            waiting.begin(f"{len(rows)} compared")
    for line in summary(rows):
        click.echo(line)
    return int(any(row.missing or row.extra for row in rows))


def _columns(*cells: object) -> str:
    *numbers, name = cells
    return "  ".join([*(f"{number:>{max(5, len(title))}}" for number, title in zip(numbers, HEAD, strict=False)), str(name)])


def _numbers(row: AgreementRow) -> tuple[int, int, int, int]:
    """Calls that ran, how many of these were read; calls read as taken, how many of these ran."""
    return row.observed, row.confirmed, row.read, row.read - len(row.extra)


def _row(row: AgreementRow, *, verbose: bool) -> Iterator[str]:
    yield _columns(*_numbers(row), row.configuration + ("  ✗" if row.missing or row.extra else ""))
    if verbose:
        yield from (f"{'':7}ran, not read: {call}" for call in row.missing)
        yield from (f"{'':7}read, did not run: {call}" for call in row.extra)


def summary(rows: list[AgreementRow]) -> list[str]:
    """The totals, and the two shares that measure the reader."""
    ran, found, taken, followed = (sum(column) for column in zip(*map(_numbers, rows), strict=True)) if rows else (0, 0, 0, 0)
    full = sum(not row.missing and not row.extra for row in rows)
    return [
        _columns(ran, found, taken, followed, f"in all; {full} of {len(rows)} configurations agree in every call"),
        f"{_share(found, ran)} of the calls that ran were read; {_share(followed, taken)} of the calls read as taken ran",
    ]


def _share(part: int, whole: int) -> str:
    """The share, rounded down: 100 % only where nothing is missing."""
    return f"{1000 * part // whole / 10:g} %" if whole else "none"
