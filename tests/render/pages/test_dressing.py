"""A page and its style sheets -> the rules of its own elements in it; what it does not need comes later, with the scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.render.pages import dressing

SHEET = """
@charset "utf-8";
/* a comment */
.card, .lost { color: var(--ink) }
.lost > p { color: red }
p:not(.lost) { margin: 0 }
:root { --ink: var(--blue); --blue: #00f; --unread: url("data:image/svg+xml,<svg xmlns='x'/>") }
[dir=rtl] .card { float: right }
[dir=ltr] .card { float: left }
[data-md-toggle=drawer]:checked ~ .card { color: green }
@media (max-width: 60em) { .card { width: 1em } .lost { width: 2em } }
@media print { .card { display: none } }
@media screen { @supports (top: 1px) { .card::before { content: "}, ;"; mask: url(icons/a.svg) } } }
@font-face { font-family: "Own"; src: url("vendor/own.woff2"), url(https://other.example/x.woff2) }
@keyframes turn { to { top: 0 } }
.card { }
"""
PAGE = """<!doctype html>
<html class="no-js"><head>
<link rel="stylesheet" href="../assets/pages.css">
<script src="../assets/shim.js" defer></script>
</head><body dir="ltr">
<article><div class="card"><p>&lt;link rel="stylesheet" href="x.css"&gt;</p></div></article>
<script id="__config" type="application/json">{}</script>
<script src="../assets/own.js" defer></script>
</body></html>
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "losses").mkdir()
    (tmp_path / "assets" / "pages.css").write_text(SHEET)
    (tmp_path / "losses" / "page.html").write_text(PAGE)
    return tmp_path


def rules(text: str) -> str:
    """What stands in the style element of a page."""
    return text.partition("<style>")[2].partition("</style>")[0]


def test_a_page_gets_the_rules_of_its_own_elements_in_their_order(site: Path) -> None:
    dressing.dress(site)
    assert rules((site / "losses" / "page.html").read_text()) == (
        ".card{color: var(--ink)}"
        "p:not(.lost){margin: 0}"
        ":root{--ink: var(--blue);--blue: #00f}"
        "[dir=ltr] .card{float: left}"
        "[data-md-toggle=drawer]:checked ~ .card{color: green}"
        "@media (max-width: 60em){.card{width: 1em}}"
        '@media screen{@supports (top: 1px){.card::before{content: "}, ;";mask: url(../assets/icons/a.svg)}}}'
        '@font-face{font-family: "Own";src: url("../assets/vendor/own.woff2"), url(https://other.example/x.woff2)}'
    )


def test_nothing_is_waited_for_and_everything_comes_later_in_its_order(site: Path) -> None:
    dressing.dress(site)
    text = (site / "losses" / "page.html").read_text()
    assert "defer" not in text
    outside = text.partition("<noscript>")[0] + text.partition("</noscript>")[2]
    assert "<link" not in outside
    assert '<noscript><link rel="stylesheet" href="../assets/pages.css">' in text
    assert 'sheets=["../assets/pages.css"],scripts=["../assets/shim.js", "../assets/own.js"];' in text
    assert '&lt;link rel="stylesheet" href="x.css"&gt;' in text
    assert '<script id="__config" type="application/json">{}</script>' in text


def test_what_a_page_reads_itself_is_kept(site: Path) -> None:
    page = site / "losses" / "page.html"
    page.write_text(PAGE.replace("<p>", '<p style="background: var(--unread)">'))
    dressing.dress(site)
    assert """--unread: url("data:image/svg+xml,<svg xmlns='x'/>")""" in rules(page.read_text())


def test_pages_of_one_folder_get_the_same_rules(site: Path) -> None:
    (site / "losses" / "other.html").write_text(PAGE.replace("card", "lost"))
    dressing.dress(site)
    one, other = (rules((site / "losses" / f"{name}.html").read_text()) for name in ("page", "other"))
    assert one == other
    assert ".card,.lost{" in one


@pytest.mark.parametrize("address", ["../assets/none.css", "https://other.example/a.css"])
def test_a_page_whose_sheet_is_not_there_stays_as_it_is(site: Path, address: str) -> None:
    page = site / "losses" / "page.html"
    page.write_text(PAGE.replace("../assets/pages.css", address))
    before = page.read_bytes()
    dressing.dress(site)
    assert page.read_bytes() == before


def test_twice_is_as_once(site: Path) -> None:
    page = site / "losses" / "page.html"
    dressing.dress(site)
    once = page.read_bytes()
    dressing.dress(site)
    assert page.read_bytes() == once
