"""The whole flow on one screen: a name, expression, class or instance -> one Report.

In: what a person names. Out: a Report, read and, where asked, run and compared. Loads torch only when something runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from inspector import __version__, asking, losses
from inspector.asking import Asked
from inspector.errors import InspectError
from inspector.report import FORMAT_VERSION, Answer, Curve, Definition, Example, NotRun, Observation, Report, Sample, Unresolved
from inspector.source import cache, catalog, finders, reading

if TYPE_CHECKING:
    from inspector.source.catalog import CatalogEntry
    from inspector.source.finders import TorchText
    from inspector.source.keeping import Kept
    from inspector.source.releases import Found


def inspect_loss(
    subject: Any,
    *,
    target_kind: str | None = None,
    hooks: Sequence[str] = (),
    live: bool = True,
    on_static: Callable[[Report], None] | None = None,
    text: TorchText | None = None,
) -> Report:
    """The Report of a loss: `subject` is a name, an expression such as "L1Loss(reduction='sum')", a class, or an instance.

    `target_kind` picks a kind of inputs, `hooks` registers hooks ("forward", "forward_pre", "full_backward") before the call.
    `on_static` gets the Report as far as reading goes, before torch begins to load. With `live=False` nothing runs.
    `text` is another torch to read, from `text_of`: nothing of it runs, unless it is the installed one after all.
    Raises InspectError for wrong use (one line, exit code 2) and CouldNotRun where this machine cannot do it (3).
    """
    live = live and runs_here(text)
    asked = asking.understand(subject, target_kind, tuple(hooks), live=live, text=text)
    report = _with_below(_static(asked), asked.text)
    if on_static is not None:
        on_static(report)
    return _with_below(_run(report, asked), asked.text) if live else report


def text_of(*, release: str = "", source: str = "", offline: bool = False, download: bool = False) -> TorchText | None:
    """The torch to read: `release` of the package index ("1.7.1", "latest"), or the one in the folder `source`; None for the installed.

    `offline` takes only what is kept; `download` allows a whole wheel where a server sends no parts of one. Raises InspectError.
    """
    if release and source:
        raise InspectError("usage", "--release and --source both say which torch to read", "", "give one of them")
    if source:
        return finders.given_folder(source)
    if not release:
        return None
    from inspector.source.releases import Releases

    return Releases(offline=offline, download=download).text(release)


def runs_here(text: TorchText | None) -> bool:
    """Whether a text is that of the torch that would run: no text means the installed one."""
    return text is None or text.release.origin == "installed"


def _static(asked: Asked) -> Report:
    """The Report as far as reading goes."""
    read = reading.read(asked.text, asked.configuration, asked.sample if isinstance(asked.sample, Sample) else None)
    another = f"torch {asked.text.release.version} is not the installed one; only its sources were read"
    waiting = NotRun("nothing was run: only the sources were read" if runs_here(asked.text) else another)
    return Report(
        format_version=FORMAT_VERSION, version=__version__, release=asked.text.release, subject=read.subject, mro=read.mro,
        members=read.members, call_trace=read.call_trace, construction_trace=read.construction_trace, settings=read.settings,
        definition=_definition(asked), observation=waiting, agreement=waiting, example=waiting, checks=(), findings=(),
    )  # fmt: skip


def _definition(asked: Asked) -> Definition | Unresolved:
    definition = losses.find(asked.configuration.subject)
    if definition is None:
        return Unresolved("no independent reference: this class is not defined in losses/", asked.configuration.subject)
    return losses.summarise(definition, asked.configuration)


def _with_below(report: Report, text: TorchText) -> Report:
    """The same Report with what torch's own files say of every name below Python in it; C++ files are those of one release."""
    from inspector.losses import native_sources
    from inspector.source.native import declared

    natives = (step.callee for step in report.call_trace.steps if step.kind == "native" and step.taken != "false")
    ran = report.observation
    names = ((*ran.aten_forward, *ran.aten_backward), ran.autograd_nodes) if isinstance(ran, Observation) else ((), ())
    below = declared.declared(text, natives, *names)
    built = native_sources.as_of()
    operators = tuple(msgspec.structs.replace(each, code=native_sources.code_of(each.name)) for each in below.operators)
    below = msgspec.structs.replace(below, operators=operators, code_version=built.version, code_commit=built.commit)
    return msgspec.structs.replace(report, below=below)


