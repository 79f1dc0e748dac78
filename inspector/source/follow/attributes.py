"""What reading, setting or deleting an attribute does: instance dict, class members, properties, `__getattr__`, `__setattr__`.

In: a value and a name. Out: a value. A read that runs code (a property, Module.__getattr__ for a buffer) becomes a step.
"""

from __future__ import annotations

import builtins
from collections import Counter, OrderedDict, defaultdict, deque
from typing import TYPE_CHECKING, Any

from inspector.source.follow import enums, outside
from inspector.source.follow.natives import TENSOR_DATA, TENSOR_FACTS
from inspector.source.follow.shapes import shape_value, turned
from inspector.source.follow.state import Arguments, Frame, Raised
from inspector.source.resolve import native_name
from inspector.source.values import (
    NOTHING,
    Bound,
    Builtin,
    ClassValue,
    Const,
    External,
    Function,
    Generator,
    Instance,
    Items,
    Mapping,
    Marked,
    ModuleValue,
    Native,
    NativeMethod,
    Outside,
    Partial,
    Property,
    Super,
    Tensor,
    Unknown,
    Value,
)  # fmt: skip

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower

CPU = "torch.device('cpu')"
"""The device of every tensor: inputs are drawn on the CPU."""

_COLLECTIONS: dict[str, type] = {
    "OrderedDict": OrderedDict,
    "Counter": Counter,
    "defaultdict": defaultdict,
    "deque": deque,
    "iterator": type(iter([])),
}

_OF_CPU = {"type": Const("cpu"), "index": Const(None)}


def class_of(f: Follower, value: Value) -> Value | None:
    """The type of a value; None where it is not known."""
    match value:
        case Instance(cls=cls):
            return cls
        case Tensor(cls=cls):
            return cls or f.tensor_class
        case Const(value=constant):
            return Builtin(type(constant).__name__)
        case Items(kind=kind, made_by=made_by):
            return made_by or (External("collections.deque") if kind == "deque" else Builtin(kind))
        case Mapping(type_name=name):
            return External(f"collections.{name}") if name != "dict" else Builtin(name)
        case Function():
            return Builtin("function")
        case Bound():
            return Builtin("method")
        case ClassValue():
            return f.library.metaclass(value) or Builtin("type")
        case Builtin() | NativeMethod():
            return Builtin("builtin_function_or_method")
        case Native(name=native) if not f.is_native_type(native):
            return Builtin("builtin_function_or_method") if f.library.stubs.returns(native) else None
        case ModuleValue():
            return Builtin("module")
        case Outside(cls=name):
            return External(name)
        case _:
            return None


def get(f: Follower, value: Value, name: str, frame: Frame, node: Any) -> Value:
    """`value.name`."""
    match value:
        case Instance():
            return _from_instance(f, value, name, frame, node)
        case ClassValue():
            return _from_class(f, value, name, frame, node)
        case ModuleValue(name=module):
            return _from_module(f, module, name, frame, node)
        case Super():
            return _from_super(f, value, name, frame, node)
        case Tensor():
            return _from_tensor(f, value, name, frame, node)
        case Native(name=native) if native == CPU and name in _OF_CPU:
            return _OF_CPU[name]
        case Native() | External():
            return f.library.attribute(value, name) or NOTHING
        case Function() | Bound():
            return _from_function(f, value, name)
        case Builtin(name=builtin):
            return Builtin(f"{builtin}.{name}")
        case Outside():
            return outside.get(f, value, name, frame, node)
        case Items() | Mapping() | Const() | Unknown():
            return _from_plain(f, value, name, frame, node)
        case Property() if name in ("setter", "getter", "deleter"):
            return External(f"property.{name}", value)
        case _:
            return NOTHING


def _from_plain(f: Follower, value: Items | Mapping | Const | Unknown, name: str, frame: Frame, node: Any) -> Value:
    match value:
        case Items(items=list(items), fields=fields) if name in fields:
            return items[fields.index(name)]
        case Items(made_by=ClassValue() as cls):
            return _from_named_tuple(f, value, cls, name, frame, node)
        case Unknown(kind=kind):
            known = kind in ("str", "int", "float", "bool") or (kind.startswith("torch.") and f.library.stubs.returns(f"{kind}.{name}"))
            return NativeMethod(name, value) if known else NOTHING
        case _:
            method = plain_method(value, name)
            if method is None:
                raise Raised("AttributeError")
            return method


