"""`inspect-loss upgrade OLD NEW PATH...`: which changes of torch meet the losses that some code uses, with file and line."""

from __future__ import annotations

from typing import Unpack

import click

from inspector.cli.output import How, Output, look, looks
from inspector.cli.progress import Bar


@click.command("upgrade")
@click.argument("old")
@click.argument("new")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="What was found as JSON.")
@click.option("--offline", is_flag=True, help="Use no network: take only releases that are kept.")
@looks
def command(old: str, new: str, paths: tuple[str, ...], as_json: bool, offline: bool, **how: Unpack[How]) -> int:
    """Say what an upgrade of torch means for your code.

    OLD and NEW are releases, such as 1.10 (its newest patch), 2.13.0 or latest; each PATH is a file or folder of Python code or
    notebooks. It is read and never run. The exit code is 1 where a place needs a change or a look, or nothing could be read.
    """
    from inspector import upgrading
    from inspector.render import upgraded

    with Bar("reading", wanted=not how["quiet"] and not as_json) as bar:
        found = upgrading.upgrade(old, new, paths, offline=offline, told=bar.doing)
    with Output(how["output"], pager=how["pager"] if not as_json else False) as out:
        out.write(found.to_json() if as_json else upgraded.upgraded(found, look(how)))
    return 1 if found.needed() or not found.files else 0
