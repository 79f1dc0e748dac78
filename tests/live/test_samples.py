"""Samples: legal, with spread, away from kinks, the same each time, and made without torch."""

from __future__ import annotations

import math
import subprocess
import sys
from itertools import combinations

import pytest

from inspector.errors import InspectError
from inspector.live import build, configurations, samples, values
from inspector.live.instances import signature_of
from inspector.losses import FILES, find
from inspector.losses.schema import ArgumentForm, Case, Choice, ClassIndices, InputForm, LossDefinition, Real, Size
from inspector.report import Argument, Configuration, Constant, Items, Maker, Parameter, Reference, Sample, TensorData, Term, Unresolved

LOSS = "torch.nn.modules.loss."
CROSS_ENTROPY = LOSS + "CrossEntropyLoss"


def signature(name: str) -> tuple[Parameter, ...]:
    return signature_of(build.find_class(name))


def draw(name: str, *args: Argument, kind: str | None = None, seed: int = 0) -> Sample:
    drawn = samples.draw(find(name), Configuration(name, name, args, target_kind=kind), signature(name), seed=seed)
    assert isinstance(drawn, Sample)
    return drawn


def tensor(sample: Sample, name: str) -> TensorData:
    found = next(argument.value for argument in sample.inputs if argument.name == name)
    assert isinstance(found, TensorData)
    return found


def every_sample() -> list[tuple[str, Sample]]:
    found = []
    for name in sorted(FILES):
        definition = find(name)
        assert definition is not None
        for configuration in configurations.of_loss(definition, signature(name), name):
            drawn = samples.draw(definition, configuration, signature(name))
            if isinstance(drawn, Sample):
                found.append((configuration.expression, drawn))
    return found


def maker(function: str, *args: object) -> Maker:
    return Maker(function, tuple(Argument(None, Constant(one)) for one in args))  # type: ignore[arg-type]


# -- which case, which sizes --------------------------------------------------------------------------------------------


def test_the_first_declared_kind_is_drawn_where_none_is_asked_for() -> None:
    assert draw(CROSS_ENTROPY).kind.startswith("class indices")
    assert draw(CROSS_ENTROPY, kind="probabilities").kind.startswith("class probabilities")


def test_a_case_can_be_asked_for_by_its_own_name() -> None:
    assert tensor(draw(CROSS_ENTROPY, kind="class indices, (N, C, d1)"), "input").shape == (4, 5, 2)


def test_an_unknown_kind_is_one_line_that_lists_the_kinds() -> None:
    with pytest.raises(InspectError) as caught:
        draw(CROSS_ENTROPY, kind="colours")
    assert caught.value.slug == "unknown-target-kind"
    assert "indices, probabilities" in str(caught.value)


def test_a_kind_is_refused_where_inputs_come_in_one() -> None:
    with pytest.raises(InspectError) as caught:
        draw(LOSS + "MSELoss", kind="indices")
    assert caught.value.slug == "unknown-target-kind"


def test_a_base_class_has_no_sample_and_says_why() -> None:
    drawn = samples.draw(find(LOSS + "_Loss"), Configuration(LOSS + "_Loss", "_Loss()"), signature(LOSS + "_Loss"))
    assert isinstance(drawn, Unresolved)
    assert "forward" in drawn.reason


@pytest.mark.parametrize(
    ("weight", "classes"),
    [
        (maker("torch.rand", 7), 7),
        (maker("torch.ones", 3), 3),
        (Maker("torch.ones", (Argument(None, Items("tuple", (Constant(3),))),)), 3),
        (Maker("torch.full", (Argument(None, Items("tuple", (Constant(6),))), Argument(None, Constant(0.5)))), 6),
        (maker("torch.linspace", 0.1, 1.0, 4), 4),
        (maker("torch.arange", 6), 6),
        (Maker("torch.tensor", (Argument(None, Items("list", (Constant(0.5), Constant(1.0)))),)), 2),
        (Maker("torch.Tensor", (Argument(None, Items("list", (Constant(0.5), Constant(1.0)))),)), 2),
        (TensorData((3,), "float64", (1.0, 2.0, 3.0)), 3),
        (Constant(None), 5),
    ],
)
def test_sizes_follow_a_weight_whose_shape_the_text_shows(weight: Term, classes: int) -> None:
    sample = draw(CROSS_ENTROPY, Argument("weight", weight))
    assert tensor(sample, "input").shape == (4, classes)
    assert max(tensor(sample, "target").values) < classes


