"""The options of commands that may read from the package index: whether the network may be used, and for how much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


def reaches_out(command: _Command) -> _Command:
    """Adds `--offline` and `--download`."""
    for option in (
        click.option("--download", is_flag=True, help="Fetch a whole wheel where a server sends no parts of one."),
        click.option("--offline", is_flag=True, help="Use no network: take only what is kept."),
    ):
        command = option(command)
    return command
