"""Which calls and names an expression may hold: tensor makers, classes of torch.nn, dtypes. A table; torch is not loaded.

In: the arguments of a configuration as they were parsed. Out: the same with full names, or one line saying what is not allowed.
"""

from __future__ import annotations

import math
from typing import cast

from inspector.errors import InspectError
from inspector.report import Argument, Constant, Items, Maker, Reference, Term

TENSOR_MAKERS = frozenset(
    {"rand", "randn", "randint", "randperm", "ones", "zeros", "full", "tensor", "arange", "eye", "linspace", "Tensor", "FloatTensor"}
)
"""The functions under `torch.` that an argument may call."""

_SIZED = frozenset({"rand", "randn", "ones", "zeros", "eye", "randperm", "Tensor", "FloatTensor"})
"""Makers whose whole numbers are sizes."""

MOST_ELEMENTS = 1_000_000
"""The largest tensor that an expression may make: what is inspected is small."""

_SHORT = {"nn": "torch.nn", "F": "torch.nn.functional"}


def full_name(name: str) -> str:
    """The name as torch spells it in full: `nn.Linear` and a bare `Linear` are `torch.nn.Linear`, `rand` is `torch.rand`."""
    head, _, rest = name.partition(".")
    if not rest and (name in TENSOR_MAKERS or name[:1].isupper()):
        return f"torch.{name}" if name in TENSOR_MAKERS else f"torch.nn.{name}"
    return f"{_SHORT[head]}.{rest}" if head in _SHORT and rest else name


def is_tensor_maker(name: str) -> bool:
    """True for a function of the table, by its full name."""
    prefix, _, last = name.rpartition(".")
    return prefix == "torch" and last in TENSOR_MAKERS


def is_under_torch_nn(name: str) -> bool:
    """True for a name that can only be a class or function of torch.nn."""
    prefix = name.rpartition(".")[0]
    return prefix == "torch.nn" or prefix.startswith("torch.nn.")


def checked(args: tuple[Argument, ...]) -> tuple[Argument, ...]:
    """The arguments with full names; raises InspectError `expression-not-allowed` for anything outside the table."""
    return tuple(Argument(argument.name, _term(argument.value)) for argument in args)


def _term(term: Term) -> Term:
    match term:
        case Items(kind, items):
            return Items(kind, tuple(_term(item) for item in items))
        case Maker(function, args):
            name = full_name(function)
            if not (is_tensor_maker(name) or is_under_torch_nn(name)):
                raise not_allowed(f"{function}(…)")
            _check_size(name, args)
            return Maker(name, checked(args))
        case Reference(name):
            full = full_name(name)
            if full.rpartition(".")[0] != "torch" and not is_under_torch_nn(full):
                raise not_allowed(name)
            return Reference(full)
        case _:
            return cast("Term", term)


def _check_size(name: str, args: tuple[Argument, ...]) -> None:
    """Raises InspectError for a maker of a tensor with a negative size, or of one that no inspection needs."""
    numbers = [number for argument in args for number in _whole_numbers(argument.value)]
    sizes = numbers if name.rpartition(".")[2] in _SIZED else [max(numbers, default=0, key=abs)]
    shown = f"{name}({', '.join(map(str, numbers))})"
    if name.rpartition(".")[2] in _SIZED and min(sizes, default=0) < 0:
        raise InspectError("expression-not-allowed", f"{shown} has a negative size", todo="sizes are zero or more")
    if is_tensor_maker(name) and abs(math.prod(sizes)) > MOST_ELEMENTS:
        raise InspectError("expression-not-allowed", f"{shown} is too large", todo=f"at most {MOST_ELEMENTS} elements are made here")


def _whole_numbers(term: Term) -> list[int]:
    match term:
        case Constant(value=int() as value) if not isinstance(value, bool):
            return [value]
        case Items(items=items):
            return [number for item in items for number in _whole_numbers(item)]
        case _:
            return []


def not_allowed(shown: str) -> InspectError:
    """The error for something that is neither a literal nor in the table."""
    allowed = ", ".join(f"torch.{name}" for name in sorted(TENSOR_MAKERS) if name[0].islower())
    return InspectError(
        "expression-not-allowed", f"{shown} is not run here", todo=f"use literals, a class of torch.nn, or one of {allowed}"
    )
