"""The scopes of somebody's modules -> what a name or an expression may stand for: a path, or an instance of a class.

In: the trees of all modules of a project, by dotted name. Out: Paths and Instances. Where a name may stand for several things, all of them
are meant; where nothing is known, none is.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

DEPTH = 24
"""Steps from one name to the next that are followed."""
Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Path:
    """A module, class or function by its dotted path."""

    path: str


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a class, by the path of the class."""

    path: str


@dataclass(frozen=True, slots=True)
class Above:
    """What `super()` gives: the classes above one of the project's."""

    path: str


Target: TypeAlias = Path | Instance | Above


class _Later(NamedTuple):
    """Something that is worked out when it is asked for: an expression in a scope, or an annotation, which says of what it is one."""

    node: ast.expr
    scope: Scope
    annotation: bool = False


class Scope:
    """Names of a module, class or function."""

    def __init__(self, module: str, parent: Scope | None = None, *, owner: str = "", kind: str = "module") -> None:
        self.module = module
        self.parent = parent
        self.owner = owner
        """Path of the class whose body or method this is; "" elsewhere."""
        self.kind = kind
        self.names: dict[str, list[Target | _Later]] = {}
        """Empty lists are names of which nothing is known: they hide those further out."""
        self.stars: list[str] = []

    def bind(self, name: str, target: Target | _Later | None) -> None:
        """From here on the name may stand for the target; for nothing that is known where it is None."""
        found = self.names.setdefault(name, [])
        if target is not None:
            found.append(target)


class ProjectClass(NamedTuple):
    """A class that the project defines."""

    path: str
    node: ast.ClassDef
    scope: Scope
    """Where it stands."""
    body: Scope
    held: dict[str, list[_Later]]
    """What its methods put on `self`."""


