"""Every possible pair of levels stands in a row together, with far fewer rows than all combinations."""

from __future__ import annotations

import itertools
import math

from hypothesis import given
from hypothesis import strategies as st

from inspector import losses
from inspector.live import configurations, pairs
from inspector.live.build import find_class
from inspector.live.instances import signature_of
from inspector.report import Parameter

SIZES = st.lists(st.integers(1, 4), min_size=2, max_size=6)


@given(SIZES)
def test_every_pair_meets(sizes: list[int]) -> None:
    found = pairs.rows(sizes, lambda one, other: True)
    for (here, first), (there, second) in itertools.combinations(list(enumerate(sizes)), 2):
        assert {(row[here], row[there]) for row in found} == set(itertools.product(range(first), range(second)))


@given(SIZES, st.integers(0, 10**6))
def test_no_impossible_pair_meets_and_rows_are_the_same_twice(sizes: list[int], salt: int) -> None:
    def possible(one: pairs.Level, other: pairs.Level) -> bool:
        return hash((one, other, salt)) % 4 != 0

    found = pairs.rows(sizes, possible)
    assert all(possible(one, other) for row in found for one, other in itertools.combinations(enumerate(row), 2))
    assert found == pairs.rows(sizes, possible)


def test_there_are_far_fewer_rows_than_combinations() -> None:
    sizes = [7, 3, 3, 3, 3, 3]
    assert len(pairs.rows(sizes, lambda one, other: True)) < 40 < math.prod(sizes)


def test_every_argument_meets_every_case_of_cross_entropy() -> None:
    name = "torch.nn.modules.loss.CrossEntropyLoss"
    definition = losses.find(name)
    assert definition is not None
    found = configurations.all_pairs(definition, signature_of(find_class(name)), name)
    smoothed = {each.target_kind for each in found if any(argument.name == "label_smoothing" for argument in each.args)}
    assert smoothed >= {case.name for case in definition.cases}
    given_values = {argument.value for each in found for argument in each.args if argument.name == "weight"}
    assert len(given_values) >= 2


def test_a_class_nobody_described_is_switched() -> None:
    signature = (Parameter("flag", "False"), Parameter("other", "True"), Parameter("size", "3"))
    found = configurations.switched(signature, "somebody.OwnLoss")
    assert found[0].expression == "OwnLoss()"
    assert {each.expression for each in found} >= {"OwnLoss(flag=True)", "OwnLoss(other=False)"} - {""}
    assert configurations.switched((), "somebody.OwnLoss")[0].expression == "OwnLoss()"
