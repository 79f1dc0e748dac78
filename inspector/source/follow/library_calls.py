"""What a few leaves of the standard library give: functools, itertools, collections, dataclasses, enum, math, typing.

In: the callee's qualified name and its arguments. Out: a value. What is not in the table gives a value of which nothing is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import combinations, islice, pairwise, permutations, product, zip_longest
from typing import TYPE_CHECKING, Any

from inspector.source.follow.iteration import Handler, container, items_of, make_mapping, plain, pure, same
from inspector.source.follow.state import Arguments, Frame
from inspector.source.values import (
    FALSE,
    NO_KEY,
    NONE,
    NOTHING,
    Bound,
    ClassValue,
    Const,
    External,
    FieldNames,
    FieldSpec,
    Function,
    Instance,
    Items,
    Mapping,
    ModuleValue,
    Outside,
    Partial,
    Unknown,
    Value,
)  # fmt: skip

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower


_CHOOSING: tuple[Any, ...] = (combinations, islice, pairwise, permutations, product, zip_longest)

ENDLESS = 1000
"""As many items of an iterator without an end are made."""

_OPERATORS = {
    "add": "Add",
    "sub": "Subtract",
    "mul": "Multiply",
    "truediv": "Divide",
    "pow": "Power",
    "matmul": "MatrixMultiply",
    "and_": "BitAnd",
    "or_": "BitOr",
}


def call_library(f: Follower, name: str, arguments: Arguments, frame: Frame, node: Any) -> Value | None:
    """The value of a call of a function or type outside the packages that are followed; None where the table does not know it."""
    handler = _HANDLERS.get(name)
    return handler(f, arguments, frame, node) if handler is not None else None


def _repeat(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    times = arguments.get(1, "times")
    known = isinstance(times, Const) and isinstance(times.value, int)
    return Items("tuple", [arguments.positional[0]] * times.value if known and isinstance(times, Const) else None)


def _chain(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    parts = [f.iterate(value, frame, node) for value in arguments.positional]
    known = [part for part in parts if part is not None]
    return Items("tuple", [item for part in known for item in part] if len(known) == len(parts) else None)


def _flattened(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    outer = items_of(f, arguments.positional[0], frame, node)
    return _chain(f, Arguments(outer.items), frame, node) if outer.items is not None else Items("iterator", None)


def _cast(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return arguments.positional[1] if len(arguments.positional) > 1 else NOTHING


def _partial(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return Partial(arguments.positional[0], arguments.positional[1:], dict(arguments.named)) if arguments.positional else NOTHING


def _cache(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    """functools.lru_cache(maxsize=…) gives a decorator, functools.lru_cache(function) the function that is kept."""
    first = arguments.get(0, "maxsize")
    return External("functools._lru_cache_wrapper", first) if isinstance(first, Function) else External("functools.lru_cache()")


def _reduce(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    function, iterable, *start = arguments.positional
    found = items_of(f, iterable, frame, node)
    if found.items is None:
        return NOTHING
    items = [*start, *found.items]
    result = items[0] if items else NOTHING
    for item in items[1:]:
        result = f.call_back(function, [result, item], frame, node)
    return result


def _is_a(*kinds: type) -> Handler:
    """What inspect says of a value whose kind is known."""

    def handler(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
        value = arguments.positional[0]
        return Unknown("bool") if isinstance(value, Unknown) else Const(isinstance(value, kinds))

    return handler


def _is_generator_function(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    value = arguments.positional[0]
    inner = value.function if isinstance(value, Bound) else value
    return Const(f.is_generator(inner)) if isinstance(inner, Function) else (Unknown("bool") if isinstance(inner, Unknown) else FALSE)


def _no(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return FALSE


def _computed(compute: Callable[..., Iterable[Any]]) -> Handler:
    """Functions of itertools that only choose among items: computed with the values themselves."""

    def handler(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
        values: list[Any] = []
        for value in arguments.positional:
            if isinstance(value, Const) and not isinstance(value.value, str | range | tuple):
                values.append(value.value)
                continue
            found = items_of(f, value, frame, node)
            if found.items is None:
                return Items("iterator", None)
            values.append(found.items)
        named = {name: value.value for name, value in arguments.named.items() if isinstance(value, Const)}
        return Items("iterator", [_as_value(item) for item in compute(*values, **named)])

    return handler


def _as_value(item: Any) -> Value:
    return Items("tuple", [_as_value(each) for each in item]) if isinstance(item, tuple) else (NONE if item is None else item)


def _tee(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    found = items_of(f, arguments.positional[0], frame, node)
    count = arguments.get(1, "n")
    times = count.value if isinstance(count, Const) else 2
    return Items("tuple", [Items("iterator", None if found.items is None else list(found.items), each=found.each) for _ in range(times)])


def _count(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    start = arguments.get(0, "start") or Const(0)
    many = range(start.value, start.value + ENDLESS) if isinstance(start, Const) and isinstance(start.value, int) else ()
    return Items("iterator", [Const(number) for number in many] or None, each=Unknown("int"))


def _accumulate(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    found = items_of(f, arguments.positional[0], frame, node)
    function, start = arguments.get(1, "func"), arguments.named.get("initial")
    if found.items is None:
        return Items("iterator", None)
    totals = [start] if start is not None else []
    for item in found.items:
        last = (totals[-1], item) if totals else None
        added = last and (f.call_back(function, list(last), frame, node) if function is not None else f.binary("Add", last, frame, node))
        totals.append(added or item)
    return Items("iterator", totals)


def _filter_false(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    test, iterable = arguments.positional[:2]
    found = items_of(f, iterable, frame, node)
    answers = [f.truth(f.call_back(test, [item], frame, node), frame, node) for item in found.items or []]
    if found.items is None or None in answers:
        return Items("iterator", None, each=found.each)
    return Items("iterator", [item for item, drop in zip(found.items, answers, strict=True) if not drop])


def _default_dict(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    factory, *rest = arguments.positional or [NONE]
    made = make_mapping(f, Arguments(rest, arguments.named), frame, node, "defaultdict")
    if isinstance(made, Mapping) and factory != NONE:
        made.missing = factory
    return made


def _counter(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    made = Mapping({}, not arguments.positional, "Counter", born=f.uncertain)
    made.items.update(arguments.named)
    return made


def _operated(name: str) -> Handler:
    def handler(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
        left, right = arguments.positional[:2]
        return f.binary(name, (left, right), frame, node)

    return handler


def _partial_method(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return Outside("functools.partialmethod", Partial(arguments.positional[0], arguments.positional[1:], dict(arguments.named)))


def _wraps(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return External("functools.wraps()")


def _namedtuple(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    name, fields = arguments.get(0, "typename"), arguments.get(1, "field_names")
    names: Any = plain(fields) if fields is not None else NO_KEY
    if not isinstance(name, Const) or names is NO_KEY:
        return NOTHING
    each = names.replace(",", " ").split() if isinstance(names, str) else [one[0] if isinstance(one, list) else one for one in names]
    return External(f"namedtuple_{name.value}.<lambda>", FieldNames(tuple(each)))


def _field(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    init, keyword = (arguments.named.get(name) for name in ("init", "kw_only"))
    given = not (isinstance(init, Const) and init.value is False)
    spec = FieldSpec(
        arguments.named.get("default"), arguments.named.get("default_factory"), given, isinstance(keyword, Const) and keyword.value is True
    )
    return External("dataclasses.Field", spec)


def _replaced(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    """dataclasses.replace: the class is called again with the fields of the object, some of them changed."""
    made = arguments.positional[0]
    if not isinstance(made, Instance):
        return NOTHING
    inside = Frame("dataclasses", "replace", None, "dataclasses.py", step=frame.step)
    fields = {str(name): value for name, value in made.attrs.items() if name in f.field_names(made.cls)}
    return f.instantiate(made.cls, Arguments([], {**fields, **arguments.named}), inside, None)


def _auto(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return External("enum.auto()")


def _nothing(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return NONE


def _ordered(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return make_mapping(f, arguments, frame, node, "OrderedDict")


_MARKS = (
    "functools.wraps()",
    "typing.final",
    "typing.overload",
    "typing_extensions.final",
    "typing_extensions.override",
    "abc.abstractmethod",
    "_operator.index",
    "copy.copy",
    "copy.deepcopy",
)
"""What gives back what it was given, as far as following is concerned."""

_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(_MARKS, same),
    "functools.partial": _partial,
    "functools.partialmethod": _partial_method,
    "functools.wraps": _wraps,
    "functools.lru_cache": _cache,
    "functools.reduce": _reduce,
    "inspect.isclass": _is_a(ClassValue),
    "inspect.isfunction": _is_a(Function),
    "inspect.ismethod": _is_a(Bound),
    "inspect.ismodule": _is_a(ModuleValue),
    "inspect.isgeneratorfunction": _is_generator_function,
    "inspect.iscoroutinefunction": _no,
    "itertools.accumulate": _accumulate,
    "itertools.chain.from_iterable": _flattened,
    "itertools.count": _count,
    "itertools.filterfalse": _filter_false,
    "itertools.tee": _tee,
    **{
        f"itertools.{compute.__name__}": _computed(compute)
        for compute in (combinations, islice, pairwise, permutations, product, zip_longest)
    },
    **{f"_operator.{short}": _operated(name) for short, name in _OPERATORS.items()},
    "collections.defaultdict": _default_dict,
    "collections.Counter": _counter,
    "collections.deque": container("deque"),
    "itertools.chain": _chain,
    "itertools.repeat": _repeat,
    "collections.OrderedDict": _ordered,
    "collections.namedtuple": _namedtuple,
    "typing.NamedTuple": _namedtuple,
    "typing.cast": _cast,
    "enum.auto": _auto,
    "dataclasses.field": _field,
    "dataclasses.replace": _replaced,
    "warnings.warn": _nothing,
    "_warnings.warn": _nothing,
    **{
        f"math.{compute.__name__}": pure(compute, "float")
        for compute in (math.sqrt, math.log, math.prod, math.floor, math.ceil, math.exp, math.isnan, math.isinf, math.gcd, math.log2)
    },
}
TYPES = frozenset({"functools.partial", "functools.wraps()", "itertools.chain", "itertools.repeat"})
"""Of these, what no profiler sees being called."""
