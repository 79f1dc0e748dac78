"""The names that a report has below Python -> what this torch's own files declare of them.

In: the text of a torch, the native functions of a trace, the operators and nodes of a run. Out: Below, kept in the cache by the hash of
the files it was read from.
"""

from __future__ import annotations

from collections.abc import Iterable

from inspector.below import Below
from inspector.source import cache
from inspector.source.finders import TorchText


def declared(text: TorchText, functions: Iterable[str], observed: Iterable[str] = (), nodes: Iterable[str] = ()) -> Below:
    """What this torch declares of native functions, of operators that ran, and of autograd nodes that ran; each once, in their order."""
    asked = [tuple(dict.fromkeys(names)) for names in (functions, observed, nodes)]
    if not any(asked):
        return Below()
    path = cache.path_of("native", [text.release.version, *(name for names in asked for name in ("", *names))], text)
    found = cache.load(path, text, Below)
    if found is not None:
        return found
    from inspector.source.native.lists import Lists

    read = text.shared.setdefault("native", {})
    if "lists" not in read:
        read["lists"] = Lists(text)
    lists: Lists = read["lists"]
    made = lists.below(*asked)
    if lists.is_whole:  # else another time may find more
        cache.save(path, text, lists.read, made)
    return made
