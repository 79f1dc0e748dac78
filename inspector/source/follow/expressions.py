"""What an expression gives: names, constants, containers, operators, conditions, comprehensions.

In: a libcst expression and a frame. Out: a value. Calls and attribute reads inside it become steps where they stand.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Any

import libcst as cst

from inspector.source.follow import enums, operators
from inspector.source.follow.explain_condition import guard_for
from inspector.source.follow.state import Frame, Guard
from inspector.source.values import (
    NO_KEY,
    NONE,
    NOTHING,
    Builtin,
    ClassValue,
    Const,
    Function,
    Generator,
    Items,
    Mapping,
    Tensor,
    Unknown,
    Value,
    join,
    truth,
)  # fmt: skip

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower

_BUILTIN_NAMES = frozenset(dir(builtins))
_BUILTIN_CONSTANTS = {
    "True": Const(True),
    "False": Const(False),
    "None": NONE,
    "NotImplemented": Const(NotImplemented),
    "__debug__": Const(True),
}


def evaluate(f: Follower, node: Any, frame: Frame) -> Value:
    """The value of an expression."""
    handler = _TABLE.get(type(node))
    return handler(f, node, frame) if handler is not None else NOTHING


def find_name(f: Follower, name: str, frame: Frame) -> Value | None:
    """What a bare name stands for in a frame; None where nothing defines it."""
    found = frame.find(name)
    if found is not None:
        return found
    found = f.library.lookup(frame.module, name)
    if found is not None:
        return found
    if name in _BUILTIN_CONSTANTS:
        return _BUILTIN_CONSTANTS[name]
    if name == "__name__":
        return Const(frame.module)
    return Builtin(name) if name in _BUILTIN_NAMES else None


def _name(f: Follower, node: cst.Name, frame: Frame) -> Value:
    return find_name(f, node.value, frame) or NOTHING


def _attribute(f: Follower, node: cst.Attribute, frame: Frame) -> Value:
    return f.get(f.evaluate(node.value, frame), node.attr.value, frame, node)


def _call(f: Follower, node: cst.Call, frame: Frame) -> Value:
    return f.call_node(node, frame)


def _number(f: Follower, node: Any, frame: Frame) -> Value:
    # libcst compiles the text each time it is asked.
    if node not in f.literals:
        f.literals[node] = Const(node.evaluated_value)
    return f.literals[node]


def _string(f: Follower, node: Any, frame: Frame) -> Value:
    if node not in f.literals:
        try:
            value = node.evaluated_value
        except (SyntaxError, ValueError):
            value = None
        f.literals[node] = Const(value) if value is not None else Unknown("str")
    return f.literals[node]


def _formatted(f: Follower, node: cst.FormattedString, frame: Frame) -> Value:
    parts: list[str] | None = []
    pieces: Any = node.parts
    for part in pieces:
        if isinstance(part, cst.FormattedStringText):
            text: Value = Const(part.value)
        else:
            text = f.evaluate(part.expression, frame)
        if parts is not None:
            plain = isinstance(text, Const) and (
                isinstance(part, cst.FormattedStringText) or (part.conversion is None and part.format_spec is None)
            )
            parts = [*parts, str(text.value)] if plain and isinstance(text, Const) else None
    return Unknown("str") if parts is None else Const("".join(parts))


def _concatenated(f: Follower, node: cst.ConcatenatedString, frame: Frame) -> Value:
    left, right = f.evaluate(node.left, frame), f.evaluate(node.right, frame)
    if isinstance(left, Const) and isinstance(right, Const):
        return Const(left.value + right.value)
    return Unknown("str")


# -- containers -------------------------------------------------------------------------------------------------------


def _elements(f: Follower, elements: Any, frame: Frame) -> list[Value] | None:
    items: list[Value] | None = []
    for element in elements:
        value = f.evaluate(element.value, frame)
        if isinstance(element, cst.StarredElement):
            inner = f.iterate(value, frame, element.value)
            items = None if items is None or inner is None else [*items, *inner]
        elif items is not None:
            items.append(value)
    return items


def _tuple(f: Follower, node: Any, frame: Frame) -> Value:
    return Items("tuple", _elements(f, node.elements, frame))


def _list(f: Follower, node: Any, frame: Frame) -> Value:
    return Items("list", _elements(f, node.elements, frame))


def _set(f: Follower, node: Any, frame: Frame) -> Value:
    return Items("set", _elements(f, node.elements, frame))


def _dict(f: Follower, node: cst.Dict, frame: Frame) -> Value:
    mapping = Mapping({}, born=f.uncertain)
    elements: Any = node.elements
    for element in elements:
        if isinstance(element, cst.StarredDictElement):
            inner = f.evaluate(element.value, frame)
            if isinstance(inner, Mapping):
                mapping.items.update(inner.items)
                mapping.complete = mapping.complete and inner.complete
            else:
                mapping.complete = False
            continue
        key, value = f.hashed(f.evaluate(element.key, frame), frame, element.key), f.evaluate(element.value, frame)
        if key is NO_KEY:
            mapping.complete = False
        else:
            mapping.items[key] = value
    return mapping


# -- operators and conditions -------------------------------------------------------------------------------------------


def _unary(f: Follower, node: cst.UnaryOperation, frame: Frame) -> Value:
    value = f.evaluate(node.expression, frame)
    if isinstance(node.operator, cst.Not):
        known = f.truth(value, frame, node.expression)
        return Unknown("bool") if known is None else Const(not known)
    return operators.unary(f, node, value, frame)


def _binary(f: Follower, node: cst.BinaryOperation, frame: Frame) -> Value:
    left = f.evaluate(node.left, frame)
    right = f.evaluate(node.right, frame)
    return operators.binary(f, type(node.operator).__name__, (left, right), frame, node)


def _boolean(f: Follower, node: cst.BooleanOperation, frame: Frame) -> Value:
    left = f.evaluate(node.left, frame)
    known = f.truth(left, frame, node.left)
    is_and = isinstance(node.operator, cst.And)
    if known is not None and known != is_and:
        f.pass_over([node.right], frame, Guard(frame.slice.text_of(node.left) if frame.slice else "", "true" if known else "false", ""))
        return left
    if known is not None:
        return f.evaluate(node.right, frame)
    with f.under(frame, _half_known(frame, node)):
        right = f.evaluate(node.right, frame)
    right_known = truth(right)
    # `x and False` is false whatever x is; `x or True` is true.
    if right_known is not None and right_known != is_and and isinstance(right, Const):
        return right if isinstance(right.value, bool) else Const(right_known)
    return join(left, right) if not isinstance(left, Unknown) else left if left.kind == "bool" else NOTHING


def _half_known(frame: Frame, node: cst.BooleanOperation) -> Guard:
    return Guard(frame.slice.text_of(node.left) if frame.slice else "", "unknown", "its value depends on the data")


def _comparison(f: Follower, node: cst.Comparison, frame: Frame) -> Value:
    left = f.evaluate(node.left, frame)
    result: Value = NOTHING
    for target in node.comparisons:
        right = f.evaluate(target.comparator, frame)
        result = operators.compare(f, _operator_name(target.operator), (left, right), frame, node)
        if len(node.comparisons) == 1 or truth(result) is False:
            return result
        left = right
    return result


def _operator_name(operator: Any) -> str:
    return type(operator).__name__


def _conditional(f: Follower, node: cst.IfExp, frame: Frame) -> Value:
    test = f.evaluate(node.test, frame)
    known = f.truth(test, frame, node.test)
    guard = guard_for(f, node.test, known, frame)
    if known is not None:
        taken, passed = (node.body, node.orelse) if known else (node.orelse, node.body)
        f.pass_over([passed], frame, guard)
        with f.under(frame, guard):
            return f.evaluate(taken, frame)
    with f.under(frame, guard):
        return join(f.evaluate(node.body, frame), f.evaluate(node.orelse, frame))


def _lambda(f: Follower, node: cst.Lambda, frame: Frame) -> Value:
    line = frame.slice.line_of(node) if frame.slice else 0
    inside = ".<locals>" if frame.function is not None else ""
    qualname = f"{frame.qualname}{inside}.<lambda>".removeprefix(".")
    return Function(frame.module, qualname, frame.file, line, lambda: (node, frame.slice), None, frame)


def _subscript(f: Follower, node: cst.Subscript, frame: Frame) -> Value:
    value = f.evaluate(node.value, frame)
    return operators.subscript(f, value, index_of(f, node, frame), frame, node)


def index_of(f: Follower, node: cst.Subscript, frame: Frame) -> Value:
    """The index of a subscript as a value; a slice is a tuple marked by its first item."""
    parts = [_index_part(f, element.slice, frame) for element in node.slice]
    if len(parts) == 1 and not (isinstance(node.slice[0].comma, cst.Comma)):
        return parts[0]
    return Items("tuple", parts)


def _index_part(f: Follower, part: Any, frame: Frame) -> Value:
    if isinstance(part, cst.Index):
        if part.star:
            f.evaluate(part.value, frame)
            return NOTHING
        return f.evaluate(part.value, frame)
    ends = [f.evaluate(end, frame) if end is not None else NONE for end in (part.lower, part.upper, part.step)]
    if all(isinstance(end, Const) for end in ends):
        return Const(slice(*(end.value for end in ends if isinstance(end, Const))))
    return Unknown("slice")


def _named(f: Follower, node: cst.NamedExpr, frame: Frame) -> Value:
    value = f.evaluate(node.value, frame)
    f.assign(node.target, value, frame)
    return value


# -- comprehensions ---------------------------------------------------------------------------------------------------


def _comprehension(f: Follower, node: Any, frame: Frame) -> Value:
    kind = "list" if isinstance(node, cst.ListComp) else ("set" if isinstance(node, cst.SetComp) else "generator")
    inner = _inner_frame(frame)
    collected: list[Value] = []
    certain = _run_for(f, node.for_in, inner, lambda: collected.append(f.evaluate(node.elt, inner)))
    items = collected if certain else None
    each = reduce(join, collected) if collected and not certain else None
    return Items("tuple" if kind == "generator" else kind, items, each=each)  # type: ignore[arg-type]


def _dict_comprehension(f: Follower, node: cst.DictComp, frame: Frame) -> Value:
    inner = _inner_frame(frame)
    mapping = Mapping({})

    def one() -> None:
        key, value = f.hashed(f.evaluate(node.key, inner), inner, node.key), f.evaluate(node.value, inner)
        if key is NO_KEY:
            mapping.complete = False
        else:
            mapping.items[key] = value

    mapping.complete = _run_for(f, node.for_in, inner, one) and mapping.complete
    return mapping


def _inner_frame(frame: Frame) -> Frame:
    # Its calls count as calls of the enclosing function: whether a comprehension has a frame depends on Python's version.
    return Frame(
        frame.module, frame.qualname, frame.slice, frame.file, {}, frame, frame.function, frame.owner, frame.step, guards=frame.guards
    )  # fmt: skip


def _run_for(f: Follower, node: cst.CompFor, frame: Frame, body: Callable[[], None]) -> bool:
    """Runs the loops of a comprehension; whether every iteration is certain."""
    iterated = f.evaluate(node.iter, frame)
    items = f.iterate(iterated, frame, node.iter)
    certain = items is not None
    guard = Guard(
        f"for {frame.slice.text_of(node.target)} in {frame.slice.text_of(node.iter)}" if frame.slice else "",
        "unknown",
        "its length depends on the data",
    )
    for item in items if items is not None else [each_of(iterated)]:
        f.assign(node.target, item, frame)
        if certain:
            certain = _filtered(f, node, frame, body) and certain
        else:
            with f.under(frame, guard):
                _filtered(f, node, frame, body)
    return certain


def each_of(value: Value) -> Value:
    """What every item of something is of which the number of items is not known."""
    match value:
        case Items(items=None, each=each):
            return each or NOTHING
        case Tensor(shape=shape, dtype=dtype, requires_grad=grad):
            return Tensor(shape[1:] if shape else None, dtype, grad)
        case _:
            return NOTHING


def _filtered(f: Follower, node: cst.CompFor, frame: Frame, body: Callable[[], None]) -> bool:
    for test in node.ifs:
        known = f.truth(f.evaluate(test.test, frame), frame, test.test)
        if known is False:
            return True
        if known is None:
            with f.under(frame, Guard(frame.slice.text_of(test.test) if frame.slice else "", "unknown", "its value depends on the data")):
                _run_inner(f, node, frame, body)
            return False
    return _run_inner(f, node, frame, body)


def _run_inner(f: Follower, node: cst.CompFor, frame: Frame, body: Callable[[], None]) -> bool:
    if node.inner_for_in is not None:
        return _run_for(f, node.inner_for_in, frame, body)
    body()
    return True


# -- generators ---------------------------------------------------------------------------------------------------------


def _yield(f: Follower, node: cst.Yield, frame: Frame) -> Value:
    if isinstance(node.value, cst.From):
        items = f.iterate(f.evaluate(node.value.item, frame), frame, node.value.item)
        frame.yielded.extend(items if items is not None else [NOTHING])
        return NOTHING
    frame.yielded.append(f.evaluate(node.value, frame) if node.value is not None else NONE)
    if frame.at_yield is not None:
        frame.at_yield(frame.yielded[-1])
    return NONE


def iterate(f: Follower, value: Value, frame: Frame, node: Any) -> list[Value] | None:
    """The items a loop over a value sees, in order; None where they are not known."""
    match value:
        case Items(items=items):
            return None if items is None else list(items)
        case Mapping(items=entries, complete=complete):
            return [f.key_value(key) for key in entries] if complete else None
        case Const(value=str() | range() | tuple() as constant):
            return [Const(item) for item in constant]
        case Generator():
            return f.run_generator(value, frame, node)
        case Tensor():
            return f.iterate_tensor(value, frame, node)
        case ClassValue() if enums.is_enum(f, value):
            return enums.iterate(f, value, frame, node)
        case _:
            return f.iterate_object(value, frame, node)


_TABLE: dict[type, Callable[[Any, Any, Frame], Value]] = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Call: _call,
    cst.Integer: _number,
    cst.Float: _number,
    cst.Imaginary: _number,
    cst.SimpleString: _string,
    cst.ConcatenatedString: _concatenated,
    cst.FormattedString: _formatted,
    cst.Tuple: _tuple,
    cst.List: _list,
    cst.Set: _set,
    cst.Dict: _dict,
    cst.UnaryOperation: _unary,
    cst.BinaryOperation: _binary,
    cst.BooleanOperation: _boolean,
    cst.Comparison: _comparison,
    cst.IfExp: _conditional,
    cst.Lambda: _lambda,
    cst.Subscript: _subscript,
    cst.NamedExpr: _named,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.DictComp: _dict_comprehension,
    cst.Yield: _yield,
    cst.Ellipsis: lambda f, node, frame: Const(...),
    cst.Await: lambda f, node, frame: f.evaluate(node.expression, frame),
}
