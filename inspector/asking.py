"""What a person named -> what is asked: whose text, which configuration, with which inputs.

In: a spelling, an expression, a class or an instance. Out: an Asked. Loads torch only for what cannot be known without it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import msgspec

from inspector import losses
from inspector.errors import InspectError, UnknownName
from inspector.report import Argument, Configuration, Parameter, Sample, Unresolved
from inspector.source import catalog, finders, reading
from inspector.source.finders import TorchText

if TYPE_CHECKING:
    from inspector.source.catalog import CatalogEntry

Hook: TypeAlias = Literal["forward", "forward_pre", "full_backward", "full_backward_pre"]

_SPELLING = re.compile(r"\s*\w[\w. -]*", re.ASCII)
"""What may name a class: words with dots, blanks or hyphens between them. Everything else is an expression."""

NOT_FROM_HERE = "a class outside torch is run only when an instance of it is handed over in Python: inspect_loss(instance)"
"""Why naming a class of another package on the command line reads it and runs nothing."""


class Asked(msgspec.Struct, frozen=True):
    """What a report is to be about."""

    text: TorchText
    configuration: Configuration
    sample: Sample | Unresolved
    instance: Any = None
    """The instance itself, where one was given."""
    may_run: bool = True


def understand(subject: Any, target_kind: str | None, hooks: tuple[str, ...], *, live: bool, text: TorchText | None = None) -> Asked:
    """What is asked; raises InspectError for what is not a loss, a module, or a call of one.

    `text` is the torch that is read, where that is not the installed one. A class or an instance is always of the installed one.
    """
    if text is not None and not isinstance(subject, str):
        what = "a class or an instance is of the torch that runs here"
        raise InspectError("not-in-a-release", what, "", "name the class in a string to read it in another torch")
    text = text or finders.find_installed()
    kinds = cast("tuple[Hook, ...]", hooks)
    if isinstance(subject, str):
        return _spelled(text, subject, (target_kind, kinds), live=live)
    if isinstance(subject, type):
        name = f"{subject.__module__}.{subject.__qualname__}"
        configuration = Configuration(name, f"{subject.__qualname__}()", (), target_kind, kinds)
        return _with_sample(_beside(text, subject), configuration, live=live)
    return _given(text, subject, (target_kind, kinds))


def _given(text: TorchText, instance: Any, more: tuple[str | None, tuple[Hook, ...]]) -> Asked:
    from inspector.live import instances, modules

    described = instances.describe(instance)
    configuration = msgspec.structs.replace(described, target_kind=more[0], hooks=(*described.hooks, *more[1]))
    beside = _beside(text, type(instance))
    if losses.find(configuration.subject) is None:
        found = modules.find_sample(configuration, docstring=reading.outline(beside, configuration.subject).docstring, instance=instance)
        return Asked(beside, configuration, found if isinstance(found, Unresolved) else found[1], instance)
    asked = _with_sample(beside, configuration, live=True)
    sample = asked.sample if isinstance(asked.sample, Unresolved) else modules.in_dtype_of(instance, asked.sample)
    return msgspec.structs.replace(asked, instance=instance, sample=sample)


def _beside(text: TorchText, cls: type) -> TorchText:
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    return text.beside(cls.__module__, Path(file) if file else None)


def _spelled(text: TorchText, subject: str, more: tuple[str | None, tuple[Hook, ...]], *, live: bool) -> Asked:
    from inspector.live import allowed
    from inspector.source.expression import parse_expression

    name, args = (subject.strip(), ()) if _SPELLING.fullmatch(subject) else parse_expression(subject)
    try:
        entry = catalog.loss_named(text, name) or catalog.find(catalog.read_catalog(text), name)
    except InspectError:
        asked = _elsewhere(text, name, subject, (args, *more))
        if asked is not None:
            return asked
        _refuse_what_is_of_another_release(text, name)
        raise
    expression = f"{entry.name}({subject.partition('(')[2].rpartition(')')[0]})"
    return _with_sample(text, Configuration(entry.qualified_name, expression, allowed.checked(args), *more), live=live)


def _refuse_what_is_of_another_release(text: TorchText, name: str) -> None:
    """Raises UnknownName for a name that the installed torch knows and the one that was asked for does not."""
    if text.release.origin == "installed":
        return
    try:
        entry = catalog.find(catalog.read_catalog(finders.find_installed()), name)
    except InspectError:
        return
    what = f"torch {text.release.version} has no {entry.name}, which the installed torch has"
    raise UnknownName(what, "", f"inspect-loss history {entry.name} says since when", (entry.name,)) from None


def _elsewhere(text: TorchText, name: str, subject: str, more: tuple[tuple[Argument, ...], str | None, tuple[Hook, ...]]) -> Asked | None:
    """A class of another package, named in full: it is read, and nothing of it is imported."""
    module, _, short = name.rpartition(".")
    top = module.partition(".")[0]
    if not top or top == "torch" or finders.folder_of_package(top) is None:
        return None
    beside = text.beside(module)
    reading.outline(beside, name)
    configuration = Configuration(name, f"{short}({subject.partition('(')[2].rpartition(')')[0]})", *more)
    return Asked(beside, configuration, Unresolved(NOT_FROM_HERE, name), may_run=False)


def _with_sample(text: TorchText, configuration: Configuration, *, live: bool) -> Asked:
    """The configuration with required arguments filled in, and inputs for its call."""
    from inspector.live import samples

    outline = reading.outline(text, configuration.subject)
    definition = losses.find(configuration.subject)
    if definition is None:
        return _searched(text, configuration, outline) if live else Asked(text, configuration, Unresolved("its inputs are not declared"))
    completed = _completed(configuration, outline)
    drawn = samples.draw(definition, completed, (*outline.signature, *_not_yet_there(text, configuration.subject, outline)))
    if isinstance(drawn, Unresolved) and live:
        return _searched(text, completed, outline)
    return Asked(text, completed, drawn)


def _not_yet_there(text: TorchText, subject: str, outline: reading.Outline) -> tuple[Parameter, ...]:
    """What the constructor takes in the installed torch and not yet in this one: inputs are declared for a loss as it is today."""
    if text.release.origin == "installed":
        return ()
    try:
        today = reading.outline(finders.find_installed(), subject).signature
    except InspectError:
        return ()
    known = {parameter.name for parameter in outline.signature}
    return tuple(parameter for parameter in today if parameter.name not in known)


def _searched(text: TorchText, configuration: Configuration, outline: reading.Outline) -> Asked:
    from inspector.live import modules

    found = modules.find_sample(configuration, docstring=outline.docstring)
    if isinstance(found, Unresolved):
        return Asked(text, configuration, found)
    return Asked(text, found[0], found[1])


def _completed(configuration: Configuration, outline: reading.Outline) -> Configuration:
    """Required constructor arguments that were left out, filled in from the domain of the loss and said so in the expression."""
    definition = losses.find(configuration.subject)
    required = any(parameter.default is None and parameter.kind in ("positional", "keyword") for parameter in outline.signature)
    if definition is None or configuration.args or not required:
        return configuration
    from inspector.live import configurations, written

    args = configurations.required_arguments(definition, outline.signature)
    return msgspec.structs.replace(configuration, args=args, expression=written.expression(configuration.subject, args))


def each_configuration(text: TorchText, entry: CatalogEntry, *, every: bool) -> Iterator[Asked]:
    """The default configuration of a class, or all that its domain gives, each with inputs; torch is needed for some."""
    definition = losses.find(entry.qualified_name)
    if not every or definition is None:
        yield _with_sample(text, Configuration(entry.qualified_name, f"{entry.name}()"), live=True)
        return
    from inspector.live import configurations

    signature = reading.outline(text, entry.qualified_name).signature
    for configuration in configurations.of_loss(definition, signature, entry.qualified_name):
        yield _with_sample(text, configuration, live=True)


def title(configuration: Configuration) -> str:
    """A configuration on one line: its expression, kind of inputs and hooks."""
    kind = f" [{configuration.target_kind}]" if configuration.target_kind else ""
    hooks = f" + {', '.join(configuration.hooks)} hook" if configuration.hooks else ""
    return f"{configuration.expression}{kind}{hooks}"
