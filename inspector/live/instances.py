"""An instance becomes a configuration: the constructor call that would make it again, found by rule and checked by making it.

In: a module somebody made. Out: a Configuration. What cannot be found out is `Reference("unknown")`, shown as such and never guessed; a
parameter with a default is left at it where nothing on the instance says otherwise. Never calls the module and never changes it.
"""

from __future__ import annotations

import dataclasses
import inspect
import itertools
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, TypeAlias, get_overloads

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from inspector.errors import InspectError
from inspector.live import arguments, build, naming
from inspector.live.written import expression
from inspector.report import Argument, Configuration, Constant, Items, Maker, Parameter, Reference, TensorData, Term, number

UNKNOWN = Reference("unknown")
"""An argument that nothing on the instance tells."""

_MISSING = object()
_EMPTY_MODULE = frozenset(vars(nn.Module()))
_KINDS: Mapping[str, Any] = {"VAR_POSITIONAL": "star", "VAR_KEYWORD": "double_star", "KEYWORD_ONLY": "keyword"}
_HOOKS: tuple[tuple[Any, str], ...] = (
    ("forward_pre", "_forward_pre_hooks"),
    ("forward", "_forward_hooks"),
    ("full_backward_pre", "_backward_pre_hooks"),
    ("full_backward", "_backward_hooks"),
)


def describe(instance: nn.Module) -> Configuration:
    """The constructor call and the hooks that make a module like this one."""
    if not isinstance(instance, nn.Module):
        said = f"{type(instance).__name__} is no torch.nn.Module"
        raise InspectError("not-a-module", said, "", "give a name, a class or an instance of a loss")
    cls = type(instance)
    if "_modules" not in vars(instance):
        said = f"{cls.__name__}.__init__ has not called super().__init__()"
        raise InspectError("not-a-module", said, "", "a Module that was not set up cannot be called")
    args = _arguments(instance)
    hooks = [(kind, naming.of_callable(function)) for kind, name in _HOOKS for function in getattr(instance, name, {}).values()]
    if getattr(instance, "_is_full_backward_hook", None) is False:  # the deprecated kind, which no configuration can ask for
        hooks = [(kind, name) for kind, name in hooks if kind != "full_backward"]
    kinds, functions = tuple(kind for kind, _ in hooks), tuple(name for _, name in hooks)
    return Configuration(_qualified(cls), expression(cls.__name__, args), args, hooks=kinds, hook_functions=functions)


def signature_of(cls: type) -> tuple[Parameter, ...]:
    """The parameters of a class's constructor; defaults as Python writes them. Of overloads the first that is declared."""
    overloads = get_overloads(cls.__init__)  # type: ignore[misc]
    written = overloads[0] if overloads else cls.__init__  # type: ignore[misc]
    found = list(inspect.signature(written).parameters.values())[1:]
    return tuple(
        Parameter(
            name=one.name,
            default=None if one.default is one.empty else repr(one.default),
            annotation=None if one.annotation is one.empty else str(one.annotation),
            kind=_KINDS.get(one.kind.name, "positional"),
        )
        for one in found
    )


def differences(one: nn.Module, other: nn.Module) -> tuple[str, ...]:
    """Dotted names of the attributes, buffers and parameters in which two modules differ; parameters by shape and dtype only."""
    if type(one) is not type(other):
        return ("__class__",)
    mine, theirs = _state(one), _state(other)
    found: list[str] = []
    for name in dict.fromkeys((*mine, *theirs)):
        here, there = mine.get(name, _MISSING), theirs.get(name, _MISSING)
        if isinstance(here, nn.Module) and isinstance(there, nn.Module):
            found += [f"{name}.{inner}" for inner in differences(here, there)]
        elif not _same(here, there):
            found.append(name)
    return tuple(found)


def to_term(value: Any) -> Term:
    """A value as plain data; `Reference("unknown")` for what no constructor call here could hold."""
    if isinstance(value, float):
        held = number(value)
        return Constant(held, nonfinite=isinstance(held, str))
    if value is None or isinstance(value, (bool, int, str)):
        return Constant(value)
    if isinstance(value, (tuple, list)):
        return Items("list" if isinstance(value, list) else "tuple", tuple(to_term(one) for one in value))
    if isinstance(value, torch.Tensor):
        return _tensor_term(value)
    if isinstance(value, nn.Module):
        return Maker(build.public_name(type(value)), _arguments(value))
    if isinstance(value, torch.dtype):
        return Reference(str(value))
    if dataclasses.is_dataclass(value) and build.may_be_constructed(type(value)):
        return Maker(build.public_name(type(value)), _fields_given(value))
    return _named(value)


