"""Shapes and dtypes that people hand over in place of the documented ones, and whether a set of shapes is documented after all.

In: a case with the sizes of a sample. Out: other shapes in words, other dtypes, and what is declared. Imports no torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from inspector.live.drafts import Draft, Drawn
from inspector.losses.schema import LossDefinition


class Shape(NamedTuple):
    """Another shape for one input."""

    sizes: tuple[int, ...]
    what: str


FLOATING = ("float64", "float32", "bfloat16", "float16")
WHOLE = ("int64", "int32", "int16", "int8", "uint8", "bool")


def others(draft: Draft) -> Iterator[Shape]:
    """A dimension of one more or one less, another size, the last axis first; each once."""
    shape = draft.shape
    named = tuple(str(symbol) for symbol in draft.form.shape)
    if draft.form.container != "tensor" or draft.form.packed_by:
        return
    tried = [((*shape, 1), (*named, "1")), ((1, *shape), ("1", *named))]
    if shape:
        tried += [((shape[0] + 1, *shape[1:]), (f"{named[0]}+1", *named[1:]))]
        tried += [((*shape[:-1], shape[-1] + 1), (*named[:-1], f"{named[-1]}+1"))] if len(shape) > 1 else []
        tried += [((*shape[:-1], 1), (*named[:-1], "1")), ((1, *shape[1:]), ("1", *named[1:]))]
        tried += [(shape[1:], named[1:]), (shape[:-1], named[:-1])]
    if len(shape) > 2:
        tried += [((shape[0], *shape[2:], shape[1]), (named[0], *named[2:], named[1]))]
    seen = {shape}
    for sizes, words in tried:
        if sizes not in seen:
            seen.add(sizes)
            yield Shape(sizes, f"({', '.join(words)}{',' if len(words) == 1 else ''})")


def other_dtypes(draft: Draft) -> tuple[str, ...]:
    """Every other dtype; a complex one for floating inputs."""
    if draft.form.container != "tensor":
        return ()
    return tuple(name for name in (*FLOATING, *WHOLE, "complex64") if name != draft.dtype)


def documented(definition: LossDefinition, drawn: Drawn) -> bool:
    """True where some declared case has these shapes, each symbol with one size."""
    return any(_unified([(form.shape, drawn[form.name].shape) for form in case.inputs]) for case in definition.cases if _same(case, drawn))


def _same(case: object, drawn: Drawn) -> bool:
    forms = {form.name: form.dtype for form in getattr(case, "inputs", ())}
    return forms == {draft.form.name: draft.form.dtype for draft in drawn.inputs} and not any(
        form.packed_by for form in getattr(case, "inputs", ())
    )


def _unified(pairs: Sequence[tuple[Sequence[str | int], Sequence[int]]]) -> bool:
    sizes: dict[str, int] = {}
    for symbols, shape in pairs:
        if len(symbols) != len(shape):
            return False
        for symbol, size in zip(symbols, shape, strict=True):
            if isinstance(symbol, int):
                if symbol != size:
                    return False
            elif sizes.setdefault(symbol, size) != size:
                return False
    return True


def broadcasts(drawn: Drawn) -> bool:
    """True where the shapes differ and could be broadcast to a common one."""
    shapes = [draft.shape for draft in drawn.inputs if draft.form.container == "tensor"]
    width = max(map(len, shapes), default=0)
    padded = [(1,) * (width - len(shape)) + tuple(shape) for shape in shapes]
    return all(len({size for size in column if size != 1}) <= 1 for column in zip(*padded, strict=True))


def by_name(drawn: Drawn) -> Mapping[str, tuple[int, ...]]:
    """Input -> shape."""
    return {draft.form.name: draft.shape for draft in drawn.inputs}
