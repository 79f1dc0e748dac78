"""The signature of an operator as torch's lists write it -> its parts.

In: `div_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)`. Out: a Schema, by the rules of torch's code generator.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from inspector.source.stubs import between_commas

_ALIAS = re.compile(r"\([a-z|]+!?(?: -> [*a-z|]+)?\)")
"""What a type says of the memory it shares: (a), (a!), (a -> *)."""
_DUNDER = re.compile(r"__i?(\w+)__")


class Argument(NamedTuple):
    """One argument or result."""

    type: str
    """Without what it says of shared memory."""
    name: str
    """"" for a result without one."""
    is_written: bool
    """Whether the operator writes to it."""
    keyword: bool


class Schema(NamedTuple):
    """One signature."""

    name: str
    """With its overload: div_.Tensor."""
    arguments: tuple[Argument, ...]
    results: tuple[Argument, ...]

    @property
    def base(self) -> str:
        """The name without the overload."""
        return self.name.partition(".")[0]

    @property
    def is_out(self) -> bool:
        """Whether the caller hands in the tensors that take the result."""
        return any(argument.keyword and argument.is_written for argument in self.arguments)

    @property
    def is_in_place(self) -> bool:
        """Whether it writes to its first input, as its name says."""
        dunder = _DUNDER.fullmatch(self.base)
        return self.base.startswith("__i") if dunder else self.base.endswith("_")

    @property
    def functional(self) -> str:
        """The base name of the form that writes to no input."""
        if not self.is_in_place:
            return self.base
        dunder = _DUNDER.fullmatch(self.base)
        return f"__{dunder[1]}__" if dunder else self.base[:-1]

    @property
    def signature(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What all forms of an operator have in common: the one that writes to nothing, the one in place and the one with `out`."""
        return self.functional, tuple((each.type, each.name) for each in self.arguments if not (each.keyword and each.is_written))

    @property
    def result_names(self) -> tuple[str, ...]:
        """As formulas call the results: by their own names, else result, or result0, result1, …"""
        several = len(self.results) > 1
        names = (each.name if each.name != "self" else "result" for each in self.results)
        return tuple(name or (f"result{place}" if several else "result") for place, name in enumerate(names))


def parse(text: str) -> Schema:
    """The parts of a signature."""
    name, _, rest = text.partition("(")
    inside, _, results = rest.rpartition(" -> ")
    arguments, keyword = [], False
    for part in between_commas(inside.rstrip().removesuffix(")")):
        keyword = keyword or part == "*"
        if part != "*":
            arguments.append(_argument(part.partition("=")[0] if "=" in part else part, keyword=keyword))
    results = results.strip()
    several = results[1:-1] if results.startswith("(") else results
    return Schema(name.strip(), tuple(arguments), tuple(_argument(part, keyword=False) for part in between_commas(several)))


def _argument(text: str, *, keyword: bool) -> Argument:
    plain, written = _ALIAS.sub("", text), "!" in text
    kind, _, name = plain.strip().rpartition(" ")
    return Argument(kind, name, written, keyword) if kind else Argument(name, "", written, keyword)
