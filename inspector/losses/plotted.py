"""Curves of the losses, as data: which argument is varied, over which numbers, with what beside it, in torch and for the reference.

In: nothing. Out: Curves that the definitions name. Two losses that people confuse share one, with a line each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from inspector.losses.mathematics import cos, log, log_softmax, sigmoid, sin
from inspector.losses.schema import Curve, Line

_LOSS = "torch.nn.modules.loss."
_DIFFERENCE, _NO_TARGET = "x − y, the input minus the target", "y = 0"
_LOGITS = "torch.stack([x, torch.zeros_like(x), torch.zeros_like(x)], 1)"
_FIRST = "torch.zeros(len(x), dtype=torch.int64)"
_ONE_ROW = "torch.tensor([[1.0], [0.0], [0.0]], dtype=x.dtype)"
_ADAPTIVE = "torch.nn.AdaptiveLogSoftmaxWithLoss(1, 4, [2], div_value=1.0, device='meta')"
_WEIGHTS = (
    f"{{'head.weight': {_ONE_ROW}, 'tail.0.0.weight': torch.ones((1, 1), dtype=x.dtype), "
    "'tail.0.1.weight': torch.tensor([[1.0], [0.0]], dtype=x.dtype)}"
)
_OF_THREE = "the other two logits are 0"


def _given(**others: Any) -> Callable[[Any], dict[str, Any]]:
    """The input is x, and the others are what they are."""
    return lambda x: {"input": x, **others}


def _of_pair(label: str, code: str, of: str = "", **others: Any) -> Line:
    return Line(label, code, _given(target=0.0, **others), _LOSS + of if of else "")


# -- differences ---------------------------------------------------------------------------------------------------------

L1 = (Curve("input", _DIFFERENCE, -3, 3, (_of_pair("", "F.l1_loss(x, torch.zeros_like(x), reduction='none')"),), _NO_TARGET),)

HUBER = tuple(
    _of_pair(f"delta {d}", f"F.huber_loss(x, torch.zeros_like(x), delta={d}, reduction='none')", "HuberLoss", delta=d)
    for d in (0.5, 1.0, 2.0)
)
SMOOTH = tuple(
    _of_pair(f"beta {d}", f"F.smooth_l1_loss(x, torch.zeros_like(x), beta={d}, reduction='none')", "SmoothL1Loss", beta=d)
    for d in (0.5, 1.0, 2.0)
)
HUBER_OR_SMOOTH = Curve(
    "input", _DIFFERENCE, -4, 4,
    (
        _of_pair("HuberLoss, delta 2", "F.huber_loss(x, torch.zeros_like(x), delta=2.0, reduction='none')", "HuberLoss", delta=2.0),
        _of_pair("SmoothL1Loss, beta 2", "F.smooth_l1_loss(x, torch.zeros_like(x), beta=2.0, reduction='none')", "SmoothL1Loss", beta=2.0),
    ),
    _NO_TARGET, "HuberLoss beside SmoothL1Loss",
)  # fmt: skip
HUBERS = (Curve("input", _DIFFERENCE, -4, 4, HUBER, _NO_TARGET), HUBER_OR_SMOOTH)
SMOOTHS = (Curve("input", _DIFFERENCE, -4, 4, SMOOTH, _NO_TARGET), HUBER_OR_SMOOTH)

SQUARED_OR_ENTROPY = Curve(
    "input", "z, the logit of the right one of two classes", -6, 6,
    (
        Line("cross entropy of z", f"F.cross_entropy(torch.stack([x, torch.zeros_like(x)], 1), {_FIRST}, reduction='none')",
             lambda x: {"input": [x, 0.0], "target": 0, "label_smoothing": 0.0}, _LOSS + "CrossEntropyLoss", "indices"),
        Line("squared error of sigmoid(z)", "F.mse_loss(torch.sigmoid(x), torch.full_like(x, 1), reduction='none')",
             lambda x: {"input": sigmoid(x), "target": 1.0}, _LOSS + "MSELoss"),
    ),
    "the target is that class; the other logit is 0", "Squared error beside cross entropy: where the answer is wrong, one has no slope",
)  # fmt: skip
MSE = (
    Curve("input", _DIFFERENCE, -3, 3, (_of_pair("", "F.mse_loss(x, torch.zeros_like(x), reduction='none')"),), _NO_TARGET),
    SQUARED_OR_ENTROPY,
)

# -- one number and a label ----------------------------------------------------------------------------------------------

LARGE_LOGITS = Curve(
    "input", "z, a logit", 0, 130,
    (
        Line("BCEWithLogitsLoss of z", "F.binary_cross_entropy_with_logits(x, torch.zeros_like(x), reduction='none')", _given(target=0.0),
             _LOSS + "BCEWithLogitsLoss", dtype="float32"),
        Line("BCELoss of sigmoid(z)", "F.binary_cross_entropy(torch.sigmoid(x), torch.zeros_like(x), reduction='none')",
             lambda x: {"input": sigmoid(x), "target": 0.0}, _LOSS + "BCELoss", dtype="float32"),
    ),
    "the target is 0", "A sigmoid before BCELoss beside BCEWithLogitsLoss: a confident mistake",
)  # fmt: skip
_INSIDE = tuple(
    Line(f"target {t}", f"F.binary_cross_entropy(x, torch.full_like(x, {t}), reduction='none')", _given(target=float(t)))
    for t in (0, 1, 0.3)
)
BCE = (Curve("input", "the input, a probability", 0.004, 0.996, _INSIDE), LARGE_LOGITS)
_WITH_LOGITS = "F.binary_cross_entropy_with_logits(x, torch.full_like(x, {}){}, reduction='none')"
BCE_WITH_LOGITS = (
    Curve(
        "input", "the input, a logit", -6, 6,
        (
            *(Line(f"target {t}", _WITH_LOGITS.format(t, ""), _given(target=float(t))) for t in (0, 1)),
            Line("target 1, pos_weight 3", _WITH_LOGITS.format(1, ", pos_weight=torch.full_like(x, 3)"),
                 _given(target=1.0, pos_weight=3.0)),
        ),
    ),
    LARGE_LOGITS,
)  # fmt: skip
SOFT_MARGIN = (
    Curve(
        "input", "the input", -5, 5,
        tuple(
            Line(f"target {t}", f"F.soft_margin_loss(x, torch.full_like(x, {t}), reduction='none')", _given(target=float(t)))
            for t in (1, -1)
        ),
    ),
)  # fmt: skip
HINGE_EMBEDDING = (
    Curve(
        "input", "the input, a distance", -1, 3,
        tuple(
            Line(f"target {t}", f"F.hinge_embedding_loss(x, torch.full_like(x, {t}), reduction='none')",
                 _given(target=float(t), margin=1.0))
            for t in (1, -1)
        ),
        "the margin is 1",
    ),
)  # fmt: skip


def _ranked(target: int, margin: int) -> Line:
    code = f"F.margin_ranking_loss(x, torch.zeros_like(x), torch.full_like(x, {target}), margin={margin}.0, reduction='none')"
    given = {"input2": 0.0, "target": float(target), "margin": float(margin)}
    return Line(f"target {target}, margin {margin}", code, lambda x: {"input1": x, **given})


MARGIN_RANKING = (Curve("input1", "input1 − input2", -3, 3, (_ranked(1, 0), _ranked(1, 1), _ranked(-1, 1)), "input2 = 0"),)

# -- logits and log-probabilities ----------------------------------------------------------------------------------------


def _entropy(smoothing: float) -> Line:
    code = f"F.cross_entropy({_LOGITS}, {_FIRST}, label_smoothing={smoothing}, reduction='none')"
    given = {"target": 0, "label_smoothing": smoothing}
    return Line(f"label_smoothing {smoothing}", code, lambda x: {"input": [x, 0.0, 0.0], **given}, target_kind="indices")


CROSS_ENTROPY = (
    Curve("input", "the logit of the target class", -6, 8, tuple(map(_entropy, (0.0, 0.1, 0.3))), _OF_THREE),
    SQUARED_OR_ENTROPY,
)


def _linear(smoothing: float) -> Line:
    code = f"F.linear_cross_entropy(x.unsqueeze(1), {_ONE_ROW}, {_FIRST}, label_smoothing={smoothing}, reduction='none')"
    given = {"target": 0, "label_smoothing": smoothing, "parameters": {"linear.weight": [[1.0], [0.0], [0.0]]}}
    return Line(f"label_smoothing {smoothing}", code, lambda x: {"input": [x], **given}, target_kind="indices")


LINEAR_CROSS_ENTROPY = (
    Curve("input", "W·x for the target class", -6, 8, tuple(map(_linear, (0.0, 0.1, 0.3))), "there is one feature, and W is 1, 0 and 0"),
)


def _adaptive(target: int, label: str) -> Line:
    code = f"-torch.func.functional_call({_ADAPTIVE}, {_WEIGHTS}, (x.unsqueeze(1), torch.full((len(x),), {target}))).output"
    parameters = {"head.weight": [[1.0], [0.0], [0.0]], "tail.0.0.weight": [[1.0]], "tail.0.1.weight": [[1.0], [0.0]]}
    given = {"target": target, "cutoffs": (2,), "parameters": parameters}
    return Line(label, code, lambda x: {"input": [x], **given})


ADAPTIVE_LOG_SOFTMAX = (
    Curve(
        "input", "the score of the target class", -6, 8,
        (_adaptive(0, "a frequent class, in the head"), _adaptive(2, "a rare class, in the cluster")),
        "there is one feature x, the head scores its two classes and the cluster x, 0 and 0, and the cluster its two x and 0",
    ),
)  # fmt: skip
NLL = (
    Curve(
        "input", "the log-probability of the target class", -5, 0,
        (Line("", f"F.nll_loss({_LOGITS}, {_FIRST}, reduction='none')",
              lambda x: {"input": [x, 0.0, 0.0], "target": 0, "ignore_index": -100}),),
    ),
)  # fmt: skip
KL_DIV = (
    Curve(
        "input", "q, where the input is log q", 0.02, 1,
        tuple(
            Line(f"target p = {p}", f"F.kl_div(torch.log(x), torch.full_like(x, {p}), reduction='none')",
                 lambda x, p=p: {"input": log(x), "target": p, "log_target": False})  # type: ignore[misc]
            for p in (0.1, 0.5, 0.9)
        ),
    ),
)  # fmt: skip


def _hinged(p: int) -> Line:
    code = f"F.multi_margin_loss({_LOGITS}, {_FIRST}, p={p}, reduction='none')"
    return Line(f"p = {p}", code, lambda x: {"input": [x, 0.0, 0.0], "target": 0, "p": p, "margin": 1.0})


MULTI_MARGIN = (
    Curve("input", "the score of the target class", -3, 3, (_hinged(1), _hinged(2)), "the other two scores are 0 and the margin is 1"),
)
MULTILABEL_MARGIN = (
    Curve(
        "input", "the score of the one label", -3, 3,
        (Line("", f"F.multilabel_margin_loss({_LOGITS}, torch.tensor([[0, -1, -1]] * len(x)), reduction='none')",
              lambda x: {"input": [x, 0.0, 0.0], "target": [0, -1, -1]}),),
        "the other two scores are 0",
    ),
)  # fmt: skip
MULTILABEL_SOFT_MARGIN = (
    Curve(
        "input", "the logit of the only class", -6, 6,
        tuple(
            Line(f"target {t}", f"F.multilabel_soft_margin_loss(x.unsqueeze(1), torch.full_like(x.unsqueeze(1), {t}), reduction='none')",
                 lambda x, t=t: {"input": [x], "target": [float(t)]})  # type: ignore[misc]
            for t in (0, 1)
        ),
    ),
)  # fmt: skip


def _aligned(frames: int) -> Line:
    """Every frame gives the label the same logit; the blank and another class have 0.

    Not two frames: as long as the blank and the other class are alike, they lose as much as one does.
    """
    rows = f"torch.stack([F.log_softmax(torch.stack([torch.zeros_like(x), x, torch.zeros_like(x)], 1), 1)] * {frames})"
    lengths = f"[{frames}] * len(x), [1] * len(x)"
    code = f"F.ctc_loss({rows}, torch.ones(len(x), 1, dtype=torch.int64), {lengths}, reduction='none')"
    given = {"targets": [1], "input_lengths": frames, "target_lengths": 1, "blank": 0, "zero_infinity": False}
    return Line(
        f"{frames} frame{'s' if frames > 1 else ''}",
        code,
        lambda x: {"log_probs": [log_softmax([0 * x, x, 0 * x])] * frames, **given},
        target_kind="tensor lengths",
    )


CTC = (
    Curve(
        "log_probs", "the logit of the label in every frame", -6, 6, tuple(map(_aligned, (1, 3, 5))),
        "the blank and one other class have logit 0; log_probs is their log-softmax",
    ),
)  # fmt: skip

# -- counts, variances ---------------------------------------------------------------------------------------------------


def _counted(target: int, logarithm: bool) -> Line:
    code = f"F.poisson_nll_loss(x, torch.full_like(x, {target}), log_input={logarithm}, reduction='none')"
    return Line(f"target {target}", code, _given(target=float(target), log_input=logarithm, full=False, eps=1e-8))


POISSON_NLL = (
    Curve("input", "the input, the logarithm of a rate", -2, 3, tuple(_counted(t, True) for t in (0, 1, 5)), "log_input=True"),
    Curve("input", "the input, a rate", 0.05, 10, tuple(_counted(t, False) for t in (0, 1, 5)), "log_input=False"),
)


def _spread(variance: float) -> Line:
    code = f"F.gaussian_nll_loss(x, torch.zeros_like(x), torch.full_like(x, {variance}), reduction='none')"
    return Line(f"var {variance}", code, _given(target=0.0, var=variance, full=False, eps=1e-6))


def _missed(by: int) -> Line:
    code = f"F.gaussian_nll_loss(torch.full_like(x, {by}), torch.zeros_like(x), x, reduction='none')"
    return Line(f"x − y = {by}", code, lambda x: {"input": float(by), "target": 0.0, "var": x, "full": False, "eps": 1e-6})


GAUSSIAN_NLL = (
    Curve("input", _DIFFERENCE, -3, 3, tuple(map(_spread, (0.25, 1.0, 4.0))), _NO_TARGET),
    Curve("var", "var, the variance", 0.05, 5, tuple(map(_missed, (0, 1, 2)))),
)

# -- vectors -------------------------------------------------------------------------------------------------------------


def _turned(target: int, margin: float) -> Line:
    vectors = "torch.stack([torch.full_like(x, 1), torch.zeros_like(x)], 1), torch.stack([torch.cos(x), torch.sin(x)], 1)"
    code = f"F.cosine_embedding_loss({vectors}, torch.full_like(x, {target}), margin={margin}, reduction='none')"
    given = {"input1": [1.0, 0.0], "target": target, "margin": margin}
    return Line(f"target {target}, margin {margin}", code, lambda x: {"input2": [cos(x), sin(x)], **given})


COSINE_EMBEDDING = (
    Curve("input2", "the angle between the two vectors, in radians", 0.02, 3.12, (_turned(1, 0.0), _turned(-1, 0.0), _turned(-1, 0.5))),
)


def triplet(function: str) -> tuple[Curve, ...]:
    """The curves of a triplet loss: the negative example moves away from the anchor."""

    def line(margin: float) -> Line:
        points = ", ".join(f"torch.stack([{one}, torch.zeros_like(x)], 1)" for one in ("torch.zeros_like(x)", "torch.full_like(x, 1)", "x"))
        given = {"anchor": [0.0, 0.0], "positive": [1.0, 0.0], "p": 2.0, "eps": 1e-6, "margin": margin, "swap": False}
        code = f"F.{function}({points}, margin={margin}, reduction='none')"
        return Line(f"margin {margin}", code, lambda x: {"negative": [x, 0.0], **given})

    fixed = "the positive example is at distance 1"
    return (Curve("negative", "the distance of the negative example", 0.05, 4, (line(1.0), line(2.0)), fixed),)
