"""Constructor arguments and inputs worth trying for a class nobody described: by the names, annotations and docstring it has.

In: a class, its signatures and its docstring. Out: argument lists and input lists as plain data, the likeliest first. Runs nothing and
knows no class by name.
"""

from __future__ import annotations

import inspect
import itertools
import math
import random
import re
import types
import typing
from collections.abc import Iterator, Sequence
from typing import Any, Literal, TypeAlias

from torch import nn

from inspector.live import build, values
from inspector.report import Argument, Constant, Items, Maker, Sample, TensorData, Term

FEATURES = 4
"""What a size is set to that nothing else decides: even, so that heads and groups divide it."""

_FEW = frozenset({"kernel", "stride", "dilation", "heads", "nhead", "head", "layers", "groups", "group", "factor", "chunks", "repeats"})
_SPATIAL = (8, 4, 6, 9, 2, 16, 1)
"""Sizes of the dimensions that are not features; nine is the number of places of a 2 x 2 kernel in a 4 x 4 field."""

_BATCH = 2
_RANKS = (2, 3, 4, 5, 1)
InputKind: TypeAlias = Literal["float", "unit", "index"]


# -- constructor arguments ----------------------------------------------------------------------------------------------


def required(cls: type, signature: inspect.Signature) -> tuple[Argument, ...]:
    """A value for each constructor argument without a default."""
    hints = _hints(cls.__init__)  # type: ignore[misc]
    return tuple(
        Argument(one.name, _value_for(one.name, hints.get(one.name)))
        for one in signature.parameters.values()
        if one.default is one.empty and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY) and one.name != "self"
    )


def optional(cls: type, signature: inspect.Signature) -> Iterator[Argument]:
    """A value for each argument that is None by default: some classes need one of them."""
    hints = _hints(cls.__init__)  # type: ignore[misc]
    for one in signature.parameters.values():
        if one.default is None and one.name not in ("device", "dtype"):
            yield Argument(one.name, _value_for(one.name, hints.get(one.name)))


def signature_of(cls: type) -> inspect.Signature:
    """The signature of the constructor; of overloads the first, since the one that runs may only pass everything on."""
    overloads = typing.get_overloads(cls.__init__)  # type: ignore[misc]
    return inspect.signature(overloads[0] if overloads else cls.__init__)  # type: ignore[misc]


def _hints(function: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function)
    except (NameError, TypeError, AttributeError):
        return {}


def _value_for(name: str, hint: Any) -> Term:
    """A value by annotation first; whole numbers by what the words of the name count."""
    kinds = _members(hint)
    module = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, nn.Module)), None)
    if module is not None:
        return _module(module)
    if int not in kinds and any(typing.get_origin(kind) in (tuple, list, Sequence) for kind in kinds):
        return Items("tuple", (Constant(2), Constant(2)))
    if kinds and int not in kinds and float in kinds:
        return Constant(2.0)
    if bool in kinds:
        return Constant(False)
    return Constant(_count(name))


def _module(cls: type) -> Term:
    """A module to hand in: of the annotated class, or a linear layer where any module will do."""
    if cls is nn.Module:
        return Maker("torch.nn.Linear", (Argument(None, Constant(FEATURES)), Argument(None, Constant(FEATURES))))
    return Maker(build.public_name(cls), required(cls, signature_of(cls)))


def _members(hint: Any) -> tuple[Any, ...]:
    """The alternatives of an annotation; a type variable stands for its bound."""
    if isinstance(hint, typing.TypeVar):
        return _members(hint.__bound__)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return tuple(member for one in typing.get_args(hint) for member in _members(one))
    return () if hint is None else (hint,)


def _count(name: str) -> int:
    words = set(name.lower().split("_"))
    if name == "dim" or "padding" in words:
        return 1
    return 2 if words & _FEW else FEATURES


# -- inputs -------------------------------------------------------------------------------------------------------------


