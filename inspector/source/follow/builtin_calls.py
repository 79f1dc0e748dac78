"""What Python's own functions, types and container methods give, and a few leaves of the standard library.

In: the callee's name and its arguments. Out: a value. Builtin functions become steps, since a profiler sees them;
builtin types do so as well, marked as not observable.
"""

from __future__ import annotations

import abc
import builtins
import importlib
import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from inspector.source.follow.state import Arguments, Frame, Raised
from inspector.source.values import (
    FALSE,
    NO_KEY,
    NONE,
    NOTHING,
    TRUE,
    Bound,
    Builtin,
    ClassValue,
    Const,
    External,
    FieldNames,
    Function,
    Generator,
    Instance,
    Items,
    Mapping,
    Marked,
    Native,
    NativeMethod,
    Partial,
    Property,
    Tensor,
    Unknown,
    Value,
    key_of,
    truth,
)  # fmt: skip

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower

Handler = Callable[["Follower", Arguments, Frame, Any], Value]

TYPES = frozenset({
    "bool", "bytearray", "bytes", "classmethod", "complex", "dict", "enumerate", "filter", "float", "frozenset", "int", "list", "map",
    "memoryview", "object", "property", "range", "reversed", "set", "slice", "staticmethod", "str", "super", "tuple", "type", "zip",
    "BaseException",
})  # fmt: skip


def is_type(name: str) -> bool:
    """Whether a builtin name is a type: no profiler sees a type being called."""
    return name in TYPES or name.endswith(("Error", "Exception", "Warning", "Iteration", "Exit", "Interrupt"))


def call_builtin(f: Follower, name: str, arguments: Arguments, frame: Frame, node: Any) -> Value:
    """The value of a call of a builtin function or type."""
    if is_type(name) and name not in TYPES:
        return Unknown(name)
    handler = _HANDLERS.get(name)
    return handler(f, arguments, frame, node) if handler is not None else NOTHING


# -- questions about values ------------------------------------------------------------------------------------------------