# -- finding the arguments ----------------------------------------------------------------------------------------------


def _arguments(instance: nn.Module) -> tuple[Argument, ...]:
    """The arguments away from their defaults, and those that have none."""
    signature = signature_of(type(instance))
    search = _Search(instance, {one.name: one for one in signature if one.kind in ("positional", "keyword")})
    given = search.guessed(search.repaired(search.by_name()))
    starred = instance.children() if any(one.kind == "star" for one in signature) else ()
    kept = search.pruned(given)
    return (*(Argument(None, to_term(child)) for child in starred), *(Argument(name, kept[name]) for name in search.named if name in kept))


Given: TypeAlias = dict[str, Term]

_TRIES = 40
"""Modules that are made at most while one argument list is looked for."""

_LARGE = 1_000_000
"""Elements of parameters from which on trial modules are made without storage."""


class _Search:
    """The arguments of one instance, each step held against a module made with them."""

    def __init__(self, instance: nn.Module, named: dict[str, Parameter]) -> None:
        self.named = named
        self._instance = instance
        self._state = _state(instance)
        self._large = sum(one.numel() for one in instance.parameters() if not is_lazy(one)) > _LARGE

    def by_name(self) -> Given:
        """What attributes of the parameters' own names say; UNKNOWN for a parameter that needs a value and has no such attribute."""
        given = {name: term for name, one in self.named.items() if (term := self._by_name(one)) is not None}
        return {name: UNKNOWN for name, one in self.named.items() if one.default is None} | given

    def repaired(self, given: Given) -> Given:
        """Arguments that make a module, where the first ones do not: the sizes of submodules, and sequences less what was added."""
        if self._left(given) is not None:
            return given
        choices = {name: terms for name, term in given.items() if (terms := self._repairs(name, term))}
        best: tuple[int, Given] | None = None
        for combination in itertools.islice(itertools.product(*choices.values()), _TRIES):
            tried = {**given, **dict(zip(choices, combination, strict=True))}
            left = self._left(tried)
            if left is not None and (best is None or len(left) < best[0]):
                best = (len(left), tried)
        return best[1] if best else given

    def guessed(self, given: Given) -> Given:
        """Values for parameters that leave no attribute of their name, each kept only where the module comes out more alike.

        Tried are the other position of a switch, the values of attributes that came out differently (PairwiseDistance keeps `p` as
        `norm`), and the dtype of the module's tensors.
        """
        left, before = self._left(given) or (), None
        while left and left != before:  # one argument can hide what another one changes: the dtype of a bias, and that there is one
            before = left
            for name in [name for name in self.named if name not in given]:
                given, left = self._improved(given, name, left)
        return given

    def _improved(self, given: Given, name: str, left: tuple[str, ...]) -> tuple[Given, tuple[str, ...]]:
        """The arguments with a value for one more, where some value makes the module more alike, and what still differs."""
        for term in self._candidates(self.named[name], left):
            now = self._left({**given, name: term})
            if now is not None and len(now) < len(left):
                return {**given, name: term}, now
        return given, left

    def pruned(self, given: Given) -> Given:
        """Without the optional arguments that make no difference."""
        left = self._left(given)
        for name in reversed(list(given)):
            if self.named[name].default is None:
                continue
            without = {kept: term for kept, term in given.items() if kept != name}
            now = self._left(without)
            if (
                given[name] == UNKNOWN
                or (left is None and _is_default(self.named[name], given[name]))
                or (left is not None and now is not None and len(now) <= len(left))
            ):
                given = without
        return given

    def _by_name(self, parameter: Parameter) -> Term | None:
        """What the attribute says; nothing where it cannot be what was handed in: a module for a number."""
        if parameter.name not in self._state:
            return None
        value = self._state[parameter.name]
        if parameter.default in ("True", "False") and not isinstance(value, bool):
            return Constant(value is not None)
        default = arguments.default_of(parameter)
        if isinstance(default, (int, float)) and isinstance(value, (nn.Module, torch.Tensor)):
            return None
        return to_term(value)

    def _repairs(self, name: str, term: Term) -> list[Term]:
        if isinstance(term, Items) and term.items:
            return [term, Items(term.kind, term.items[:-1])]
        if term != UNKNOWN:
            return []
        same_name = [one for child in self._instance.modules() if isinstance(one := getattr(child, name, None), int)]
        held = [one for child in self._instance.modules() for one in vars(child).values() if type(one) is int and one > 0]
        repairs: list[Term] = [Constant(one) for one in dict.fromkeys((*same_name, *held))]
        return repairs[:6]

    def _candidates(self, parameter: Parameter, differing: tuple[str, ...]) -> list[Term]:
        values = [self._state[name] for name in differing if name in self._state]
        terms: list[Term] = [to_term(value) for value in values if not isinstance(value, nn.Module)]
        if parameter.default in ("True", "False"):
            terms.insert(0, Constant(parameter.default == "False"))
        terms += [Reference(str(one.dtype)) for one in self._instance.parameters()][:1]
        return [term for term in dict.fromkeys(terms) if term != UNKNOWN]

    def _left(self, given: Given) -> tuple[str, ...] | None:
        """In what a module made with these arguments differs; None where none can be made."""
        cls = type(self._instance)
        args = tuple(Argument(name, term) for name, term in given.items())
        try:
            with torch.device("meta") if self._large else nullcontext():
                made = build.make_instance(Configuration(_qualified(cls), cls.__name__, args))
        except InspectError:
            return None
        return differences(self._instance, made)


