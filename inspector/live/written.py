"""Terms and calls as a person would write them: the text of a configuration's expression.

In: terms. Out: one line of Python. Says everything: reading the line back gives the same terms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from inspector.report import Argument, Constant, Items, Maker, Number, Reference, TensorData, Term


def write_call(function: str, args: Sequence[Argument]) -> str:
    """`CrossEntropyLoss(label_smoothing=0.1)`."""
    shown = [write(argument.value) if argument.name is None else f"{argument.name}={write(argument.value)}" for argument in args]
    return f"{function}({', '.join(shown)})"


def expression(subject: str, args: Sequence[Argument]) -> str:
    """The constructor call of a class, given by its qualified name."""
    return write_call(subject.rpartition(".")[2], args)


def write(term: Term) -> str:
    """One term as Python writes it; torch's own names in full."""
    match term:
        case Constant(value, nonfinite):
            return f"float({value!r})" if nonfinite else repr(value)
        case Items(kind, items):
            inner = ", ".join(write(item) for item in items)
            if kind == "list":
                return f"[{inner}]"
            return f"({inner},)" if len(items) == 1 else f"({inner})"
        case TensorData():
            return _tensor(term)
        case Maker(function, args):
            return write_call(function, args)
        case Reference(name):
            return name


def _tensor(term: TensorData) -> str:
    """A call of torch.tensor; the dtype is left out where torch would choose the same."""
    options = [] if _dtype_is_plain(term) else [f"dtype=torch.{term.dtype}"]
    if math.prod(term.shape) == 0 and term.shape != (0,):
        return f"torch.zeros({', '.join(map(str, (*term.shape,)))}{', ' if options else ''}{', '.join(options)})"
    if term.requires_grad:
        options.append("requires_grad=True")
    return f"torch.tensor({', '.join([_nested(list(term.values), term.shape), *options])})"


def _dtype_is_plain(term: TensorData) -> bool:
    kinds = {"float" if isinstance(value, str) else type(value).__name__ for value in term.values}
    return (kinds, term.dtype) in (({"float"}, "float32"), ({"int"}, "int64"), ({"bool"}, "bool"))


def _nested(flat: list[Number | bool], shape: Sequence[int]) -> str:
    if not shape:
        return _number(flat[0])
    stride = math.prod(shape[1:])
    rows = [flat[place * stride : (place + 1) * stride] for place in range(shape[0])]
    return f"[{', '.join(_nested(row, shape[1:]) for row in rows)}]"


def _number(value: Any) -> str:
    return f"float({value!r})" if isinstance(value, str) else repr(value)