def _isinstance(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    if len(arguments.positional) < 2:
        return Unknown("bool")
    known = is_instance(f, arguments.positional[0], arguments.positional[1], frame, node)
    return Unknown("bool") if known is None else Const(known)


def is_instance(f: Follower, value: Value, wanted: Value, frame: Frame, node: Any) -> bool | None:
    """Whether a value is an instance of a class or of one of several; None where that is not known."""
    if isinstance(wanted, Items):
        answers = []
        for each in wanted.items if wanted.items is not None else [NOTHING]:
            answers.append(is_instance(f, value, each, frame, node))
            if answers[-1] is True:
                return True
        return None if None in answers else False
    cls = f.class_of(value)
    if cls is not None and cls == wanted:
        return True
    if _asks_abc(f, wanted):
        f.add(frame, node, "abc.ABCMeta.__instancecheck__", "python")
    if isinstance(wanted, ClassValue):
        check = _instance_check(f, wanted)
        if check is not None:
            return f.truth(f.call(Bound(check, wanted), [value], frame, node), frame, node)
    return _derives(f, cls, wanted, value)


def plain_instance(f: Follower, value: Value, wanted: Value) -> bool | None:
    """What type.__instancecheck__ answers: no metaclass is asked."""
    return _derives(f, f.class_of(value), wanted, value)


def _instance_check(f: Follower, wanted: ClassValue) -> Value | None:
    meta = f.library.metaclass(wanted)
    found = f.library.member(meta, "__instancecheck__") if isinstance(meta, ClassValue) else None
    return found[1] if found is not None and isinstance(found[1], Function) else None


def _derives(f: Follower, cls: Value | None, wanted: Value, value: Value) -> bool | None:
    if cls is None:
        return _by_kind(value, wanted)
    if isinstance(wanted, Const):
        return isinstance(value, Const) and value.value is None and wanted.value is None
    if isinstance(cls, Builtin) and isinstance(wanted, Builtin):
        return _BUILTIN_BASES.get(cls.name, ()).__contains__(wanted.name)
    if isinstance(cls, Builtin) and isinstance(wanted, External):
        return _abstract(cls.name, wanted.name)
    if isinstance(cls, External) and isinstance(cls.node, FieldNames):
        return isinstance(wanted, Builtin) and wanted.name in ("tuple", "object")
    if isinstance(cls, External) and isinstance(wanted, External) and cls.name.endswith("OrderedDict"):
        return _abstract("dict", wanted.name) or wanted.name.endswith("OrderedDict")
    if isinstance(cls, External) and isinstance(wanted, Builtin):
        return True if cls.name.endswith("OrderedDict") and wanted.name == "dict" else None
    return f.library.is_subclass(cls, wanted)


def _by_kind(value: Value, wanted: Value) -> bool | None:
    if isinstance(value, Unknown) and value.kind and isinstance(wanted, Builtin):
        return value.kind == wanted.name or (value.kind == "bool" and wanted.name == "int")
    if isinstance(value, Unknown) and value.kind:
        return None if isinstance(wanted, External) else False
    return None


_BUILTIN_BASES = {"bool": ("int", "object"), "OrderedDict": ("dict", "object")}


def standard_object(name: str) -> Any:
    """The object of the standard library behind a qualified name; None where it is not one."""
    module, _, short = name.rpartition(".")
    if module.partition(".")[0] not in sys.stdlib_module_names:
        return None
    try:
        return getattr(importlib.import_module(module), short, None)
    except ImportError:
        return None


_TYPES_BY_NAME = {
    "function": types.FunctionType,
    "method": types.MethodType,
    "builtin_function_or_method": types.BuiltinFunctionType,
    "module": types.ModuleType,
    "NoneType": type(None),
    "ellipsis": type(...),
}


def _abstract(cls: str, wanted: str) -> bool | None:
    """Whether a type of Python is one of the standard library's abstract classes; False for a class of another package."""
    known: Any = _TYPES_BY_NAME.get(cls) or getattr(builtins, cls, None)
    abstract = standard_object(wanted)
    if known is None:
        return None
    return issubclass(known, abstract) if isinstance(abstract, type) else (False if wanted.partition(".")[0] == "numpy" else None)


def _asks_abc(f: Follower, wanted: Value) -> bool:
    """Whether isinstance runs abc.ABCMeta.__instancecheck__, which is Python code."""
    return isinstance(wanted, External) and isinstance(standard_object(wanted.name), abc.ABCMeta)


def _issubclass(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    one, other = arguments.positional[0], arguments.positional[1]
    known = f.library.is_subclass(one, other) if isinstance(one, ClassValue) else None
    return Unknown("bool") if known is None else Const(known)


def _hasattr(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    value, name = arguments.positional[0], arguments.positional[1]
    if not isinstance(name, Const):
        return Unknown("bool")
    try:
        found = f.get(value, name.value, frame, node)
    except Raised:
        return FALSE
    return Unknown("bool") if isinstance(found, Unknown) and not isinstance(value, Instance) else TRUE


def _getattr(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    value, name = arguments.positional[0], arguments.positional[1]
    if not isinstance(name, Const):
        return NOTHING
    try:
        return f.get(value, str(name.value), frame, node)
    except Raised as raised:
        if len(arguments.positional) > 2 and raised.name == "AttributeError":
            return arguments.positional[2]
        raise


def _setattr(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    target, name, value = arguments.positional[:3]
    if isinstance(name, Const):
        f.set(target, str(name.value), value, frame, node)
    return NONE


def _delattr(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    target, name = arguments.positional[:2]
    if isinstance(name, Const):
        f.delete(target, str(name.value), frame, node)
    return NONE


def _callable(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    value = arguments.positional[0]
    if isinstance(value, Function | Bound | ClassValue | Builtin | Native | NativeMethod | Partial):
        return TRUE
    if isinstance(value, Instance):
        return Const(f.library.member(value.cls, "__call__") is not None)
    return FALSE if isinstance(value, Const | Items | Mapping | Tensor) else Unknown("bool")


def _len(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    value = arguments.positional[0] if arguments.positional else NOTHING
    match value:
        case Items(items=list(items)):
            return Const(len(items))
        case Mapping(items=entries, complete=True):
            return Const(len(entries))
        case Const(value=str() | bytes() | tuple() | range() as constant):
            return Const(len(constant))
        case Tensor() | Instance():
            return f.call_method(value, "__len__", [], frame, node) or Unknown("int")
        case _:
            return Unknown("int")


def _type(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    return (f.class_of(arguments.positional[0]) or NOTHING) if len(arguments.positional) == 1 else NOTHING


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


def _bool(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    known = f.truth(arguments.positional[0], frame, node) if arguments.positional else False
    return Unknown("bool") if known is None else Const(known)


def _any_all(wanted: bool) -> Handler:
    def handler(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
        items = f.iterate(arguments.positional[0], frame, node) if arguments.positional else None
        answers = [truth(item) for item in items] if items is not None else [None]
        if wanted in answers:
            return Const(wanted)
        return Unknown("bool") if None in answers else Const(not wanted)

    return handler


# -- containers ----------------------------------------------------------------------------------------------------------------


def _container(kind: Any) -> Handler:
    def handler(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
        if not arguments.positional:
            return Items(kind, [])
        return Items(kind, f.iterate(arguments.positional[0], frame, node))

    return handler


def make_mapping(f: Follower, arguments: Arguments, frame: Frame, node: Any, type_name: str = "dict") -> Value:
    """dict(…) or OrderedDict(…)."""
    mapping = Mapping({}, True, type_name)
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
    for pair in f.iterate(value, frame, node) or [NOTHING]:
        if isinstance(pair, Items) and pair.items is not None and len(pair.items) == 2 and key_of(pair.items[0]) is not NO_KEY:
            mapping.items[f.hashed(pair.items[0], frame, node)] = pair.items[1]
        else:
            mapping.complete = False


def _enumerate(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    items = f.iterate(arguments.positional[0], frame, node)
    start = arguments.get(1, "start")
    first = start.value if isinstance(start, Const) else 0
    return Items("tuple", None if items is None else [Items("tuple", [Const(n), item]) for n, item in enumerate(items, first)])


def _zip(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    columns = [f.iterate(value, frame, node) for value in arguments.positional]
    known = [column for column in columns if column is not None]
    if len(known) < len(columns):
        return Items("tuple", None)
    return Items("tuple", [Items("tuple", list(row)) for row in zip(*known, strict=False)])


def _map(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    items = f.iterate(arguments.positional[1], frame, node) if len(arguments.positional) == 2 else None
    return Items("tuple", None if items is None else [f.call(arguments.positional[0], [item], frame, node) for item in items])


def _reversed(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    items = f.iterate(arguments.positional[0], frame, node)
    return Items("tuple", None if items is None else items[::-1])


def _next(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    asked = arguments.positional[0] if arguments.positional else NOTHING
    items = f.run_generator(asked, frame, node, first=True) if isinstance(asked, Generator) else f.iterate(asked, frame, node)
    if items:
        return items[0]
    return arguments.positional[1] if len(arguments.positional) > 1 and items is not None else NOTHING


def _sorted(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    value = Items("list", f.iterate(arguments.positional[0], frame, node))
    known = plain(value)
    return value if known is NO_KEY or arguments.named else Items("list", [Const(item) for item in sorted(known)])


def same(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    """The first argument: what only marks or copies."""
    return arguments.positional[0] if arguments.positional else NOTHING


def _marked(kind: Any) -> Handler:
    return lambda f, arguments, frame, node: Marked(kind, arguments.positional[0]) if arguments.positional else NOTHING


def _property(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    getter = arguments.get(0, "fget")
    return Property(getter, arguments.get(1, "fset")) if getter is not None else NOTHING


_HANDLERS: dict[str, Handler] = {
    "isinstance": _isinstance,
    "issubclass": _issubclass,
    "hasattr": _hasattr,
    "getattr": _getattr,
    "setattr": _setattr,
    "delattr": _delattr,
    "callable": _callable,
    "len": _len,
    "type": _type,
    "bool": _bool,
    "any": _any_all(True),
    "all": _any_all(False),
    "list": _container("list"),
    "tuple": _container("tuple"),
    "set": _container("set"),
    "frozenset": _container("frozenset"),
    "dict": make_mapping,
    "enumerate": _enumerate,
    "zip": _zip,
    "map": _map,
    "reversed": _reversed,
    "next": _next,
    "iter": same,
    "sorted": _sorted,
    "staticmethod": _marked("staticmethod"),
    "classmethod": _marked("classmethod"),
    "property": _property,
    **{compute.__name__: pure(compute, "int") for compute in (abs, round, int, range, sum, min, max, divmod, ord, hash, pow)},
    **{compute.__name__: pure(compute, compute.__name__) for compute in (float, str, bytes, complex)},
    **{compute.__name__: pure(compute, "str") for compute in (repr, chr)},
}
