"""The beginning of a name -> the losses it may become, for the completion of a shell. From the catalogue: torch is not imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from inspector.errors import InspectError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PREFIXES = ("torch.nn.", "nn.")


def complete_names(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The losses whose name begins so, in whatever case, spelled with the prefix that was typed."""
    from click.shell_completion import CompletionItem

    from inspector import pipeline

    prefix = next((prefix for prefix in PREFIXES if incomplete.startswith(prefix)), "")
    begun = incomplete.removeprefix(prefix).lower()
    try:
        entries = pipeline.list_losses()
    except InspectError:
        return []
    begins = [entry for entry in entries if entry.name.lower().startswith(begun)]
    return [CompletionItem(prefix + entry.name, help=entry.summary) for entry in begins]
