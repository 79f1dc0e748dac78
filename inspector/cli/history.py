"""`inspect-loss history NAME`: what happened to a loss, to Module or to a function in every release, read from the sources of each."""

from __future__ import annotations

from typing import Unpack

import click

from inspector.cli.names import complete_names
from inspector.cli.output import How, Output, look, looks
from inspector.cli.progress import Bar
from inspector.cli.reaching import reaches_out


class Options(How):
    """The options of the command, besides those on how text looks."""

    since: str
    as_json: bool
    offline: bool
    download: bool


@click.command("history")
@click.argument("name", metavar="NAME", shell_complete=complete_names)
@click.option("--since", default="", metavar="VERSION", help="Only what this release and later ones changed.")
@click.option("--json", "as_json", is_flag=True, help="The timeline as JSON, with the source texts.")
@reaches_out
@looks
def command(name: str, **options: Unpack[Options]) -> int:
    """Show what changed in a loss, release by release.

    NAME is a loss, Module ("how is calling done?") or a function (F.cross_entropy). Changes of spelling alone are counted; -v shows them.
    """
    from inspector import changes, chronicle
    from inspector.render import changed

    with Bar("reading releases", wanted=not options["quiet"]) as bar:
        found = chronicle.timeline(name, offline=options["offline"], download=options["download"], told=bar.doing)
    if options["since"]:
        found = changes.since(found, options["since"])
    with Output(options["output"], pager=False if options["as_json"] else options["pager"]) as out:
        out.write(found.to_json() if options["as_json"] else changed.timeline_to_terminal(found, look(options)))
    return 0
