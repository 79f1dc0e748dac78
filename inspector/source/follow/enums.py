"""Enumerations: their members, and what Python's own enum module runs when one is looked up, called for or asked for its value.

In: a class that derives from enum.Enum. Out: its members, each one object. Everything inside the enum module is a leaf.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.source.follow.state import Arguments, Frame
from inspector.source.values import NOTHING, Builtin, ClassValue, Const, External, Instance, Items, Mapping, Value, key_of

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower

_BASES = frozenset(f"enum.{name}" for name in ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum"))
_PLAIN_TYPES = frozenset({"enum.IntEnum", "enum.StrEnum", "enum.IntFlag"})
_READ = {"value": "_value_", "name": "_name_"}


def is_enum(f: Follower, cls: Value | None) -> bool:
    """Whether a class that was read derives from enum.Enum."""
    return isinstance(cls, ClassValue) and any(isinstance(entry, External) and entry.name in _BASES for entry in f.library.mro(cls))


def names_of(f: Follower, cls: ClassValue) -> list[str]:
    """The names of the members, in order."""
    found = f.library.members(cls).items()
    return [name for name, definition in found if definition.kind == "assign" and not name.startswith("_")]


def member_of(f: Follower, cls: ClassValue, name: str) -> Instance | None:
    """The member of that name; None for anything else in the class."""
    if not is_enum(f, cls) or name not in names_of(f, cls):
        return None
    if (cls, name) not in f.enum_members:
        made = f.enum_members[(cls, name)] = Instance(cls, {"_name_": Const(name)})
        with f.silent():
            made.attrs["_value_"] = _value(f, cls, name)
            _initialise(f, made)
    return f.enum_members[(cls, name)]


def _value(f: Follower, cls: ClassValue, name: str) -> Value:
    value = f.library.own_member(cls, name) or NOTHING
    if not (isinstance(value, External) and value.name == "enum.auto()"):
        return value
    bases = {entry.name for entry in f.library.mro(cls) if isinstance(entry, External)}
    place = names_of(f, cls).index(name)
    if "enum.StrEnum" in bases:
        return Const(name.lower())
    return Const(2**place if bases & {"enum.Flag", "enum.IntFlag"} else place + 1)


def _initialise(f: Follower, made: Instance) -> None:
    found = f.library.member(made.cls, "__init__")
    if found is not None:
        value = made.attrs["_value_"]
        several = isinstance(value, Items) and value.kind == "tuple" and value.items is not None
        f.call_method(
            made,
            "__init__",
            value.items if several and isinstance(value, Items) and value.items else [value],
            Frame("", "", None, ""),
            None,
        )


def members_of(f: Follower, cls: ClassValue) -> list[Value]:
    """Every member, in order."""
    return [member for name in names_of(f, cls) if (member := member_of(f, cls, name)) is not None]


def plain_value(f: Follower, value: Value) -> Value:
    """The number or text that a member is at the same time (IntEnum, `class R(str, Enum)`); any other value as it is."""
    if not isinstance(value, Instance) or not is_enum(f, value.cls):
        return value
    mixed = any(
        (isinstance(entry, External) and entry.name in _PLAIN_TYPES)
        or (isinstance(entry, Builtin) and entry.name in ("int", "str", "float"))
        for entry in f.library.mro(value.cls)
    )
    return value.attrs["_value_"] if mixed else value


# -- what the enum module runs ------------------------------------------------------------------------------------------------


def read(f: Follower, member: Instance, name: str, frame: Frame, node: Any) -> Value | None:
    """`member.value` and `member.name`; None for anything else."""
    if name not in _READ or not is_enum(f, member.cls) or name in names_of(f, member.cls) or f.library.member(member.cls, name) is not None:
        return None
    f.add(frame, node, "enum.property.__get__", "attribute")
    return member.attrs.get(_READ[name], NOTHING)


def read_from_class(f: Follower, cls: ClassValue, name: str, frame: Frame, node: Any) -> Value | None:
    """`Class.MEMBER` and `Class.__members__`; None for anything else."""
    if name == "__members__" and is_enum(f, cls):
        f.add(frame, node, "enum.EnumType.__members__", "attribute")
        return Mapping({one: member_of(f, cls, one) or NOTHING for one in names_of(f, cls)})
    return member_of(f, cls, name)


def call(f: Follower, cls: ClassValue, arguments: Arguments, frame: Frame, node: Any) -> Value:
    """`Class(value)`: the member with that value."""
    f.add(frame, node, "enum.EnumType.__call__", "python")
    wanted = arguments.positional[0] if arguments.positional else NOTHING
    return _with_value(f, cls, wanted) or Instance(cls, {}, True)


def _with_value(f: Follower, cls: ClassValue, wanted: Value) -> Value | None:
    for member in members_of(f, cls):
        if member is wanted or (
            isinstance(member, Instance) and isinstance(wanted, Const) and key_of(member.attrs["_value_"]) == key_of(wanted)
        ):
            return member
    return None


def iterate(f: Follower, cls: ClassValue, frame: Frame, node: Any) -> list[Value]:
    """The members, as a loop over the class sees them."""
    f.add(frame, node, "enum.EnumType.__iter__", "python")
    return members_of(f, cls)


def subscript(f: Follower, cls: ClassValue, index: Value, frame: Frame, node: Any) -> Value:
    """`Class["NAME"]`."""
    f.add(frame, node, "enum.EnumType.__getitem__", "python")
    return (member_of(f, cls, str(index.value)) if isinstance(index, Const) else None) or NOTHING


def hashed(f: Follower, member: Instance, frame: Frame, node: Any) -> None:
    """What hashing a member runs: Enum has a `__hash__` in Python, a number or text has its own."""
    if plain_value(f, member) is member:
        f.add(frame, node, "enum.Enum.__hash__", "python")


def contains(f: Follower, cls: ClassValue, item: Value, frame: Frame, node: Any) -> bool | None:
    """`item in Class`."""
    f.add(frame, node, "enum.EnumType.__contains__", "python")
    if isinstance(item, Instance):
        return item.cls is cls
    return None
