"""A configuration as people write it -> names and terms: parsed, never evaluated.

In: text such as `CrossEntropyLoss(weight=torch.rand(5), label_smoothing=0.1)`. Out: the name and its arguments as Terms.
"""

from __future__ import annotations

import ast
import math

from inspector.errors import InspectError
from inspector.report import Argument, Constant, Items, Maker, Reference, Term


def parse_expression(text: str) -> tuple[str, tuple[Argument, ...]]:
    """(name, arguments) of a name or a constructor call; raises InspectError `not-a-constructor-call`."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _wrong(text, getattr(error, "msg", "it is no Python expression")) from None
    if isinstance(node, ast.Name | ast.Attribute):
        return _dotted(node, text), ()
    if isinstance(node, ast.Call):
        return _dotted(node.func, text), _arguments(node, text)
    raise _wrong(text, "it is not a name or a call of one")


def _arguments(node: ast.Call, text: str) -> tuple[Argument, ...]:
    for arg in node.args:
        if isinstance(arg, ast.Starred):
            raise _wrong(text, "stars cannot be unpacked here")
    if any(keyword.arg is None for keyword in node.keywords):
        raise _wrong(text, "stars cannot be unpacked here")
    positional = [Argument(None, _term(arg, text)) for arg in node.args]
    return (*positional, *(Argument(keyword.arg, _term(keyword.value, text)) for keyword in node.keywords))


def _term(node: ast.expr, text: str) -> Term:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None as value):
            return Constant(value) if not isinstance(value, float) or math.isfinite(value) else Constant(str(value), nonfinite=True)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)) if not isinstance(value, bool):
            return Constant(-value)
        case ast.Tuple(elts=items):
            return Items("tuple", tuple(_term(item, text) for item in items))
        case ast.List(elts=items):
            return Items("list", tuple(_term(item, text) for item in items))
        case ast.Call():
            return _call(node, text)
        case ast.Name() | ast.Attribute():
            return Reference(_dotted(node, text))
        case _:
            raise _wrong(text, f"`{ast.unparse(node)}` is neither a literal nor a tensor maker")


def _call(node: ast.Call, text: str) -> Term:
    name = _dotted(node.func, text)
    if (
        name == "float"
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Constant)
        and str(node.args[0].value).lstrip("+-") in ("inf", "nan")
    ):
        return Constant(str(node.args[0].value), nonfinite=True)
    return Maker(name, _arguments(node, text))


def _dotted(node: ast.expr, text: str) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, text)}.{node.attr}"
    raise _wrong(text, f"`{ast.unparse(node)}` is not a dotted name")


def _wrong(text: str, why: str) -> InspectError:
    shown = text if len(text) <= 60 else text[:57] + "…"
    return InspectError(
        "not-a-constructor-call",
        f"cannot read `{shown}`: {why}",
        "",
        'write a name or a call such as "CrossEntropyLoss(label_smoothing=0.1)"',
    )
