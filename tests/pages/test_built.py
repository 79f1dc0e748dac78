"""The built site as files: links, HTML, size, the same bytes twice, nothing written without need, nothing half-written."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import html5lib  # type: ignore[import-untyped]
import pytest

from inspector.render.pages import blocks

from . import links
from .conftest import LOSSES, one_of_each_kind, run_pages

MOST = 60_000
"""Bytes of the page of a loss, compressed."""


def test_every_link_inside_the_site_leads_somewhere(site: Path) -> None:
    assert links.wrong(site) == []


def test_a_broken_link_and_a_doubled_id_are_noticed(tmp_path: Path) -> None:
    (tmp_path / "other.html").write_text('<p id="f.&lt;locals&gt;.g"></p>')
    (tmp_path / "index.html").write_text(
        '<a id="x" href="other.html#f.%3Clocals%3E.g"></a><a id="x" href="other.html#y"></a><img src="none.png"><a href="https://pytorch.org">'
    )
    assert links.wrong(tmp_path) == [
        "index.html: the id x stands twice",
        "index.html: none.png leads to no file",
        "index.html: other.html#y leads to no place on that page",
    ]


def mistakes(page: str) -> list[str]:
    """What is wrong with the HTML of a page, by the rules browsers parse by."""
    parser = html5lib.HTMLParser()
    parser.parse(page)
    lines = page.split("\n")
    return [f"{code} {data}: {lines[line - 1][max(0, column - 60) : column]}" for (line, column), code, data in parser.errors]


def test_the_html_of_every_kind_of_page_is_valid(site: Path) -> None:
    found = {name: mistakes((site / name).read_text()) for name in one_of_each_kind(site)}
    assert {name: wrong[:5] for name, wrong in found.items() if wrong} == {}


def test_invalid_html_is_noticed() -> None:
    assert mistakes("<!doctype html><title>x</title><p><div></div></p>")


def test_what_search_leaves_out_is_on_the_page_and_not_in_the_index(site: Path) -> None:
    loss = (site / "losses" / f"{LOSSES[0]}.html").read_text()
    docs = json.loads((site / "search" / "search_index.json").read_text())["docs"]
    indexed = " ".join(doc["text"] for doc in docs if doc["location"].startswith("losses/"))
    assert "Every attribute of the new object" in loss
    assert "Every attribute of the new object" not in indexed
    assert "What torch says is in the last column" in indexed
    assert [page.name for page in site.rglob("*.html") if blocks.OPENS in page.read_text() or blocks.CLOSES in page.read_text()] == []


def test_the_page_of_a_loss_is_light(site: Path) -> None:
    sizes = {page.stem: len(gzip.compress(page.read_bytes(), 6)) for page in (site / "losses").glob("*.html")}
    assert set(LOSSES) <= set(sizes)
    assert {name: size for name, size in sizes.items() if size > MOST} == {}


# -- what is written ------------------------------------------------------------------------------------------------------


def state(folder: Path, of: Callable[[Path], object]) -> dict[str, object]:
    return {path.relative_to(folder).as_posix(): of(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_book_gives_the_same_site_byte_by_byte(folder: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The first site was made from the book as it was gathered, this one from the saved file.
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    done = run_pages("--from", book, "--offline", "--output", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    one, other = state(folder / "pages", Path.read_bytes), state(tmp_path / "again", Path.read_bytes)
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


def test_a_second_build_writes_nothing_when_nothing_changed(folder: Path, book: Path) -> None:
    def moment(path: Path) -> tuple[int, int]:
        return path.stat().st_mtime_ns, path.stat().st_ino

    before = state(folder / "pages", moment)
    done = run_pages("--from", book, "--offline", "--output", folder / "pages")
    assert done.returncode == 0, done.stderr
    assert state(folder / "pages", moment) == before


def test_a_build_that_is_killed_leaves_the_old_site_whole_and_the_next_one_ends_it(small_book: Path, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    assert run_pages("--from", small_book, "--output", pages).returncode == 0
    before = state(pages / "site", Path.read_bytes)
    words = ("--from", small_book, "--output", pages, "--site-url", "https://example.org/losses/")
    command = [sys.executable, "-m", "inspector", "pages", *map(str, words)]
    begun = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    while begun.poll() is None and not list(pages.glob(".building-*/site/*")):
        time.sleep(0.01)
    assert begun.poll() is None, "it ended before it could be killed"
    os.killpg(begun.pid, signal.SIGKILL)
    begun.wait()
    assert state(pages / "site", Path.read_bytes) == before
    assert run_pages(*words).returncode == 0
    assert b"https://example.org/losses/" in (pages / "site" / "index.html").read_bytes()
