"""MultiLabelSoftMarginLoss: binary cross entropy of every class with logits, averaged over the classes."""

from inspector.losses import plotted
from inspector.losses.arguments import CLASS_WEIGHT, LEGACY, REDUCTION
from inspector.losses.forms import Shape, fixed, real, sizes_of
from inspector.losses.latex import by
from inspector.losses.mathematics import Number, Vector, log_of_sum, sigmoid, total
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import Case, Choice, Ladder, LossDefinition, Rule, Simpler, Slope


def _weights(weight: Vector | None, size: int) -> Vector:
    return [1] * size if weight is None else weight


def _term(input: Vector, target: Vector, weight: Vector | None) -> Number:
    w = _weights(weight, len(input))
    terms = [w[c] * (target[c] * log_of_sum(-x) + (1 - target[c]) * log_of_sum(x)) for c, x in enumerate(input)]
    return total(terms) / len(input)


def _by_input(input: Vector, target: Vector, weight: Vector | None) -> Vector:
    w = _weights(weight, len(input))
    return [w[c] * ((1 - target[c]) * sigmoid(x) - target[c] * sigmoid(-x)) / len(input) for c, x in enumerate(input)]


RULE = Rule(
    latex=r"\ell = -\frac{1}{C} \sum_c w_c \left(y_c \log s_c + (1 - y_c) \log(1 - s_c)\right)",
    text="ℓ = −Σ_c(w[c]·(y[c]·log(s[c]) + (1 − y[c])·log(1 − s[c])))/C",
    symbols={"x": "input", "y": "target", "w": "weight"},
    where="s = 1/(1 + exp(−x)); C the number of classes",
    where_latex=r"s = \frac{1}{1 + e^{-x}}",
    term=_term,
    slopes=(
        Slope(
            "input",
            by("x_c") + r"\frac{w_c}{C} (s_c - y_c)",
            "∂ℓ/∂x[c] = w[c]·(s[c] − y[c])/C",
            _by_input,
            (Simpler({"weight": None}, by("x_c") + r"\frac{s_c - y_c}{C}", "∂ℓ/∂x[c] = (s[c] − y[c])/C"),),
        ),
    ),
    core=("C",),
    simpler=(
        Simpler(
            {"weight": None},
            r"\ell = -\frac{1}{C} \sum_c \left(y_c \log s_c + (1 - y_c) \log(1 - s_c)\right)",
            "ℓ = −Σ_c(y[c]·log(s[c]) + (1 − y[c])·log(1 − s[c]))/C",
        ),
    ),
)


def _case(name: str, shape: Shape) -> Case:
    return Case(name, "", sizes_of(shape), (real("input", shape), fixed("target", shape, Choice((0, 1)))))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.MultiLabelSoftMarginLoss",
    function="torch.nn.functional.multilabel_soft_margin_loss",
    cases=(_case("(N, C)", ("N", "C")),),
    arguments=(CLASS_WEIGHT, *LEGACY, REDUCTION),
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "binary cross entropy with logits, averaged over the classes",
            (
                "F.multilabel_soft_margin_loss(input, target)",
                "F.binary_cross_entropy_with_logits(input, target)",
                "F.soft_margin_loss(input, 2 * target - 1)",
                "-(target * F.logsigmoid(input) + (1 - target) * F.logsigmoid(-input)).mean()",
            ),
        ),
    ),
    curves=plotted.MULTILABEL_SOFT_MARGIN,
    mistake="reduction='none' gives one number a row, already averaged over the classes; BCEWithLogitsLoss gives one an element.",
)
