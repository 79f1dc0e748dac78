"""`inspect-loss completion SHELL`: the lines that make a shell complete commands, options and the names of losses."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_INSPECT_LOSS_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> int:
    """Print what makes a shell complete names.

    bash: put  eval "$(inspect-loss completion bash)"  into ~/.bashrc.
    zsh: the same with zsh, into ~/.zshrc.
    fish: inspect-loss completion fish > ~/.config/fish/completions/inspect-loss.fish
    """
    from click.shell_completion import get_completion_class

    from inspector.cli.words import command_line

    maker = get_completion_class(shell)
    assert maker is not None
    click.echo(maker(command_line, {}, "inspect-loss", VARIABLE).source())
    return 0
