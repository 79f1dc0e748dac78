"""Short spellings for the inputs and cases that many losses declare: out come InputForms and Cases, nothing else."""

from __future__ import annotations

from collections.abc import Callable

from inspector.losses.schema import Case, ClassIndices, InputForm, LogProbabilities, Plain, Probabilities, Real, Signs, Values

Shape = tuple[str | int, ...]
ANY = Real()


def real(name: str, shape: Shape, values: Values = ANY) -> InputForm:
    """A floating input that torch differentiates."""
    return InputForm(name, shape, values, differentiable=True)


def fixed(name: str, shape: Shape, values: Values) -> InputForm:
    """A floating input that has no gradient of its own."""
    return InputForm(name, shape, values)


def signs(name: str, shape: Shape) -> InputForm:
    """Targets that are +1 or -1."""
    return InputForm(name, shape, Signs())


def indices(name: str, shape: Shape, *, ignorable: bool = False) -> InputForm:
    """Class indices below C."""
    return InputForm(name, shape, ClassIndices(below="C", ignorable=ignorable), dtype="int64")


def probabilities(name: str, shape: Shape, axis: int) -> InputForm:
    """Class probabilities along `axis`, differentiable."""
    return InputForm(name, shape, Probabilities(axis), differentiable=True)


def log_probabilities(name: str, shape: Shape, axis: int) -> InputForm:
    """Logarithms of class probabilities along `axis`, differentiable."""
    return InputForm(name, shape, LogProbabilities(axis), differentiable=True)


SIZES = {"N": 4, "D": 3, "C": 5, "d1": 2, "d2": 3, "H": 2, "W": 3}
"""The sizes of samples: small, so that exact arithmetic is quick, and all different in one shape."""


def sizes_of(*shapes: Shape) -> dict[str, int]:
    """Symbol -> size for the symbols in some shapes."""
    return {symbol: SIZES[symbol] for shape in shapes for symbol in shape if isinstance(symbol, str)}


def pairwise_cases(make: Callable[[Shape, Shape], tuple[InputForm, ...]], **when: Plain) -> tuple[Case, ...]:
    """The cases of a loss that compares two inputs element by element: (N, D), (N), no dimension, and four dimensions, of which D stays
    the last: a weight of shape (D) is broadcast along the last axis. `make` receives the shape of the input and that of the target."""
    shapes: tuple[tuple[str, Shape, Shape], ...] = (
        ("(N, D)", ("N", "D"), ("N", "D")),
        ("(N)", ("N",), ("N",)),
        ("()", (), ()),
        ("(N, H, W, D)", ("N", "H", "W", "D"), ("N", "H", "W", "D")),
    )
    extra = ", ".join(f"{name}={value}" for name, value in when.items())
    return tuple(
        Case(", ".join(part for part in (name, extra) if part), "", sizes_of(one, other), make(one, other), when=dict(when))
        for name, one, other in shapes
    )


def broadcast_case(make: Callable[[Shape, Shape], tuple[InputForm, ...]], **when: Plain) -> Case:
    """A target with one column against an input with D of them."""
    return Case("target (N, 1), broadcast", "", sizes_of(("N", "D")), make(("N", "D"), ("N", 1)), when=dict(when))
