"""Looking without following: what an expression stands for, and the calls in code that is passed over.

In: libcst nodes and a frame. Out: a value, or steps that are marked as not taken. Nothing is run, nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from inspector.report import StepKind
from inspector.source.follow import attributes, containers, expressions
from inspector.source.follow.state import Frame, Guard
from inspector.source.parse import walk
from inspector.source.values import (
    Bound,
    Builtin,
    ClassValue,
    Const,
    External,
    Function,
    Instance,
    Items,
    Mapping,
    ModuleValue,
    Native,
    NativeMethod,
    Tensor,
    Value,
)  # fmt: skip

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower


def peek(f: Follower, node: Any, frame: Frame) -> Value | None:
    """What an expression stands for if that can be seen without running anything; None otherwise."""
    if isinstance(node, cst.Name):
        return expressions.find_name(f, node.value, frame)
    if not isinstance(node, cst.Attribute):
        return None
    value = peek(f, node.value, frame)
    match value:
        case Instance(attrs=attrs) if node.attr.value in attrs:
            return attrs[node.attr.value]
        case Instance(cls=cls):
            found = f.library.member(cls, node.attr.value)
            return attributes.bind(found[1], value, cls) if found else _registered(value, node.attr.value)
        case Tensor():
            return attributes.tensor_fact(value, node.attr.value) or Native(f"torch.Tensor.{node.attr.value}")
        case ModuleValue() | ClassValue() | Native() | External():
            return f.library.attribute(value, node.attr.value)
        case Mapping() | Items() | Const():
            return attributes.plain_method(value, node.attr.value)
        case _:
            return None


def _registered(value: Instance, name: str) -> Value | None:
    for holder in ("_parameters", "_buffers", "_modules"):
        registered = value.attrs.get(holder)
        if isinstance(registered, Mapping) and name in registered.items:
            return registered.items[name]
    return None


def pass_over(f: Follower, nodes: Sequence[Any], frame: Frame, guard: Guard) -> None:
    """Notes the calls in code that is not run, without following them."""
    if f.muted:
        return
    frame.guards.append(guard)
    f.dry += 1
    try:
        for call_site in _calls_in(f, nodes):
            callee, kind, more = _named_callee(f, call_site, frame)
            f.add(frame, call_site, callee, kind, **more)
    finally:
        f.dry -= 1
        frame.guards.pop()


def _calls_in(f: Follower, nodes: Sequence[Any]) -> list[cst.Call]:
    """The calls in a piece of code, in order of the text; bodies of nested functions are not part of it."""
    found: list[cst.Call] = []
    for node in nodes:
        if node not in f.calls_in:
            here = [part for part in walk(node, (cst.FunctionDef, cst.ClassDef)) if isinstance(part, cst.Call)]
            f.calls_in[node] = [part for part in here if not (isinstance(part.func, cst.Name) and part.func.value == "super")]
        found += f.calls_in[node]
    return found


def _named_callee(f: Follower, node: cst.Call, frame: Frame) -> tuple[str, StepKind, dict[str, Any]]:
    text = frame.slice.text_of(node.func) if frame.slice is not None else ""
    value = peek(f, node.func, frame)
    inner = value.function if isinstance(value, Bound) else value
    match inner:
        case Function(name=name, file=file, line=line):
            return name, "python", {"file": file, "line": line}
        case ClassValue(name=name):
            return name, "python", {"file": f.library.table_of(inner).file, "line": inner.definition.line}
        case Native(name=name):
            return name, "native", {}
        case Builtin(name=name):
            return name, "builtin", {}
        case External(name=name):
            return f.external_name(name), "python", {}
        case NativeMethod(name=name, receiver=receiver):
            return f"{containers.type_name(receiver)}.{name}", "builtin", {}
        case _:
            return _nested_name(f, text, frame)


def _nested_name(f: Follower, text: str, frame: Frame) -> tuple[str, StepKind, dict[str, Any]]:
    """A function defined further down in the same body, which has not been reached."""
    code = frame.function.parsed()[0] if frame.function is not None else None
    for statement in getattr(getattr(code, "body", None), "body", ()):
        if isinstance(statement, cst.FunctionDef) and statement.name.value == text and frame.slice is not None:
            return f"{frame.name}.<locals>.{text}", "python", {"file": frame.file, "line": frame.slice.line_of(statement.name)}
    return text, "unresolved", {}
