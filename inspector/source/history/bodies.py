"""Two functions -> what changed in what they do: errors and warnings, who may take over, which calls, which lines.

In: two functions as written, and the arguments and attributes that were added or removed, whose mere passing on is no change of its own.
Out: a Difference. What is only spelled in another way is not in it.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import keyword
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from inspector.source.history.canonical import Function, canonical, dotted, locals_of, parameters_of, plain, renamed, same, untouched
from inspector.source.history.portrait import HOUSEKEEPING
from inspector.source.history.raised import Check, take_apart
from inspector.source.history.written import Written

ALIKE = 0.6
"""Two messages are one that was reworded where they share so much of their text."""


class Hunk(NamedTuple):
    """Lines that were replaced, in plain style."""

    before: tuple[str, ...]
    after: tuple[str, ...]


class Edit(NamedTuple):
    """What changed in the work of a function."""

    gained: tuple[str, ...]
    """What it calls now and did not before, as written."""
    lost: tuple[str, ...]
    hunks: tuple[Hunk, ...]
    guard: str
    """The condition under which what is new is called, or what is gone was; "" where there is none, or it was there and still is."""
    computed: tuple[tuple[str, str], ...] = ()
    """Lines before and after that set the same name by other arithmetic."""


class Reworded(NamedTuple):
    """One check that is in both functions, and not alike."""

    old: Check
    new: Check


class Difference(NamedTuple):
    """All that changed in a function but its signature and its spelling."""

    edit: Edit | None
    checks_added: tuple[Check, ...] = ()
    checks_removed: tuple[Check, ...] = ()
    checks_changed: tuple[Reworded, ...] = ()
    overriding: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    """Arguments that may take the call over, before and after."""
    passed_to: tuple[str, ...] = ()
    """What is handed an argument that is new."""
    refused: frozenset[str] = frozenset()
    """Errors that the old function raised already, as `error_of`, and arguments of which it refused what is no reduction."""


class Explained(NamedTuple):
    """What a signature or the instance says already."""

    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    names: dict[str, str] = {}  # noqa: RUF012 - never changed
    """Old name -> new name of parameters."""


def compare(old: Written, new: Written, explained: Explained) -> Difference:
    """What changed from one function to another."""
    first = renamed(old.node, explained.names) if explained.names else old.node
    if untouched(first, new.node) or same(first, new.node):
        return Difference(None)
    before = take_apart(first)
    after = take_apart(new.node)
    less_before, less_after = _Stripped(explained.removed), _Stripped(explained.added)
    left_before, left_after = less_before.strip(before.left), less_after.strip(after.left)
    added, removed, changed = _checks(before.checks, after.checks)
    return Difference(
        _edit(left_before, left_after), added, removed, changed, (before.overriding, after.overriding), tuple(less_after.passed_to),
        frozenset({*map(error_of, before.checks), *_enumerated(first)}),
    )  # fmt: skip


def error_of(check: Check) -> str:
    """What tells one error from another for those who meet it: its type and words."""
    return f"{check.type}: {words(check.message)}"


def _enumerated(function: Function) -> Iterator[str]:
    """Arguments that a function turns into torch's number of a reduction, which refuses what is none."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and dotted(node.func).endswith("_Reduction.get_enum"):
            yield from map(dotted, node.args)


# -- arguments that are only passed on ------------------------------------------------------------------------------------------


