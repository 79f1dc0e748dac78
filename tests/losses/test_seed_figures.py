"""The references give the figures of the documents this project grew from, and those measured for the questions people ask."""

from __future__ import annotations

import math

import pytest

from tests.losses.by_hand import gradient, value

LOGITS_5X3 = [
    [0.9826, 1.0630, -0.4096], [-0.6213, 0.2511, 0.5659], [0.5662, 0.7360, -0.6783], [-0.4638, -1.4961, -1.0877], [1.8186, -0.2998, 0.1128],
]  # fmt: skip
LOGITS_3X5 = [
    [-0.6314, 0.6876, 0.8655, -1.8212, 0.0963],
    [-0.5437, 0.2778, -0.1662, -0.0784, -0.6565],
    [-0.1164, 0.3882, 0.2487, -0.5318, 0.3943],
]
OWN_LOSS = [
    [1.1785, -0.0969, 0.5756, -1.2113, -0.1120],
    [-0.5199, -0.8051, 1.0953, 0.1480, 0.2879],
    [2.3401, 0.6403, 1.4306, 0.0982, -0.7363],
]
OWN_GRADIENT = [
    0.1520, 0.0424, 0.0832, 0.0139, -0.2915, 0.0304, 0.0228, 0.1528, -0.2741, 0.0681, 0.1918, -0.2983, 0.0772, 0.0204, 0.0088,
]  # fmt: skip


def test_cross_entropy_of_the_notebook() -> None:
    assert value("CrossEntropyLoss", "mean", {"input": LOGITS_5X3, "target": [1, 0, 1, 1, 1]}) == [pytest.approx(1.4904, abs=5e-5)]


def test_cross_entropy_of_the_arguments_page() -> None:
    assert value("CrossEntropyLoss", "mean", {"input": LOGITS_3X5, "target": [1, 0, 0]}) == [pytest.approx(1.6557, abs=5e-5)]


def test_the_loss_of_ones_own_and_its_gradient() -> None:
    inputs = {"input": OWN_LOSS, "target": [4, 3, 1]}
    assert value("CrossEntropyLoss", "mean", inputs) == [pytest.approx(2.0187, abs=5e-5)]
    assert gradient("CrossEntropyLoss", "mean", inputs) == pytest.approx(OWN_GRADIENT, abs=6e-5)


@pytest.mark.parametrize(("q", "bits"), [((0.8, 0.1, 0.1), 0.32), ((1.0, 0.0, 0.0), 0.0), ((0.0, 1.0, 0.0), math.inf)])
def test_cross_entropy_in_bits(q: tuple[float, ...], bits: float) -> None:
    """−Σ p·log₂ q for p = (1, 0, 0): the negative log-likelihood of the first class, in bits."""
    log_q = [[math.log(each) if each else -math.inf for each in q]]
    found = value("NLLLoss", "sum", {"input": log_q, "target": [0]})[0] / math.log(2)
    assert found == (bits if math.isinf(bits) else pytest.approx(bits, abs=5e-3))


def test_kl_is_cross_entropy_less_entropy() -> None:
    p, q = [0.2, 0.5, 0.3], [0.4, 0.4, 0.2]
    divergence = value("KLDivLoss", "sum", {"input": [math.log(each) for each in q], "target": p})[0]
    crossed = -sum(a * math.log(b) for a, b in zip(p, q, strict=True))
    entropy = -sum(a * math.log(a) for a in p)
    assert divergence == pytest.approx(crossed - entropy, rel=1e-14)


def test_huber_is_delta_times_smooth_l1() -> None:
    for delta, ratio in ((0.5, 0.5), (1.0, 1.0), (2.0, 2.0)):
        inputs = {"input": [0.3, 3.0], "target": [0.0, 0.0]}
        huber = value("HuberLoss", "none", inputs, delta=delta)
        smooth = value("SmoothL1Loss", "none", inputs, beta=delta)
        assert [a / b for a, b in zip(huber, smooth, strict=True)] == pytest.approx([ratio, ratio], rel=1e-15)


