"""A long YAML list whose entries begin with a name -> the few entries that are asked for.

In: the text and how an entry begins. Out: entries as plain data, with the line of each. Only what is asked for goes through a YAML reader:
the whole of torch's list takes seconds.
"""

from __future__ import annotations

import re
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
        found = [(match[1], match.start()) for match in re.finditer(rf"^{re.escape(head)}[\"']?(\w+)", file.text, re.MULTILINE)]
        starts = [at for _, at in found]
        self._ends = dict(zip(starts, [*starts[1:], len(file.text)], strict=True))
        self._places: dict[str, list[int]] = {}
        for name, at in found:
            self._places.setdefault(name, []).append(at)
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
        line = self._text.count("\n", 0, at) + 1
        return Entry(line, _parsed(self._text[at : self._ends[at]]))


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
