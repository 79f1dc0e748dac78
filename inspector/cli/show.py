"""`inspect-loss show FILE`: a report that --json saved, again, on a machine that needs no torch."""

from __future__ import annotations

from typing import Unpack

import click

from inspector.cli.output import How, Output, look, looks, read_bytes
from inspector.cli.report import exit_code


@click.command("show")
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="As JSON again, checked on the way.")
@looks
def command(file: str, as_json: bool, **how: Unpack[How]) -> int:
    """Show a report that --json saved; needs no torch.

    FILE is what `--json -o FILE` wrote; "-" reads standard input.
    """
    from inspector.render.faces import to_json, to_terminal
    from inspector.report import Report

    report = Report.from_json(read_bytes(file), "standard input" if file == "-" else file)
    with Output(how["output"], pager=False if as_json else how["pager"]) as out:
        out.write(to_json(report) if as_json else to_terminal(report, look(how)))
    return exit_code(report)
