"""derivatives.yaml -> the formulas of an operator, the names of its autograd nodes, and what those keep.

In: the list. Out: Derivatives and names of nodes, by the rules of torch's code generator (torchgen, load_derivatives.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from inspector.below import Derivative, Saved
from inspector.source.native.blocks import Blocks
from inspector.source.native.schema import Schema, parse

_NO_FORMULAS = ("name", "output_differentiability", "dispatch")
_DEFAULT = "Default"
_FACTS = {
    r"\b{}(?:\.|->)(?:sym_)?sizes\(\)": "_sizes", r"\b{}\.(?:sym_)?size\(-?\w+\)": "_size", r"\b{}\.(?:sym_)?strides\(\)": "_strides",
    r"\b{}\.(?:sym_)?numel\(\)": "_numel", r"\b{}\.dim\(\)": "_dim", r"\b{}\.options\(\)": "_options", r"\b{}\.layout\(\)": "_layout",
    r"\b{}\.scalar_type\(\)": "_scalar_type", r"\b{}\.is_conj\(\)": "_conjugate", r"\b{}\.sym_blocksize\(\)": "_blocksize",
    r"\bzeros_like\({}\)": "_info", r"\bTensorGeometry\({}\)": "_geometry", r"\bto_args_\w+\({}\)": "_args",
}  # fmt: skip
"""What a formula may ask of an input or result -> what the name of the answer ends in, which is kept in place of the tensor."""


class Definition(NamedTuple):
    """One entry of the list."""

    name: str
    """With its overload."""
    line: int
    derivatives: tuple[Derivative, ...]
    nodes: dict[str, str]
    """Autograd dispatch key, "" for all others -> name of the node; empty where nothing is differentiable."""


class Formulas:
    """Look-ups in one list of formulas."""

    def __init__(self, blocks: Blocks) -> None:
        self.file = blocks.file
        self._blocks = blocks
        self._by_prefix: dict[str, list[str]] = {}
        for name in blocks.names():
            self._by_prefix.setdefault(prefix_of(name), []).append(name)
        self._known: dict[str, tuple[tuple[Schema, Definition], ...]] = {}

    def of(self, schema: Schema) -> Definition | None:
        """The entry of an operator: its own, or the one of the form that writes to no input, which serves for all forms."""
        for name in dict.fromkeys((schema.base, schema.functional)):
            known = self._definitions(prefix_of(name))
            found = [each for other, each in known if other.name == schema.name] or [
                each for other, each in known if other.signature == schema.signature
            ]
            if found:
                return found[0]
        return None

    def behind(self, node: str) -> Definition | None:
        """The entry that a node is made from; None where none makes a node of this name."""
        prefix = re.sub(r"(?<=Backward)(?:Autograd\w*?)?\d*$", "", node)
        return next((each for _, each in self._definitions(prefix) if node in each.nodes.values()), None)

    def _definitions(self, prefix: str) -> tuple[tuple[Schema, Definition], ...]:
        """The entries whose nodes have names that begin so: these are numbered together."""
        if prefix not in self._known:
            entries = [entry for name in self._by_prefix.get(prefix, ()) for entry in self._blocks.at(name)]
            entries.sort(key=lambda each: each.line)
            counts: dict[str, int] = {}
            self._known[prefix] = tuple(
                _definition(entry.line, entry.values, prefix, counts) for entry in entries if isinstance(entry.values.get("name"), str)
            )
        return self._known[prefix]


def prefix_of(name: str) -> str:
    """How the names of an operator's nodes begin: nll_loss_forward -> NllLossBackward."""
    return ("".join(part.title() for part in name.split("_")) + "Backward").replace("ForwardBackward", "Backward")


def _definition(line: int, values: Mapping[str, Any], prefix: str, counts: dict[str, int]) -> tuple[Schema, Definition]:
    schema = parse(values["name"])
    by_key = values.get("dispatch")
    by_key = by_key if isinstance(by_key, dict) else {_DEFAULT: values}
    derivatives: list[Derivative] = []
    nodes: dict[str, str] = {}
    for key, formulas in by_key.items():
        said = "" if key == _DEFAULT else str(key)
        some = tuple(_derivatives(formulas if isinstance(formulas, dict) else {}, schema, said))
        derivatives += some
        if any(not each.forward and each.formula != NONE for each in some):
            start = prefix + said
            nodes[said] = f"{start}{counts.get(start, 0)}"
            counts[start] = counts.get(start, 0) + 1
    return schema, Definition(schema.name, line, tuple(derivatives), nodes)


NONE = "non_differentiable"


def _derivatives(formulas: Mapping[str, Any], schema: Schema, key: str) -> Iterator[Derivative]:
    arguments = {argument.name for argument in schema.arguments}
    for names, formula in formulas.items():
        if names not in _NO_FORMULAS and isinstance(formula, str):
            of = tuple(name.strip() for name in names.split(","))
            yield Derivative(of, " ".join(formula.split()), key, forward=of[0] not in arguments)


def named_in(schema: Schema, derivatives: tuple[Derivative, ...], key: str) -> tuple[Saved, ...]:
    """What the formulas of a node name of inputs and results, which is what the node keeps: a fact about one, or the thing itself."""
    found: dict[Saved, None] = {}
    things = [*((each.name, each.type) for each in schema.arguments), *_results(schema)]
    for formula in (each.formula for each in derivatives if each.key == key and not each.forward and each.formula != NONE):
        for name, kind in things:
            formula, facts = _facts_of(name, formula)
            found |= dict.fromkeys(Saved(fact, "") for fact in facts)
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", formula):
                tensors = kind.startswith("Tensor")
                found[Saved(name, ("tensors" if "[" in kind else "tensor") if tensors else kind)] = None
    return tuple(sorted(found, key=lambda each: not each.kind.startswith("tensor")))


def _results(schema: Schema) -> list[tuple[str, str]]:
    return [(name, each.type) for name, each in zip(schema.result_names, schema.results, strict=True)]


def _facts_of(name: str, formula: str) -> tuple[str, list[str]]:
    """A formula without what it asks of one input or result, and the names of the answers, which are kept in its place."""
    found = []
    for asked, suffix in _FACTS.items():
        formula, count = re.subn(asked.format(re.escape(name)), " ", formula)
        found += [name + suffix] if count else []
    return formula, found
