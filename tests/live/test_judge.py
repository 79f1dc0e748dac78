"""The judge on losses made for it: every fault found and rightly named, no sound loss accused."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.live import grouping, prober
from inspector.live.grouping import Group
from inspector.live.isolate import Child

FOLDER = Path(__file__).parent / "faulty"
sys.path.insert(0, str(FOLDER))
try:
    import definitions
finally:
    sys.path.remove(str(FOLDER))


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    with Child(files=[str(FOLDER / "made_losses.py")], patience=3.0) as started:
        yield started


def groups_of(made: definitions.Made, child: Child) -> list[Group]:
    definition = definitions.definition(made.name, made.formula, made.input, made.target, made.clamps)
    chosen = prober.chosen(definition, definitions.signature(made.formula), made.dtypes)
    return grouping.groups([each for some in prober.probe_all(child, chosen) for each in some])


def told(groups: list[Group]) -> list[str]:
    return [f"{group.rule} {group.key}: {group.best.seen.probe.id}: {group.best.fault}" for group in groups]


@pytest.mark.parametrize("made", definitions.FAULTY, ids=lambda made: made.name)
def test_a_fault_is_found_and_rightly_named(made: definitions.Made, child: Child) -> None:
    found = groups_of(made, child)
    named = [group for group in found if group.rule == made.rule and made.edge in " | ".join(group.key)]
    assert named, told(found)


@pytest.mark.parametrize("made", definitions.SOUND, ids=lambda made: made.name)
def test_a_sound_loss_is_not_accused(made: definitions.Made, child: Child) -> None:
    assert told(groups_of(made, child)) == []


def test_there_are_as_many_made_losses_as_the_documentation_says() -> None:
    assert (len({made.name for made in definitions.FAULTY}), len({made.name for made in definitions.SOUND})) == (41, 21)
