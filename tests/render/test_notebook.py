"""The notebook face: script-free, escaped, readable on either ground."""

from __future__ import annotations

import html.parser
import re

import msgspec
import pytest

from inspector.render import notebook
from inspector.report import Report

from . import sample_report as sample

NASTY = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"


class Reader(html.parser.HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


REPORTS = (sample.full_report, sample.poor_report, sample.empty_report, sample.disagreeing_report)


@pytest.fixture(params=REPORTS, ids=lambda make: make.__name__)
def report(request: pytest.FixtureRequest) -> Report:
    made: Report = request.param()
    return made


def poisoned(report: Report) -> Report:
    """The report with nasty text in every place a string can stand, save where only a fixed set of words may."""

    def poison(value: object, key: str = "") -> object:
        if isinstance(value, dict):
            return {name: poison(inside, name) for name, inside in value.items()}
        if isinstance(value, list):
            return [poison(inside, key) for inside in value]
        fixed = ("kind", "taken", "condition_value", "status", "type", "format_version", "hooks", "nonfinite", "actual", "expected")
        is_number = key.endswith("_error") or key in ("values", "rtol", "atol")
        return value + NASTY if isinstance(value, str) and key not in fixed and not is_number else value

    return msgspec.convert(poison(msgspec.to_builtins(report)), Report)


def test_the_html_is_well_formed_and_has_no_script_and_no_request(report: Report) -> None:
    seen = Reader(notebook.to_html(report))
    assert seen.open == []
    assert not {"script", "style", "link", "iframe", "img", "object"} & set(seen.tags)
    assert {name for name, _ in seen.attributes} <= {"style", "href", "title"}


def test_whatever_a_report_holds_is_escaped(report: Report) -> None:
    seen = Reader(notebook.to_html(poisoned(report)))
    assert seen.open == []
    assert not {"script", "img"} & set(seen.tags)
    assert {name for name, _ in seen.attributes} <= {"style", "href", "title"}


def test_only_web_addresses_become_links() -> None:
    release = msgspec.structs.replace(sample.full_report().release, git_version="x")
    seen = Reader(notebook.to_html(msgspec.structs.replace(sample.full_report(), release=release)))
    links = [value for name, value in seen.attributes if name == "href"]
    assert links
    assert all(link.startswith("https://github.com/") for link in links)


def test_no_colour_is_set_so_either_ground_will_do(report: Report) -> None:
    text = notebook.to_html(report)
    assert set(re.findall(r"(?<![-\w])(?:color|background): ?([^;\"]+)", text)) <= {"inherit", "none"}


def test_the_bundle_gives_what_is_asked_for() -> None:
    report = sample.full_report()
    assert set(notebook.mimebundle(report)) == {"text/plain", "text/html"}
    assert set(notebook.mimebundle(report, include=["text/html"])) == {"text/html"}
    assert set(notebook.mimebundle(report, exclude={"text/html"})) == {"text/plain"}


def test_code_in_a_sentence_is_marked_as_code() -> None:
    assert "<code>criterion(input, target)</code> makes Python look up <code>__call__</code>" in notebook.to_html(sample.full_report())
