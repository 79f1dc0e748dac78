"""Evaluates a definition on one sample: terms, reductions and gradients, to 50 digits. Any definition, no loss by name, no torch.

In: a definition and what the loss is given, as plain numbers. Out: exact numbers, and the record of them that can be stored.
"""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from inspector.losses.exact import Exact, exact, total, variable
from inspector.losses.schema import Case, InputForm, LossDefinition, NoReference, Reduction, Rule

Positions: TypeAlias = Any
"""A position in a flat list of numbers, or a nested list of them."""


class Grid(NamedTuple):
    """Numbers in row-major order, and their shape."""

    shape: tuple[int, ...]
    values: tuple[float, ...]


class Given(NamedTuple):
    """What a loss is given in one call: the case it belongs to, tensors by name, and constants by name."""

    case: Case
    tensors: Mapping[str, Grid]
    """Inputs, tensor arguments and parameters; a missing one was not given."""
    constants: Mapping[str, Any]
    """Effective values of the other constructor arguments."""


class Operand:
    """The numbers of one tensor and how the indices of a sample reach into them."""

    def __init__(self, form: InputForm, shape: tuple[int, ...], core: tuple[str, ...], numbers: Sequence[Any]) -> None:
        self.axes = form.shape
        self.core = core
        self.numbers = numbers
        """Exact, or int for class indices and lengths."""
        self.shape = shape
        self.strides = _strides(self.shape)
        self.rows: list[tuple[int, int]] | None = None

    def loop_sizes(self) -> dict[str, int]:
        """Symbol -> size, for the symbols that are looped over."""
        named = zip(self.axes, self.shape, strict=True)
        return {axis: size for axis, size in named if isinstance(axis, str) and axis not in self.core}

    def positions(self, index: Mapping[str, int]) -> Positions:
        """Where the numbers of one term lie: a position, or a nested list over the core symbols."""
        if self.rows is not None:
            start, length = self.rows[index.get(str(self.axes[0]), 0)]
            return list(range(start, start + length))
        return self._nested(0, 0, index)

    def _nested(self, depth: int, offset: int, index: Mapping[str, int]) -> Positions:
        if depth == len(self.axes):
            return offset
        axis, stride = self.axes[depth], self.strides[depth]
        if axis in self.core:
            return [self._nested(depth + 1, offset + i * stride, index) for i in range(self.shape[depth])]
        at = index[axis] if isinstance(axis, str) else 0
        return self._nested(depth + 1, offset + at * stride, index)

    def pick(self, positions: Positions) -> Any:
        """The numbers at some positions, nested alike."""
        if isinstance(positions, int):
            return self.numbers[positions]
        return [self.pick(inner) for inner in positions]


class Frame(NamedTuple):
    """A sample made ready for its rule: every operand, the indices to loop over and the shape of the unreduced loss value."""

    rule: Rule
    operands: Mapping[str, Operand]
    constants: Mapping[str, Any]
    shape: tuple[int, ...]
    indices: tuple[Mapping[str, int], ...]
    parameters: tuple[str, ...]
    """Names of the parameters that are given; a function that names `parameters` receives them all by name."""

    def call(self, function: Callable[..., Any], index: Mapping[str, int]) -> Any:
        """The function, given the operands and constants that it names, at one index."""
        return function(**{name: self._value(name, index) for name in _names(function)})

    def _value(self, name: str, index: Mapping[str, int]) -> Any:
        if name == "parameters":
            return {each: self.operands[each].pick(self.operands[each].positions(index)) for each in self.parameters}
        operand = self.operands.get(name)
        return self.constants.get(name) if operand is None else operand.pick(operand.positions(index))


def direction(count: int) -> list[float]:
    """A direction to differentiate along: small numbers of both signs, exact in every dtype."""
    return [(1 - 2 * (i % 3 == 1)) * (1 + (5 * i) % 7) / 8 for i in range(count)]


def differentiable(given: Given) -> tuple[InputForm, ...]:
    """Inputs and parameters that have a gradient, as far as they are given."""
    forms = (*given.case.inputs, *given.case.parameters)
    return tuple(form for form in forms if form.differentiable and form.name in given.tensors)


def prepare(definition: LossDefinition, given: Given, *, moving: Collection[str] = ()) -> Frame:
    """The frame of a sample; the numbers of the inputs in `moving` move along `direction`. Raises NoReference."""
    rule = rule_for(definition, given)
    operands: dict[str, Operand] = {}
    known: dict[str, int] = {}
    for form in all_forms(definition, given.case):
        if form.name in given.tensors:
            grid = given.tensors[form.name]
            shape = _grouped(form, grid.shape, known)
            operands[form.name] = Operand(form, shape, rule.core, _numbers(form, grid, moving=form.name in moving))
    _lay_rows(operands, given.case)
    sizes: dict[str, int] = {}
    for form in given.case.inputs:
        for symbol, size in operands[form.name].loop_sizes().items():
            sizes[symbol] = max(size, sizes.get(symbol, 1))
    ranges = itertools.product(*(range(size) for size in sizes.values()))
    indices = tuple(dict(zip(sizes, at, strict=True)) for at in ranges)
    parameters = tuple(form.name for form in given.case.parameters if form.name in operands)
    constants = {name: exact(value) if isinstance(value, float) else value for name, value in given.constants.items()}
    return Frame(rule, operands, constants, tuple(sizes.values()), indices, parameters)


