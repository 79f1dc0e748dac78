"""What must be known of one class or function in one release, so that it can be held against another release.

In: the text of a torch, and the Reading of a class or the name of a function. Out: a Portrait, plain data that is kept by the text it was
made from. Says nothing of what changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from inspector.errors import InspectError
from inspector.report import Parameter, Step
from inspector.source.finders import TorchText
from inspector.source.index import Definition

if TYPE_CHECKING:
    from inspector.source.reading import Reading
    from inspector.source.resolve import Library, ModuleTable

FUNCTIONS = "torch.nn.functional"
NEAR = "torch.nn."
"""Python functions below a `forward` are held against each other where their names begin so; what lies farther away belongs to no loss."""
HOUSEKEEPING = (
    "has_torch_function",
    "handle_torch_function",
    "is_scripting",
    "is_tracing",
    "_get_tracing_state",
    "_is_torch_function_enabled",
    "_wrap_type_error_to_not_implemented",
    "warnings.warn",
    "_unwrap_optional",
)
"""Last words of callees that only ask who should handle a call, or how torch is used right now: they compute nothing."""


_OF_TENSORS = re.compile(r"torch\.(?:_?tensor\.)?Tensor\.|.*(?:<|\.__\w+__)")
"""Methods of tensors, special methods of anything, and functions without a name: how something is said, not what is computed."""


class Piece(msgspec.Struct, frozen=True):
    """The text of one definition."""

    name: str
    """Qualified name."""
    file: str
    line: int
    """The first line of the text: that of the first decorator, if there is one."""
    text: str


class Called(msgspec.Struct, frozen=True):
    """Something that is called below `forward`."""

    name: str
    native: bool
    file: str
    """Of the call."""
    line: int


class Kept(msgspec.Struct, frozen=True):
    """Something that construction puts on the instance."""

    name: str
    kind: str
    """"attribute", "buffer", "parameter" or "submodule"."""
    container: bool
    """True where the class that owns `__call__` sets it, on every instance."""


class Portrait(msgspec.Struct, frozen=True):
    """One class or function as one release has it."""

    subject: str
    public_name: str
    kind: Literal["class", "function"]
    own: Piece
    """Its whole text."""
    bases: tuple[Piece, ...] = ()
    """Classes it derives from, up to the one that owns `__call__`, which has a history of its own."""
    functions: tuple[Piece, ...] = ()
    """Functions that its `forward` reaches."""
    signature: tuple[Parameter, ...] = ()
    mro: tuple[str, ...] = ()
    way_in: tuple[str, ...] = ()
    """What runs before `forward` when an instance is called: the steps that lead to it."""
    call: str = ""
    """What `__call__` is, such as "a method of Module" or "another name of Module._call_impl"; "" where nothing is called so."""
    path: tuple[Called, ...] = ()
    """What is called below `forward`, in order, each once; questions to tensors and housekeeping left out."""
    passed: tuple[str, ...] = ()
    """Methods that calling and constructing an instance pass through."""
    attributes: tuple[Kept, ...] = ()
    unresolved: tuple[str, ...] = ()
    """Calls that reading could not resolve, as written."""
    errors: dict[str, str] = {}
    """Errors that the module of the class defines, with what each derives from."""


def short(name: str) -> str:
    """A qualified name as people write it: F.mse_loss, L1Loss, _Reduction.get_enum."""
    if name.startswith(f"{FUNCTIONS}."):
        return f"F.{name.rpartition('.')[2]}"
    parts = name.split(".")
    return parts[-1] if parts[-1][:1].isupper() or parts[-1].startswith("_") else ".".join(parts[-2:])


def of_function(text: TorchText, qualified_name: str) -> Portrait | None:
    """The portrait of a function; None where this torch has none of that name with Python text."""
    from inspector.source.resolve import Library

    library = Library(text)
    module, _, name = qualified_name.rpartition(".")
    piece = _piece(library, module, name)
    return Portrait(qualified_name, qualified_name, "function", piece) if piece is not None else None


def of_class(text: TorchText, reading: Reading) -> Portrait:
    """The portrait of a class that was read."""
    from inspector.source.resolve import Library

    library = Library(text)
    subject = reading.subject
    module, _, name = subject.qualified_name.rpartition(".")
    own = _piece(library, module, name)
    if own is None:
        raise InspectError("source-missing", f"no source of {subject.qualified_name}", subject.file)
    called = reading.members.get("__call__")
    owner = called.owner if called is not None else ""
    before = [entry.qualified_name for entry in reading.mro]
    before = before[1 : before.index(owner)] if owner in before else before[1:]
    steps = [step for step in reading.call_trace.steps if step.taken != "false"]
    forward = reading.members.get("forward")
    below, way_in = _below(steps), _way_in(steps, forward.alias_of or "" if forward is not None else "")
    return Portrait(
        subject=subject.qualified_name,
        public_name=subject.public_name,
        kind="class",
        own=own,
        bases=tuple(_pieces(library, before)),
        functions=tuple(_pieces(library, [step.callee for step in below if step.kind == "python" and _is_near(step.callee, owner)])),
        signature=subject.signature,
        mro=tuple(entry.qualified_name for entry in reading.mro),
        way_in=way_in,
        call=_call(reading),
        path=tuple(_path(below, owner)),
        passed=tuple(sorted({*reading.members, *(name.rpartition(".")[2] for name in way_in)})),
        errors=_errors(library, module),
        attributes=tuple(Kept(one.name, one.kind, one.container) for one in reading.construction_trace.attributes),
        unresolved=tuple(f"{step.call_text} ({step.call_file}:{step.call_line})" for step in steps if step.kind == "unresolved"),
    )


def _errors(library: Library, module: str) -> dict[str, str]:
    table = library.module(module)
    headers = [table.lines[found.line - 1] for found in table.classes()] if table is not None else []
    return {match[1]: match[2] for header in headers if (match := re.match(r"class (\w+(?:Error|Exception|Warning))\(([\w.]+)\)", header))}


def _call(reading: Reading) -> str:
    """How `__call__` is made: names for one another are followed to the method they stand for."""
    member = reading.members.get("__call__")
    if member is None:
        return ""
    owner, alias = member.owner.rpartition(".")[2], member.alias_of
    return f"another name of {owner}.{alias}" if alias else f"a method of {owner}"


def _way_in(steps: list[Step], standing_for: str) -> tuple[str, ...]:
    """The steps from the call to `forward`, the outermost first; all of Python's but what stands for `forward` where there is none."""
    by_id = {step.id: step for step in steps}
    forward = next((step for step in steps if step.callee.endswith(".forward")), None)
    if forward is None:
        return tuple(dict.fromkeys(one.callee for one in steps if one.kind == "python" and one.callee.rpartition(".")[2] != standing_for))
    found = []
    above = forward.parent
    while above is not None and above in by_id:
        found.append(by_id[above].callee)
        above = by_id[above].parent
    return tuple(reversed(found))