def test_the_inputs_have_the_dtype_of_a_tensor_argument() -> None:
    assert tensor(draw(CROSS_ENTROPY), "input").dtype == "float32"
    assert tensor(draw(CROSS_ENTROPY, Argument("weight", TensorData((2,), "float64", (1.0, 2.0)))), "input").dtype == "float64"
    double = Maker("torch.rand", (Argument(None, Constant(3)), Argument("dtype", Reference("torch.float64"))))
    assert tensor(draw(CROSS_ENTROPY, Argument("weight", double)), "input").dtype == "float64"


def test_a_constructor_argument_chooses_the_case() -> None:
    logarithms = draw(LOSS + "KLDivLoss", Argument("log_target", Constant(True)))
    assert all(value < 0 for value in tensor(logarithms, "target").values)  # type: ignore[operator]
    probabilities = draw(LOSS + "KLDivLoss")
    assert all(0 < value < 1 for value in tensor(probabilities, "target").values)  # type: ignore[operator]


def test_arguments_that_contradict_each_other_have_no_sample() -> None:
    name = LOSS + "LinearCrossEntropyLoss"
    args = (Argument("in_features", Constant(3)), Argument("num_classes", Constant(4)), Argument("weight", maker("torch.rand", 9)))
    drawn = samples.draw(find(name), Configuration(name, name, args), signature(name))
    assert isinstance(drawn, Unresolved)


# -- values -------------------------------------------------------------------------------------------------------------


def test_an_ignored_index_is_among_the_targets_only_where_it_was_asked_for_and_others_are_kept() -> None:
    assert -100 not in tensor(draw(CROSS_ENTROPY), "target").values
    for ignored in (-100, 1):
        targets = tensor(draw(CROSS_ENTROPY, Argument("ignore_index", Constant(ignored))), "target").values
        assert targets.count(ignored) == 1
        assert len(targets) > 1


def test_real_inputs_are_spread_distinct_and_of_both_signs() -> None:
    for expression, sample in every_sample():
        for argument in sample.inputs:
            if isinstance(argument.value, TensorData) and argument.value.requires_grad and len(argument.value.values) > 3:
                numbers = [float(value) for value in argument.value.values]
                assert len(set(numbers)) == len(numbers), expression
                assert max(numbers) - min(numbers) > 0.5, expression


def test_no_two_numbers_are_a_multiple_of_a_tenth_apart() -> None:
    """Kinks and margins are multiples of a tenth: a number or a difference on one would make the gradient a matter of taste."""
    for name in ("L1Loss", "HuberLoss", "MultiMarginLoss", "MarginRankingLoss", "HingeEmbeddingLoss"):
        sample = draw(LOSS + name)
        numbers = [
            float(value)
            for one in sample.inputs
            if isinstance(one.value, TensorData) and one.value.dtype == "float32"
            for value in one.value.values
        ]
        real = [number for number in numbers if abs(number) != 1.0]
        apart = [one - other for one, other in combinations(real, 2)] + real
        assert min(abs(number / 0.1 - round(number / 0.1)) for number in apart) > 1e-4


