"""The one schema every loss definition is written in: what goes in, the formula beside the reference that computes it.

Data only. Shapes are tuples of symbols ("N", "C") or numbers, resolved by the sizes of a case. No torch.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from inspector.report import Term


class Spec(msgspec.Struct, frozen=True):
    """Frozen data of a definition."""


# -- sets of values an input or an argument may take --------------------------------------------------------------------


class Real(Spec, frozen=True, tag=True):
    """Real numbers between two bounds; None for no bound. `low_open`/`high_open` exclude the bound itself."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False


class Probabilities(Spec, frozen=True, tag=True):
    """Non-negative, summing to one along `axis`."""

    axis: int


class LogProbabilities(Spec, frozen=True, tag=True):
    """Logarithms of probabilities along `axis`."""

    axis: int


class ClassIndices(Spec, frozen=True, tag=True):
    """Integers from `at_least` up to, not including, the size `below`. `ignorable`: the value of `ignore_index` is legal too."""

    below: str
    at_least: int = 0
    ignorable: bool = False


class LabelLists(Spec, frozen=True, tag=True):
    """Class indices first, then -1 as the end mark, padded (MultiLabelMarginLoss)."""

    below: str


class Signs(Spec, frozen=True, tag=True):
    """+1 or -1."""


class Lengths(Spec, frozen=True, tag=True):
    """Integers between two sizes, inclusive: symbols or numbers."""

    at_least: str | int
    at_most: str | int


class Choice(Spec, frozen=True, tag=True):
    """One of the listed constants."""

    of: tuple[bool | int | float | str | None, ...]


Values: TypeAlias = Real | Probabilities | LogProbabilities | ClassIndices | LabelLists | Signs | Lengths | Choice


# -- inputs and cases ---------------------------------------------------------------------------------------------------


class InputForm(Spec, frozen=True):
    """One input of a call (or one tensor argument of the constructor): shape in symbols, dtype kind and legal values."""

    name: str
    shape: tuple[str | int, ...]
    values: Values
    dtype: Literal["float", "int64", "bool"] = "float"
    """"float": the floating dtype under test."""
    container: Literal["tensor", "tuple"] = "tensor"
    """"tuple": handed over as a tuple of Python numbers."""
    differentiable: bool = False


class Case(Spec, frozen=True):
    """One documented way to call the loss: an input kind and a shape."""

    name: str
    """Such as "class indices, (N, C)"."""
    target_kind: str
    """What --target-kind selects: "indices", "probabilities", "tensor lengths", …; "" where inputs come in one kind."""
    sizes: dict[str, int]
    inputs: tuple[InputForm, ...]
    when: dict[str, bool | int | float | str | None] = {}
    """Constructor arguments this case belongs to, such as {"log_target": True}."""


class ArgumentForm(Spec, frozen=True):
    """One constructor argument: which values are legal. Tensor arguments are InputForms with symbols of the case."""

    name: str
    values: Values | InputForm
    required: tuple[Term, ...] = ()
    """For an argument without a default: values to construct with, the first by preference."""
