"""A line of source and the text of a call in it -> the columns of the name the call goes through, which is what becomes a link.

In: what a step of a trace says. Out: columns, or None where it is not certain which of several. What a name means is the trace's to say.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache


def stretch(line: str, call_text: str) -> tuple[int, int] | None:
    """The columns of the name that a call goes through, in the line it stands in; None where that is not certain.

    Of `F.l1_loss(input, target)` it is `l1_loss`, of the read `self.weight` and of the assignment `self.weight = w` it is `weight`.
    """
    name = _name_of(call_text)
    if name is None:
        return None
    before, word = name
    start = r"\." if before is None else rf"(?<![\w.]){re.escape(before)}"
    found = list(re.finditer(rf"{start}(?P<word>{re.escape(word)})(?!\w)", line))
    if len(found) > 1:
        found = [match for match in found if line.count(call_text) == 1 and match.start() == line.find(call_text)]
    return found[0].span("word") if len(found) == 1 else None


@lru_cache(maxsize=4096)
def _name_of(call_text: str) -> tuple[str | None, str] | None:
    """What stands before the name, with its dot, and the name; the former is None where it is more than names and dots."""
    try:
        statements = ast.parse(call_text.strip()).body
    except (SyntaxError, ValueError):
        return None
    node = _gone_through(statements[0]) if len(statements) == 1 else None
    if isinstance(node, ast.Name):
        return "", node.id
    return (_dotted(node.value), node.attr) if isinstance(node, ast.Attribute) else None


def _gone_through(statement: ast.stmt) -> ast.expr | None:
    """The expression that is called, read or assigned to."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return statement.targets[0]
    if isinstance(statement, ast.AnnAssign | ast.AugAssign):
        return statement.target
    if isinstance(statement, ast.Expr):
        return statement.value.func if isinstance(statement.value, ast.Call) else statement.value
    return None


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return f"{node.id}."
    before = _dotted(node.value) if isinstance(node, ast.Attribute) else None
    return f"{before}{node.attr}." if before is not None and isinstance(node, ast.Attribute) else None
