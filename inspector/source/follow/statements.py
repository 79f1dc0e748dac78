"""What a block of statements does: assignments, branches, loops, try, with, nested definitions; and how it ends.

In: libcst statements and a frame. Out: a signal (return, break, continue) or None. A branch whose condition is false is
passed over: its calls are noted as not taken. Where a condition is not known, both branches are followed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from inspector.source.follow.explain_condition import guard_for
from inspector.source.follow.expressions import index_of
from inspector.source.follow.matching import fits, guard_of
from inspector.source.follow.state import Break, Continue, Doubt, Frame, Guard, Raised, Return, Signal
from inspector.source.index import Definition
from inspector.source.values import (
    NO_KEY,
    NONE,
    NOTHING,
    ClassValue,
    Const,
    Function,
    Instance,
    Items,
    Managed,
    Mapping,
    Unknown,
    Value,
    join,
    key_of,
)  # fmt: skip

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower

LOOP_LIMIT = 200
"""Iterations of a `while` that are followed one by one before the rest counts as not known."""


def run_block(f: Follower, statements: Sequence[Any], frame: Frame) -> Signal:
    """Runs statements in order; the signal that ended the block, or None where it ran to its end."""
    for place, statement in enumerate(statements):
        signal = _run_one(f, statement, frame)
        if signal is not None:
            _pass_over_rest(f, statements[place + 1 :], (statement, signal), frame)
            return signal
    return None


def _run_one(f: Follower, statement: Any, frame: Frame) -> Signal:
    if isinstance(statement, cst.SimpleStatementLine):
        for small in statement.body:
            handler = _SMALL.get(type(small))
            signal = handler(f, small, frame) if handler is not None else None
            if signal is not None:
                return signal
        return None
    handler = _COMPOUND.get(type(statement))
    return handler(f, statement, frame) if handler is not None else None


def body_of(block: Any) -> Sequence[Any]:
    """The statements of a block, on lines of their own or behind the colon."""
    if isinstance(block, cst.SimpleStatementSuite):
        return [cst.SimpleStatementLine(body=[small]) for small in block.body]
    return list(block.body)


def _pass_over_rest(f: Follower, rest: Sequence[Any], ending: tuple[Any, Signal], frame: Frame) -> None:
    if not rest or frame.slice is None:
        return
    ended_by, signal = ending
    line = signal.line if isinstance(signal, Return) and signal.line else frame.slice.line_of(ended_by)
    if isinstance(ended_by, cst.If):
        text, why = frame.slice.text_of(ended_by.test), f"the function ended at line {line}"
        guard = Guard(f"not ({text})" if " " in text else f"not {text}", "false", f"{why}: {f.last_because}" if f.last_because else why)
    else:
        guard = Guard("", "false", f"the function ended at line {line}")
    f.pass_over(rest, frame, guard)


# -- simple statements ------------------------------------------------------------------------------------------------


def _expression(f: Follower, node: cst.Expr, frame: Frame) -> Signal:
    f.evaluate(node.value, frame)
    return None


def _assign(f: Follower, node: cst.Assign, frame: Frame) -> Signal:
    value = f.evaluate(node.value, frame)
    for target in node.targets:
        assign(f, target.target, value, frame, node)
    return None


def _annotated(f: Follower, node: cst.AnnAssign, frame: Frame) -> Signal:
    if node.value is not None:
        assign(f, node.target, f.evaluate(node.value, frame), frame, node)
    return None


def _augmented(f: Follower, node: cst.AugAssign, frame: Frame) -> Signal:
    left = f.evaluate(node.target, frame)
    right = f.evaluate(node.value, frame)
    operator = type(node.operator).__name__.removesuffix("Assign")
    assign(f, node.target, f.in_place(operator, (left, right), frame, node), frame, node)
    return None


def assign(f: Follower, target: Any, value: Value, frame: Frame, statement: Any = None) -> None:
    """Binds a target (a name, an attribute, an item, or several) to a value; `statement` is what a step quotes."""
    if isinstance(target, cst.Name):
        _assign_name(f, target.value, value, frame)
    elif isinstance(target, cst.Attribute):
        f.set(f.evaluate(target.value, frame), target.attr.value, value, frame, statement or target)
    elif isinstance(target, cst.Subscript):
        holder, index = f.evaluate(target.value, frame), index_of(f, target, frame)
        f.note_item(holder, key_of(index), frame, statement or target)
        if isinstance(holder, Mapping):
            f.hashed(index, frame, statement or target)
        if isinstance(holder, Instance):
            f.call_method(holder, "__setitem__", [index, value], frame, statement or target)
        set_item(f, holder, index, value)
    elif isinstance(target, cst.Tuple | cst.List):
        _unpack(f, target.elements, value, frame)


def _assign_name(f: Follower, name: str, value: Value, frame: Frame) -> None:
    if name in frame.globals:
        f.library.remember(frame.module, name, join(value, NOTHING) if f.uncertain else value)
        return
    holder: Frame | None = frame
    if name in frame.nonlocals:
        holder = frame.parent
        while holder is not None and name not in holder.names:
            holder = holder.parent
    f.store((holder or frame).names, name, value, outer=holder is not frame)


def _unpack(f: Follower, elements: Sequence[Any], value: Value, frame: Frame) -> None:
    items = f.iterate(value, frame, elements[0]) if not isinstance(value, Unknown) else None
    each = NOTHING if items is not None else f.each_of(value)
    star = next((place for place, element in enumerate(elements) if isinstance(element, cst.StarredElement)), None)
    if items is not None and star is not None:
        after = len(elements) - star - 1
        items = [*items[:star], Items("list", items[star : len(items) - after]), *items[len(items) - after :]]
    for place, element in enumerate(elements):
        known = items is not None and len(items) == len(elements)
        several = isinstance(element, cst.StarredElement)
        other: Value = Items("list", None, each=each) if several and each is not NOTHING else each
        assign(f, element.value, items[place] if known and items is not None else other, frame)


def set_item(f: Follower, holder: Value, index: Value, value: Value) -> None:
    """`holder[index] = value`, as far as both are known."""
    match holder:
        case Mapping():
            key = key_of(index)
            if key is NO_KEY:
                holder.complete = False
            else:
                f.put_item(holder, key, value)
        case Items(items=list(items)) if (
            isinstance(index, Const) and isinstance(index.value, int) and -len(items) <= index.value < len(items)
        ):
            items[index.value] = join(items[index.value], value) if f.uncertain else value
        case Items():
            holder.items = None
        case _:
            pass


def _delete(f: Follower, node: cst.Del, frame: Frame) -> Signal:
    targets = [element.value for element in node.target.elements] if isinstance(node.target, cst.Tuple) else [node.target]
    for target in targets:
        if isinstance(target, cst.Name):
            frame.names.pop(target.value, None)
        elif isinstance(target, cst.Subscript):
            holder, key = f.evaluate(target.value, frame), key_of(index_of(f, target, frame))
            if isinstance(holder, Mapping) and key is not NO_KEY:
                f.take_item(holder, key)
        elif isinstance(target, cst.Attribute):
            f.delete(f.evaluate(target.value, frame), target.attr.value, frame, target)
    return None


def _return(f: Follower, node: cst.Return, frame: Frame) -> Signal:
    value = f.evaluate(node.value, frame) if node.value is not None else NONE
    return Return(value, frame.slice.line_of(node) if frame.slice is not None else 0)


def _raise(f: Follower, node: cst.Raise, frame: Frame) -> Signal:
    if node.exc is None:
        raise Raised(frame.handled[-1] if frame.handled else "Exception")
    value = f.evaluate(node.exc, frame)
    raise Raised(f.class_name_of(value), value)


def _assert(f: Follower, node: cst.Assert, frame: Frame) -> Signal:
    known = f.truth(f.evaluate(node.test, frame), frame, node.test)
    if known is False:
        raise Raised("AssertionError")
    if node.msg is not None:
        f.pass_over(
            [node.msg], frame, Guard(f"not ({frame.slice.text_of(node.test)})" if frame.slice else "", "false", "the assertion holds")
        )
    return None


def _global(f: Follower, node: cst.Global, frame: Frame) -> Signal:
    frame.globals.update(item.name.value for item in node.names)
    return None


def _nonlocal(f: Follower, node: cst.Nonlocal, frame: Frame) -> Signal:
    frame.nonlocals.update(item.name.value for item in node.names)
    return None


def _import(f: Follower, node: Any, frame: Frame) -> Signal:
    for name, value in f.imported_names(node, frame):
        frame.names[name] = value
    return None


# -- branches -----------------------------------------------------------------------------------------------------------


def _if(f: Follower, node: cst.If, frame: Frame) -> Signal:
    known = f.truth(f.evaluate(node.test, frame), frame, node.test)
    guard = guard_for(f, node.test, known, frame)
    f.last_because = guard.because
    otherwise = _otherwise(node)
    if known is None and _always_raises(body_of(node.body)):
        # The call is legal, so an error is not what happens; the condition itself stays not known.
        assumed = Guard(guard.text, "unknown", "taken as false: the call would raise")
        f.pass_over(body_of(node.body), frame, assumed)
        return _run_otherwise(f, otherwise, frame, assumed)
    if known is None and otherwise is not None and not isinstance(otherwise, cst.If) and _always_raises(body_of(otherwise.body)):
        assumed = Guard(guard.text, "unknown", "taken as true: the call would raise otherwise")
        f.pass_over(body_of(otherwise.body), frame, assumed)
        return _run_assumed(f, body_of(node.body), frame, assumed)
    if known is None:
        return _both(f, node, otherwise, (frame, guard))
    if known:
        if otherwise is not None:
            f.pass_over([otherwise] if isinstance(otherwise, cst.If) else body_of(otherwise.body), frame, guard)
        with f.under(frame, guard):
            signal = f.run(body_of(node.body), frame)
        f.last_because = guard.because
        return signal
    f.pass_over(body_of(node.body), frame, guard)
    return _run_otherwise(f, otherwise, frame, guard)


def _otherwise(node: cst.If) -> Any:
    return node.orelse


def _run_otherwise(f: Follower, otherwise: Any, frame: Frame, guard: Guard) -> Signal:
    if otherwise is None:
        return None
    if isinstance(otherwise, cst.If):
        return _if(f, otherwise, frame)
    return _run_assumed(f, body_of(otherwise.body), frame, guard)


def _run_assumed(f: Follower, statements: Sequence[Any], frame: Frame, guard: Guard) -> Signal:
    """Runs a block that is taken although its condition may not be known: it does not make what it does uncertain."""
    frame.guards.append(guard)
    try:
        return f.run(statements, frame)
    finally:
        frame.guards.pop()


def _always_raises(statements: Sequence[Any]) -> bool:
    if not statements:
        return False
    last = statements[-1]
    if isinstance(last, cst.SimpleStatementLine):
        return isinstance(last.body[-1], cst.Raise)
    if isinstance(last, cst.If):
        return (
            last.orelse is not None
            and _always_raises(body_of(last.body))
            and (_always_raises([last.orelse]) if isinstance(last.orelse, cst.If) else _always_raises(body_of(last.orelse.body)))
        )
    return False


def _both(f: Follower, node: cst.If, otherwise: Any, place: tuple[Frame, Guard]) -> Signal:
    frame, guard = place
    return _either(f, lambda: f.run(body_of(node.body), frame), lambda: _run_otherwise(f, otherwise, frame, guard), place)


def _either(f: Follower, one: Callable[[], Signal], other: Callable[[], Signal], place: tuple[Frame, Guard]) -> Signal:
    """Runs two blocks of which one runs, each as not certain, and goes on with what is known after either."""
    frame = place[0]
    before = dict(frame.names)
    first = _attempt(f, one, place)
    after_first = frame.names
    frame.names = dict(before)
    second = _attempt(f, other, place)
    if isinstance(first, Raised) and isinstance(second, Raised):
        raise first
    if isinstance(first, Raised):
        return _settle(f, second, None, place)
    if isinstance(second, Raised) or (second is not None and first is None):
        frame.names = after_first
        return _settle(f, first, None if isinstance(second, Raised) else second, place)
    if first is None:
        _join_names(frame, after_first)
        return None
    return _settle(f, second, first, place)


def _attempt(f: Follower, run: Callable[[], Signal], place: tuple[Frame, Guard]) -> Signal | Raised:
    frame, guard = place
    try:
        with f.under(frame, guard):
            return run()
    except Raised as raised:
        return raised


def _join_names(frame: Frame, other: dict[str, Value]) -> None:
    for name in {**frame.names, **other}:
        left, right = frame.names.get(name), other.get(name)
        frame.names[name] = join(left, right) if left is not None and right is not None else (left or right or NOTHING)


def _settle(f: Follower, kept: Signal | Raised, maybe: Signal, place: tuple[Frame, Guard]) -> Signal:
    """Goes on with one outcome where the other may have ended the block: what follows is no longer certain."""
    assert not isinstance(kept, Raised)
    if maybe is None:
        return kept
    if isinstance(kept, Return) and isinstance(maybe, Return):
        return Return(join(kept.value, maybe.value))
    frame, guard = place
    if isinstance(maybe, Return):
        frame.maybe_returned.append(maybe.value)
    f.uncertain += 1
    frame.doubts.append(Doubt(type(maybe), Guard(guard.text, "unknown", "it decides whether this is reached"), dict(frame.names)))
    return kept


def _reached(f: Follower, frame: Frame, since: int, *endings: type) -> None:
    """A place that is reached whether or not one of these signals came in the loop: the next iteration, what stands after it."""
    for doubt in [one for one in frame.doubts[since:] if one.ending in endings]:
        frame.doubts.remove(doubt)
        f.uncertain -= 1
        _join_names(frame, doubt.names)


def _match(f: Follower, node: cst.Match, frame: Frame) -> Signal:
    subject = f.evaluate(node.subject, frame)
    written = frame.slice.text_of(node.subject) if frame.slice else ""
    return _match_from(f, list(node.cases), (subject, written), frame)


def _match_from(f: Follower, cases: list[cst.MatchCase], subject: tuple[Value, str], frame: Frame) -> Signal:
    """Goes through the cases in order, until one certainly fits."""
    if not cases:
        return None
    case, *others = cases
    known = fits(f, case.pattern, subject[0], frame)
    if known is not False and case.guard is not None:
        guarded = f.truth(f.evaluate(case.guard, frame), frame, case.guard)
        known = guarded if known else (False if guarded is False else None)
    guard = guard_of(subject[1], frame.slice.text_of(case.pattern) if frame.slice else "", known)
    if known is False:
        f.pass_over(body_of(case.body), frame, guard)
        return _match_from(f, others, subject, frame)
    if known is None:
        return _either(f, lambda: f.run(body_of(case.body), frame), lambda: _match_from(f, others, subject, frame), (frame, guard))
    with f.under(frame, guard):
        signal = f.run(body_of(case.body), frame)
    for other in others:
        f.pass_over(body_of(other.body), frame, Guard(guard.text, "false", f"`{guard.text}`"))
    return signal


# -- loops ----------------------------------------------------------------------------------------------------------------


def _for(f: Follower, node: cst.For, frame: Frame) -> Signal:
    iterated = f.evaluate(node.iter, frame)
    items = f.iterate(iterated, frame, node.iter)
    text = f"for {frame.slice.text_of(node.target)} in {frame.slice.text_of(node.iter)}" if frame.slice else "for"
    if items is None:
        guard = Guard(text, "unknown", "how often it runs depends on the data")
        return _unknown_times(f, body_of(node.body), frame, guard, (node.target, f.each_of(iterated)))
    if not items:
        f.pass_over(
            body_of(node.body), frame, Guard(text, "false", f"`{frame.slice.text_of(node.iter)}` is empty" if frame.slice else "empty")
        )
    since = len(frame.doubts)
    for item in items:
        assign(f, node.target, item, frame)
        signal = f.run(body_of(node.body), frame)
        _reached(f, frame, since, Continue)
        if isinstance(signal, Break):
            break
        if isinstance(signal, Return):
            return signal
    else:
        signal = f.run(body_of(node.orelse.body), frame) if node.orelse is not None else None
    _reached(f, frame, since, Break)
    return None if isinstance(signal, Break) else signal


def _unknown_times(f: Follower, body: Sequence[Any], frame: Frame, guard: Guard, bound: tuple[Any, Value] | None = None) -> Signal:
    before, since = dict(frame.names), len(frame.doubts)
    if bound is not None:
        assign(f, *bound, frame)
    outcome = _attempt(f, lambda: f.run(body, frame), (frame, guard))
    _reached(f, frame, since, Continue, Break)
    _join_names(frame, before)
    if isinstance(outcome, Return):
        return _settle(f, None, outcome, (frame, guard))
    return None


def _while(f: Follower, node: cst.While, frame: Frame) -> Signal:
    since = len(frame.doubts)
    signal = _iterations(f, node, frame, since)
    _reached(f, frame, since, Break)
    return signal


def _iterations(f: Follower, node: cst.While, frame: Frame, since: int) -> Signal:
    for turn in range(LOOP_LIMIT):
        known = f.truth(f.evaluate(node.test, frame), frame, node.test)
        guard = guard_for(f, node.test, known, frame)
        if known is None:
            return _unknown_times(f, body_of(node.body), frame, guard)
        if known is False:
            if turn == 0:
                f.pass_over(body_of(node.body), frame, guard)
            return None
        with f.under(frame, guard):
            signal = f.run(body_of(node.body), frame)
        _reached(f, frame, since, Continue)
        if isinstance(signal, Return | Break):
            return signal if isinstance(signal, Return) else None
    return _unknown_times(f, body_of(node.body), frame, Guard("while", "unknown", "it runs very often"))


# -- try and with -----------------------------------------------------------------------------------------------------------


def _try(f: Follower, node: cst.Try, frame: Frame) -> Signal:
    try:
        signal = f.run(body_of(node.body), frame)
        if signal is None and node.orelse is not None:
            signal = f.run(body_of(node.orelse.body), frame)
        for handler in node.handlers:
            f.pass_over(body_of(handler.body), frame, Guard(_handler_text(frame, handler), "false", "nothing was raised"))
    except Raised as raised:
        signal = _handle(f, node, raised, frame)
    finally:
        ending = f.run(body_of(node.finalbody.body), frame) if node.finalbody is not None else None
    return ending or signal


def _handle(f: Follower, node: cst.Try, raised: Raised, frame: Frame) -> Signal:
    for handler in node.handlers:
        names = f.exception_names(handler.type, frame)
        if names is not None and not f.is_exception(raised.name, names):
            continue
        if handler.name is not None:
            assign(f, handler.name.name, raised.value or NOTHING, frame)
        frame.handled.append(raised.name)
        guard = Guard(_handler_text(frame, handler), "true", f"{raised.name} was raised")
        try:
            with f.under(frame, guard):
                return f.run(body_of(handler.body), frame)
        finally:
            frame.handled.pop()
    raise raised


def _handler_text(frame: Frame, handler: cst.ExceptHandler) -> str:
    return "except" + (f" {frame.slice.text_of(handler.type)}" if handler.type is not None and frame.slice is not None else "")


def _with(f: Follower, node: cst.With, frame: Frame) -> Signal:
    return _within(f, list(node.items), lambda: f.run(body_of(node.body), frame), frame)


def _within(f: Follower, items: list[cst.WithItem], block: Callable[[], Signal], frame: Frame) -> Signal:
    """Runs a block inside the managers of a `with` statement, the first one outermost."""
    if not items:
        return block()
    item = items[0]
    manager = f.evaluate(item.item, frame)

    def inside(entered: Value) -> Signal:
        if item.asname is not None:
            assign(f, item.asname.name, entered, frame)
        return _within(f, items[1:], block, frame)

    if isinstance(manager, Managed):
        return f.run_managed(manager, inside, frame, item.item)
    entered = f.enter(manager, frame, item.item)
    try:
        return inside(entered)
    finally:
        f.leave(manager, frame, item.item)


# -- nested definitions --------------------------------------------------------------------------------------------------------


def _nested_function(f: Follower, node: cst.FunctionDef, frame: Frame) -> Signal:
    line = frame.slice.line_of(node.name) if frame.slice else 0
    qualname = f"{frame.qualname}.<locals>.{node.name.value}" if frame.qualname else node.name.value
    made: Value = Function(frame.module, qualname, frame.file, line, lambda: (node, frame.slice), None, frame)
    for decorator in reversed(node.decorators):
        made = f.decorate(decorator.decorator, made, frame)
    frame.names[node.name.value] = made
    return None


def _nested_class(f: Follower, node: cst.ClassDef, frame: Frame) -> Signal:
    if frame.slice is None:
        return None
    first, column, last, _ = frame.slice.span_of(node)
    qualname = f"{frame.qualname}.<locals>.{node.name.value}"
    definition = Definition(node.name.value, "class", first, first, last, column)
    frame.names[node.name.value] = ClassValue(frame.module, qualname, definition, frame)
    return None


_SMALL: dict[type, Callable[[Any, Any, Frame], Signal]] = {
    cst.Expr: _expression, cst.Assign: _assign, cst.AnnAssign: _annotated, cst.AugAssign: _augmented, cst.Del: _delete, cst.Return: _return,
    cst.Raise: _raise, cst.Assert: _assert, cst.Global: _global, cst.Nonlocal: _nonlocal, cst.Import: _import, cst.ImportFrom: _import,
    cst.Break: lambda f, node, frame: Break(), cst.Continue: lambda f, node, frame: Continue(),
}  # fmt: skip
_COMPOUND: dict[type, Callable[[Any, Any, Frame], Signal]] = {
    cst.If: _if, cst.For: _for, cst.While: _while, cst.Try: _try, cst.With: _with, cst.Match: _match,
    cst.FunctionDef: _nested_function, cst.ClassDef: _nested_class,
}  # fmt: skip

__all__ = ["Instance", "assign", "body_of", "run_block", "set_item"]
