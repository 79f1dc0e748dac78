"""What Python's own functions, types and container methods give, and a few leaves of the standard library.

In: the callee's name and its arguments. Out: a value. Builtin functions become steps, since a profiler sees them;
builtin types do so as well, marked as not observable.
"""

from __future__ import annotations

import builtins
import importlib
import sys
import types
from typing import TYPE_CHECKING, Any

from inspector.source.follow.iteration import HANDLERS, Handler, pure
from inspector.source.follow.state import Arguments, Frame, Raised
from inspector.source.values import (
    FALSE,
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
)  # fmt: skip

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower

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
    asked = f.checked_by(wanted, "__instancecheck__")
    if asked:
        f.add(frame, node, asked, "python")
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
    return f.library.is_subclass(cls, wanted) if not isinstance(wanted, External) else _derives_outside(f, cls, wanted)


def _derives_outside(f: Follower, cls: Value, wanted: External) -> bool | None:
    """Whether a class that was read is one of a class of the standard library: by its bases, or by having the method that is asked for."""
    known = f.library.is_subclass(cls, wanted)
    asked = standard_object(wanted.name)
    if known is not None or not isinstance(cls, ClassValue) or not isinstance(asked, type):
        return known
    outside = [standard_object(entry.name) for entry in f.library.mro(cls) if isinstance(entry, External)]
    if any(isinstance(entry, type) and issubclass(entry, asked) for entry in outside):
        return True
    if "__subclasshook__" in vars(asked):
        methods: frozenset[str] = getattr(asked, "__abstractmethods__", frozenset())
        return all(f.library.member(cls, method) is not None for method in methods)
    return False if all(isinstance(entry, type) for entry in outside) else None


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


def _builtin_subclass(one: Value, other: Value) -> bool | None:
    if not isinstance(one, Builtin) or not isinstance(other, Builtin):
        return None
    return issubclass(getattr(builtins, one.name, type), getattr(builtins, other.name, object))


def _issubclass(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    one, other = arguments.positional[0], arguments.positional[1]
    asked = f.checked_by(other, "__subclasscheck__")
    if asked:
        f.add(frame, node, asked, "python")
    known = _derives(f, one, other, NOTHING) if isinstance(one, ClassValue) else _builtin_subclass(one, other)
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
    if isinstance(value, Function | Bound | ClassValue | Builtin | Native | NativeMethod | Partial | External):
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


def _bool(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    known = f.truth(arguments.positional[0], frame, node) if arguments.positional else False
    return Unknown("bool") if known is None else Const(known)


def _marked(kind: Any) -> Handler:
    return lambda f, arguments, frame, node: Marked(kind, arguments.positional[0]) if arguments.positional else NOTHING


def _property(f: Follower, arguments: Arguments, frame: Frame, node: Any) -> Value:
    getter = arguments.get(0, "fget")
    return Property(getter, arguments.get(1, "fset")) if getter is not None else NOTHING


_HANDLERS: dict[str, Handler] = {
    **HANDLERS,
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
    "staticmethod": _marked("staticmethod"),
    "classmethod": _marked("classmethod"),
    "property": _property,
    **{compute.__name__: pure(compute, "int") for compute in (abs, round, int, range, divmod, ord, hash, pow)},
    **{compute.__name__: pure(compute, compute.__name__) for compute in (float, str, bytes, complex)},
    **{compute.__name__: pure(compute, "str") for compute in (repr, chr)},
}
