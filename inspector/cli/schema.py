"""`inspect-loss schema`: the JSON Schema of a report, for those who build on --json."""

from __future__ import annotations

import click


@click.command("schema")
def command() -> int:
    """Print the JSON Schema of what --json writes."""
    import json

    from inspector.report import schema

    click.echo(json.dumps(schema(), indent=2, sort_keys=True))
    return 0
