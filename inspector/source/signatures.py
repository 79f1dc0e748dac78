"""A constructor's or function's signature as written: names, defaults, annotations, and what is deprecated.

In: a function that was read. Out: Parameters. Nothing is evaluated.
"""

from __future__ import annotations

from typing import Any, Literal

import libcst as cst

from inspector.report import Parameter
from inspector.source import docstrings
from inspector.source.parse import Slice
from inspector.source.resolve import Library
from inspector.source.values import ClassValue, Function

ParameterKind = Literal["positional", "keyword", "star", "double_star"]


def signature_of(function: Function, deprecated: frozenset[str] = frozenset(), *, method: bool = True) -> tuple[Parameter, ...]:
    """The parameters of a function, without `self` where it is a method."""
    node, piece = function.parsed()
    params: cst.Parameters = node.params
    plain = [*params.posonly_params, *params.params][1 if method else 0 :]
    found = [_parameter(param, piece, "positional", deprecated) for param in plain]
    if isinstance(params.star_arg, cst.Param):
        found.append(_parameter(params.star_arg, piece, "star", deprecated))
    found += [_parameter(param, piece, "keyword", deprecated) for param in params.kwonly_params]
    if params.star_kwarg is not None:
        found.append(_parameter(params.star_kwarg, piece, "double_star", deprecated))
    return tuple(found)


def _parameter(param: cst.Param, piece: Slice, kind: ParameterKind, deprecated: frozenset[str]) -> Parameter:
    name = param.name.value
    annotation: Any = param.annotation.annotation if param.annotation is not None else None
    return Parameter(
        name=name,
        default=_in_brackets(param.default, piece) if param.default is not None else None,
        annotation=piece.text_of(annotation) if annotation is not None else None,
        deprecated=name in deprecated,
        kind=kind,
    )


def _in_brackets(node: cst.BaseExpression, piece: Slice) -> str:
    """The text of a default with the brackets around it, which libcst does not count as part of it: `()` would be nothing."""
    count = len(node.lpar)
    return "(" * count + piece.text_of(node) + ")" * count


def constructor_signature(library: Library, cls: ClassValue) -> tuple[Parameter, ...]:
    """The parameters of the constructor, from the first `__init__` of the MRO."""
    found = library.member(cls, "__init__")
    if found is None or not isinstance(found[1], Function):
        return ()
    return signature_of(found[1], deprecated_arguments(library, cls))


def deprecated_arguments(library: Library, cls: ClassValue) -> frozenset[str]:
    """Names of constructor arguments that the docstring of the class, or of one it inherits from, calls deprecated."""
    names: frozenset[str] = frozenset()
    for entry in library.mro(cls):
        if isinstance(entry, ClassValue):
            names |= docstrings.deprecated_in(class_docstring(library, entry))
    return names


def class_docstring(library: Library, cls: ClassValue) -> str:
    """The docstring of a class; "" where it has none."""
    lines = library.table_of(cls).lines[cls.definition.line - 1 : cls.definition.end]
    return docstrings.docstring_of("\n".join(lines), library.header_lines(cls))
