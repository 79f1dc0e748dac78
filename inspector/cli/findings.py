"""`inspect-loss findings [NAME]...`: what the probes of some losses, or of all, found, the worst first; as text or JSON."""

from __future__ import annotations

from typing import Unpack

import click

from inspector.cli.names import complete_names
from inspector.cli.output import How, Output, look, looks
from inspector.cli.progress import Bar

SEVERITIES = (
    "crash",
    "wrong-number",
    "nan-or-inf",
    "wrong-gradient",
    "undocumented-acceptance",
    "misleading-message",
    "documentation-slip",
)


class Options(How):
    """The options of the command, besides those on how text looks."""

    severities: tuple[str, ...]
    device: str
    as_json: bool


@click.command("findings")
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=complete_names)
@click.option(
    "--severity",
    "severities",
    multiple=True,
    type=click.Choice(SEVERITIES),
    metavar="SEVERITY",
    help=f"Only this one: {', '.join(SEVERITIES)}; may be repeated.",
)
@click.option("--device", default="cpu", metavar="DEVICE", help="Where torch runs: cpu (the default), cuda.")
@click.option("--json", "as_json", is_flag=True, help="All that came of the probes, as JSON.")
@looks
def command(names: tuple[str, ...], **options: Unpack[Options]) -> int:
    """List where losses break: nan, wrong numbers, silent broadcasts.

    Each NAME is a loss; without one, all of them. The first run takes minutes; what it finds is kept for this build of torch.
    """
    from inspector.probing import probe
    from inspector.render import found

    with Bar("probing", wanted=not options["quiet"]) as bar:
        probed = probe(names, options["device"], bar.at)
    wanted = tuple(severity.replace("-", " ") for severity in options["severities"])
    with Output(options["output"], pager=False if options["as_json"] else options["pager"]) as out:
        out.write(found.to_json(probed, wanted) if options["as_json"] else found.to_terminal(probed, wanted, look(options)))
    return 0
