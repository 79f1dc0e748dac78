"""NLLLoss: the negative of the log-probability that the input gives to the target class."""

from inspector.losses import plotted
from inspector.losses.arguments import CLASS_WEIGHT, IGNORE_INDEX, REDUCE, REDUCTION, SIZE_AVERAGE
from inspector.losses.forms import Shape, indices, log_probabilities, sizes_of
from inspector.losses.latex import by
from inspector.losses.mathematics import Number, Vector, one_hot
from inspector.losses.reductions import NONE, SUM
from inspector.losses.schema import Case, Ladder, LossDefinition, Reduction, Rule, Safer, Simpler, Slope


def _weight(target: int, weight: Vector | None, ignore_index: int) -> Number:
    """w[y] of a kept target, 0 of an ignored one."""
    if target == ignore_index:
        return 0
    return 1 if weight is None else weight[target]


def _term(input: Vector, target: int, weight: Vector | None, ignore_index: int) -> Number:
    return 0 if target == ignore_index else -_weight(target, weight, ignore_index) * input[target]


def _by_input(input: Vector, target: int, weight: Vector | None, ignore_index: int) -> Vector:
    if target == ignore_index:
        return [0] * len(input)
    return [-_weight(target, weight, ignore_index) * here for here in one_hot(target, len(input))]


def case(name: str, input_shape: Shape, target: Shape) -> Case:
    """One shape of log-probabilities with the class axis at 1, or at 0 where there is no batch."""
    axis = 1 if len(input_shape) > 1 else 0
    return Case(name, "", sizes_of(input_shape), (log_probabilities("input", input_shape, axis), indices("target", target, ignorable=True)))


RULE = Rule(
    latex=r"\ell = -w_y x_y",
    text="ℓ = −w[y]·x[y]",
    symbols={"x": "input", "y": "target", "w": "weight"},
    where="ℓ = 0 where y = ignore_index",
    term=_term,
    slopes=(
        Slope(
            "input",
            by("x_c") + r"-w_y [c = y]",
            "∂ℓ/∂x = −w[y]·onehot(y)",
            _by_input,
            (Simpler({"weight": None}, by("x_c") + r"-[c = y]", "∂ℓ/∂x = −onehot(y)"),),
        ),
    ),
    core=("C",),
    simpler=(Simpler({"weight": None}, r"\ell = -x_y", "ℓ = −x[y]"),),
)

MEAN = Reduction(
    "mean",
    "the sum of the weights w[y] of the targets that are kept (their number, where no weight is given)",
    r"L = \frac{\sum_n \ell_n}{\sum_{n \text{ kept}} w_{y_n}}",
    "L = Σ ℓ / Σ w[y]",
    share=_weight,
)


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.NLLLoss",
    function="torch.nn.functional.nll_loss",
    cases=(
        case("(N, C)", ("N", "C"), ("N",)),
        case("(C)", ("C",), ()),
        case("(N, C, d1)", ("N", "C", "d1"), ("N", "d1")),
        case("(N, C, d1, d2)", ("N", "C", "d1", "d2"), ("N", "d1", "d2")),
    ),
    arguments=(CLASS_WEIGHT, SIZE_AVERAGE, IGNORE_INDEX, REDUCE, REDUCTION),
    rules=(RULE,),
    reductions=(MEAN, SUM, NONE),
    ladders=(
        Ladder(
            "the negative of one number a row",
            (
                "F.nll_loss(input, target)",
                "-input.gather(1, target.unsqueeze(1)).mean()",
                "F.nll_loss(input.unsqueeze(2), target.unsqueeze(1))",
            ),
        ),
    ),
    curves=plotted.NLL,
    safer=(
        Safer(
            ("undefined-value",),
            "F.nll_loss(input, target, reduction='sum') / (target != -100).sum().clamp(min=1)",
            scope="without weight, ignore_index=-100",
        ),
    ),
    mistake="It takes log-probabilities and takes no logarithm itself: with probabilities the loss value is negative and means nothing.",
)
