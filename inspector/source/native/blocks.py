"""A long YAML list whose entries begin with a name -> the few entries that are asked for.

In: the text and how an entry begins. Out: entries as plain data, with the line of each. Only what is asked for goes through a YAML reader:
the whole of torch's list takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from inspector.source.native.files import File


class Entry(NamedTuple):
    """One entry of a list."""

    line: int
    values: dict[str, Any]
    """Its keys, all values as text; a value that is a mapping or a list is one."""


class Blocks:
    """Look-ups in one list. `head` is how an entry begins, up to the name: "- func: "."""

    def __init__(self, file: File, head: str) -> None:
        self.file = file.name
        self._text = file.text
        self._head = head
        self._places: dict[str, list[int]] = {}
        at = 0
        for part in f"\n{file.text}".split(f"\n{head}"):  # a search for a pattern takes ten times as long
            name = part.partition("(")[0].lstrip("\"'").partition(".")[0]
            if at and name.isidentifier():
                self._places.setdefault(name, []).append(at - len(head) - 1)
            at += len(part) + len(head) + 1
        self._known: dict[str, tuple[Entry, ...]] = {}

    def names(self) -> Iterator[str]:
        """The names of entries, each once, in the order of the first."""
        return iter(self._places)

    def at(self, name: str) -> tuple[Entry, ...]:
        """The entries of a name, without its overloads' names, in the order of the file."""
        if name not in self._known:
            self._known[name] = tuple(self._read(at) for at in self._places.get(name, ()))
        return self._known[name]

    def _read(self, at: int) -> Entry:
        end = self._text.find(f"\n{self._head}", at)
        return Entry(self._text.count("\n", 0, at) + 1, _parsed(self._text[at : end if end >= 0 else len(self._text)]))


def _parsed(block: str) -> dict[str, Any]:
    """One entry, every scalar as text. An entry that is no mapping is an empty one: nothing is said of it."""
    import yaml  # type: ignore[import-untyped]

    # The loader that makes nothing but text, lists and mappings: `y` and `1` mean themselves here. In C where PyYAML was built with it.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        found = yaml.load(block, Loader=loader)
    except yaml.YAMLError:
        return {}
    return found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
