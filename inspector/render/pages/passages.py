"""A function of torch -> the few lines of it that matter to a call: its head, the calls that were taken, and the conditions around them.

In: the text of a file, the line of a definition, and lines of calls. Out: stretches of lines, with real numbers. Only Python's own
`ast` reads; nothing is run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache

from inspector.report import Record

GAP = 2
"""So few lines between two stretches are shown rather than left out."""
WHOLE = 14
"""A function of at most so many lines, without its docstring, is shown whole."""
HEAD = 4
"""Of a longer head only the first line is shown."""
LEAF = 8
"""So many lines are shown of a longer function that calls nothing worth a step."""


class Passage(Record, frozen=True):
    """Lines of one function."""

    stretches: tuple[tuple[int, int], ...]
    """First and last line of each stretch, in order; lines between two are left out."""
    marked: tuple[int, ...]
    """Lines of calls."""
    is_whole: bool = False
    """True where nothing but the docstring is left out."""


class _Function(Record, frozen=True):
    """Where a function stands."""

    first: int
    head_end: int
    """The last line of its signature."""
    body: int
    """The first line after its docstring."""
    last: int


def passage(text: str, line: int, calls: Iterable[int]) -> Passage | None:
    """The Passage of the function defined on this line that makes these calls; None where no function is defined there."""
    function = _function(text, line)
    if function is None:
        return None
    inside = [call for call in calls if function.first <= call <= function.last]
    wanted = list(_statements(text, function, inside)) or [(function.body, min(function.body + LEAF, function.last))]
    marked = sorted(set(inside))
    head = (function.first, function.head_end if function.head_end - function.first < HEAD else function.first)
    if function.last - function.body < WHOLE:
        shown = [(function.first, function.head_end), (function.body, function.last)]
        return Passage(_joined(shown), tuple(marked), is_whole=True)
    return Passage(_joined([head, *wanted]), tuple(marked))


def assigned(text: str, line: int, name: str) -> range | None:
    """The lines on which the class defined on this line assigns a name of its own; None where it does not."""
    try:
        body = next((node.body for node in _every(_tree(text).body) if isinstance(node, ast.ClassDef) and node.lineno == line), [])
    except SyntaxError:
        return None
    for one in body:
        targets = one.targets if isinstance(one, ast.Assign) else [one.target] if isinstance(one, ast.AnnAssign) else []
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return range(one.lineno, (one.end_lineno or one.lineno) + 1)
    return None


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The stretches in order, those that touch or nearly do as one."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + GAP:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)


# -- reading ------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _definitions(text: str) -> dict[int, ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file by its first line, which is that of its first decorator, and by the line of its `def`."""
    found: dict[int, ast.FunctionDef | ast.AsyncFunctionDef] = {}
    for node in _every(_tree(text).body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[node.lineno] = node
            for decorator in node.decorator_list:
                found.setdefault(decorator.lineno, node)
    return found


@lru_cache(maxsize=32)
def _tree(text: str) -> ast.Module:
    return ast.parse(text)


def _every(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement, also inside others; expressions, most of a tree, are not walked."""
    for statement in body:
        yield statement
        for block in _blocks(statement):
            yield from _every(block)


def _function(text: str, line: int) -> _Function | None:
    try:
        node = _definitions(text).get(line)
    except SyntaxError:
        return None
    if node is None:
        return None
    first, body = node.body[0], node.body
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    start = body[1].lineno if has_docstring and len(body) > 1 else first.lineno
    return _Function(node.lineno, max(node.lineno, first.lineno - 1), start, node.end_lineno or node.lineno)


def _statements(text: str, function: _Function, lines: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The statement around each line, and the heads of the compound statements it stands in: first and last line."""
    node = _definitions(text)[function.first]
    for line in sorted(set(lines)):
        yield from _around(node.body, line)


def _around(body: Iterable[ast.stmt], line: int) -> Iterator[tuple[int, int]]:
    for statement in body:
        if not statement.lineno <= line <= (statement.end_lineno or statement.lineno):
            continue
        inner = list(_blocks(statement))
        if not inner:
            yield statement.lineno, statement.end_lineno or statement.lineno
            return
        yield statement.lineno, max(statement.lineno, inner[0][0].lineno - 1)
        for block in inner:
            if block[0].lineno <= line <= (block[-1].end_lineno or line):
                yield from _around(block, line)
        return


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a compound statement, in order."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
            yield block
    for handler in getattr(statement, "handlers", ()):
        yield handler.body
    for case in getattr(statement, "cases", ()):
        yield case.body