def _below(steps: list[Step]) -> list[Step]:
    """The steps below the first `forward`."""
    inside: set[int] = set()
    for step in steps:
        if (not inside and step.callee.endswith(".forward")) or step.parent in inside:
            inside.add(step.id)
    return [step for step in steps if step.parent in inside]


def _path(below: list[Step], owner: str) -> Iterator[Called]:
    seen = set()
    for step in below:
        asks = _OF_TENSORS.match(step.callee) is not None or any(word in step.callee for word in HOUSEKEEPING)
        if step.kind in ("python", "native") and not asks and not step.callee.startswith(f"{owner}.") and step.callee not in seen:
            seen.add(step.callee)
            yield Called(step.callee, step.kind == "native", step.call_file, step.call_line)


def _is_near(callee: str, owner: str) -> bool:
    return callee.startswith(NEAR) and not callee.startswith(f"{owner}.") and not any(word in callee for word in HOUSEKEEPING)


def _pieces(library: Library, names: list[str]) -> Iterator[Piece]:
    """The texts of top-level definitions by qualified name; what is no such definition is left out."""
    for name in dict.fromkeys(names):
        module, _, short = name.rpartition(".")
        piece = _piece(library, module, short)
        if piece is not None:
            yield piece


def _piece(library: Library, module: str, name: str) -> Piece | None:
    table = library.module(module)
    found = table.names.get(name) if table is not None else None
    if table is None or found is None or found.kind == "import":
        return None
    return _cut(table, found)


def _cut(table: ModuleTable, found: Definition) -> Piece:
    lines = table.lines[found.start - 1 : found.end]
    return Piece(f"{table.name}.{found.name}", table.file, found.start, "\n".join(lines))
