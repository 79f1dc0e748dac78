"""Text to libcst tree and positions, for one definition at a time, once per text.

In: a file's text and the lines of a definition. Out: its statements with a position for each node, in lines of the file.
Whole files are never parsed: their metadata costs ten times what the slices cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import libcst as cst
from libcst._nodes.internal import CodegenState

from inspector.errors import InspectError

Place = tuple[int, int]
"""(line, column) in the parsed text; lines count from 1, columns from 0."""


class Slice:
    """The parsed text of one definition: its statements, and where each node stands in the file."""

    def __init__(self, file: str, text_lines: Sequence[str], lines: tuple[int, int], indent: int) -> None:
        start, end = lines
        self.file = file
        self._start = start
        self._lines = list(text_lines[start - 1 : end])
        # An indented definition is parsed under a header, so that no column of its text moves.
        self._headed = 1 if indent else 0
        self._module = parse_text("\n".join((["if 1:"] if indent else []) + self._lines) + "\n", file, start - self._headed)
        self._places: dict[Any, tuple[Place, Place]] | None = None
        self._texts: dict[Any, str] = {}
        body: Sequence[Any] = self._module.body
        if indent:
            block: Any = body[0]
            body = block.body.body
        self.statements: tuple[Any, ...] = tuple(body)

    def line_of(self, node: cst.CSTNode) -> int:
        """The line of the file on which a node starts."""
        return self._place(node)[0][0] - self._headed + self._start - 1

    def span_of(self, node: cst.CSTNode) -> tuple[int, int, int, int]:
        """(first line, column, last line, column) of a node in the file; columns count from 0."""
        first, last = self._place(node)
        shift = self._start - 1 - self._headed
        return first[0] + shift, first[1], last[0] + shift, last[1]

    def text_of(self, node: cst.CSTNode) -> str:
        """The text of a node on one line, white space folded and comments left out."""
        if node not in self._texts:
            self._texts[node] = self._written(node)
        return self._texts[node]

    def _written(self, node: cst.CSTNode) -> str:
        first, last = self._place(node)
        rows = self._lines[first[0] - 1 - self._headed : last[0] - self._headed]
        if len(rows) == 1:
            return " ".join(rows[0][first[1] : last[1]].split())
        rows[-1] = rows[-1][: last[1]]
        rows[0] = rows[0][first[1] :]
        return _folded(rows)

    def _place(self, node: cst.CSTNode) -> tuple[Place, Place]:
        if self._places is None:
            state = _Placing(self._module.default_indent, self._module.default_newline)
            self._module._codegen(state)
            self._places = state.places
        return self._places[node]


class _Placing(CodegenState):
    """Where each node starts and ends, found by writing the tree out and only counting.

    libcst's own PositionProvider gives the same (a test holds them together) at twice the time, which is most of what a
    first reading takes: it makes a context manager and three objects a node.
    """

    def __init__(self, default_indent: str, default_newline: str) -> None:
        super().__init__(default_indent, default_newline)
        self.line, self.column = 1, 0
        self.places: dict[Any, tuple[Place, Place]] = {}
        self._open: list[Place] = []

    def add_token(self, value: str) -> None:
        breaks = value.count("\n")
        if breaks:
            self.line += breaks
            self.column = len(value) - value.rindex("\n") - 1
        else:
            self.column += len(value)

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.column += len(token)

    def pop_trailing_newline(self) -> None:
        return None

    def before_codegen(self, node: cst.CSTNode) -> None:
        self._open.append((self.line, self.column))

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self._open.pop()
        if node not in self.places:
            self.places[node] = (start, (self.line, self.column))

    def record_syntactic_position(self, node: Any, *, start_node: Any = None, end_node: Any = None) -> Any:
        return _Mark(self, node, start_node, end_node)


class _Mark:
    """Notes where a node starts when it is entered and where it ends when it is left."""

    __slots__ = ("end_node", "node", "start", "start_node", "state")

    def __init__(self, state: _Placing, node: Any, start_node: Any, end_node: Any) -> None:
        self.state, self.node, self.start_node, self.end_node = state, node, start_node, end_node

    def __enter__(self) -> None:
        self.start = (self.state.line, self.state.column)

    def __exit__(self, trouble: object, *_: object) -> None:
        if trouble is not None:  # interrupted: what lies inside may have no place yet
            return
        places = self.state.places
        start = places[self.start_node][0] if self.start_node is not None else self.start
        end = places[self.end_node][1] if self.end_node is not None else (self.state.line, self.state.column)
        places[self.node] = (start, end)


@lru_cache(maxsize=256)
def _parts(kind: Any) -> tuple[str, ...]:
    """Names of a node type's fields that can hold code: white space and punctuation are left out."""
    names: Any = getattr(kind, "__dataclass_fields__", {})
    skipped = ("whitespace", "leading", "lines_after", "trailing", "footer", "header", "semicolon", "comma", "lpar", "rpar", "annotation")
    return tuple(name for name in names if not name.startswith(skipped) and name not in ("returns", "type_parameters"))


def walk(node: Any, stop: tuple[type, ...] = ()) -> Iterator[Any]:
    """A node and all below it, inner ones last; nothing inside nodes of the types in `stop`, nor in annotations.

    libcst's visitors build a new tree as they go; this only looks.
    """
    yield node
    kind: Any = type(node)
    if kind in stop:
        return
    for name in _parts(kind):
        value = getattr(node, name)
        held: Any = type(value)
        if _is_node(held):
            yield from walk(value, stop)
        elif isinstance(value, list | tuple):
            for item in value:
                held = type(item)
                if _is_node(held):
                    yield from walk(item, stop)


@lru_cache(maxsize=512)
def _is_node(kind: Any) -> bool:
    # isinstance asks an abstract class each time, which costs more than the walk itself.
    return issubclass(kind, cst.CSTNode)


def _folded(rows: Sequence[str]) -> str:
    kept = [row if "#" not in row else row[: row.index("#")] for row in rows]
    text = " ".join(" ".join(kept).split())
    for loose, tight in (("( ", "("), (" )", ")"), ("[ ", "["), (" ]", "]"), (",)", ")"), (", )", ")"), (" .", ".")):
        text = text.replace(loose, tight)
    return text


def parse_text(text: str, file: str, first_line: int = 1) -> cst.Module:
    """The libcst tree of a text; raises InspectError `source-does-not-parse` with the file and line."""
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        line = error.raw_line + first_line - 1
        raise InspectError("source-does-not-parse", "this source does not parse", f"{file}:{line}", error.message) from None
