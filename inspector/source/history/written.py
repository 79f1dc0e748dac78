"""The text of a class or function -> its parts: parameters, docstring, decorators, comments, and for a class its methods and assignments.

In: a Piece. Out: plain parts around Python's own trees. Raises InspectError `source-does-not-parse` for text that is not Python.
"""

from __future__ import annotations

import ast
import io
import re
import textwrap
import tokenize
from functools import lru_cache
from typing import NamedTuple

from inspector.changes import Place
from inspector.errors import InspectError
from inspector.source.history.canonical import Function
from inspector.source.history.portrait import Piece

_TYPE_COMMENT = re.compile(r"#\s*type:\s*(?!ignore)")


class Given(NamedTuple):
    """One parameter as written."""

    name: str
    default: str | None
    annotation: str
    kind: str
    """"positional", "star", "keyword" or "double_star"."""

    @property
    def text(self) -> str:
        """As a caller reads it: `reduction='mean'`."""
        stars = {"star": "*", "double_star": "**"}.get(self.kind, "")
        return stars + self.name + (f"={self.default}" if self.default is not None else "")


class Written(NamedTuple):
    """One function or method."""

    name: str
    node: Function
    given: tuple[Given, ...]
    """Parameters, without `self` where it is a method."""
    doc: str
    decorators: tuple[str, ...]
    returns: str
    text: str
    place: Place

    def comments(self) -> tuple[str, ...]:
        """Its comments, but those that say types."""
        return tuple(one for _, one in _comments(self.text) if not _TYPE_COMMENT.match(one))

    def types(self) -> tuple[str, ...]:
        """Comments that say types."""
        return tuple(one for _, one in _comments(self.text) if _TYPE_COMMENT.match(one))


class Body(NamedTuple):
    """One class."""

    methods: dict[str, Written]
    assigned: dict[str, tuple[str, Place]]
    """Name -> what it is set to, as written; "" for an annotation alone."""
    annotated: dict[str, str]
    """Name -> annotation, of names in the body of the class."""
    doc: str
    decorators: tuple[str, ...]
    bases: tuple[str, ...]
    loose: str
    """Its lines outside its methods."""
    place: Place

    def comments(self) -> tuple[str, ...]:
        """Comments outside its methods."""
        return tuple(one for _, one in _comments(self.loose))


@lru_cache(maxsize=512)
def function(piece: Piece) -> Written | None:
    """The function that a piece holds; None where it holds no `def`."""
    node = _only(piece)
    return _written(piece, node, method=False) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else None


@lru_cache(maxsize=64)
def body(piece: Piece) -> Body | None:
    """The class that a piece holds; None where it holds none."""
    node = _only(piece)
    if not isinstance(node, ast.ClassDef):
        return None
    methods: dict[str, Written] = {}
    assigned: dict[str, tuple[str, Place]] = {}
    annotated: dict[str, str] = {}
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            found = _written(piece, statement, method=True)
            if found.name == "__init__":
                _warn(found.node, node.decorator_list)
            if "overload" not in {one.rpartition(".")[2] for one in found.decorators}:
                methods[_key(found)] = found
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            _assign(piece, statement, assigned, annotated)
    inside = {line for one in methods.values() for line in range(_first(one.node), (one.node.end_lineno or 0) + 1)}
    loose = [row for line, row in enumerate(piece.text.split("\n"), 1) if line not in inside]
    return Body(
        methods, assigned, annotated, _doc(node), tuple(ast.unparse(one) for one in node.decorator_list),
        tuple(ast.unparse(one) for one in node.bases), "\n".join(loose), Place(piece.file, piece.line + node.lineno - 1),
    )  # fmt: skip


def _key(found: Written) -> str:
    """The name of a method; the setter of a property is told from its getter."""
    marks = [one.rpartition(".")[2] for one in found.decorators if one.startswith(f"{found.name}.")]
    return ".".join([found.name, *marks])


