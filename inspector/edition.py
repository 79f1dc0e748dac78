"""A torch that is not installed -> its Book: what its sources say of every loss. Nothing of it runs.

In: the text of a release, names of losses, evidence of any machines. Out: a Book whose live parts are NotRun, with the evidence that is of
this very release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from inspector import __version__, evidence, pipeline
from inspector.book import FORMAT_VERSION, Book, Chapter, Entry
from inspector.errors import InspectError
from inspector.evidence import Evidence
from inspector.report import NotRun, Report
from inspector.source import catalog
from inspector.source.catalog import Catalog, CatalogEntry
from inspector.source.finders import TorchText


def read_edition(text: TorchText, names: Sequence[str] = (), given: Iterable[Evidence] = ()) -> Book:
    """The Book of another release; a loss that was named and that it has not is an InspectError, as is a name that is no loss.

    Other configurations are not in it: whether a release takes other kinds of inputs is something that only a call of it can tell.
    """
    listed = catalog.read_catalog(text)
    entries = [catalog.find(listed, name) for name in names] or [entry for entry in listed.losses() if entry.public_name]
    entries = list(dict.fromkeys(entries))
    merged = of_release(evidence.merge(given), text.release.version)
    reports = [_probed(pipeline.inspect_loss(entry.qualified_name, live=False, text=text), merged) for entry in entries]
    files = {file for report in reports for file in files_of(report)}
    return Book(
        format_version=FORMAT_VERSION,
        version=__version__,
        release=text.release,
        chapters=tuple(Chapter(entry.name, report) for entry, report in zip(entries, reports, strict=True)),
        evidence=merged,
        modules=tuple(entry_of(entry) for entry in listed.modules()),
        private=tuple(entry_of(entry) for entry in private_classes(listed)),
        sources={file: text.text_of(text.place(file)) for file in sorted(files)},
        is_read_only=True,
        workings=NotRun(f"torch {text.release.version} is not the installed one; only its sources were read"),
    )


def of_release(whole: Evidence, version: str) -> Evidence:
    """The columns of an evidence that are of one release, whatever it was built for: evidence of one is never shown as another's."""
    wanted = version.partition("+")[0]
    columns = tuple(column for column in whole.columns if column.machine.torch.partition("+")[0] == wanted)
    return Evidence(whole.format_version, whole.version, columns)


def with_evidence(report: Report, given: Iterable[Evidence]) -> Report:
    """The Report with what other machines verified and probed of its class in the very release that it is about.

    Raises InspectError `no-evidence` where none of them did.
    """
    name = report.subject.qualified_name
    merged = of_release(evidence.merge(given), report.release.version)
    columns = tuple(
        column
        for column in merged.columns
        if name in {group.subject for group in column.groups} | {edges.probed.subject for edges in column.edges}
    )
    if not columns:
        what = f"the evidence says nothing of {name} in torch {report.release.version.partition('+')[0]}"
        raise InspectError("no-evidence", what, "", "inspect-loss verify NAME --save FILE writes it, where that torch is installed")
    own = {check.id for check in report.checks}
    others = [check for column in columns for subject, check in column.checks() if subject == name and check.id not in own]
    probed = _probed(report, merged) if isinstance(report.probed, NotRun) else report
    return msgspec.structs.replace(probed, checks=(*report.checks, *others), machines=tuple(column.machine.name for column in columns))


def _probed(report: Report, given: Evidence) -> Report:
    """The report with what the first of the machines found that probed this loss."""
    name = report.subject.qualified_name
    found = next((edges.probed for column in given.columns for edges in column.edges if edges.probed.subject == name), None)
    return report if found is None else msgspec.structs.replace(report, probed=found, findings=found.findings)


# -- what a book takes from a catalog and from reports ------------------------------------------------------------------


def entry_of(entry: CatalogEntry) -> Entry:
    """A class as a book lists it."""
    return Entry(entry.name, entry.qualified_name, entry.public_name, entry.summary, entry.file, entry.line, entry.bases)


def private_classes(listed: Catalog) -> list[CatalogEntry]:
    """Classes that are not public, and from which public ones derive."""
    by_name = {entry.qualified_name: entry for entry in listed.entries}
    wanted = [base for entry in listed.modules() for base in entry.bases]
    for name in wanted:  # grows while it is walked
        wanted += [base for base in by_name[name].bases if base not in wanted] if name in by_name else []
    found = (by_name[name] for name in dict.fromkeys(wanted) if name in by_name)
    return sorted((entry for entry in found if not entry.public_name), key=lambda entry: entry.qualified_name)


def files_of(report: Report) -> Iterator[str]:
    """The files whose lines the pages show or lead to; files of Python's own are not torch's to quote."""
    yield from (entry.file for entry in report.mro)
    for step in (*report.call_trace.steps, *report.construction_trace.calls):
        yield from (file for file in (step.call_file, step.callee_file) if file.startswith("torch/") and file.endswith(".py"))
