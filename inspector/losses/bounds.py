"""How small and how large the value of a loss can be, as it is when constructed without options: data, each with a call that shows it.

In: nothing. Out: one Bounds a loss. The calls are run, and many samples of the domain are held against the bounds, by live/bounds.py.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from inspector.losses.schema import Spec

_INF = math.inf


class Bounds(Spec, frozen=True):
    """What the loss value, reduced as by default, lies between."""

    low: float
    high: float
    reached: bool
    """True where some inputs give the smallest value itself; False where they only come near."""
    where: str
    """When the smallest value comes, in a few words."""
    code: str
    """A call that gives the smallest value, or comes near it: an expression in `loss`, `torch`, `F` and `math`."""
    above: str = ""
    """A call that gives the largest value, where that is finite."""


def _tensors(*texts: str) -> str:
    return ", ".join(f"torch.tensor({text}, dtype=torch.float64)" for text in texts)


_ALIKE = f"loss({_tensors('[0.5, -1.0]', '[0.5, -1.0]')})"
_TRIPLET = f"loss({_tensors('[[0.0, 0.0]]', '[[0.0, 0.0]]', '[[3.0, 4.0]]')})"

BOUNDS: Mapping[str, Bounds] = {
    "AdaptiveLogSoftmaxWithLoss": Bounds(
        0.0, _INF, False, "as the probability of the target goes to 1",
        "loss(loss.head.weight[:1] * 1e5, torch.tensor([0])).loss",
    ),
    "BCELoss": Bounds(
        0.0, 100.0, True, "at input = target, where the target is 0 or 1; 100 since torch clamps the logarithm at −100",
        f"loss({_tensors('[0.0, 1.0]', '[0.0, 1.0]')})", f"loss({_tensors('[0.0, 1.0]', '[1.0, 0.0]')})",
    ),
    "BCEWithLogitsLoss": Bounds(
        0.0, _INF, False, "as the logit of a sure target grows; with a target between 0 and 1 it is the target's entropy",
        f"loss({_tensors('[-50.0, 50.0]', '[0.0, 1.0]')})",
    ),
    "CosineEmbeddingLoss": Bounds(
        0.0, 2.0, True, "for vectors of one direction at target +1, or of no acute angle at −1",
        f"loss({_tensors('[[3.0, 4.0]]', '[[-4.0, 3.0]]')}, torch.tensor([-1.0]))",
        f"loss({_tensors('[[3.0, 4.0]]', '[[-3.0, -4.0]]')}, torch.tensor([1.0]))",
    ),
    "CrossEntropyLoss": Bounds(
        0.0, _INF, False, "as the logit of the target pulls ahead",
        "loss(torch.tensor([[50.0, 0.0]], dtype=torch.float64), torch.tensor([0]))",
    ),
    "CTCLoss": Bounds(
        0.0, _INF, True, "where the only path of all labels has probability 1",
        "loss(torch.tensor([[[-math.inf, 0.0]]], dtype=torch.float64), torch.tensor([[1]]), torch.tensor([1]), torch.tensor([1]))",
    ),
    "GaussianNLLLoss": Bounds(
        math.log(1e-6) / 2, _INF, True, "at input = target with a variance of at most eps = 1e-6: ½ log eps",
        f"loss({_tensors('[0.5]', '[0.5]', '[1e-9]')})",
    ),
    "HingeEmbeddingLoss": Bounds(
        -_INF, _INF, False, "for an input below zero at target +1; for distances, which are not negative, it is at least 0",
        f"loss({_tensors('[-1e300]')}, torch.tensor([1.0]))",
    ),
    "HuberLoss": Bounds(0.0, _INF, True, "at input = target", _ALIKE),
    "KLDivLoss": Bounds(
        0.0, _INF, True, "where the two distributions are the same",
        f"loss({_tensors('[[0.25, 0.75]]')}.log(), {_tensors('[[0.25, 0.75]]')})",
    ),
    "L1Loss": Bounds(0.0, _INF, True, "at input = target", _ALIKE),
    "LinearCrossEntropyLoss": Bounds(
        0.0, _INF, False, "as the logit of the target pulls ahead",
        "loss(loss.linear.weight[:1] * 1e5, (loss.linear(loss.linear.weight[:1] * 1e5)).argmax(1))",
    ),
    "MarginRankingLoss": Bounds(
        0.0, _INF, True, "where every pair is in the right order",
        f"loss({_tensors('[2.0]', '[1.0]')}, torch.tensor([1.0]))",
    ),
    "MSELoss": Bounds(0.0, _INF, True, "at input = target", _ALIKE),
    "MultiLabelMarginLoss": Bounds(
        0.0, _INF, True, "where every right score leads every wrong one by 1",
        "loss(torch.tensor([[2.0, 0.0]], dtype=torch.float64), torch.tensor([[0, -1]]))",
    ),
    "MultiLabelSoftMarginLoss": Bounds(
        0.0, _INF, False, "as the logits of sure targets grow",
        f"loss({_tensors('[[-50.0, 50.0]]', '[[0.0, 1.0]]')})",
    ),
    "MultiMarginLoss": Bounds(
        0.0, _INF, True, "where the right score leads every other by the margin",
        "loss(torch.tensor([[2.0, 0.0]], dtype=torch.float64), torch.tensor([0]))",
    ),
    "NLLLoss": Bounds(
        0.0, _INF, True, "where the log-probability of the target is 0",
        "loss(torch.tensor([[0.0, -math.inf]], dtype=torch.float64), torch.tensor([0]))",
    ),
    "NLLLoss2d": Bounds(
        0.0, _INF, True, "where the log-probability of the target is 0",
        "loss(torch.zeros(1, 2, 1, 1, dtype=torch.float64), torch.zeros(1, 1, 1, dtype=torch.int64))",
    ),
    "PoissonNLLLoss": Bounds(
        -_INF, _INF, False, "for a large count that was expected: the constant log y! is left out",
        "loss(torch.tensor([690.0], dtype=torch.float64), torch.tensor([1e300], dtype=torch.float64))",
    ),
    "SmoothL1Loss": Bounds(0.0, _INF, True, "at input = target", _ALIKE),
    "SoftMarginLoss": Bounds(
        0.0, _INF, False, "as target × input grows",
        f"loss({_tensors('[-50.0, 50.0]', '[-1.0, 1.0]')})",
    ),
    "TripletMarginLoss": Bounds(0.0, _INF, True, "where the negative is further away by the margin", _TRIPLET),
    "TripletMarginWithDistanceLoss": Bounds(0.0, _INF, True, "where the negative is further away by the margin", _TRIPLET),
}  # fmt: skip
"""Class -> what its value lies between, by its own name."""


def bounds_of(name: str) -> Bounds | None:
    """The bounds of a loss, by the name of its class."""
    return BOUNDS.get(name)
