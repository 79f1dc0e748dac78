"""Drawing: by Graphviz on the PATH or inside pygraphviz, and as SVG that a page colours. What is drawn is compared by its parts only."""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree

import pytest

from inspector.errors import CouldNotRun
from inspector.render import drawing, graphs
from inspector.render.dot import written
from inspector.render.pages.shipped import shipped

CSS = (shipped("templates") / "assets" / "graphs.css").read_text()
SMALL = graphs.Graph(
    "two boxes",
    (
        graphs.Box("_first_of_two", "loss.py:1", "subject", '#a"&b'),
        graphs.Box("not taken", kind="untaken", cells=(graphs.Cell("<x>", "#x"),)),
    ),
    (graphs.Arrow(0, 1, dashed=True),),
)


@pytest.fixture
def no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")


@pytest.fixture
def page(no_program: None) -> str:
    pytest.importorskip("pygraphviz")
    return drawing.inline_svg(written(SMALL), "A title & more", "first, then second")


@pytest.mark.usefixtures("no_program")
def test_without_dot_pygraphviz_draws(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pygraphviz")
    assert b"<svg" in drawing.draw(written(SMALL), "svg")
    assert drawing.draw(written(SMALL), "png").startswith(b"\x89PNG")
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("no_program")
def test_without_both_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(CouldNotRun, match=r"inspect-loss\[site\].*\[no-graphviz\]") as raised:
        drawing.draw(written(SMALL), "svg")
    assert "\n" not in raised.value.line()


def test_a_page_gets_no_ids_colours_tooltips_or_sizes_in_points(page: str) -> None:
    assert not re.search(r'\bid="|<title|fill="|stroke="|font-family|\dpt"|xlink|<!--|<\?xml', page)
    assert 'class="node subject"' in page
    assert "stroke-dasharray" in page


def test_a_figure_is_named_linked_and_said_in_words(page: str) -> None:
    root = ElementTree.fromstring(page.replace(" data-search-exclude", ""))
    svg = root.find(".//svg")
    assert svg is not None
    assert svg.attrib["role"] == "group"
    assert svg.attrib["aria-label"] == "A title & more"
    assert [link.attrib["href"] for link in root.iter("a")] == ['#a"&b', "#x"]
    assert [text.text for text in root.iter("text")] == ["_first_of_two", "loss.py:1", "not taken", "<x>"]
    assert root.findtext("figcaption") == "first, then second"


@pytest.mark.usefixtures("no_program")
@pytest.mark.parametrize("name", ['<b>"x"</b>', "a\\N&amp;\\l", "]; evil [", "<lambda>", "--\\", "a>b<"])
def test_a_name_is_text_whatever_stands_in_it(name: str) -> None:
    pytest.importorskip("pygraphviz")
    boxes = (graphs.Box(name, name, link=f"#{name}"), graphs.Box("t", cells=(graphs.Cell(name, f"#{name}"),)))
    figure = drawing.inline_svg(written(graphs.Graph("g", boxes, ())), name, name)
    root = ElementTree.fromstring(figure.replace(" data-search-exclude", ""))
    assert [text.text for text in root.iter("text")] == [name, name, "t", name]
    assert {link.attrib["href"].replace("%5C", "\\") for link in root.iter("a")} == {f"#{name}"}


def test_the_same_graph_is_drawn_the_same_twice(page: str) -> None:
    assert drawing.inline_svg(written(SMALL), "A title & more", "first, then second") == page


@pytest.mark.usefixtures("no_program")
def test_a_file_of_its_own_has_colours_for_both_schemes_and_for_programs_without_style_sheets() -> None:
    pytest.importorskip("pygraphviz")
    root = ElementTree.fromstring(drawing.standalone_svg(written(SMALL), "two", CSS))
    style = root.findtext("{http://www.w3.org/2000/svg}style") or ""
    assert "prefers-color-scheme: dark" in style
    assert style.count("--graph-ink:") == 2
    assert "data-md-color-scheme" not in style
    assert any(rect.attrib.get("fill", "").startswith("#") for rect in root.iter("{http://www.w3.org/2000/svg}rect"))


def test_every_variable_of_the_style_sheet_has_a_value_in_both_schemes() -> None:
    light, dark = (set(re.findall(r"(--[\w-]+):", block)) for block in re.findall(r"\{([^{}]*--graph-ink:[^{}]*)\}", CSS))
    used = set(re.findall(r"var\((--[\w-]+)", CSS))
    assert used <= light
    assert light == dark
