"""A name in a scope -> what it stands for: definitions, imports, re-exports, members of classes, the C3 MRO.

In: a module and a name. Out: a value (function, class, module, native name, leaf). Assignments are evaluated by the
follower, which hands its evaluator in; nothing is imported.
"""

from __future__ import annotations

import builtins
import re
import sys
from collections.abc import Callable

from inspector.errors import InspectError
from inspector.source import stubs
from inspector.source.finders import TorchText
from inspector.source.index import Definition, definitions, index_text
from inspector.source.parse import Slice
from inspector.source.stubs import Stubs
from inspector.source.values import Builtin, ClassValue, External, Function, ModuleValue, Native, Value

BUILTIN_NAMES = frozenset(name for name in dir(builtins) if not name.startswith("_"))
OBJECT = Builtin("object")
_HEADER = re.compile(r"class\s+\w+\s*(?:\[[^\]]*\])?\s*\(", re.DOTALL)


class ModuleTable:
    """One module's text and its definitions."""

    def __init__(self, name: str, file: str, text: str, is_package: bool) -> None:
        self.name = name
        self.file = file
        self.text = text
        self.lines = text.split("\n")
        self.is_package = is_package
        self.names = index_text(text)
        self._every: list[Definition] | None = None
        self._doing: list[tuple[Definition, str]] | None = None
        self.stars = [d.target for d in self.names.values() if d.kind == "import" and d.name.startswith("*")]

    def every(self) -> list[Definition]:
        """Every definition, in order of the text; a name may come more than once."""
        if self._every is None:
            self._every = definitions(self.text)
        return self._every

    def classes(self) -> list[Definition]:
        """The classes it defines."""
        return [found for found in self.every() if found.kind == "class"]

    def doing(self) -> list[tuple[Definition, str]]:
        """What does something when the module is imported, with the text that does: statements and decorators."""
        if self._doing is None:
            loose = [(found, "\n".join(self.lines[found.line - 1 : found.end])) for found in self.every() if found.kind == "block"]
            marked = [found for found in self.every() if found.kind in ("class", "function") and found.start < found.line]
            marks = [(found, "\n".join(self.lines[found.start - 1 : found.line - 1])) for found in marked]
            self._doing = sorted((*loose, *marks), key=lambda each: each[0].line)
        return self._doing

    def absolute(self, target: str) -> str:
        """The absolute name of a module as an import in this module writes it (`.distance` -> `torch.nn.modules.distance`)."""
        level = len(target) - len(target.lstrip("."))
        if not level:
            return target
        parts = self.name.split(".") if self.is_package else self.name.split(".")[:-1]
        kept = parts[: len(parts) - (level - 1)]
        return ".".join([*kept, target[level:]] if target[level:] else kept)


