"""`inspect-loss schema [RECORD]`: the JSON Schema of a report, a timeline or a comparison, for those who build on --json."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("record", metavar="[RECORD]", type=click.Choice(["Report", "Timeline", "Comparison"]), default="Report")
def command(record: str) -> int:
    """Print the JSON Schema of what --json writes.

    RECORD is Report, where it is left out; Timeline, what `history --json` writes; or Comparison, what `diff --json` writes.
    """
    import json

    from inspector.changes import schemas
    from inspector.report import schema

    click.echo(json.dumps(schema() if record == "Report" else schemas()[record], indent=2, sort_keys=True))
    return 0