def _is_default(parameter: Parameter, term: Term) -> bool:
    default, value = arguments.default_of(parameter), arguments.constant_of(term)
    return default is not arguments.UNKNOWN and type(default) is type(value) and default == value


# -- values -------------------------------------------------------------------------------------------------------------


def _state(instance: nn.Module) -> dict[str, Any]:
    """What an instance holds, by name: attributes of its own, parameters, buffers and submodules."""
    own = {name: value for name, value in vars(instance).items() if name not in _EMPTY_MODULE}
    return {**own, **instance._parameters, **instance._buffers, **instance._modules}


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, nn.Module) and isinstance(other, nn.Module):
        return not differences(one, other)
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return _same_tensor(one, other)
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)):
        return type(one) is type(other) and len(one) == len(other) and all(map(_same, one, other))
    if dataclasses.is_dataclass(one) and type(one) is type(other):
        return all(_same(getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(one))
    if isinstance(one, (bool, int, float, str, type(None))):
        return type(one) is type(other) and (one == other or one != one)
    return one is other or type(one) is type(other)


def _same_tensor(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Parameters are drawn at random, so only shape and dtype say how a module was made; the values of a buffer were handed in."""
    alike = one.shape == other.shape and one.dtype == other.dtype
    if not alike or isinstance(one, nn.Parameter):
        return alike
    return "meta" in (one.device.type, other.device.type) or bool(torch.equal(one.detach().cpu(), other.detach().cpu()))


def _fields_given(value: Any) -> tuple[Argument, ...]:
    """The fields of a record away from their defaults."""
    fields = [(one, getattr(value, one.name)) for one in dataclasses.fields(value) if one.init]
    return tuple(Argument(one.name, to_term(held)) for one, held in fields if not _same(held, one.default))


def _tensor_term(value: torch.Tensor) -> Term:
    if value.device.type == "meta" or value.layout is not torch.strided or value.is_complex():
        return UNKNOWN
    flat = value.detach().cpu().reshape(-1).tolist()
    dtype = str(value.dtype).removeprefix("torch.")
    return TensorData(tuple(value.shape), dtype, tuple(number(one) for one in flat), requires_grad=value.requires_grad and value.is_leaf)


def _named(value: Any) -> Term:
    """A function or class by its qualified name, the public one where torch.nn.functional has it; unknown for any other object."""
    name = getattr(value, "__name__", "")
    if name and getattr(nn.functional, name, None) is value:
        return Reference(f"torch.nn.functional.{name}")
    if isinstance(value, type):
        return Reference(build.public_name(value))
    if inspect.isfunction(value) and "<" not in value.__qualname__:
        return Reference(f"{value.__module__}.{value.__qualname__}")
    return UNKNOWN


def _qualified(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
