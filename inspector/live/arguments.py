"""The constructor arguments of a configuration by name, and what can be known of one without running it.

In: a configuration and a signature, as plain data. Out: terms by name, constants, shapes and dtypes. Imports no torch.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from inspector.errors import InspectError
from inspector.report import Configuration, Constant, Items, Maker, Parameter, Reference, TensorData, Term

UNKNOWN: Any = object()
"""What a value is of which nothing is known; compare with `is`."""

FLOATING = frozenset({"float64", "float32", "bfloat16", "float16"})
_SIZED = frozenset({"rand", "randn", "ones", "zeros", "full"})
_OF_DATA = frozenset({"tensor", "Tensor", "FloatTensor"})


def bind(configuration: Configuration, signature: Sequence[Parameter]) -> dict[str, Term]:
    """The arguments that were given, by name of the parameter. Raises InspectError `constructor-refused` where one does not fit."""
    positional = [parameter.name for parameter in signature if parameter.kind == "positional"]
    names = {parameter.name for parameter in signature if parameter.kind in ("positional", "keyword")}
    takes_any = any(parameter.kind == "double_star" for parameter in signature)
    bound: dict[str, Term] = {}
    for place, argument in enumerate(configuration.args):
        name = argument.name
        if name is None:
            if place >= len(positional):
                if any(parameter.kind == "star" for parameter in signature):
                    continue
                raise _refused(configuration, f"{len(positional)} positional arguments at most")
            name = positional[place]
        if name in bound or (name not in names and not takes_any):
            raise _refused(configuration, f"{'two values for' if name in bound else 'no argument'} {name}")
        bound[name] = argument.value
    return bound


def constants(configuration: Configuration, signature: Sequence[Parameter]) -> dict[str, Any]:
    """Each parameter's effective constant, by name: as given, or its default; UNKNOWN for what is no constant."""
    effective = {parameter.name: default_of(parameter) for parameter in signature}
    return effective | {name: constant_of(term) for name, term in bind(configuration, signature).items()}


def default_of(parameter: Parameter) -> Any:
    """The default of a parameter where it is a literal, UNKNOWN otherwise or where there is none."""
    if parameter.default is None:
        return UNKNOWN
    try:
        return ast.literal_eval(parameter.default)
    except (ValueError, SyntaxError):
        return UNKNOWN


def constant_of(term: Term) -> Any:
    """The constant a term is, a tuple or list of constants included; UNKNOWN for anything else."""
    if isinstance(term, Constant):
        return float(term.value) if term.nonfinite and isinstance(term.value, str) else term.value
    if isinstance(term, Items):
        values = [constant_of(item) for item in term.items]
        if any(value is UNKNOWN for value in values):
            return UNKNOWN
        return tuple(values) if term.kind == "tuple" else values
    return UNKNOWN


def shape_of(term: Term) -> tuple[int, ...] | None:
    """The shape of the tensor a term makes, None where the text does not say or it makes no tensor."""
    if isinstance(term, TensorData):
        return term.shape
    if not isinstance(term, Maker):
        return None
    args = [constant_of(argument.value) for argument in term.args if argument.name is None]
    named: dict[str | None, Any] = {argument.name: constant_of(argument.value) for argument in term.args if argument.name is not None}
    return _made_shape(term.function.rpartition(".")[2], args, named)


def dtype_of(term: Term) -> str | None:
    """The dtype of the tensor a term makes, or the dtype a term is; None where it is neither."""
    if isinstance(term, TensorData):
        return term.dtype
    if isinstance(term, Reference):
        name = term.name.removeprefix("torch.")
        return name if name in FLOATING else None
    if isinstance(term, Maker) and term.function.rpartition(".")[0] == "torch":
        return next((dtype_of(argument.value) for argument in term.args if argument.name == "dtype"), "float32")
    return None


def floating_dtype(terms: Mapping[str, Term]) -> str:
    """The floating dtype that the given arguments ask of the inputs: that of a tensor or dtype among them, else float32."""
    found = [dtype for term in terms.values() if (dtype := dtype_of(term)) in FLOATING]
    return found[0] or "float32" if found else "float32"


def _made_shape(function: str, args: list[Any], named: Mapping[str | None, Any]) -> tuple[int, ...] | None:
    nested = bool(args) and isinstance(args[0], (tuple, list))
    if function in _OF_DATA and (nested or function == "tensor"):
        return _nested_shape(args[0] if args else named.get("data", UNKNOWN))
    if function in _SIZED or function in _OF_DATA:
        size = named.get("size", args[0] if nested else args)
        size = [size] if isinstance(size, int) else size
        return tuple(size) if all(isinstance(one, int) for one in size) else None
    numbers = [value for value in args if isinstance(value, (int, float))]
    if len(numbers) != len(args) or not numbers:
        return None
    if function == "eye":
        return (int(numbers[0]), int(numbers[-1]))
    if function == "arange":
        start, stop, step = (0, *numbers, 1) if len(numbers) == 1 else (*numbers, 1) if len(numbers) == 2 else numbers
        return (max(0, -int(-(stop - start) // step)),)
    if function == "linspace" and len(numbers) == 3:
        return (int(numbers[2]),)
    return None


def _nested_shape(value: Any) -> tuple[int, ...] | None:
    if value is UNKNOWN:
        return None
    if not isinstance(value, (tuple, list)):
        return ()
    inner = _nested_shape(value[0]) if value else ()
    return None if inner is None else (len(value), *inner)


def _refused(configuration: Configuration, what: str) -> InspectError:
    return InspectError("constructor-refused", f"{configuration.subject.rpartition('.')[2]} takes {what}", configuration.expression)
