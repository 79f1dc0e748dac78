"""The same for machines: llms.txt, one plain Markdown file a loss, and objects.inv, so that other documentation can link to these pages.

In: a Book. Out: llms.txt, plain/NAME.txt and objects.inv. The text is Markdown that is never built: nothing is escaped, nothing is HTML.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from inspector.book import Book, Chapter
from inspector.render import view
from inspector.render.asked import lines_of
from inspector.render.entries import entries_of
from inspector.render.found import of_terms
from inspector.render.pages.facts import Facts, facts
from inspector.render.pages.findings_page import anchor_of, is_its_own
from inspector.render.pages.page import Page
from inspector.report import Report


def pages(book: Book) -> Iterator[Page]:
    """The three kinds of files; of a torch that was only read the inventory."""
    if book.is_read_only:
        yield Page("objects.inv", "", data=inventory(book))
        return
    known = {chapter.name: facts(chapter, book.evidence) for chapter in book.chapters}
    yield Page("llms.txt", "\n".join(_index(book, known)) + "\n")
    for chapter in book.chapters:
        yield Page(f"plain/{chapter.name}.txt", "\n".join(_loss(chapter, known[chapter.name])) + "\n")
    yield Page("objects.inv", "", data=inventory(book))


def _index(book: Book, known: dict[str, Facts]) -> Iterator[str]:
    yield f"# PyTorch {book.release.version} losses, read and run"
    yield ""
    yield "> Every loss of torch.nn: the call from `__call__` to the native function, read from torch's sources, compared with a run;"
    yield "> formulas and gradients verified against exact references; accepted inputs, errors and findings, all measured."
    yield ""
    yield "## Losses"
    yield ""
    for name, fact in known.items():
        yield f"- [{name}](plain/{name}.txt): takes {fact.takes}; target: {fact.target}. {fact.when}"
    yield ""
    yield "## Optional"
    yield ""
    for path, title in (
        ("compare.html", "All losses compared"), ("choose.html", "Which loss for which task"), ("findings.html", "Where losses break"),
        ("messages.html", "What error messages mean"), ("questions.html", "Thirty questions, answered"),
        ("verification.html", "What was verified"),
    ):  # fmt: skip
        yield f"- [{title}]({path})"


# -- one loss -----------------------------------------------------------------------------------------------------------


def _loss(chapter: Chapter, fact: Facts) -> Iterator[str]:
    report = chapter.report
    page = view.page(report)
    yield f"# {page.identity.title or page.identity.name}"
    yield from ("", report.subject.summary, "")
    yield f"- defined in {report.subject.file}, line {report.subject.line}, torch {report.release.version}"
    yield f"- takes {fact.takes}; target: {fact.target}; range {fact.span}; the mean divides by {fact.divisor or '(no mean)'}"
    yield f"- checks: {fact.passed} passed, {fact.failed} failed; findings: {fact.findings}"
    yield from _section("Formulas", (f"- {formula.name}: `{formula.text}`" for formula in page.numbers.formulas))
    yield from _section(
        "What goes in, and what the parts are", (f"- {title}: {words}" if title else f"  - {words}" for title, words in page.numbers.facts)
    )
    yield from _section(
        "Why it can be called", [page.why.sentence, *(f"- {row.name} ({row.place.path}): {row.brings}" for row in page.why.classes)]
    )
    yield from _section("What happens in the call", _path(report))
    yield from _section("Below Python, as observed", (f"- {chain.title}: {', '.join(chain.names)}" for chain in page.ran.chains))
    yield from _section("Below Python, as torch's own lists say it", _entries(report))
    yield from _section(
        "Construction",
        (f"- `{row.name}` = {row.value} ({row.kind}), set in {row.set_in} ({row.place.path})" for row in page.construction.attributes),
    )
    yield from _section(
        "Questions",
        (
            line
            for answer in report.answers
            for line in (f"- {answer.question}", f"  {answer.text}", *(f"  {each}" for each in lines_of(answer)))
        ),
    )
    yield from _section("Findings", _findings(report))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A heading with its lines; nothing where there are none."""
    some = list(lines)
    if some:
        yield from ("", f"## {title}", "", *some)


def _path(report: Report) -> Iterator[str]:
    for row in view.page(report).trace.rows:
        number = f"{row.number}." if row.number else "-"
        where = f" ({row.defined_at.path})" if row.defined_at.path else ""
        yield f"{'   ' * len(row.rails)}{number} {row.name}{where}: {'; '.join(part for part in (row.condition, row.why) if part)}".rstrip(
            ": "
        )


def _entries(report: Report) -> Iterator[str]:
    found = entries_of(report)
    yield from found.missing
    for entry in found.entries:
        formulas = "; ".join(f"{row.title}: {row.formula}" for row in entry.formulas if not row.forward)
        said = (f"`{entry.schema}` ({entry.place.text})", entry.summary, entry.kernels.removesuffix("."), formulas)
        yield f"- {'; '.join(part for part in said if part)}"


def _findings(report: Report) -> Iterator[str]:
    for finding in report.findings:
        yield f"### {finding.title}"
        yield from (
            "",
            f"{finding.severity}; {finding.configuration}, {finding.dtype}, {finding.device}. {finding.message}",
            "",
            "```python",
        )
        yield finding.snippet
        yield "```"
        if finding.safe:
            yield from ("", f"Instead{of_terms(finding)}: `{finding.safe}`")
        yield ""


# -- the inventory ------------------------------------------------------------------------------------------------------


def inventory(book: Book) -> bytes:
    """Sphinx's inventory, version 2: every loss by each of its names, and every finding, with the address of its page."""
    head = f"# Sphinx inventory version 2\n# Project: inspect-loss\n# Version: {book.release.version}\n"
    head += "# The remainder of this file is compressed using zlib.\n"
    return head.encode() + zlib.compress("".join(f"{line}\n" for line in _objects(book)).encode(), 9)


def _objects(book: Book) -> Iterator[str]:
    for chapter in book.chapters:
        address = f"losses/{chapter.name}.html"
        public = next((entry.public_name for entry in book.modules if entry.qualified_name == chapter.report.subject.qualified_name), "")
        for name in dict.fromkeys((public or f"torch.nn.{chapter.name}", chapter.report.subject.qualified_name)):
            yield f"{name} py:class 1 {address} -"
        for finding in chapter.report.findings if is_its_own(chapter) else ():
            anchor = anchor_of(finding)
            yield f"finding-{anchor} std:label -1 losses/{chapter.name}.html#{anchor} {' '.join(finding.title.split())}"
