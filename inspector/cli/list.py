"""`inspect-loss list`: the losses of the installed torch, one a line: name, where it stands, what it is. torch is not imported."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.source.catalog import CatalogEntry

SHORTEST_SUMMARY = 20


@click.command("list")
@click.option("--modules", is_flag=True, help="Every class under torch.nn, not only the losses.")
def command(modules: bool) -> int:
    """List the losses of the installed torch."""
    from inspector import pipeline

    entries = pipeline.list_modules() if modules else pipeline.list_losses()
    click.echo("".join(f"{line}\n" for line in lines(entries, _width())), nl=False)
    return 0


def lines(entries: Sequence[CatalogEntry], width: int) -> list[str]:
    """One line an entry, in columns; the summary is cut where `width` (0: no limit) is reached."""
    rows = [(entry.name, f"{entry.file}:{entry.line}", entry.summary) for entry in entries]
    names, places = (max((len(row[column]) for row in rows), default=0) for column in (0, 1))
    room = width - names - places - 4
    return [f"{name:{names}}  {place:{places}}  {_cut(summary, room) if width else summary}".rstrip() for name, place, summary in rows]


def _cut(summary: str, room: int) -> str:
    if len(summary) <= room:
        return summary
    return summary[: room - 1].rstrip() + "…" if room >= SHORTEST_SUMMARY else ""


def _width() -> int:
    """The columns of the terminal; 0, no limit, for whatever reads a pipe line by line."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
