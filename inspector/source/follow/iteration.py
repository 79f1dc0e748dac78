"""What Python's functions over iterables give: list and its kin, dict, zip, map, filter, sorted, sum, min, max, next.

In: the arguments of such a call. Out: a value. What is iterated runs here, once, where Python would run it bit by bit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Any

from inspector.source.follow.state import Arguments, Frame, Raised
from inspector.source.values import (
    NO_KEY,
    NONE,
    NOTHING,
    Const,
    Generator,
    Items,
    Mapping,
    Unknown,
    Value,
    join,
    key_of,
    truth,
)  # fmt: skip

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower

Handler = Callable[["Follower", Arguments, Frame, Any], Value]


def items_of(f: Follower, value: Value, frame: Frame, node: Any) -> Items:
    """The items of an iterable, or what each of them is."""
    items = f.iterate(value, frame, node)
    return Items("tuple", items) if items is not None else Items("tuple", None, each=f.each_of(value))


def mapped(found: Items, change: Callable[[Value], Value], kind: Any = "tuple") -> Items:
    """The items, each of them changed."""
    if found.items is not None:
        return Items(kind, [change(item) for item in found.items])
    return Items(kind, None, each=change(found.each or NOTHING))


# -- constants -----------------------------------------------------------------------------------------------------------------


def pure(compute: Callable[..., Any], kind: str) -> Handler:
    """Computes with constants; where an argument is not one, only the kind of the result is known."""

    def handler(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
        values = [plain(value) for value in arguments.positional]
        if arguments.named or any(value is NO_KEY for value in values):
            return Unknown(kind)
        try:
            return Const(compute(*values))
        except (TypeError, ValueError, ArithmeticError):
            return Unknown(kind)

    return handler


def plain(value: Value) -> Any:
    """The Python object behind a constant, or a list of them; NO_KEY where it is not known."""
    if isinstance(value, Items) and value.items is not None:
        inner = [plain(item) for item in value.items]
        return NO_KEY if any(item is NO_KEY for item in inner) else inner
    return value.value if isinstance(value, Const) else NO_KEY


def same(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    """The first argument: what only marks or copies."""
    return arguments.positional[0] if arguments.positional else NOTHING


# -- containers ----------------------------------------------------------------------------------------------------------------


def container(kind: Any) -> Handler:
    """`list(…)`, `tuple(…)`, `set(…)` and others that take an iterable."""

    def handler(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
        if not arguments.positional:
            return Items(kind, [])
        found = items_of(f, arguments.positional[0], frame, node)
        return Items(kind, _distinct(found.items) if kind in ("set", "frozenset") else found.items, each=found.each)

    return handler


def _distinct(items: list[Value] | None) -> list[Value] | None:
    if items is None:
        return None
    keys = [key_of(item) for item in items]
    return [item for place, item in enumerate(items) if keys[place] is NO_KEY or keys[place] not in keys[:place]]


def make_mapping(f: Follower, arguments: Arguments, frame: Frame, node: Any, type_name: str = "dict") -> Value:
    """dict(…) or OrderedDict(…)."""
    mapping = Mapping({}, not arguments.open, type_name, born=f.uncertain)
    for value in arguments.positional:
        fill_mapping(f, mapping, value, frame, node)
    mapping.items.update(arguments.named)
    return mapping


def fill_mapping(f: Follower, mapping: Mapping, value: Value, frame: Frame, node: Any) -> None:
    """Adds the entries of another mapping, or of an iterable of pairs."""
    if isinstance(value, Mapping):
        mapping.items.update(value.items)
        mapping.complete = mapping.complete and value.complete
        return
    items = f.iterate(value, frame, node)
    for pair in items if items is not None else [NOTHING]:
        if isinstance(pair, Items) and pair.items is not None and len(pair.items) == 2 and key_of(pair.items[0]) is not NO_KEY:
            mapping.items[f.hashed(pair.items[0], frame, node)] = pair.items[1]
        else:
            mapping.complete = False


# -- one iterable made of others -------------------------------------------------------------------------------------------------


def _enumerate(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    found = items_of(f, arguments.positional[0], frame, node)
    if found.items is None:
        return mapped(found, lambda item: Items("tuple", [Unknown("int"), item]))
    start = arguments.get(1, "start")
    first = start.value if isinstance(start, Const) else 0
    return Items("tuple", [Items("tuple", [Const(n), item]) for n, item in enumerate(found.items, first)])


def _zip(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Items:
    columns = [items_of(f, value, frame, node) for value in arguments.positional]
    known = [column.items for column in columns if column.items is not None]
    if len(known) < len(columns) or arguments.open:
        each = [reduce(join, column.items) if column.items else (column.each or NOTHING) for column in columns]
        return Items("tuple", None, each=Items("tuple", None if arguments.open else list(each)))
    return Items("tuple", [Items("tuple", list(row)) for row in zip(*known, strict=False)])


def _map(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    function, *iterables = arguments.positional
    if len(iterables) == 1:
        return f.for_each(items_of(f, iterables[0], frame, node), lambda item: f.call_back(function, [item], frame, node), frame, node)
    rows = _zip(f, Arguments(iterables), frame, node)
    return f.for_each(rows, lambda row: f.call_back(function, getattr(row, "items", None) or [NOTHING], frame, node), frame, node)


def _filter(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    test, iterable = arguments.positional[:2]
    found = items_of(f, iterable, frame, node)
    if found.items is None:
        return found
    answers = [f.truth(item if test == NONE else f.call_back(test, [item], frame, node), frame, node) for item in found.items]
    if None in answers:
        return Items("tuple", None, each=reduce(join, found.items))
    return Items("tuple", [item for item, keep in zip(found.items, answers, strict=True) if keep])


def _reversed(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    found = items_of(f, arguments.positional[0], frame, node)
    return Items("tuple", None if found.items is None else found.items[::-1], each=found.each)


def _iter(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    value = arguments.positional[0]
    if isinstance(value, Generator):
        return value
    found = items_of(f, value, frame, node)
    return Items("iterator", None if found.items is None else list(found.items), each=found.each)


def _next(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    asked = arguments.positional[0] if arguments.positional else NOTHING
    result = f.call_method(asked, "__next__", [], frame, node)
    if result is not None:
        return result
    items = f.run_generator(asked, frame, node, first=True) if isinstance(asked, Generator) else f.iterate(asked, frame, node, keep=True)
    if items:
        if isinstance(asked, Items) and asked.kind == "iterator" and asked.items:
            asked.items = None if f.uncertain else asked.items[1:]
        return items[0]
    if items is None:
        return f.each_of(asked)
    if len(arguments.positional) < 2:
        raise Raised("StopIteration")
    return arguments.positional[1]


# -- one value made of many ------------------------------------------------------------------------------------------------------


def _sorted(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    found = items_of(f, arguments.positional[0], frame, node)
    backwards = arguments.named.get("reverse", Const(False))
    if found.items is None or not isinstance(backwards, Const):
        return Items("list", None, each=found.each)
    keys = _comparable(_keys(f, found.items, arguments, frame, node))
    each = reduce(join, found.items) if found.items else None
    if NO_KEY in keys:
        return Items("list", None, each=each) if len(found.items) > 1 else Items("list", found.items)
    try:
        order = sorted(range(len(keys)), key=keys.__getitem__, reverse=bool(backwards.value))
    except TypeError:
        return Items("list", None, each=each)
    return Items("list", [found.items[place] for place in order])


def _comparable(values: list[Value]) -> list[Any]:
    """The values as Python compares them: of tuples that differ in what is known at their front, the front is enough."""
    keys = [plain(value) for value in values]
    if NO_KEY not in keys:
        return keys
    fronts = [plain(value.items[0]) if isinstance(value, Items) and value.items else NO_KEY for value in values]
    return fronts if NO_KEY not in fronts and all(fronts.count(front) == 1 for front in fronts) else keys


def _keys(f: Follower, items: list[Value], arguments: Arguments, frame: Frame, node: Any) -> list[Value]:
    """What is compared: the items, or what `key` makes of each."""
    key = arguments.named.get("key", NONE)
    return items if key == NONE else [f.call_back(key, [item], frame, node) for item in items]


def _chosen(compute: Callable[..., Any]) -> Handler:
    """`min(…)` and `max(…)`."""

    def handler(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
        several = len(arguments.positional) != 1 or arguments.open
        found = Items("tuple", arguments.positional) if several else items_of(f, arguments.positional[0], frame, node)
        if not found.items:
            return found.each or arguments.named.get("default") or NOTHING
        keys = [plain(key) for key in _keys(f, found.items, arguments, frame, node)]
        try:
            if NO_KEY not in keys and not arguments.open:
                return found.items[keys.index(compute(keys))]
        except TypeError:
            pass
        return reduce(join, found.items)

    return handler


def _sum(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    found = items_of(f, arguments.positional[0], frame, node)
    total: Value = arguments.get(1, "start") or Const(0)
    if found.items is None:
        return join(total, f.binary("Add", (total, found.each or NOTHING), frame, node))
    for item in found.items:
        total = f.binary("Add", (total, item), frame, node)
    return total


def any_all(wanted: bool) -> Handler:
    """`any(…)` for True, `all(…)` for False."""

    def handler(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
        items = f.iterate(arguments.positional[0], frame, node) if arguments.positional else None
        answers = [truth(item) for item in items] if items is not None else [None]
        if wanted in answers:
            return Const(wanted)
        return Unknown("bool") if None in answers else Const(not wanted)

    return handler


HANDLERS: dict[str, Handler] = {
    "any": any_all(True),
    "all": any_all(False),
    "list": container("list"),
    "tuple": container("tuple"),
    "set": container("set"),
    "frozenset": container("frozenset"),
    "dict": make_mapping,
    "enumerate": _enumerate,
    "zip": _zip,
    "map": _map,
    "filter": _filter,
    "reversed": _reversed,
    "iter": _iter,
    "next": _next,
    "sorted": _sorted,
    "min": _chosen(min),
    "max": _chosen(max),
    "sum": _sum,
}
