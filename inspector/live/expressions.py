"""Expressions of the losses' files, evaluated node by node: calls under torch, arithmetic, comparisons; nothing else.

In: the text of an expression, and values by name. Out: its value. Not `eval`: no name outside the given ones is reached, and no name that
begins with an underscore.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import torch

ROOTS: Mapping[str, Any] = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "math": math}
"""What every expression may name."""

_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
    ast.MatMult: operator.matmul, ast.Mod: operator.mod,
    ast.In: lambda one, others: one in others,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
_PLAIN = {
    "abs": abs, "float": float, "int": int, "len": len, "list": list, "map": map, "max": max, "min": min, "round": round,
    "str": str, "sum": sum,
}  # fmt: skip


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
    """The value of the expression. Raises ValueError for what no expression may hold, and whatever torch raises."""
    return _value(_parsed(text), {**_PLAIN, **ROOTS, **names})


def parts_of(text: str) -> list[tuple[str, str, str]]:
    """The calls and operations that an expression is made of, the inner ones first, the whole last, each once: a short name for it, the
    part in the short names of those before it, and the part in full."""
    names: dict[str, str] = {}
    found: list[tuple[str, str, str]] = []

    class Shorten(ast.NodeTransformer):
        """Puts a short name in the place of every part, innermost first."""

        def visit(self, node: ast.AST) -> ast.AST:
            """The node, or its name."""
            whole = ast.unparse(node)
            if isinstance(node, _PARTS) and whole in names:
                return ast.Name(names[whole])
            short = self.generic_visit(node)
            if not isinstance(node, _PARTS) or _is_number(whole):
                return short
            names[whole] = f"s{len(names) + 1}"
            found.append((names[whole], ast.unparse(short), whole))
            return ast.Name(names[whole])

    Shorten().visit(ast.parse(text, mode="eval").body)
    return found


_PARTS = (ast.Call, ast.BinOp, ast.UnaryOp, ast.Subscript)


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).replace("e-", "", 1).isdigit()


@cache
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value):
            return value
        case ast.Name(name) if name in names:
            return names[name]
        case ast.Attribute(inner, name) if not name.startswith("_"):
            return getattr(_value(inner, names), name)
        case ast.Call(function, args, keywords):
            named = {str(keyword.arg): _value(keyword.value, names) for keyword in keywords}
            return _value(function, names)(*(_value(arg, names) for arg in args), **named)
        case ast.BinOp(left, sign, right):
            return _BINARY[type(sign)](_value(left, names), _value(right, names))
        case ast.UnaryOp(ast.USub(), inner):
            return -_value(inner, names)
        case ast.Compare(left, [sign], [right]):
            return _BINARY[type(sign)](_value(left, names), _value(right, names))
        case ast.Subscript(inner, index):
            return _value(inner, names)[_value(index, names)]
        case ast.Slice(lower, upper, step):
            return slice(*(None if one is None else _value(one, names) for one in (lower, upper, step)))
        case ast.Tuple(items):
            return tuple(_value(item, names) for item in items)
        case ast.List(items):
            return [_value(item, names) for item in items]
        case ast.Dict(keys, values) if None not in keys:
            return {_value(key, names): _value(value, names) for key, value in zip(keys, values, strict=True) if key is not None}
    raise ValueError(f"no expression may hold `{ast.unparse(node)}`")
