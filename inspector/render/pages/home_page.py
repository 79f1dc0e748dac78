"""The first page: every loss, one line each.

In: a Book. Out: index.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspector.book import Book
from inspector.render.pages.environment import render
from inspector.render.pages.page import Page


def pages(book: Book) -> Iterator[Page]:
    """The one page."""
    yield Page("index.md", render("home.md", book=book), "Home")
