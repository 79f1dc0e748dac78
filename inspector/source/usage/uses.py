"""A project's modules -> every use of a class or function of torch in them, with file and line.

In: a Project and the Meanings of paths. Out: Uses. What a use means for anybody is not judged here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from inspector.affected import Argument, Use, UseKind
from inspector.source.usage.bindings import Above, Instance, Path, Project, Scope, Target
from inspector.source.usage.meanings import Meanings

MODULE = "torch.nn.modules.module.Module"
"""The class that everything here derives from: what it defines is what `self` of a project's own module means."""
LONGEST = 160
_MATCHING = frozenset(("match", "search", "fullmatch", "assertRaisesRegex", "assertWarnsRegex", "startswith", "endswith", "filterwarnings"))
"""Names of functions and arguments that a text of an error is handed to."""
SHORTEST = 8
"""Letters of a text that may be that of an error."""


class _Call(NamedTuple):
    """A call, with the arguments that are meant for what is called in the end."""

    node: ast.Call
    given: Sequence[ast.expr]
    is_open: bool = False


class Reader:
    """Reads the uses of one module."""

    def __init__(self, project: Project, meanings: Meanings, file: str) -> None:
        self._project = project
        self._meanings = meanings
        self._file = file
        self.found: list[Use] = []
        self._catching: list[tuple[str, ...]] = []
        self._called: set[ast.AST] = set()

    def read(self, tree: ast.Module) -> list[Use]:
        """Every use, in the order of the text."""
        self._visit(tree, self._project.scopes[tree])
        return sorted(set(self.found), key=lambda use: (use.line, use.subject, use.member, use.kind))

    def _visit(self, node: ast.AST, scope: Scope) -> None:
        inner = self._project.scopes.get(node, scope)
        match node:
            case ast.Call():
                self._call(node, scope)
            case ast.ClassDef():
                self._class(node)
            case ast.Attribute() | ast.Name() if node not in self._called and isinstance(node.ctx, ast.Load):
                self._mention(node, scope)
            case ast.ImportFrom():
                self._import(node, scope)
            case ast.Compare():
                self._matched([node.left, *node.comparators], node)
        if isinstance(node, ast.Try):
            self._try(node, scope)
            return
        for child in ast.iter_child_nodes(node):
            self._visit(child, inner)

    def _try(self, node: ast.Try, scope: Scope) -> None:
        caught = tuple(ast.unparse(each).rpartition(".")[2] for handler in node.handlers for each in _several(handler.type))
        self._catching.append(caught)
        for statement in node.body:
            self._visit(statement, scope)
        self._catching.pop()
        for other in (*node.handlers, *node.orelse, *node.finalbody):
            self._visit(other, scope)

    # -- calls ---------------------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call, scope: Scope) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        if name in _MATCHING:
            self._matched(node.args, node)
        self._matched([each.value for each in node.keywords if each.arg in _MATCHING], node)
        targets = self._project.meant(node.func, scope)
        if Path("functools.partial") in targets and node.args:
            self._called.add(node.args[0])
            for target in self._project.meant(node.args[0], scope):
                self._calls(target, _Call(node, node.args[1:], is_open=True))
        for target in targets:
            self._calls(target, _Call(node, node.args))
        if isinstance(node.func, ast.Attribute):
            for target in self._project.meant(node.func.value, scope):
                self._method(target, node.func.attr, _Call(node, node.args))
        self._called.add(node.func)

    def _calls(self, target: Target, call: _Call) -> None:
        """A call of what a target is: of a class, of a function, or of an instance."""
        if isinstance(target, Path) and target.path in self._project.classes:
            self._method(Instance(target.path), "__init__", call)
        elif isinstance(target, Path) and (meaning := self._meanings.of(target.path)) is not None:
            if meaning.kind == "class":
                self._add("makes", meaning.name, "__init__", call)
            elif meaning.kind == "function":
                self._add("calls", meaning.name, "", call)
        elif isinstance(target, Instance):
            self._method(target, "forward", call)

    def _method(self, target: Target, name: str, call: _Call) -> None:
        """A call of a method, where it is torch's: none of the project's own classes before it defines one."""
        if isinstance(target, Path):
            return
        lineage = self._project.lineage(target.path)
        for path in lineage[1:] if isinstance(target, Above) else lineage:
            own = self._project.classes.get(path)
            if own is not None and (name in own.body.names or name in own.held):
                return
            meaning = self._meanings.of(path)
            if meaning is not None and meaning.kind == "class":
                self._add("makes" if name == "__init__" else "calls", meaning.name, name, call)
                return

    def _add(self, kind: UseKind, subject: str, member: str, call: _Call) -> None:
        node = call.node
        plain = [Argument("", ast.unparse(each)) for each in call.given if not isinstance(each, ast.Starred)]
        named = [Argument(each.arg, ast.unparse(each.value)) for each in node.keywords if each.arg is not None]
        is_open = call.is_open or len(plain) < len(call.given) or len(named) < len(node.keywords)
        caught = tuple(dict.fromkeys(name for each in self._catching for name in each))
        self.found.append(Use(self._file, node.lineno, kind, subject, _line(node), member, (*plain, *named), is_open, caught))

    # -- classes, names and texts --------------------------------------------------------------------------------------------

    def _class(self, node: ast.ClassDef) -> None:
        owner = self._project.scopes[node].owner
        above = [meaning for path in self._project.lineage(owner)[1:] if (meaning := self._meanings.of(path)) is not None]
        bases = [meaning.name for meaning in above if meaning.kind == "class"]
        head = f"class {node.name}({', '.join(ast.unparse(base) for base in node.bases)})"
        for base in bases:
            self.found.append(Use(self._file, node.lineno, "derives", base, head))
            for each in node.body:
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                    self.found.append(Use(self._file, each.lineno, "overrides", base, f"def {each.name} in {head}", each.name))
                elif isinstance(each, ast.Assign):
                    names = [target.id for target in each.targets if isinstance(target, ast.Name)]
                    self.found += [Use(self._file, each.lineno, "overrides", base, _line(each), name) for name in names]

    def _mention(self, node: ast.Attribute | ast.Name, scope: Scope) -> None:
        for target in self._project.meant(node, scope):
            meaning = self._meanings.of(target.path) if isinstance(target, Path) else None
            if meaning is not None and meaning.kind != "module":
                self.found.append(Use(self._file, node.lineno, "names", meaning.name, _line(node)))
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            for target in self._project.meant(node.value, scope):
                self._private(target, node)

    def _private(self, target: Target, node: ast.Attribute) -> None:
        if isinstance(target, Path):
            return
        for path in self._project.lineage(target.path):
            own = self._project.classes.get(path)
            if own is not None and (node.attr in own.body.names or node.attr in own.held):
                return
            meaning = self._meanings.of(path)
            if meaning is not None and meaning.kind == "class":
                self.found.append(Use(self._file, node.lineno, "private", meaning.name, _line(node), node.attr))
                return

    def _import(self, node: ast.ImportFrom, scope: Scope) -> None:
        for alias in node.names:
            meaning = self._meanings.of(f"{node.module}.{alias.name}") if node.module and not node.level else None
            if meaning is not None and meaning.kind != "module":
                self.found.append(Use(self._file, node.lineno, "names", meaning.name, f"from {node.module} import {alias.name}"))

    def _matched(self, parts: Sequence[ast.expr], node: ast.expr) -> None:
        for part in parts:
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and len(part.value) >= SHORTEST:
                text = Argument("", part.value)
                self.found.append(Use(self._file, part.lineno, "matches", "", _line(node), "", (text,)))


def _several(node: ast.expr | None) -> Iterator[ast.expr]:
    if isinstance(node, ast.Tuple):
        yield from node.elts
    elif node is not None:
        yield node


def _line(node: ast.expr | ast.stmt) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 2] + " …"
