"""The header that torch generates for its autograd nodes -> what each node keeps between the call and its backward pass.

In: Functions.h as it lies in a wheel. Out: the members of one struct. A text search: the header is half a megabyte, a struct 20 lines.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from inspector.below import Saved
from inspector.source.native.files import File

_MEMBER = re.compile(r"^  ((?:::)?[A-Za-z_][\w:<>, ]*?) (\w+)(?: = [^;()]*)?;", re.MULTILINE)
_BOOK_KEEPING = re.compile(r"retain_variables|\w+_released_|\w+_size_")
"""Members that say how many tensors there are and whether they have been let go of."""
_TENSORS = {"SavedVariable": "tensor", "std::vector<SavedVariable>": "tensors"}


class Struct(NamedTuple):
    """One node's struct."""

    line: int
    saved: tuple[Saved, ...]


def struct_of(header: File, node: str) -> Struct | None:
    """The struct of a node; None where the header has none of this name."""
    for head in (f"struct TORCH_API {node} :", f"struct {node} :"):
        at = header.text.find(head)
        if at >= 0:
            body = header.text[at : header.text.find("\n};", at)]
            return Struct(header.text.count("\n", 0, at) + 1, tuple(_saved(body)))
    return None


def numbered(header: File, prefix: str) -> tuple[str, ...]:
    """The nodes whose name is a prefix with a number or nothing behind it, in the order of the header."""
    return tuple(dict.fromkeys(re.findall(rf"struct (?:TORCH_API )?({re.escape(prefix)}\d*) :", header.text)))


def _saved(body: str) -> list[Saved]:
    found = []
    for kind, name in _MEMBER.findall(body):
        if kind.split()[0] in ("using", "return") or _BOOK_KEEPING.fullmatch(name):
            continue
        kind = kind.replace("::std::", "std::")
        found.append(Saved(name.removesuffix("_") if kind in _TENSORS else name, _TENSORS.get(kind, kind)))
    return sorted(found, key=lambda each: each.kind not in _TENSORS.values())
