"""What the whole site is built from: escaped, the same twice, written only where it changed, and built by mkdocs as it stands."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import msgspec
import pytest
from markdown import markdown  # type: ignore[import-untyped]

from inspector import __version__, pipeline
from inspector.book import FORMAT_VERSION, Book, Chapter
from inspector.errors import InspectError
from inspector.evidence import Evidence
from inspector.render.pages import blocks, loss_page, site, writing
from inspector.report import Formula
from inspector.source import finders

HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} {% raw %} **bold** [a](javascript:x) # (1)! </div> <!-- /finished -->"
"""What a docstring may hold: a script, template syntax, Markdown, an annotation of the theme, and marks of our own."""


@pytest.fixture(scope="module")
def book() -> Book:
    text = finders.find_installed()
    report = pipeline.inspect_loss("L1Loss", live=False)
    subject = msgspec.structs.replace(report.subject, summary=HOSTILE)
    files = {entry.file for entry in report.mro if entry.file.startswith("torch/")}
    sources = {file: text.text_of(text.place(file)) for file in sorted(files)}
    chapter = Chapter("L1Loss", msgspec.structs.replace(report, subject=subject))
    return Book(FORMAT_VERSION, __version__, text.release, (chapter,), Evidence(1, __version__, ()), sources=sources)


@pytest.fixture(scope="module")
def files(book: Book) -> dict[str, bytes]:
    return site.files(book)


def test_a_hostile_docstring_comes_out_as_text(files: dict[str, bytes]) -> None:
    page = markdown(files["pages/losses/L1Loss.md"].decode(), extensions=["inspector.render.pages.blocks", "attr_list", "toc"])
    assert "<script>alert" not in page
    assert "<strong>bold</strong>" not in page
    assert 'href="javascript:' not in page
    assert "{{ 7 * 7 }} {% raw %} **bold**" in page
    assert "# (1)!" in page


@pytest.mark.parametrize(
    ("text", "latex", "words"),
    [
        ("p = softmax(x); ℓ = 0 where y = ignore_index", r"p = \operatorname{softmax}(x)", "ℓ = 0 where y = ignore_index"),
        ("L = Σ ℓ / n, n the number of terms", r"L = \frac{1}{n} \sum_i \ell_i", "n the number of terms"),
        ("z = W·x, δ = p − onehot(y)", "z = W x", "δ = p − onehot(y)"),
        ("ℓ = exp(x[t, c]) if y = 1, else 0", r"\begin{cases} e^{x_{t,c}} & \text{if } y = 1 \\ 0 & \text{else} \end{cases}", ""),
        ("each logarithm is kept at or above −100", "", ""),
    ],
)
def test_words_that_a_set_formula_lacks_stand_under_it(text: str, latex: str, words: str) -> None:
    assert loss_page.lost(Formula("where", latex, text)) == words


def test_every_section_of_a_loss_has_a_permanent_name(files: dict[str, bytes]) -> None:
    page = markdown(files["pages/losses/L1Loss.md"].decode(), extensions=["inspector.render.pages.blocks", "attr_list", "toc"])
    names = ("ten-seconds", "formula", "callable", "call", "below", "construction", "parameters", "inputs", "forms", "example", "findings",
             "checks", "machines")  # fmt: skip
    places = [page.index(f'<h2 id="{name}">') for name in names]
    assert places == sorted(places)


def test_the_same_book_gives_the_same_bytes(book: Book, files: dict[str, bytes]) -> None:
    assert site.files(Book.from_json(book.to_json())) == files


def test_a_book_of_another_format_is_refused(book: Book) -> None:
    with pytest.raises(InspectError, match="format 99"):
        Book.from_json(msgspec.structs.replace(book, format_version=99).to_json(), "kept.json")
    with pytest.raises(InspectError, match="damaged"):
        Book.from_json(b'{"format_version": 1', "kept.json")


def test_a_finished_block_is_passed_on_as_it_is() -> None:
    text = f"# Title\n\n{blocks.BEGIN}\n<div>\n\n*a* & <b>\n\n</div>\n{blocks.END}\n\n*after*"
    made = markdown(text, extensions=["inspector.render.pages.blocks"])
    assert "<div>\n\n*a* & <b>\n\n</div>" in made
    assert "<em>after</em>" in made


def test_only_what_changed_is_written_and_what_is_gone_is_removed(tmp_path: Path) -> None:
    first = writing.write(tmp_path, {"a.md": b"1", "deep/b.md": b"2"})
    assert first.written == ("a.md", "deep/b.md")
    os.utime(tmp_path / "a.md", (1, 1))
    second = writing.write(tmp_path, {"a.md": b"1"})
    assert (second.written, second.removed) == ((), ("deep/b.md",))
    assert (tmp_path / "a.md").stat().st_mtime == 1
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.md"]


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "", "a//b", "a\\b", "."])
def test_a_name_never_leaves_the_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a file below"):
        writing.inside(tmp_path, name)


def test_a_zip_of_the_same_files_is_the_same(tmp_path: Path) -> None:
    writing.write(tmp_path / "site", {"index.html": b"x", "deep/a.html": b"y"})
    writing.pack(tmp_path / "site", tmp_path / "one.zip")
    os.utime(tmp_path / "site" / "index.html", (1, 1))
    first = (tmp_path / "one.zip").read_bytes()
    writing.pack(tmp_path / "site", tmp_path / "one.zip")
    assert (tmp_path / "one.zip").read_bytes() == first


def test_a_zip_has_neither_a_page_that_only_a_server_shows_nor_source_maps(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    for name in ("index.html", "404.html", "sitemap.xml", "bundle.min.js.map"):
        (tmp_path / "site" / name).write_text("<a href='/assets/'>")
    writing.pack(tmp_path / "site", tmp_path / "one.zip")
    assert zipfile.ZipFile(tmp_path / "one.zip").namelist() == ["one/index.html"]
