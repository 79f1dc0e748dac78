"""Two signatures -> what changed for a caller: arguments added, removed, renamed, required, reordered, and defaults.

In: parameters as written. Out: Deltas, each with what it means for code that calls. Annotations are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from inspector.changes import Consequence, Kind
from inspector.source.history.written import Given


class Delta(NamedTuple):
    """One change of a signature."""

    kind: Kind
    consequence: Consequence
    name: str
    sentence: str
    before: str
    after: str


def compare(old: tuple[Given, ...], new: tuple[Given, ...]) -> list[Delta]:
    """What changed from one signature to another."""
    names = renamed(old, new)
    return [*_gone(old, new, names), *_changed(old, new, names), *_order(old, new, names), *_added(old, new, names)]


def renamed(old: tuple[Given, ...], new: tuple[Given, ...]) -> dict[str, str]:
    """Old name -> new name of parameters that kept their place, default and kind, and lost only their name."""
    before, after = {one.name for one in old}, {one.name for one in new}
    if len(old) != len(new):
        return {}
    return {
        one.name: other.name
        for one, other in zip(old, new, strict=True)
        if one.name not in after and other.name not in before and (one.default, one.kind) == (other.default, other.kind)
    }


def added(old: tuple[Given, ...], new: tuple[Given, ...]) -> frozenset[str]:
    """Names that only the new signature has."""
    return frozenset({one.name for one in new} - {one.name for one in old} - set(renamed(old, new).values()))


def _gone(old: tuple[Given, ...], new: tuple[Given, ...], names: dict[str, str]) -> Iterator[Delta]:
    kept = {one.name for one in new}
    for one in old:
        if one.name in names:
            by_position = one.kind in ("star", "double_star")
            said = f"the argument `{one.name}` is called `{names[one.name]}`"
            yield Delta("argument renamed", "inside" if by_position else "breaking", names[one.name], said, one.text, names[one.name])
        elif one.name not in kept:
            yield Delta("argument removed", "breaking", one.name, f"the argument `{one.text}` is gone", one.text, "")


def _changed(old: tuple[Given, ...], new: tuple[Given, ...], names: dict[str, str]) -> Iterator[Delta]:
    after = {one.name: one for one in new}
    for one in old:
        other = after.get(names.get(one.name, one.name))
        if other is None:
            continue
        if one.default is not None and other.default is None and other.kind in ("positional", "keyword"):
            yield Delta("argument required", "breaking", other.name, f"`{other.name}` must be given; it was {one.default} by default",
                        one.text, other.text)  # fmt: skip
        elif one.default is None and other.default is not None:
            yield Delta("default", "new", other.name, f"`{other.name}` may be left out: it is {other.default} then", one.text, other.text)
        elif one.default != other.default:
            yield Delta("default", "breaking", other.name, f"`{other.name}` is {other.default} by default; it was {one.default}",
                        one.text, other.text)  # fmt: skip
        if one.kind == "positional" and other.kind == "keyword":
            yield Delta("argument order", "breaking", other.name, f"`{other.name}` can only be given by name", one.text, other.text)


def _order(old: tuple[Given, ...], new: tuple[Given, ...], names: dict[str, str]) -> Iterator[Delta]:
    before = [names.get(one.name, one.name) for one in old if one.kind == "positional"]
    after = [one.name for one in new if one.kind == "positional"]
    shared_before, shared_after = [one for one in before if one in after], [one for one in after if one in before]
    if shared_before != shared_after:
        said = f"the arguments stand in another order: {', '.join(after)}"
        yield Delta("argument order", "breaking", "", said, ", ".join(before), ", ".join(after))


def _added(old: tuple[Given, ...], new: tuple[Given, ...], names: dict[str, str]) -> Iterator[Delta]:
    fresh = added(old, new)
    known = {one.name for one in old} | set(names.values())
    for place, one in enumerate(new):
        if one.name not in fresh:
            continue
        behind = [other.name for other in new[place + 1 :] if other.kind == "positional" and other.name in known]
        if one.default is None and one.kind in ("positional", "keyword"):
            yield Delta("argument added", "breaking", one.name, f"`{one.name}` must be given", "", one.text)
        elif behind and one.kind == "positional":
            said = f"new argument `{one.text}` before `{behind[0]}`: calls that pass `{behind[0]}` by position mean another argument"
            yield Delta("argument added", "breaking", one.name, said, "", one.text)
        else:
            yield Delta("argument added", "new", one.name, f"new argument `{one.text}`", "", one.text)
