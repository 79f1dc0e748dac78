"""`inspect-loss update` on small wheels: what is new is noticed, told and built; what is pretended not to be known is too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector import binding, shelf
from inspector.cli import main
from inspector.errors import CouldNotRun
from inspector.shelf import Wanted
from tests.source.small_index import SOURCES, Index, serve, wheel

LOSS = "torch/nn/modules/loss.py"


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Index]:
    """An index with two releases, newer than any that is installed, that differ in a default; the second is the newest."""
    made = Index()
    _, end = serve(made)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_INDEX_URL", f"{made.address}/simple")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("INSPECT_LOSS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("INSPECT_LOSS_OFFLINE", raising=False)
    monkeypatch.chdir(tmp_path)
    made.add("90.0.0")
    made.add("90.1.0", data=wheel("90.1.0", {LOSS: SOURCES[LOSS].replace("wide=1", "wide=2")}))
    yield made
    end()


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["update", *words])
    return int(left.value.code or 0)


def known(*releases: str) -> Path:
    file = Path("known.txt")
    file.write_text("# known\n" + "".join(f"{release}\n" for release in releases))
    return file


def test_nothing_new_says_so(index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--known", str(known("2.13.0", "90.0.0", "90.1.0"))) == 0
    assert "nothing is new: 90.1.0 is the newest" in capsys.readouterr().err


def test_a_new_release_is_noticed_told_and_added_to_the_list(index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    file = known("90.0.0")
    assert run("--known", str(file), "--check") == 1
    assert run("--known", str(file), "--no-build", "--save", "changed.md") == 0
    said = capsys.readouterr()
    assert "torch 90.1.0 is new; the one before it is 90.0.0" in said.err
    text = Path("changed.md").read_text()
    assert "torch 90.0.0 to 90.1.0" in text
    assert "`wide` is 2 by default; it was 1" in text
    assert file.read_text().split()[-2:] == ["90.0.0", "90.1.0"]


def test_what_is_pretended_not_to_be_known_is_dealt_with_as_new(index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path("inspect-loss-pages") / shelf.NAME
    shelf.stock(folder, Wanted(since="90"))
    before = {one.release: (folder / one.release).stat().st_ino for one in binding.standing(folder)}
    assert run() == 0
    assert run("--pretend-without", "v90.1") == 0
    said = capsys.readouterr()
    assert "`wide` is 2 by default" in said.out
    assert "built now: 90.1.0" in said.out
    after = {one.release: (folder / one.release).stat().st_ino for one in binding.standing(folder)}
    assert after["90.0.0"] == before["90.0.0"]
    assert after["90.1.0"] != before["90.1.0"]


def test_of_no_other_release_can_it_be_pretended_that_it_is_not_known(index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--known", str(known("90.0.0")), "--pretend-without", "77.0.0") == 2
    assert "77.0.0 is neither known nor new" in capsys.readouterr().err
    assert run("--known", str(known("90.0.0")), "--pretend-without", "x") == 2
    assert "`x` is not a release" in capsys.readouterr().err


def test_where_nothing_is_known_nothing_can_be_new(index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 2
    assert "[nothing-known]" in capsys.readouterr().err


def test_a_list_that_is_none_is_refused(index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--known", str(known("not a release"))) == 2
    assert "[damaged-list]" in capsys.readouterr().err
    assert run("--known", "no-such-file.txt") == 2
    said = capsys.readouterr().err
    assert "cannot read the list of releases: No such file or directory (no-such-file.txt)" in said


def test_offline_only_what_is_kept_is_told_and_nothing_is_asked(index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--offline", "--known", str(known("90.0.0"))) == 3
    assert "[offline]" in capsys.readouterr().err
    assert run("--no-build", "--known", str(known("90.0.0"))) == 0
    asked = len(index.asked)
    assert run("--offline", "--known", str(known("90.0.0")), "--no-build", "--save", "changed.md") == 0
    assert len(index.asked) == asked
    assert "`wide` is 2 by default" in Path("changed.md").read_text()


def test_a_set_that_cannot_be_written_is_one_error(index: Index) -> None:
    Path("file").write_text("")
    with pytest.raises(CouldNotRun) as caught:
        shelf.stock(Path("file") / "set", Wanted(since="90"))
    assert caught.value.slug == "cannot-write"
