"""The `match` statement: which case a value takes, as far as that is known, and the names its pattern binds.

In: a libcst Match and a frame. Out: a signal, as from any block. Cases whose pattern may or may not fit are all followed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import libcst as cst

from inspector.source.follow.state import Frame, Guard
from inspector.source.values import NOTHING, Const, Items, Mapping, Unknown, Value, same

if TYPE_CHECKING:
    from inspector.source.follow.follower import Follower


def fits(f: Follower, pattern: Any, value: Value, frame: Frame) -> bool | None:
    """Whether a value fits a pattern; None where that is not known. Names in the pattern are bound on the way."""
    match pattern:
        case cst.MatchValue():
            return f.truth(f.binary("Equal", (value, f.evaluate(pattern.value, frame)), frame, pattern.value), frame, pattern.value)
        case cst.MatchSingleton():
            return same(value, f.evaluate(pattern.value, frame))
        case cst.MatchAs():
            known = fits(f, pattern.pattern, value, frame) if pattern.pattern is not None else True
            if pattern.name is not None:
                f.assign(pattern.name, value, frame)
            return known
        case cst.MatchOr():
            return _any(fits(f, each.pattern, value, frame) for each in pattern.patterns)
        case cst.MatchClass():
            return _of_class(f, pattern, value, frame)
        case cst.MatchSequence():
            return _sequence(f, pattern.patterns, value, frame)
        case cst.MatchMapping():
            return _mapping(f, pattern, value, frame)
        case _:
            return None


def _any(answers: Iterable[bool | None]) -> bool | None:
    found = []
    for answer in answers:
        if answer:
            return True
        found.append(answer)
    return None if None in found else False


def _all(answers: Iterable[bool | None]) -> bool | None:
    found = []
    for answer in answers:
        if answer is False:
            return False
        found.append(answer)
    return None if None in found else True


def _of_class(f: Follower, pattern: cst.MatchClass, value: Value, frame: Frame) -> bool | None:
    known = f.is_instance(value, f.evaluate(pattern.cls, frame), frame, pattern.cls)
    if known is False:
        return False
    named = [(each.key.value, each.pattern) for each in pattern.kwds]
    inner = _all(fits(f, each, f.get(value, name, frame, pattern.cls), frame) for name, each in named)
    itself = _all(fits(f, each.value, value, frame) for each in pattern.patterns)
    return _all([known, inner, itself])


def _sequence(f: Follower, patterns: Any, value: Value, frame: Frame) -> bool | None:
    if isinstance(value, Const | Mapping):
        return False
    items = value.items if isinstance(value, Items) else None
    star = next((place for place, each in enumerate(patterns) if isinstance(each, cst.MatchStar)), None)
    if items is not None and (len(items) != len(patterns) if star is None else len(items) < len(patterns) - 1):
        return False
    if items is not None and star is not None:
        after = len(patterns) - star - 1
        items = [*items[:star], Items("list", items[star : len(items) - after]), *items[len(items) - after :]]
    answers = [_element(f, each, items[place] if items is not None else NOTHING, frame) for place, each in enumerate(patterns)]
    return _all(answers) if items is not None else None


def _element(f: Follower, pattern: Any, value: Value, frame: Frame) -> bool | None:
    if not isinstance(pattern, cst.MatchStar):
        return fits(f, pattern.value, value, frame)
    if pattern.name is not None:
        f.assign(pattern.name, value, frame)
    return True


def _mapping(f: Follower, pattern: cst.MatchMapping, value: Value, frame: Frame) -> bool | None:
    if not isinstance(value, Mapping):
        return None if isinstance(value, Unknown) else False
    answers: list[bool | None] = []
    for element in pattern.elements:
        key = f.evaluate(element.key, frame)
        there = f.contains(value, key, frame, element.key)
        answers.append(there)
        held = value.items.get(key.value, NOTHING) if isinstance(key, Const) else NOTHING
        if there is not False:
            answers.append(fits(f, element.pattern, held, frame))
    return _all(answers)


def guard_of(subject: str, text: str, known: bool | None) -> Guard:
    """The condition under which a case runs."""
    value = "unknown" if known is None else ("true" if known else "false")
    return Guard(f"{subject} matches {text}", value, "" if known is not None else "its value depends on the data")  # type: ignore[arg-type]
