"""Shapes that people hand over in place of the documented ones, each with the method that mends it.

In: a plan of one case. Out: the wrong inputs, what is wrong, and the mended call's inputs as text. Imports no torch, runs nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from inspector.live import shapes
from inspector.live.drafts import Draft, Drawn
from inspector.live.probes import Plan
from inspector.losses.schema import ClassIndices

Other: TypeAlias = tuple[str, tuple[int, ...], str]
"""What is wrong with one input, in words; the wrong shape; and the method that mends it."""
FIRST, SECOND = 2, 3
"""The sizes of a batch dimension that was split into two: its two parts."""


class Wrong(NamedTuple):
    """Inputs in wrong shapes."""

    rule: str
    cause: str
    drawn: Drawn
    right: tuple[dict[str, str], ...]
    """Input -> what to hand over in its place; more than one where more than one way mends it; none where only words do."""
    words: str = ""


def found(made: Plan) -> Iterator[Wrong]:
    """Every wrong set of shapes of one case that is not documented after all."""
    drawn = made.drawn(**dict(made.fitted.sizes))
    rules = (*_of_each(drawn, likely), *_of_all(made), *_one_hot(made, drawn), *_of_batches(drawn), *_of_each(drawn, unlikely))
    for wrong in rules:
        if not shapes.documented(made.definition, wrong.drawn):
            yield wrong


def by_name(drawn: Drawn) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Each input and its shape."""
    return tuple((draft.form.name, draft.shape) for draft in drawn.inputs if draft.form.container == "tensor")


def _of_each(drawn: Drawn, others: Callable[[Sequence[int]], Iterator[Other]]) -> Iterator[Wrong]:
    """One input with a dimension too many, or with its dimensions in another order."""
    for draft in drawn.inputs:
        if draft.form.container != "tensor" or draft.form.packed_by:
            continue
        name = draft.form.name
        for cause, shape, mend in others(draft.shape):
            if shape != draft.shape:
                yield Wrong(f"shape {mend}", f"{name} {cause}", drawn.altered(draft.reshaped(shape)), ({name: name + mend},))


def of_one(shape: Sequence[int]) -> Iterator[Other]:
    """Each wrong shape that one method mends, the likelier first."""
    yield from likely(shape)
    yield from unlikely(shape)


def likely(shape: Sequence[int]) -> Iterator[Other]:
    """A column too many, or classes last."""
    rank = len(shape)
    last = "has its classes or channels last; they stand in the second dimension"
    yield "has one dimension too many, the last", (*shape, 1), ".squeeze(-1)"
    if rank == 3:
        yield last, (shape[0], shape[2], shape[1]), ".transpose(1, 2)"
    elif rank > 3:
        order = ", ".join(map(str, (0, rank - 1, *range(1, rank - 1))))
        yield last, (shape[0], *shape[2:], shape[1]), f".permute({order})"
    if rank >= 2:
        yield "has one dimension too many, the second", (shape[0], 1, *shape[1:]), ".squeeze(1)"


def unlikely(shape: Sequence[int]) -> Iterator[Other]:
    """A batch of one around it, or the batch in the second dimension."""
    yield "has one dimension too many, the first", (1, *shape), ".squeeze(0)"
    if len(shape) >= 2:
        yield "has its first two dimensions in the other order", (shape[1], shape[0], *shape[2:]), ".transpose(0, 1)"


def _of_all(made: Plan) -> Iterator[Wrong]:
    """The batch dimension of one input, or of all, stands as two: batch and time."""
    if "N" not in made.fitted.sizes:
        return
    drawn = made.drawn(**{**made.fitted.sizes, "N": FIRST * SECOND})
    batched = [draft for draft in drawn.inputs if draft.form.shape[:1] == ("N",) and draft.form.container == "tensor"]
    if len(batched) != len(drawn.inputs):
        return
    split = [draft.reshaped((FIRST, SECOND, *draft.shape[1:])) for draft in batched]
    mend = {draft.form.name: f"{draft.form.name}.flatten(0, 1)" for draft in batched}
    flat = (
        {name: text if len(d.shape) > 2 else text.replace("(0, 1)", "()") for (name, text), d in zip(mend.items(), split, strict=True)},
    )
    yield Wrong("flatten all", "batch and time are two dimensions, and the loss takes one", drawn.altered(*split), flat)
    for draft in split:
        name = draft.form.name
        cause = f"{name} has batch and time as two dimensions, the rest as one"
        yield Wrong("flatten one", cause, drawn.altered(draft), ({name: mend[name]},))


def _one_hot(made: Plan, drawn: Drawn) -> Iterator[Wrong]:
    """Class indices given as rows of zeros and a one."""
    for draft in drawn.inputs:
        values = draft.form.values
        if not isinstance(values, ClassIndices) or not draft.shape:
            continue
        classes = made.fitted.sizes.get(values.below)
        for axis, where in ((1, "second"), (-1, "last")):
            if classes and (axis == -1 or len(draft.shape) > 1 or not draft.shape[1:]):
                for dtype in ("int64", "float32"):
                    yield _rows(drawn, draft, (classes, axis), (where, dtype))


def _rows(drawn: Drawn, draft: Draft, of: tuple[int, int], told: tuple[str, str]) -> Wrong:
    (classes, axis), (where, dtype) = of, told
    place = 1 if axis == 1 else len(draft.shape)
    shape = (*draft.shape[:place], classes, *draft.shape[place:])
    ones = tuple(1 if spot % classes == 0 else 0 for spot in range(len(draft.values) * classes))
    kind = "whole numbers" if dtype == "int64" else "floating numbers"
    changed = dataclasses.replace(draft, shape=shape, dtype=dtype, values=ones)
    name = draft.form.name
    cause = f"{name} is one-hot, in {kind}, its classes in the {where} dimension; documented are class indices"
    return Wrong(f"one-hot {axis} {dtype}", cause, drawn.altered(changed), ({name: f"{name}.argmax({axis})"},))


def _of_batches(drawn: Drawn) -> Iterator[Wrong]:
    """One input with a row more than the others."""
    for draft in drawn.inputs:
        if draft.shape and draft.form.container == "tensor" and len(drawn.inputs) > 1:
            name = draft.form.name
            changed = draft.reshaped((draft.shape[0] + 7, *draft.shape[1:]))
            others = " and ".join(each.form.name for each in drawn.inputs if each is not draft)
            words = f"as many rows in {name} as in {others}: print the shapes of both"
            yield Wrong("batch-size", f"{name} has another number of rows than {others}", drawn.altered(changed), (), words)
