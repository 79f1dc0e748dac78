"""AdaptiveLogSoftmaxWithLoss: negative log-likelihood of a softmax in two steps, first the cluster, then the class in it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from inspector.losses import plotted
from inspector.losses.forms import Shape, indices, real
from inspector.losses.latex import by
from inspector.losses.mathematics import Matrix, Number, Vector, dot, log_softmax, one_hot, softmax
from inspector.losses.reductions import MEAN, NONE
from inspector.losses.schema import (
    ArgumentForm,
    Case,
    Choice,
    Field,
    InputForm,
    Ladder,
    LossDefinition,
    NoReference,
    Real,
    Rule,
    Simpler,
    Size,
    Slope,
)
from inspector.report import Constant, Items, Reference

CLUSTERS = 4
"""As many clusters beside the head as are written down here."""


def _apply(rows: Matrix, x: Vector) -> Vector:
    return [dot(row, x) for row in rows]


def _head(x: Vector, parameters: Mapping[str, Any]) -> Vector:
    """Scores of the most frequent classes, then one score for each cluster."""
    scores = _apply(parameters["head.weight"], x)
    return [s + b for s, b in zip(scores, parameters["head.bias"], strict=True)] if "head.bias" in parameters else scores


def _tail(x: Vector, parameters: Mapping[str, Any], cluster: int) -> Vector:
    """Scores of the classes of a cluster: two linear maps, the first into fewer features."""
    return _apply(parameters[f"tail.{cluster}.1.weight"], _apply(parameters[f"tail.{cluster}.0.weight"], x))


def _place(target: int, cutoffs: Sequence[int]) -> tuple[int | None, int]:
    """(cluster, place in it); the cluster is None for a class of the head."""
    if len(cutoffs) > CLUSTERS:
        raise NoReference(f"the formula is written down for up to {CLUSTERS} clusters")
    if target < cutoffs[0]:
        return None, target
    cluster = max(i for i, start in enumerate(cutoffs) if target >= start)
    return cluster, target - cutoffs[cluster]


def _term(input: Vector, target: int, parameters: Mapping[str, Any], cutoffs: Sequence[int]) -> Number:
    cluster, place = _place(target, cutoffs)
    head = log_softmax(_head(input, parameters))
    if cluster is None:
        return -head[place]
    return -head[cutoffs[0] + cluster] - log_softmax(_tail(input, parameters, cluster))[place]


def _error(scores: Vector, place: int) -> Vector:
    """softmax - onehot: the slope of -log softmax in the scores."""
    return [p - here for p, here in zip(softmax(scores), one_hot(place, len(scores)), strict=True)]


def _head_error(input: Vector, target: int, parameters: Mapping[str, Any], cutoffs: Sequence[int]) -> Vector:
    cluster, place = _place(target, cutoffs)
    return _error(_head(input, parameters), place if cluster is None else cutoffs[0] + cluster)


def _back(rows: Matrix, error: Vector) -> Vector:
    return [dot(column, error) for column in zip(*rows, strict=True)]


def _outer(error: Vector, x: Vector) -> Matrix:
    return [[e * each for each in x] for e in error]


def _by_input(input: Vector, target: int, parameters: Mapping[str, Any], cutoffs: Sequence[int]) -> Vector:
    slope = _back(parameters["head.weight"], _head_error(input, target, parameters, cutoffs))
    cluster, place = _place(target, cutoffs)
    if cluster is None:
        return slope
    down, up = parameters[f"tail.{cluster}.0.weight"], parameters[f"tail.{cluster}.1.weight"]
    more = _back(down, _back(up, _error(_tail(input, parameters, cluster), place)))
    return [s + m for s, m in zip(slope, more, strict=True)]


def _by_head(input: Vector, target: int, parameters: Mapping[str, Any], cutoffs: Sequence[int]) -> Matrix:
    return _outer(_head_error(input, target, parameters, cutoffs), input)


def _by_tail(cluster: int, layer: int) -> Callable[..., Matrix]:
    """The slope in the first (0) or second (1) linear map of a cluster; zero where the target lies elsewhere."""

    def compute(input: Vector, target: int, parameters: Mapping[str, Any], cutoffs: Sequence[int]) -> Matrix:
        found, place = _place(target, cutoffs)
        if found != cluster:
            return [[0] * len(row) for row in parameters[f"tail.{cluster}.{layer}.weight"]]
        error = _error(_tail(input, parameters, cluster), place)
        if layer == 1:
            return _outer(error, _apply(parameters[f"tail.{cluster}.0.weight"], input))
        return _outer(_back(parameters[f"tail.{cluster}.1.weight"], error), input)

    return compute


def _tail_slopes(i: int) -> tuple[Slope, ...]:
    return (
        Slope(f"tail.{i}.0.weight", by("U_i") + r"V_i^\top \eta x^\top", "∂ℓ/∂U = Vᵀ·η·xᵀ", _by_tail(i, 0), shown=i == 0),
        Slope(f"tail.{i}.1.weight", by("V_i") + r"\eta (U_i x)^\top", "∂ℓ/∂V = η·(U·x)ᵀ", _by_tail(i, 1), shown=i == 0),
    )


RULE = Rule(
    latex=r"\ell = -\log \operatorname{softmax}(W x + b)_{j} - \log \operatorname{softmax}(V_i U_i x)_{y - c_i}",
    text="ℓ = −log(softmax(W·x + b)[j]) − log(softmax(V·U·x)[y − c])",
    symbols={
        "x": "input",
        "y": "target",
        "W": "head.weight",
        "b": "head.bias",
        "c": "cutoffs",
        "U": "tail.0.0.weight",
        "V": "tail.0.1.weight",
    },
    where="y in the head: j = y and no second summand; y in cluster i, which starts at c: j = c[0] + i, V and U the maps of cluster i; "
    "δ and η: softmax − onehot of the head and of the cluster",
    where_latex=r"j = y \text{ in the head, without a second summand; } j = c_0 + i \text{ in cluster } i",
    term=_term,
    slopes=(
        Slope("input", by("x") + r"W^\top \delta + U_i^\top V_i^\top \eta", "∂ℓ/∂x = Wᵀ·δ + Uᵀ·Vᵀ·η", _by_input),
        Slope("head.weight", by("W") + r"\delta x^\top", "∂ℓ/∂W = δ·xᵀ", _by_head),
        Slope("head.bias", by("b") + r"\delta", "∂ℓ/∂b = δ", _head_error, when={"head_bias": True}),
        *(slope for i in range(CLUSTERS) for slope in _tail_slopes(i)),
    ),
    simpler=(
        Simpler(
            {"head_bias": False},
            r"\ell = -\log \operatorname{softmax}(W x)_{j} - \log \operatorname{softmax}(V_i U_i x)_{y - c_i}",
            "ℓ = −log(softmax(W·x)[j]) − log(softmax(V·U·x)[y − c])",
        ),
    ),
    core=("F", "K", *(f"{letter}{i}" for i in range(CLUSTERS) for letter in "gk")),
)

SIZES = {"N": 5, "F": 16, "C": 8}
"""F is 16 so that the second cluster keeps one feature with the default div_value of 4."""


def _parameters() -> tuple[InputForm, ...]:
    tails = (
        form
        for i in range(CLUSTERS)
        for form in (real(f"tail.{i}.0.weight", (f"g{i}", "F")), real(f"tail.{i}.1.weight", (f"k{i}", f"g{i}")))
    )
    return (real("head.weight", ("K", "F")), real("head.bias", ("K",)), *tails)


def _cutoffs(*values: int) -> Items:
    return Items("list", tuple(Constant(value) for value in values))


def _case(name: str, shape: Shape, target: Shape) -> Case:
    return Case(name, "", SIZES, (real("input", shape), indices("target", target)), parameters=_parameters())


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.adaptive.AdaptiveLogSoftmaxWithLoss",
    function="",
    cases=(_case("(N, F)", ("N", "F"), ("N",)), _case("(F)", ("F",), ())),
    arguments=(
        ArgumentForm("in_features", Size("F")),
        ArgumentForm("n_classes", Size("C")),
        ArgumentForm("cutoffs", Choice(()), required=(_cutoffs(2, 5), _cutoffs(3), _cutoffs(1, 2))),
        ArgumentForm("div_value", Real(low=1.0, high=4.0), legal=Real(low=0.0, low_open=True)),
        ArgumentForm("head_bias", Choice((False, True))),
        ArgumentForm("device", Choice((None, "cpu"))),
        ArgumentForm("dtype", Choice((None,)), others=(Reference("torch.float64"),)),
    ),
    curves=plotted.ADAPTIVE_LOG_SOFTMAX,
    rules=(RULE,),
    reductions=(MEAN, NONE),
    fields=(Field("output", "none", factor=-1), Field("loss", "mean")),
    ladders=(
        Ladder(
            "the negative log-likelihood of what log_prob gives",
            (
                "loss(input, target).loss",
                "F.nll_loss(loss.log_prob(input), target)",
                "-loss(input, target).output.mean()",
            ),
        ),
    ),
    mistake="It returns a named tuple: the loss value is .loss, and .output is the log-probability of each target, with its sign.",
)
