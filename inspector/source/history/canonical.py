"""A function's tree -> the tree in which its meaning is left and its spelling is not: one rule for each kind of spelling.

In: a tree of Python's own ast, which is parsed ten times faster than a lossless one and knows no white space. Out: another tree. What
comments say is not in such a tree; `spelling` looks at them.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias, TypeVar

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_Node = TypeVar("_Node", bound=ast.AST)
Rule: TypeAlias = Literal["annotations", "style", "super", "messages", "renamed locals"]
RULES: tuple[Rule, ...] = ("annotations", "style", "super", "messages", "renamed locals")
"""In the order they are applied."""

_CASTS = frozenset({"annotate", "cast", "_unwrap_optional"})
"""Functions that tell a type checker, or TorchScript, what type a value has, and hand it back."""
_PERCENT = re.compile(r"%(?:\((\w+)\))?[-#0 +]*\d*(?:\.\d+)?[diouxXeEfFgGcrsa%]")
_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def canonical(function: Function, without: Sequence[Rule] = ()) -> Function:
    """The function with all rules applied but those in `without`; neither docstring nor decorators are left."""
    made = clone(function)
    made.decorator_list = []
    made.body = without_docstring(made.body)
    for rule in RULES:
        if rule not in without:
            made = _APPLY[rule](made)
    return made


def plain(function: Function) -> Function:
    """The function without annotations and in one style of writing, its names and strings as they are: what is shown of a change."""
    return canonical(function, without=("super", "messages", "renamed locals"))


def untouched(one: Function, other: Function) -> bool:
    """Whether two functions are the same but for docstring, decorators, defaults and white space."""
    return [dump(part) for part in without_docstring(one.body)] == [dump(part) for part in without_docstring(other.body)]


def same(one: Function, other: Function, without: Sequence[Rule] = ()) -> bool:
    """Whether two functions mean the same by the rules: the names of their parameters and the defaults are not looked at."""
    return [dump(part) for part in canonical(one, without).body] == [dump(part) for part in canonical(other, without).body]


def clone(node: _Node) -> _Node:
    """A copy of a tree; five times as fast as copy.deepcopy, which is most of what a comparison would take."""
    made = type(node).__new__(type(node))
    for name, value in node.__dict__.items():
        if isinstance(value, list):
            value = [clone(one) if isinstance(one, ast.AST) else one for one in value]
        elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
            value = clone(value)
        made.__dict__[name] = value
    return made


def dump(node: ast.AST) -> str:
    """A tree in words, without positions."""
    return ast.dump(node)


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a body, without the string that opens it."""
    first = body[0] if body else None
    is_doc = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return (body[1:] if is_doc else body) or [ast.Pass()]