def _run(report: Report, asked: Asked) -> Report:
    """The same Report with what ran: observation, agreement, worked example, checks, and what people ask of it."""
    report = msgspec.structs.replace(report, answers=answers_of(asked.configuration.subject))
    if isinstance(asked.sample, Unresolved) or not asked.may_run:
        why = NotRun(asked.sample.reason if isinstance(asked.sample, Unresolved) else asking.NOT_FROM_HERE)
        return msgspec.structs.replace(report, observation=why, agreement=why, example=why)
    from inspector.live import threads

    with threads.one_thread():
        return _with_live_parts(report, asked, asked.sample)


def _with_live_parts(report: Report, asked: Asked, sample: Sample) -> Report:
    from inspector import agreement
    from inspector.live import bounds, build, example, observe, verify
    from inspector.live.references import References

    instance = asked.instance if asked.instance is not None else build.make_instance(asked.configuration)
    try:
        observation = observe.observe(instance, sample, root=asked.text.root)
    except InspectError as refused:
        why = NotRun(refused.what)
        return msgspec.structs.replace(report, observation=why, agreement=why, example=why)
    definition = losses.find(asked.configuration.subject)
    worked = example.work_out(asked.configuration, sample, instance=asked.instance)
    is_loss = definition is not None or _looks_like_a_loss(worked, report)
    known = References(cache.folder() / "references")
    checks = verify.verify(definition, asked.configuration, kinds=verify.QUICK, references=known) if is_loss else ()
    shown = verify.shown(definition, asked.configuration, references=known)
    known.save()
    return msgspec.structs.replace(
        report,
        observation=observation,
        agreement=agreement.compare(report.call_trace, observation),
        example=worked,
        checks=checks,
        ladders=shown.ladders,
        denominators=shown.denominators,
        bounds=bounds.measure(definition),
        **_broken(asked),
    )


def path_of(asked: Asked) -> Report:
    """The Report of one configuration as far as its path goes: read, run once and compared, without an example and without checks."""
    report = _static(asked)
    if isinstance(asked.sample, Unresolved) or not asked.may_run:
        return report
    from inspector import agreement
    from inspector.live import build, observe, threads

    with threads.one_thread():
        try:
            ran = observe.observe(build.make_instance(asked.configuration), asked.sample, root=asked.text.root)
        except InspectError as refused:
            return msgspec.structs.replace(report, observation=NotRun(refused.what))
    return msgspec.structs.replace(report, observation=ran, agreement=agreement.compare(report.call_trace, ran))


def with_effects(report: Report) -> Report:
    """The same Report with what each constructor argument does to the value of its example, which only a page shows."""
    ran = report.observation
    if not isinstance(ran, Observation) or ran.sample is None:
        return report
    from inspector.live import effects, threads

    configuration = report.subject.configuration
    with threads.one_thread():
        return msgspec.structs.replace(report, effects=effects.measure(losses.find(configuration.subject), configuration, ran.sample))


def with_curves(report: Report) -> Report:
    """The same Report with its curves: they take longer than a terminal that does not show them should wait. Kept by torch build.

    A class without a definition has none.
    """
    from inspector import probing
    from inspector.live import curves

    name, text = report.subject.qualified_name, finders.find_installed()
    path = cache.path_of("curves", (name, probing.as_written()), text)
    found = cache.remembered(path, text, [], tuple[Curve, ...], lambda: curves.curves(losses.find(name)))
    return msgspec.structs.replace(report, curves=found)


def _broken(asked: Asked) -> dict[str, Any]:
    """What the probes of this torch found, where they have been run: a report does not wait for them."""
    from inspector import probing

    probed = probing.remembered(asked.text, asked.configuration.subject)
    if isinstance(probed, NotRun):
        return {"probed": probed}
    return {"probed": msgspec.structs.replace(probed, findings=()), "findings": probed.findings}


