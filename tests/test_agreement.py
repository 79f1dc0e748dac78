"""What is read of every loss is what runs: edges in both directions, over every configuration that its domain gives.

The whole measure, torch.nn included, is `inspect-loss agreement --all`; here every loss is measured, and of the other modules a fixed part.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from inspector import asking, pipeline
from inspector.agreement import compare, edges
from inspector.pipeline import AgreementRow
from inspector.report import CallTrace, Observation, ObservedCall, Sample, Step
from inspector.source import catalog, finders

TEXT = finders.find_installed()
LOSSES = [entry for entry in catalog.read_catalog(TEXT).losses() if entry.public_name]

KNOWN = {
    "options=torch.nn.LinearCrossEntropyOptions(": "its operator goes through the C++ dispatcher, to wrappers made at import",
    "BCELoss(weight=torch.tensor([": "torch.fx.experimental._config replaces its own class while it is imported",
}
"""Configurations in which an edge is missing, by a part of their text, and why. Nothing else may be missing."""

MODULES = [
    "AdaptiveLogSoftmaxWithLoss", "BatchNorm2d", "Bilinear", "Conv2d", "ConvTranspose1d", "CosineSimilarity", "Dropout",
    "Embedding", "EmbeddingBag", "FractionalMaxPool2d", "GELU", "GRUCell", "GroupNorm", "Hardtanh", "InstanceNorm1d", "LSTM",
    "LayerNorm", "Linear", "LocalResponseNorm", "MaxPool2d", "MultiheadAttention", "PReLU", "PairwiseDistance", "PixelShuffle",
    "RMSNorm", "ReLU6", "Softmax2d", "Transformer", "TransformerEncoderLayer", "Unfold", "Upsample", "ZeroPad2d",
]  # fmt: skip


@cache
def rows_of(name: str) -> tuple[AgreementRow, ...]:
    entry = next(entry for entry in LOSSES if entry.name == name)
    return tuple(pipeline._row(asked) for asked in asking.each_configuration(TEXT, entry, every=True))


@pytest.mark.parametrize("name", [entry.name for entry in LOSSES])
def test_a_loss_is_read_as_it_runs(name: str) -> None:
    """100 % both ways in every configuration, but for those that are named above."""
    rows = rows_of(name)
    assert rows
    for row in rows:
        assert not row.not_run, row.not_run
        assert row.observed > 5
        assert not row.extra, (row.configuration, row.extra)
        if not any(part in row.configuration for part in KNOWN):
            assert not row.missing, (row.configuration, row.missing)


def test_there_are_enough_configurations() -> None:
    every = [row for entry in LOSSES for row in rows_of(entry.name)]
    assert len(every) >= 120
    assert len({row.configuration for row in every}) == len(every)
    whole = [row for row in every if not row.missing and not row.extra]
    assert len(whole) >= len(every) - 4


def test_configurations_hold_every_kind_of_change() -> None:
    written = "\n".join(row.configuration for entry in LOSSES for row in rows_of(entry.name))
    for part in (
        "reduction='none'",
        "reduction='sum'",
        "size_average=",
        "reduce=",
        "weight=",
        "label_smoothing=",
        "[indices]",
        "[probabilities]",
    ):
        assert part in written, part
    for hook in ("forward", "forward_pre", "full_backward"):
        assert any(hook in row.configuration for entry in LOSSES for row in rows_of(entry.name)), hook


def module_rows() -> Iterator[AgreementRow]:
    yield from pipeline.agreement_rows(MODULES, modules=True)


def test_modules_of_torch_nn_are_read_as_they_run() -> None:
    """Of all observed edges at least 90 % are read, of all edges read as taken at least 99 % are observed."""
    rows = [row for row in module_rows() if not row.not_run]
    assert len(rows) >= len(MODULES) - 4
    observed, read, confirmed = (sum(getattr(row, name) for row in rows) for name in ("observed", "read", "confirmed"))
    extra = sum(len(row.extra) for row in rows)
    assert confirmed / observed >= 0.9, [(row.configuration, row.missing) for row in rows if row.missing]
    assert 1 - extra / read >= 0.99, [(row.configuration, row.extra) for row in rows if row.extra]


# -- the comparison itself ------------------------------------------------------------------------------------------------------


def step(id: int, callee: str, **more: object) -> Step:
    usual: dict[str, object] = {
        "id": id,
        "parent": None,
        "caller": "m.f",
        "callee": callee,
        "kind": "python",
        "call_file": "m.py",
        "call_line": id,
        "call_text": f"{callee}()",
        "callee_file": "",
        "callee_line": 0,
        "condition": "",
        "condition_value": "true",
        "because": "",
        "taken": "true",
    }
    return Step(**{**usual, **more})  # type: ignore[arg-type]


def observed(*callees: str) -> Observation:
    calls = tuple(ObservedCall("m.f", callee, "python", "m.py", place) for place, callee in enumerate(callees, 1))
    return Observation(calls, (), (), ())


def test_the_three_outcomes() -> None:
    trace = CallTrace((step(1, "both"), step(2, "read_only"), step(3, "passed", taken="false"), step(4, "maybe", taken="unknown")))
    found = compare(trace, observed("both", "maybe", "run_only", "passed"))
    assert found.confirmed == (1, 4)
    assert found.read_not_run == (2,)
    assert [call.callee for call in found.run_not_read] == ["run_only", "passed"]


def test_what_a_profiler_cannot_see_is_no_disagreement() -> None:
    trace = CallTrace((step(1, "list", observable=False), step(2, "hook", kind="unresolved")))
    found = compare(trace, observed())
    assert (found.read_not_run, found.not_observable) == ((), (1,))
    assert edges(trace, observed()) == (frozenset(), frozenset(), frozenset())


def test_a_step_that_may_be_taken_confirms_and_is_not_missed() -> None:
    trace = CallTrace((step(1, "maybe", taken="unknown"),))
    ran, taken, read = edges(trace, observed("maybe"))
    assert ran == read
    assert not taken


def test_a_sample_is_what_both_sides_get() -> None:
    entry = next(entry for entry in LOSSES if entry.name == "L1Loss")
    asked = next(asking.each_configuration(TEXT, entry, every=False))
    assert isinstance(asked.sample, Sample)
    assert asked.sample.inputs
