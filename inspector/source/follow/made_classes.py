"""Classes whose `__init__` or `__new__` the standard library writes: dataclasses and named tuples.

In: a class that was read and the arguments of its call. Out: the object. What the generated code calls becomes a step of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inspector.source.follow import calls
from inspector.source.follow.state import Arguments, Frame
from inspector.source.values import NOTHING, Bound, ClassValue, External, FieldSpec, Function, Instance, Items, Value

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower

GENERATED = "__create_fn__.<locals>.__init__"
"""The name of the `__init__` that dataclasses write, in the module of the class."""

_ANNOTATED = re.compile(r"^\s*(\w+)\s*:\s*(.*?)\s*(?:=(?!=)|#|$)")
_DECORATED = re.compile(r"@(?:dataclasses\.)?dataclass\b")


@dataclass(frozen=True)
class _Field:
    name: str
    owner: ClassValue
    default: Value | None
    factory: Value | None
    given: bool
    """Whether the constructor takes it."""
    keyword: bool
    kept: bool
    """False for an InitVar, which only `__post_init__` gets."""


# -- dataclasses ------------------------------------------------------------------------------------------------------------


def is_dataclass(f: Follower, cls: ClassValue) -> bool:
    """Whether `@dataclass` stands over the class."""
    table = f.library.table_of(cls)
    return bool(_DECORATED.search("\n".join(table.lines[cls.definition.start - 1 : cls.definition.line])))


def generates_init(f: Follower, cls: ClassValue) -> bool:
    """Whether the first class of the MRO that has an `__init__` has the generated one."""
    for entry in f.library.mro(cls):
        if isinstance(entry, ClassValue) and "__init__" in f.library.members(entry):
            return False
        if isinstance(entry, ClassValue) and is_dataclass(f, entry):
            return True
    return False


def fill_dataclass(f: Follower, made: Instance, arguments: Arguments, frame: Frame, node: Any) -> None:
    """Calls the generated `__init__`: fields from arguments, defaults and factories, then `__post_init__`."""
    cls = made.cls
    table = f.library.table_of(cls)
    inner = Frame(cls.module, GENERATED, None, table.file)
    inner.step = f.add(frame, node, inner.name, "python", file=table.file, line=cls.definition.line)
    passed: list[Value] = []
    place = 0
    for field in fields_of(f, cls):
        value = arguments.named.get(field.name) if field.given else None
        if field.given and not field.keyword and value is None and place < len(arguments.positional):
            value = arguments.positional[place]
        place += field.given and not field.keyword
        if value is None:
            value = f.call(field.factory, [], inner, None) if field.factory is not None else (field.default or NOTHING)
        if field.kept:
            made.attrs[field.name] = value
        else:
            passed.append(value)
    found = f.library.member(cls, "__post_init__")
    if found is not None and isinstance(found[1], Function):
        calls.call(f, Bound(found[1], made), Arguments(passed), inner, None)


def fields_of(f: Follower, cls: ClassValue) -> list[_Field]:
    """The fields of a dataclass, those of its bases first; a class that says a field again keeps its place."""
    found: dict[str, _Field] = {}
    for entry in reversed(f.library.mro(cls)):
        if isinstance(entry, ClassValue) and is_dataclass(f, entry):
            found.update({field.name: field for field in _own_fields(f, entry)})
    return list(found.values())


def _own_fields(f: Follower, cls: ClassValue) -> Iterator[_Field]:
    lines = f.library.table_of(cls).lines
    keyword = "kw_only=True" in "".join(lines[cls.definition.start - 1 : cls.definition.line])
    for name, annotation in annotated(f, cls):
        keyword = keyword or annotation.endswith("KW_ONLY")
        if "ClassVar" in annotation or annotation.endswith("KW_ONLY"):
            continue
        with f.silent():
            value = f.library.own_member(cls, name)
        kept = "InitVar" not in annotation
        if isinstance(value, External) and isinstance(value.node, FieldSpec):
            spec = value.node
            yield _Field(name, cls, spec.default, spec.factory, spec.init, keyword or spec.keyword, kept)
        else:
            yield _Field(name, cls, value, None, True, keyword, kept)


def annotated(f: Follower, cls: ClassValue) -> Iterator[tuple[str, str]]:
    """(name, annotation) of the annotated names of a class body, in order."""
    lines = f.library.table_of(cls).lines
    for name, found in f.library.members(cls).items():
        match = _ANNOTATED.match(lines[found.line - 1]) if found.kind == "assign" else None
        if match is not None:
            yield name, match[2]


# -- named tuples -----------------------------------------------------------------------------------------------------------


def is_named_tuple(f: Follower, cls: ClassValue) -> bool:
    """Whether a class derives from typing.NamedTuple."""
    return any(isinstance(entry, External) and entry.name == "typing.NamedTuple" for entry in f.library.mro(cls))


def make_named_tuple(f: Follower, cls: ClassValue, arguments: Arguments, frame: Frame, node: Any) -> Value:
    """The tuple, by the constructor that namedtuple writes."""
    owner = next(entry for entry in reversed(f.library.mro(cls)) if isinstance(entry, ClassValue))
    names = tuple(name for name, _ in annotated(f, owner))
    f.add(frame, node, f"namedtuple_{owner.definition.name}.<lambda>", "python", because="the constructor that NamedTuple makes")
    with f.silent():
        defaults = {name: f.library.own_member(owner, name) for name in names}
    return named_tuple(names, arguments, cls, defaults)


def named_tuple(names: tuple[str, ...], arguments: Arguments, made_by: External | ClassValue, defaults: dict[str, Value | None]) -> Items:
    """A tuple whose items have names."""
    found = [arguments.get(place, name) or defaults.get(name) or NOTHING for place, name in enumerate(names)]
    return Items("tuple", found, made_by, names)
