"""`inspect-loss date`: what is printed and which exit code comes of it."""

from __future__ import annotations

import json

import pytest

from inspector import dating
from inspector.changes import Place, Unread
from inspector.dated import Dating, Near, Searched, Sighting, Stretch

from .conftest import Typed

SEARCHED = Searched(("1.0.0", "1.1.0", "1.2.0"), ("torch/nn",), 4, 5, 2_000_000)
FIRST = Sighting("1.0.0", "2018-12-07", tuple(Place("torch/nn/a.py", line) for line in (3, 5, 7, 9)))
LAST = Sighting("1.2.0", "", (Place("torch/nn/b.py", 4),))
FOUND = Dating(1, "x = 1", (Stretch("1.0.0", "1.0.0", 1), Stretch("1.2.0", "1.2.0", 1)), FIRST, LAST, SEARCHED)
NOT_FOUND = Dating(
    1,
    "x = 3\ny = 1",
    (),
    None,
    None,
    SEARCHED,
    Near("x = 3", "x = 33", "1.1.0", Place("torch/nn/a.py", 2), 0.8),
    (Unread("1.3.0", "gone"),),
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What was looked for, and whether offline."""
    found: list[tuple[str, bool]] = []

    def date(text: str, *, offline: bool = False, told: object = None) -> Dating:
        found.append((text, offline))
        return FOUND if text == "x = 1" else NOT_FOUND

    monkeypatch.setattr(dating, "date", date)
    return found


def test_first_and_last_are_named_with_file_and_line(typed: Typed, asked: list[tuple[str, bool]]) -> None:
    result = typed("date", "x", "=", "1", "--no-pager")
    assert result.exit_code == 0
    assert asked == [("x = 1", False)]
    for line in ("1.0.0, 1.2.0: 2 of 3 releases", "1.0.0 (2018-12-07): torch/nn/a.py:3,", "and 1 more places (-v)",
                 "1.2.0: torch/nn/b.py:4; the newest: it is still there"):  # fmt: skip
        assert line in " ".join(result.stdout.split())


def test_a_quote_comes_from_standard_input(typed: Typed, asked: list[tuple[str, bool]]) -> None:
    result = typed("date", "-", "--offline", input="x = 3\ny = 1")
    assert result.exit_code == 1
    assert asked == [("x = 3\ny = 1", True)]
    text = " ".join(result.stdout.split())
    assert "none of the releases" in text
    assert "1.1.0: torch/nn/a.py:2, 80% alike" in text
    assert "1.3.0: gone" in text


def test_json_is_the_record(typed: Typed, asked: list[tuple[str, bool]]) -> None:
    assert json.loads(typed("date", "x = 1", "--json").stdout)["first"]["places"][0] == {"file": "torch/nn/a.py", "line": 3}
