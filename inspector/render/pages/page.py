"""What one page of the site is: where it goes, what it is called, where it stands in the navigation, and its Markdown.

In: nothing. Out: the records that every kind of page hands over. See docs/site.md for how a kind is added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from inspector.book import Book
from inspector.report import Record

SECTIONS = ("", "Losses", "Understand", "Verify", "Guide", "Source")
"""The sections of the navigation, in this order; "" is the top, "Source" is not shown."""


LATEST = "latest"
"""The folder of the newest site of a set."""


class Page(Record, frozen=True):
    """One file of the site."""

    path: str
    """Where it lies, relative to the top of the site: losses/L1Loss.md. Any file that does not end in .md is taken as it is."""
    text: str
    """The whole file."""
    title: str = ""
    """What the navigation calls it; "" for a file that is not in it."""
    section: str = ""
    """One of SECTIONS."""
    data: bytes = b""
    """The whole file where it is no text; `text` is "" then."""

    @property
    def address(self) -> str:
        """Where the built page lies, relative to the top of the site."""
        return address(self.path)


Kind: TypeAlias = Callable[[Book], Iterable[Page]]
"""A kind of page: what it makes of a book."""


def address(path: str) -> str:
    """Where the page of a Markdown file is found once the site is built: losses/L1Loss.html."""
    return path.removesuffix(".md") + ".html" if path.endswith(".md") else path


def to_top(path: str) -> str:
    """The way from a page to the top of the site: "../" for losses/L1Loss.md. Every link starts with it, so that file:// works too."""
    return "../" * path.count("/")
