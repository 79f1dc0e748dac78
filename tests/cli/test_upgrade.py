"""`inspect-loss upgrade`: what is printed and which exit code comes of it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from inspector import upgrading
from inspector.affected import Argument, Skipped, Touch, Upgrade, Use
from inspector.changes import Change

from .conftest import Typed

USE = Use("src/a.py", 3, "makes", "torch.nn.modules.loss.GapLoss", "nn.GapLoss(wide=3)", "__init__", (Argument("wide", "3"),))
CHANGE = Change("1.1.0", "1.0.0", USE.subject, "argument renamed", "breaking", "the argument `wide` is called `width`",
                public_name="torch.nn.GapLoss", member="__init__")  # fmt: skip
INSIDE = Change("1.1.0", "1.0.0", USE.subject, "path", "path", "calls `gap` too", public_name="torch.nn.GapLoss", member="forward")
TOUCHES = (Touch(USE, CHANGE, "change", "`wide=` is given by name"), Touch(USE, INSIDE, "nothing", "it is called here"))
FOUND = Upgrade(1, "1.0.2", "1.1.0", ("1.0", "1.1.0"), 2, (USE,), TOUCHES, (Skipped("src/b.py", "it is not Python"),))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was asked for; code named `fine` needs nothing."""
    found: list[tuple[Any, ...]] = []

    def upgrade(old: str, new: str, paths: tuple[str, ...], *, offline: bool = False, told: object = None) -> Upgrade:
        found.append((old, new, paths, offline))
        return msgspec.structs.replace(FOUND, touches=TOUCHES[1:]) if "fine" in paths else FOUND

    monkeypatch.setattr(upgrading, "upgrade", upgrade)
    return found


def test_each_place_is_named_with_what_it_needs_and_why(typed: Typed, asked: list[tuple[Any, ...]]) -> None:
    result = typed("upgrade", "1.0", "1.1.0", "src", "--offline")
    assert result.exit_code == 1
    assert asked == [("1.0", "1.1.0", ("src",), True)]
    text = " ".join(result.stdout.split())
    for words in ("torch 1.0.2 to 1.1.0", "1.0 means 1.0.2", "1 use of a loss or of Module in 2 files: 1 place needs a change",
                  "src/a.py:3 nn.GapLoss(wide=3)", "✗ GapLoss: the argument `wide` is called `width` · `wide=` is given by name",
                  "1 more change is only inside: -v", "not read: src/b.py: it is not Python"):  # fmt: skip
        assert words in text
    assert "gap` too" not in text
    assert "gap` too" in typed("upgrade", "1.0", "1.1.0", "src", "-v").stdout


def test_code_that_needs_nothing_ends_well(typed: Typed, asked: list[tuple[Any, ...]]) -> None:
    result = typed("upgrade", "1.0", "1.1.0", "fine")
    assert result.exit_code == 0
    assert "nothing needs a change in what was read; 1 file could not be" in " ".join(result.stdout.split())


def test_where_no_code_was_read_nothing_is_said_of_it(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrading, "upgrade", lambda *_, **__: msgspec.structs.replace(FOUND, files=0, uses=(), touches=()))
    said = typed("upgrade", "1.0", "1.1.0", "src").stdout
    assert "no file of Python code was read" in said
    assert "nothing needs" not in said


def test_json_is_the_record(typed: Typed, asked: list[tuple[Any, ...]]) -> None:
    found = json.loads(typed("upgrade", "1.0", "1.1.0", "src", "--json").stdout)
    assert (found["touches"][0]["need"], found["touches"][0]["use"]["line"]) == ("change", 3)


@pytest.mark.parametrize("words", [("upgrade",), ("upgrade", "1.0"), ("upgrade", "1.0", "1.1")])
def test_code_and_two_releases_have_to_be_named(typed: Typed, words: tuple[str, ...]) -> None:
    assert typed(*words).exit_code == 2