def _from_named_tuple(f: Follower, value: Items, cls: ClassValue, name: str, frame: Frame, node: Any) -> Value:
    """A method or property of a class that derives from NamedTuple; else what every tuple has."""
    found = f.library.member(cls, name)
    if found is None or name in value.fields:
        return plain_method(value, name) or NOTHING
    if isinstance(found[1], Property):
        return f.call(Bound(found[1].getter, value), [], frame, node, kind="attribute")
    return bind(found[1], value, cls)


def plain_method(value: Mapping | Items | Const, name: str) -> NativeMethod | None:
    """A method of a container or constant; None where its type has none of this name."""
    kind: Any = (
        type(value.value) if isinstance(value, Const) else _COLLECTIONS.get(_plain_name(value)) or getattr(builtins, _plain_name(value))
    )
    if hasattr(kind, name) or (kind is tuple and name == "numel"):
        return NativeMethod(name, value)
    return None


def _plain_name(value: Mapping | Items) -> str:
    return value.kind if isinstance(value, Items) else value.type_name


def _from_instance(f: Follower, value: Instance, name: str, frame: Frame, node: Any) -> Value:
    if name == "__dict__":
        return Mapping(value.attrs)
    if name == "__class__":
        return value.cls
    of_enum = enums.read(f, value, name, frame, node)
    if of_enum is not None:
        return of_enum
    found = f.library.member(value.cls, name)
    member = found[1] if found is not None else None
    if isinstance(member, Property) and not (member.kept and name in value.attrs):
        return _read_property(f, member, value, name, frame, node)
    if isinstance(member, Outside) and isinstance(member.held, Partial):
        f.add(frame, node, "functools.partialmethod.__get__", "attribute")
        return Partial(bind(member.held.function, value, value.cls), member.held.args, member.held.kwargs)
    getter = _descriptor(f, member)
    if getter is not None:
        return f.call(getter, [value, value.cls], frame, node, kind="attribute")
    if name in value.attrs:
        f.note_read(value, name, frame.step)
        return value.attrs[name]
    if member is not None:
        return bind(member, value, value.cls)
    submodule = f.library.submodule_of(value, name)
    if submodule is not None:
        return submodule
    fallback = f.library.member(value.cls, "__getattr__")
    if fallback is not None and isinstance(fallback[1], Function):
        return f.call(Bound(fallback[1], value), [Const(name)], frame, node, kind="attribute")
    if value.open or any(isinstance(entry, External | Native) for entry in f.library.mro(value.cls)):
        return _inherited(f, value, name)
    if name.startswith("__"):
        return NOTHING
    raise Raised("AttributeError")


def _read_property(f: Follower, member: Property, value: Instance, name: str, frame: Frame, node: Any) -> Value:
    if not member.kept:
        return f.call(Bound(member.getter, value), [], frame, node, kind="attribute")
    step = f.add(frame, node, "functools.cached_property.__get__", "attribute")
    between = Frame("functools", "cached_property.__get__", None, "functools.py", step=step)
    value.attrs[name] = f.call(Bound(member.getter, value), [], between, None)
    return value.attrs[name]


def _descriptor(f: Follower, member: Value | None) -> Value | None:
    """The `__get__` of a class member that is an object with one."""
    found = f.library.member(member.cls, "__get__") if isinstance(member, Instance) else None
    return Bound(found[1], member) if found is not None and isinstance(found[1], Function) and member is not None else None


def _inherited(f: Follower, value: Instance, name: str) -> Value:
    """A member that only a class without text can have."""
    for entry in f.library.mro(value.cls):
        if isinstance(entry, Native):
            return Bound(native_name(f"{entry.name}.{name}"), value)
    return NOTHING


def bind(member: Value, receiver: Value, cls: ClassValue) -> Value:
    """What a class member gives when it is read through an instance."""
    match member:
        case Function() | Native():
            return Bound(member, receiver) if isinstance(member, Function) else member
        case Marked(kind="staticmethod", function=function):
            return function
        case Marked(kind="classmethod", function=function):
            return Bound(function, cls)
        case External(node=Function()):
            return Partial(member, [receiver], {})
        case _:
            return member


