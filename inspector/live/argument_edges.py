"""The edges of a constructor argument: numbers beside its bounds, words it does not know, tensors of the wrong size, dtype or sign.

In: an argument of losses/schema. Out: terms, each inside its set of values, on its closure or outside. Imports no torch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, TypeAlias

from inspector.live import edges
from inspector.live.outcomes import Where
from inspector.live.samples import Fitted
from inspector.losses.schema import ArgumentForm, Choice, ClassIndices, InputForm, Real
from inspector.report import Constant, Number, TensorData, Term, number

SMALLEST, LARGEST = 1e-3, 1e3
"""Between these lie the numbers that people choose for an argument."""

Found: TypeAlias = tuple[Term, Where, str, Number | None]


def found(form: ArgumentForm, fitted: Fitted) -> Iterator[Found]:
    """Every edge of one argument."""
    if isinstance(form.values, Real):
        yield from _of_real(form.legal or form.values)
    elif isinstance(form.values, Choice) and all(isinstance(each, str) for each in form.values.of) and form.values.of:
        yield Constant("average"), "outside", "'average'", None
        yield Constant(None), "outside", "None", None
    elif isinstance(form.values, Choice):
        yield from _of_choice(form.values)
    elif isinstance(form.values, ClassIndices):
        yield from _of_indices(form.values, fitted.sizes[form.values.below])
    elif isinstance(form.values, InputForm) and set(form.values.shape) <= set(fitted.sizes):
        yield from _of_tensor(form.values, tuple(fitted.sizes[str(symbol)] for symbol in form.values.shape))


def _of_real(values: Real) -> Iterator[Found]:
    """Numbers of ordinary size: nobody asks for a margin of 1e300, or of nan."""
    for edge in edges.of_real(values, "float64"):
        if edge.number == 0 or SMALLEST <= abs(edge.number) <= LARGEST:
            yield _constant(edge.number), edge.where, edge.what, number(edge.number)


def _of_choice(values: Choice) -> Iterator[Found]:
    whole = [each for each in values.of if isinstance(each, int) and not isinstance(each, bool)]
    if whole and all(each > 0 for each in whole):
        for value in (0, -1, max(whole) + 1):
            yield Constant(value), "outside", str(value), value


def _of_indices(values: ClassIndices, size: int) -> Iterator[Found]:
    for value in (values.at_least - 1, size):
        yield Constant(value), "outside", str(value) if value != size else "the number of classes", value


def _of_tensor(form: InputForm, shape: tuple[int, ...]) -> Iterator[Found]:
    size = math.prod(shape)
    ones = [1.0] * size
    yield _tensor(shape, [0.0] * size), "closure", "all 0", None
    yield _tensor(shape, [0.0, *ones[1:]]), "closure", "one 0", None
    yield _tensor(shape, [-1.0, *ones[1:]]), "closure", "one negative", None
    yield _tensor((size + 1,), [*ones, 1.0]), "outside", f"of {'·'.join(map(str, form.shape))}+1 numbers", None
    yield _tensor((max(1, size - 1),), ones[1:] or ones), "outside", f"of {'·'.join(map(str, form.shape))}-1 numbers", None
    yield TensorData(shape, "int64", tuple(1 for _ in ones)), "outside", "of dtype int64", None
    yield TensorData(shape, "float64", tuple(ones)), "outside", "of dtype float64", None


def _tensor(shape: tuple[int, ...], values: list[float]) -> TensorData:
    return TensorData(shape, "float32", tuple(number(value) for value in values))


def _constant(value: Any) -> Constant:
    return Constant(number(value), not math.isfinite(value))