class Project:
    """All modules of a project: their scopes and classes."""

    def __init__(self) -> None:
        self.modules: dict[str, Scope] = {}
        self.classes: dict[str, ProjectClass] = {}
        self.scopes: dict[ast.AST, Scope] = {}
        """The scope of each module, class, function and lambda."""
        self._packages: set[str] = set()
        self._known: dict[Any, Any] = {}
        """What was worked out: of expressions, paths and lineages."""
        self._lineages: dict[str, list[str]] = {}
        self._pending: set[Any] = set()
        self._is_cut = False
        """Whether something was left out of what is being worked out, because it leads back to itself or too far."""

    # -- reading a module ----------------------------------------------------------------------------------------------------

    def add(self, module: str, tree: ast.Module, *, is_package: bool) -> None:
        """Takes the names of a module in."""
        scope = Scope(module)
        if is_package:
            self._packages.add(module)
        self.modules[module] = scope
        self.scopes[tree] = scope
        self._bind_all(tree.body, scope)

    def _bind_all(self, body: Iterable[ast.stmt], scope: Scope) -> None:
        for node in _own_nodes(body):
            self._bind(node, scope)

    def _bind(self, node: ast.AST, scope: Scope) -> None:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    scope.bind(
                        alias.asname or alias.name.partition(".")[0], Path(alias.name if alias.asname else alias.name.partition(".")[0])
                    )
            case ast.ImportFrom(names=names):
                self._bind_import(node, names, scope)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    _bind_target(target, value, scope)
            case ast.AnnAssign(target=ast.Name(id=name), value=value, annotation=annotation):
                scope.bind(name, _Later(value, scope) if value is not None else _Later(annotation, scope, annotation=True))
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                scope.bind(name, _Later(value, scope))
            case ast.For(target=target) | ast.AsyncFor(target=target) | ast.comprehension(target=target):
                _bind_target(target, None, scope)
            case ast.ClassDef():
                self._bind_class(node, scope)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                scope.bind(node.name, Path(f"{scope.module}.{node.name}") if scope.kind == "module" else None)
                self._function(node, scope)
            case ast.Lambda():
                self._function(node, scope)

    def _bind_import(self, node: ast.ImportFrom, names: list[ast.alias], scope: Scope) -> None:
        module = self._absolute(node, scope.module)
        for alias in names:
            if alias.name == "*":
                scope.stars.append(module)
            else:
                scope.bind(alias.asname or alias.name, Path(f"{module}.{alias.name}" if module else alias.name))

    def _absolute(self, node: ast.ImportFrom, module: str) -> str:
        if not node.level:
            return node.module or ""
        parts = module.split(".") if module in self._packages else module.split(".")[:-1]
        parts = parts[: len(parts) - (node.level - 1)] if node.level > 1 else parts
        return ".".join([*parts, *([node.module] if node.module else [])])

    def _bind_class(self, node: ast.ClassDef, scope: Scope) -> None:
        path = f"{scope.owner or scope.module}.{node.name}"
        scope.bind(node.name, Path(path))
        body = Scope(scope.module, scope, owner=path, kind="class")
        self.scopes[node] = body
        held: dict[str, list[_Later]] = {}
        self.classes[path] = ProjectClass(path, node, scope, body, held)
        self._bind_all(node.body, body)
        for method in node.body:
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and (own := _first_argument(method)):
                for name, value, annotation in _put_on(method, own):
                    held.setdefault(name, []).append(_Later(value, self.scopes[method], annotation))

    def _function(self, node: Definition, scope: Scope) -> None:
        inner = Scope(scope.module, scope, owner=scope.owner, kind="function")
        self.scopes[node] = inner
        arguments = node.args
        for given in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
            if given is not None:
                plain = given is not arguments.vararg and given is not arguments.kwarg
                inner.bind(given.arg, _Later(given.annotation, scope, annotation=True) if given.annotation is not None and plain else None)
        if isinstance(node, ast.Lambda):
            self._bind_all([ast.Expr(node.body)], inner)
            return
        if scope.kind == "class" and (own := _first_argument(node)):
            inner.bind(own, Instance(scope.owner) if not _is_class_method(node) else Path(scope.owner))
        self._bind_all(node.body, inner)

    # -- asking --------------------------------------------------------------------------------------------------------------

    def meant(self, node: ast.expr | None, scope: Scope, depth: int = DEPTH) -> set[Target]:
        """What an expression may stand for."""
        return self._once((node, scope), lambda: self._meant(node, scope, depth), depth) if node is not None else set()

    def _once(self, key: Any, make: Callable[[], set[Target]], depth: int) -> set[Target]:
        """What was worked out for a key, now or before; nothing where that leads back to itself."""
        if key in self._known:
            found: set[Target] = self._known[key]
            return found
        if depth <= 0 or key in self._pending:
            self._is_cut = True
            return set()
        before, self._is_cut = self._is_cut, False
        self._pending.add(key)
        found = make()
        self._pending.discard(key)
        if not self._is_cut:
            self._known[key] = found
        self._is_cut = self._is_cut or before
        return found

    def _meant(self, node: ast.expr, scope: Scope, depth: int) -> set[Target]:
        match node:
            case ast.Name(id=name):
                return self._named(name, scope, depth - 1)
            case ast.Attribute(value=value, attr=name):
                return {found for target in self.meant(value, scope, depth - 1) for found in self.attribute(target, name, depth - 1)}
            case ast.Call(func=ast.Name(id="super")):
                return {Above(scope.owner)} if scope.owner else set()
            case ast.Call(func=called):
                return {Instance(each.path) for each in self.meant(called, scope, depth - 1) if isinstance(each, Path)}
            case ast.IfExp(body=one, orelse=other):
                return self.meant(one, scope, depth - 1) | self.meant(other, scope, depth - 1)
            case ast.BoolOp(values=several) | ast.List(elts=several) | ast.Tuple(elts=several):
                return {found for each in several for found in self.meant(each, scope, depth - 1)}
            case ast.Dict(values=several):
                return {found for each in several for found in self.meant(each, scope, depth - 1)}
            case ast.Subscript(value=value) | ast.NamedExpr(value=value) | ast.Await(value=value):
                return self.meant(value, scope, depth - 1)
        return set()

    def attribute(self, target: Target, name: str, depth: int = DEPTH) -> set[Target]:
        """What an attribute of something may stand for."""
        if depth <= 0:
            return set()
        if isinstance(target, Path):
            return self.followed(f"{target.path}.{name}", depth - 1)
        found: set[Target] = set()
        for path in self.lineage(target.path):
            if (cls := self.classes.get(path)) is not None:
                for later in (*cls.held.get(name, ()), *cls.body.names.get(name, ())):
                    found |= self._worked_out(later, depth - 1)
        return found

    def followed(self, path: str, depth: int = DEPTH) -> set[Target]:
        """A path, followed through the project's own modules to what it names there."""
        return self._once(path, lambda: self._followed(path, depth), depth)

    def _followed(self, path: str, depth: int) -> set[Target]:
        module, rest = self._module_in(path)
        if module is None or not rest or path in self.classes:
            return {Path(path)}
        first, _, more = rest.partition(".")
        found = self._named(first, self.modules[module], depth - 1)
        for part in more.split(".") if more else ():
            found = {each for target in found for each in self.attribute(target, part, depth - 1)}
        return found

    def lineage(self, path: str) -> list[str]:
        """A class of the project and those it derives from, in about the order in which names are looked up; ends in others' classes."""
        if path not in self._lineages:
            self._lineages[path] = [path]  # for a class that derives from itself
            found = [path]
            cls = self.classes.get(path)
            for base in cls.node.bases if cls is not None else ():
                for target in sorted(self.meant(base, cls.scope), key=repr) if cls is not None else ():
                    if isinstance(target, Path):
                        found += [each for each in self.lineage(target.path) if each not in found]
            self._lineages[path] = found
        return self._lineages[path]

    def _named(self, name: str, scope: Scope, depth: int) -> set[Target]:
        at: Scope | None = scope
        while at is not None:
            if name in at.names and (at is scope or at.kind != "class"):
                return {found for each in at.names[name] for found in self._worked_out(each, depth)}
            at = at.parent
        outermost = self.modules.get(scope.module, scope)
        return {found for star in outermost.stars for found in self._through_star(f"{star}.{name}", depth)}

    def _through_star(self, path: str, depth: int) -> set[Target]:
        module, rest = self._module_in(path)
        if module is None:
            return {Path(path)}
        return self.followed(path, depth - 1) if rest in self.modules[module].names or self.modules[module].stars else set()

    def _worked_out(self, each: Target | _Later, depth: int) -> set[Target]:
        if isinstance(each, Path):
            return self.followed(each.path, depth - 1)
        if not isinstance(each, _Later):
            return {each}
        found = self.meant(each.node, each.scope, depth - 1)
        return {Instance(target.path) for target in found if isinstance(target, Path)} if each.annotation else found

    def _module_in(self, path: str) -> tuple[str | None, str]:
        """The longest beginning of a path that is a module of the project, and the rest."""
        parts = path.split(".")
        for cut in range(len(parts), 0, -1):
            if (module := ".".join(parts[:cut])) in self.modules:
                return module, ".".join(parts[cut:])
        return None, path


