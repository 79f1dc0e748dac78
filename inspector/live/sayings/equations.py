"""One documented equation and one way to call the loss -> the numbers of both, side by side.

In: an equation's right side, a plan and what came of its call. Out: computed and actual numbers. Raises Undefined where the formula has
no value with these inputs, which is no contradiction. Which letter stands for which input follows from the order of the call.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from inspector.live import arguments
from inspector.live.outcomes import Outcome, Probe
from inspector.live.probes import Plan
from inspector.live.sayings import latex
from inspector.live.sayings.formula_values import Array, Definition, Ones, Scope, Undefined, Value, length, number
from inspector.live.sayings.latex import Apply, At, Cases, Compare, Equation, Name, Node, Sum
from inspector.losses.schema import InputForm
from inspector.report import Configuration, TensorData

CLOSE = 1e-4
"""Relative. A documented formula leaves out the small constants that keep a loss stable, 1e-6 and less; a wrong one is off by more."""
UNREDUCED = ("l", "L", "ell")
"""Letters that stand for the unreduced loss values in the formula of a reduction."""


class Sides(NamedTuple):
    """What a formula gives, and what torch gives."""

    computed: tuple[float, ...]
    actual: tuple[float, ...]
    reduction: str

    @property
    def agree(self) -> bool:
        """True where no pair of numbers differs by more than a formula may leave out."""
        pairs = zip(self.computed, self.actual, strict=True)
        return all(math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE) for one, other in pairs)


class Call(NamedTuple):
    """A call that ran."""

    plan: Plan
    configuration: Configuration
    probe: Probe
    outcomes: Mapping[str, Outcome]

    def value(self, reduction: str) -> Array:
        """What torch gave. Raises Undefined where it refused."""
        outcome = self.outcomes.get(reduction)
        if outcome is None or outcome.value is None:
            raise Undefined("torch gives no number")
        return Array(outcome.value.shape, outcome.value.values)


class Spoken(NamedTuple):
    """What a docstring says about its formulas as a whole."""

    letters: tuple[tuple[str, ...], ...] = ()
    """The letters in brackets on each left side."""
    definitions: Mapping[str, Definition] = {}
    constraints: tuple[tuple[Compare, bool], ...] = ()
    in_logarithms: tuple[str, ...] = ()
    """Inputs that are logarithms of what the formulas name."""


def scope_of(call: Call, spoken: Spoken) -> Scope:
    """What every letter stands for in one call."""
    values: dict[str, Value] = {}
    inputs: dict[str, Array | None] = {str(each.name): _array(each.value) for each in call.probe.inputs}
    for name in spoken.in_logarithms:
        logarithms = inputs.get(name)
        if logarithms is not None:
            inputs[name] = Array(logarithms.shape, tuple(math.exp(each) for each in logarithms.values))
    known: dict[str, Value] = {name: array for name, array in inputs.items() if array is not None}
    values |= known
    values |= {letter: known[name] for letter, name in _letters(spoken.letters, list(inputs)).items() if name in known}
    held = arguments.constants(call.configuration, call.plan.signature)
    constants = {name: float(each) for name, each in held.items() if isinstance(each, int | float) and not isinstance(each, bool)}
    sizes = {symbol: float(size) for symbol, size in call.plan.fitted.sizes.items() if symbol not in values}
    tensors = _tensors(call)
    values |= tensors | {letter: each for letter, each in _initials(tensors).items() if letter not in {**values, **constants}}
    values |= {name: size for name, size in sizes.items() if name not in values}
    return Scope(values, constants, spoken.definitions, spoken.constraints)


def _array(term: object) -> Array | None:
    if not isinstance(term, TensorData):
        return None
    return Array(term.shape, tuple(float(each) for each in term.values))


def _letters(written: Sequence[tuple[str, ...]], names: Sequence[str]) -> dict[str, str]:
    """Letter -> input, by the order of the call. Inputs that differ in a number at the end share a letter: x_1 and x_2."""
    for letters in written:
        if len(letters) == len(names):
            return dict(zip(letters, names, strict=True))
    groups = [list(some) for _, some in itertools.groupby(names, key=lambda name: name.rstrip("0123456789"))]
    for letters in written:
        if len(letters) == len(groups):
            pairs = [(letter, some) for letter, some in zip(letters, groups, strict=True)]
            return {(f"{letter}_{i + 1}" if len(some) > 1 else letter): name for letter, some in pairs for i, name in enumerate(some)}
    return {}


def _tensors(call: Call) -> dict[str, Value]:
    """The tensor arguments of the constructor; ones for those that are not given."""
    given = {str(each.name): _array(each.value) for each in call.configuration.args}
    forms = [form.name for form in call.plan.definition.arguments if isinstance(form.values, InputForm)]
    return {name: given.get(name) or Ones() for name in forms}


def _initials(tensors: Mapping[str, Value]) -> dict[str, Value]:
    """The first letter of a tensor argument, where no other begins with it."""
    found: dict[str, list[str]] = {}
    for name in tensors:
        found.setdefault(name[0], []).append(name)
    return {letter: tensors[names[0]] for letter, names in found.items() if len(names) == 1}


# -- both sides -------------------------------------------------------------------------------------------------------------


def sides(equation: Equation, right: Node, call: Call, scope: Scope) -> Sides:
    """The unreduced loss values by the formula and by torch; where the formula adds up everything, the mean. Raises Undefined."""
    free = _free(equation, right, scope)
    if free:
        return _indexed(free, right, call, scope)
    actual = call.value("none")
    try:
        computed = tuple(number(right, _row(scope, index, actual.shape)) for index in _places(actual.shape))
        return Sides(computed, actual.values, "none")
    except Undefined:
        if not actual.shape or not any(isinstance(node, Sum) for node in walk(right)):
            raise
    return Sides((number(right, scope),), call.value("mean").values, "mean")


def reduced(right: Cases, call: Call, scope: Scope) -> Iterator[Sides]:
    """Each case of the formula of a reduction, with torch's own unreduced values. Raises Undefined."""
    values = call.value("none")
    flat = Array((len(values.values),), values.values)
    inner = dataclasses.replace(scope, values={**scope.values, **dict.fromkeys(UNREDUCED, flat), "N": float(len(flat.values))})
    for body, condition in right.rows:
        name = reduction_of(condition)
        yield Sides((number(body, inner),), call.value(name).values, name)


