"""What a few leaves of the standard library give: functools, itertools, collections, dataclasses, enum, math, typing.

In: the callee's qualified name and its arguments. Out: a value. What is not in the table gives a value of which nothing is known.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from inspector.source.follow.builtin_calls import Handler, make_mapping, plain, pure, same
from inspector.source.follow.state import Arguments, Frame
from inspector.source.values import NO_KEY, NONE, NOTHING, Const, External, FieldNames, FieldSpec, Instance, Items, Partial, Value

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower


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


def _cast(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return arguments.positional[1] if len(arguments.positional) > 1 else NOTHING


def _partial(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return Partial(arguments.positional[0], arguments.positional[1:], dict(arguments.named)) if arguments.positional else NOTHING


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
    with f.silent():
        return f.instantiate(
            made.cls, Arguments([], {**{str(name): value for name, value in made.attrs.items()}, **arguments.named}), frame, node
        )


def _auto(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return External("enum.auto()")


def _nothing(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return NONE


def _ordered(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return make_mapping(f, arguments, frame, node, "OrderedDict")


_MARKS = (
    "functools.wraps()",
    "functools.lru_cache()",
    "functools.cache",
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
    "functools.wraps": _wraps,
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
TYPES = frozenset({"collections.OrderedDict", "functools.partial", "itertools.chain", "itertools.repeat", "functools.wraps()"})
"""Of these, what no profiler sees being called."""