@pytest.mark.parametrize(
    "name",
    ["MarginRankingLoss", "HingeEmbeddingLoss", "CosineEmbeddingLoss", "TripletMarginLoss", "TripletMarginWithDistanceLoss"],
)
def test_hinges_are_active_for_some_rows_and_inactive_for_others(name: str) -> None:
    configuration = Configuration(LOSS + name, name, (Argument("reduction", Constant("none")),))
    rows = build.make_instance(configuration)(*build.make_inputs(draw(LOSS + name))).detach()
    assert (rows == 0).any()
    assert (rows > 0).any()
    assert rows.unique().numel() > 2


def test_probabilities_sum_to_one_along_their_axis() -> None:
    target = tensor(draw(CROSS_ENTROPY, kind="probabilities"), "target")
    for row in range(4):
        assert math.isclose(math.fsum(target.values[row * 5 : row * 5 + 5]), 1.0, abs_tol=1e-12)  # type: ignore[arg-type]


def test_labels_end_with_minus_one_and_rows_differ_in_length() -> None:
    target = tensor(draw(LOSS + "MultiLabelMarginLoss"), "target")
    rows = [list(target.values[row * 5 : row * 5 + 5]) for row in range(4)]
    assert len({row.count(-1) for row in rows}) > 1
    for row in rows:
        labels = row[: row.index(-1)]
        assert labels
        assert len(set(labels)) == len(labels)


def test_lengths_in_a_tuple_are_a_tuple_and_packed_targets_lie_end_to_end() -> None:
    sample = draw(LOSS + "CTCLoss", kind="concatenated targets, tuple lengths, (T, N, C)")
    lengths = next(argument.value for argument in sample.inputs if argument.name == "target_lengths")
    assert lengths == Items("tuple", (Constant(3), Constant(2), Constant(1)))
    assert tensor(sample, "targets").shape == (6,)
    assert 0 not in tensor(sample, "targets").values


def test_the_same_seed_gives_the_same_sample_and_another_seed_another() -> None:
    assert draw(CROSS_ENTROPY) == draw(CROSS_ENTROPY)
    assert draw(CROSS_ENTROPY) != draw(CROSS_ENTROPY, seed=1)


def test_no_gradient_is_asked_of_what_comes_from_data() -> None:
    sample = draw(LOSS + "MSELoss")
    assert tensor(sample, "input").requires_grad
    assert not tensor(sample, "target").requires_grad


def test_bounds_are_kept_to() -> None:
    source = values.Source(0)
    for low, high in ((0.0, 1.0), (-2.5, 2.5), (5.0, 5.01)):
        assert all(low < number < high for number in values.reals(50, low, high, source.stream("x"), source))


def test_a_definition_of_ones_own_is_drawn_from() -> None:
    inputs = (InputForm("x", ("N", "F"), Real(low=0.0)), InputForm("y", ("N",), ClassIndices("F"), dtype="int64"))
    definition = LossDefinition(
        qualified_name="mine.Loss",
        function="",
        cases=(Case("(N, F)", "", {"N": 3, "F": 2}, inputs),),
        arguments=(ArgumentForm("features", Size("F")), ArgumentForm("mode", Choice(("a", "b")))),
    )
    written = (Parameter("features", None), Parameter("mode", "'a'"))
    drawn = samples.draw(definition, Configuration("mine.Loss", "Loss(7)", (Argument(None, Constant(7)),)), written)
    assert isinstance(drawn, Sample)
    assert tensor(drawn, "x").shape == (3, 7)


def test_drawing_a_sample_imports_no_torch() -> None:
    program = (
        "import sys; from inspector.live import samples, configurations; from inspector.losses import find\n"
        "from inspector.report import Configuration, Parameter\n"
        f"name = {CROSS_ENTROPY!r}\n"
        "signature = (Parameter('weight', 'None'), Parameter('ignore_index', '-100'))\n"
        "assert samples.draw(find(name), Configuration(name, name), signature).inputs\n"
        "assert configurations.of_loss(find(name), signature, name)\n"
        "assert 'torch' not in sys.modules and 'libcst' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