class Library:
    """Everything that names stand for in one torch; each module is indexed once."""

    def __init__(self, text: TorchText) -> None:
        self.text = text
        self.stubs: Stubs = text.shared.setdefault("stubs", {}).setdefault("", Stubs(text))
        self.evaluate: Callable[[ModuleTable, Definition], Value | None] | None = None
        self.evaluate_member: Callable[[ClassValue, Definition], Value | None] | None = None
        self._modules: dict[str, ModuleTable | None] = text.shared.setdefault("modules", {})
        self._seen: set[str] = set()
        self._globals: dict[tuple[str, str], Value | None] = {}
        self._pending: set[tuple[str, str]] = set()
        self._own: dict[tuple[ClassValue, str], Value | None] = {}
        self._pending_own: set[tuple[ClassValue, str]] = set()
        self._members: dict[ClassValue, dict[str, Definition]] = {}
        self._mros: dict[ClassValue, tuple[Value, ...]] = {}
        self._classes: dict[tuple[str, str], ClassValue] = {}
        self._slices: dict[tuple[str, int, int], Slice] = text.shared.setdefault("slices", {})

    # -- modules and their names ---------------------------------------------------------------------------------------

    def module(self, name: str) -> ModuleTable | None:
        """The table of a module; None where there is no Python text of it."""
        self._seen.add(name)
        if name not in self._modules:
            path = self.text.file_of(name)
            self._modules[name] = (
                ModuleTable(name, self.text.relative(path), self.text.text_of(path), path.name == "__init__.py") if path else None
            )
        return self._modules[name]

    def files(self) -> list[str]:
        """Every file that was looked at, relative to the folder that holds torch: what a kept record depends on."""
        followed = [table for name in self._seen if (table := self._modules.get(name)) is not None and self.text.is_followed(name)]
        return sorted(table.file for table in followed)

    def lookup(self, module: str, name: str) -> Value | None:
        """What `name` stands for at the top of `module`; None where nothing defines it."""
        key = (module, name)
        if key not in self._globals:
            if key in self._pending:
                return None
            self._pending.add(key)
            try:
                self._globals[key] = self._find(module, name)
            finally:
                self._pending.discard(key)
        return self._globals[key]

    def remember(self, module: str, name: str, value: Value) -> None:
        """From now on `name` stands for `value` at the top of `module`."""
        self._globals[(module, name)] = value

    def remember_member(self, cls: ClassValue, name: str, value: Value) -> None:
        """From now on `name` stands for `value` in the class."""
        self._own[(cls, name)] = value

    def closure(self) -> list[str]:
        """The modules outside torch that are imported by the first of them that was looked at: packages first, then in order."""
        found: dict[str, None] = {}
        waiting = [name for name in self._seen if self.text.is_followed(name) and not (name + ".").startswith("torch.")]
        while waiting:
            name = waiting.pop(0)
            if name in found or self.module(name) is None:
                continue
            found[name] = None
            table = self.module(name)
            parents = [".".join(name.split(".")[:cut]) for cut in range(1, name.count(".") + 1)]
            imports = [d.target for d in table.names.values() if d.kind == "import"] if table is not None else []
            for target in imports:
                module, _, short = target.partition(":")
                absolute = table.absolute(module) if table is not None else module
                if self.text.is_followed(absolute) and not (absolute + ".").startswith("torch."):
                    parents += [absolute, f"{absolute}.{short}"]
            waiting += parents
        return list(found)

    def dotted(self, path: str) -> Value | None:
        """What an absolute dotted path stands for: the longest prefix that is a module, then its names and members."""
        parts = path.split(".")
        for cut in range(len(parts), 0, -1):
            if self.module(".".join(parts[:cut])) is not None:
                value: Value | None = ModuleValue(".".join(parts[:cut]))
                for part in parts[cut:]:
                    value = self.attribute(value, part) if value is not None else None
                return value
        return None

    def attribute(self, value: Value | None, name: str) -> Value | None:
        """An attribute that reading alone finds: of a module, a class, a native or outside name."""
        match value:
            case ModuleValue(name=module):
                return self.lookup(module, name)
            case ClassValue():
                found = self.member(value, name)
                return found[1] if found else None
            case Native(name=native):
                return native_name(f"{native}.{name}")
            case External(name=external):
                return External(f"{external}.{name}")
            case _:
                return None

    def _find(self, module: str, name: str) -> Value | None:
        table = self.module(module)
        if table is None:
            return self._submodule(module, name) or self._without_text(module, name)
        found = table.names.get(name)
        if found is not None:
            value = self._defined(table, found)
            if value is not None:
                return value
        for star in table.stars:
            value = self._through_star(table.absolute(star.partition(":")[0]), name)
            if value is not None:
                return value
        submodule = f"{module}.{name}"
        if self.text.file_of(submodule) is not None:
            return self.replaced(submodule) or ModuleValue(submodule)
        if self.text.is_followed(module) and self.text.file_of(submodule, stub=True) is not None:
            return Native(submodule)
        return self._native_of(module, name)

    def _defined(self, table: ModuleTable, found: Definition) -> Value | None:
        if found.kind == "import":
            return self.imported(table, found.target)
        if found.kind == "class":
            return self.class_value(table.name, found.name, found)
        if found.kind == "function" and found.start == found.line:
            return self.function(table, found, found.name)
        return self.evaluate(table, found) if self.evaluate is not None else None

    def imported(self, table: ModuleTable, target: str) -> Value | None:
        """What an import binds: `target` is "module" or "module:name", as the index says it."""
        module, _, name = target.partition(":")
        module = table.absolute(module)
        if not name:
            return self._module_value(module)
        if not self.text.is_followed(module):
            return External(f"{module}.{name}")
        if self.module(module) is None:
            return self._submodule(module, name) or self._without_text(module, name)
        if (module, name) in self._pending or module == table.name:
            submodule = f"{module}.{name}"
            return self._module_value(submodule) if self.text.file_of(submodule) else None
        return self.lookup(module, name)

    def _submodule(self, module: str, name: str) -> Value | None:
        submodule = f"{module}.{name}"
        return self._module_value(submodule) if self.text.file_of(submodule) or self.text.is_namespace(submodule) else None

    def _module_value(self, module: str) -> Value | None:
        if not self.text.is_followed(module):
            return External(module)
        if self.text.is_namespace(module):
            return ModuleValue(module)
        if self.text.file_of(module) is None:
            return Native(module) if self.text.file_of(module, stub=True) or module.startswith("torch._C") else None
        return self.replaced(module) or ModuleValue(module)

    def replaced(self, module: str) -> Value | None:
        """What stands in the place of a module that replaces itself (`sys.modules[__name__] = X(__name__)`), if it does."""
        table = self.module(module)
        if table is None or "sys.modules[__name__]" not in table.text:
            return None
        key = (module, "<itself>")
        if key not in self._globals and key not in self._pending and self.evaluate is not None:
            line = next((i for i, row in enumerate(table.lines, 1) if row.startswith("sys.modules[__name__] =")), 0)
            self._pending.add(key)
            self._globals[key] = self.evaluate(table, Definition("<itself>", "assign", line, line, line, 0)) if line else None
            self._pending.discard(key)
        return self._globals.get(key)

    def submodule_of(self, value: Value, name: str) -> Value | None:
        """A submodule read from the object that replaced its package: importing it put it there."""
        for (module, what), held in self._globals.items():
            if what == "<itself>" and held is value and self.text.file_of(f"{module}.{name}") is not None:
                return self._module_value(f"{module}.{name}")
        return None

    def _without_text(self, module: str, name: str) -> Value | None:
        if not self.text.is_followed(module):
            return External(f"{module}.{name}")
        if module.startswith("torch._C") or self.text.file_of(module, stub=True):
            return native_name(f"{module}.{name}")
        return None

    def _through_star(self, module: str, name: str) -> Value | None:
        if name.startswith("_"):
            return None
        if module.startswith("torch._C"):
            return native_name(f"{module}.{name}") if self.stubs.defines(module, name) else None
        return self.lookup(module, name) if self.text.is_followed(module) else None

    def _native_of(self, module: str, name: str) -> Value | None:
        # torch/__init__.py copies every name of torch._C._VariableFunctions and torch._C into itself when it runs.
        if module != "torch" or name.startswith("__"):
            return None
        if name == "_C":
            return Native("torch._C")
        if any(self.stubs.defines(stub, name) for stub in stubs.TOP) or self.stubs.are_partial():
            return Native(f"torch.{name}")
        return None

    # -- functions and classes -----------------------------------------------------------------------------------------

    def slice(self, table: ModuleTable, found: Definition) -> Slice:
        """The parsed text of a definition; parsed once."""
        key = (table.name, found.start, found.end)
        if key not in self._slices:
            self._slices[key] = Slice(table.file, table.lines, (found.start, found.end), found.indent)
        return self._slices[key]

    def function(self, table: ModuleTable, found: Definition, qualname: str, owner: ClassValue | None = None) -> Function:
        """The function a `def` makes, decorators left aside."""

        def parsed() -> tuple[object, Slice]:
            piece = self.slice(table, found)
            return piece.statements[0], piece

        return Function(table.name, qualname, table.file, found.line, parsed, owner, owner.namespace if owner is not None else None)

    def class_value(self, module: str, qualname: str, found: Definition) -> ClassValue:
        """The class a `class` statement makes; the same object each time."""
        return self._classes.setdefault((module, qualname), ClassValue(module, qualname, found))

    def members(self, cls: ClassValue) -> dict[str, Definition]:
        """What a class itself defines, by name, in the order of its text."""
        if cls not in self._members:
            table = self.table_of(cls)
            found = cls.definition
            lines = table.lines[found.line - 1 : found.end]
            body = self._body_indent(lines, found.indent)
            self._members[cls] = index_text("\n".join(lines), first_line=found.line, indent=body) if body else {}
        return self._members[cls]

    def earlier_member(self, cls: ClassValue, name: str, line: int) -> Value | None:
        """What `name` stands for in a class body above a line, where the body defines it more than once."""
        lines = self.table_of(cls).lines[cls.definition.line - 1 : cls.definition.end]
        body = self._body_indent(lines, cls.definition.indent)
        every = definitions("\n".join(lines), first_line=cls.definition.line, indent=body) if body else []
        before = [found for found in every if found.name == name and found.line < line]
        return self._member_value(cls, before[-1]) if before else None

    def earlier(self, table: ModuleTable, name: str, line: int) -> Value | None:
        """What `name` stands for at the top of a module above a line, where the module defines it more than once."""
        before = [found for found in table.every() if found.name == name and found.line < line]
        return self._defined(table, before[-1]) if before else None

    @staticmethod
    def _body_indent(lines: list[str], outer: int) -> int:
        header = _header_end(lines)
        for row in lines[header:]:
            stripped = row.strip()
            if stripped and not stripped.startswith("#"):
                width = len(row) - len(row.lstrip())
                return width if width > outer else 0
        return 0

    def header_lines(self, cls: ClassValue) -> int:
        """How many lines a class statement takes before its body."""
        return _header_end(self.table_of(cls).lines[cls.definition.line - 1 : cls.definition.end])

    def table_of(self, cls: ClassValue) -> ModuleTable:
        """The module a class stands in."""
        table = self.module(cls.module)
        if table is None:
            raise InspectError("source-missing", f"no source of {cls.name}", cls.module)
        return table

    def member(self, cls: ClassValue, name: str) -> tuple[Value, Value] | None:
        """(owner, value) of a name looked up along the MRO; None where no class defines it."""
        return self.member_after(cls, None, name)

    def member_after(self, cls: ClassValue, after: ClassValue | None, name: str) -> tuple[Value, Value] | None:
        """The same, in the classes of the MRO that come after `after`: what `super()` looks at."""
        passed = after is None
        for entry in self.mro(cls):
            if not passed:
                passed = entry is after
                continue
            found = self.own_member(entry, name)
            if found is not None:
                return entry, found
        return None

    def own_member(self, entry: Value, name: str) -> Value | None:
        """What a class itself defines under `name`; None where it does not."""
        if not isinstance(entry, ClassValue):
            return None
        found = self.members(entry).get(name)
        if found is None:
            return None
        key = (entry, name)
        if key not in self._own:
            if key in self._pending_own:
                return None
            self._pending_own.add(key)
            try:
                self._own[key] = self._member_value(entry, found)
            finally:
                self._pending_own.discard(key)
        return self._own[key]

    def _member_value(self, cls: ClassValue, found: Definition) -> Value | None:
        qualname = f"{cls.qualname}.{found.name}"
        if found.kind == "function" and found.start == found.line and found.name not in ("__new__", "__init_subclass__"):
            return self.function(self.table_of(cls), found, qualname, cls)
        if found.kind == "class":
            return self.class_value(cls.module, qualname, found)
        return self.evaluate_member(cls, found) if self.evaluate_member is not None else None

    # -- bases and the MRO ---------------------------------------------------------------------------------------------

    def bases(self, cls: ClassValue) -> tuple[Value, ...]:
        """The bases of a class as its header names them; what cannot be resolved stays a leaf under its text."""
        return tuple(self._base(cls, text) for text in self.header(cls)[0]) or (OBJECT,)

    def metaclass(self, cls: ClassValue) -> Value | None:
        """The metaclass named by the nearest class of the MRO that names one."""
        for entry in self.mro(cls):
            if isinstance(entry, ClassValue):
                keywords = self.header(entry)[1]
                if "metaclass" in keywords:
                    return self._base(entry, keywords["metaclass"])
        return None

    def header(self, cls: ClassValue) -> tuple[list[str], dict[str, str]]:
        """(positional bases, keywords) of a class statement, as texts without subscripts."""
        table = self.table_of(cls)
        text = "\n".join(table.lines[cls.definition.line - 1 : cls.definition.end])
        match = _HEADER.match(text.lstrip())
        if not match:
            return [], {}
        arguments = _split(_inside_brackets(text.lstrip(), match.end()))
        keywords = dict(part.split("=", 1) for part in arguments if re.match(r"\w+\s*=", part))
        plain = [re.sub(r"\[.*\]$", "", part, flags=re.DOTALL).strip() for part in arguments if not re.match(r"\w+\s*=", part)]
        return plain, {name.strip(): value.strip() for name, value in keywords.items()}

    def _base(self, cls: ClassValue, text: str) -> Value:
        first, *rest = text.split(".")
        value: Value | None = None
        if cls.namespace is not None:
            value = cls.namespace.find(first)
        value = value or self.lookup(cls.module, first) or (Builtin(first) if first in BUILTIN_NAMES else None)
        for part in rest:
            value = self.attribute(value, part)
        return value or External(f"{cls.module}.{text}")

    def mro(self, cls: ClassValue) -> tuple[Value, ...]:
        """The method resolution order (C3), classes that were read and leaves alike, ending in object."""
        if cls not in self._mros:
            self._mros[cls] = ()
            tails = [list(self.mro(base)) if isinstance(base, ClassValue) else _leaf_mro(base) for base in self.bases(cls)]
            self._mros[cls] = (cls, *_merge([*tails, list(self.bases(cls))]))
        return self._mros[cls]

    def is_subclass(self, cls: Value, other: Value) -> bool | None:
        """Whether one class derives from another; None where that cannot be read."""
        if cls == other or other == OBJECT:
            return True
        if isinstance(cls, External) and isinstance(other, ClassValue) and cls.name.partition(".")[0] in sys.stdlib_module_names:
            return False
        if not isinstance(cls, ClassValue):
            return None if isinstance(cls, External) or isinstance(other, External) else False
        mro = self.mro(cls)
        if other in mro:
            return True
        return None if isinstance(other, External) and any(isinstance(entry, External) for entry in mro) else False


