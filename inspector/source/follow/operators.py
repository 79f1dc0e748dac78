"""What an operator gives: on constants and containers by Python's own rules, on tensors and objects by their methods.

In: an operator's name and its operands. Out: a value. An operator on a tensor becomes a step: its Python method where the
Tensor class has one, else a native function, which no profiler can see being called.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Any

from inspector.source.follow import enums
from inspector.source.follow.shapes import Shape, broadcast, product
from inspector.source.follow.state import Frame, Guard, Raised
from inspector.source.values import (
    NO_KEY,
    NOTHING,
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
    Tensor,
    Unknown,
    Value,
    join,
    key_of,
    same,
)  # fmt: skip

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower

_DUNDER = {
    "Add": "add", "Subtract": "sub", "Multiply": "mul", "Divide": "truediv", "FloorDivide": "floordiv", "Modulo": "mod", "Power": "pow",
    "MatrixMultiply": "matmul", "BitAnd": "and", "BitOr": "or", "BitXor": "xor", "LeftShift": "lshift", "RightShift": "rshift",
    "Equal": "eq", "NotEqual": "ne", "LessThan": "lt", "GreaterThan": "gt", "LessThanEqual": "le", "GreaterThanEqual": "ge",
    "Minus": "neg", "Plus": "pos", "BitInvert": "invert",
}  # fmt: skip
_COMPUTE: dict[str, Callable[..., Any]] = {
    "Add": operator.add, "Subtract": operator.sub, "Multiply": operator.mul, "Divide": operator.truediv, "FloorDivide": operator.floordiv,
    "Modulo": operator.mod, "Power": operator.pow, "BitAnd": operator.and_, "BitOr": operator.or_, "BitXor": operator.xor,
    "LeftShift": operator.lshift, "RightShift": operator.rshift, "Equal": operator.eq, "NotEqual": operator.ne, "LessThan": operator.lt,
    "GreaterThan": operator.gt, "LessThanEqual": operator.le, "GreaterThanEqual": operator.ge, "Minus": operator.neg, "Plus": operator.pos,
    "BitInvert": operator.invert,
}  # fmt: skip
_COMPARISONS = frozenset({"Equal", "NotEqual", "LessThan", "GreaterThan", "LessThanEqual", "GreaterThanEqual"})
_TYPES = (Builtin, ClassValue, External, Native)


def binary(f: Follower, name: str, operands: tuple[Value, Value], frame: Frame, node: Any) -> Value:
    """`left op right`."""
    left, right = (enums.plain_value(f, operand) for operand in operands)
    operands = (left, right)
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _on_tensors(f, name, operands, frame, node)
    if isinstance(left, Const) and isinstance(right, Const):
        return _compute(name, left.value, right.value)
    if isinstance(left, Items) or isinstance(right, Items):
        return _on_items(name, left, right)
    if name == "BitOr" and isinstance(left, Mapping) and isinstance(right, Mapping):
        return Mapping({**left.items, **right.items}, left.complete and right.complete)
    if name == "BitOr" and isinstance(left, (*_TYPES, Const)) and isinstance(right, (*_TYPES, Const)):
        return Items("tuple", [left, right])
    found = _method_of(f, f"__{_DUNDER.get(name, '')}__", left)
    if found is not None:
        return f.call(found, [right], frame, node)
    found = _method_of(f, f"__r{_DUNDER.get(name, '')}__", right)
    if found is not None:
        return f.call(found, [left], frame, node)
    if name in ("Equal", "NotEqual"):
        return _equal(f, name, (left, right), frame, node)
    return _kind_of_result(name, left, right)


def _equal(f: Follower, name: str, operands: tuple[Value, Value], frame: Frame, node: Any) -> Value:
    """`==` and `!=` where no class defines the one that is written: `!=` asks `__eq__`; objects without it are told apart."""
    left, right = operands
    found = _method_of(f, "__eq__", left) or _method_of(f, "__eq__", right)
    if found is not None:
        known = f.truth(f.call(found, [right if isinstance(found, Bound) and found.receiver is left else left], frame, node), frame, node)
        return Unknown("bool") if known is None else Const(not known)
    if isinstance(left, Instance) and isinstance(right, Instance | Const) and not left.open:
        known = same(left, right)
        return Unknown("bool") if known is None else Const(known == (name == "Equal"))
    return _kind_of_result(name, left, right)


def in_place(f: Follower, name: str, operands: tuple[Value, Value], frame: Frame, node: Any) -> Value:
    """`left op= right`: the in-place method where the class has one; a list grows itself."""
    left, right = operands
    method = _method_of(f, f"__i{_DUNDER.get(name, '')}__", left)
    if method is not None:
        return f.call(method, [right], frame, node)
    if isinstance(left, Items) and left.kind == "list" and name == "Add":
        more = f.iterate(right, frame, node)
        left.items = None if more is None or left.items is None or f.uncertain else [*left.items, *more]
        return left
    return binary(f, name, operands, frame, node)


def _kind_of_result(name: str, left: Value, right: Value) -> Value:
    kinds = {_kind(left), _kind(right)}
    if name in _COMPARISONS:
        return Unknown("bool")
    if name == "Modulo" and "str" in kinds:
        return Unknown("str")
    if kinds <= {"int", "bool"}:
        return Unknown("float" if name == "Divide" else "int")
    if kinds <= {"int", "float", "bool"}:
        return Unknown("float")
    return Unknown("str") if kinds == {"str"} else NOTHING


def _kind(value: Value) -> str:
    if isinstance(value, Unknown):
        return value.kind
    return type(value.value).__name__ if isinstance(value, Const) else ""


def _compute(name: str, *values: Any) -> Value:
    try:
        return Const(_COMPUTE[name](*values))
    except (TypeError, ValueError, ArithmeticError, KeyError, OverflowError):
        return NOTHING


def _on_items(name: str, left: Value, right: Value) -> Value:
    if isinstance(left, Items) and isinstance(right, Items):
        if name == "Add" and left.items is not None and right.items is not None:
            return Items(left.kind, [*left.items, *right.items])
        if name == "Add":
            return join(Items(left.kind, left.items, each=left.each), Items(left.kind, right.items, each=right.each))
        a, b = key_of(left), key_of(right)
        if name in ("Equal", "NotEqual") and left.items is not None and right.items is not None:
            if len(left.items) != len(right.items):
                return Const(name == "NotEqual")
            if a is not NO_KEY and b is not NO_KEY:
                return Const((a == b) == (name == "Equal"))
        return Unknown("bool") if name in _COMPARISONS else NOTHING
    items, other = (left, right) if isinstance(left, Items) else (right, left)
    if (
        name == "Multiply"
        and isinstance(items, Items)
        and isinstance(other, Const)
        and isinstance(other.value, int)
        and items.items is not None
    ):
        return Items(items.kind, items.items * other.value)
    if name == "Modulo":
        return Unknown("str")
    return Const(name == "NotEqual") if name in ("Equal", "NotEqual") and isinstance(other, Const) else NOTHING


def _on_tensors(f: Follower, name: str, operands: tuple[Value, Value], frame: Frame, node: Any) -> Value:
    left, right = operands
    short = _DUNDER.get(name, "")
    owner, other, dunder = (left, right, f"__{short}__") if isinstance(left, Tensor) else (right, left, f"__r{short}__")
    if name in _COMPARISONS:
        dunder = f"__{short}__"
    method = _method_of(f, dunder, owner)
    if method is not None and owner is right and isinstance(left, Unknown) and not left.kind:
        # Whether the reflected method runs depends on what the left operand is.
        with f.under(frame, Guard("", "unknown", "what stands on the left is not known")):
            f.call(method, [other], frame, node)
        return _tensor_result(name, left, right)
    if method is not None:
        result = f.call(method, [other], frame, node)
        return result if isinstance(result, Tensor) and result.shape is not None else _tensor_result(name, left, right)
    f.add(frame, node, f"torch.Tensor.{dunder}", "native", observable=False)
    return _tensor_result(name, left, right)


def _tensor_result(name: str, left: Value, right: Value) -> Tensor:
    if name == "MatrixMultiply":
        return product(left, right) or Tensor()
    shapes = [
        value.shape if isinstance(value, Tensor) else (None if isinstance(value, Unknown) and not value.kind else ())
        for value in (left, right)
    ]
    dtype = "bool" if name in _COMPARISONS else next((v.dtype for v in (left, right) if isinstance(v, Tensor)), None)
    grad = name not in _COMPARISONS and any(isinstance(v, Tensor) and v.requires_grad for v in (left, right))
    return Tensor(broadcast(*shapes), dtype, grad)


def _shape_of(value: Value) -> Shape | None:
    if isinstance(value, Tensor):
        return value.shape
    return None if isinstance(value, Unknown) and not value.kind else ()


def _method_of(f: Follower, dunder: str, value: Value) -> Value | None:
    cls = f.class_of(value)
    found = f.library.member(cls, dunder) if isinstance(cls, ClassValue) else None
    if found is None or not isinstance(found[1], Function | Native | External):
        return None
    return Bound(found[1], value) if isinstance(found[1], Function) else None


def unary(f: Follower, node: Any, value: Value, frame: Frame) -> Value:
    """`-x`, `+x`, `~x`."""
    name = type(node.operator).__name__
    if isinstance(value, Const):
        return _compute(name, value.value)
    if isinstance(value, Tensor):
        method = _method_of(f, f"__{_DUNDER[name]}__", value)
        if method is not None:
            f.call(method, [], frame, node)
        else:
            f.add(frame, node, f"torch.Tensor.__{_DUNDER[name]}__", "native", observable=False)
        return Tensor(value.shape, value.dtype, value.requires_grad)
    return value if isinstance(value, Unknown) else NOTHING


def compare(f: Follower, name: str, operands: tuple[Value, Value], frame: Frame, node: Any) -> Value:
    """`left op right` for one comparison."""
    left, right = operands
    if name in ("Is", "IsNot"):
        known = same(left, right)
        return Unknown("bool") if known is None else Const(known == (name == "Is"))
    if name in ("In", "NotIn"):
        found = contains(f, right, left, frame, node)
        return Unknown("bool") if found is None else Const(found == (name == "In"))
    plain = (Function, ClassValue, Builtin, Native, External)
    if name in ("Equal", "NotEqual") and isinstance(left, plain) and isinstance(right, (*plain, Const)):
        return Const((same(left, right) is True) == (name == "Equal"))
    if (
        name in ("Equal", "NotEqual")
        and isinstance(left, Mapping)
        and isinstance(right, Mapping)
        and left.complete
        and right.complete
        and not right.items
    ):
        return Const((not left.items) == (name == "Equal"))
    return binary(f, name, operands, frame, node)


def contains(f: Follower, holder: Value, item: Value, frame: Frame, node: Any) -> bool | None:
    """`item in holder`; None where that is not known."""
    match holder:
        case Const(value=text) if isinstance(item, Const):
            try:
                return bool(item.value in text)
            except TypeError:
                return None
        case Mapping(items=entries, complete=complete):
            key = f.hashed(item, frame, node)
            if key is NO_KEY:
                return False if not entries and complete else None
            return _has_key(holder, key)
        case Items(items=list(items), kind=kind):
            if kind in ("set", "frozenset"):
                f.hashed(item, frame, node)
            return _among(items, item)
        case ClassValue() if enums.is_enum(f, holder):
            return enums.contains(f, holder, item, frame, node)
        case _:
            method = _method_of(f, "__contains__", holder)
            if method is not None:
                return f.truth(f.call(method, [item], frame, node), frame, node)
            return None


def _has_key(holder: Mapping, key: Any) -> bool | None:
    if key in holder.items:
        return None if key in holder.maybe else True
    return False if holder.complete else None


def _among(items: list[Value], item: Value) -> bool | None:
    keys = [key_of(each) for each in items]
    key = key_of(item)
    if key is NO_KEY:
        return None if items else False
    if any(each is not NO_KEY and type(each) is type(key) and each == key for each in keys):
        return True
    return None if any(each is NO_KEY for each in keys) else False


def subscript(f: Follower, value: Value, index: Value, frame: Frame, node: Any) -> Value:
    """`value[index]`."""
    match value:
        case Mapping():
            return _entry(f, value, index, frame, node)
        case Items(items=list(items), kind=kind) if isinstance(index, Const):
            return _item(items, kind, index.value)
        case Items(items=None, each=each, kind=kind):
            return Items(kind, None, each=each) if _is_slice(index) else (each or NOTHING)
        case Const(value=constant) if isinstance(index, Const):
            try:
                return Const(constant[index.value])
            except (TypeError, IndexError, KeyError):
                return NOTHING
        case Tensor():
            return _tensor_item(f, value, index, frame, node)
        case External(name="sys.modules") if isinstance(index, Const):
            return ModuleValue(str(index.value))
        case ClassValue() if enums.is_enum(f, value):
            return enums.subscript(f, value, index, frame, node)
        case ClassValue() | External() | Builtin() | Native():
            return value
        case _:
            method = _method_of(f, "__getitem__", value)
            return f.call(method, [index], frame, node) if method is not None else NOTHING


def _entry(f: Follower, mapping: Mapping, index: Value, frame: Frame, node: Any) -> Value:
    """`mapping[index]`: an entry, what the factory of a defaultdict makes, or whatever the mapping holds."""
    key = f.hashed(index, frame, node)
    if key is NO_KEY:
        return reduce(join, mapping.items.values()) if mapping.items and mapping.complete else NOTHING
    if key in mapping.items or not mapping.complete:
        return mapping.items.get(key, NOTHING)
    if mapping.type_name == "Counter":
        f.add(frame, node, "collections.Counter.__missing__", "python")
        return Const(0)
    if mapping.missing is None:
        raise Raised("KeyError")
    f.put_item(mapping, key, f.call(mapping.missing, [], frame, node))
    return mapping.items[key]


def _is_slice(index: Value) -> bool:
    return (isinstance(index, Const) and isinstance(index.value, slice)) or (isinstance(index, Unknown) and index.kind == "slice")


def _item(items: list[Value], kind: Any, index: Any) -> Value:
    try:
        found = items[index]
    except (TypeError, IndexError):
        return NOTHING
    return Items(kind, found) if isinstance(found, list) else found


def _tensor_item(f: Follower, value: Tensor, index: Value, frame: Frame, node: Any) -> Value:
    method = _method_of(f, "__getitem__", value)
    if method is not None:
        return f.call(method, [index], frame, node)
    f.add(frame, node, "torch.Tensor.__getitem__", "native", observable=False)
    return Tensor(_item_shape(value.shape, index), value.dtype, value.requires_grad)


def _is_plain_index(part: Value) -> bool:
    return isinstance(part, Const) or (isinstance(part, Unknown) and part.kind in ("int", "slice"))


def _item_shape(shape: Shape | None, index: Value) -> Shape | None:
    """The shape of `tensor[index]`, where the index is made of numbers, slices, None and an ellipsis; None for any other."""
    parts = index.items if isinstance(index, Items) else [index]
    if (
        shape is None
        or parts is None
        or not all(isinstance(part, Const) or (isinstance(part, Unknown) and part.kind in ("int", "slice")) for part in parts)
    ):
        return None
    taken = sum(not (isinstance(part, Const) and part.value in (None, ...)) for part in parts)
    result: list[int | None] = []
    rest = list(shape)
    for part in parts:
        what = part.value if isinstance(part, Const) else ...
        if isinstance(part, Const) and what is None:
            result.append(1)
        elif isinstance(part, Const) and what is ...:
            result += [rest.pop(0) for _ in range(len(shape) - taken)]
        elif rest:
            size = rest.pop(0)
            if isinstance(what, slice):
                result.append(len(range(size)[what]) if size is not None else None)
            elif isinstance(part, Unknown) and part.kind == "slice":
                result.append(None)
    return (*result, *rest)