class _Stripped(ast.NodeTransformer):
    """Takes some arguments out of the calls they are passed on to, and what only puts them on the instance."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self.passed_to: list[str] = []

    def strip(self, function: Function) -> Function:
        if not self.names:
            return function
        made = self.visit(function)
        assert isinstance(made, ast.FunctionDef | ast.AsyncFunctionDef)
        made.body = made.body or [ast.Pass()]
        return made

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        args = [one for one in node.args if not self._is_passed(one)]
        keywords = [one for one in node.keywords if not self._is_passed(one.value)]
        if len(args) + len(keywords) < len(node.args) + len(node.keywords):
            callee = dotted(node.func)
            if callee and callee not in self.passed_to:
                self.passed_to.append(callee)
        node.args, node.keywords = args, keywords
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        target = dotted(node.targets[0])
        if target.startswith("self.") and target[5:] in self.names:
            return None
        return self.generic_visit(node)

    def _is_passed(self, node: ast.expr) -> bool:
        return dotted(node).removeprefix("self.") in self.names


# -- errors and warnings --------------------------------------------------------------------------------------------------------


def _checks(old: tuple[Check, ...], new: tuple[Check, ...]) -> tuple[tuple[Check, ...], tuple[Check, ...], tuple[Reworded, ...]]:
    """Checks added, removed and changed: first those that are the same, then the same condition, then much the same message."""
    waiting_old, waiting_new = list(old), list(new)
    changed: list[Reworded] = []
    for alike in (_the_same, _same_words, _same_condition, _same_question, _similar, _graver):
        for one in list(waiting_old):
            other = next((each for each in waiting_new if alike(one, each)), None)
            if other is not None:
                waiting_old.remove(one)
                waiting_new.remove(other)
                changed += [Reworded(one, other)] if alike is not _the_same else []
    return tuple(waiting_new), tuple(waiting_old), tuple(changed)


def _the_same(one: Check, other: Check) -> bool:
    return (one.kind, one.type, words(one.message), one.condition) == (other.kind, other.type, words(other.message), other.condition)


def _same_words(one: Check, other: Check) -> bool:
    return one.kind == other.kind and words(one.message) == words(other.message)


def _same_condition(one: Check, other: Check) -> bool:
    return one.kind == other.kind and one.condition == other.condition and one.condition not in ("", "otherwise")


def _same_question(one: Check, other: Check) -> bool:
    """An assertion that became an error of its own, of the same names."""
    asked = names_used([one.condition]), names_used([other.condition])
    return one.kind == other.kind and one.type == "AssertionError" and bool(asked[0]) and asked[0] == asked[1]


def _graver(one: Check, other: Check) -> bool:
    """A warning that became an error, or the other way round."""
    return one.kind != other.kind and bool(one.message) and words(one.message) == words(other.message)


def _similar(one: Check, other: Check) -> bool:
    return one.kind == other.kind and difflib.SequenceMatcher(None, words(one.message), words(other.message)).ratio() >= ALIKE


def words(message: str) -> str:
    """The words of a message, without capitals, quotes and punctuation."""
    return " ".join(re.findall(r"\w+|[{}%=<>+*/-]+", message.lower()))


# -- lines ----------------------------------------------------------------------------------------------------------------------


def _edit(old: Function, new: Function) -> Edit | None:
    """What differs in two bodies; None where they mean the same."""
    if same(old, new):
        return None
    both = (_hunks(old, new, numbered=True), _hunks(old, new, numbered=False))
    best = min(both, key=lambda hunks: sum(len(before) + len(after) for before, after in hunks))
    before, after = calls_of(old), calls_of(new)
    known_before, known_after = references(old), references(new)
    gained = [one for one in after if one not in before and one not in known_before]
    lost = [one for one in before if one not in after and one not in known_after]
    changed = [line for hunk in best for line in hunk.after]
    guard = _guard_of(new, gained, changed) if len(gained) == 1 else ""
    if lost and not gained:
        guard = _guard_of(old, lost, [line for hunk in best for line in hunk.before])
    return Edit(tuple(gained), tuple(lost), best, guard, _computed(best))


def _guard_of(function: Function, names: list[str], lines: list[str]) -> str:
    """The condition under which all these are called; "" where the condition itself is not among the lines that changed."""
    changed = " ".join(lines)
    for node in ast.walk(function):
        if isinstance(node, ast.If) and ast.unparse(node.test) in changed:
            inside = {dotted(one.func) for part in node.body for one in ast.walk(part) if isinstance(one, ast.Call)}
            if inside.issuperset(names):
                return ast.unparse(node.test)
    return ""


def _computed(hunks: tuple[Hunk, ...]) -> tuple[tuple[str, str], ...]:
    """Lines that set the same name by other arithmetic, each with the one before it: not those that only call something else."""
    found: list[tuple[str, str]] = []
    for hunk in hunks:
        waiting = [(line.strip(), made) for line in hunk.before if (made := _arithmetic(line)) is not None]
        for line in hunk.after:
            made = _arithmetic(line)
            one = next((each for each in waiting if made is not None and each[1][0] == made[0]), None)
            if one is not None and made is not None:
                waiting.remove(one)
                found += [(one[0], line.strip())] if not _only_named(one[1][1], made[1], hunks) else []
    return tuple(found)


def _only_named(before: str, after: str, hunks: tuple[Hunk, ...]) -> bool:
    """Whether two expressions are the same but for names that no line had before."""
    one, other = (re.findall(r"\w+|[^\w\s]", text) for text in (before, after))
    known = {word for hunk in hunks for line in hunk.before for word in re.findall(r"\w+", line)}
    return len(one) == len(other) and all(a == b or (b.isidentifier() and b not in known) for a, b in zip(one, other, strict=True))


def _arithmetic(line: str) -> tuple[str, str] | None:
    """What a line sets, and to what, where it computes with numbers or tensors; None for any other line."""
    try:
        statement = ast.parse(line.strip()).body[:1]
    except SyntaxError:
        return None  # the head of a block, or a part of a statement
    match statement:
        case [ast.Assign(targets=[ast.Name() as name], value=value)]:
            pass
        case [ast.AugAssign(target=ast.Name() as name, op=op, value=right)]:
            value = ast.BinOp(left=ast.Name(id=name.id), op=op, right=right)
        case _:
            return None
    operators = [one for one in ast.walk(value) if isinstance(one, ast.BinOp) and not isinstance(one.op, ast.Mod | ast.BitOr)]
    texts = [one for one in ast.walk(value) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return (name.id, ast.unparse(value)) if operators and not texts else None


def _hunks(old: Function, new: Function, *, numbered: bool) -> tuple[Hunk, ...]:
    (old_lines, old_shown), (new_lines, new_shown) = _lines(old, numbered=numbered), _lines(new, numbered=numbered)
    matcher = difflib.SequenceMatcher(None, old_lines, new_lines, autojunk=False)
    return tuple(Hunk(tuple(old_shown[a:b]), tuple(new_shown[c:d])) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal")


def _lines(function: Function, *, numbered: bool) -> tuple[list[str], list[str]]:
    """Lines to compare, and the same lines as they are shown."""
    compared = _unparsed(canonical(function, without=() if numbered else ("renamed locals",)))
    shown = _unparsed(plain(function))
    return compared, shown if len(shown) == len(compared) else compared


def _unparsed(function: Function) -> list[str]:
    return [line for one in function.body for line in ast.unparse(ast.fix_missing_locations(one)).split("\n")]


def steered_away(old: Written, new: Written, name: str, default: str | None) -> bool:
    """Whether a new argument, left out, keeps the function from lines that it ran before and still has."""
    if default not in ("True", "False"):
        return False
    made = _Settled(name, default == "True").visit(plain(new.node))
    assert isinstance(made, ast.FunctionDef | ast.AsyncFunctionDef)
    before, after, left = ({line.strip() for line in _unparsed(one)} for one in (plain(old.node), plain(new.node), made))
    lines = {line for line in before & after if not line.endswith(":") and line not in ("pass", "continue", "break")}
    return bool(lines - left)


class _Settled(ast.NodeTransformer):
    """Takes the branch that a value leads to."""

    def __init__(self, name: str, value: bool) -> None:
        self.name, self.value = name, value

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        turned = isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not)
        asked = node.test.operand if isinstance(node.test, ast.UnaryOp) else node.test
        if not isinstance(asked, ast.Name) or asked.id != self.name:
            return node
        return (node.body if self.value != turned else node.orelse) or [ast.Pass()]


def calls_of(function: Function) -> list[str]:
    """Names that a function calls, as written: those of modules and of `self`, not methods of its arguments and not built-in ones."""
    inner = {one.name for part in function.body for one in ast.walk(part) if isinstance(one, ast.FunctionDef)}
    own = {*locals_of(function), *parameters_of(function), *inner} - {"self"}
    found: dict[str, None] = {}
    for node in ast.walk(function):
        name = dotted(node.func) if isinstance(node, ast.Call) else ""
        first = name.partition(".")[0]
        if name and first not in own and name not in dir(builtins) and not name.endswith(tuple(HOUSEKEEPING)) and first != "cast":
            found[name] = None
    return list(found)


def references(function: Function) -> set[str]:
    """Every dotted name in a function, called or not."""
    return {name for node in ast.walk(function) if isinstance(node, ast.Name | ast.Attribute) and (name := dotted(node))}


def names_used(lines: Iterable[str]) -> set[str]:
    """Names in lines of code: variables, functions and attributes of `self`; neither built-in names nor methods of what is at hand."""
    bare = (re.sub(r"'[^']*'|\"[^\"]*\"", "", line) for line in lines)
    found = {word for line in bare for word in re.findall(r"(?<![\w.])[A-Za-z_]\w*|(?<=self\.)\w+", line)}
    return {word for word in found if word not in dir(builtins) and not keyword.iskeyword(word) and word != "self"}
