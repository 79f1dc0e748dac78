"""The pages of torch's own files, made from what two losses' calls were read to be: where their links lead, and what is marked."""

from __future__ import annotations

import re
from html import unescape

import pytest

from inspector import __version__, pipeline
from inspector.book import FORMAT_VERSION, Book, Chapter
from inspector.evidence import Evidence
from inspector.render.pages import source_page
from inspector.source import finders

LOSSES = ("L1Loss", "BCELoss")
QUOTED = ("torch/nn/modules/loss.py", "torch/nn/modules/module.py", "torch/nn/_reduction.py")


@pytest.fixture(scope="module")
def book() -> Book:
    text = finders.find_installed()
    chapters = tuple(Chapter(name, pipeline.inspect_loss(name, live=False)) for name in LOSSES)
    sources = {file: text.text_of(text.place(file)) for file in QUOTED}
    return Book(FORMAT_VERSION, __version__, text.release, chapters, Evidence(1, __version__, ()), sources=sources)


@pytest.fixture(scope="module")
def pages(book: Book) -> dict[str, str]:
    return {page.path.removesuffix(".md"): page.text for page in source_page.pages(book)}


def test_every_quoted_file_has_a_page_that_names_its_licence(pages: dict[str, str]) -> None:
    assert set(pages) == {*(f"source/{file}" for file in QUOTED), "source/licence"}
    assert "Redistribution and use in source and binary forms" in pages["source/licence"]
    assert all("BSD-3-Clause" in pages[f"source/{file}"] and "source/licence.html" in pages[f"source/{file}"] for file in QUOTED)


def test_a_linked_name_leads_to_a_line_that_defines_it(book: Book, pages: dict[str, str]) -> None:
    checked = 0
    for page in pages.values():
        for href, title in re.findall(r'class="xref" href="\.\./[./]*source/([^"]*)" title="([^"]*)"', page):
            file, _, line = href.partition(".html#L-")
            name = title.partition(",")[0].rpartition(".")[2]
            assert re.search(rf"\b(def|class) {re.escape(name)}\b", book.sources[file].split("\n")[int(line) - 1]), (href, title)
            checked += 1
    assert checked > 10


def test_a_definition_in_a_file_that_is_not_quoted_is_found_on_github(book: Book, pages: dict[str, str]) -> None:
    found = re.findall(r'class="xref" href="(https:[^"]*)"', pages["source/torch/nn/modules/loss.py"])
    assert any(f"/{book.release.git_version}/torch/nn/functional.py#L" in address for address in found)


def test_a_call_that_leads_to_both_losses_leads_to_a_list_of_them(pages: dict[str, str]) -> None:
    page = pages["source/torch/nn/modules/module.py"]
    fork = re.search(r'href="#(leads-\d+)" title="leads to 2 definitions"', page)
    assert fork
    listed = page.partition(f'<li id="{fork[1]}">')[2].partition("</li>")[0]
    assert "L1Loss.forward" in listed
    assert "BCELoss.forward" in listed


def test_a_line_one_loss_passes_leads_to_it_and_others_to_a_list(pages: dict[str, str]) -> None:
    page = pages["source/torch/nn/modules/loss.py"]
    marks = dict(re.findall(r'class="by" href="([^"]*)" title="([^"]*)"', page))
    assert marks["../../../../losses/L1Loss.html#call"] == "L1Loss"
    assert "every loss" in marks.values()
    lists = set(re.findall(r'<li id="(who-\d+)"', page))
    assert {address[1:] for address in marks if address.startswith("#")} <= lists


def test_a_file_comes_out_whole_and_no_class_is_marked_that_no_loss_reaches(book: Book, pages: dict[str, str]) -> None:
    file = "torch/nn/modules/loss.py"
    code = pages[f"source/{file}"].partition('<pre tabindex="0" data-search-exclude><code>')[2].partition("</code></pre>")[0]
    lines = re.sub(r'<a [^>]*(?:id="L-|class="(?:by|perma))[^>]*>[^<]*</a>', "", code)
    assert unescape(re.sub(r"<[^>]*>", "", lines)) == book.sources[file]
    triplet = next(number for number, line in enumerate(book.sources[file].split("\n"), 1) if line.startswith("class TripletMarginLoss"))
    assert f'<a class="on" id="L-{triplet}"' not in code


def test_a_definition_a_loss_reaches_has_an_anchor_of_its_name(pages: dict[str, str]) -> None:
    page = pages["source/torch/nn/modules/loss.py"]
    assert 'id="torch.nn.modules.loss.L1Loss.forward"' in page
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
