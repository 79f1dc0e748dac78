"""A definition worked out on one sample: value and gradients for every reduction, each number with its condition, ready to store.

In: a definition and what the loss is given. Out: a Worked record of plain floats. Loads mpmath, never torch.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

from inspector.losses import reference
from inspector.losses.exact import Exact, comparisons, double_double, exact, total
from inspector.losses.reference import Frame, Given, Slopes
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
    closed_form: dict[str, float]
    """Input -> the largest difference between its closed-form gradient and the derivative of the reference, relative."""
    closest: float
    """How close a comparison of the formula came to a tie, relative to its condition: a kink to within rounding where it is tiny."""
    bounded: bool = False
    """True where a bound that is not differentiated is active, so that the gradient is not the derivative."""


Curvature: TypeAlias = dict[str, dict[str, Quantity]]
"""Reduction -> input -> the gradient of Σ direction·gradient: the second derivative along `direction`."""


def upstream(count: int) -> list[float]:
    """What unreduced loss values are multiplied by before the gradient: small numbers of both signs, exact in every dtype."""
    return [(1 - 2 * (i % 2)) * (1 + (3 * i) % 5) / 4 for i in range(count)]


def direction(count: int) -> list[float]:
    """A direction to differentiate along: small numbers of both signs, exact in every dtype."""
    return [(1 - 2 * (i % 3 == 1)) * (1 + (5 * i) % 7) / 8 for i in range(count)]


def work_out(definition: LossDefinition, given: Given) -> Worked:
    """The sample worked out. Raises NoReference where the mathematics of this configuration is not written down."""
    with comparisons() as seen:
        frame = reference.prepare(definition, given)
        losses, slopes = reference.terms(frame), reference.slopes(frame)
    reduced = {each.name: _reduced(each, frame, given, losses, slopes) for each in reference.reductions_for(definition, given.case)}
    return Worked(reduced, _closed_form(definition, given, frame, slopes), seen.closest, seen.bounded)


def work_out_second(definition: LossDefinition, given: Given) -> Curvature:
    """The second derivatives of the sample. Raises NoReference."""
    frame = reference.prepare(definition, given, seeded=True)
    slopes = reference.slopes(frame)
    return {each.name: _curvature(each, frame, given, slopes) for each in reference.reductions_for(definition, given.case)}


def _curvature(reduction: Reduction, frame: Frame, given: Given, slopes: Slopes) -> dict[str, Quantity]:
    """The gradient of Σ direction·gradient, from the derivatives that the closed-form slopes carry along."""
    found = gradients(frame, given, slopes, reduction)
    partials: dict[int, Exact] = {}
    for numbers in found.values():
        for number, step in zip(numbers, direction(len(numbers)), strict=True):
            for index, partial in (number.partials or {}).items():
                partials[index] = partials.get(index, exact(0)) + step * partial
    shapes = {name: given.tensors[name].shape for name in found}
    return {name: quantity([partials.get(index, exact(0)) for index in frame.variables[name]], shapes[name]) for name in found}


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


def _closed_form(definition: LossDefinition, given: Given, frame: Frame, slopes: Slopes) -> dict[str, float]:
    """How far the closed-form slopes are from the derivatives of the terms, which the exact numbers carry along."""
    seeded = reference.prepare(definition, given, seeded=True)
    losses = reference.terms(seeded)
    return {name: _largest_gap(losses, of_terms, seeded.variables[name]) for name, of_terms in slopes.items()}


def _largest_gap(losses: Sequence[Exact], of_terms: list[list[tuple[int, Exact]]], variables: range) -> float:
    largest = 0.0
    for loss, entries in zip(losses, of_terms, strict=True):
        partials: Mapping[int, Exact] = loss.partials or {}
        for position, slope in entries:
            derivative = partials[variables[position]].value if variables[position] in partials else 0
            scale = max(abs(slope.value), abs(derivative), 1)
            gap = abs(slope.value - derivative) / scale
            largest = gap if gap > largest or gap != gap else largest
    return float(largest)
