"""Words typed -> the command they mean. A first word that is no command is the name of a loss; trouble becomes one line and a code.

In: the words of a command line. Out: an exit code. Commands are imported when they are asked for, one file each.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from inspector.errors import CouldNotRun, InspectError

COMMANDS = (
    "agreement", "cache", "completion", "date", "diff", "findings", "graph", "history", "list", "pages", "releases", "report", "schema",
    "show", "update", "upgrade", "verify", "why",
)  # fmt: skip
DEFAULT = "report"
INTERRUPTED = 130
"""What a shell expects of a command that was interrupted."""

_USAGE = """Usage: inspect-loss NAME               a loss, or any class under torch.nn
   or: inspect-loss "NAME(ARGUMENTS)"  the same for one configuration
   or: inspect-loss COMMAND ...        something else (below)

Shows what happens when a PyTorch loss is called: read from torch's own
sources, run, and compared.

Examples:
  inspect-loss CrossEntropyLoss
  inspect-loss "CrossEntropyLoss(weight=torch.rand(5), label_smoothing=0.1)"
  inspect-loss CrossEntropyLoss --target-kind probabilities
  inspect-loss F.mse_loss --no-live
  inspect-loss KLDivLoss --json -o report.json
  inspect-loss CrossEntropyLoss --release 1.7.1
"""


class CommandLine(click.Group):
    """The group of all commands, of which `report` is meant where none is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; its file is imported now."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"inspector.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses the words with the command they mean put first."""
        return super().parse_args(ctx, self._with_command_first(ctx, args))

    def _with_command_first(self, ctx: click.Context, args: list[str]) -> list[str]:
        """`--color never list` means `list --color never`; a word that is no command is the name of a loss."""
        own = {option for parameter in self.get_params(ctx) for option in parameter.opts}
        if not args or args[0] in own:
            return args
        place = _first_word(args, self._valued_options(ctx)) if args[0].startswith("-") else 0
        if place is not None and args[place] in COMMANDS:
            return [args[place], *args[:place], *args[place + 1 :]]
        return [DEFAULT, *args]

    def _valued_options(self, ctx: click.Context) -> set[str]:
        """The options of all commands that take a value, so that the value is not taken for a command."""
        commands = [self.get_command(ctx, name) for name in COMMANDS]
        parameters = [parameter for command in commands if command for parameter in command.params]
        return {name for option in parameters if isinstance(option, click.Option) and not option.is_flag for name in option.opts}

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command that was meant; that nobody reads on (`| head`, a pager that was left) is no trouble."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            _forget_output()
            return 0
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            _forget_output()
            raise CouldNotRun("cannot-write", f"cannot write: {error.strerror}", "standard output", "make room for it") from None
        return code

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Runs a command; whatever goes wrong for a reason of the user's becomes one line on standard error."""
        extra["standalone_mode"] = False
        code: object = 0
        try:
            code = super().main(*args, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            code = error.exit_code
        except click.UsageError as error:
            code = _say(InspectError("usage", _without_stop(error.format_message()), "", _advice(error)))
        except InspectError as error:
            code = _say(error)
        except (click.Abort, KeyboardInterrupt):
            code = INTERRUPTED
        except Exception as error:  # noqa: BLE001 - a mistake of ours: shown whole, and exit code 1 would say that a check failed
            code = _say(_fault(error))
        sys.exit(code if isinstance(code, int) else 0)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the whole help: usage, examples, the options of the report, the commands."""
        formatter.write(_USAGE)
        report = self.get_command(ctx, DEFAULT)
        assert report is not None
        options = [parameter for parameter in (*report.params, *self.params) if isinstance(parameter, click.Option)]
        records = [record for parameter in options if (record := parameter.get_help_record(ctx)) is not None]
        with formatter.section("Options of a report"):
            formatter.write_dl([*records, ("-h, --help", "Show this; COMMAND -h: the options of a command.")])
        named = [(name, command) for name in COMMANDS if name != DEFAULT and (command := self.get_command(ctx, name))]
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(70)) for name, command in named])
        formatter.write("\nExit codes: 0 fine, 1 a check failed, 2 wrong use, 3 could not run.\n")

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Commands, losses, and the options of a report: what may stand first."""
        from inspector.cli.names import complete_names

        report = self.get_command(ctx, DEFAULT)
        assert report is not None
        if incomplete.startswith("-"):
            return [*super().shell_complete(ctx, incomplete), *report.shell_complete(ctx, incomplete)]
        commands = [item for item in super().shell_complete(ctx, incomplete) if item.value != DEFAULT]
        return [*complete_names(ctx, report.params[0], incomplete), *commands]


def _first_word(args: Sequence[str], valued: set[str]) -> int | None:
    """The place of the first word that is neither an option nor the value of one; None where "--" comes before it."""
    is_value = False
    for place, word in enumerate(args):
        if word == "--":
            return None
        if is_value:
            is_value = False
        elif word.startswith("-") and word != "-":
            is_value = word in valued
        else:
            return place
    return None


def _without_stop(message: str) -> str:
    message = message.strip().replace(". (", " (").removesuffix(".")
    return message[:1].lower() + message[1:] if message[1:2].islower() else message


def _advice(error: click.UsageError) -> str:
    where = error.ctx.command_path if error.ctx else "inspect-loss"
    return f"{where.removesuffix(' ' + DEFAULT)} --help shows how it is used"


def _say(error: InspectError) -> int:
    click.echo(f"inspect-loss: {error.line()}", err=True)
    return error.exit_code


def _fault(error: Exception) -> InspectError:
    """One line for a mistake of ours, after its traceback."""
    import traceback

    traceback.print_exception(error)
    what = f"a mistake in inspect-loss itself, {type(error).__name__}"
    return CouldNotRun("fault", what, "", "please report it with the lines above")


def _forget_output() -> None:
    """Nothing more is written, not even what is left to be written at the end of the process."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say_version(ctx: click.Context, parameter: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        from inspector.cli.version import versions

        click.echo(versions())
        ctx.exit(0)


@click.group(cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_say_version,
    help="Versions of inspect-loss, torch and Python.",
)  # fmt: skip
def command_line() -> None:
    """What the words are parsed against."""
