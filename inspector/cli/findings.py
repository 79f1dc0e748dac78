"""`inspect-loss findings [NAME]...`: what the probes of some losses, or of all, found, the worst first; as text, JSON or evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click

from inspector.cli.names import complete_names
from inspector.cli.output import How, Output, look, looks, read_bytes
from inspector.cli.progress import Bar

if TYPE_CHECKING:
    from inspector.evidence import Evidence

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
    save: str | None
    evidence: tuple[str, ...]
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
@click.option(
    "--device", default="cpu", metavar="DEVICE", help="Where torch runs: cpu (the default), cuda, cuda:1, mps; held against the CPU."
)
@click.option("--save", metavar="FILE", help="Write what was probed to FILE, as evidence for other machines.")
@click.option("--evidence", metavar="FILE", multiple=True, help="Show what --save wrote on another machine too; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="All that came of the probes, as JSON.")
@looks
def command(names: tuple[str, ...], **options: Unpack[Options]) -> int:
    """List where losses break: nan, wrong numbers, silent broadcasts.

    Each NAME is a loss; without one, all of them. The first run takes minutes; what it finds is kept for this build of torch.
    """
    wanted = tuple(severity.replace("-", " ") for severity in options["severities"])
    text = _of_machines(names, wanted, options) if options["evidence"] else _of_one(names, wanted, options)
    with Output(options["output"], pager=False if options["as_json"] else options["pager"]) as out:
        out.write(text)
    return 0


def _of_one(names: tuple[str, ...], wanted: tuple[str, ...], options: Options) -> str:
    """What was probed on one device of this machine, and how that differs from the CPU."""
    from inspector import probing
    from inspector.render import found, found_on
    from inspector.source.finders import find_installed

    device = options["device"]
    if device == "cpu" and not options["save"]:
        with Bar("probing", wanted=not options["quiet"]) as bar:
            probed = probing.probe(names, device, bar.at)
    else:
        columns, _ = probing.beside((_measured(names, options),), names)
        probed = next(found for machine, found in columns if machine.device == device)
    if options["as_json"]:
        return found.to_json(probed, wanted)
    release = find_installed().release.version
    return found.to_terminal(probed, wanted, look(options), release) + found_on.wordings_to_terminal(probed, look(options))


def _of_machines(names: tuple[str, ...], wanted: tuple[str, ...], options: Options) -> str:
    """What was probed here and elsewhere."""
    from inspector import probing
    from inspector.render import found_on

    others = [_read(file) for file in options["evidence"]]
    columns, left_out = probing.beside((_measured(names, options), *others), names)
    if options["as_json"]:
        return found_on.to_json(columns, wanted)
    return found_on.to_terminal(columns, wanted, look(options), left_out)


def _measured(names: tuple[str, ...], options: Options) -> Evidence:
    """What was probed on this machine, written to a file where that is asked for."""
    from inspector import __version__, probing

    devices = tuple(dict.fromkeys((options["device"], "cpu")))  # that first which this machine may lack
    with Bar("probing", wanted=not options["quiet"]) as bar:
        own = probing.measure(names, devices, __version__, bar.at)
    if options["save"]:
        with Output(options["save"]) as file:
            file.write(own.to_json())
    return own


def _read(file: str) -> Evidence:
    from inspector.evidence import Evidence

    return Evidence.from_json(read_bytes(file), "standard input" if file == "-" else file)
