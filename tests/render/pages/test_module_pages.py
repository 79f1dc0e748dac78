"""The two pages on Module: the path to forward, the condition of the fast path with its value, and what hooks add."""

from __future__ import annotations

import re

import pytest

from inspector import __version__, asking, pipeline
from inspector.book import FORMAT_VERSION, Book, Chapter, Workings
from inspector.evidence import Evidence
from inspector.publishing import HOOKS
from inspector.render.pages import module_pages
from inspector.report import Answer
from inspector.source import finders

MODULE = "torch/nn/modules/module.py"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    text = finders.find_installed()
    plain, weighted = (pipeline.inspect_loss(name, live=False) for name in ("L1Loss", "NLLLoss"))
    hooked = pipeline.path_of(asking.understand("L1Loss", None, HOOKS, live=True))
    said = Answer("Does it work?", "No: `<script>`.", {"two": 2}, {"two": "1 + 1"}, id="does-it", program="x = '<b>'")
    workings = Workings(plain, hooked, pipeline.inspect_loss("torch.nn.Module", live=False), calling=(said,))
    sources = {file: text.text_of(text.place(file)) for file in (MODULE, "torch/nn/modules/loss.py")}
    chapters = tuple(Chapter(report.subject.public_name, report) for report in (plain, weighted))
    book = Book(FORMAT_VERSION, __version__, text.release, chapters, Evidence(1, __version__, ()), sources=sources, workings=workings)
    return {page.path: page.text for page in module_pages.pages(book)}


def test_the_path_leads_from_call_to_forward_in_order(pages: dict[str, str]) -> None:
    stages = re.findall(r'class="il-stage"><code>([^<]*)<', pages["module/calling.md"])
    assert stages[-1] == "L1Loss.forward"
    assert "Module._call_impl" in stages[:-1]


def test_the_condition_of_the_fast_path_is_shown_with_both_its_values(pages: dict[str, str]) -> None:
    fast = pages["module/calling.md"].partition("{#fast}")[2].partition("{#slow}")[0]
    assert re.findall(r"<strong>(true|false)</strong>", fast) == ["true", "false"]
    assert "_forward_pre_hooks" in fast


def test_hooks_ran_around_forward_and_steps_they_add_are_marked(pages: dict[str, str]) -> None:
    slow = pages["module/calling.md"].partition("{#slow}")[2]
    order = re.findall(r"<code>([^<]*)</code>", slow.partition("in this order:")[2].partition("</p>")[0])
    assert order == ["forward pre hook", "L1Loss.forward", "forward hook"]
    added = [row.partition("</tr>")[0] for row in slow.split("<tr")[1:] if "il-added" in row]
    assert any("on_forward_pre" in row for row in added)
    assert not any("L1Loss.forward" in row for row in added)


def test_an_answer_stands_with_what_ran_for_it_and_is_escaped(pages: dict[str, str]) -> None:
    answer = pages["module/calling.md"].partition("{#asked-does-it}")[2]
    assert "<td><code>1 + 1</code></td><td>2</td>" in answer
    assert "&lt;b&gt;" in answer.partition("<table")[0]
    assert "<code>&lt;script&gt;</code>" in pages["module/calling.md"]
    assert "<script" not in pages["module/calling.md"]


def test_a_buffer_is_set_apart_and_its_refusals_are_listed_with_their_conditions(pages: dict[str, str]) -> None:
    making = pages["module/making.md"]
    kinds = making.partition("{#kinds}")[2]
    assert re.search(r'<code>weight</code></th><td data-label="kind">buffer</td>', kinds)
    assert "reading <code>self.weight</code> runs this" in kinds
    refusals = making.partition("{#refusals}")[2]
    assert refusals.count("<tr>") - 1 == len(re.findall(r"Error\(", refusals)) == 7


def test_every_module_has_the_containers_that_were_read(pages: dict[str, str]) -> None:
    containers = pages["module/making.md"].partition("{#containers}")[2].partition("{#kinds}")[0]
    assert {"training", "_parameters", "_buffers", "_modules"} <= set(re.findall(r"<tr><td><code>(\w+)</code>", containers))
