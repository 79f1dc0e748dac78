"""Canonical names of what a profiler sees: the same strings the reader writes for the same functions.

In: a frame, or the C function a profile event hands over. Out: its qualified name. Knows no loss and follows no call.
"""

from __future__ import annotations

import functools
import types
from typing import Any

import torch

_FOLDED = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
"""Frames Python makes for comprehensions: their calls belong to the function they are written in."""

_C_DESCRIPTORS = (types.MethodDescriptorType, types.ClassMethodDescriptorType, staticmethod)


def is_folded(code: types.CodeType) -> bool:
    """True for the frame of a comprehension or a generator expression."""
    return code.co_name in _FOLDED


def of_code(module: str, code: types.CodeType) -> str:
    """`module.qualname` of a Python function; a comprehension has the name of the function it is written in."""
    name = code.co_qualname
    while name.endswith(_FOLDED):
        name = name.rpartition(".")[0].removesuffix(".<locals>")
    return f"{module}.{name or '<module>'}"


def of_builtin(function: Any) -> str:
    """Qualified name of a C function: bare for Python's builtins, by the type that defines it for a method.

    Functions in C that pybind11 made carry an object of pybind11 as `__self__`; they are functions of a module all the same.
    """
    owner = _owner(function)
    if owner is not None:
        return f"{of_type(owner)}.{function.__name__}"
    module = function.__module__
    if module == "builtins":
        return str(function.__name__)
    if module is None:
        return str(function.__qualname__).replace("TensorBase.", "torch.Tensor.", 1)
    return f"{module}.{function.__name__}".removesuffix(".")  # an overload of torch.ops is a function without a name


def of_type(cls: type) -> str:
    """Qualified name of a type; bare for Python's builtin types. All C methods of a tensor belong to `torch.Tensor`."""
    if cls.__module__ == "builtins":
        return cls.__qualname__
    if issubclass(cls, torch._C.TensorBase):
        return "torch.Tensor"
    return f"{cls.__module__}.{cls.__qualname__}"


def of_callable(function: Any) -> str:
    """Qualified name of what runs first when a callable is called: a function's own, or the `__call__` of its type."""
    if isinstance(function, functools.partial):
        return of_callable(function.func)
    if isinstance(function, types.BuiltinFunctionType | types.BuiltinMethodType):
        return of_builtin(function)
    plain = function.__func__ if isinstance(function, types.MethodType) else function
    if not isinstance(plain, types.FunctionType):
        plain = type(function).__call__
    if isinstance(plain, types.FunctionType):
        return of_code(str(plain.__globals__.get("__name__", "")), plain.__code__)
    return of_type(type(function))


def is_native(name: str) -> bool:
    """True for a C function of torch, False for one of Python."""
    return name.startswith("torch.")


def _owner(function: Any) -> type | None:
    """The type in whose dict the C method stands, None for a function of a module.

    By identity of what each type hands out, not by name alone: a subclass may define a Python method of the same name.
    """
    bound_to = getattr(function, "__self__", None)
    if bound_to is None or isinstance(bound_to, types.ModuleType) or function.__module__ is not None:
        return None
    if isinstance(bound_to, type):
        found = _defining(bound_to, function, None, bound_to)
        if found is not None:
            return found
    return _defining(type(bound_to), function, bound_to, type(bound_to)) or type(bound_to)


def _defining(start: type, function: Any, instance: Any, cls: type) -> type | None:
    for candidate in start.__mro__:
        descriptor = vars(candidate).get(function.__name__)
        if isinstance(descriptor, _C_DESCRIPTORS) and descriptor.__get__(instance, cls) == function:
            return candidate
        if descriptor is function or (isinstance(descriptor, types.BuiltinFunctionType) and descriptor == function):
            return candidate
    return None