def dotted(node: ast.AST) -> str:
    """A name with dots as written, such as "torch.nn.functional"; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        above = dotted(node.value)
        return f"{above}.{node.attr}" if above else ""
    return ""


# -- annotations ----------------------------------------------------------------------------------------------------------------


class _Annotations(ast.NodeTransformer):
    """Takes types away: annotations, casts, and assertions that only say of what type something is."""

    def visit_Assert(self, node: ast.Assert) -> ast.AST | None:
        return None if _is_of_types(node.test) else self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(arg=node.arg)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        return ast.Assign(targets=[node.target], value=node.value, lineno=0) if node.value is not None else None

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if dotted(node.func).rpartition(".")[2] in _CASTS and node.args and not node.keywords:
            return node.args[-1]
        return node


def _is_of_types(test: ast.expr) -> bool:
    """Whether a condition asks for types only, or whether something is None."""
    if isinstance(test, ast.BoolOp):
        return all(map(_is_of_types, test.values))
    if isinstance(test, ast.Compare):
        return all(isinstance(one, ast.Is | ast.IsNot) for one in test.ops) and isinstance(test.comparators[-1], ast.Constant)
    return isinstance(test, ast.Call) and dotted(test.func).rpartition(".")[2] == "isinstance"


def _without_annotations(function: Function) -> Function:
    """The function without types; a local that only held the same value under a type is called as that value is."""
    casts: dict[str, str] = {}
    bound: list[str] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.For):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            bound += [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Name):
            held = node.value.args[-1] if node.value.args and dotted(node.value.func).rpartition(".")[2] in _CASTS else None
            if isinstance(held, ast.Name):
                casts[node.targets[0].id] = held.id
    made = _by(_Annotations)(function)
    names = {name: held for name, held in casts.items() if bound.count(name) == 1 and bound.count(held) <= (name == held)}
    return _by(_Unassigned)(renamed(made, names) if names else made)


class _Unassigned(ast.NodeTransformer):
    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        """`x = x` says nothing."""
        return None if dotted(node.targets[0]) and dotted(node.targets[0]) == dotted(node.value) else node


# -- style ----------------------------------------------------------------------------------------------------------------------


class _Style(ast.NodeTransformer):
    """Ways of writing that Python runs alike: `else` after a return, a name that is only returned, `not a in b`, a list given to `any`."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and (block or name == "body"):
                setattr(node, name, _straightened(block) or ([ast.Pass()] if name == "body" else []))
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        inner = node.operand
        turned: dict[type[ast.cmpop], ast.cmpop] = {ast.In: ast.NotIn(), ast.Is: ast.IsNot(), ast.Eq: ast.NotEq(), ast.NotEq: ast.Eq()}
        if isinstance(node.op, ast.Not) and isinstance(inner, ast.Compare) and len(inner.ops) == 1 and type(inner.ops[0]) in turned:
            return ast.Compare(left=inner.left, ops=[turned[type(inner.ops[0])]], comparators=inner.comparators)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(node.comparators[0], ast.List | ast.Set):
            node.comparators = [ast.Tuple(elts=node.comparators[0].elts, ctx=ast.Load())]
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in ("any", "all", "sum", "tuple", "list", "set") and len(node.args) == 1:
            given = node.args[0]
            if isinstance(given, ast.ListComp):
                node.args = [ast.GeneratorExp(elt=given.elt, generators=given.generators)]
        if isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args and not node.keywords:
            return ast.Dict(keys=[], values=[])
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """`super().__setattr__("x", y)` puts the same on an instance as `self.x = y`, faster; a lone constant does nothing."""
        self.generic_visit(node)
        call = node.value
        if isinstance(call, ast.Constant):
            return None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "__setattr__" and len(call.args) == 2:
            holder, name = call.func.value, call.args[0]
            if isinstance(holder, ast.Call) and dotted(holder.func) == "super" and isinstance(name, ast.Constant):
                target = ast.Attribute(value=ast.Name(id="self", ctx=ast.Load()), attr=str(name.value), ctx=ast.Store())
                return ast.Assign(targets=[target], value=call.args[1], lineno=0)
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        self.generic_visit(node)
        return ast.Raise(exc=node.exc, cause=None)