def _own_nodes(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Every node of a scope in the order of its text, without what stands in the classes, functions and lambdas inside it."""
    waiting: list[ast.AST] = list[ast.AST](body)[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting += reversed(node.decorator_list)
        elif not isinstance(node, ast.Lambda):
            waiting += list(ast.iter_child_nodes(node))[::-1]


def _bind_target(target: ast.expr, value: ast.expr | None, scope: Scope) -> None:
    if isinstance(target, ast.Name):
        scope.bind(target.id, _Later(value, scope) if value is not None else None)
    elif isinstance(target, ast.Tuple | ast.List):
        matched = (
            value.elts if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts) else [None] * len(target.elts)
        )
        for part, each in zip(target.elts, matched, strict=True):
            _bind_target(part, each, scope)
    elif isinstance(target, ast.Starred):
        _bind_target(target.value, None, scope)


def _put_on(method: ast.FunctionDef | ast.AsyncFunctionDef, own: str) -> Iterator[tuple[str, ast.expr, bool]]:
    """(name, value, whether that is only an annotation) of what a method puts on its first argument."""
    for node in ast.walk(method):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in targets:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == own:
                if isinstance(node, ast.Assign):
                    yield target.attr, node.value, False
                elif isinstance(node, ast.AnnAssign):
                    yield target.attr, node.value or node.annotation, node.value is None


def _first_argument(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    given = (*node.args.posonlyargs, *node.args.args)
    free = any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list)
    return given[0].arg if given and not free else ""


def _is_class_method(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "classmethod" for each in node.decorator_list)
