"""Pages that set losses side by side: which one for which task, and all of them compared.

In: a Book. Out: choose.md and compare.md. What they say comes from facts.py; nothing is measured here.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspector.book import Book
from inspector.render.pages.environment import render
from inspector.render.pages.facts import by_task, facts
from inspector.render.pages.page import Page


def pages(book: Book) -> Iterator[Page]:
    """The two pages."""
    known = [facts(chapter, book.evidence) for chapter in book.chapters]
    names = {each.name for each in known}
    machines = [column.machine.name for column in book.evidence.columns]
    yield Page("choose.md", render("choose.md", groups=by_task(known), names=names), "Which loss do I want?", "Losses")
    divisors = list(dict.fromkeys(each.divisor for each in known if each.divisor))
    compared = render("compare.md", losses=known, release=book.release, machines=machines, divisors=divisors)
    yield Page("compare.md", compared, "All losses compared", "Losses")