def reduction_of(condition: Sequence[latex.Token]) -> str:
    """The reduction that a condition of a formula names; "" for another condition."""
    words = " ".join(token.text for token in condition)
    match = re.search(r"reduction.*?(\w+)['’`\"]", words)
    return match[1] if match else ""


def _indexed(free: Sequence[str], right: Node, call: Call, scope: Scope) -> Sides:
    """A formula for l_n or l_{n,c}: once for each place."""
    actual = call.value("none")
    sizes = tuple(length(right, letter, scope) for letter in free)
    if sizes != actual.shape:
        raise Undefined(f"it gives a shape of {sizes}, and the loss {actual.shape}")
    indices = itertools.product(*(range(size) for size in sizes))
    computed = tuple(number(right, scope.looping(dict(zip(free, index, strict=True)))) for index in indices)
    return Sides(computed, actual.values, "none")


def _free(equation: Equation, right: Node, scope: Scope) -> list[str]:
    """Letters that count and that nothing binds: those of the left side first."""
    there = set(_indices(right))
    left = [index.text for index in equation.left.indices if isinstance(index, Name)] if isinstance(equation.left, At) else []
    rest = [letter for letter in _indices(right) if letter not in left]
    return [
        letter
        for letter in dict.fromkeys([*(each for each in left if each in there), *rest])
        if scope.get(letter) is None or letter in left
    ]


def _indices(node: object, bound: frozenset[str] = frozenset()) -> list[str]:
    """Letters that stand as an index by themselves, outside the sums that bind them."""
    if isinstance(node, Sum):
        return _indices(node.body, bound | set(node.over))
    found: list[str] = []
    if isinstance(node, At):
        found += [index.text for index in node.indices if isinstance(index, Name) and index.text not in bound]
    if isinstance(node, tuple):
        found += [letter for part in node for letter in _indices(part, bound)]
    return found


def _row(scope: Scope, index: Sequence[int], shape: Sequence[int]) -> Scope:
    """What one place of the output sees of every input."""
    values = {name: _cut(value, index, shape) for name, value in scope.values.items()}
    return dataclasses.replace(scope, values=values)


def _cut(value: Value, index: Sequence[int], shape: Sequence[int]) -> Value:
    if not isinstance(value, Array) or value.shape[: len(shape)] != tuple(shape):
        return value
    for place in index:
        assert isinstance(value, Array)
        value = value.at(place)
    return value


def _places(shape: Sequence[int]) -> Iterator[tuple[int, ...]]:
    return itertools.product(*(range(size) for size in shape))


def walk(node: object) -> Iterator[object]:
    """Every part of a tree."""
    yield node
    if isinstance(node, tuple):
        for part in node:
            yield from walk(part)


def functions(node: Node) -> set[str]:
    """The names that are called in a tree, or that have an index."""
    called = {part.function for part in walk(node) if isinstance(part, Apply)}
    return called | {part.base.text for part in walk(node) if isinstance(part, At) and isinstance(part.base, Name)}
