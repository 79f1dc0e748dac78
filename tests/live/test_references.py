"""References are kept by the hash of what they were computed from; a damaged file costs time and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from inspector.live import references
from inspector.live.references import References, key_of
from tests.losses.by_hand import definition_of, given

INPUTS = {"input": [0.5, 1.5], "target": [0.25, 2.0]}
NAME = "MSELoss"


@pytest.fixture
def never_computed(monkeypatch: Any) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("it was computed again")

    monkeypatch.setattr(references, "work_out", refuse)


def _file(folder: Path) -> Path:
    return folder / "torch.nn.modules.loss.MSELoss.msgpack"


def test_a_reference_is_computed_once(monkeypatch: Any) -> None:
    known = References()
    first = known.find(definition_of(NAME), given(NAME, INPUTS))
    monkeypatch.setattr(references, "work_out", None)
    assert known.find(definition_of(NAME), given(NAME, INPUTS)) is first


def test_a_saved_reference_is_read_and_equal(tmp_path: Path, request: Any) -> None:
    known = References(tmp_path)
    first = known.find(definition_of(NAME), given(NAME, INPUTS))
    second = known.find_second(definition_of(NAME), given(NAME, INPUTS))
    known.save()
    request.getfixturevalue("never_computed")
    again = References(tmp_path)
    assert again.find(definition_of(NAME), given(NAME, INPUTS)) == first
    assert again.find_second(definition_of(NAME), given(NAME, INPUTS)) == second


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\x81\xa3abc"])
def test_a_damaged_file_is_rebuilt_without_a_word(tmp_path: Path, damage: bytes, capfd: Any) -> None:
    known = References(tmp_path)
    first = known.find(definition_of(NAME), given(NAME, INPUTS))
    known.save()
    _file(tmp_path).write_bytes(damage)
    again = References(tmp_path)
    assert again.find(definition_of(NAME), given(NAME, INPUTS)) == first
    again.save()
    assert _file(tmp_path).read_bytes() not in (damage, b"")
    assert capfd.readouterr() == ("", "")


def test_a_damaged_entry_is_computed_again(tmp_path: Path) -> None:
    import msgspec

    known = References(tmp_path)
    first = known.find(definition_of(NAME), given(NAME, INPUTS))
    known.save()
    formulas, entries = msgspec.msgpack.decode(_file(tmp_path).read_bytes())
    _file(tmp_path).write_bytes(msgspec.msgpack.encode([formulas, dict.fromkeys(entries, b"\x93\x01\x02")]))
    assert References(tmp_path).find(definition_of(NAME), given(NAME, INPUTS)) == first


def test_nothing_but_finished_files_lies_in_the_folder(tmp_path: Path) -> None:
    known = References(tmp_path)
    known.find(definition_of(NAME), given(NAME, INPUTS))
    known.save()
    assert [file.name for file in tmp_path.iterdir()] == [_file(tmp_path).name]


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    known = References(blocked / "references")
    known.find(definition_of(NAME), given(NAME, INPUTS))
    known.save()
    assert blocked.read_text() == "in the way"


def test_the_key_knows_numbers_shapes_and_arguments_but_not_the_reduction() -> None:
    definition = definition_of("SmoothL1Loss")
    key = key_of(definition, given("SmoothL1Loss", INPUTS))
    assert key == key_of(definition, given("SmoothL1Loss", INPUTS, reduction="sum"))
    assert key != key_of(definition, given("SmoothL1Loss", INPUTS, beta=0.5))
    assert key != key_of(definition, given("SmoothL1Loss", {**INPUTS, "input": [0.5, 1.25]}))
    assert key != key_of(definition, given("SmoothL1Loss", {name: [value, value] for name, value in INPUTS.items()}))


def test_a_reference_of_other_formulas_is_not_read(tmp_path: Path, monkeypatch: Any) -> None:
    known = References(tmp_path)
    known.find(definition_of(NAME), given(NAME, INPUTS))
    known.save()
    monkeypatch.setattr(references, "formulas_as_written", lambda: b"other")
    monkeypatch.setattr(references, "work_out", lambda *_: "computed again")
    assert References(tmp_path).find(definition_of(NAME), given(NAME, INPUTS)) == "computed again"


def test_what_another_process_kept_meanwhile_stays(tmp_path: Path, request: Any) -> None:
    one, other = References(tmp_path), References(tmp_path)
    first = one.find(definition_of(NAME), given(NAME, INPUTS))
    second = other.find(definition_of(NAME), given(NAME, {**INPUTS, "input": [0.5, 1.25]}))
    one.save()
    other.save()
    request.getfixturevalue("never_computed")
    again = References(tmp_path)
    assert again.find(definition_of(NAME), given(NAME, INPUTS)) == first
    assert again.find(definition_of(NAME), given(NAME, {**INPUTS, "input": [0.5, 1.25]})) == second
