"""The first page: every loss as a card with a small curve, by task, to be filtered by task and by kind of target.

In: a Book. Out: index.md, and the style sheet of its filter, which works without scripts.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from inspector.book import Book, History
from inspector.render import plots
from inspector.render.pages.environment import render
from inspector.render.pages.facts import TARGETS, by_task, facts
from inspector.render.pages.findings_page import over_all
from inspector.render.pages.page import Page
from inspector.render.pages.questions_page import answered


def pages(book: Book) -> Iterator[Page]:
    """The one page, and its style sheet."""
    if book.is_read_only:
        yield _read_only(book)
        return
    known = [facts(chapter, book.evidence) for chapter in book.chapters]
    groups = by_task(known)
    ordered = {each.name: each for _, _, some in groups for each in some}
    tasks = [task for task, _, _ in groups]
    used = {target for each in known for target in each.targets}
    targets = [target for target in TARGETS if target in used]
    yield Page("assets/filter.css", render("filter.css", tasks=tasks, targets=targets))
    yield Page(
        "index.md",
        render(
            "home.md",
            release=book.release,
            tasks=tasks,
            targets=targets,
            cards=list(ordered.values()),
            passed=sum(each.passed for each in known),
            failed=sum(each.failed for each in known),
            explained=_explained(book),
            questions=answered(book),
            sparks={chapter.name: Markup(plots.spark_svg(chapter.report.curves[0])) for chapter in book.chapters if chapter.report.curves},
            findings=len(over_all(book)),
            history=isinstance(book.history, History),
        ),
        "Home",
    )


def _read_only(book: Book) -> Page:
    """The first page of a torch of which nothing ran: its losses, each with what its documentation says of it."""
    verified = bool(book.evidence.columns)
    ran = "Nothing of it ran here; what other machines verified of it stands on each page." if verified else "Nothing of it ran."
    release = book.release.version.partition("+")[0]
    return Page(
        "index.md",
        render(
            "read_home.md", release=release, chapters=book.chapters, history=isinstance(book.history, History), verified=verified, ran=ran
        ),
        "Home",
    )


def _explained(book: Book) -> int:
    """How many of the checks that failed have a known cause."""
    groups = [group for column in book.evidence.columns for group in column.groups]
    return sum(bool(each.cause) for group in groups for each in group.outcomes if each.status == "fail")
