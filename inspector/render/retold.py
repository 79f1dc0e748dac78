"""A Comparison -> Markdown that people read in a pull request or a note: the gravest first, what is only spelling counted.

In: a Comparison. Out: text. What third parties wrote stands as code, or is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from inspector.changes import Change, Comparison, spelled
from inspector.render import explain

MEANS = {
    "removed": "Removed",
    "breaking": "May break code that worked",
    "new": "New",
    "deprecated": "Deprecated",
    "path": "The call takes another way",
    "inside": "Changed inside, for the same calls",
    "message": "Messages",
    "docs": "Documentation",
}
"""Consequence -> the heading over its changes."""
LONGEST = 160
"""Characters of what something was and is, in a list."""


def in_markdown(found: Comparison) -> str:
    """The whole comparison, under a heading of its own."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Comparison) -> Iterator[str]:
    loud = [change for change in found.changes if not change.quiet]
    yield f"# What changed for users of losses: torch {found.old} to {found.new}"
    if not loud:
        yield from ("", "Nothing that changes what a loss does or says.")
    for consequence, some in groupby(loud, key=lambda change: change.consequence):
        yield from ("", f"## {MEANS.get(consequence, consequence)}", "")
        yield from (line for change in some for line in _change(change))
    quiet = len(spelled(found.changes))
    if quiet:
        yield from ("", f"{explain.counted(quiet, 'change')} of spelling only left out.")
    for one in found.unread:
        yield from ("", f"Not read in {one.version}: {_escaped(one.reason)}")


def _change(change: Change) -> Iterator[str]:
    yield f"- {_escaped(change.headline)}"
    texts = turned(change)
    if texts:
        yield f"  {_code(texts[0])} → {_code(texts[1])}"


def turned(change: Change) -> tuple[str, str] | None:
    """What it was and what it is, on one line each; None where that is long, or one of the two is nothing, or the sentence says it."""
    texts = (" ".join(change.before.split()), " ".join(change.after.split()))
    said = all(text in change.sentence for text in texts)
    return None if said or not all(texts) or sum(map(len, texts)) > LONGEST else texts


def _code(text: str) -> str:
    """The text as code; longer rows of backticks around what has some."""
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _escaped(sentence: str) -> str:
    """A sentence whose backticks are code; what else could be Markdown or HTML is escaped."""
    parts = sentence.split("`")
    return "`".join(part if place % 2 else re.sub(r"([\\*<>\[\]#|]|\b_|_\b|(?<!\w)_)", r"\\\1", part) for place, part in enumerate(parts))
