"""What an answer shows beside its words, as HTML: tables, bars, autograd nodes and lines of torch.

In: a Book and an Answer. Out: HTML; "" for an answer of words alone. Without Graphviz the nodes are a list.
"""

from __future__ import annotations

from markupsafe import Markup

from inspector.book import Book
from inspector.errors import CouldNotRun
from inspector.render import dot, drawing, graphs, plots
from inspector.render.pages import quoting
from inspector.render.pages.environment import environment
from inspector.report import Answer, LinesShown, NodesShown, Shown, TableShown


def illustrations(book: Book, answer: Answer, top: str, prefix: str = "") -> Markup:
    """All that an answer shows; `prefix` keeps ids apart where an answer stands on a page twice."""
    names = (f"{prefix}{answer.id}-{place}" for place in range(len(answer.shown)))
    return Markup().join(_illustration(book, one, top, name) for one, name in zip(answer.shown, names, strict=True))


def _illustration(book: Book, shown: Shown, top: str, name: str) -> Markup:
    if isinstance(shown, TableShown):
        return Markup(environment().get_template("shown.html").render(table=shown, name=name))
    if isinstance(shown, NodesShown):
        return _nodes(shown)
    if isinstance(shown, LinesShown):
        said = Markup('<p class="il-caption">{}</p>').format(f"{shown.title}, {shown.file}:{shown.first}–{shown.last}")
        return said + quoting.excerpt(book, shown.file, range(shown.first, shown.last + 1), top=top)
    values = list(map(float, shown.values))
    return Markup('<p class="il-caption">{}</p>').format(shown.title) + Markup(plots.bars_svg(values, shown.names, shown.title, name))


def _nodes(shown: NodesShown) -> Markup:
    graph = graphs.of_nodes(shown.title, shown.names, shown.edges)
    words = dot.as_text(graph)
    said = Markup('<p class="il-caption">{}</p>').format(shown.title)
    try:
        return said + Markup(drawing.inline_svg(dot.written(graph), shown.title, words))
    except CouldNotRun:
        return said + Markup("<pre>{}</pre>").format(words)
