"""Why a condition has its value: the names it depends on and what is known of each, as one clause.

In: the condition and the frame it stands in. Out: a Guard. Evaluates nothing that could run code.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from inspector.report import Truth
from inspector.source.follow.state import Frame, Guard
from inspector.source.values import Const, Function, Mapping, Tensor, Unknown, Value, describe, truth

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower


def guard_for(f: Follower, test: Any, known: bool | None, frame: Frame) -> Guard:
    """The guard of a block that `test` decides about."""
    text = frame.slice.text_of(test) if frame.slice is not None else ""
    value: Truth = "unknown" if known is None else ("true" if known else "false")
    return Guard(text, value, because(f, test, known, frame))


def because(f: Follower, test: Any, known: bool | None, frame: Frame) -> str:
    """One clause: what is known of the names in a condition that decide it."""
    groups: dict[str, list[str]] = {}
    for node in _leaves(test, known, f, frame):
        text = frame.slice.text_of(node) if frame.slice is not None else ""
        said = _said(f, node, frame)
        if text and said and text not in groups.setdefault(said, []):
            groups[said].append(text)
    clauses = [f"{_listed(names)} {_verb(names, said)}" for said, names in groups.items()]
    if known is None:
        return "; ".join(clauses) or "its value depends on the data"
    return "; ".join(clauses)


def _listed(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]


def _verb(names: list[str], said: str) -> str:
    if len(names) > 1:
        said = said.replace("(its default)", "(their default)")
    return said if said.startswith("gave ") else ("is " if len(names) == 1 else "are ") + said


def _leaves(node: Any, known: bool | None, f: Follower, frame: Frame) -> Iterator[Any]:
    """The parts of a condition that decide it; parts that are always spelled out (constants) are left out."""
    if isinstance(node, cst.BooleanOperation):
        yield from _leaves(node.left, known, f, frame)
        yield from _leaves(node.right, known, f, frame)
    elif isinstance(node, cst.UnaryOperation):
        yield from _leaves(node.expression, known, f, frame)
    elif isinstance(node, cst.Comparison):
        yield from _leaves(node.left, known, f, frame)
        for target in node.comparisons:
            yield from _leaves(target.comparator, known, f, frame)
    elif isinstance(node, cst.Name | cst.Attribute | cst.Call):
        yield node


def _said(f: Follower, node: Any, frame: Frame) -> str:
    if isinstance(node, cst.Call):
        result = f.last_results.get(id(node))
        return _call_said(result) if result is not None else ""
    if isinstance(node, cst.Name) and node.value in ("None", "True", "False"):
        return ""
    value = f.peek(node, frame)
    origin = frame.origins.get(node.value, "") if isinstance(node, cst.Name) else ""
    return _value_said(value, origin)


def _value_said(value: Value | None, origin: str) -> str:
    match value:
        case None | Unknown() | Function():
            return ""
        case Const(value=constant, why=why):
            reason = origin or why
            return f"{constant!r}" + (f" ({reason})" if reason else "")
        case Mapping() if truth(value) is False:
            return "empty"
        case Tensor():
            return describe(value)
        case _:
            return describe(value)


def _call_said(result: Value) -> str:
    match result:
        case Const(value=constant, why=why):
            return f"gave {constant!r}" + (f" ({why})" if why else "")
        case _:
            return ""
