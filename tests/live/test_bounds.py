"""The declared bounds of a loss are held against calls and samples, and a wrong one is caught."""

from __future__ import annotations

import msgspec
import pytest

from inspector import losses
from inspector.live import bounds
from inspector.losses import choosing
from inspector.losses.bounds import BOUNDS
from inspector.losses.choosing import USES
from inspector.losses.schema import LogProbabilities, Probabilities, Real
from inspector.report import Bounds, NotRun

DEFINED = {name.rpartition(".")[2]: name for name in losses.FILES if (found := losses.find(name)) is not None and found.cases}


@pytest.mark.parametrize("name", DEFINED)
def test_every_loss_keeps_its_declared_bounds(name: str) -> None:
    found = bounds.measure(losses.find(DEFINED[name]))
    assert isinstance(found, Bounds)
    assert found.status == "pass", found
    assert found.tried >= bounds.DRAWS


@pytest.mark.parametrize("wrong", [{"low": 0.5}, {"high": 0.1}, {"low": -1.0}])
def test_a_wrong_bound_is_caught(monkeypatch: pytest.MonkeyPatch, wrong: dict[str, float]) -> None:
    declared = msgspec.structs.replace(BOUNDS["MSELoss"], **wrong)
    monkeypatch.setattr(bounds, "bounds_of", lambda name: declared)
    found = bounds.measure(losses.find(DEFINED["MSELoss"]))
    assert isinstance(found, Bounds)
    assert found.status == "fail"


def test_a_class_without_definition_has_no_bounds() -> None:
    assert isinstance(bounds.measure(None), NotRun)


def test_every_loss_can_be_chosen_and_names_only_losses() -> None:
    assert {use.name for use in USES} == set(DEFINED)
    assert {task for use in USES for task in use.tasks} == set(choosing.TASKS)
    assert {other for use in USES for other in use.instead} <= set(DEFINED)


@pytest.mark.parametrize("name", DEFINED)
def test_the_words_on_what_a_loss_takes_agree_with_its_domain(name: str) -> None:
    definition, use = losses.find(DEFINED[name]), choosing.use_of(name)
    assert definition is not None
    assert use is not None
    values = definition.cases[0].inputs[0].values
    kinds = {"probabilities": (Probabilities,), "log-probabilities": (LogProbabilities,)}
    if use.takes in kinds:
        assert isinstance(values, kinds[use.takes]) or (isinstance(values, Real) and (values.low, values.high) == (0, 1))
    else:
        assert values == Real()
