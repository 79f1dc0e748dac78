"""A sample on its way to being a probe: each input as a shape, a dtype and a flat list, which a rule alters in one place.

In: a fitted case. Out: Drafts, and the Arguments that they come to. Imports no torch.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

from inspector.live import samples
from inspector.live.rounding import rounded
from inspector.live.samples import Fitted
from inspector.live.tolerance import FORMATS
from inspector.losses.schema import InputForm, Probabilities, Real, Signs
from inspector.report import Argument, Constant, Items, TensorData, Term, number


@dataclasses.dataclass(frozen=True)
class Draft:
    """One input: its declared form, and what is in it so far."""

    form: InputForm
    shape: tuple[int, ...]
    dtype: str
    values: tuple[Any, ...]

    def filled(self, value: Any) -> Draft:
        """The same number everywhere."""
        return dataclasses.replace(self, values=(value,) * len(self.values))

    def with_number(self, position: int, value: Any) -> Draft:
        """Another number at one place."""
        return dataclasses.replace(self, values=(*self.values[:position], value, *self.values[position + 1 :]))

    def reshaped(self, shape: Sequence[int]) -> Draft:
        """Another shape, filled with the same numbers over and over."""
        count = math.prod(shape)
        repeated = tuple(self.values[place % max(1, len(self.values))] for place in range(count)) if self.values else (0,) * count
        return dataclasses.replace(self, shape=tuple(shape), values=repeated)

    def term(self) -> Term:
        """The input as data."""
        if self.form.container == "tuple":
            return Items("tuple", tuple(Constant(value) for value in self.values))
        floating = self.dtype in FORMATS
        kept = tuple(number(rounded(float(value), self.dtype)) if floating else value for value in self.values)
        return TensorData(self.shape, self.dtype, kept, requires_grad=floating and self.form.differentiable)


class Drawn:
    """All inputs of one call."""

    def __init__(self, inputs: Sequence[Draft]) -> None:
        self.inputs = tuple(inputs)

    def __getitem__(self, name: str) -> Draft:
        return next(each for each in self.inputs if each.form.name == name)

    def altered(self, *drafts: Draft) -> Drawn:
        """With some inputs replaced."""
        replaced = {draft.form.name: draft for draft in drafts}
        return Drawn([replaced.get(each.form.name, each) for each in self.inputs])

    def arguments(self) -> tuple[Argument, ...]:
        """The inputs of the call, as data."""
        return tuple(Argument(each.form.name, each.term()) for each in self.inputs)


def draw(fitted: Fitted, dtype: str, sizes: dict[str, int]) -> Drawn:
    """An ordinary legal sample of a case at some other sizes, rounded to a dtype."""
    changed = {symbol: sizes.get(symbol, size) for symbol, size in fitted.sizes.items()}
    sample = samples.draw_case(dataclasses.replace(fitted, sizes=changed), dtype=dtype)
    return Drawn([_draft(form, argument.value, dtype) for form, argument in zip(fitted.case.inputs, sample.inputs, strict=True)])


def at_bounds(drawn: Drawn) -> Drawn | None:
    """The same with every input that has closed bounds at one bound, then the other, in turn; None where none has."""
    changed = [bounded for draft in drawn.inputs if (bounded := _bounded(draft)) is not None]
    return drawn.altered(*changed) if changed else None


def _bounded(draft: Draft) -> Draft | None:
    values = draft.form.values
    if isinstance(values, Probabilities):
        return one_hot(draft, values.axis)
    if not isinstance(values, Real):
        return None
    ends = [end for end, is_open in ((values.low, values.low_open), (values.high, values.high_open)) if end is not None and not is_open]
    if not ends:
        return None
    return dataclasses.replace(draft, values=tuple(ends[place % len(ends)] for place in range(len(draft.values))))


def one_hot(draft: Draft, axis: int, of: float = 1.0, rest: float = 0.0) -> Draft:
    """Rows along an axis with one number at one place, another for each row, and a second number everywhere else."""
    width, stride = draft.shape[axis], math.prod(draft.shape[axis + 1 :])
    changed = [rest] * len(draft.values)
    for row, start in enumerate(starts(draft.shape, axis)):
        changed[start + (row % width) * stride] = of
    return dataclasses.replace(draft, values=tuple(changed))


def starts(shape: Sequence[int], axis: int) -> list[int]:
    """The position of the first number of each row along an axis."""
    width, stride = shape[axis], math.prod(shape[axis + 1 :])
    return [start + offset for start in range(0, math.prod(shape), max(1, width * stride)) for offset in range(stride)]


def is_sign(draft: Draft) -> bool:
    """True for an input of signs."""
    return isinstance(draft.form.values, Signs)


def _draft(form: InputForm, term: Term, dtype: str) -> Draft:
    if isinstance(term, TensorData):
        kind = dtype if form.dtype == "float" else form.dtype
        plain = tuple(float(value) if isinstance(value, str) else value for value in term.values)
        return Draft(form, term.shape, kind, tuple(rounded(float(value), kind) if kind in FORMATS else value for value in plain))
    assert isinstance(term, Items)
    numbers = tuple(item.value for item in term.items if isinstance(item, Constant))
    return Draft(form, (len(numbers),), "int64", numbers)