def all_forms(definition: LossDefinition, case: Case) -> tuple[InputForm, ...]:
    """Inputs, parameters and tensor arguments."""
    arguments = tuple(argument.values for argument in definition.arguments if isinstance(argument.values, InputForm))
    return (*case.inputs, *case.parameters, *arguments)


def rule_for(definition: LossDefinition, given: Given) -> Rule:
    """The first rule that holds for the kind of inputs and the constants; raises NoReference where none does."""
    for rule in definition.rules:
        of_kind = rule.target_kind in (None, given.case.target_kind)
        if of_kind and all(given.constants.get(name) == value for name, value in rule.when.items()):
            return rule
    raise NoReference(f"no formula is written down for {given.case.name}")


def reductions_for(definition: LossDefinition, case: Case) -> tuple[Reduction, ...]:
    """The reductions that hold for the kind of inputs of a case."""
    return tuple(each for each in definition.reductions if each.target_kind in (None, case.target_kind))


# -- evaluation ---------------------------------------------------------------------------------------------------------


def terms(frame: Frame) -> list[Exact]:
    """The unreduced loss values, in row-major order."""
    return [exact(frame.call(frame.rule.term, index)) for index in frame.indices]


def scales(frame: Frame, reduction: Reduction) -> list[Exact]:
    """What each term is multiplied by when the reduction adds them up."""
    ones = [exact(1)] * len(frame.indices)
    divided = ones if reduction.divisor is None else [1 / exact(frame.call(reduction.divisor, index)) for index in frame.indices]
    bottom = denominator(frame, reduction)
    return divided if bottom is None else [scale / bottom for scale in divided]


def denominator(frame: Frame, reduction: Reduction) -> Exact | None:
    """What the sum of the terms is divided by; None where it is not divided."""
    if reduction.by_first_axis:
        first = next(iter(frame.operands.values()))
        return exact(first.shape[0] if first.shape else 1)
    if reduction.share is None:
        return None
    return total([exact(frame.call(reduction.share, index)) for index in frame.indices])


def reduce(losses: Sequence[Exact], frame: Frame, reduction: Reduction) -> list[Exact]:
    """The loss value: one number, or the terms themselves for "none"."""
    if reduction.name == "none":
        return list(losses)
    divided = losses
    if reduction.divisor is not None:
        divided = [loss / exact(frame.call(reduction.divisor, index)) for loss, index in zip(losses, frame.indices, strict=True)]
    top, bottom = total(divided), denominator(frame, reduction)
    return [top if bottom is None else top / bottom]


Slopes: TypeAlias = dict[str, list[list[tuple[int, Exact]]]]
"""Name of an input -> for each term, (position in the input, derivative of the term)."""


def slopes(frame: Frame) -> Slopes:
    """The closed-form partial derivatives of every term."""
    found: Slopes = {}
    for slope in frame.rule.slopes:
        operand = frame.operands.get(slope.of)
        if operand is None:
            continue
        found[slope.of] = [list(_flat(operand.positions(index), frame.call(slope.compute, index))) for index in frame.indices]
    return found


def gradient(of_terms: list[list[tuple[int, Exact]]], weights: Sequence[Exact], size: int) -> list[Exact]:
    """Σ weight·derivative, for each position of an input."""
    found: list[list[Exact]] = [[] for _ in range(size)]
    for entries, weight in zip(of_terms, weights, strict=True):
        for position, slope in entries:
            found[position].append(weight * slope)
    return [total(terms) for terms in found]


# -- helpers of the frame -----------------------------------------------------------------------------------------------


def _numbers(form: InputForm, grid: Grid, *, moving: bool) -> list[Any]:
    if form.dtype == "int64":
        return [int(value) for value in grid.values]
    if not moving:
        return [exact(value) for value in grid.values]
    return [variable(value, pace) for value, pace in zip(grid.values, direction(len(grid.values)), strict=True)]


def _lay_rows(operands: Mapping[str, Operand], case: Case) -> None:
    for form in case.inputs:
        if not form.packed_by:
            continue
        lengths = operands[form.packed_by].numbers
        starts = itertools.accumulate(lengths, initial=0)
        operands[form.name].rows = list(zip(starts, lengths, strict=False))


def _grouped(form: InputForm, shape: tuple[int, ...], known: dict[str, int]) -> tuple[int, ...]:
    """The shape in the symbols of the form, which are then known; a parameter may be stored flatter than the formula reads it."""
    if form.packed_by:
        return (1,) * len(form.shape)
    if len(shape) != len(form.shape):
        sizes = [known.get(axis, 0) if isinstance(axis, str) else axis for axis in form.shape]
        missing = math.prod(shape) // max(1, math.prod(size for size in sizes if size))
        shape = tuple(size or missing for size in sizes)
    known.update({axis: size for axis, size in zip(form.shape, shape, strict=True) if isinstance(axis, str)})
    return shape


def _strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    strides: list[int] = []
    step = 1
    for size in reversed(shape):
        strides.append(step if size != 1 else 0)
        step *= size
    return tuple(reversed(strides))


def _flat(positions: Positions, values: Any) -> Iterable[tuple[int, Exact]]:
    if isinstance(positions, int):
        yield positions, exact(values)
        return
    for inner, value in zip(positions, values, strict=True):
        yield from _flat(inner, value)


@cache
def _names(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)
