"""A Python-Markdown extension: what stands between two marks is finished HTML and is passed on as it is, unread.

In: the lines of a page. Out: the same lines, with a placeholder for each block. Without it a page comes out the same, only slower:
the marks are comments, and Markdown would parse every tag of the HTML to find where it ends.
"""

from __future__ import annotations

from typing import Any

from markdown import Markdown  # type: ignore[import-untyped]
from markdown.extensions import Extension  # type: ignore[import-untyped]
from markdown.preprocessors import Preprocessor  # type: ignore[import-untyped]

BEGIN = "<!-- finished -->"
END = "<!-- /finished -->"
EARLY = 28
"""After the lines are made alike (30), which takes placeholders out, and before anything reads them (25 and less)."""


class Blocks(Extension):  # type: ignore[misc]
    """Passes on what stands between the marks."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Registers the one step."""
        md.preprocessors.register(_Stash(md), "finished", EARLY)


class _Stash(Preprocessor):  # type: ignore[misc]
    """Puts each block where Markdown keeps raw HTML."""

    def run(self, lines: list[str]) -> list[str]:
        """The lines, with a placeholder for each block."""
        kept: list[str] = []
        block: list[str] | None = None
        for line in lines:
            if block is None and line == BEGIN:
                block = []
            elif block is not None and line == END:
                kept += ["", self.md.htmlStash.store("\n".join(block)), ""]
                block = None
            else:
                (kept if block is None else block).append(line)
        return kept if block is None else lines


def makeExtension(**settings: Any) -> Blocks:
    """What Markdown asks a module for."""
    return Blocks(**settings)
