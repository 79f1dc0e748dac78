"""MultiLabelMarginLoss: a hinge between the score of every target class and every class that is no target."""

from collections.abc import Sequence

from inspector.losses import plotted
from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, real, sizes_of
from inspector.losses.latex import by
from inspector.losses.mathematics import Number, Vector, hinge, step, total
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import Case, Deviation, InputForm, LabelLists, Ladder, LossDefinition, Rule, Slope


def _labels(target: Sequence[int]) -> list[int]:
    """The labels before the first -1."""
    return list(target[: target.index(-1)] if -1 in target else target)


def _pairs(input: Vector, target: Sequence[int]) -> list[tuple[int, int]]:
    """(target class, other class), every pair."""
    labels = _labels(target)
    return [(j, i) for j in labels for i in range(len(input)) if i not in labels]


def _term(input: Vector, target: Sequence[int]) -> Number:
    hinges = [hinge(1 - input[j] + input[i]) for j, i in _pairs(input, target)]
    return total(hinges) / len(input)


def _by_input(input: Vector, target: Sequence[int]) -> Vector:
    slopes: list[Number] = [0 * x for x in input]
    for j, i in _pairs(input, target):
        active = step(1 - input[j] + input[i])
        slopes[j] = slopes[j] - active
        slopes[i] = slopes[i] + active
    return [slope / len(input) for slope in slopes]


RULE = Rule(
    latex=r"\ell = \frac{1}{C} \sum_{j \in Y} \sum_{i \notin Y} \max(0, 1 - x_j + x_i)",
    text="ℓ = Σ_j∈Y(Σ_i∉Y(max(0, 1 − x[j] + x[i])))/C",
    symbols={"x": "input", "y": "target"},
    where="Y the labels in y before the first −1, C the number of classes",
    where_latex=r"Y \text{ the labels before the first } -1",
    term=_term,
    slopes=(
        Slope(
            "input",
            by("x_i") + r"\begin{cases} \frac{1}{C} \sum_{j \in Y} [1 - x_j + x_i > 0] & i \notin Y \\[1ex] "
            r"-\frac{1}{C} \sum_{k \notin Y} [1 - x_i + x_k > 0] & i \in Y \end{cases}",
            "∂ℓ/∂x[i] = Σ_j∈Y([1 − x[j] + x[i] > 0])/C for i ∉ Y, −Σ_k∉Y([1 − x[i] + x[k] > 0])/C for i ∈ Y",
            _by_input,
        ),
    ),
    core=("C",),
)


def _case(name: str, shape: Shape) -> Case:
    labels = InputForm("target", shape, LabelLists(below="C"), dtype="int64")
    return Case(name, "", sizes_of(shape), (real("input", shape), labels))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.MultiLabelMarginLoss",
    function="torch.nn.functional.multilabel_margin_loss",
    cases=(_case("(N, C)", ("N", "C")), _case("(C)", ("C",))),
    arguments=(*LEGACY, REDUCTION),
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "with one label a row it is the multi-class margin loss",
            (
                "F.multilabel_margin_loss(x, labels)",
                "F.multi_margin_loss(x, labels[:, 0])",
                "(F.relu(1 - x.gather(1, labels[:, :1]) + x).sum(1) - 1).mean() / x.shape[1]",
            ),
            given={
                "x": "torch.tensor([[0.125, 1.5, -0.25], [2.0, 0.625, 0.75]])",
                "labels": "torch.tensor([[1, -1, -1], [2, -1, -1]])",
            },
        ),
    ),
    curves=plotted.MULTILABEL_MARGIN,
    mistake="The target is a list of class indices that ends at the first −1, not a row of zeros and ones.",
    deviations=(
        Deviation(
            "decomposition",
            "torch's decomposition counts a hinge against class 0 for every padding −1, and keeps a batch axis of one where there is none"
            " (pytorch issue 185464)",
        ),
    ),
)
