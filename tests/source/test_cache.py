"""Kept records: found again while nothing changed, made anew when a file, the reader or the record itself did."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.source import cache, reading
from inspector.source.finders import TorchText
from inspector.source.reading import Reading

from . import held

SOURCE = """CALL = "Subject()(3)"


def one(x):
    return x


class Subject:
    def __call__(self, x):
        return one(x)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> held.Package:
    monkeypatch.setenv("INSPECT_LOSS_CACHE", str(tmp_path / "kept"))
    folder = tmp_path / "kept_package"
    folder.mkdir()
    (folder / "source.py").write_text(SOURCE)
    return held.Package(folder)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was really read, not found."""
    done: list[str] = []
    real: Callable[..., object] = reading._read

    def counted(text: TorchText, configuration: object, sample: object) -> object:
        done.append(str(configuration))
        return real(text, configuration, sample)

    monkeypatch.setattr(reading, "_read", counted)
    return done


def read(package: held.Package) -> Reading:
    text = TorchText(held.installed().root, held.installed().release, {package.name: package.folder.parent})
    return reading.read(text, package.configuration(), package.sample())


def kept() -> list[Path]:
    return sorted(cache.folder().glob("reading-*.json"))


def test_the_second_reading_is_the_kept_one(package: held.Package, readings: list[str]) -> None:
    first = read(package)
    assert read(package) == first
    assert len(readings) == 1
    assert len(kept()) == 1


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe\x00", b"[]", b'{"files": {}, "record": 7}', b"null"])
def test_a_damaged_record_is_made_again(
    package: held.Package, readings: list[str], damage: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    first = read(package)
    kept()[0].write_bytes(damage)
    assert read(package) == first
    assert read(package) == first
    assert len(readings) == 2
    assert capsys.readouterr() == ("", "")


def test_a_changed_file_of_the_package_is_read_again(package: held.Package, readings: list[str]) -> None:
    first = read(package)
    source = package.folder / "source.py"
    source.write_text(source.read_text().replace("return one(x)", "return one(one(x))"))
    assert len(read(package).call_trace.steps) == len(first.call_trace.steps) + 1
    assert len(readings) == 2


def test_a_touched_file_is_not_read_again(package: held.Package, readings: list[str]) -> None:
    read(package)
    source = package.folder / "source.py"
    source.write_text(source.read_text())
    read(package)
    assert len(readings) == 1


def test_another_reader_reads_again(package: held.Package, readings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    read(package)
    monkeypatch.setattr(cache, "reader_digest", lambda: "another")
    read(package)
    assert len(readings) == 2


def test_a_folder_that_cannot_be_written_is_no_error(
    package: held.Package, readings: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "a_file"
    blocked.write_text("")
    monkeypatch.setenv("INSPECT_LOSS_CACHE", str(blocked / "below"))
    assert read(package) == read(package)
    assert len(readings) == 2


def test_nothing_half_written_is_left(package: held.Package, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cache.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read(package)
    assert list(cache.folder().iterdir()) == []


def test_a_record_names_every_file_it_depends_on(package: held.Package) -> None:
    read(package)
    assert "kept_package/source.py" in json.loads(kept()[0].read_bytes())["files"]
