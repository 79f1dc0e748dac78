"""`inspect-loss cache`: what is kept between runs, where, and how much of it; and away with it."""

from __future__ import annotations

import click


@click.command("cache")
@click.option("--clear", is_flag=True, help="Remove all of it; it is made or fetched again when it is needed.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def command(clear: bool, as_json: bool) -> int:
    """Show or clear what is kept between runs."""
    from inspector import pipeline

    found = pipeline.clear_cache() if clear else pipeline.kept()
    if as_json:
        import json

        rows = [{"kind": kind.name, "files": kind.files, "bytes": kind.size} for kind in found.kinds]
        click.echo(json.dumps({"folder": found.folder, "cleared": clear, "kinds": rows}, indent=2))
        return 0
    click.echo(f"{found.folder}{' (cleared)' if clear else ''}")
    for kind in found.kinds:
        click.echo(f"  {kind.name:12} {kind.files:6} {'file ' if kind.files == 1 else 'files'} {kind.size / 1e6:9.2f} MB")
    if not found.kinds:
        click.echo("  nothing is kept")
    return 0
