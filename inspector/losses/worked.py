"""A definition worked out on one sample: value and gradients for every reduction, each number with its condition, ready to store.

In: a definition and what the loss is given. Out: a Worked record of plain floats. Loads mpmath, never torch.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from inspector.losses import reference
from inspector.losses.exact import Exact, comparisons, double_double, exact, total
from inspector.losses.reference import Frame, Given, Slopes, direction
from inspector.losses.schema import LossDefinition, Reduction

SCALAR_UPSTREAM = 1.5
"""What a scalar loss value is multiplied by before its gradient is taken, so that a gradient that ignores it is seen."""


class Quantity(msgspec.Struct, frozen=True, array_like=True):
    """Numbers in row-major order: three float64 for each, its nearest float, the rest to 106 bits, and its condition."""

    shape: tuple[int, ...]
    data: bytes

    def columns(self) -> tuple[array[float], array[float], array[float]]:
        """Nearest floats, rests, conditions."""
        numbers = array("d")
        numbers.frombytes(self.data)
        return numbers[0::3], numbers[1::3], numbers[2::3]


class Reduced(msgspec.Struct, frozen=True, array_like=True):
    """One reduction: the loss value, and the gradient of upstream·value by each input."""

    value: Quantity
    gradients: dict[str, Quantity]
    tangent: Quantity
    """Σ direction·gradient over all inputs: what forward-mode differentiation along `direction` gives, times the upstream."""


class Worked(msgspec.Struct, frozen=True, array_like=True):
    """All that is known of one sample."""

    reductions: dict[str, Reduced]
    closest: float
    """How close a comparison of the formula came to a tie, relative to its condition: a kink to within rounding where it is tiny."""
    bounded: bool = False
    """True where a bound that is not differentiated is active, so that the gradient is not the derivative."""
    sides: dict[str, int] = {}
    """Where in the formula a comparison stands -> 1 if its left side was ever larger, 2 if ever not, 3 for both."""


class Curvature(msgspec.Struct, frozen=True, array_like=True):
    """What is known of the derivatives of one sample beside their values."""

    reductions: dict[str, dict[str, Quantity]]
    """Reduction -> input -> the gradient of Σ direction·gradient: the second derivative along `direction`."""
    closed_form: dict[str, float]
    """Input -> the largest difference between its closed-form gradient and the derivative of the reference, relative."""


def upstream(count: int) -> list[float]:
    """What unreduced loss values are multiplied by before the gradient: small numbers of both signs, exact in every dtype."""
    return [(1 - 2 * (i % 2)) * (1 + (3 * i) % 5) / 4 for i in range(count)]


def work_out(definition: LossDefinition, given: Given) -> Worked:
    """The sample worked out. Raises NoReference where the mathematics of this configuration is not written down."""
    frame = reference.prepare(definition, given)
    with comparisons() as seen:
        losses = reference.terms(frame)
    with comparisons() as seen_by_slopes:
        slopes = reference.slopes(frame)
    reduced = {each.name: _reduced(each, frame, given, losses, slopes) for each in reference.reductions_for(definition, given.case)}
    closest, bounded = min(seen.closest, seen_by_slopes.closest), seen.bounded or seen_by_slopes.bounded
    return Worked(reduced, closest, bounded, seen.sides)


def work_out_second(definition: LossDefinition, given: Given) -> Curvature:
    """The second derivatives of the sample, and its closed forms held against the derivatives of the terms. Raises NoReference."""
    names = [form.name for form in reference.differentiable(given)]
    frame = reference.prepare(definition, given, moving=names)
    slopes = reference.slopes(frame)
    reductions = {each.name: _curvature(each, frame, given, slopes) for each in reference.reductions_for(definition, given.case)}
    return Curvature(reductions, {name: _closed_form(definition, given, name, slopes[name]) for name in slopes})


def _curvature(reduction: Reduction, frame: Frame, given: Given, slopes: Slopes) -> dict[str, Quantity]:
    """The gradient of Σ direction·gradient: how the gradient changes along the direction, since second derivatives are symmetric."""
    found = gradients(frame, given, slopes, reduction)
    still = exact(0)
    return {name: quantity([number.tangent or still for number in numbers], given.tensors[name].shape) for name, numbers in found.items()}


def quantity(numbers: Sequence[Exact], shape: tuple[int, ...]) -> Quantity:
    """The numbers, as they are stored."""
    flat = array("d")
    for number in numbers:
        flat.extend((*double_double(number), number.condition))
    return Quantity(shape, flat.tobytes())


Gradients: TypeAlias = dict[str, list[Exact]]


def gradients(frame: Frame, given: Given, slopes: Slopes, reduction: Reduction) -> Gradients:
    """Input -> the gradient of upstream·value, from the slopes of the terms."""
    count = len(frame.indices)
    if reduction.name == "none":
        weights = [exact(each) for each in upstream(count)]
    else:
        weights = [SCALAR_UPSTREAM * scale for scale in reference.scales(frame, reduction)]
    return {name: reference.gradient(each, weights, len(given.tensors[name].values)) for name, each in slopes.items()}


def _reduced(reduction: Reduction, frame: Frame, given: Given, losses: Sequence[Exact], slopes: Slopes) -> Reduced:
    value = reference.reduce(losses, frame, reduction)
    found = gradients(frame, given, slopes, reduction)
    along = [slope * step for name in found for slope, step in zip(found[name], direction(len(found[name])), strict=True)]
    return Reduced(
        quantity(value, frame.shape if reduction.name == "none" else ()),
        {name: quantity(numbers, given.tensors[name].shape) for name, numbers in found.items()},
        quantity([total(along)], ()),
    )


def _closed_form(definition: LossDefinition, given: Given, name: str, slopes: list[list[tuple[int, Exact]]]) -> float:
    """How far the slopes by one input, along the direction, are from the change of the terms, which the exact numbers carry along."""
    paces = direction(len(given.tensors[name].values))
    largest = 0.0
    for term, entries in zip(reference.terms(reference.prepare(definition, given, moving=(name,))), slopes, strict=True):
        found = sum((slope.value * paces[position] for position, slope in entries), start=exact(0).value)
        change = term.tangent.value if term.tangent is not None else 0
        scale = max(1, *(abs(slope.value) for _, slope in entries)) if entries else 1
        gap = abs(found - change) / scale
        largest = float(gap) if gap > largest or gap != gap else largest
    return largest
