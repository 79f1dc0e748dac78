"""The whole flow on one screen: a name, expression, class or instance -> one Report.

In: what a person names. Out: a Report, read and, where asked, run and compared. Loads torch only when something runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import msgspec

from inspector import __version__, losses
from inspector.report import (
    FORMAT_VERSION, Argument, Configuration, Definition, NotRun, Report, Sample, Unresolved,
)  # fmt: skip
from inspector.source import catalog, finders, reading
from inspector.source.finders import TorchText

if TYPE_CHECKING:
    from inspector.source.catalog import CatalogEntry

Hook: TypeAlias = Literal["forward", "forward_pre", "full_backward", "full_backward_pre"]


def inspect_loss(
    subject: Any, *, target_kind: str | None = None, hooks: Sequence[str] = (), live: bool = True, on_static: Callable[[Report], None] | None = None
) -> Report:
    """The Report of a loss: `subject` is a name, an expression such as "L1Loss(reduction='sum')", a class, or an instance.

    `on_static` gets the Report as far as reading goes, before torch begins to load. With `live=False` nothing runs.
    Raises InspectError for wrong use (one line, exit code 2) and CouldNotRun where this machine cannot do it (3).
    """
    text = finders.find_installed()
    asked = _ask(text, subject, target_kind, hooks)
    sample = _sample(text, asked)
    report = _static(text, asked, sample)
    if on_static is not None:
        on_static(report)
    return _run(text, report, asked, sample) if live else report


class Asked(msgspec.Struct, frozen=True):
    """What a report is to be about: a configuration, and the instance itself where one was given."""

    configuration: Configuration
    instance: Any = None


def _ask(text: TorchText, subject: Any, target_kind: str | None, hooks: Sequence[str]) -> Asked:
    kinds = cast("tuple[Hook, ...]", tuple(hooks))
    if isinstance(subject, type):
        subject = f"{subject.__module__}.{subject.__qualname__}"
    if not isinstance(subject, str):
        from inspector.live import instances

        described = instances.describe(subject)
        return Asked(msgspec.structs.replace(described, target_kind=target_kind, hooks=(*described.hooks, *kinds)), subject)
    from inspector.source.expression import parse_expression

    name, args = parse_expression(subject) if "(" in subject else (subject, ())
    entry = catalog.find(catalog.read_catalog(text), name)
    expression = f"{entry.name}({subject.partition('(')[2].rpartition(')')[0]})"
    return Asked(_completed(text, Configuration(entry.qualified_name, expression, args, target_kind, kinds)))


def _completed(text: TorchText, configuration: Configuration) -> Configuration:
    """Required constructor arguments that were left out, filled in from the domain of the loss, and said so in the expression."""
    signature = reading.outline(text, configuration.subject).signature
    definition = losses.find(configuration.subject)
    if configuration.args or not any(parameter.default is None and parameter.kind in ("positional", "keyword") for parameter in signature):
        return configuration
    if definition is None:
        return configuration
    from inspector.live import configurations, written

    args = configurations.required_arguments(definition, signature)
    return msgspec.structs.replace(configuration, args=args, expression=written.expression(configuration.subject, args))


def _sample(text: TorchText, asked: Asked) -> Sample | Unresolved:
    from inspector.live import samples

    configuration = asked.configuration
    signature = reading.outline(text, configuration.subject).signature
    return samples.draw(losses.find(configuration.subject), configuration, signature)


def _static(text: TorchText, asked: Asked, sample: Sample | Unresolved) -> Report:
    """The Report as far as reading goes."""
    read = reading.read(text, asked.configuration, sample if isinstance(sample, Sample) else None)
    waiting = NotRun("nothing was run: only the sources were read")
    return Report(
        format_version=FORMAT_VERSION, version=__version__, release=text.release, subject=read.subject, mro=read.mro, members=read.members,
        call_trace=read.call_trace, construction_trace=read.construction_trace, settings=read.settings, definition=_definition(asked),
        observation=waiting, agreement=waiting, example=waiting, checks=(), findings=(),
    )  # fmt: skip


def _definition(asked: Asked) -> Definition | Unresolved:
    definition = losses.find(asked.configuration.subject)
    if definition is None:
        return Unresolved("no independent reference: this class is not defined in losses/", asked.configuration.subject)
    return losses.summarise(definition, asked.configuration)


def _run(text: TorchText, report: Report, asked: Asked, sample: Sample | Unresolved) -> Report:
    """The same Report with what ran: observation, agreement, worked example and checks."""
    from inspector import agreement
    from inspector.live import build, example, observe, verify

    if isinstance(sample, Unresolved):
        why = NotRun(sample.reason)
        return msgspec.structs.replace(report, observation=why, agreement=why, example=why)
    instance = asked.instance if asked.instance is not None else build.make_instance(asked.configuration)
    observation = observe.observe(instance, sample, root=text.root)
    return msgspec.structs.replace(
        report,
        observation=observation,
        agreement=agreement.compare(report.call_trace, observation),
        example=example.work_out(asked.configuration, sample),
        checks=verify.verify(losses.find(asked.configuration.subject), asked.configuration),
    )


# -- lists and tables -----------------------------------------------------------------------------------------------------------


def list_losses() -> tuple[CatalogEntry, ...]:
    """Every loss class of the installed torch, private bases last."""
    return catalog.read_catalog(finders.find_installed()).losses()


def list_modules() -> tuple[CatalogEntry, ...]:
    """Every public class of torch.nn."""
    return catalog.read_catalog(finders.find_installed()).modules()


class AgreementRow(msgspec.Struct, frozen=True):
    """One configuration, read and run: distinct calls (caller, callee), and what differs."""

    subject: str
    configuration: str
    observed: int
    """Calls that ran."""
    read: int
    """Calls read as taken that a profiler can see."""
    confirmed: int
    """Calls that ran and were read."""
    missing: tuple[str, ...]
    """Ran and were not read."""
    extra: tuple[str, ...]
    """Read as taken and did not run."""


def agreement_rows(names: Iterable[str] | None = None, *, every: bool = False, modules: bool = False) -> Iterator[AgreementRow]:
    """Read against run, one row a configuration; `every` takes all configurations of each loss."""
    text = finders.find_installed()
    listed = list_modules() if modules else tuple(entry for entry in list_losses() if entry.public_name)
    found = catalog.read_catalog(text)
    for entry in [catalog.find(found, name) for name in names] if names else listed:
        for configuration in _configurations(text, entry, every=every):
            yield _row(text, configuration)


def _configurations(text: TorchText, entry: CatalogEntry, *, every: bool) -> Sequence[Configuration]:
    definition = losses.find(entry.qualified_name)
    if every and definition is not None:
        from inspector.live import configurations

        return configurations.of_loss(definition, reading.outline(text, entry.qualified_name).signature, entry.qualified_name)
    return [_completed(text, Configuration(entry.qualified_name, f"{entry.name}()"))]


def _row(text: TorchText, configuration: Configuration) -> AgreementRow:
    from inspector import agreement
    from inspector.live import build, observe

    asked = Asked(configuration)
    sample = _sample(text, asked)
    assert isinstance(sample, Sample)
    read = reading.read(text, configuration, sample)
    observation = observe.observe(build.make_instance(configuration), sample, root=text.root)
    return agreement_row(configuration, *agreement.edges(read.call_trace, observation))


def agreement_row(configuration: Configuration, observed: frozenset[tuple[str, str]], taken: frozenset[tuple[str, str]], read: frozenset[tuple[str, str]]) -> AgreementRow:
    """The row of one comparison of edge sets."""
    kind = f" [{configuration.target_kind}]" if configuration.target_kind else ""
    hooks = f" + {', '.join(configuration.hooks)} hook" if configuration.hooks else ""
    return AgreementRow(
        subject=configuration.subject,
        configuration=f"{configuration.expression}{kind}{hooks}",
        observed=len(observed),
        read=len(taken),
        confirmed=len(observed & read),
        missing=tuple(sorted(f"{caller} -> {callee}" for caller, callee in observed - read)),
        extra=tuple(sorted(f"{caller} -> {callee}" for caller, callee in taken - observed)),
    )


__all__ = ["AgreementRow", "Argument", "Asked", "agreement_rows", "inspect_loss", "list_losses", "list_modules"]
