"""Objects of the standard library: what making one, reading an attribute of one or entering one runs, as Python itself says.

In: qualified names of the standard library. Out: the names a profiler sees. Nothing of it is called; its own calls are leaves.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import TYPE_CHECKING, Any

from inspector.report import StepKind
from inspector.source.follow import library_calls
from inspector.source.follow.builtin_calls import standard_object
from inspector.source.follow.state import Arguments, Frame
from inspector.source.values import NOTHING, ClassValue, Const, External, Function, Items, Mapping, Outside, Property, Value

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower

_MADE = {
    "inspect.signature": "inspect.Signature",
    "inspect.Signature.bind": "inspect.BoundArguments",
    "inspect.Signature.bind_partial": "inspect.BoundArguments",
    "logging.getLogger": "logging.Logger",
}
"""Functions that give an object of a class of the standard library."""


def class_of(name: str) -> type | None:
    """The class of the standard library of that name."""
    found = standard_object(name)
    return found if isinstance(found, type) else None


def made_by(name: str, callee: External, arguments: Arguments) -> Value | None:
    """What calling a function or class of the standard library gives, where that is an object of one of its classes."""
    if name in _MADE:
        return Outside(_MADE[name], (callee.node, arguments))
    return Outside(name, arguments) if class_of(name) is not None else None


def constructor(name: str) -> str:
    """The Python function that calling a class runs first; "" where C makes the object."""
    cls = class_of(name)
    made = next((found for short in ("__new__", "__init__") if (found := _python(getattr(cls, short, None)))), "")
    return made if cls is not None else ""


def _python(found: Any) -> str:
    """The name under which a Python function runs; "" for anything else."""
    found = getattr(found, "__func__", found)
    return f"{found.__module__}.{found.__qualname__}" if isinstance(found, types.FunctionType) else ""


def get(f: Follower, value: Outside, name: str, frame: Frame, node: Any) -> Value:
    """`value.name`: a property runs, a method is a leaf of its own name."""
    found = getattr(class_of(value.cls), name, None)
    if isinstance(found, property):
        f.add(frame, node, _python(found.fget), "attribute")
        return _held(f, value, name)
    called = _python(found)
    if called:
        return External(called, value)
    if found is not None and callable(found):
        owner = getattr(found, "__objclass__", None) or class_of(value.cls)
        return External(f"{getattr(owner, '__module__', '')}.{getattr(owner, '__qualname__', '')}.{name}".removeprefix("builtins."), value)
    return NOTHING


def _held(f: Follower, value: Outside, name: str) -> Value:
    """What is known of a property of an object whose making was read."""
    if value.cls != "inspect.BoundArguments" or not isinstance(value.held, tuple):
        return NOTHING
    signature, arguments = value.held
    inner = getattr(signature, "held", None)
    asked = inner[1].positional[0] if isinstance(inner, tuple) and inner[1].positional else None
    args, kwargs = f.bound(asked, arguments) if isinstance(asked, Function) else (None, {})
    return Items("tuple", args) if name == "args" else Mapping(kwargs, args is not None)


def managing(value: Outside, method: str) -> str:
    """The Python function that entering or leaving the object in a `with` block runs; "" where it is C."""
    return _python(getattr(class_of(value.cls), method, None))


def checked_by(f: Follower, wanted: Value, method: str) -> str:
    """The Python function of a metaclass that `isinstance` (`__instancecheck__`) or `issubclass` asks; "" where there is none."""
    entries = f.library.mro(wanted) if isinstance(wanted, ClassValue) else (wanted,)
    metas = [type(found) for entry in entries if isinstance(entry, External) and (found := class_of(entry.name)) is not None]
    meta = f.library.metaclass(wanted) if isinstance(wanted, ClassValue) else None
    named = class_of(meta.name) if isinstance(meta, External) else None
    return next((called for each in [named, *metas] if (called := _python(getattr(each, method, None)))), "")


def kept(member: Value) -> bool:
    """Whether a class member is a functools.cached_property."""
    return isinstance(member, Property) and member.kept


def seen_before(arguments: Arguments) -> bool:
    """Whether a call with these arguments was made before: functools.lru_cache then answers itself.

    What is observed is the second of two equal calls on objects of their own, so constants have been seen and objects have not.
    """
    return all(isinstance(value, Const | ClassValue | Function) for value in [*arguments.positional, *arguments.named.values()])


# -- names of leaves -----------------------------------------------------------------------------------------------------------


def external_name(f: Follower, name: str) -> str:
    """The name a leaf outside torch has when it runs: re-exports of the standard library are looked through."""
    module, _, short = name.rpartition(".")
    table = f.library.module(module) if module else None
    found = table.names.get(short) if table is not None else None
    if table is not None and found is not None and found.kind == "import" and ":" in found.target:
        inner, _, original = found.target.partition(":")
        return external_name(f, f"{table.absolute(inner)}.{original}") if inner != module else name
    for star in table.stars if table is not None else ():
        inner = star.partition(":")[0]
        # A C module of Python itself: which names it has is asked of Python, nothing of a user runs.
        if inner in sys.builtin_module_names and hasattr(importlib.import_module(inner), short):
            return f"{inner}.{short}"
    return name


def external_kind(f: Follower, name: str) -> tuple[StepKind, bool]:
    """(kind of the leaf, whether a profiler sees it): types cannot be seen."""
    if name in library_calls.TYPES:
        return "builtin", False
    module, _, short = name.rpartition(".")
    table = f.library.module(module)
    found = table.names.get(short) if table is not None else None
    if found is not None and found.kind == "class":
        return "builtin", False
    if module in sys.builtin_module_names and isinstance(getattr(importlib.import_module(module), short, None), type):
        return "builtin", False
    return ("python" if found is not None and found.kind == "function" else "builtin"), True
