"""Text to libcst tree and positions, for one definition at a time, once per text.

In: a file's text and the lines of a definition. Out: its statements with a position for each node, in lines of the file.
Whole files are never parsed: their metadata costs ten times what the slices cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from inspector.errors import InspectError


class Slice:
    """The parsed text of one definition: its statements, and where each node stands in the file."""

    def __init__(self, file: str, text_lines: Sequence[str], lines: tuple[int, int], indent: int) -> None:
        start, end = lines
        self.file = file
        self._start = start
        self._lines = list(text_lines[start - 1 : end])
        # An indented definition is parsed under a header, so that no column of its text moves.
        self._headed = 1 if indent else 0
        module = parse_text("\n".join((["if 1:"] if indent else []) + self._lines) + "\n", file, start - self._headed)
        self._wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        self._positions: dict[Any, CodeRange] | None = None
        body: Sequence[Any] = module.body
        if indent:
            body = body[0].body.body
        self.statements: tuple[Any, ...] = tuple(body)

    def line_of(self, node: cst.CSTNode) -> int:
        """The line of the file on which a node starts."""
        return self._position(node).start.line - self._headed + self._start - 1

    def span_of(self, node: cst.CSTNode) -> tuple[int, int, int, int]:
        """(first line, column, last line, column) of a node in the file; columns count from 0."""
        place = self._position(node)
        shift = self._start - 1 - self._headed
        return place.start.line + shift, place.start.column, place.end.line + shift, place.end.column

    def text_of(self, node: cst.CSTNode) -> str:
        """The text of a node on one line, white space folded and comments left out."""
        place = self._position(node)
        rows = self._lines[place.start.line - 1 - self._headed : place.end.line - self._headed]
        if len(rows) == 1:
            return " ".join(rows[0][place.start.column : place.end.column].split())
        rows[-1] = rows[-1][: place.end.column]
        rows[0] = rows[0][place.start.column :]
        return _folded(rows)

    def _position(self, node: cst.CSTNode) -> CodeRange:
        if self._positions is None:
            self._positions = dict(self._wrapper.resolve(PositionProvider))
        return self._positions[node]


def _folded(rows: Sequence[str]) -> str:
    kept = [row if "#" not in row else row[: row.index("#")] for row in rows]
    text = " ".join(" ".join(kept).split())
    for loose, tight in (("( ", "("), (" )", ")"), ("[ ", "["), (" ]", "]"), (",)", ")"), (", )", ")")):
        text = text.replace(loose, tight)
    return text


def parse_text(text: str, file: str, first_line: int = 1) -> cst.Module:
    """The libcst tree of a text; raises InspectError `source-does-not-parse` with the file and line."""
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        line = error.raw_line + first_line - 1
        raise InspectError("source-does-not-parse", "this source does not parse", f"{file}:{line}", error.message) from None
