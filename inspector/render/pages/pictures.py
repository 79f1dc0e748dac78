"""The graphs of a loss page: its classes, and what its backward pass goes through. Without Graphviz there are none, and nothing is lost.

In: a Book and a Chapter. Out: figures as HTML, each with its words for those who do not see it.
"""

from __future__ import annotations

from markupsafe import Markup

from inspector.book import Book, Chapter
from inspector.errors import CouldNotRun
from inspector.render import dot, drawing, graphs
from inspector.render.graphs import Graph
from inspector.render.pages import quoting
from inspector.render.pages.page import to_top
from inspector.report import Observation, Report

_TOP = to_top("losses/")


def inheritance(book: Book, chapter: Chapter) -> Markup:
    """The classes a loss inherits from and those beside it; every box leads to a page of ours."""
    pages = {each.report.subject.qualified_name: f"{_TOP}losses/{each.name}.html" for each in book.chapters}
    places = {entry.qualified_name: entry for each in book.chapters for entry in each.report.mro}

    def link(name: str) -> str:
        entry = places.get(name)
        return pages.get(name) or (quoting.href(book, entry.file, entry.line, _TOP) if entry and entry.file else "")

    return _drawn(graphs.inheritance(chapter.report, _siblings(book, chapter.report), link))


def autograd(report: Report) -> Markup:
    """The autograd nodes, where they are more than one chain: a chain is a list already."""
    ran = report.observation
    if not isinstance(ran, Observation) or all(edge == (at, at + 1) for at, edge in enumerate(ran.autograd_edges)):
        return Markup()
    return _drawn(graphs.autograd(ran))


def _siblings(book: Book, report: Report) -> list[str]:
    """The losses of the book with the same base."""
    base = [entry.qualified_name for entry in report.mro[1:2]]
    others = [each.report for each in book.chapters]
    return [
        other.subject.qualified_name
        for other in others
        if [entry.qualified_name for entry in other.mro[1:2]] == base and other.subject != report.subject
    ]


def _drawn(graph: Graph) -> Markup:
    try:
        return Markup(drawing.inline_svg(dot.written(graph), graph.name, dot.as_text(graph)))
    except CouldNotRun:
        return Markup()
