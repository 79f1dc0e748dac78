"""What a function refuses and warns of, taken out of its body: errors with their message and condition, warnings, and who may take over.

In: a function's tree in plain style. Out: its checks and overrides as data, and the body without them, so that what is left is the work.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Literal, NamedTuple

from inspector.source.history.canonical import Function, canonical, clone, dotted, ends, plain

OVERRIDE = "has_torch_function"
"""How the functions begin that ask whether an argument wants to handle the call itself (`__torch_function__`)."""


LONGEST = 220
"""Letters of a condition that is said together with those around it; of a longer one the innermost is said alone."""


class Check(NamedTuple):
    """One error or warning."""

    kind: Literal["error", "warning"]
    type: str
    """Such as "ValueError"; "AssertionError" for an assert; "UserWarning" where a warning names none."""
    message: str
    """Its template, with {} for values."""
    condition: str
    """As written; "" where it always comes, "otherwise" at the end of a chain of conditions."""
    names: frozenset[str]
    """Names in condition and message."""
    line: int
    """In the piece it was parsed from."""


class Work(NamedTuple):
    """A function taken apart."""

    checks: tuple[Check, ...]
    overriding: tuple[str, ...]
    """Arguments that may take the call over; as written."""
    left: Function
    """Its work, in plain style."""


def take_apart(function: Function) -> Work:
    """The checks, the overrides and the rest of a function."""
    left = plain(function)
    taker = _Taker(left)
    made = taker.visit(left)
    assert isinstance(made, ast.FunctionDef | ast.AsyncFunctionDef)
    made.body = _without_empty(_without_unused(made) if taker.overriding else made.body)
    return Work(tuple(taker.checks), tuple(taker.overriding), made)


class _Taker(ast.NodeTransformer):
    def __init__(self, function: Function) -> None:
        self.checks: list[Check] = []
        self.overriding: list[str] = []
        self._conditions: list[str] = []
        self._passed: list[ast.expr] = []
        """The tests of a chain of `elif` that did not hold, up to the branch that is being read."""
        self._texts = {
            one.targets[0].id: one.value
            for one in ast.walk(function)
            if isinstance(one, ast.Assign) and len(one.targets) == 1 and isinstance(one.targets[0], ast.Name)
        }

    def visit_If(self, node: ast.If) -> ast.AST | None:
        if _asks_for_override(node):
            self._note_override(node)
            return None
        passed, self._passed = self._passed, []
        self._conditions.append(_one_of(node.test))
        does_nothing = all(isinstance(one, ast.Pass) for one in node.body)
        node.body = self._block(node.body)
        chain = [*passed, node.test]
        goes_on = len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)
        behind = "" if goes_on else _none_of(chain)
        self._conditions[-1] = behind or (_one_of(_not(node.test)) if does_nothing else "otherwise")
        self._passed = chain if goes_on else []
        node.orelse = _without_empty(self._block(node.orelse)) if node.orelse else []
        self._conditions.pop()
        self._passed = passed
        node.body = _without_empty(node.body)
        if all(isinstance(one, ast.Pass) for one in node.body) and not [one for one in node.orelse if not isinstance(one, ast.Pass)]:
            return None
        if all(isinstance(one, ast.Pass) for one in node.orelse):
            node.orelse = []
        return node

    def _block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """The statements without checks; an error behind a condition that leaves the function comes "otherwise"."""
        found: list[ast.stmt] = []
        behind = False
        for one in statements:
            passing_by = behind and isinstance(one, ast.Raise)
            self._conditions += ["otherwise"] if passing_by else []
            behind = behind or (isinstance(one, ast.If) and ends(one.body) and not isinstance(one.body[-1], ast.Raise))
            kept = self.visit(one)
            del self._conditions[len(self._conditions) - passing_by :]
            found += [kept] if kept is not None else []
        return found

    def visit_Raise(self, node: ast.Raise) -> ast.AST | None:
        if node.exc is None:
            return node
        call = node.exc
        name = dotted(call.func if isinstance(call, ast.Call) else call) or ast.unparse(call)
        self._note("error", name, call.args[0] if isinstance(call, ast.Call) and call.args else None, node)
        return None

    def visit_Assert(self, node: ast.Assert) -> ast.AST | None:
        self._conditions.append(_one_of(_not(node.test)))
        self._note("error", "AssertionError", node.msg, node)
        self._conditions.pop()
        return None

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        call = node.value
        if isinstance(call, ast.Call) and dotted(call.func) in ("warnings.warn", "warn", "_warnings.warn"):
            given = call.args[1] if len(call.args) > 1 else next((one.value for one in call.keywords if one.arg == "category"), None)
            self._note("warning", dotted(given) if given is not None else "UserWarning", call.args[0] if call.args else None, node)
            return None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Only the function itself: one that is defined inside is part of the work."""
        node.body = self._block(node.body) if not self._conditions else node.body
        return node

    def _note(self, kind: Literal["error", "warning"], name: str, said: ast.expr | None, node: ast.stmt) -> None:
        message = self._message(said)
        condition = _joined(self._conditions)
        names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
        names |= (
            {one.id for one in ast.walk(ast.parse(condition or "0")) if isinstance(one, ast.Name)} if condition != "otherwise" else set()
        )
        self.checks.append(Check(kind, name, message, condition, frozenset(names), node.lineno if hasattr(node, "lineno") else 0))

    def _message(self, said: ast.expr | None) -> str:
        """The template of a message; a name that was set to a text before stands for it."""
        if isinstance(said, ast.Name) and said.id in self._texts:
            said = self._texts[said.id]
        if said is None:
            return ""
        if isinstance(said, ast.Call) and isinstance(said.func, ast.Attribute) and said.func.attr == "format":
            base = said.func.value
            if isinstance(base, ast.Name) and base.id in self._texts:
                said = clone(said)
                assert isinstance(said.func, ast.Attribute)
                said.func.value = self._texts[base.id]
        found = _canonical_expression(said)
        if isinstance(found, ast.Constant):
            return str(found.value)
        if isinstance(found, ast.Call) and dotted(found.func) == "format" and found.args and isinstance(found.args[0], ast.Constant):
            return str(found.args[0].value)
        return ast.unparse(found)

    def _note_override(self, node: ast.If) -> None:
        for call in ast.walk(node):
            if (
                isinstance(call, ast.Call)
                and dotted(call.func).rpartition(".")[2].startswith("handle_torch_function")
                and len(call.args) > 1
            ):
                given = call.args[1]
                given = self._texts.get(given.id, given) if isinstance(given, ast.Name) else given
                elements = given.elts if isinstance(given, ast.Tuple | ast.List) else [given]
                self.overriding += [one for one in map(ast.unparse, elements) if one not in self.overriding]


