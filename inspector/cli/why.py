"""`inspect-loss why "TEXT"`: which loss and line raises an error or warning of torch, for which inputs, and what to write instead."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Unpack

import click

from inspector.cli.output import How, Output, look, looks
from inspector.cli.progress import Bar
from inspector.errors import InspectError

if TYPE_CHECKING:
    from inspector.report import Message

FIRST = "The messages of this torch are collected by running every loss with wrong inputs: once, about three minutes."


@click.command("why")
@click.argument("text", metavar="[TEXT]", nargs=-1)
@looks
def command(text: tuple[str, ...], **how: Unpack[How]) -> int:
    """Look up an error or warning of a loss.

    TEXT is the message, or a part of it; a traceback may be piped in instead. Numbers and shapes in it do not matter.
    """
    from inspector import messages
    from inspector.render import answered

    asked = " ".join(text) if text and text != ("-",) else sys.stdin.read()
    if not asked.strip():
        raise InspectError("usage", "there is no text to look up", todo="give the message in quotes, or pipe a traceback in")
    answer = messages.look_up(asked, _known(quiet=how["quiet"]))
    with Output(how["output"], pager=how["pager"]) as out:
        out.write(answered.answer(answer, look(how)))
    return 0 if answer.known else 1


def _known(*, quiet: bool) -> tuple[Message, ...]:
    """The messages of the installed torch, collected now where they never were."""
    from inspector import probing
    from inspector.source import finders

    kept = probing.known_messages(finders.find_installed())
    if kept is not None:
        return kept
    click.echo(FIRST, err=True)
    with Bar("probing", wanted=not quiet) as bar:
        probed = probing.probe((), on_progress=bar.at)
    return tuple(message for each in probed for message in each.messages)
