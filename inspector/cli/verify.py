"""`inspect-loss verify NAME...`: every configuration of some losses, or of all, held against references; as a table, JSON or evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Unpack

import click
from msgspec.structs import replace

from inspector.cli.names import complete_names
from inspector.cli.output import How, Output, look, looks
from inspector.cli.progress import Bar
from inspector.errors import CouldNotRun, InspectError
from inspector.evidence import DTYPES, KINDS

if TYPE_CHECKING:
    from inspector.evidence import Evidence


class Options(How):
    """The options of the command, besides those on how text looks."""

    device: str
    dtypes: tuple[str, ...]
    kinds: tuple[str, ...]
    seed: int
    shard: str
    save: str | None
    as_json: bool


@click.command("verify")
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=complete_names)
@click.option("--all", "every", is_flag=True, help="Every public loss of the installed torch.")
@click.option("--device", default="cpu", metavar="DEVICE", help="Where torch runs: cpu (the default), cuda, cuda:1, meta.")
@click.option(
    "--dtype",
    "dtypes",
    multiple=True,
    type=click.Choice(DTYPES),
    metavar="DTYPE",
    help=f"Only this one: {', '.join(DTYPES)}; may be repeated.",
)
@click.option(
    "--only",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS),
    metavar="KIND",
    help=f"Only this kind of check: {', '.join(KINDS)}; may be repeated.",
)
@click.option("--seed", type=click.IntRange(0), default=0, metavar="NUMBER", help="Draw other inputs (0 is the default).")
@click.option("--shard", default="1/1", metavar="K/N", help="The K-th of N parts of the work, the same part every time.")
@click.option("--save", metavar="FILE", help="Write the evidence to FILE, for `show --evidence`.")
@click.option("--json", "as_json", is_flag=True, help="The evidence as JSON instead of a table.")
@looks
def command(names: tuple[str, ...], every: bool, **options: Unpack[Options]) -> int:
    """Verify losses against references without torch.

    Each NAME is a loss, verified in all its configurations, or a call with arguments in quotes, verified in that one. Exit code 1 where a
    check failed.
    """
    from inspector.verification import Wanted, verify

    if bool(names) == every:
        raise InspectError("usage", "name losses, or say --all" if not names else "name losses or say --all, not both")
    wanted = Wanted(
        options["device"], options["dtypes"] or DTYPES, options["kinds"] or KINDS, options["seed"], _part(options["shard"])
    )  # fmt: skip
    with Bar("verifying", wanted=not options["quiet"]) as bar:
        found = verify(names, wanted, bar.at)
    if options["save"]:
        with Output(options["save"]) as file:
            file.write(found.to_json())
    return show(found, options, as_json=options["as_json"])


def show(evidence: Evidence, how: How, *, as_json: bool) -> int:
    """Writes the evidence as it is wanted; 1 where a check failed, 3 where the loss was never called, else 0."""
    from inspector.render import verified

    with Output(how["output"], pager=False if as_json else how["pager"]) as out:
        if as_json:
            out.write(evidence.to_json(indent=2))
        else:
            out.write("".join(_shown(evidence, how)))
    if verified.failed(evidence):
        return 1
    return CouldNotRun.exit_code if verified.never_called(evidence) else 0


def _shown(evidence: Evidence, how: How) -> Iterator[str]:
    """What was verified, then what was probed."""
    from inspector.probing import all_beside
    from inspector.render import found_on, verified

    checked = tuple(column for column in evidence.columns if column.groups or not column.edges)
    probed = all_beside(evidence) if any(column.edges for column in evidence.columns) else []
    if checked:
        yield verified.to_terminal(replace(evidence, columns=checked), look(how))
    if checked and probed:
        yield "\n"
    if probed:
        yield found_on.to_terminal(probed, (), look(how))


def _part(shard: str) -> tuple[int, int]:
    """ "3/8" as (3, 8)."""
    found = re.fullmatch(r"(\d+)/(\d+)", shard)
    part, parts = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= part <= parts:
        raise InspectError("usage", f"--shard {shard} is no part", todo="write K/N with K from 1 to N, such as 3/8")
    return part, parts
