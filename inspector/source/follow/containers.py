"""What the methods of dictionaries, lists, tuples, sets and strings do to what is known of them.

In: a method's name, its receiver and arguments. Out: a value; the receiver changes as the method would change it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from inspector.source.follow.iteration import fill_mapping
from inspector.source.follow.state import Arguments, Frame, Raised
from inspector.source.values import NO_KEY, NONE, NOTHING, Const, Items, Mapping, Unknown, Value, join, key_of

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower


def type_name(value: Value) -> str:
    """The Python type of a container or constant, as its methods are named: "dict", "str", "collections.OrderedDict"."""
    match value:
        case Mapping(type_name=name):
            return f"collections.{name}" if name != "dict" else name
        case Items(kind=kind):
            return "collections.deque" if kind == "deque" else kind
        case Const(value=constant):
            return type(constant).__name__
        case Unknown(kind=kind):
            return kind
        case _:
            return ""


def call_container(f: Follower, receiver: Value, name: str, arguments: Arguments, frame: Frame, node: Any) -> Value:
    """The value of `receiver.name(…)`."""
    match receiver:
        case Mapping():
            handler = _MAPPING.get(name)
            return handler(f, receiver, arguments, frame, node) if handler else NOTHING
        case Items():
            change = _ITEMS.get(name)
            return change(f, receiver, arguments, frame, node) if change else NOTHING
        case Const(value=constant):
            return _constant(constant, name, arguments)
        case Unknown(kind="str"):
            return Unknown("bool") if name.startswith(("is", "startswith", "endswith")) else Unknown("str")
        case _:
            return NOTHING


def _constant(constant: Any, name: str, arguments: Arguments) -> Value:
    values = [value.value if isinstance(value, Const) else NO_KEY for value in arguments.positional]
    if not isinstance(constant, str | int | float | bytes | tuple) or arguments.named or NO_KEY in values:
        return Unknown("str") if isinstance(constant, str) else NOTHING
    try:
        result = getattr(constant, name)(*values)
    except (AttributeError, TypeError, ValueError, KeyError, IndexError):
        return NOTHING
    return Items("list", [Const(item) for item in result]) if isinstance(result, list) else Const(result)


# -- mappings ----------------------------------------------------------------------------------------------------------------


def _get(f: Follower, mapping: Mapping, arguments: Arguments, frame: Frame, node: Any) -> Value:
    key = f.hashed(arguments.positional[0], frame, node)
    if key is not NO_KEY and key in mapping.items:
        return mapping.items[key]
    if not mapping.complete or (key is NO_KEY and mapping.items):
        return NOTHING
    return arguments.positional[1] if len(arguments.positional) > 1 else NONE


def _pop(f: Follower, mapping: Mapping, arguments: Arguments, frame: Frame, node: Any) -> Value:
    key = f.hashed(arguments.positional[0], frame, node)
    if key is not NO_KEY and key in mapping.items:
        return f.take_item(mapping, key)
    if mapping.complete and key is not NO_KEY and len(arguments.positional) < 2:
        raise Raised("KeyError")
    return arguments.positional[1] if len(arguments.positional) > 1 and mapping.complete else NOTHING


def _view(what: str) -> Callable[..., Value]:
    def handler(f: Follower, mapping: Mapping, arguments: Arguments, frame: Frame, node: Any) -> Value:
        if not mapping.complete:
            return Items("tuple", None)
        keys = [f.key_value(key) for key in mapping.items]
        values = list(mapping.items.values())
        pairs: list[Value] = [Items("tuple", [key, value]) for key, value in zip(keys, values, strict=True)]
        return Items("tuple", {"keys": keys, "values": values, "items": pairs}[what])

    return handler


def _update(f: Follower, mapping: Mapping, arguments: Arguments, frame: Frame, node: Any) -> Value:
    for value in arguments.positional:
        fill_mapping(f, mapping, value, frame, node)
    mapping.items.update(arguments.named)
    return NONE


def _setdefault(f: Follower, mapping: Mapping, arguments: Arguments, frame: Frame, node: Any) -> Value:
    key = f.hashed(arguments.positional[0], frame, node)
    default = arguments.positional[1] if len(arguments.positional) > 1 else NONE
    return mapping.items.setdefault(key, default) if key is not NO_KEY else NOTHING


def _copy(f: Follower, mapping: Mapping, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return Mapping(dict(mapping.items), mapping.complete, mapping.type_name)


def _clear(f: Follower, mapping: Mapping, arguments: Arguments, frame: Frame, node: Any) -> Value:
    mapping.items.clear()
    return NONE


# -- lists, tuples and sets ----------------------------------------------------------------------------------------------------


def _append(f: Follower, receiver: Items, arguments: Arguments, frame: Frame, node: Any) -> Value:
    if receiver.items is not None:
        receiver.items = None if f.uncertain else receiver.items
        if receiver.items is not None:
            receiver.items.extend(arguments.positional[:1])
    return NONE


def _add(f: Follower, receiver: Items, arguments: Arguments, frame: Frame, node: Any) -> Value:
    keys = [key_of(item) for item in receiver.items or []]
    if receiver.items is not None and f.hashed(arguments.positional[0], frame, node) not in keys:
        return _append(f, receiver, arguments, frame, node)
    return NONE


def _discard(f: Follower, receiver: Items, arguments: Arguments, frame: Frame, node: Any) -> Value:
    key = f.hashed(arguments.positional[0], frame, node)
    if receiver.items is not None:
        receiver.items = [item for item in receiver.items if key_of(item) is NO_KEY or key_of(item) != key]
    return NONE


def _extend(f: Follower, receiver: Items, arguments: Arguments, frame: Frame, node: Any) -> Value:
    more = f.iterate(arguments.positional[0], frame, node)
    receiver.items = None if more is None or receiver.items is None or f.uncertain else [*receiver.items, *more]
    return NONE


def _take(f: Follower, receiver: Items, arguments: Arguments, frame: Frame, node: Any) -> Value:
    place = arguments.positional[0] if arguments.positional else Const(-1)
    if receiver.items and isinstance(place, Const) and not f.uncertain:
        try:
            return receiver.items.pop(place.value)
        except (IndexError, TypeError):
            return NOTHING
    receiver.items = None
    return NOTHING


def _insert(f: Follower, receiver: Items, arguments: Arguments, frame: Frame, node: Any) -> Value:
    place = arguments.positional[0]
    if receiver.items is not None and isinstance(place, Const) and not f.uncertain:
        receiver.items.insert(place.value, arguments.positional[1])
    else:
        receiver.items = None
    return NONE


def _numel(f: Follower, receiver: Items, arguments: Arguments, frame: Frame, node: Any) -> Value:
    count = 1
    for item in receiver.items if receiver.items is not None else [NOTHING]:
        if not isinstance(item, Const):
            return Unknown("int")
        count *= item.value
    return Const(count)


def _union(f: Follower, receiver: Items, arguments: Arguments, frame: Frame, node: Any) -> Value:
    other = f.iterate(arguments.positional[0], frame, node) if arguments.positional else []
    return Items(receiver.kind, [*receiver.items, *other] if receiver.items is not None and other is not None else None)


def _copied(f: Follower, receiver: Items, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return Items(receiver.kind, None if receiver.items is None else list(receiver.items))


_MAPPING: dict[str, Callable[..., Value]] = {
    "get": _get,
    "pop": _pop,
    "keys": _view("keys"),
    "values": _view("values"),
    "items": _view("items"),
    "update": _update,
    "setdefault": _setdefault,
    "copy": _copy,
    "clear": _clear,
    "move_to_end": lambda f, m, a, frame, node: NONE,
}
_ITEMS: dict[str, Callable[..., Value]] = {
    "append": _append,
    "appendleft": _append,
    "add": _add,
    "discard": _discard,
    "remove": _discard,
    "extend": _extend,
    "pop": _take,
    "insert": _insert,
    "numel": _numel,
    "union": _union,
    "copy": _copied,
    "index": lambda f, r, a, frame, node: Unknown("int"),
    "count": lambda f, r, a, frame, node: Unknown("int"),
}
__all__ = ["call_container", "join", "type_name"]
