"""The page of one loss: thirteen sections in a fixed order, each with a permanent link.

In: a Chapter of a Book. Out: losses/NAME.md. What it says is decided here and in view.py; the template prints it.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspector.book import Book, Chapter
from inspector.render import view
from inspector.render.pages.environment import render
from inspector.render.pages.page import Page


def pages(book: Book) -> Iterator[Page]:
    """A page for each loss of the book."""
    return (_page(book, chapter) for chapter in book.chapters)


def _page(book: Book, chapter: Chapter) -> Page:
    path = f"losses/{chapter.name}.md"
    return Page(path, render("loss/page.md", chapter=chapter, page=view.page(chapter.report)), chapter.name, "Losses")
