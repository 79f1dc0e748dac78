"""`inspect-loss date "TEXT"`: the torch releases whose sources contain a quoted text."""

from __future__ import annotations

import sys
from typing import Unpack

import click

from inspector.cli.output import How, Output, look, looks
from inspector.cli.progress import Bar


@click.command("date")
@click.argument("text", metavar="[TEXT]", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="What was found as JSON.")
@click.option("--offline", is_flag=True, help="Use no network: search only the releases that are kept.")
@looks
def command(text: tuple[str, ...], as_json: bool, offline: bool, **how: Unpack[How]) -> int:
    """Name the releases whose sources contain a text.

    TEXT is a piece of torch's Python source, of one line or more, such as an article quotes; it may come from standard input. How it is
    wrapped and indented does not matter. The first time, every release is fetched in part, about 70 MB.
    """
    from inspector import dating
    from inspector.render import dated_text

    asked = " ".join(text) if text and text != ("-",) else sys.stdin.read()
    with Bar("reading releases", wanted=not how["quiet"] and not as_json) as bar:
        found = dating.date(asked, offline=offline, told=bar.doing)
    with Output(how["output"], pager=how["pager"] if not as_json else False) as out:
        out.write(found.to_json() if as_json else dated_text.dated(found, look(how)))
    return 0 if found.first is not None else 1
