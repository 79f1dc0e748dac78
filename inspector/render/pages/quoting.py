"""What a page quotes of torch's sources: a few lines with the names that steps resolved as links, and where a line leads.

In: a Book, and steps of its traces. Out: HTML, links, addresses. A name leads only where one of the given steps resolved that very call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from markupsafe import Markup

from inspector.book import Book, History
from inspector.render import explain, highlight
from inspector.render.called_names import stretch
from inspector.render.highlight import Link
from inspector.render.pages.page import LATEST
from inspector.render.places import place, source_href
from inspector.report import Record, Step


class Target(Record, frozen=True, order=True):
    """A definition that a trace reached."""

    file: str
    line: int
    name: str
    """Qualified name."""


Calls = Mapping[tuple[int, str], Sequence[Target]]
"""Line and text of a call -> the definitions it leads to: several where that depends on the loss."""


def href(book: Book, file: str, line: int, top: str = "../") -> str:
    """The line on our page of the file, or on GitHub where there is no such page; "" where neither is.

    A torch that was only read has no pages of its files: a set of many releases would be mostly these.
    """
    has_page = file in book.sources and not book.is_read_only
    return source_href(file, line, top) if has_page else place(file, line, book.release).url


def history_href(book: Book, name: str, top: str) -> str:
    """What changed in a loss, release by release; "" where that is not known. In a set of sites it stands in the newest only."""
    if name not in book.since:
        return ""
    return f"{top}{'' if isinstance(book.history, History) else f'../{LATEST}/'}history/{name}.html"


def excerpt(book: Book, file: str, lines: range, *, steps: Iterable[Step] = (), marked: Collection[int] = (), top: str = "../") -> Markup:
    """Some lines of a file under their real numbers, `marked` ones standing out; "" where the book does not quote the file.

    The numbers lead to the page of the file, the names that `steps` call from these lines to their definitions.
    """
    text = book.sources.get(file)
    if text is None:
        return Markup()
    shown = highlight.excerpt(
        text, lines.start, lines.stop - 1, links=links(text, calls_of(steps, file), book, top), highlight=marked,
        href_of=lambda line: href(book, file, line, top),
    )  # fmt: skip
    return Markup(shown)


def calls_of(steps: Iterable[Step], file: str) -> Calls:
    """The calls that the steps make from one file, each with what it leads to."""
    calls: dict[tuple[int, str], set[Target]] = defaultdict(set)
    for step in steps:
        if step.call_file == file and step.call_line and step.callee_file:
            calls[step.call_line, step.call_text].add(Target(step.callee_file, step.callee_line, step.callee))
    return {key: tuple(sorted(targets)) for key, targets in sorted(calls.items())}


def links(text: str, calls: Calls, book: Book, top: str, fork: str = "") -> dict[int, list[Link]]:
    """Line -> the links on its called names. One that leads to several definitions gets the address `fork` and its line; "" for none."""
    lines, found = text.split("\n"), defaultdict(list)
    for (line, call_text), targets in calls.items():
        columns = stretch(lines[line - 1], call_text) if line <= len(lines) else None
        link = _link(book, targets, top, f"{fork}{line}" if fork else "")
        if columns is not None and link is not None:
            found[line].append(Link(*columns, *link))
    return dict(found)


def _link(book: Book, targets: Sequence[Target], top: str, fork: str) -> tuple[str, str] | None:
    first, *others = targets
    if others:
        return (fork, f"leads to {len(targets)} definitions") if fork else None
    address = href(book, first.file, first.line, top)
    return (address, f"{explain.short(first.name)}, {first.file}:{first.line}") if address else None


def quote(
    book: Book,
    file: str,
    stretches: Sequence[tuple[int, int]],
    *,
    steps: Iterable[Step] = (),
    marked: Collection[int] = (),
    top: str = "../",
) -> Markup:
    """Several stretches of lines of one file in one block, a mark between them where lines are left out."""
    text = book.sources.get(file)
    if text is None:
        return Markup()
    found = links(text, calls_of(steps, file), book, top)
    shown = highlight.excerpts(text, stretches, links=found, highlight=marked, href_of=lambda line: href(book, file, line, top))
    return Markup(shown)