def _canonical_expression(node: ast.expr) -> ast.expr:
    shell = ast.parse("def _(): return 0").body[0]
    assert isinstance(shell, ast.FunctionDef)
    shell.body = [ast.Return(value=node)]
    last = canonical(shell).body[0]
    assert isinstance(last, ast.Return)
    assert last.value is not None
    return last.value


def _asks_for_override(node: ast.If) -> bool:
    """Whether a condition only leads to handing the call over; inside `if not torch.jit.is_scripting()` too."""
    tested = any(isinstance(one, ast.Call) and dotted(one.func).rpartition(".")[2].startswith(OVERRIDE) for one in ast.walk(node.test))
    if tested:
        return not node.orelse and _hands_over(node.body)
    guard = "is_scripting" in ast.unparse(node.test)
    rest = [one for one in node.body if not isinstance(one, ast.Assign | ast.Pass)]
    return guard and not node.orelse and bool(rest) and all(isinstance(one, ast.If) and _asks_for_override(one) for one in rest)


def _hands_over(block: list[ast.stmt]) -> bool:
    last = block[-1] if block else None
    return isinstance(last, ast.Return) and last.value is not None and "handle_torch_function" in ast.unparse(last.value)


def _not(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(op=ast.Not(), operand=test)


def _joined(conditions: list[str]) -> str:
    """The innermost condition, with those around it that ask something of the same names."""
    inner = conditions[-1] if conditions else ""
    around = [one for one in conditions[:-1] if one != "otherwise" and inner not in ("", "otherwise") and _asked(one) & _asked(inner)]
    if not around:
        return inner
    parts = [ast.parse(one, mode="eval").body for one in dict.fromkeys([*around, inner])]
    whole = ast.unparse(ast.BoolOp(op=ast.And(), values=parts))
    return whole if len(parts) > 1 and len(whole) <= LONGEST else inner


def _asked(condition: str) -> set[str]:
    return {one.id for one in ast.walk(ast.parse(condition)) if isinstance(one, ast.Name)} - {"self", "isinstance", "torch", "len"}


def _one_of(test: ast.expr) -> str:
    """A condition as text; one that a name is none of several constants is said in one way."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) and all(_compared(one, ast.NotEq) for one in test.values):
        return _none_of([_turned(one) for one in test.values]) or ast.unparse(test)
    if (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.NotIn)
        and isinstance(test.comparators[0], ast.Tuple | ast.List | ast.Set)
    ):
        equal = [ast.Compare(left=test.left, ops=[ast.Eq()], comparators=[one]) for one in test.comparators[0].elts]
        return _none_of(equal) or ast.unparse(test)
    return ast.unparse(test)


def _compared(test: ast.expr, how: type[ast.cmpop]) -> bool:
    return isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], how)


def _turned(test: ast.expr) -> ast.expr:
    assert isinstance(test, ast.Compare)
    return ast.Compare(left=test.left, ops=[ast.Eq()], comparators=test.comparators)


def _none_of(tests: Sequence[ast.expr]) -> str:
    """That one name is none of the constants it was asked for, the constants in order; "" where the tests ask other things."""
    pairs = [(one.left, one.comparators[0]) for one in tests if isinstance(one, ast.Compare) and _compared(one, ast.Eq)]
    names, texts = {ast.unparse(left) for left, _ in pairs}, sorted(ast.unparse(right) for _, right in pairs)
    if len(tests) < 2 or len(pairs) < len(tests) or len(names) > 1 or not all(isinstance(right, ast.Constant) for _, right in pairs):
        return ""
    return f"{names.pop()} not in ({', '.join(texts)})"


def _without_unused(function: Function) -> list[ast.stmt]:
    """The body without tuples that only the override looked at."""
    used = {one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    loose = [one for one in function.body if isinstance(one, ast.Assign) and isinstance(one.value, ast.Tuple)]
    unused = [one for one in loose if dotted(one.targets[0]) not in {*used, ""}]
    return [one for one in function.body if one not in unused]


def _without_empty(block: list[ast.stmt]) -> list[ast.stmt]:
    """A block without statements that hold nothing any more; one that does nothing where nothing is left."""
    return [one for one in block if not isinstance(one, ast.Pass)] or [ast.Pass()]