def _only(piece: Piece) -> ast.stmt | None:
    try:
        statements = ast.parse(textwrap.dedent(piece.text)).body
    except SyntaxError as error:
        line = piece.line + (error.lineno or 1) - 1
        raise InspectError("source-does-not-parse", "this source does not parse", f"{piece.file}:{line}", error.msg) from None
    return statements[0] if statements else None


def _written(piece: Piece, node: Function, *, method: bool) -> Written:
    first, last = _first(node), node.end_lineno or node.lineno
    text = "\n".join(piece.text.split("\n")[first - 1 : last])
    decorators = tuple(ast.unparse(one) for one in node.decorator_list)
    bound = method and "staticmethod" not in decorators
    _warn(node, node.decorator_list)
    return Written(
        node.name, node, given(node)[1 if bound else 0 :], _doc(node), decorators,
        ast.unparse(node.returns) if node.returns is not None else "", text, Place(piece.file, piece.line + node.lineno - 1),
    )  # fmt: skip


def _warn(node: Function, decorators: list[ast.expr]) -> None:
    """What `@deprecated(...)` warns of, written in front of the body: it is the same as a warning that stands there."""
    for one in decorators:
        if isinstance(one, ast.Call) and ast.unparse(one.func).rpartition(".")[2] == "deprecated" and one.args:
            category = [each.value for each in one.keywords if each.arg == "category"] or [
                ast.Name(id="DeprecationWarning", ctx=ast.Load())
            ]
            warn = ast.Attribute(value=ast.Name(id="warnings", ctx=ast.Load()), attr="warn", ctx=ast.Load())
            line = ast.Expr(value=ast.Call(func=warn, args=[one.args[0], *category], keywords=[]))
            node.body.insert(1 if ast.get_docstring(node) is not None else 0, ast.fix_missing_locations(ast.copy_location(line, node)))


def given(node: Function) -> tuple[Given, ...]:
    """The parameters of a function, in order."""
    args = node.args
    plain = [*args.posonlyargs, *args.args]
    defaults: list[ast.expr | None] = [*([None] * (len(plain) - len(args.defaults))), *args.defaults]
    found = [_given(one, default, "positional") for one, default in zip(plain, defaults, strict=True)]
    found += [_given(args.vararg, None, "star")] if args.vararg is not None else []
    found += [_given(one, default, "keyword") for one, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    found += [_given(args.kwarg, None, "double_star")] if args.kwarg is not None else []
    return tuple(found)


def _given(one: ast.arg, default: ast.expr | None, kind: str) -> Given:
    return Given(
        one.arg, ast.unparse(default) if default is not None else None, ast.unparse(one.annotation) if one.annotation else "", kind
    )


def _first(node: Function) -> int:
    return min([node.lineno, *(one.lineno for one in node.decorator_list)])


def _doc(node: Function | ast.ClassDef) -> str:
    found = ast.get_docstring(node)
    if found is not None or not isinstance(node, ast.ClassDef):
        return found or ""
    for statement in node.body:  # a docstring that is put together
        if isinstance(statement, ast.Assign) and any(isinstance(one, ast.Name) and one.id == "__doc__" for one in statement.targets):
            return "".join(one.value for one in ast.walk(statement.value) if isinstance(one, ast.Constant) and isinstance(one.value, str))
    return ""


def _assign(piece: Piece, statement: ast.Assign | ast.AnnAssign, assigned: dict[str, tuple[str, Place]], annotated: dict[str, str]) -> None:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    for target in targets:
        if not isinstance(target, ast.Name) or target.id == "__doc__":
            continue
        if isinstance(statement, ast.AnnAssign):
            annotated[target.id] = ast.unparse(statement.annotation)
        if statement.value is not None:
            assigned[target.id] = (ast.unparse(statement.value), Place(piece.file, piece.line + statement.lineno - 1))


def _comments(text: str) -> list[tuple[int, str]]:
    """(line, text) of each comment, white space folded."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(textwrap.dedent(text) + "\n").readline))
    except (tokenize.TokenError, SyntaxError):
        return []
    return [(token.start[0], " ".join(token.string.split())) for token in tokens if token.type == tokenize.COMMENT]