def test_softmax_twice_cannot_fall_below_a_floor() -> None:
    """ln(e + C − 1) − 1: what cross entropy of a softmax is at best."""
    for classes, floor in ((2, 0.313), (10, 1.461), (100, 3.622), (1000, 5.909)):
        sure = [1.0] + [0.0] * (classes - 1)
        assert value("CrossEntropyLoss", "mean", {"input": sure, "target": 0}) == [pytest.approx(floor, abs=1e-3)]


def test_an_ignored_class_stays_in_the_softmax() -> None:
    for logit, expected in ((0.0, 1.099), (8.0, 8.001)):
        inputs = {"input": [[logit, 0.0, 0.0]], "target": [1]}
        assert value("CrossEntropyLoss", "mean", inputs, ignore_index=0) == [pytest.approx(expected, abs=1e-3)]


def test_all_targets_ignored_is_zero_over_zero() -> None:
    inputs = {"input": [[0.1, 0.2]], "target": [-100]}
    assert math.isnan(value("CrossEntropyLoss", "mean", inputs)[0])
    assert value("CrossEntropyLoss", "sum", inputs) == [0.0]


def test_a_weight_has_no_effect_on_a_batch_of_one() -> None:
    inputs = {"input": [[0.1, 0.9]], "target": [1]}
    plain = value("CrossEntropyLoss", "mean", inputs)
    assert value("CrossEntropyLoss", "mean", inputs, weight=[1.0, 7.0]) == pytest.approx(plain)


@pytest.mark.parametrize(("frames", "labels", "alignments"), [(3, [1, 1, 2], 0), (4, [1, 1, 2], 1), (3, [1, 2, 3], 1), (4, [1, 2, 3], 7)])
def test_ctc_needs_a_frame_for_each_label_and_each_repeat(frames: int, labels: list[int], alignments: int) -> None:
    """With the same probability for all four symbols, the loss value counts the alignments."""
    log_probs = [[math.log(0.25)] * 4] * frames
    inputs = {"log_probs": log_probs, "targets": labels, "input_lengths": frames, "target_lengths": 3}
    found = value("CTCLoss", "none", inputs)[0]
    assert found == (pytest.approx(-math.log(alignments * 0.25**frames), rel=1e-14) if alignments else math.inf)


def test_zero_infinity_puts_zero_for_an_impossible_target() -> None:
    inputs = {"log_probs": [[math.log(0.25)] * 4] * 3, "targets": [1, 1, 2], "input_lengths": 3, "target_lengths": 3}
    assert value("CTCLoss", "none", inputs, zero_infinity=True) == [0.0]


def test_collapsed_embeddings_leave_the_triplet_loss_at_its_margin() -> None:
    same = [[0.3, 0.7]]
    assert value("TripletMarginLoss", "mean", {"anchor": same, "positive": same, "negative": same}) == [pytest.approx(1.0)]


def test_the_floor_of_bce_and_the_slope_of_its_logits() -> None:
    assert value("BCELoss", "mean", {"input": [0.0], "target": [1.0]}) == [100.0]
    assert value("BCEWithLogitsLoss", "mean", {"input": [-1000.0], "target": [1.0]}) == [1000.0]


def test_gaussian_likelihood_of_a_sure_answer_is_negative() -> None:
    inputs = {"input": [0.0], "target": [0.0], "var": [0.01]}
    assert value("GaussianNLLLoss", "mean", inputs) == [pytest.approx(-2.30, abs=5e-3)]


def test_probabilities_in_place_of_their_logarithms_make_the_likelihood_negative() -> None:
    assert value("NLLLoss", "mean", {"input": [[0.9, 0.1]], "target": [0]}) == [-0.9]


def test_the_mean_of_means_is_not_the_mean() -> None:
    """Two halves of a batch with unequal numbers of kept targets."""
    inputs = {"input": LOGITS_5X3[:4], "target": [1, -100, -100, 1]}
    whole = value("CrossEntropyLoss", "mean", inputs)[0]
    halves = [value("CrossEntropyLoss", "mean", {"input": LOGITS_5X3[i:j], "target": [1, -100, 1][i:j]})[0] for i, j in ((0, 1), (0, 3))]
    assert whole != pytest.approx(sum(halves) / 2, rel=1e-3)
