"""DOT -> SVG or PNG, by the program `dot` or else by the Graphviz inside pygraphviz; and SVG made fit for a page or for a slide.

In: DOT of dot.py. Out: bytes, or SVG without sizes in points, fixed colours, ids and tooltips: CSS classes and variables colour it.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from html import escape
from typing import Any, Literal
from xml.etree import ElementTree

from inspector.errors import CouldNotRun

Form = Literal["svg", "png"]

NARROWEST = 0.72
"""A graph is not shrunk below this share of its size: below that nobody can read it, so it scrolls in its own frame."""
PHONE = 340
"""Columns of pixels that any screen has for a graph."""

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}"
_SMALL = 12
"""Text below this size is a note."""


def draw(dot: str, form: Form) -> bytes:
    """The drawn graph; the same bytes for the same text and the same Graphviz. Raises CouldNotRun `no-graphviz` where nothing draws."""
    program = shutil.which("dot")
    return _by_program(program, dot, form) if program else _in_process(dot, form)


def _by_program(program: str, dot: str, form: Form) -> bytes:
    import subprocess

    size = ["-Gdpi=192", "-Gbgcolor=white"] if form == "png" else []
    ran = subprocess.run([program, f"-T{form}", *size], input=dot.encode(), capture_output=True, check=False)
    if ran.returncode:
        said = ran.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise CouldNotRun("no-graphviz", f"Graphviz does not draw this: {said}", program, "install a newer Graphviz")
    return ran.stdout


def _in_process(dot: str, form: Form) -> bytes:
    try:
        import pygraphviz  # type: ignore[import-untyped]
    except ImportError:
        todo = "install Graphviz, or: pip install 'inspect-loss[site]'; a .dot file needs neither"
        raise CouldNotRun("no-graphviz", "cannot draw: neither the program `dot` nor pygraphviz is installed", "", todo) from None
    graph: Any = pygraphviz.AGraph(string=dot)
    if form == "png":
        graph.graph_attr.update(dpi="192", bgcolor="white")
    with _silent():
        drawn: bytes = graph.draw(format=form, prog="dot")
    return drawn


@contextmanager
def _silent() -> Iterator[None]:
    """Without the line that the C library writes to standard error where a machine has no fonts configured."""
    sys.stderr.flush()
    kept = -1
    with suppress(OSError):
        kept = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
    try:
        yield
    finally:
        if kept >= 0:
            os.dup2(kept, 2)
            os.close(kept)


# -- SVG of our own -----------------------------------------------------------------------------------------------------


def inline_svg(dot: str, title: str, describe: str) -> str:
    """The graph as a figure for a page: `title` names it, `describe` says the same in words for those who do not see it."""
    drawn = ElementTree.fromstring(draw(dot, "svg"))
    # What may scroll must be reachable by keyboard.
    wide = _box(drawn)[2] * NARROWEST > PHONE
    scrolls = f' tabindex="0" role="region" aria-label="{escape(title)}"' if wide else ""
    words = f'<figcaption class="graph-words">{escape(describe)}</figcaption>'
    svg = _Page(_PLACES).svg(drawn, title)
    return f'<figure class="graph" data-search-exclude><div class="graph-frame"{scrolls}>{svg}</div>{words}</figure>'


def standalone_svg(dot: str, title: str, css: str) -> bytes:
    """The graph as a file of its own: in a browser it follows the light or dark scheme, elsewhere it has the colours of the DOT."""
    svg = _Page((*_PLACES, "fill", "stroke")).svg(ElementTree.fromstring(draw(dot, "svg")), title)
    opening, _, rest = svg.partition(">")
    opening = opening.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    rules = _DARK.sub(r"@media (prefers-color-scheme: dark) { :root {\1} }", css).replace("&", "&amp;").replace("<", "&lt;")
    return f"{opening}><title>{escape(title)}</title><style>{rules}</style>{rest}\n".encode()


_DARK = re.compile(r'\[data-md-color-scheme="slate"\] \{([^}]*)\}')
"""Variables of the dark scheme of a page."""
_PLACES = ("class", "d", "points", "x", "y", "cx", "cy", "rx", "ry", "text-anchor", "transform", "stroke-dasharray")
"""Attributes of Graphviz that say where something is; colours, fonts, ids and tooltips are not among them."""


class _Page:
    """Writes what Graphviz drew as SVG for a page, with the attributes that are kept."""

    def __init__(self, kept: tuple[str, ...]) -> None:
        self._kept = kept

    def svg(self, root: ElementTree.Element, title: str) -> str:
        """The whole picture."""
        left, top, width, height = _box(root)
        inside = "".join(self._written(child) for child in root)
        box = " ".join(_number(number) for number in (left, top, width, height))
        shape = f'width="{_number(width)}" height="{_number(height)}" viewBox="{box}"'
        style = f"min-width:{round(width * NARROWEST)}px"
        return f'<svg class="graph-svg" {shape} style="{style}" role="group" aria-label="{escape(title)}">{inside}</svg>'

    def _written(self, element: ElementTree.Element) -> str:
        tag = element.tag.removeprefix(_SVG)
        if tag == "title" or (tag == "polygon" and _is_background(element)):
            return ""
        if tag == "g" and element.attrib.get("class", "").startswith("node") and "several" not in element.attrib["class"]:
            _centre(element)
        inside = "".join(self._written(child) for child in element)
        if tag == "g" and "class" not in element.attrib:
            return inside
        if tag == "text":
            return f"<text{self._attributes(element)}>{escape(element.text or '', quote=False)}</text>"
        if tag == "path" and "stroke" in element.attrib and element.attrib.get("fill") != "none":
            return self._rounded(element)
        if tag == "a":
            return f'<a href="{escape(element.attrib[_LINK + "href"])}">{inside}</a>'
        return f"<{tag}{self._attributes(element)}>{inside}</{tag}>" if inside else f"<{tag}{self._attributes(element)}/>"

    def _rounded(self, path: ElementTree.Element) -> str:
        """A box with round corners, which Graphviz writes as thirty numbers."""
        left, top, right, bottom = _extent(path)
        size = f'width="{_number(right - left)}" height="{_number(bottom - top)}"'
        others = ElementTree.Element(path.tag, {name: value for name, value in path.attrib.items() if name != "d"})
        return f'<rect x="{_number(left)}" y="{_number(top)}" {size} rx="6"{self._attributes(others)}/>'

    def _attributes(self, element: ElementTree.Element) -> str:
        kept = {name: element.attrib[name] for name in self._kept if name in element.attrib}
        if element.tag == _SVG + "text" and float(element.attrib.get("font-size", "14")) < _SMALL:
            kept["class"] = "note"
        if kept.get("class") == "graph":
            del kept["class"]
        for name in ("d", "points", "x", "y"):
            if name in kept:
                kept[name] = _DECIMAL.sub(lambda found: _number(float(found[0])), kept[name])
        return "".join(f' {name}="{escape(value)}"' for name, value in kept.items())


def _box(root: ElementTree.Element) -> tuple[float, float, float, float]:
    left, top, width, height = (float(number) for number in root.attrib["viewBox"].split())
    return left, top, width, height


def _centre(node: ElementTree.Element) -> None:
    """Lines of text put in the middle of their box, whatever the font of the page makes of their width."""
    left, _, right, _ = _extent(next(node.iter(_SVG + "path")))
    for text in node.iter(_SVG + "text"):
        text.attrib |= {"x": str((left + right) / 2), "text-anchor": "middle"}


def _extent(path: ElementTree.Element) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    numbers = [float(found) for found in _DECIMAL.findall(path.attrib["d"])]
    return min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])


def _is_background(element: ElementTree.Element) -> bool:
    return element.attrib.get("stroke") in ("none", "transparent") and element.attrib.get("fill") in ("white", "none", "transparent")


_DECIMAL = re.compile(r"-?\d+(?:\.\d+)?")


def _number(value: float) -> str:
    """The number to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")
