"""A formula's tree and numbers -> its value: plain arithmetic on floats, indices that reach into arrays, sums over their axes.

In: a node of latex.py and a Scope. Out: a number or an Array. Raises Undefined with what is missing. Knows no loss and no torch.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from inspector.live.sayings import latex
from inspector.live.sayings.latex import Apply, At, Cases, Compare, Indicator, Join, Name, Node, Norm, Num, Sum, Token, Unread


class Undefined(Exception):
    """The formula has no value with these numbers; the text says why."""


@dataclasses.dataclass(frozen=True)
class Array:
    """Numbers in row-major order."""

    shape: tuple[int, ...]
    values: tuple[float, ...]

    def at(self, index: int) -> Value:
        """One row along the first axis; a number where it is the only axis."""
        if not self.shape or index < 0 or index >= self.shape[0]:
            raise Undefined(f"there is no place {index} in a shape of {self.shape}")
        width = math.prod(self.shape[1:])
        row = Array(self.shape[1:], self.values[index * width : (index + 1) * width])
        return row if row.shape else row.values[0]


class Ones:
    """A tensor argument that is not given: one wherever it is asked for."""


Value: TypeAlias = "float | Array | Ones"


@dataclasses.dataclass(frozen=True)
class Definition:
    """A formula that another one uses: a function of vectors, or a letter with an index."""

    parameters: tuple[str, ...]
    body: Node


@dataclasses.dataclass(frozen=True)
class Scope:
    """What names stand for."""

    values: Mapping[str, Value]
    constants: Mapping[str, float]
    """Constructor arguments that are numbers, by their own names: they are no letters."""
    definitions: Mapping[str, Definition] = dataclasses.field(default_factory=dict)
    constraints: tuple[tuple[Compare, bool], ...] = ()
    """What is said of the letters of sums; True: for all."""
    loops: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def get(self, name: str) -> Value | None:
        """What a name stands for; None for nothing."""
        if name in self.loops:
            return float(self.loops[name])
        found = self.values.get(name)
        return self.constants.get(name) if found is None else found

    def looping(self, over: Mapping[str, int]) -> Scope:
        """With letters that count."""
        return dataclasses.replace(self, loops={**self.loops, **over})


def number(node: Node, scope: Scope) -> float:
    """The value, which must be one number."""
    found = value(node, scope)
    if isinstance(found, Ones):
        return 1.0
    if isinstance(found, Array):
        if found.shape:
            raise Undefined("a vector stands where a number must")
        return found.values[0]
    return found


def value(node: Node, scope: Scope) -> Value:
    """What a tree comes to. Raises Undefined."""
    match node:
        case Num(value=found):
            return found
        case Name(text=text):
            return _named(text, scope)
        case At():
            return _at(node, scope)
        case Join():
            return _join(node, scope)
        case Apply():
            return _apply(node, scope)
        case Sum():
            return _sum(node, scope)
        case Norm():
            return _norm(node, scope)
        case Indicator(of=of):
            return float(holds(of, scope))
        case Cases():
            return _cases(node, scope)


def holds(condition: Compare, scope: Scope) -> bool:
    """Whether a chain of comparisons is true."""
    left = number(condition.first, scope)
    for sign, side in condition.rest:
        right = number(side, scope)
        if not _COMPARISONS[sign](left, right):
            return False
        left = right
    return True


_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
}


def counted(node: object, letter: str, scope: Scope) -> set[int]:
    """The lengths of all axes that a letter counts along."""
    if isinstance(node, At):
        base = _reached(node.base, scope)
        shape = base.shape if isinstance(base, Array) else ()
        here = {size for index, size in zip(node.indices, shape, strict=False) if index == Name(letter)}
        return here.union(*(counted(part, letter, scope) for part in (node.base, *node.indices)))
    if isinstance(node, tuple):
        return set().union(*(counted(part, letter, scope) for part in node))
    return set()


def _reached(base: Node, scope: Scope) -> Value | None:
    """The array that an index reaches into, if it is one."""
    return scope.get(base.text) if isinstance(base, Name) else None


def length(node: object, letter: str, scope: Scope) -> int:
    """How far a letter counts. Raises Undefined where nothing or too much says so."""
    found = counted(node, letter, scope)
    if len(found) != 1:
        raise Undefined(f"it is not clear how far {letter} counts")
    return found.pop()


def _named(text: str, scope: Scope) -> Value:
    if text == "pi":
        return math.pi
    found = scope.get(text)
    if found is None:
        raise Undefined(f"{text} is not known")
    return found


def _at(node: At, scope: Scope) -> Value:
    if isinstance(node.base, Name) and node.base.text in scope.definitions:
        defined = scope.definitions[node.base.text]
        inner = {name: number(index, scope) for name, index in zip(defined.parameters, node.indices, strict=True)}
        return value(defined.body, dataclasses.replace(scope, values={**scope.values, **inner}))
    found = value(node.base, scope)
    for index in node.indices:
        place = number(index, scope)
        if place != int(place):
            raise Undefined("an index is no whole number")
        if isinstance(found, Ones):
            continue
        if not isinstance(found, Array):
            raise Undefined("a number has no index")
        found = found.at(int(place))
    return found


def _join(node: Join, scope: Scope) -> Value:
    if node.sign == "*":
        return _product(node, scope)
    left, right = value(node.left, scope), value(node.right, scope)
    if isinstance(left, Array) and isinstance(right, Array) and node.sign in "+-" and left.shape == right.shape:
        sign = 1 if node.sign == "+" else -1
        return Array(left.shape, tuple(one + sign * other for one, other in zip(left.values, right.values, strict=True)))
    one, other = number(node.left, scope), number(node.right, scope)
    try:
        if node.sign == "+":
            return one + other
        if node.sign == "-":
            return one - other
        result = one / other if node.sign == "/" else one**other
    except (ArithmeticError, ValueError):
        raise Undefined("it is not defined for these numbers") from None
    if isinstance(result, complex):
        raise Undefined("it is not defined for these numbers")
    return float(result)


def _product(node: Join, scope: Scope) -> float:
    """A product; where an indicator in it is zero, the rest is not asked for."""
    factors = _factors(node)
    for factor in factors:
        if isinstance(factor, Indicator) and not holds(factor.of, scope):
            return 0.0
    return math.prod(number(factor, scope) for factor in factors)


def _factors(node: Node) -> list[Node]:
    return [*_factors(node.left), *_factors(node.right)] if isinstance(node, Join) and node.sign == "*" else [node]


def _apply(node: Apply, scope: Scope) -> Value:
    name = node.function
    if name in scope.definitions:
        return _defined(scope.definitions[name], [value(each, scope) for each in node.given], scope)
    if "." in name:
        return _size(name, node.given, scope)
    if name == "cos" and len(node.given) == 2:
        return _cosine(*(_vector(each, scope) for each in node.given))
    if name in ("mean", "sum") and len(node.given) == 1:
        found = _vector(node.given[0], scope)
        return math.fsum(found) / (len(found) if name == "mean" else 1)
    if name not in _FUNCTIONS:
        held = scope.get(name)
        if held is not None and len(node.given) == 1:  # letters side by side are a product
            return number(Name(name), scope) * number(node.given[0], scope)
        raise Undefined(f"{name} is not known")
    try:
        return _FUNCTIONS[name](*(number(each, scope) for each in node.given))
    except (ArithmeticError, ValueError, TypeError):
        raise Undefined(f"{name} is not defined for these numbers") from None


_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "log": math.log,
    "exp": math.exp,
    "max": max,
    "min": min,
    "abs": abs,
    "sqrt": math.sqrt,
    "cos": math.cos,
    "sigma": lambda x: 1 / (1 + math.exp(-x)),
    "factorial": lambda x: math.gamma(x + 1),
}


def _defined(defined: Definition, given: Sequence[Value], scope: Scope) -> Value:
    if len(given) != len(defined.parameters):
        raise Undefined("it is given another number of values")
    return value(defined.body, dataclasses.replace(scope, values={**scope.values, **dict(zip(defined.parameters, given, strict=True))}))


def _size(name: str, given: Sequence[Node], scope: Scope) -> float:
    """`x.size(0)` and `x.nelement()`."""
    base, _, method = name.partition(".")
    found = scope.get(base)
    if not isinstance(found, Array):
        raise Undefined(f"{base} has no size")
    if method.lower() in ("nelement", "numel"):
        return float(len(found.values))
    if method != "size" or len(given) != 1:
        raise Undefined(f"{name} is not known")
    axis = int(number(given[0], scope))
    if axis >= len(found.shape):
        raise Undefined(f"{base} has no axis {axis}")
    return float(found.shape[axis])


def _vector(node: Node, scope: Scope) -> tuple[float, ...]:
    found = value(node, scope)
    if not isinstance(found, Array):
        raise Undefined("a number stands where a vector must")
    return found.values


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    dot = math.fsum(a * b for a, b in zip(one, other, strict=True))
    return dot / (math.hypot(*one) * math.hypot(*other))


def _norm(node: Norm, scope: Scope) -> float:
    numbers = _vector(node.of, scope)
    order = scope.constants.get(node.order.text) if isinstance(node.order, Name) else number(node.order, scope)
    if order is None:
        raise Undefined("the order of the norm is not known")
    return float(math.fsum(abs(each) ** order for each in numbers) ** (1 / order))


def _sum(node: Sum, scope: Scope) -> float:
    sizes = [length(node.body, letter, scope) for letter in node.over]
    terms = []
    for at in itertools.product(*(range(size) for size in sizes)):
        inner = scope.looping(dict(zip(node.over, at, strict=True)))
        if all(_allowed(condition, for_all, node, inner) for condition, for_all in scope.constraints):
            terms.append(number(node.body, inner))
    return math.fsum(terms)


def _allowed(condition: Compare, for_all: bool, node: Sum, scope: Scope) -> bool:
    """Whether what is said of the letters of a sum lets these values count."""
    letters = latex.names(condition) & set(node.over)
    if not letters:
        return True
    if not for_all:
        return _true(condition, scope)
    inner = [letter for letter in letters if counted(condition, letter, scope)]
    return all(_true(condition, each) for each in _every(inner, condition, node, scope))


def _every(letters: Sequence[str], condition: Compare, node: Sum, scope: Scope) -> list[Scope]:
    """The scope with each value of some letters that the other constraints allow."""
    found = []
    for at in itertools.product(*(range(length(condition, letter, scope)) for letter in letters)):
        inner = scope.looping(dict(zip(letters, at, strict=True)))
        others = [each for each, for_all in scope.constraints if not for_all and latex.names(each) & set(letters)]
        if all(_true(each, inner) for each in others):
            found.append(inner)
    return found


def _true(condition: Compare, scope: Scope) -> bool:
    try:
        return holds(condition, scope)
    except Undefined:
        return True


def _cases(node: Cases, scope: Scope) -> Value:
    for body, condition in node.rows:
        if _row_holds(condition, scope):
            return value(body, scope)
    raise Undefined("none of its cases holds")


def _row_holds(condition: Sequence[Token], scope: Scope) -> bool:
    rest = list(condition)
    if rest and rest[0].kind == "text":
        if rest[0].text.strip() in ("otherwise", "else"):
            return True
        if rest[0].text.strip() in ("if", "for", "when"):
            rest = rest[1:]
    try:
        return holds(latex.comparison(rest), scope)
    except Unread as why:
        raise Undefined(f"a condition is not read: {why}") from None
