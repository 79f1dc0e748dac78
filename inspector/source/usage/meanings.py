"""A dotted path as code spells it -> the class or function of torch it means, its MRO and the parameters of its methods.

In: the texts of one or more releases, the older first. Out: qualified names and Parameters. Nothing of torch is imported.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from inspector.report import Parameter
from inspector.source import signatures
from inspector.source.finders import TorchText
from inspector.source.resolve import Library
from inspector.source.values import ClassValue, Function, ModuleValue


class Meaning(NamedTuple):
    """What a path stands for in torch."""

    kind: Literal["class", "function", "module"]
    name: str
    """Qualified name."""


class Meanings:
    """What paths mean in some releases; the first that knows a path decides."""

    def __init__(self, texts: tuple[TorchText, ...]) -> None:
        self._libraries = [Library(text) for text in texts]
        self._known: dict[str, Meaning | None] = {}

    def of(self, path: str) -> Meaning | None:
        """The class, function or module that a path means; None for anything else, and for what is not torch's."""
        if path != "torch" and not path.startswith("torch."):
            return None
        if path not in self._known:
            self._known[path] = next((found for library in self._libraries if (found := _meaning(library, path)) is not None), None)
        return self._known[path]

    def mro(self, name: str) -> tuple[str, ...]:
        """The classes of torch that a class derives from, itself first."""
        for library in self._libraries:
            found = library.dotted(name)
            if isinstance(found, ClassValue):
                return tuple(each.name for each in library.mro(found) if isinstance(each, ClassValue))
        return (name,)

    def owner(self, name: str, member: str) -> str:
        """The class that defines a method for a class; "" where none of torch's does, and for a function."""
        for library in self._libraries:
            found = library.dotted(name)
            if (
                isinstance(found, ClassValue)
                and (method := library.member(found, member)) is not None
                and isinstance(method[0], ClassValue)
            ):
                return method[0].name
        return ""

    def signature(self, name: str, member: str = "") -> tuple[Parameter, ...]:
        """The parameters of a function, or of a method of a class, in the first of the releases that has it; empty where none has."""
        for library in self._libraries:
            found = library.dotted(name)
            if isinstance(found, ClassValue) and (method := library.member(found, member)) is not None:
                found = method[1]
            if isinstance(found, Function):
                return signatures.signature_of(found, method=bool(member))
        return ()


def _meaning(library: Library, path: str) -> Meaning | None:
    found = library.dotted(path)
    if isinstance(found, ClassValue):
        return Meaning("class", found.name)
    if isinstance(found, Function):
        return Meaning("function", found.name) if found.owner is None else None
    return Meaning("module", found.name) if isinstance(found, ModuleValue) else None
