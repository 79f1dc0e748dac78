"""A process that is killed anywhere while it fetches and keeps a release: nothing half-written is read as whole, and the next succeeds."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.errors import InspectError
from inspector.source import cache
from inspector.source.releases import Releases
from inspector.source.wheels import WheelText

from .small_index import SOURCES, Index, version_file, wheel

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system starts processes in another way")

EXPECTED = {**SOURCES, "torch/version.py": version_file("1.0.0")}
STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "tempfile.mkstemp", "socket.connect", "fcntl.flock")
"""What Python tells of what a process does to files and to the network."""


def read_all(**how: bool) -> dict[str, str]:
    """Every source of the release, as whoever asks for it gets it."""
    text = Releases(**how).text("1.0.0")
    return {name: text.text_of(text.place(name)) for name in EXPECTED}


def in_a_child(work: Callable[[], object]) -> int:
    """What became of a process of its own that does this; 0 where it came to its end."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)  # the test that follows is the parent's


def killed_at(step: int, work: Callable[[], object]) -> Callable[[], object]:
    """The work, in a process that is gone before it does its step of that number in the cache folder or on the network."""
    left, place = [step], str(cache.folder())

    def watched() -> object:
        def gone(event: str, told: tuple[object, ...]) -> None:
            if event in STEPS and (event.startswith(("socket", "fcntl")) or any(str(each).startswith(place) for each in told)):
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(gone)
        return work()

    return watched


def read_offline() -> dict[str, str]:
    """What can be read of what was left behind, without asking again for what is missing."""
    found = {}
    for name in EXPECTED:
        try:
            text = Releases(offline=True).text("1.0.0")
            found[name] = text.text_of(text.place(name))
        except InspectError as error:
            if error.slug != "offline":
                raise
    return found


@pytest.mark.parametrize("whole", [False, True], ids=["in parts", "whole"])
def test_killed_at_any_step_nothing_half_is_read_and_the_next_one_succeeds(index: Index, tmp_path: Path, whole: bool) -> None:
    index.wheels.clear()
    index.add("1.0.0", data=wheel(ballast=b"0" * 5000))
    index.ranges = not whole
    assert read_all(download=whole) == EXPECTED  # what is imported on the way is imported now, and not in each child
    step, ended = int(whole), False  # every second step of either: what both do is killed at each
    while not ended:
        shutil.rmtree(tmp_path / "cache")
        ended = in_a_child(killed_at(step, lambda: read_all(download=whole))) == 0
        assert read_offline().items() <= EXPECTED.items()
        assert read_all(download=whole) == EXPECTED
        step += 2
    assert step > 50


def test_killed_at_any_time_nothing_half_is_read_and_the_next_one_succeeds(index: Index, tmp_path: Path) -> None:
    index.add("1.0.0", data=wheel(extra={f"torch/nn/more_{number}.py": "X = 1\n" * 5000 for number in range(40)}))
    read_all()
    for delay in range(0, 60, 3):
        shutil.rmtree(tmp_path / "cache")
        child = os.fork()
        if not child:
            try:
                read_all()
            finally:
                os._exit(0)
        time.sleep(delay / 1000)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert read_offline().items() <= EXPECTED.items()
        assert read_all() == EXPECTED


def test_what_killed_processes_leave_is_cleared_away_after_a_day(index: Index, tmp_path: Path) -> None:
    read_all()
    (place,) = {file.parent for file in (tmp_path / "cache").rglob("contents.json")}
    left = [place / "tmpabcdefgh.part", place / "files/torch/nn/tmpabcdefgh.part"]
    for file in left:
        file.write_bytes(b"half")
    fetch_again(place)
    assert all(file.exists() for file in left)
    for file in left:
        os.utime(file, (0, 0))
    fetch_again(place)
    assert not any(file.exists() for file in left)


def fetch_again(place: Path) -> None:
    (place / "first").unlink(missing_ok=True)
    (place / "files/torch/version.py").unlink()
    text = Releases().text("1.0.0")
    assert isinstance(text, WheelText)
    text.fetch()


def test_two_processes_at_once_read_the_same(index: Index, tmp_path: Path) -> None:
    for _ in range(5):
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
        child = os.fork()
        if not child:
            try:
                found = read_all()
            finally:
                os._exit(0 if found == EXPECTED else 1)
        assert read_all() == EXPECTED
        assert os.waitpid(child, 0)[1] == 0
        assert read_offline() == EXPECTED
        assert list((tmp_path / "cache").rglob("*.part")) == []
