"""Every loss, and every class of torch.nn, under the class it derives from: as graphs, and as lists that say the same.

In: a Book. Out: hierarchy.md. Where nothing on this machine draws graphs, the lists stand alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from markupsafe import Markup

from inspector.book import Book, Entry
from inspector.errors import CouldNotRun
from inspector.render import dot, drawing, explain
from inspector.render.pages import quoting
from inspector.render.pages.environment import render
from inspector.render.pages.page import Page
from inspector.report import Record


class Branch(Record, frozen=True):
    """A class and what derives from it."""

    name: str
    href: str
    also: str
    """Other bases it has; "" for none."""
    below: tuple[Branch, ...]

    @property
    def size(self) -> int:
        """How many classes it is, with all below."""
        return 1 + sum(branch.size for branch in self.below)


class Part(Record, frozen=True):
    """One graph, and the list that says the same."""

    id: str
    title: str
    said: str
    graph: Markup
    branches: tuple[Branch, ...]


def pages(book: Book) -> Iterator[Page]:
    """The one page; none where the book knows no classes."""
    if book.modules:
        yield Page(
            "hierarchy.md", render("hierarchy.md", parts=tuple(_parts(book)), release=book.release), "What derives from what", "Understand"
        )


def _parts(book: Book) -> Iterator[Part]:
    entries = {entry.qualified_name: entry for entry in (*book.modules, *book.private)}
    losses = [chapter.report.subject.qualified_name for chapter in book.chapters]
    link = _link_of(book, entries)
    of_losses = _with_bases([name for name in losses if name in entries], entries)
    yield _part(
        "losses", "The losses", f"{explain.counted(len(losses), 'loss', 'losses')} and the classes they derive from.", of_losses, link
    )
    every = tuple(entries.values())
    yield _part("all", "All of torch.nn", f"{len(book.modules)} public classes, and the private ones between them.", every, link)


def _link_of(book: Book, entries: dict[str, Entry]) -> Callable[[str], str]:
    losses = {chapter.report.subject.qualified_name: f"losses/{chapter.name}.html" for chapter in book.chapters}

    def link(name: str) -> str:
        entry = entries.get(name)
        return losses.get(name) or (quoting.href(book, entry.file, entry.line, "") if entry else "")

    return link


def _with_bases(names: Iterable[str], entries: dict[str, Entry]) -> tuple[Entry, ...]:
    """The entries of the names and of every class above them."""
    wanted = list(names)
    for name in wanted:  # grows while it is walked
        wanted += [base for base in entries[name].bases if base in entries and base not in wanted]
    return tuple(entries[name] for name in wanted)


def _part(id: str, title: str, said: str, entries: tuple[Entry, ...], link: Callable[[str], str]) -> Part:
    return Part(id, title, said, _graph(title, said, entries, link), tuple(_branches(entries, link)))


def _graph(title: str, said: str, entries: tuple[Entry, ...], link: Callable[[str], str]) -> Markup:
    try:
        return Markup(drawing.inline_svg(dot.hierarchy(entries, link), title, f"{said} The list below says the same."))
    except CouldNotRun:
        return Markup()


def _branches(entries: Iterable[Entry], link: Callable[[str], str]) -> Iterator[Branch]:
    """The classes as a forest, each under the last of its bases: those in front of it are mixed in."""
    below: dict[str, list[Entry]] = {}
    listed = sorted(entries, key=lambda entry: entry.name.lower())
    known = {entry.qualified_name for entry in listed}
    for entry in listed:
        above = entry.bases[-1] if entry.bases and entry.bases[-1] in known else ""
        below.setdefault(above, []).append(entry)

    def branch(entry: Entry) -> Branch:
        also = explain.listed(explain.last(base) for base in entry.bases[:-1])
        return Branch(entry.name, link(entry.qualified_name), also, tuple(branch(each) for each in below.get(entry.qualified_name, [])))

    return (branch(entry) for entry in below.get("", []))
