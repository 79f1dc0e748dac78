"""CrossEntropyLoss: the cross entropy between logits and class indices, or class probabilities."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from inspector.losses import plotted
from inspector.losses.arguments import CLASS_WEIGHT, IGNORE_INDEX, LABEL_SMOOTHING, REDUCE, REDUCTION, SIZE_AVERAGE
from inspector.losses.forms import Shape, indices, probabilities, real, sizes_of
from inspector.losses.latex import by
from inspector.losses.mathematics import Number, Vector, log_softmax, one_hot, softmax, total
from inspector.losses.reductions import MEAN, NONE, SUM
from inspector.losses.schema import Case, Choice, Ladder, LossDefinition, Plain, Reduction, Rule, Safer, Simpler, Slope

KEPT = "the sum of the weights w[y] of the targets that are kept (their number, where no weight is given)"


def _smoothed(target: Vector, smoothing: float) -> Vector:
    """q: the target with a share of it spread evenly over the classes."""
    return [(1 - smoothing) * y + smoothing / len(target) for y in target]


def _weights(weight: Vector | None, size: int) -> Vector:
    return [1] * size if weight is None else weight


def of_probabilities(input: Vector, target: Vector, weight: Vector | None, label_smoothing: float) -> Number:
    """-Σ w·q·log p over the classes."""
    q, w = _smoothed(target, label_smoothing), _weights(weight, len(input))
    return -total(w[c] * q[c] * log_p for c, log_p in enumerate(log_softmax(input)))


def of_index(input: Vector, target: int, weight: Vector | None, label_smoothing: float, ignore_index: int | None) -> Number:
    """The same with the whole probability on one class; nothing for a target that is ignored."""
    if target == _ignored(ignore_index):
        return 0
    if label_smoothing == 0:
        return -_weights(weight, len(input))[target] * log_softmax(input)[target]
    return of_probabilities(input, one_hot(target, len(input)), weight, label_smoothing)


def _ignored(ignore_index: int | None) -> int:
    return -100 if ignore_index is None else ignore_index


def slope_of_probabilities(input: Vector, target: Vector, weight: Vector | None, label_smoothing: float) -> Vector:
    """p[c]·Σ w·q - w[c]·q[c]."""
    q, w, p = _smoothed(target, label_smoothing), _weights(weight, len(input)), softmax(input)
    mass = total(w_c * q_c for w_c, q_c in zip(w, q, strict=True))
    return [mass * p[c] - w[c] * q[c] for c in range(len(p))]


def slope_of_index(input: Vector, target: int, weight: Vector | None, label_smoothing: float, ignore_index: int | None) -> Vector:
    """The same for one class; zero for a target that is ignored."""
    if target == _ignored(ignore_index):
        return [0] * len(input)
    return slope_of_probabilities(input, one_hot(target, len(input)), weight, label_smoothing)


def slope_by_probabilities(input: Vector, weight: Vector | None, label_smoothing: float) -> Vector:
    """-(1 - ε)·w[c]·log p[c]."""
    w, log_p = _weights(weight, len(input)), log_softmax(input)
    return [-(1 - label_smoothing) * (w[c] * log_p[c]) for c in range(len(log_p))]


def share_of_index(target: int, weight: Vector | None, ignore_index: int | None) -> Number:
    """What a kept target adds to the denominator of the mean: its weight."""
    if target == _ignored(ignore_index):
        return 0
    return 1 if weight is None else weight[target]


def _indices_case(name: str, logits: Shape, target: Shape) -> Case:
    inputs = (real("input", logits), indices("target", target, ignorable=True))
    return Case(f"class indices, {name}", "indices", sizes_of(logits), inputs)


def _probabilities_case(name: str, logits: Shape, axis: int) -> Case:
    inputs = (real("input", logits), probabilities("target", logits, axis))
    return Case(f"class probabilities, {name}", "probabilities", sizes_of(logits), inputs, narrowed={"ignore_index": Choice((-100,))})


SYMBOLS = {"x": "input", "y": "target", "w": "weight", "ε": "label_smoothing"}
_PLAIN: dict[str, Plain] = {"label_smoothing": 0.0, "weight": None}
_P_ONLY, _P_LATEX = "p = softmax(x); ℓ = 0 where y = ignore_index", r"p = \operatorname{softmax}(x)"
_UNSMOOTHED: dict[str, Plain] = {"label_smoothing": 0.0}


def _by_input(compute: Callable[..., Any], simpler: tuple[Simpler, ...]) -> Slope:
    latex = by("x_c") + r"p_c \sum_k w_k q_k - w_c q_c"
    return Slope("input", latex, "∂ℓ/∂x[c] = p[c]·Σ_k(w[k]·q[k]) − w[c]·q[c]", compute, simpler)


INDEX_RULE = Rule(
    latex=r"\ell = -\sum_c w_c q_c \log p_c",
    text="ℓ = −Σ_c(w[c]·q[c]·log(p[c]))",
    symbols=SYMBOLS,
    where="p = softmax(x), q = (1 − ε)·onehot(y) + ε/C; ℓ = 0 where y = ignore_index",
    where_latex=r"p = \operatorname{softmax}(x),\ q = (1 - \varepsilon) \operatorname{onehot}(y) + \frac{\varepsilon}{C}",
    term=of_index,
    slopes=(
        _by_input(
            slope_of_index,
            (
                Simpler(_PLAIN, by("x_c") + r"p_c - [c = y]", "∂ℓ/∂x = p − onehot(y)"),
                Simpler(_UNSMOOTHED, by("x_c") + r"w_y (p_c - [c = y])", "∂ℓ/∂x = w[y]·(p − onehot(y))"),
            ),
        ),
    ),
    core=("C",),
    simpler=(
        Simpler(_PLAIN, r"\ell = -\log p_y", "ℓ = −log(p[y])", _P_ONLY, _P_LATEX),
        Simpler(_UNSMOOTHED, r"\ell = -w_y \log p_y", "ℓ = −w[y]·log(p[y])", _P_ONLY, _P_LATEX),
    ),
    target_kind="indices",
)

PROBABILITY_RULE = Rule(
    latex=r"\ell = -\sum_c w_c q_c \log p_c",
    text="ℓ = −Σ_c(w[c]·q[c]·log(p[c]))",
    symbols=SYMBOLS,
    where="p = softmax(x), q = (1 − ε)·y + ε/C",
    where_latex=r"p = \operatorname{softmax}(x),\ q = (1 - \varepsilon) y + \frac{\varepsilon}{C}",
    term=of_probabilities,
    slopes=(
        _by_input(slope_of_probabilities, (Simpler(_PLAIN, by("x_c") + r"p_c \sum_k y_k - y_c", "∂ℓ/∂x[c] = p[c]·Σ_k(y[k]) − y[c]"),)),
        Slope(
            "target",
            by("y_c") + r"-(1 - \varepsilon)\, w_c \log p_c",
            "∂ℓ/∂y[c] = −(1 − ε)·w[c]·log(p[c])",
            slope_by_probabilities,
            (Simpler(_PLAIN, by("y_c") + r"-\log p_c", "∂ℓ/∂y[c] = −log(p[c])"),),
        ),
    ),
    core=("C",),
    simpler=(Simpler(_PLAIN, r"\ell = -\sum_c y_c \log p_c", "ℓ = −Σ_c(y[c]·log(p[c]))", "p = softmax(x)", _P_LATEX),),
    target_kind="probabilities",
)

INDEX_MEAN = Reduction(
    "mean",
    KEPT,
    r"L = \frac{\sum_n \ell_n}{\sum_{n \text{ kept}} w_{y_n}}",
    "L = Σ ℓ / Σ w[y]",
    share=share_of_index,
    target_kind="indices",
    simpler=(Simpler({"weight": None}, r"L = \frac{1}{n} \sum_i \ell_i", "L = Σ ℓ / n, n the number of kept targets"),),
)
REDUCTIONS = (INDEX_MEAN, replace(MEAN, target_kind="probabilities"), SUM, NONE)


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.CrossEntropyLoss",
    function="torch.nn.functional.cross_entropy",
    cases=(
        _indices_case("(N, C)", ("N", "C"), ("N",)),
        _indices_case("(C)", ("C",), ()),
        _indices_case("(N, C, d1)", ("N", "C", "d1"), ("N", "d1")),
        _indices_case("(N, C, d1, d2)", ("N", "C", "d1", "d2"), ("N", "d1", "d2")),
        _probabilities_case("(N, C)", ("N", "C"), 1),
        _probabilities_case("(C)", ("C",), 0),
        _probabilities_case("(N, C, d1)", ("N", "C", "d1"), 1),
    ),
    arguments=(CLASS_WEIGHT, SIZE_AVERAGE, IGNORE_INDEX, REDUCE, REDUCTION, LABEL_SMOOTHING),
    rules=(INDEX_RULE, PROBABILITY_RULE),
    reductions=REDUCTIONS,
    ladders=(
        Ladder(
            "cross entropy is the negative log-likelihood of log-softmax",
            (
                "F.cross_entropy(input, target)",
                "F.nll_loss(F.log_softmax(input, 1), target)",
                "F.nll_loss(input - input.logsumexp(1, keepdim=True), target)",
                "F.nll_loss(torch.log(F.softmax(input, 1)), target)",
                "F.nll_loss(torch.log(torch.exp(input) / torch.exp(input).sum(1, keepdim=True)), target)",
            ),
            grows="input",
            naive=(3, 4),
            target_kind="indices",
        ),
        Ladder(
            "class indices are class probabilities that are all on one class",
            ("F.cross_entropy(input, target)", "F.cross_entropy(input, F.one_hot(target, input.shape[1]).to(input.dtype))"),
            target_kind="indices",
        ),
        Ladder(
            "two classes are one logit: cross entropy as binary cross entropy",
            (
                "F.cross_entropy(x, y)",
                "F.binary_cross_entropy_with_logits(x[:, 1] - x[:, 0], y.to(x.dtype))",
                "F.soft_margin_loss(x[:, 1] - x[:, 0], 2 * y.to(x.dtype) - 1)",
            ),
            given={"x": "torch.tensor([[0.5, -1.25], [2.0, 0.75], [-0.5, 1.5]])", "y": "torch.tensor([0, 1, 1])"},
        ),
        Ladder(
            "label smoothing mixes in the mean over the classes",
            (
                "F.cross_entropy(input, target, label_smoothing=0.1)",
                "0.9 * F.cross_entropy(input, target) - 0.1 * F.log_softmax(input, 1).mean()",
            ),
            target_kind="indices",
        ),
        Ladder(
            "with class probabilities it is the divergence plus the entropy of the target",
            (
                "F.cross_entropy(input, target)",
                "F.kl_div(F.log_softmax(input, 1), target, reduction='batchmean') - (target * torch.log(target)).sum() / len(target)",
                "-(target * F.log_softmax(input, 1)).sum(1).mean()",
            ),
            target_kind="probabilities",
        ),
    ),
    curves=plotted.CROSS_ENTROPY,
    safer=(
        Safer(
            ("undefined-value",),
            "F.cross_entropy(input, target, reduction='sum') / (target != -100).sum().clamp(min=1)",
            target_kind="indices",
            scope="without weight, ignore_index=-100",
        ),
        Safer(
            ("nonfinite-gradient",),
            "F.cross_entropy(input.masked_fill((target == -100).unsqueeze(1), 0), target, reduction='none')",
            target_kind="indices",
            scope="for a batch, without weight, ignore_index=-100",
        ),
    ),
    stated={"target": "unchecked"},
    mistake="It applies log-softmax itself: feed it logits, not probabilities.",
)
