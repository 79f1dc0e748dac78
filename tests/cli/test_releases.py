"""The commands about other releases: what is handed to the pipeline, what is printed, and which exit code comes of it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from inspector import pipeline as flow
from inspector.errors import CouldNotRun
from inspector.source.releases import Found

from .conftest import Pipeline, Typed

LISTED = (
    Found("2.13.0", "2026-07-08", 0, True),
    Found("1.7.1", "2020-12-10", 700_000, False),
    Found("1.0.0", "", 900_000, False, "2018-12-05"),
    Found("0.9.0", "", 0, False),
)


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What was asked of the index: whether offline."""
    asked: list[bool] = []

    def list_releases(*, offline: bool = False) -> tuple[Found, ...]:
        asked.append(offline)
        return LISTED

    monkeypatch.setattr(flow, "list_releases", list_releases)
    return asked


def test_releases_are_listed_in_columns(typed: Typed, listed: list[bool]) -> None:
    assert typed("releases").stdout.splitlines() == [
        "2.13.0  2026-07-08        installed",
        "1.7.1   2020-12-10        cached, 0.7 MB",
        "1.0.0   built 2018-12-05  cached, 0.9 MB",
        "0.9.0   date not given",
    ]
    assert listed == [False]


def test_releases_are_listed_as_json_and_offline(typed: Typed, listed: list[bool]) -> None:
    found = json.loads(typed("releases", "--json", "--offline").stdout)
    rest = {"built": None, "cached": True, "cached_bytes": 700_000, "installed": False}
    assert found[1] == {"version": "1.7.1", "date": "2020-12-10", **rest}
    assert (found[2]["date"], found[2]["built"]) == (None, "2018-12-05")
    assert listed == [True]


def test_a_report_of_another_release_is_read_and_nothing_is_run(typed: Typed, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    text: Any = SimpleNamespace(release=SimpleNamespace(origin="wheel"))
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(flow, "text_of", lambda **given: (asked.append(given), text)[1])
    result = typed("L1Loss", "--release", "1.7.1", "--offline")
    assert result.exit_code == 0
    assert asked == [{"release": "1.7.1", "source": "", "offline": True, "download": False}]
    assert [(each["live"], each["text"]) for _, each in pipeline.asked] == [(False, text)]


def test_two_ways_to_say_which_torch_are_wrong_use(typed: Typed, tmp_path: Path) -> None:
    result = typed("L1Loss", "--release", "1.7.1", "--source", str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr.endswith("[usage]\n")


def test_an_index_that_is_not_there_is_one_line(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(**_: object) -> None:
        raise CouldNotRun("index-unreachable", "cannot read from the package index: no connection", "an.index", "see pip")

    monkeypatch.setattr(flow, "list_releases", unreachable)
    result = typed("releases")
    assert result.exit_code == 3
    assert result.stderr.count("\n") == 1


def test_the_cache_is_shown_and_cleared(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_LOSS_CACHE", str(tmp_path))
    entry = tmp_path / f"reading-{'0' * 32}.json"
    entry.write_text("{}")
    (tmp_path / "mine.txt").write_text("mine")
    assert json.loads(typed("cache", "--json").stdout)["kinds"] == [{"kind": "reading", "files": 1, "bytes": 2}]
    assert typed("cache", "--clear").stdout.splitlines()[0] == f"{tmp_path} (cleared)"
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
    assert "nothing is kept" in typed("cache").stdout