def _looks_like_a_loss(worked: Example | NotRun, report: Report) -> bool:
    """Whether a class nobody defined gives one number, or has a reduction to make one: only then is it checked as a loss."""
    return isinstance(worked, Example) and (worked.value.shape == () or any(one.name == "reduction" for one in report.settings))


# -- what people ask ------------------------------------------------------------------------------------------------------------


def answers_of(qualified_name: str) -> tuple[Answer, ...]:
    """What people ask of a class, answered now by the installed torch; nothing for a class nobody asked about."""
    from inspector.losses import asked

    wanted = asked.answers(qualified_name)
    if not wanted:
        return ()
    from inspector.live import answers, threads

    with threads.one_thread():
        return answers.shown(wanted)


def module_facts() -> tuple[Answer, ...]:
    """What people ask of nn.Module itself, of calling one and making one, answered now."""
    from inspector.losses.asked import MODULE

    return answers_of(MODULE)


# -- lists and tables -----------------------------------------------------------------------------------------------------------


def list_losses() -> tuple[CatalogEntry, ...]:
    """Every loss class of the installed torch, private bases last."""
    return catalog.read_catalog(finders.find_installed()).losses()


def list_modules() -> tuple[CatalogEntry, ...]:
    """Every public class of torch.nn."""
    return catalog.read_catalog(finders.find_installed()).modules()


def siblings(qualified_name: str) -> tuple[str, ...]:
    """Qualified names of the public classes of torch.nn with the same bases as a loss; none for any other class."""
    found = catalog.read_catalog(finders.find_installed())
    this = next((entry for entry in found.losses() if entry.qualified_name == qualified_name), None)
    same = [entry.qualified_name for entry in found.losses() if this and entry.public_name and entry.bases == this.bases]
    return tuple(name for name in same if name != qualified_name)


def list_releases(*, offline: bool = False) -> tuple[Found, ...]:
    """Every torch release of the user's package index, the newest first; raises CouldNotRun where none can be known."""
    from inspector.source.releases import Releases

    return Releases(offline=offline).listed()


def kept() -> Kept:
    """What is kept between runs, by kind."""
    from inspector.source import keeping

    return keeping.kept()


def clear_cache() -> Kept:
    """Removes what is kept between runs, and returns what it was."""
    from inspector.source import keeping

    return keeping.clear()


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
    not_run: str = ""
    """Why nothing was compared; "" where something was."""


def agreement_rows(names: Sequence[str] | None = None, *, every: bool = False, modules: bool = False) -> Iterator[AgreementRow]:
    """Read against run, one row a configuration; `every` takes all configurations of each loss, `modules` all of torch.nn."""
    text = finders.find_installed()
    found = catalog.read_catalog(text)
    listed = found.modules() if modules else tuple(entry for entry in found.losses() if entry.public_name)
    for entry in [catalog.find(found, name) for name in names] if names else listed:
        for asked in asking.each_configuration(text, entry, every=every):
            yield _row(asked)


def _row(asked: Asked) -> AgreementRow:
    from inspector import agreement
    from inspector.live import build, observe, threads

    name = asking.title(asked.configuration)
    if isinstance(asked.sample, Unresolved):
        return AgreementRow(asked.configuration.subject, name, 0, 0, 0, (), (), asked.sample.reason)
    read = reading.read(asked.text, asked.configuration, asked.sample)
    with threads.one_thread():
        observation = observe.observe(build.make_instance(asked.configuration), asked.sample, root=asked.text.root)
    observed, taken, known = agreement.edges(read.call_trace, observation)
    missing, extra = ([f"{caller} -> {callee}" for caller, callee in sorted(edges)] for edges in (observed - known, taken - observed))
    return AgreementRow(
        asked.configuration.subject, name, len(observed), len(taken), len(observed & known), tuple(missing), tuple(extra)
    )  # fmt: skip


__all__ = [
    "AgreementRow",
    "agreement_rows",
    "answers_of",
    "clear_cache",
    "inspect_loss",
    "kept",
    "list_losses",
    "list_modules",
    "list_releases",
    "module_facts",
    "runs_here",
    "siblings",
    "text_of",
    "with_curves",
    "with_effects",
]
