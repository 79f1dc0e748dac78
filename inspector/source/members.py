"""Who a class is and who owns what: its place, MRO, and the members that a call or a construction uses.

In: a Library and a class. Out: Subject, ClassEntry and Member records.
"""

from __future__ import annotations

import re

from inspector.report import ClassEntry, Configuration, Member, Parameter, Subject
from inspector.source import docstrings, signatures
from inspector.source.index import Definition
from inspector.source.resolve import Library
from inspector.source.values import Builtin, ClassValue

CALL_MEMBERS = (
    "__call__",
    "_wrapped_call_impl",
    "_call_impl",
    "_slow_forward",
    "forward",
    "__init__",
    "__getattr__",
    "__setattr__",
    "register_buffer",
    "register_parameter",
)
"""Members that calling and constructing a module pass through, where a class of the MRO defines them."""

_ALIAS = re.compile(r"^\s*\w+\s*(?::[^=]*)?=\s*([A-Za-z_]\w*)\s*(?:#.*)?$")


def subject_of(
    library: Library, cls: ClassValue, configuration: Configuration, signature: tuple[Parameter, ...], functions: tuple[str, ...]
) -> Subject:
    """The class being inspected: where it stands, what it says of itself, its signature."""
    table = library.table_of(cls)
    summary = docstrings.summary_of(signatures.class_docstring(library, cls))
    public = f"torch.nn.{cls.qualname}"
    return Subject(
        qualified_name=cls.name,
        file=table.file,
        line=cls.definition.line,
        end_line=cls.definition.end,
        summary=summary,
        signature=signature,
        configuration=configuration,
        public_name=public if not cls.qualname.startswith("_") and library.dotted(public) is cls else "",
        functions=functions,
    )


def mro_of(library: Library, cls: ClassValue) -> tuple[ClassEntry, ...]:
    """Every class of the MRO with what it defines; classes without text have no file."""
    entries = []
    for entry in library.mro(cls):
        if isinstance(entry, ClassValue):
            defined = tuple(name for name, found in library.members(entry).items() if found.kind in ("function", "class", "assign"))
            entries.append(ClassEntry(entry.name, library.table_of(entry).file, entry.definition.line, defined))
        elif not isinstance(entry, Builtin):
            entries.append(ClassEntry(getattr(entry, "name", ""), "", 0, ()))
    return tuple(entries)


def members_of(library: Library, cls: ClassValue) -> dict[str, Member]:
    """Owner and kind of each member that a call or a construction uses."""
    found: dict[str, Member] = {}
    wanted = [*CALL_MEMBERS]
    for name in wanted:
        member = _member(library, cls, name)
        if member is None:
            continue
        found[name] = member
        if member.alias_of and member.alias_of not in wanted:
            wanted.append(member.alias_of)
    return found


def _member(library: Library, cls: ClassValue, name: str) -> Member | None:
    for entry in library.mro(cls):
        if isinstance(entry, ClassValue) and name in library.members(entry):
            return _record(library, entry, library.members(entry)[name])
    return None


def _record(library: Library, owner: ClassValue, found: Definition) -> Member:
    table = library.table_of(owner)
    alias = None
    if found.kind == "assign":
        match = _ALIAS.match(" ".join(table.lines[found.line - 1 : found.end]))
        alias = match[1] if match else " ".join(table.lines[found.line - 1].partition("=")[2].split())
    return Member(owner.name, "alias" if alias else "def", alias, table.file, found.line)
