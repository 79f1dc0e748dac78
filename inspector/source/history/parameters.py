"""Two signatures -> what changed for a caller: arguments added, removed, renamed, required, reordered, and defaults.

In: parameters as written. Out: Deltas, each with what it means for code that calls. Annotations are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from inspector.changes import Consequence, Kind
from inspector.source.history.sentences import Told, code
from inspector.source.history.written import Given


class Delta(NamedTuple):
    """One change of a signature."""

    kind: Kind
    consequence: Consequence
    name: str
    shown: str
    """What stands for {} in the sentence; several of the same sentence are told together."""
    sentence: str
    """With {} for the argument, [one|many] for words that follow the number of them."""
    before: str
    after: str


def told(deltas: Iterable[Delta]) -> Iterator[Told]:
    """The changes in words, those of one sentence together."""
    grouped: dict[tuple[Kind, Consequence, str], list[Delta]] = {}
    for delta in deltas:
        grouped.setdefault((delta.kind, delta.consequence, delta.sentence), []).append(delta)
    for (kind, consequence, sentence), those in grouped.items():
        chosen = sentence
        while "[" in chosen:
            head, _, rest = chosen.partition("[")
            words, _, tail = rest.partition("]")
            chosen = head + words.split("|")[len(those) > 1] + tail
        before, after = ", ".join(one.before for one in those if one.before), ", ".join(one.after for one in those if one.after)
        said = chosen.replace("{}", code([one.shown for one in those], 9))
        yield Told(kind, consequence, said, before, after, tuple(one.name for one in those if one.name))


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
            said = f"the argument {{}} is called `{names[one.name]}`"
            yield Delta(
                "argument renamed", "inside" if by_position else "breaking", names[one.name], one.name, said, one.text, names[one.name]
            )
        elif one.name not in kept:
            yield Delta("argument removed", "breaking", one.name, one.text, "the [argument|arguments] {} [is|are] gone", one.text, "")


def _changed(old: tuple[Given, ...], new: tuple[Given, ...], names: dict[str, str]) -> Iterator[Delta]:
    after = {one.name: one for one in new}
    # What was given by position is caught by `*args` where there is one.
    caught = next((one.text for one in new if one.kind == "star"), "")
    for one in old:
        other = after.get(names.get(one.name, one.name))
        if other is None:
            continue
        texts = (one.text, other.text)
        if one.default is not None and other.default is None and other.kind in ("positional", "keyword"):
            yield Delta(
                "argument required", "breaking", other.name, other.name, f"{{}} must be given; [it was|they were] {one.default}", *texts
            )
        elif one.default is None and other.default is not None:
            yield Delta("default", "new", other.name, other.name, f"{{}} may be left out: [it is|they are] {other.default} then", *texts)
        elif one.default != other.default:
            said = f"{{}} [is|are] {other.default} by default; [it was|they were] {one.default}"
            yield Delta("default", "breaking", other.name, other.name, said, *texts)
        if one.kind == "positional" and other.kind == "keyword":
            said = "{} can only be given by name" + (f"; what is given by position goes to `{caught}`" if caught else "")
            yield Delta("argument order", "inside" if caught else "breaking", other.name, other.name, said, *texts)
        elif one.kind == "keyword" and other.kind == "positional":
            yield Delta("argument order", "new", other.name, other.name, "{} may be given by position too", *texts)


def _order(old: tuple[Given, ...], new: tuple[Given, ...], names: dict[str, str]) -> Iterator[Delta]:
    before = [names.get(one.name, one.name) for one in old if one.kind == "positional"]
    after = [one.name for one in new if one.kind == "positional"]
    if [one for one in before if one in after] != [one for one in after if one in before]:
        texts = (", ".join(before), ", ".join(after))
        yield Delta("argument order", "breaking", "", ", ".join(after), "the arguments stand in another order: {}", *texts)


def _added(old: tuple[Given, ...], new: tuple[Given, ...], names: dict[str, str]) -> Iterator[Delta]:
    fresh = added(old, new)
    known = {one.name for one in old} | set(names.values())
    for place, one in enumerate(new):
        if one.name not in fresh:
            continue
        behind = [other.name for other in new[place + 1 :] if other.kind == "positional" and other.name in known]
        if one.default is None and one.kind in ("positional", "keyword"):
            yield Delta("argument added", "breaking", one.name, one.text, "new [argument|arguments] {}, which must be given", "", one.text)
        elif behind and one.kind == "positional":
            said = f"new [argument|arguments] {{}} before `{behind[0]}`: a call that gives `{behind[0]}` by position gives another one now"
            yield Delta("argument added", "breaking", one.name, one.text, said, "", one.text)
        else:
            yield Delta("argument added", "new", one.name, one.text, "new [argument|arguments] {}", "", one.text)
