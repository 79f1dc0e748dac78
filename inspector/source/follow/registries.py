"""What importing a package does to an object that its modules fill: registries, tables, lists of classes.

In: a module-level object or a class attribute that was just evaluated. Out: nothing; the object holds what decorators,
statements and `__init_subclass__` put into it. Only the subject's own package is searched: torch's import closure is all of torch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from inspector.source.follow.state import Arguments, Frame, LimitReached, Raised
from inspector.source.index import Definition
from inspector.source.resolve import ModuleTable
from inspector.source.values import Bound, ClassValue, Function, Instance, Items, Mapping, Value

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower


def is_filled_later(value: Value | None) -> bool:
    """Whether others may put something into it."""
    return isinstance(value, Mapping | Instance) or (isinstance(value, Items) and value.kind != "tuple")


def fill_global(f: Follower, table: ModuleTable, found_at: Definition, value: Value) -> None:
    """Runs what stands below a module-level object and, in modules that import it, everywhere, and mentions it."""
    if _is_torch(table):
        return
    below = found_at.end
    for other, known_as in _importers(f, table, found_at.name):
        if "." not in known_as:
            f.library.remember(other.name, known_as, value)
        for found, head in other.doing():
            if other is not table or found.line > below:
                _run_if_mentioned(f, other, (found, head), known_as)


def fill_member(f: Follower, cls: ClassValue) -> None:
    """The same for an attribute of a class: its subclasses register themselves, decorators made by the class register others."""
    table = f.library.table_of(cls)
    if _is_torch(table):
        return
    short = cls.qualname.partition(".")[0]
    initialise = f.library.member(cls, "__init_subclass__")
    for other, known_as in _importers(f, table, short):
        for found in other.classes() if initialise is not None else ():
            _created(f, cls, other, found)
        for found, head in other.doing():
            if other is not table or found.line > cls.definition.end:
                _run_if_mentioned(f, other, (found, head), known_as)


def _is_torch(table: ModuleTable) -> bool:
    return table.name.partition(".")[0] == "torch"


def _importers(f: Follower, table: ModuleTable, name: str) -> Iterator[tuple[ModuleTable, str]]:
    """The module itself and those of its package that import the name, each with the name it has there."""
    yield table, name
    for other in f.imported_modules():
        if other is table:
            continue
        for found in other.names.values():
            module, _, original = found.target.partition(":")
            if found.kind != "import":
                continue
            if original == name and _gives(f, other, module, table, name):
                yield other, found.name
            elif not original and other.absolute(module) == table.name:
                yield other, f"{found.name}.{name}"


def _gives(f: Follower, other: ModuleTable, module: str, table: ModuleTable, name: str) -> bool:
    absolute = other.absolute(module)
    if absolute == table.name:
        return True
    between = f.library.module(absolute) if f.library.text.is_followed(absolute) else None
    again = between.names.get(name) if between is not None else None
    if between is None or again is None or again.kind != "import":
        return False
    return between.absolute(again.target.partition(":")[0]) == table.name


def _run_if_mentioned(f: Follower, table: ModuleTable, doing: tuple[Definition, str], name: str) -> None:
    found, head = doing
    if name not in head or not re.search(rf"(?<![\w.]){re.escape(name)}\b", head):
        return
    with f.silent():
        try:
            if found.kind == "function":
                f.library.lookup(table.name, found.name)
            elif found.kind == "class":
                _decorate(f, table, found)
            else:
                piece = f.library.slice(table, found)
                f.run(piece.statements, Frame(table.name, "", piece, table.file))
        except (Raised, LimitReached):
            return


def _decorate(f: Follower, table: ModuleTable, found: Definition) -> None:
    made = f.library.lookup(table.name, found.name)
    piece = f.library.slice(table, found)
    frame = Frame(table.name, "", piece, table.file)
    node: Any = piece.statements[0]
    if isinstance(made, ClassValue) and isinstance(node, cst.ClassDef):
        for decorator in reversed(node.decorators):
            f.call(f.evaluate(decorator.decorator, frame), [made], frame, decorator)


def _created(f: Follower, base: ClassValue, table: ModuleTable, found: Definition) -> None:
    """`__init_subclass__` runs when a class is made."""
    made = f.library.lookup(table.name, found.name)
    if not isinstance(made, ClassValue) or made is base or f.library.is_subclass(made, base) is not True:
        return
    initialise = f.library.member_after(made, made, "__init_subclass__")
    if initialise is None:
        return
    function = getattr(initialise[1], "function", initialise[1])
    if not isinstance(function, Function):
        return
    frame = Frame(table.name, "", None, table.file)
    written = {name: text for name, text in f.library.header(made)[1].items() if name != "metaclass"}
    with f.silent():
        try:
            keywords = {name: f.evaluate(cst.parse_expression(text), frame) for name, text in written.items()}
            f.call_with(Bound(function, made), Arguments([], keywords), frame, None)
        except (Raised, LimitReached):
            return
