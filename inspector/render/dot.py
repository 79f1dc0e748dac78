"""Graphs -> DOT, built with the graphviz package, and the same graphs as lines of text. The same input gives the same text.

In: a report, classes of a catalog, or an observation. Out: DOT whose boxes carry addresses and CSS classes, and no tooltips. It lays
nothing out: that is drawing.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape as in_html

import graphviz  # type: ignore[import-untyped]

from inspector.render import graphs
from inspector.render.graphs import Box, Cell, Entry, Graph, Kind, LinkOf, StepLinkOf, no_link
from inspector.report import Observation, Report

WIDEST = 24
"""A longer name is broken, so that a graph fits a phone."""
SMALL = 11
"""Points of a note; names have `fontsize`. A page writes both a little smaller, so that other fonts have room too."""

_GRAPH = {"rankdir": "TB", "nodesep": "0.18", "ranksep": "0.32", "pad": "0.06", "bgcolor": "transparent", "ordering": "out"}
_NODE = {"shape": "box", "style": "rounded,filled", "fontname": "Courier", "fontsize": "14", "margin": "0.11,0.05", "height": "0.3"}
_EDGE = {"arrowsize": "0.7", "color": "#5c6370"}
_COLOURS: dict[Kind, tuple[str, str]] = {
    "subject": ("#dfe3fb", "#3949ab"), "base": ("#f5f6f8", "#8a90a0"), "sibling": ("#ffffff", "#b4b9c4"),
    "python": ("#f5f6f8", "#8a90a0"), "attribute": ("#f5f6f8", "#8a90a0"),
    "builtin": ("#f5f6f8", "#8a90a0"), "native": ("#fdf0dc", "#b26a00"),
    "unresolved": ("#fdeaea", "#b3261e"), "untaken": ("#ffffff", "#8a90a0"), "value": ("#dfe3fb", "#3949ab"),
    "operation": ("#fdf0dc", "#b26a00"), "leaf": ("#e3f4e6", "#2e7d32"),
}  # fmt: skip
"""Fill and line where nothing else colours a graph: in a PNG and in DOT. A page has colours of its own."""


def inheritance(report: Report, siblings: Sequence[str] = (), link: LinkOf = no_link) -> str:
    """DOT of the MRO, the subject marked; `siblings` are qualified names of classes with the same base."""
    return written(graphs.inheritance(report, siblings, link))


def hierarchy(entries: Iterable[Entry], link: LinkOf = no_link) -> str:
    """DOT of classes under their bases; classes of one file under one base share a box, each name with its own address."""
    return written(graphs.hierarchy(entries, link))


def calls(report: Report, link: StepLinkOf = no_link) -> str:
    """DOT of the call trace: steps taken, those confirmed by a run marked, those not taken dashed."""
    return written(graphs.calls(report, link))


def autograd(observation: Observation) -> str:
    """DOT of the autograd nodes from the loss value to the leaves."""
    return written(graphs.autograd(observation))


def written(graph: Graph) -> str:
    """The graph as DOT."""
    shape = _GRAPH | ({"rankdir": "LR", "ranksep": "0.5"} if graph.across else {})
    edge = _EDGE | ({"dir": "back", "arrowtail": "empty", "class": "inherits"} if graph.inherits else {})
    made = graphviz.Digraph(graph_attr=shape, node_attr=_NODE, edge_attr=edge)
    for number, box in enumerate(graph.boxes):
        made.node(f"n{number}", label=_label(box), **_looks(box))
    for arrow in graph.arrows:
        more = {"style": "dashed", "class": "untaken"} if arrow.dashed else {}
        made.edge(f"n{arrow.tail}", f"n{arrow.head}", **more)
    return str(made.source)


def _looks(box: Box) -> dict[str, str]:
    fill, line = _COLOURS[box.kind]
    classes = (box.kind, "confirmed" if box.marked else "", "several" if box.cells else "")
    found = {"class": " ".join(filter(None, classes)), "fillcolor": fill, "color": line}
    if box.kind == "untaken":
        found["style"] = "rounded,filled,dashed"
    return found | ({"URL": _address(box.link)} if box.link else {})


def _address(link: str) -> str:
    """The address without backslashes, behind which DOT puts names of its own, and with every & written as SVG has it."""
    return link.replace("\\", "%5C").replace("&", "&amp;")


def _label(box: Box) -> str:
    """The label, in DOT's own HTML: every name in it is escaped."""
    if box.cells:
        return _table(box)
    lines = "<br/>".join(_escaped(line) for line in wrapped(box.name))
    return f"<{lines}<br/>{_small(box.note)}>" if box.note else f"<{lines}>"


def _escaped(text: str) -> str:
    """The text in a label, where a backslash would begin a name of DOT's own even in its HTML."""
    return in_html(text).replace("\\", "\\\\")


def _small(text: str) -> str:
    return f'<font point-size="{SMALL}">{_escaped(text)}</font>'


def _table(box: Box) -> str:
    rows = [box.cells[at : at + box.columns] for at in range(0, len(box.cells), box.columns)]
    cells = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in rows)
    title = f'<tr><td colspan="{box.columns}" align="left">{_small(box.name)}</td></tr>'
    return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="2">{title}{cells}</table>>'


def _cell(cell: Cell) -> str:
    address = f' href="{in_html(_address(cell.link))}"' if cell.link else ""
    lines = "".join(f'{_escaped(line)}<br align="left"/>' for line in wrapped(cell.name))
    return f'<td align="left" balign="left"{address}>{lines}</td>'


_BREAKS = re.compile(r"(?<=[._ ])(?=[^._ ])|(?<=[a-z0-9])(?=[A-Z])")


def wrapped(name: str, widest: int = WIDEST) -> list[str]:
    """The name in lines of about that width: broken behind its last dot, else behind a dot or underscore, or before a capital letter."""
    head, dot, tail = name.rpartition(".")
    if len(name) > widest and dot:
        return [*_filled(head + dot, widest), *_filled(tail, widest)]
    return _filled(name, widest)


def _filled(name: str, widest: int) -> list[str]:
    lines = [""]
    for part in _BREAKS.split(name):
        if lines[-1] and len(lines[-1]) + len(part) > widest:
            lines.append("")
        lines[-1] += part
    return [line.rstrip() for line in lines]


# -- the same in words --------------------------------------------------------------------------------------------------


def as_text(graph: Graph) -> str:
    """The graph as an indented list, one box a line; a box that was shown already is only named."""
    below: dict[int, list[int]] = {}
    for arrow in graph.arrows:
        below.setdefault(arrow.tail, []).append(arrow.head)
    heads = {arrow.head for arrow in graph.arrows}
    lines: list[str] = []
    seen: set[int] = set()

    def show(at: int, depth: int) -> None:
        again = at in seen and at in below
        lines.append("  " * depth + _in_words(graph.boxes[at]) + (" (see above)" if again else ""))
        seen.add(at)
        for following in () if again else below.get(at, ()):
            show(following, depth + 1)

    for at in range(len(graph.boxes)):
        if at not in heads:
            show(at, 0)
    return "\n".join(lines) + "\n"


def _in_words(box: Box) -> str:
    names = ", ".join(cell.name for cell in box.cells)
    return f"{box.name}: {names}" if names else f"{box.name}  ({box.note})" if box.note else box.name
