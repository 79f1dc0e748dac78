"""BCELoss: binary cross entropy between probabilities and targets in [0, 1]."""

from inspector.losses import plotted
from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, pairwise_cases, real
from inspector.losses.latex import by
from inspector.losses.mathematics import Number, larger, log
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import ArgumentForm, Clamp, Deviation, InputForm, Ladder, LossDefinition, Real, Rule, Simpler, Slope

UNIT = Real(low=0.0, high=1.0)
INSIDE = Real(low=0.0, high=1.0, low_open=True, high_open=True)


def _inputs(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape, INSIDE), real("target", other, UNIT))


FLOOR = -100
"""torch keeps each logarithm at or above this, so that a loss value stays finite."""


def _weight(weight: Number | None) -> Number:
    return 1 if weight is None else weight


def _term(input: Number, target: Number, weight: Number | None) -> Number:
    log_x, log_rest = larger(log(input), FLOOR), larger(log(1 - input), FLOOR)
    return -_weight(weight) * (target * log_x + (1 - target) * log_rest)


def _by_input(input: Number, target: Number, weight: Number | None) -> Number:
    return _weight(weight) * (input - target) / (input * (1 - input))


def _by_target(input: Number, weight: Number | None) -> Number:
    return _weight(weight) * (log(1 - input) - log(input))


RULE = Rule(
    latex=r"\ell = -w \left(y \log x + (1 - y) \log(1 - x)\right)",
    text="ℓ = −w·(y·log(x) + (1 − y)·log(1 − x))",
    symbols={"x": "input", "y": "target", "w": "weight"},
    where="each logarithm is kept at or above −100",
    term=_term,
    slopes=(
        Slope(
            "input",
            by("x") + r"w \frac{x - y}{x (1 - x)}",
            "∂ℓ/∂x = w·(x − y)/(x·(1 − x))",
            _by_input,
            (Simpler({"weight": None}, by("x") + r"\frac{x - y}{x (1 - x)}", "∂ℓ/∂x = (x − y)/(x·(1 − x))"),),
        ),
        Slope(
            "target",
            by("y") + r"w \left(\log(1 - x) - \log x\right)",
            "∂ℓ/∂y = w·(log(1 − x) − log(x))",
            _by_target,
            (Simpler({"weight": None}, by("y") + r"\log(1 - x) - \log x", "∂ℓ/∂y = log(1 − x) − log(x)"),),
        ),
    ),
    simpler=(Simpler({"weight": None}, r"\ell = -\left(y \log x + (1 - y) \log(1 - x)\right)", "ℓ = −(y·log(x) + (1 − y)·log(1 − x))"),),
)


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.BCELoss",
    function="torch.nn.functional.binary_cross_entropy",
    cases=pairwise_cases(_inputs),
    arguments=(ArgumentForm("weight", InputForm("weight", ("D",), Real(low=0.0, low_open=True))), *LEGACY, REDUCTION),
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "from probabilities, or from logits",
            (
                "F.binary_cross_entropy(input, target)",
                "F.binary_cross_entropy_with_logits(torch.logit(input), target)",
                "-(target * torch.log(input) + (1 - target) * torch.log(1 - input)).mean()",
            ),
        ),
    ),
    curves=plotted.BCE,
    mistake="It takes probabilities; for logits, BCEWithLogitsLoss is the same loss and stays accurate where the sigmoid saturates.",
    one_sided=("_term",),
    clamps=(Clamp("input", "each logarithm is kept at or above −100, so that value and gradient stay finite"),),
    deviations=(Deviation("second derivative", "torch adds 1e-12 to x·(1 − x) where it divides by its square", claim="by input"),),
)