def _from_class(f: Follower, value: ClassValue, name: str, frame: Frame, node: Any) -> Value:
    if name in ("__name__", "__qualname__"):
        return Const(value.qualname.rpartition(".")[2] if name == "__name__" else value.qualname)
    if name == "__module__":
        return Const(value.module)
    meta = f.library.metaclass(value)
    inherited = f.library.member(meta, name) if isinstance(meta, ClassValue) else None
    if inherited is not None and isinstance(inherited[1], Property):
        return f.call(Bound(inherited[1].getter, value), [], frame, node, kind="attribute")
    of_enum = enums.read_from_class(f, value, name, frame, node)
    if of_enum is not None:
        return of_enum
    found = f.library.member(value, name)
    if found is not None:
        member = found[1]
        if isinstance(member, Marked):
            return member.function if member.kind == "staticmethod" else Bound(member.function, value)
        return member
    for entry in f.library.mro(value):
        if isinstance(entry, Native):
            bound = native_name(f"{entry.name}.{name}")
            return Bound(bound, value) if name == "apply" else bound
    if inherited is not None:
        return bind(inherited[1], value, value)
    return Builtin(f"object.{name}") if name.startswith("__") else NOTHING


def _from_module(f: Follower, module: str, name: str, frame: Frame, node: Any) -> Value:
    if name == "__name__":
        return Const(module)
    if name == "__getattribute__":
        return NativeMethod(name, ModuleValue(module))
    found = f.library.lookup(module, name)
    if found is not None:
        return found
    fallback = f.library.lookup(module, "__getattr__")
    if isinstance(fallback, Function):
        return f.call(fallback, [Const(name)], frame, node, kind="attribute")
    return NOTHING


def _from_super(f: Follower, value: Super, name: str, frame: Frame, node: Any) -> Value:
    receiver = value.receiver
    cls = receiver if isinstance(receiver, ClassValue) else class_of(f, receiver)
    if not isinstance(cls, ClassValue):
        return NOTHING
    found = f.library.member_after(cls, value.after, name)
    if found is not None:
        member = found[1]
        if isinstance(member, Property):
            return f.call(Bound(member.getter, receiver), [], frame, node, kind="attribute")
        if isinstance(member, Function) and isinstance(receiver, ClassValue) and name != "__new__":
            return Bound(member, receiver)
        return bind(member, receiver, cls)
    natives = [entry for entry in f.library.mro(cls) if isinstance(entry, Native)]
    if natives and not name.startswith("__"):
        return Bound(native_name(f"{natives[0].name}.{name}"), receiver)
    return Bound(Builtin(f"object.{name}"), receiver)


def _from_function(f: Follower, value: Function | Bound, name: str) -> Value:
    inner = value.function if isinstance(value, Bound) else value
    if name == "__func__" and isinstance(value, Bound):
        return inner
    if name == "__self__" and isinstance(value, Bound):
        return value.receiver
    if isinstance(inner, Function):
        if name == "__name__":
            return Const(inner.qualname.rpartition(".")[2])
        if name in ("__qualname__", "__module__"):
            return Const(inner.qualname if name == "__qualname__" else inner.module)
    if name in ("__func__", "__wrapped__", "__self__"):
        raise Raised("AttributeError")
    return NOTHING


def _from_tensor(f: Follower, value: Tensor, name: str, frame: Frame, node: Any) -> Value:
    if name in value.attrs:
        return value.attrs[name]
    if name == "__class__":
        return class_of(f, value) or NOTHING
    fact = tensor_fact(value, name)
    if fact is not None:
        return fact
    cls = class_of(f, value)
    found = f.library.member(cls, name) if isinstance(cls, ClassValue) else None
    if found is not None:
        if isinstance(found[1], Property):
            return f.call(Bound(found[1].getter, value), [], frame, node, kind="attribute")
        return bind(found[1], value, cls) if isinstance(cls, ClassValue) else NOTHING
    if name not in TENSOR_DATA and f.is_tensor_method(name):
        return NativeMethod(name, value)
    if name in ("T", "H", "mT", "mH"):
        return Tensor(turned(value.shape, whole=name in "TH"), value.dtype, value.requires_grad)
    fallback = f.library.member(cls, "__getattr__") if isinstance(cls, ClassValue) else None
    if fallback is None and not f.library.stubs.has_attribute(name):
        if not f.library.stubs.are_partial() or name.startswith("__"):
            raise Raised("AttributeError")
        if name not in TENSOR_DATA:
            return NativeMethod(name, value)
    return Tensor(value.shape, value.dtype) if name in ("real", "imag", "grad") else NOTHING


