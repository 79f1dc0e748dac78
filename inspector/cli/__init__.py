"""Words typed -> pipeline -> one face -> exit code: 0 fine, 1 a check failed, 2 wrong use, 3 could not run.

In: the words of a command line. Out: text on standard output, trouble on standard error in one line. It decides nothing about losses.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(words: Sequence[str] | None = None) -> None:
    """Runs the command line and leaves with its exit code (SystemExit); `words` defaults to those of the process."""
    from inspector.cli.words import command_line

    command_line.main(args=None if words is None else [*words], prog_name="inspect-loss")
