"""`inspect-loss diff OLD NEW [NAME]`: what changed for users of losses between two releases, the gravest first."""

from __future__ import annotations

from typing import Literal, Unpack

import click

from inspector.cli.names import complete_names
from inspector.cli.output import How, Output, look, looks
from inspector.cli.progress import Bar
from inspector.cli.reaching import reaches_out


class Options(How):
    """The options of the command, besides those on how text looks."""

    as_json: bool
    format: Literal["text", "markdown", "json"]
    offline: bool
    download: bool


@click.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.argument("name", metavar="[NAME]", default="", shell_complete=complete_names)
@click.option("--json", "as_json", is_flag=True, help="The changes as JSON.")
@click.option("--format", type=click.Choice(["text", "markdown", "json"]), default="text", metavar="FORMAT", help="text, markdown or json.")
@reaches_out
@looks
def command(old: str, new: str, name: str, **options: Unpack[Options]) -> int:
    """Show what changed for users of losses between two releases.

    OLD and NEW are releases (1.10.0, latest; 2.1 means its newest patch); NAME is one loss, Module or function,
    and all losses where it is left out.
    """
    from inspector import chronicle
    from inspector.render import changed, retold

    form = "json" if options["as_json"] else options["format"]
    with Bar("reading two releases", wanted=not options["quiet"]) as bar:
        found = chronicle.compare(old, new, name, offline=options["offline"], download=options["download"], told=bar.doing)
    with Output(options["output"], pager=options["pager"] if form == "text" else False) as out:
        if form == "json":
            out.write(found.to_json())
        elif form == "markdown":
            out.write(retold.in_markdown(found))
        else:
            out.write(changed.comparison_to_terminal(found, look(options)))
    return 0
