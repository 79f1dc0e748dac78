"""Where losses break, over all losses: every finding by severity, the worst first, each with lines to paste and a link to its loss.

In: a Book. Out: findings.md. What is a finding was judged when the probes ran.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from inspector.book import Book, Chapter
from inspector.render import found, highlight
from inspector.render.folded import folded
from inspector.render.pages.environment import render
from inspector.render.pages.page import Page
from inspector.report import Finding, NotRun, Record


class Shown(Record, frozen=True):
    """One finding as a page shows it."""

    anchor: str
    loss: str
    finding: Finding
    snippet: Markup


class Severity(Record, frozen=True):
    """Findings of one severity."""

    name: str
    anchor: str
    means: str
    shown: tuple[Shown, ...]


def pages(book: Book) -> Iterator[Page]:
    """The one page."""
    probed_itself = [chapter for chapter in book.chapters if is_its_own(chapter)]
    every = [(finding.subject.rpartition(".")[2], finding) for finding in over_all(book)]
    groups = [_severity(name, [(loss, each) for loss, each in every if each.severity == name]) for name in found.SEVERITIES]
    ran = [chapter.report.probed for chapter in probed_itself if not isinstance(chapter.report.probed, NotRun)]
    text = render(
        "findings.md",
        release=book.release,
        groups=[group for group in groups if group.shown],
        count=len(every),
        probes=sum(each.probes for each in ran),
        calls=sum(each.calls for each in ran),
        losses=len(ran),
    )
    yield Page("findings.md", text, "Where losses break", "Verify")


def over_all(book: Book) -> tuple[Finding, ...]:
    """The findings of every loss, those with one cause folded into one."""
    return folded(finding for chapter in book.chapters if is_its_own(chapter) for finding in chapter.report.findings)


def is_its_own(chapter: Chapter) -> bool:
    """False for a loss that is another name of one, whose findings it shares."""
    probed = chapter.report.probed
    return isinstance(probed, NotRun) or probed.subject == chapter.report.subject.qualified_name


def _severity(name: str, some: list[tuple[str, Finding]]) -> Severity:
    shown = tuple(shown_of(loss, finding) for loss, finding in some)
    return Severity(name, name.replace(" ", "-"), found.MEANS[name], shown)


def shown_of(loss: str, finding: Finding) -> Shown:
    """A finding with its lines highlighted."""
    return Shown(anchor_of(finding), loss, finding, Markup(highlight.plain(finding.snippet)))


def anchor_of(finding: Finding) -> str:
    """Where a finding stands on a page: the same in every build."""
    kept = (letter if letter.isascii() and letter.isalnum() else "-" for letter in finding.id.lower())
    return "-".join(part for part in "".join(kept).split("-") if part)
