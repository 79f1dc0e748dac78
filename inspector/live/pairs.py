"""Rows of levels in which every possible pair of levels of two factors stands together at least once.

In: how many levels each factor has, and which pairs are possible. Out: rows, the same each time. It knows nothing of losses.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TypeAlias

Level: TypeAlias = tuple[int, int]
"""A factor, and one of its levels."""
_Pair: TypeAlias = tuple[Level, Level]
Possible: TypeAlias = Callable[[Level, Level], bool]


def rows(sizes: Sequence[int], possible: Possible) -> list[tuple[int, ...]]:
    """The rows; a pair that no whole row can hold is in none. The first level of each factor is preferred where nothing is gained."""
    levels = [[(factor, level) for level in range(size)] for factor, size in enumerate(sizes)]
    allowed = {
        (one, other)
        for here, there in itertools.combinations(levels, 2)
        for one, other in itertools.product(here, there)
        if possible(one, other)
    }
    missing = dict.fromkeys(sorted(allowed))
    found: list[tuple[int, ...]] = []
    while missing:
        first = next(iter(missing))
        row = _completed(first, levels, allowed, missing)
        if row is None:
            del missing[first]
            continue
        for pair in itertools.combinations(row, 2):
            missing.pop(pair, None)
        found.append(tuple(level for _, level in row))
    return found


def _completed(pair: _Pair, levels: Sequence[Sequence[Level]], allowed: set[_Pair], missing: dict[_Pair, None]) -> list[Level] | None:
    """A whole row around a pair, each level chosen so that it meets as many others for the first time as it can; None where none fits."""
    chosen = list(pair)
    for candidates in levels:
        if candidates[0][0] in (pair[0][0], pair[1][0]):
            continue
        fitting = [one for one in candidates if all(_ordered(one, other) in allowed for other in chosen)]
        if not fitting:
            return None
        chosen.append(max(fitting, key=lambda one: sum(_ordered(one, other) in missing for other in chosen)))
    return sorted(chosen)


def _ordered(one: Level, other: Level) -> _Pair:
    return (one, other) if one < other else (other, one)
