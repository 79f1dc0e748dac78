"""native_functions.yaml -> the entry of an operator: its signature, and which kernel runs it on which dispatch key.

In: the list. Out: Operators, without formulas and Python code. What an entry leaves out is filled in by torch's own rules (torchgen).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from inspector.below import Kernel, Operator
from inspector.source.native.blocks import Blocks, Entry
from inspector.source.native.schema import Schema, parse

IMPLICIT = "CompositeImplicitAutograd"
_EXPLICIT = ("CompositeExplicitAutograd", "CompositeExplicitAutogradNonFunctional")


class Operators:
    """Look-ups in one list of operators."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._names = frozenset(blocks.names())

    def __contains__(self, base: str) -> bool:
        return base in self._names

    def overloads(self, base: str) -> tuple[tuple[Schema, Operator], ...]:
        """The entries of a name, but for those that are handed the tensors that take the result."""
        return tuple((schema, self._operator(schema, entry)) for schema, entry in self._entries(base) if not schema.is_out)

    def _entries(self, base: str) -> Iterator[tuple[Schema, Entry]]:
        for entry in self._blocks.at(base):
            if isinstance(entry.values.get("func"), str):
                yield parse(entry.values["func"]), entry

    def _operator(self, schema: Schema, entry: Entry) -> Operator:
        values = entry.values
        delegate = _word(values, "structured_delegate")
        by_key = (_kernels(self._values_of(delegate)) if delegate else {}) | _kernels(values)
        kernels = tuple(by_key.values())
        if not kernels and "dispatch" not in values:
            kernels = (Kernel(IMPLICIT, schema.base, written=False),)
        return Operator(
            name=schema.name, schema=values["func"], file=self._blocks.file, line=entry.line,
            python_module=_word(values, "python_module"), variants=_words(values.get("variants", "function")),
            tags=_words(values.get("tags", "")), composite=_composite(kernels), delegate=delegate, kernels=kernels,
            derivatives=(), derivatives_of="", derivatives_line=0, nodes=(), decompositions=(),
        )  # fmt: skip

    def _values_of(self, name: str) -> Mapping[str, Any]:
        """The entry of the overload that an entry delegates to."""
        return next((entry.values for schema, entry in self._entries(name.partition(".")[0]) if schema.name == name), {})


def _kernels(values: Mapping[str, Any]) -> dict[str, Kernel]:
    """Dispatch key -> kernel: those that torch generates for an entry, and those that it names."""
    generated = {key: Kernel(key, symbol, written=False) for key, symbol in _generated(values).items()}
    return generated | {key: Kernel(key, symbol) for key, symbol in _dispatch(values).items()}


def _dispatch(values: Mapping[str, Any]) -> dict[str, str]:
    """Dispatch key -> kernel: a row may be for several keys."""
    rows = values.get("dispatch")
    rows = rows if isinstance(rows, dict) else {}
    return {key: kernel for keys, kernel in rows.items() if isinstance(kernel, str) for key in _words(keys)}


def _generated(values: Mapping[str, Any]) -> dict[str, str]:
    """The kernels that torch generates from an inner loop: for the keys and by the names of torchgen (UFUNC_DISPATCH_KEYS)."""
    base = parse(_word(values, "func")).base
    return {key: f"ufunc_{base}_{key}" for key in ("CPU", "CUDA")} if "ufunc_inner_loop" in values else {}


def _composite(kernels: tuple[Kernel, ...]) -> Literal["", "implicit", "explicit"]:
    keys = {kernel.key for kernel in kernels}
    if IMPLICIT in keys:
        return "implicit"
    return "explicit" if keys & {*_EXPLICIT} else ""


def _word(values: Mapping[str, Any], key: str) -> str:
    found = values.get(key)
    return found if isinstance(found, str) else ""


def _words(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(part.strip() for part in parts if isinstance(part, str) and part.strip())
