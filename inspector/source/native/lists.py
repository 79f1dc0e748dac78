"""The lists of one torch, read once, and what they say of names: operators, their formulas, their nodes, torch's Python code for them.

In: the text of a torch, and names. Out: Below. A name without an entry gets the reason; nothing is guessed in an entry's place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from inspector.below import Below, Missing, Named, Node, Operator
from inspector.source.finders import TorchText
from inspector.source.native import files, formulas, headers
from inspector.source.native.blocks import Blocks
from inspector.source.native.files import File, Files
from inspector.source.native.formulas import Formulas
from inspector.source.native.names import Bindings, operator_of, wanted
from inspector.source.native.operators import Operators
from inspector.source.native.python_code import PythonCode
from inspector.source.native.schema import Schema, parse

_BY_HAND = "no entry: it is not an operator; torch binds it to Python by hand"
_BOUND_BY_HAND = "no entry of its own: the list has operators of this name, but torch binds this spelling to Python by hand"
_NOT_LISTED = "no entry: the operator is not in torch's list"
_HAND_MADE = "no entry: no formula makes a node of this name; it is written by hand, in C++ or as a torch.autograd.Function"


class Lists:
    """The lists of one torch, each read once."""

    def __init__(self, text: TorchText) -> None:
        found = Files(text)
        operators, rules, self._header = found.read(files.OPERATORS), found.read(files.FORMULAS), found.read(files.HEADER)
        self._bindings = Bindings(*(found.read(names) for names in (files.BINDINGS, files.METHODS, files.TENSOR)))
        python_code = [file for name in files.PYTHON_CODE if (file := found.read((name,))) is not None]
        self.read = tuple(found.found)
        """Relative names of the files that were read."""
        self.is_whole = not found.refused
        """False where a file is there and could not be had."""
        self._operators = Operators(Blocks(operators, "- func: ")) if operators else None
        self._formulas = Formulas(Blocks(rules, "- name: ")) if rules else None
        self._python_code = PythonCode(python_code)
        self.missing = tuple(_missing(operators, rules, self._header, found.refused))
        self._known: dict[str, tuple[Operator, ...]] = {}

    def below(self, functions: tuple[str, ...], observed: tuple[str, ...], nodes: tuple[str, ...]) -> Below:
        """Everything that is declared of these names."""
        called = tuple(self._function(name, nodes) for name in functions)
        ran = tuple(self._observed(name, nodes) for name in observed)
        autograd = tuple(self._node(name) for name in nodes)
        leading = dict.fromkeys(name for each in (*called, *ran, *autograd) for name in each.operators)
        entries = {name: self._entry(name) for name in leading}
        for name in [name for each in called for name in each.operators]:
            entries |= {other.name: other for other in self._called_by_formulas(entries[name])}
        operators = tuple(entries.values())
        return Below(called, ran, autograd, operators, tuple(self._nodes(operators, called)), self.missing)

    # -- names ---------------------------------------------------------------------------------------------------------

    def _function(self, name: str, nodes: tuple[str, ...]) -> Named:
        if self._operators is None:
            return Named(name, (), self._not_carried())
        want = wanted(name, self._bindings)
        if want is None or want.base not in self._operators:
            return Named(name, (), _BY_HAND)
        found = self._overloads(want.base)
        fitting = [
            each.name
            for each in found
            if each.python_module == want.module and want.variant in each.variants and self._bindings.is_generated(each.schema)
        ]
        ran = tuple(each.name for each in found if each.name in fitting and not {*each.nodes}.isdisjoint(nodes))
        return Named(name, tuple(fitting), "" if fitting else _BOUND_BY_HAND, ran)

    def _observed(self, name: str, nodes: tuple[str, ...]) -> Named:
        if self._operators is None:
            return Named(name, (), self._not_carried())
        found = self._overloads(operator_of(name))
        ran = tuple(each.name for each in found if not {*each.nodes}.isdisjoint(nodes))
        return Named(name, tuple(each.name for each in found), "" if found else _NOT_LISTED, ran)

    def _node(self, name: str) -> Named:
        if self._formulas is None:
            return Named(name, (), self._not_carried())
        definition = self._formulas.behind(name)
        if definition is None:
            return Named(name, (), _HAND_MADE)
        base = parse(definition.name + "(").base
        found = tuple(each.name for each in self._overloads(base) if each.name == definition.name)
        return Named(name, found, "" if found else _NOT_LISTED)

    def _not_carried(self) -> str:
        first = self.missing[0]
        return f"{first.file}: {first.reason}" if first.reason else f"this torch does not carry {first.file}"

    # -- entries -------------------------------------------------------------------------------------------------------

    def _overloads(self, base: str) -> tuple[Operator, ...]:
        if base not in self._known:
            found = self._operators.overloads(base) if self._operators is not None else ()
            self._known[base] = tuple(self._complete(schema, operator) for schema, operator in found)
        return self._known[base]

    def _entry(self, name: str) -> Operator:
        return next(each for each in self._overloads(name.partition(".")[0]) if each.name == name)

    def _complete(self, schema: Schema, operator: Operator) -> Operator:
        definition = self._formulas.of(schema) if self._formulas is not None else None
        code = self._python_code.of(operator.name)
        if definition is None:
            return msgspec.structs.replace(operator, decompositions=code)
        return msgspec.structs.replace(
            operator, derivatives=definition.derivatives, derivatives_of=definition.name, derivatives_line=definition.line,
            nodes=tuple(definition.nodes.values()), decompositions=code,
        )  # fmt: skip

    def _called_by_formulas(self, operator: Operator) -> Iterator[Operator]:
        """The operators that an operator's own formulas call in its backward pass: functions, not methods, of torch's list."""
        said = " ".join(each.formula for each in operator.derivatives if not each.forward)
        for word in dict.fromkeys(re.findall(r"(?<![\w.>])(?:at::)?(\w+)\(", said)):
            yield from self._overloads(word.removesuffix("_symint"))

    # -- nodes ---------------------------------------------------------------------------------------------------------

    def _nodes(self, operators: tuple[Operator, ...], called: tuple[Named, ...]) -> Iterator[Node]:
        if self._formulas is None:
            yield from self._nodes_by_name(called)
        done: set[str] = set()
        for operator in operators:
            for name in operator.nodes:
                if name not in done:
                    done.add(name)
                    yield self._made_for(name, operator)

    def _made_for(self, name: str, operator: Operator) -> Node:
        struct = headers.struct_of(self._header, name) if self._header is not None else None
        if struct is not None and self._header is not None:
            return Node(name, operator.derivatives_of, struct.saved, "declared", self._header.name, struct.line)
        definition = self._formulas.behind(name) if self._formulas is not None else None
        key = next((key for key, node in definition.nodes.items() if node == name), "") if definition else ""
        saved = formulas.named_in(parse(operator.schema), operator.derivatives, key)
        return Node(name, operator.derivatives_of, saved, "named in the formula", "", 0)

    def _nodes_by_name(self, called: tuple[Named, ...]) -> Iterator[Node]:
        """Without a list of formulas: the nodes that the header has for the operators of the trace, by how nodes are named."""
        if self._header is None:
            return
        for each in called:
            want = wanted(each.name, self._bindings)
            for name in headers.numbered(self._header, formulas.prefix_of(want.base)) if want and want.variant == "function" else ():
                struct = headers.struct_of(self._header, name)
                if struct is not None:
                    yield Node(name, "", struct.saved, "declared", self._header.name, struct.line)


def _missing(operators: File | None, rules: File | None, header: File | None, refused: str) -> Iterator[Missing]:
    for name, found, says in (
        ("native_functions.yaml", operators, "the signatures of operators and their kernels"),
        ("derivatives.yaml", rules, "the formulas of their gradients"),
        ("Functions.h", header, "what each autograd node keeps for the backward pass"),
    ):
        if found is None:
            yield Missing(name, says, refused)
