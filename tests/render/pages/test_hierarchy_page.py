"""The hierarchy: every class once in the list, under its base, leading to its page where it has one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from inspector import __version__, pipeline
from inspector.book import FORMAT_VERSION, Book, Chapter, Entry
from inspector.evidence import Evidence
from inspector.render.pages import hierarchy_page

MODULE = "torch.nn.modules.module.Module"
LOSS = "torch.nn.modules.loss."


@pytest.fixture(scope="module")
def book() -> Book:
    report = pipeline.inspect_loss("L1Loss", live=False)
    public = (
        Entry("L1Loss", LOSS + "L1Loss", "torch.nn.L1Loss", "", "torch/nn/modules/loss.py", 66, (LOSS + "_Loss",)),
        Entry("Linear", "torch.nn.modules.linear.Linear", "torch.nn.Linear", "", "torch/nn/modules/linear.py", 53, (MODULE,)),
        Entry("Module", MODULE, "torch.nn.Module", "", "torch/nn/modules/module.py", 407),
    )
    private = (Entry("_Loss", LOSS + "_Loss", "", "", "torch/nn/modules/loss.py", 42, (MODULE,)),)
    return Book(
        FORMAT_VERSION, __version__, report.release, (Chapter("L1Loss", report),), Evidence(1, __version__, ()), public, private,
        {"torch/nn/modules/module.py": ""},
    )  # fmt: skip


def listed(page: str, part: str) -> str:
    return page.partition("{#" + part + "}")[2].partition('<div class="il-tree">')[2].partition("</div>")[0]


def test_each_class_stands_once_under_its_base_and_leads_to_its_page(book: Book) -> None:
    (page,) = hierarchy_page.pages(book)
    names = re.findall(r"<li>(?:<a href=\"([^\"]*)\">)?(\w+)", listed(page.text, "all"))
    assert [name for _, name in names] == ["Module", "_Loss", "L1Loss", "Linear"]
    where = {name: href for href, name in names}
    assert where["L1Loss"] == "losses/L1Loss.html"
    assert where["Module"] == "source/torch/nn/modules/module.py.html#L-407"
    assert where["Linear"].startswith("https://github.com/")


def test_the_losses_come_with_their_bases_and_nothing_else(book: Book) -> None:
    (page,) = hierarchy_page.pages(book)
    assert re.findall(r"<li>(?:<a[^>]*>)?(\w+)", listed(page.text, "losses")) == ["Module", "_Loss", "L1Loss"]


def test_without_graphviz_the_list_stands_alone(book: Book, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(__import__("sys").modules, "pygraphviz", None)
    (page,) = hierarchy_page.pages(book)
    assert "<svg" not in page.text
    assert "The same as a list" not in page.text
    assert "losses/L1Loss.html" in page.text


def test_a_file_in_which_classes_derive_from_each_other_has_a_graph_of_its_own(book: Book) -> None:
    (page,) = hierarchy_page.pages(book)
    everything = page.text.partition("{#all}")[2]
    assert re.findall(r'<h3 class="il-small">([^<]*)</h3>', everything) in ([], ["loss.py", "all other files"])
    graphs = everything.partition('<div class="il-tree">')[0].split("<section>")[1:]
    named = [("L1Loss" in graph, "Linear" in graph) for graph in graphs]
    assert named in ([], [(True, False), (False, True)])
