"""What third parties wrote is shown as text: scripts, template syntax, Markdown, annotations of the theme, wherever a book holds prose."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from .conftest import Visit, one_of_each_kind, run_pages
from .test_built import mistakes

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)></div></pre> "
    "{{ 7191*7 }} {% x %} **hostile** [hostile](javascript:alert(3)) # (1)!"
)

PROSE = ("summary", "text", "cause", "fix", "message", "title", "snippet", "reason", "note", "because", "call_text", "what", "brief")
"""Fields of records whose words come from torch, its messages or its docstrings, or stand beside them."""


def spoil(record: Any, fields: tuple[str, ...] = PROSE) -> Any:
    """The same record with the hostile text after every text of these fields."""
    if isinstance(record, list):
        return [spoil(each, fields) for each in record]
    if not isinstance(record, dict):
        return record
    return {
        name: f"{value} {HOSTILE}" if name in fields and isinstance(value, str) and value else spoil(value, fields)
        for name, value in record.items()
    }


@pytest.fixture(scope="module")
def hostile(small_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a book that is hostile wherever it can be."""
    folder = tmp_path_factory.mktemp("hostile")
    book = spoil(json.loads(small_book.read_bytes()))
    book["sources"] = {name: f"{text}# {HOSTILE}\n" for name, text in book["sources"].items()}
    (folder / "book.json").write_text(json.dumps(book))
    done = run_pages("--from", folder / "book.json", "--output", folder / "pages")
    assert done.returncode == 0, done.stderr
    return folder / "pages" / "site"


def every(site: Path) -> list[str]:
    """A page of each kind, but the one that only a server shows."""
    return [name for name in one_of_each_kind(site) if name != "404.html"]


def test_hostile_text_breaks_no_page(hostile: Path) -> None:
    found = {name: mistakes((hostile / name).read_text()) for name in every(hostile)}
    assert {name: wrong[:3] for name, wrong in found.items() if wrong} == {}


def test_hostile_text_is_shown_as_text(hostile: Path, visit: Visit) -> None:
    shown = set()
    for name in every(hostile):
        page = visit(name, at=f"{hostile.as_uri()}/")
        text = page.locator("main").text_content() or ""
        assert "50337" not in text, name
        made = page.locator("strong, em, b, a, script").filter(has_text=re.compile(r"^hostile$|alert\("))
        assert [each for each in made.all_text_contents() if HOSTILE not in each] == [], name
        assert page.locator(".md-annotation, img[onerror]").count() == 0, name
        if "hostile" in text:
            assert HOSTILE in text, name
            shown.add(name.partition("/")[0])
        page.close()
    assert {"losses", "source", "findings.html", "messages.html", "questions.html"} <= shown


def test_hostile_text_is_shown_as_text_by_the_search(hostile: Path, visit: Visit) -> None:
    page = visit("index.html", at=f"{hostile.as_uri()}/")
    page.locator(".md-search__input").click()
    page.keyboard.type("hostile")
    results = page.locator(".md-search-result__item")
    results.first.wait_for()
    assert results.locator("script, img, strong").count() == 0