def native_name(name: str) -> Native:
    """The canonical native name: functions of torch._C._VariableFunctions and public ones of torch._C are torch's own."""
    for prefix in ("torch._C._VariableFunctions.", "torch._C.TensorBase.", "torch._C._TensorBase.", "torch._VF."):
        if name.startswith(prefix):
            return Native(("torch.Tensor." if "TensorBase" in prefix else "torch.") + name[len(prefix) :])
    rest = name.removeprefix("torch._C.")
    if rest != name and "." not in rest and not rest.startswith("_") and not rest.endswith("Base"):
        return Native(f"torch.{rest}")
    return Native(name)


def _leaf_mro(base: Value) -> list[Value]:
    return [base] if base == OBJECT else [base, OBJECT]


def _merge(sequences: list[list[Value]]) -> list[Value]:
    result: list[Value] = []
    while any(sequences):
        sequences = [sequence for sequence in sequences if sequence]
        head = next(
            (s[0] for s in sequences if not any(s[0] in other[1:] for other in sequences)),
            sequences[0][0],
        )
        result.append(head)
        sequences = [[entry for entry in sequence if entry != head] for sequence in sequences]
    return result


def _header_end(lines: list[str]) -> int:
    depth = 0
    for number, row in enumerate(lines, 1):
        code = row.partition("#")[0]
        depth += sum(code.count(c) for c in "([{") - sum(code.count(c) for c in ")]}")
        if depth == 0 and code.rstrip().endswith(":"):
            return number
    return 1


def _inside_brackets(text: str, start: int) -> str:
    depth, at = 1, start
    while at < len(text) and depth:
        depth += (text[at] in "([{") - (text[at] in ")]}")
        at += 1
    return text[start : at - 1]


def _split(text: str) -> list[str]:
    text = re.sub(r"#[^\n]*", "", text)
    parts, depth, at = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            parts.append(text[at:place])
            at = place + 1
    return [" ".join(part.split()) for part in [*parts, text[at:]] if part.strip()]
