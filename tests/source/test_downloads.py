"""Whole wheels, where a server sends no parts: continued where an earlier attempt ended, or begun again, and never taken unproven."""

from __future__ import annotations

import hashlib
import os
import signal
from pathlib import Path

import pytest

from inspector.errors import CouldNotRun
from inspector.source import downloads, releases
from inspector.source.downloads import downloaded
from inspector.source.fetching import Connection, Fetcher
from inspector.source.releases import Releases

from .small_index import Index, wheel

NAME = "torch-1.0.0-cp39-none-macosx_11_0_arm64.whl"


@pytest.fixture
def data(index: Index) -> bytes:
    """A wheel, on a server that sends the rest of a file and no other part."""
    index.ranges = "rests"
    return index.wheels[NAME]


def fetch(index: Index, folder: Path, sha256: str = "") -> bytes:
    with downloaded(Fetcher(Connection()), f"{index.address}/files/{NAME}", folder, sha256) as file:
        return file.read_bytes()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def leave(folder: Path, came: bytes, tag: str = "") -> None:
    """What a download that was killed leaves behind."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / downloads.UNFINISHED).write_bytes(came)
    (folder / "wheel.tag").write_text(tag)


def test_a_whole_file_comes_and_nothing_is_left(index: Index, data: bytes, tmp_path: Path) -> None:
    assert fetch(index, tmp_path / "here", digest(data)) == data
    assert list((tmp_path / "here").iterdir()) == []


def test_a_download_goes_on_where_it_was_killed(index: Index, data: bytes, tmp_path: Path) -> None:
    leave(tmp_path, data[:300_000])
    assert fetch(index, tmp_path, digest(data)) == data
    assert [part for _, part in index.asked] == ["bytes=300000-"]


def test_without_a_check_sum_it_goes_on_only_where_the_server_says_that_the_file_is_the_same(
    index: Index, data: bytes, tmp_path: Path
) -> None:
    index.tag = '"one"'
    leave(tmp_path, data[:300_000], '"one"')
    assert fetch(index, tmp_path) == data
    leave(tmp_path, b"other" * 100, '"another"')
    assert fetch(index, tmp_path) == data
    leave(tmp_path, b"other" * 100)
    assert fetch(index, tmp_path) == data
    assert [part for _, part in index.asked] == ["bytes=300000-", "bytes=500-", ""]


def test_a_server_that_cannot_go_on_starts_again(index: Index, data: bytes, tmp_path: Path) -> None:
    index.ranges = False
    leave(tmp_path, data[:300_000])
    assert fetch(index, tmp_path, digest(data)) == data


def test_what_was_left_of_another_file_is_found_out_and_fetched_again(index: Index, data: bytes, tmp_path: Path) -> None:
    leave(tmp_path, b"x" * 300_000)
    assert fetch(index, tmp_path, digest(data)) == data
    assert [part for _, part in index.asked] == ["bytes=300000-", ""]


@pytest.mark.parametrize("more", [0, 7])
def test_what_is_there_to_the_end_or_beyond_is_no_trouble(index: Index, data: bytes, tmp_path: Path, more: int) -> None:
    leave(tmp_path, data + b"x" * more)
    assert fetch(index, tmp_path, digest(data)) == data


def test_breaks_are_gone_on_from(index: Index, data: bytes, tmp_path: Path) -> None:
    index.cut, index.cuts = 400_000, 2
    assert fetch(index, tmp_path, digest(data)) == data
    assert len(index.asked) == 3


def test_a_file_that_is_not_the_listed_one_is_refused_and_not_kept(index: Index, tmp_path: Path) -> None:
    with pytest.raises(CouldNotRun, match="sha256") as caught:
        fetch(index, tmp_path / "here", digest(b"another"))
    assert caught.value.slug == "wheel-unreadable"
    assert sum(file.stat().st_size for file in (tmp_path / "here").iterdir()) == 0


def test_a_file_that_never_ends_is_refused(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "LARGEST", 500_000)
    with pytest.raises(CouldNotRun) as caught:
        fetch(index, tmp_path)
    assert caught.value.slug == "wheel-unreadable"


def test_two_processes_do_not_write_into_one_file(index: Index, data: bytes, tmp_path: Path) -> None:
    with downloaded(Fetcher(Connection()), f"{index.address}/files/{NAME}", tmp_path, digest(data)) as first:
        child = os.fork()
        if not child:
            # No `finally` of the test's own may run in the child: it leaves by the shortest way.
            os._exit(0 if fetch(index, tmp_path, digest(data)) == data and first.exists() else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert first.read_bytes() == data
    assert list(tmp_path.glob("*.part")) == []


def test_a_release_whose_download_was_killed_is_read_from_where_it_was(index: Index, tmp_path: Path) -> None:
    index.ranges = "rests"
    index.cut, index.cuts = 200_000, 10**6
    child = os.fork()
    if not child:
        try:
            Releases(download=True).text("1.0.0")
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    (left,) = (tmp_path / "cache").rglob(downloads.UNFINISHED)
    came = left.stat().st_size
    assert 0 < came < len(index.wheels[NAME])
    index.cuts = 0
    index.asked.clear()
    text = Releases(download=True).text("1.0.0")
    assert "class GapLoss" in text.text_of(text.place("torch/nn/modules/loss.py"))
    assert f"bytes={came}-" in [part for _, part in index.asked]
    assert not left.exists()


def test_a_damaged_whole_wheel_is_refused_by_its_check_sum(index: Index) -> None:
    index.ranges = False
    Releases().listed()
    index.wheels[NAME] = wheel("1.0.1")
    with pytest.raises(CouldNotRun, match="sha256"):
        Releases(download=True).text("1.0.0")
    assert not list(releases.folder().rglob("loss.py"))
