"""`inspect-loss show FILE`: a report that --json saved, or evidence of any number of machines, on a machine that needs no torch."""

from __future__ import annotations

from typing import Unpack

import click

from inspector.cli.output import How, Output, look, looks, read_bytes
from inspector.cli.report import exit_code
from inspector.errors import InspectError


@click.command("show")
@click.argument("files", metavar="FILE...", type=click.Path(allow_dash=True), nargs=-1, required=True)
@click.option("--evidence", "as_evidence", is_flag=True, help="Each FILE is what verify --save wrote: merged, a column a machine.")
@click.option("--json", "as_json", is_flag=True, help="As JSON again, checked on the way.")
@looks
def command(files: tuple[str, ...], as_evidence: bool, as_json: bool, **how: Unpack[How]) -> int:
    """Show a report that --json saved, or merged evidence; needs no torch.

    FILE is what `--json -o FILE` wrote; "-" reads standard input.
    """
    if as_evidence:
        return _show_evidence(files, how, as_json=as_json)
    if len(files) > 1:
        raise InspectError("usage", "one report at a time", todo="show them one by one, or say --evidence for files of verify --save")
    from inspector.render.faces import to_json, to_terminal
    from inspector.report import Report

    report = Report.from_json(read_bytes(files[0]), _place(files[0]))
    with Output(how["output"], pager=False if as_json else how["pager"]) as out:
        out.write(to_json(report) if as_json else to_terminal(report, look(how)))
    return exit_code(report, live=False)


def _show_evidence(files: tuple[str, ...], how: How, *, as_json: bool) -> int:
    from inspector.cli.verify import show
    from inspector.evidence import Evidence, merge

    return show(merge(Evidence.from_json(read_bytes(file), _place(file)) for file in files), how, as_json=as_json)


def _place(file: str) -> str:
    return "standard input" if file == "-" else file
