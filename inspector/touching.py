"""A change of torch and a use of it in somebody's code -> whether the one meets the other, and what the code needs then.

In: a Change, a Use, and what is known of torch's classes and signatures. Out: a Touch, or None. Pure: it reads no file. What depends on
values that only a run would show is said to need a look; it is never guessed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from inspector.affected import Need, Touch, Use
from inspector.changes import Change
from inspector.report import Parameter

_CONDITION = re.compile(r" \(if (.*)\)$", re.DOTALL)
_HOLES = re.compile(r"\{[^{}]*\}|…")
_CATCH_ALL = frozenset(("Exception", "BaseException"))
SAID = 12
"""Letters of a message that a text must have in common with it to be taken for it."""


class Facts(NamedTuple):
    """What is known of torch in the two releases."""

    mro: Callable[[str], tuple[str, ...]]
    """A class -> it and the classes of torch it derives from."""
    before: Callable[[str, str], tuple[Parameter, ...]]
    """Subject and member -> parameters in the release before."""
    after: Callable[[str, str], tuple[Parameter, ...]]
    """The same in the release after."""
    owner: Callable[[str, str], str]
    """Class and method -> the class that defines it for the first one, in the release after; "" where none does."""
    functions: Callable[[str], frozenset[str]]
    """A class -> qualified names of the functions that it calls."""


def touch(change: Change, use: Use, facts: Facts) -> Touch | None:
    """What a change means for a use; None where it does not meet it, and for changes of spelling."""
    if change.quiet:
        return None
    if use.kind == "matches":
        return _matched(change, use)
    if change.subject in facts.mro(use.subject):
        found = _met(change, use, facts)
    elif use.member in ("__init__", "forward") and change.subject in facts.functions(use.subject):
        found = _met_below(change, use, facts)
    else:
        return None
    return Touch(use, change, *found) if found is not None else None


_Found = tuple[Need, str] | None


def _met(change: Change, use: Use, facts: Facts) -> _Found:
    """What a change of the very class or function, or of one it derives from, means for a use."""
    if change.kind == "removed" and change.subject == use.subject:
        return "change", "it is used here"
    match use.kind:
        case "derives":
            return _derived(change)
        case "overrides":
            return _overridden(change, use)
        case "private":
            return ("look", f"`{use.member}` is used here") if use.member in (*change.names, change.member) else None
        case "makes" | "calls" if change.member in _members(use):
            is_hidden = bool(change.member) and facts.owner(use.subject, change.member) not in ("", change.subject)
            return None if is_hidden else _called(change, use, facts)
        case "calls" if change.kind == "methods removed" and use.member in change.names:
            return "change", f"`{use.member}` is called here"
    return None


def _members(use: Use) -> tuple[str, ...]:
    """What a change may be said of so that it is about this call."""
    return {"__init__": ("", "__init__"), "forward": ("forward", "__call__")}.get(use.member, (use.member,))


def _derived(change: Change) -> _Found:
    if change.kind == "bases":
        return "look", "a class derives from it here"
    return ("nothing", "a class derives from it here") if not change.member else None


def _overridden(change: Change, use: Use) -> _Found:
    """A method of one's own in place of torch's: what torch's does now, one's own does not."""
    if change.kind == "methods added" and use.member in change.names:
        return "look", f"`{use.member}` is defined here, and torch has one of that name now"
    if change.kind == "methods removed" and use.member in change.names:
        return "look", f"`{use.member}` is defined here, and torch no longer calls or has it"
    passed = {name.rpartition(".")[2] for name in change.names} if change.kind == "calling" else set()
    if use.member not in {change.member, *passed} or use.member in ("", "__init__", "forward"):
        return None
    grave = change.consequence in ("removed", "breaking") or use.member.startswith("_")
    return "look" if grave else "nothing", f"`{use.member}` is defined here in place of torch's"


# -- calls ----------------------------------------------------------------------------------------------------------------------


def _called(change: Change, use: Use, facts: Facts) -> _Found:
    if change.kind in ("argument removed", "argument renamed", "argument order", "argument required", "argument added", "default"):
        return _passed(change, use, facts)
    if change.kind in ("error added", "warning added", "deprecated"):
        return _raised(change, use, facts.after(use.subject, use.member))
    if change.kind in ("error type", "error removed"):
        return _caught(change, use)
    if change.kind == "arithmetic" and change.consequence == "breaking":
        return "look", "its value may be another now"
    return "nothing", "it is called here"


def _passed(change: Change, use: Use, facts: Facts) -> _Found:
    """What a change of the signature means for the arguments of a call."""
    name = change.names[0] if change.names else ""
    before = [one.name for one in facts.before(use.subject, use.member) if one.kind == "positional"]
    count = sum(not each.name for each in use.arguments)
    named = {each.name for each in use.arguments if each.name}
    match change.kind:
        case "argument removed":
            return _if_given(name, name in named or name in before[:count], use)
        case "argument renamed":
            old = change.before.partition("=")[0].lstrip("*")
            return ("change", f"`{old}=` is given by name") if old in named else None
        case "argument order" if not name:
            return ("change", f"{count} arguments are given by position") if count > 1 else None
        case "argument order":
            return _by_position(name, facts.after(use.subject, use.member)) if name in before[:count] else None
        case "argument added" if change.consequence == "breaking":
            return _added(name, count, named, use, facts)
        case "argument required" | "default" if change.consequence == "breaking":
            return _if_left_out(name, name in named or name in before[:count], use)
    return None


def _by_position(name: str, after: tuple[Parameter, ...]) -> _Found:
    """What becomes of an argument that is given by position and has no place any more: a `*args` may still take it."""
    star = next((one.name for one in after if one.kind == "star"), "")
    if star:
        return "look", f"`{name}` is given by position, where `*{star}` takes it now"
    return "change", f"`{name}` is given by position"


def _added(name: str, count: int, named: set[str], use: Use, facts: Facts) -> _Found:
    after = [one for one in facts.after(use.subject, use.member) if one.kind in ("positional", "keyword")]
    positional = [one.name for one in after if one.kind == "positional"]
    if name in positional[:count]:
        return "change", f"{count} arguments are given by position"
    if any(one.name == name and one.default is None for one in after):
        return _if_left_out(name, name in named, use)
    return None


def _if_given(name: str, given: bool, use: Use) -> _Found:
    if given:
        return "change", f"`{name}` is given"
    return ("look", f"`{name}` may be given: not every argument can be seen") if use.is_open else None


def _if_left_out(name: str, given: bool, use: Use) -> _Found:
    if given:
        return None
    return ("look", f"`{name}` may be left out: not every argument can be seen") if use.is_open else ("change", f"`{name}` is left out")


def _condition(change: Change) -> str:
    """When it is raised; "" where that is not said in one condition."""
    found = _CONDITION.search(change.after)
    return found[1] if found is not None and found[1] != "otherwise" else ""


def _raised(change: Change, use: Use, parameters: tuple[Parameter, ...]) -> _Found:
    """What a new error or warning means for a call: nothing where its condition cannot hold for the arguments that are written there."""
    condition = _condition(change)
    holds = _truth(condition, _values(use, parameters)) if condition else None
    fresh = [name for name in change.names if name in {one.name for one in parameters}]
    if holds is False or (fresh and not any(name in _given(use, parameters) for name in fresh)):
        return None
    if change.kind == "deprecated":
        return ("change", "it is called here") if holds or not condition else ("look", "it depends on values whether it warns")
    if holds:
        return "look" if change.kind == "warning added" else "change", f"`{condition}` holds for this call"
    if change.kind == "warning added" or not condition:
        return "nothing", "it depends on values that reading does not know"
    return "look", "whether it raises depends on values that reading does not know"


def _met_below(change: Change, use: Use, facts: Facts) -> _Found:
    """What a change of a function means for a class that calls it: only a new error is for its user to know."""
    if change.kind == "arithmetic" and change.consequence == "breaking" and use.member == "forward":
        return "look", "its value may be another now"
    if change.kind != "error added":
        return "nothing", f"it calls `{change.subject.rpartition('.')[2]}`"
    condition = _condition(change)
    constructor = facts.after(use.subject, "__init__")
    if not condition or change.names:
        return "nothing", f"it calls `{change.subject.rpartition('.')[2]}`"
    if use.member == "__init__":
        if _truth(condition, _values(use, constructor)) is not True:
            return None  # what it does not say is said where the instance is called
        return "change", f"`{condition}` holds for this instance"
    if _names_in(condition) & {one.name for one in constructor}:
        return None  # it was judged where the instance is made
    return "look", "whether it raises depends on values that reading does not know"


def _caught(change: Change, use: Use) -> _Found:
    old, new = change.before.partition(":")[0], change.after.partition(":")[0]
    if old and old in use.catches and new not in use.catches and not _CATCH_ALL & set(use.catches):
        return "change", f"{old} is caught around it"
    return "nothing", "it is called here"


def _matched(change: Change, use: Use) -> Touch | None:
    """A text that is looked for in a message which says something else now."""
    if change.kind not in ("message", "error type", "error removed", "warning removed") or not change.before:
        return None
    wanted = re.sub(r"\\(.)", r"\1", use.arguments[0].text)
    if _says(change.before, wanted) and not _says(change.after, wanted):
        return Touch(use, change, "change", "this text is looked for here")
    return None


def _says(message: str, wanted: str) -> bool:
    """Whether a text is that of a message, or a part of it, or the other way round."""
    pieces = [piece.strip() for piece in _HOLES.split(message) if len(piece.strip()) >= SAID]
    return len(wanted) >= SAID and (wanted in message or any(piece in wanted for piece in pieces))


# -- conditions -----------------------------------------------------------------------------------------------------------------


def _given(use: Use, parameters: tuple[Parameter, ...]) -> dict[str, str]:
    """Parameter -> the text that is given for it."""
    plain = [each.text for each in use.arguments if not each.name]
    places = [one.name for one in parameters if one.kind == "positional"]
    return dict(zip(places, plain, strict=False)) | {each.name: each.text for each in use.arguments if each.name}


def _values(use: Use, parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    """Parameter -> its value, for those that are given or left out as something that is written down."""
    given = _given(use, parameters)
    texts = {one.name: one.default for one in parameters if one.default is not None and not use.is_open} | given
    found = {}
    for name, text in texts.items():
        try:
            found[name] = ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
    return found


def _names_in(condition: str) -> set[str]:
    try:
        return {node.id for node in ast.walk(ast.parse(condition, mode="eval")) if isinstance(node, ast.Name)}
    except SyntaxError:
        return set()


class _UnknownValue(Exception):
    """What a condition asks for is not written down."""


def _truth(condition: str, values: dict[str, Any]) -> bool | None:
    """Whether a condition holds for these values; None where they do not decide it."""
    try:
        return bool(_value(ast.parse(condition, mode="eval").body, values))
    except (_UnknownValue, SyntaxError, TypeError, ValueError, ArithmeticError, KeyError, IndexError):
        return None


_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: lambda a, b: a == b, ast.NotEq: lambda a, b: a != b, ast.Lt: lambda a, b: a < b, ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b, ast.Is: lambda a, b: a is b, ast.IsNot: lambda a, b: a is not b,
    ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip
_TYPES = {"float": float, "int": int, "str": str, "bool": bool, "list": list, "tuple": tuple, "dict": dict}


def _value(node: ast.expr, values: dict[str, Any]) -> Any:
    """The value of an expression of known values; raises _UnknownValue for anything that would have to run."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand, values)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, values)
        case ast.BoolOp(op=op, values=parts):
            return _either(isinstance(op, ast.Or), parts, values)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _COMPARED[type(op)](_value(left, values), _value(right, values))
        case ast.Tuple(elts=several) | ast.List(elts=several) | ast.Set(elts=several):
            return tuple(_value(each, values) for each in several)
        case ast.Call(func=ast.Name(id="len"), args=[one], keywords=[]):
            return len(_value(one, values))
        case ast.Call(func=ast.Name(id="isinstance"), args=[one, kind], keywords=[]):
            return isinstance(_value(one, values), _kinds(kind))
    raise _UnknownValue


def _either(is_or: bool, parts: list[ast.expr], values: dict[str, Any]) -> bool:
    """`or` and `and`: one part that decides is enough, whatever is not known of the others."""
    unknown = False
    for part in parts:
        try:
            if bool(_value(part, values)) is is_or:
                return is_or
        except (_UnknownValue, TypeError):
            unknown = True
    if unknown:
        raise _UnknownValue
    return not is_or


def _kinds(node: ast.expr) -> tuple[type, ...]:
    several = node.elts if isinstance(node, ast.Tuple) else [node]
    found = [_TYPES.get(each.id) if isinstance(each, ast.Name) else None for each in several]
    if None in found:
        raise _UnknownValue
    return tuple(kind for kind in found if kind is not None)
