"""Two texts that mean the same, or parts of them that do -> in which ways they are spelled differently.

In: functions and classes as written. Out: kinds of spelling. Whether they do mean the same is `bodies`' to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspector.changes import Kind
from inspector.source.history.canonical import RULES, renamed, same, untouched
from inspector.source.history.documented import wording
from inspector.source.history.written import Body, Written

_KINDS: dict[str, Kind] = {"annotations": "annotations", "super": "super", "renamed locals": "renamed locals"}
"""Rule of the canonical form -> kind of spelling; the other rules are style."""


def of_functions(old: Written, new: Written, names: dict[str, str]) -> Iterator[Kind]:
    """Kinds of spelling in which two functions differ; nothing where their texts are the same."""
    if old.text == new.text:
        return
    found: list[Kind] = []
    if wording(old.doc) != wording(new.doc):
        found.append("docstring")
    if _types(old) != _types(new):
        found.append("annotations")
    if old.comments() != new.comments():
        found.append("comments")
    if old.decorators != new.decorators:
        found.append("decorators")
    found += _in_body(old, new, names)
    if not found and _loose(old.text) == _loose(new.text):
        found.append("formatting")
    yield from dict.fromkeys(found)


def _in_body(old: Written, new: Written, names: dict[str, str]) -> list[Kind]:
    """Rules without which the bodies would not be the same; nothing where they are not the same with all of them either."""
    before = renamed(old.node, names) if names else old.node
    if untouched(before, new.node) or not same(before, new.node):
        return []
    return [_KINDS.get(rule, "style") for rule in RULES if not same(before, new.node, without=(rule,))]


def of_classes(old: Body, new: Body) -> Iterator[Kind]:
    """The same for what stands in a class outside its methods."""
    if wording(old.doc) != wording(new.doc):
        yield "docstring"
    if old.annotated != new.annotated:
        yield "annotations"
    if old.comments() != new.comments():
        yield "comments"
    if old.decorators != new.decorators:
        yield "decorators"


def _types(one: Written) -> tuple[object, ...]:
    return one.types(), one.returns, tuple((given.name, given.annotation) for given in one.given)


def _loose(text: str) -> str:
    """A text without white space, quotes and commas before a bracket: what is left differs in more than formatting."""
    squeezed = "".join(text.split()).replace('"', "'").replace("r'''", "'''")
    return squeezed.replace(",)", ")").replace(",]", "]").replace("(", "").replace(")", "").replace("\\", "")
