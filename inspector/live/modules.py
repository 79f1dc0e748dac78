"""A configuration and inputs for any module class under torch.nn, found by trying: no class is known by name.

In: the qualified name of a class, or a configuration, and its docstring. Out: a configuration that can be constructed with a sample that
its forward takes, or Unresolved with what torch said. Each trial runs on a module of its own.
"""

from __future__ import annotations

import inspect
import itertools
import warnings
from collections.abc import Iterator
from typing import Any

import msgspec
import torch
from torch import nn
from torch.nn.parameter import is_lazy

from inspector.errors import InspectError
from inspector.live import arguments, build, candidates, observe
from inspector.live.written import expression
from inspector.report import Argument, Configuration, Items, Parameter, Sample, TensorData, Term, Unresolved

TRIALS = 1500
"""Calls that are tried at most with one argument list."""

_WARNED = 20
"""Calls that run with a warning, after which no call without one is looked for."""


def find_sample(
    wanted: Configuration | str, *, docstring: str = "", instance: nn.Module | None = None
) -> tuple[Configuration, Sample] | Unresolved:
    """A configuration with every required argument, and inputs it takes; the arguments that are given stay as they are.

    With an `instance`, inputs that a copy of it takes, in its dtype.
    """
    given = Configuration(wanted, f"{wanted.rpartition('.')[2]}()") if isinstance(wanted, str) else wanted
    try:
        cls = build.find_class(given.subject)
    except InspectError as error:
        return Unresolved(error.line(), given.subject)
    if not issubclass(cls, nn.Module) or cls.forward is nn.Module.forward:
        return Unresolved("it has no forward of its own, so there is nothing to call", given.subject)
    trials = _Trials(docstring or inspect.getdoc(cls) or "")
    if instance is not None:
        fitting = trials.search(cls, given, observe.copied(instance))
        return (given, fitting) if fitting is not None else trials.refused(given)
    for configuration in _configurations(cls, given):
        found = trials.search(cls, configuration)
        if found is not None:
            return configuration, found
    return trials.refused(given)


def _configurations(cls: type[nn.Module], given: Configuration) -> Iterator[Configuration]:
    """The configuration with the arguments it lacks; then with one more of those that are None by default."""
    signature = candidates.signature_of(cls)
    names = _names_given(given, signature)
    lacking = [one for one in candidates.required(cls, signature) if one.name not in names]
    yield _with(given, lacking)
    for extra in candidates.optional(cls, signature):
        if extra.name not in names:
            yield _with(given, [*lacking, extra])


def _names_given(given: Configuration, signature: inspect.Signature) -> set[str]:
    positional = [Parameter(one.name, None) for one in list(signature.parameters.values())[1:] if one.kind is one.POSITIONAL_OR_KEYWORD]
    takes_any = [Parameter("args", None, kind="star"), Parameter("kwargs", None, kind="double_star")]
    return set(arguments.bind(given, [*positional, *takes_any]))


def _with(given: Configuration, more: list[Argument]) -> Configuration:
    if not more:
        return given
    args = (*given.args, *more)
    return msgspec.structs.replace(given, expression=expression(given.subject, args), args=args)


class _Trials:
    """The search of one class: how many calls were tried, and what torch said to the first."""

    def __init__(self, docstring: str) -> None:
        self._docstring = docstring
        self.count = 0
        self.refusal = "nothing"

    def refused(self, configuration: Configuration) -> Unresolved:
        """That nothing was found, and what the first call said."""
        if not self.count:
            return Unresolved(f"no instance could be made: {self.refusal}", configuration.subject)
        return Unresolved(f"no inputs found in {self.count} tries; the first was refused: {self.refusal}", configuration.subject)

    def search(self, cls: type[nn.Module], configuration: Configuration, given: nn.Module | None = None) -> Sample | None:
        """The first inputs the configured (or the given) module takes without a warning, else the first it takes at all."""
        try:
            instance = given if given is not None else build.make_instance(configuration)
        except InspectError as error:
            self._say(error.what)
            return None
        warned: list[Sample] = []
        for drawn in itertools.islice(candidates.inputs(cls, self._docstring, _held(instance)), TRIALS):
            sample = in_dtype_of(instance, drawn)
            outcome = self._tried(instance, configuration, sample)
            if outcome == "ran":
                return sample
            if outcome == "warned":
                warned.append(sample)
            if len(warned) == _WARNED:
                break
        return warned[0] if warned else None

    def _tried(self, instance: nn.Module, configuration: Configuration, sample: Sample) -> str:
        """ "ran", "warned" or "refused". A lazy module changes at its first call, so each trial makes another."""
        self.count += 1
        lazy = any(is_lazy(one) for one in (*instance.parameters(), *instance.buffers()))
        module = build.make_instance(configuration) if lazy else instance
        with warnings.catch_warnings(record=True) as said, build.fixed_random(), torch.enable_grad():
            warnings.simplefilter("always")
            try:
                module(*build.make_inputs(sample))
            except build.REFUSALS as error:
                self._say(build.one_line(error))
                return "refused"
        return "warned" if said else "ran"

    def _say(self, refusal: str) -> None:
        if self.refusal == "nothing":
            self.refusal = refusal


def in_dtype_of(instance: nn.Module, sample: Sample) -> Sample:
    """The sample in the floating dtype of a module's tensors, where they have one other than the default."""
    dtypes = {str(one.dtype).removeprefix("torch.") for one in (*instance.parameters(), *instance.buffers()) if one.is_floating_point()}
    if len(dtypes) != 1 or dtypes == {"float32"}:
        return sample
    (dtype,) = dtypes
    return msgspec.structs.replace(sample, inputs=tuple(Argument(one.name, _retyped(one.value, dtype)) for one in sample.inputs))


def _retyped(term: Term, dtype: str) -> Term:
    if isinstance(term, Items):
        return Items(term.kind, tuple(_retyped(item, dtype) for item in term.items))
    floating = isinstance(term, TensorData) and term.dtype.startswith(("float", "bfloat"))
    return msgspec.structs.replace(term, dtype=dtype) if floating else term


def _held(instance: nn.Module) -> list[int]:
    """Sizes an input may have to match: whole numbers the module holds, then sizes of its tensors; the small ones are no sizes."""
    held: list[Any] = [value for module in instance.modules() for value in vars(module).values()]
    flat = [one for value in held for one in (value if isinstance(value, (tuple, list)) else (value,))]
    tensors = (*instance.parameters(), *instance.buffers(), *(one for one in flat if isinstance(one, torch.Tensor)))
    shapes = [size for one in tensors if not is_lazy(one) for size in one.shape]
    return list(dict.fromkeys(one for one in (*flat, *shapes) if type(one) is int and one > 2))[:6]
