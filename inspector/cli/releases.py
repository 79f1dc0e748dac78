"""`inspect-loss releases`: the torch releases of the user's package index, the newest first, with what is kept and what is installed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from inspector.cli.waiting import Waiting

if TYPE_CHECKING:
    from inspector.source.releases import Found


@click.command("releases")
@click.option("--json", "as_json", is_flag=True, help="The list as JSON.")
@click.option("--offline", is_flag=True, help="Use no network: what the index said the last time.")
def command(as_json: bool, offline: bool) -> int:
    """List the torch releases that can be read."""
    from inspector import pipeline

    with Waiting(wanted=not as_json) as waiting:
        waiting.begin("asking the package index")
        found = pipeline.list_releases(offline=offline)
    click.echo(_json(found) if as_json else "\n".join(lines(found)))
    return 0


def lines(found: Iterable[Found]) -> list[str]:
    """One line a release, in columns."""
    rows = [(one.version, _day(one), _kept(one)) for one in found]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    return [f"{row[0].ljust(widths[0])}  {row[1].ljust(widths[1])}  {row[2]}".rstrip() for row in rows]


def _day(one: Found) -> str:
    """The day it came out, as the index says; else the day it was built, as its wheel says where that was read."""
    return one.date or (f"built {one.built}" if one.built else "date not given")


def _kept(one: Found) -> str:
    said = [f"cached, {one.kept_bytes / 1e6:.1f} MB"] if one.kept_bytes else []
    return ", ".join(["installed", *said] if one.installed else said)


def _json(found: Iterable[Found]) -> str:
    import json

    rows = [{"version": one.version, "date": one.date or None, "built": one.built or None, "cached": one.kept_bytes > 0,
             "cached_bytes": one.kept_bytes, "installed": one.installed} for one in found]  # fmt: skip
    return json.dumps(rows, indent=2)
