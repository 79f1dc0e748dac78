"""A line on a shape -> the shapes it states: tuples of symbols, "the same shape as", "scalar", each with its condition.

In: the text of one line. Out: Stated shapes, and how they become tuples of sizes. What no rule reads is said to be unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from inspector.live.sayings.said import flat

_KIND = re.compile(r"[Ii]f (?:containing|it contains|given as) (class \w+)")
_SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z])")
_TOKEN = re.compile(
    r"(?P<condition>[Ii]nput (?:size|shape) is (?P<not>not )?:math:`\((?P<of>[^`]*)\)`)"
    r"|:math:`\((?P<dims>[^`]*)\)`"
    r"|(?P<same>same (?:shape|size)(?: as)?(?: the)? (?P<as>\w+)(?P<but> but with one (?:dimension equal to 1|fewer\s+dimension))?)"
    r"|(?P<scalar>\b[Ss]calar\b)"
)
FURTHER = 3
"""So many dimensions at most stand for "any number" and for "d_1, …, d_K"."""
SCALAR = "scalar"


class Stated(NamedTuple):
    """One shape that is stated."""

    words: str
    dims: tuple[str, ...] = ()
    """Symbols; "*" for any number of dimensions, "…" for d_1 to d_K; of an argument that holds sizes, its name after a star."""
    same: str = ""
    """The input whose shape it is; "" for none."""
    but: str = ""
    """What is different from that shape: "1" for a dimension of 1, "fewer" for one dimension less; "" for nothing."""


class Line(NamedTuple):
    """What a line states for one kind of inputs."""

    kind: str
    """Words such as "class indices"; "" for every kind."""
    shapes: tuple[Stated, ...]
    restricted: bool = False
    """True where something else decides how many dimensions there may be."""


class Result(NamedTuple):
    """What a line states of the output."""

    unreduced: tuple[Stated, ...]
    reduced: tuple[Stated, ...]
    condition: tuple[str, ...] | None = None
    """The shape of the input that the unreduced shape is stated for; None for every shape."""
    negated: bool = False


def read_input(text: str) -> list[Line]:
    """What is stated of an input; empty where no rule reads it."""
    words = flat(text)
    starts = [(match.start(), match[1]) for match in _KIND.finditer(words)] or [(0, "")]
    ends = [at for at, _ in starts[1:]] + [len(words)]
    found = [(kind, _first(words[at:end])) for (at, kind), end in zip(starts, ends, strict=True)]
    return [Line(kind, shapes, "as supported by" in words) for kind, shapes in found if shapes]


def read_output(text: str) -> Result | None:
    """What is stated of the output; None where no rule reads it."""
    unreduced: list[Stated] = []
    reduced: list[Stated] = []
    condition, negated = None, False
    for piece in re.split(r"\.\s+|;\s*|,\s+(?=otherwise)|;?,\s+or\s+(?=a scalar)", flat(text)):
        found = _stated(piece)
        match = next((match for match in _TOKEN.finditer(piece) if match["condition"]), None)
        if match is not None:
            condition, negated = dims_of(match["of"]), bool(match["not"])
        if "none" in piece:
            unreduced += [each for each in found if each.words != SCALAR]
        else:
            reduced += [each for each in found if each.words == SCALAR]
            unreduced += [each for each in found if each.words != SCALAR] if "none" not in text else []
    return Result(tuple(unreduced), tuple(reduced), condition, negated) if unreduced or reduced else None


def dims_of(text: str) -> tuple[str, ...]:
    """The symbols between the brackets of a shape."""
    plain = re.sub(r"\\(?:text|texttt|mathrm)\{([^{}]*)\}", r"\1", text).replace("\\_", "_")
    listed = re.sub(r"d_1,\s*d_2,\s*(?:\.\.\.|\\dots|\\ldots),\s*d_K", "…", plain)
    return tuple(part.strip() for part in listed.split(",") if part.strip()) if "(" not in listed else ("sum",)


def expanded(dims: tuple[str, ...], held: Mapping[str, object], restricted: bool) -> Iterator[tuple[str, ...]]:
    """The shape with every number of further dimensions that is tried; `held`: constructor arguments by name."""
    dims = tuple(each for dim in dims for each in _of_argument(dim, held))
    if "*" not in dims and "…" not in dims:
        yield dims
        return
    least = 0 if "*" in dims else 1
    counts = (1,) if restricted else range(least, FURTHER + 1)
    for count in counts:
        yield tuple(each for dim in dims for each in ([f"d{i + 1}" for i in range(count)] if dim in "*…" else [dim]))


def _of_argument(dim: str, held: Mapping[str, object]) -> list[str]:
    sizes = held.get(dim[1:]) if dim.startswith("*") and len(dim) > 1 else None
    return [str(size) for size in sizes] if isinstance(sizes, tuple | list) else [dim]


def _first(words: str) -> tuple[Stated, ...]:
    """The shapes of the first sentence that states any."""
    for sentence in _SENTENCE.split(words):
        found = _stated(sentence)
        if found:
            return tuple(found)
    return ()


def _stated(sentence: str) -> list[Stated]:
    """The shapes of a sentence. "(N), same shape as the input" states one shape: what follows a comma only explains it."""
    found: list[Stated] = []
    for match in _TOKEN.finditer(sentence):
        if match["dims"] is not None:
            found.append(Stated(f"({match['dims']})", dims_of(match["dims"])))
        elif match["same"] and (not found or re.search(r"\bor\s*$", sentence[: match.start()])):
            but = "" if not match["but"] else "1" if "equal" in match["but"] else "fewer"
            found.append(Stated(match["same"], same=match["as"].lower(), but=but))
        elif match["scalar"]:
            found.append(Stated(SCALAR))
    return found