def tensor_fact(value: Tensor, name: str) -> Value | None:
    """An attribute of a tensor that is known without running anything."""
    if name == "shape":
        return shape_value(value.shape)
    if name == "ndim":
        return Const(len(value.shape)) if value.shape is not None else Unknown("int")
    if name == "dtype":
        return Native(f"torch.{value.dtype}") if value.dtype else NOTHING
    if name == "requires_grad":
        return Const(value.requires_grad) if value.requires_grad is not None else Unknown("bool")
    if name == "data":
        return Tensor(value.shape, value.dtype, False)
    if name == "device":
        return Native(CPU)
    if name == "layout":
        return Native("torch.strided")
    if name in TENSOR_FACTS:
        return Const(TENSOR_FACTS[name], "a plain CPU tensor")
    return None


# -- setting and deleting -----------------------------------------------------------------------------------------------------


def set_attribute(f: Follower, target: Value, name: str, value: Value, frame: Frame, node: Any) -> None:
    """`target.name = value`: through `__setattr__` where a class defines it."""
    match target:
        case Instance():
            setter = f.library.member(target.cls, "__setattr__")
            if setter is not None and isinstance(setter[1], Function):
                f.call(Bound(setter[1], target), [Const(name), value], frame, node)
            else:
                put(f, target, name, value, frame, node)
        case Tensor(attrs=attrs):
            if name in ("data", "__class__"):
                _become(target, value)
                return
            attrs[name] = value
            if name == "requires_grad" and isinstance(value, Const):
                target.requires_grad = bool(value.value)
        case _:
            pass


def _become(target: Tensor, value: Value) -> None:
    """`tensor.data = other` takes over shape and dtype, `tensor.__class__ = cls` the class."""
    if isinstance(value, ClassValue):
        target.cls = value
    elif isinstance(value, Tensor):
        target.shape, target.dtype = value.shape, value.dtype or target.dtype


def put(f: Follower, target: Instance, name: str, value: Value, frame: Frame, node: Any) -> None:
    """What object.__setattr__ does: straight into the instance's dict, past any `__setattr__`."""
    if name == "__class__" and isinstance(value, ClassValue):
        target.cls = value
        return
    setter = _setter(f, target, name)
    if setter is not None:
        f.call(setter, [value], frame, node, kind="attribute")
        return
    f.store(target.attrs, name, value, outer=f.uncertain > target.born)
    f.note_attribute(target, name, frame, node)


def _setter(f: Follower, target: Instance, name: str) -> Value | None:
    """What setting the attribute runs: the setter of a property, or the `__set__` of another descriptor."""
    found = f.library.member(target.cls, name)
    member = found[1] if found is not None else None
    if isinstance(member, Property) and member.setter is not None:
        return Bound(member.setter, target)
    descriptor = f.library.member(member.cls, "__set__") if isinstance(member, Instance) else None
    if descriptor is None or member is None or not isinstance(descriptor[1], Function):
        return None
    return Partial(Bound(descriptor[1], member), [target], {})


def delete(f: Follower, target: Value, name: str, frame: Frame, node: Any) -> None:
    """`del target.name`."""
    if isinstance(target, Instance):
        deleter = f.library.member(target.cls, "__delattr__")
        if deleter is not None and isinstance(deleter[1], Function):
            f.call(Bound(deleter[1], target), [Const(name)], frame, node)
        else:
            target.attrs.pop(name, None)


__all__ = ["Arguments", "Generator", "Partial", "bind", "class_of", "delete", "get", "put", "set_attribute", "tensor_fact"]
