"""Every loss, and every class of torch.nn, under the class it derives from: as graphs of a family each, and as lists that say the same.

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


class Family(Record, frozen=True):
    """One graph: few enough classes to be read and clicked without scrolling sideways."""

    title: str
    """Its files; "" where it is the only one."""
    graph: Markup


class Part(Record, frozen=True):
    """Some classes as graphs, and the list that says the same."""

    id: str
    title: str
    said: str
    families: tuple[Family, ...]
    """None where nothing here draws."""
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
    said = f"{explain.counted(len(losses), 'loss', 'losses')} and the classes they derive from."
    yield Part("losses", "The losses", said, _families({"": of_losses}, link), tuple(_branches(of_losses, link)))
    every = tuple(entries.values())
    said = f"{len(book.modules)} public classes, and the private ones between them, by the files they stand in."
    yield Part("all", "All of torch.nn", said, _families(_by_file(entries), link), tuple(_branches(every, link)))


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


def _by_file(entries: dict[str, Entry]) -> dict[str, tuple[Entry, ...]]:
    """Classes by the file of the class next to the root they derive from; files in which nothing derives from another are one family."""
    lines = {name: _line(name, entries) for name in entries}
    families: dict[str, list[str]] = {}
    for name, line in lines.items():
        families.setdefault(_module(line[min(1, len(line) - 1)]), []).append(name)
    plain = [module for module, names in families.items() if all(len(lines[name]) <= 2 for name in names)]
    alone = [name for module in plain for name in families.pop(module)]
    named = {_files(names): names for _, names in sorted(families.items())} | ({"all other files": alone} if alone else {})
    return {title: tuple(entries[each] for each in dict.fromkeys(each for name in sorted(names) for each in lines[name]))
            for title, names in named.items()}  # fmt: skip


def _line(name: str, entries: dict[str, Entry]) -> list[str]:
    """The class and those above it, the root first; a class with several bases hangs under the last of them."""
    line = [name]
    while line[0] in entries and entries[line[0]].bases and entries[line[0]].bases[-1] in entries:
        line.insert(0, entries[line[0]].bases[-1])
    return line


def _module(qualified_name: str) -> str:
    return explain.last(qualified_name.rpartition(".")[0])


def _files(names: Iterable[str]) -> str:
    return explain.listed(f"{module}.py" for module in dict.fromkeys(map(_module, sorted(names))))


def _families(groups: dict[str, tuple[Entry, ...]], link: Callable[[str], str]) -> tuple[Family, ...]:
    return tuple(Family(title, graph) for title, entries in groups.items() if (graph := _graph(title, entries, link)))


def _graph(title: str, entries: tuple[Entry, ...], link: Callable[[str], str]) -> Markup:
    name = f"what derives from what in {title}" if title else "what derives from what"
    try:
        return Markup(drawing.inline_svg(dot.hierarchy(entries, link), name, "The list below says the same."))
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