def inputs(cls: type, docstring: str, held: Sequence[int]) -> Iterator[Sample]:
    """Inputs worth trying, the likeliest first; `held` are the sizes that the instance and its arguments show."""
    names = input_names(cls)
    features = tuple(dict.fromkeys((*held, FEATURES)))[:5]
    ranks = tuple(dict.fromkeys((*documented_ranks(docstring), *_RANKS)))
    kinds = sorted(itertools.product(("float", "index", "unit"), repeat=min(len(names), 3)), key=_oddness)
    for wanted, rank, kind in _by_likelihood(ranks, kinds):
        for shape in _shapes(rank, features):
            yield from _samples(names, shape, kind, wanted)


def input_names(cls: type) -> list[str]:
    """Names of the inputs that a call cannot do without; one input where forward takes any number."""
    parameters = list(inspect.signature(cls.forward).parameters.values())[1:]  # type: ignore[attr-defined]
    if any(one.kind is one.VAR_POSITIONAL for one in parameters):
        return ["input"]
    return [one.name for one in parameters if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD]


def documented_ranks(docstring: str) -> list[int]:
    """Numbers of dimensions that the section "Shape:" of a docstring gives for its first input, what it calls unbatched last."""
    section = re.split(r"^\s*Shapes?:\s*$", docstring, maxsplit=1, flags=re.MULTILINE)
    line = re.search(r"-\s*\S*\s*:?(.*?)(?=\n\s*-|\n\s*\n|\Z)", section[1], re.DOTALL) if len(section) > 1 else None
    if line is None:
        return []
    parts = re.split(r"\(([^()`]*(?:\([^()]*\)[^()`]*)*)\)`", line.group(1))[1:]
    shapes = [(re.sub(r"\{[^{}]*\}", "", shape), after) for shape, after in zip(parts[::2], parts[1::2], strict=True)]
    batched_first = sorted(shapes, key=lambda pair: "unbatched" in pair[1])
    return list(dict.fromkeys(shape.count(",") + 1 for shape, _ in batched_first if shape.strip() and "*" not in shape))


def _oddness(kinds: tuple[str, ...]) -> tuple[int, ...]:
    return (sum(kind != "float" for kind in kinds), *(kind != "float" for kind in reversed(kinds)))


def _by_likelihood(ranks: Sequence[int], kinds: Sequence[Any]) -> Iterator[tuple[bool, int, tuple[InputKind, ...]]]:
    """Whether gradients are asked for, the rank and the kinds; a call that refuses gradients works in place."""
    for wanted in (True, False):
        for kind in kinds:
            for rank in ranks:
                yield wanted, rank, kind


def _shapes(rank: int, features: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Shapes of one rank: features in the second place, as images have them, or in the last, as sequences have them."""
    for spatial, size in itertools.product(_SPATIAL[: 7 if rank in (3, 4) else 2], features):
        if rank == 1:
            yield (size,)
        elif rank == 2:
            yield (_BATCH, size)
        else:
            yield (_BATCH, size, *(spatial,) * (rank - 2))
            yield (*(_BATCH, spatial, spatial, spatial)[: rank - 1], size)


def _samples(names: Sequence[str], shape: tuple[int, ...], kinds: Sequence[InputKind], wanted: bool) -> Iterator[Sample]:
    """All inputs of the same shape; where one holds indices, one without the feature dimension as well."""
    source = values.Source(0)
    every = (*kinds, *itertools.repeat(kinds[-1], len(names) - len(kinds)))
    shapes = [shape, (shape[0], *shape[2:])] if "index" in every[1:] else [shape]
    for of_indices in shapes:
        yield Sample(
            tuple(
                Argument(name, _tensor(name, of_indices if kind == "index" and place else shape, kind, source, wanted))
                for place, (name, kind) in enumerate(zip(names, every, strict=True))
            ),
            f"{tuple(shape)}",
            "signature",
        )


def _tensor(name: str, shape: tuple[int, ...], kind: InputKind, source: values.Source, wanted: bool) -> TensorData:
    count = math.prod(shape)
    if kind == "index":
        return TensorData(shape, "int64", tuple(place % 2 for place in range(count)))
    low, high = (0.0, 1.0) if kind == "unit" else (-2.5, 2.5)
    return TensorData(shape, "float32", tuple(values.reals(count, low, high, random.Random(name), source)), requires_grad=wanted)