def _straightened(block: list[ast.stmt]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for statement in block:
        if isinstance(statement, ast.Pass):
            continue
        if isinstance(statement, ast.If) and statement.orelse and ends(statement.body):
            rest, statement.orelse = statement.orelse, []
            found += [statement, *_straightened(rest)]
            continue
        found.append(statement)
    if len(found) > 1 and isinstance(found[-1], ast.Return) and isinstance(found[-1].value, ast.Name):
        before = found[-2]
        if isinstance(before, ast.Assign) and len(before.targets) == 1 and dotted(before.targets[0]) == found[-1].value.id:
            return [*found[:-2], ast.Return(value=before.value)]
    return found


def ends(block: list[ast.stmt]) -> bool:
    """Whether what stands after a block is not reached from it."""
    last = block[-1] if block else None
    if isinstance(last, ast.If):
        return bool(last.orelse) and ends(last.body) and ends(last.orelse)
    return isinstance(last, _ENDS)


# -- super() --------------------------------------------------------------------------------------------------------------------


class _Super(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            node.args = []
        return node


# -- messages -------------------------------------------------------------------------------------------------------------------


class _Messages(ast.NodeTransformer):
    """f"{a} is", "{} is".format(a), "%s is" % a, str(a) + " is": the same text and the same values in it."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        self.generic_visit(node)
        text, values = "", list[ast.expr]()
        for part in node.values:
            if isinstance(part, ast.Constant):
                text += str(part.value)
            elif isinstance(part, ast.FormattedValue):
                text, values = text + "{}", [*values, part.value]
        return _template(text, values)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        func = node.func
        if isinstance(func, ast.Attribute) and func.attr == "format" and _is_text(func.value):
            return _formatted(func.value, node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
            given = list(node.right.elts) if isinstance(node.right, ast.Tuple) else [node.right]
            return _template(_PERCENT.sub(lambda match: "%" if match[0] == "%%" else "{}", node.left.value), given)
        if isinstance(node.op, ast.Add) and (_is_text(node.left) or _is_text(node.right)):
            left, right = _parts(node.left), _parts(node.right)
            return _template(left[0] + right[0], [*left[1], *right[1]])
        return node


def _is_text(node: ast.AST) -> bool:
    written = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return written or (isinstance(node, ast.Call) and dotted(node.func) == "format" and bool(node.args))


def _parts(node: ast.expr) -> tuple[str, list[ast.expr]]:
    """The template that a piece of text is, and what stands in it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value, []
    if _is_text(node) and isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant):
        return str(node.args[0].value), node.args[1:]
    bare = node.args[0] if isinstance(node, ast.Call) and dotted(node.func) == "str" and len(node.args) == 1 else node
    return "{}", [bare]


def _formatted(text: ast.expr, call: ast.Call) -> ast.expr:
    """What `text.format(…)` gives: numbered and named places are put in the order in which they stand."""
    template, before = _parts(text)
    named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    values, at = list(before), 0
    for match in re.finditer(r"\{(\w*)[^{}]*\}", template):
        place = match[1]
        if place in named:
            values.append(named[place])
        else:
            number = int(place) if place.isdecimal() else at
            values += call.args[number : number + 1]
            at += 1
    return _template(re.sub(r"\{[^{}]*\}", "{}", template), values)


def _template(text: str, values: list[ast.expr]) -> ast.expr:
    if not values:
        return ast.Constant(value=text)
    bare = [one.args[0] if isinstance(one, ast.Call) and dotted(one.func) == "str" and len(one.args) == 1 else one for one in values]
    return ast.Call(func=ast.Name(id="format", ctx=ast.Load()), args=[ast.Constant(value=text), *bare], keywords=[])


# -- names of locals ------------------------------------------------------------------------------------------------------------


class _Locals(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self.names.get(node.arg, node.arg)
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        node.name = self.names.get(node.name or "", node.name or "") or None
        return self.generic_visit(node)


def locals_of(function: Function) -> list[str]:
    """Names that a function binds itself, in the order of its text; its parameters are not among them."""
    kept = {*parameters_of(function), *dir(builtins)}
    found: dict[str, None] = {}
    for statement in function.body:
        for node in ast.walk(statement):
            name = (
                node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else node.arg if isinstance(node, ast.arg) else ""
            )
            name = node.name or "" if isinstance(node, ast.ExceptHandler) else name
            if name and name not in kept:
                found[name] = None
    return list(found)


def parameters_of(function: Function) -> list[str]:
    """The names of the parameters, in order."""
    given = function.args
    stars = [one for one in (given.vararg, given.kwarg) if one is not None]
    return [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs, *stars)]


def renamed(function: Function, names: dict[str, str]) -> Function:
    """The function with some names replaced, parameters too."""
    made = _Locals(names).visit(clone(function))
    assert isinstance(made, ast.FunctionDef | ast.AsyncFunctionDef)
    return made


def _numbered(function: Function) -> Function:
    return renamed(function, {name: f"local_{number}" for number, name in enumerate(locals_of(function), 1)})


def _by(transformer: type[ast.NodeTransformer]) -> Callable[[Function], Function]:
    def apply(function: Function) -> Function:
        made = transformer().visit(function)
        assert isinstance(made, ast.FunctionDef | ast.AsyncFunctionDef)
        made.body = made.body or [ast.Pass()]
        return made

    return apply


_APPLY: dict[Rule, Callable[[Function], Function]] = {
    "annotations": _without_annotations,
    "style": _by(_Style),
    "super": _by(_Super),
    "messages": _by(_Messages),
    "renamed locals": _numbered,
}
