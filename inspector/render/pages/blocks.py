"""A Python-Markdown extension: what stands between two marks is finished HTML and is passed on as it is, unread.

In: the lines of a page. Out: the same lines, with a placeholder for each block. Without it a page comes out the same, only slower:
the marks are comments, and Markdown would parse every tag of the HTML to find where it ends. What search is to leave out, which it would
parse all the same, is passed on inside a comment; `theme/main.html` opens it when search is done.
"""

from __future__ import annotations

import re
from typing import Any

from markdown import Markdown  # type: ignore[import-untyped]
from markdown.extensions import Extension  # type: ignore[import-untyped]
from markdown.preprocessors import Preprocessor  # type: ignore[import-untyped]

BEGIN = "<!-- finished -->"
END = "<!-- /finished -->"
OPENS, CLOSES = "<!--[", "]-->"
"""Around what search does not read; text never holds them, as each > in it is escaped."""
_EXCLUDED = re.compile(r"<(\w+)\b[^<>]*\bdata-search-exclude\b")
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
                kept += ["", self.md.htmlStash.store(_unread("\n".join(block))), ""]
                block = None
            else:
                (kept if block is None else block).append(line)
        return kept if block is None else lines


def _unread(html: str) -> str:
    """The HTML with what search leaves out inside comments."""
    out, done = [], 0
    while found := _EXCLUDED.search(html, done):
        end = _end(html, found)
        out += [html[done : found.start()], OPENS, html[found.start() : end], CLOSES]
        done = end
    return "".join((*out, html[done:]))


def _end(html: str, begins: re.Match[str]) -> int:
    """Where the element that begins here ends; finished HTML closes what it opens."""
    depth = 0
    for tag in re.compile(rf"<(/?){begins[1]}\b[^<>]*>").finditer(html, begins.start()):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.end()
    return len(html)


def makeExtension(**settings: Any) -> Blocks:
    """What Markdown asks a module for."""
    return Blocks(**settings)
