"""BCEWithLogitsLoss: binary cross entropy of the sigmoid of the input, with an optional weight on the positive part."""

from inspector.losses import plotted
from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, pairwise_cases, real
from inspector.losses.latex import by
from inspector.losses.mathematics import Number, log_of_sum, sigmoid
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import ArgumentForm, InputForm, Ladder, LossDefinition, Plain, Real, Rule, Simpler, Slope

UNIT = Real(low=0.0, high=1.0)
POSITIVE = Real(low=0.0, low_open=True)


def _inputs(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape), real("target", other, UNIT))


def _or_one(weight: Number | None) -> Number:
    return 1 if weight is None else weight


def _term(input: Number, target: Number, weight: Number | None, pos_weight: Number | None) -> Number:
    """As torch evaluates it: the two summands can cancel, and the condition, from which the tolerance follows, must know that."""
    factor = 1 + (_or_one(pos_weight) - 1) * target
    return _or_one(weight) * ((1 - target) * input + factor * log_of_sum(-input))


def _by_input(input: Number, target: Number, weight: Number | None, pos_weight: Number | None) -> Number:
    positive = _or_one(pos_weight) * target
    return _or_one(weight) * ((1 - target) * sigmoid(input) - positive * sigmoid(-input))


def _by_target(input: Number, weight: Number | None, pos_weight: Number | None) -> Number:
    return _or_one(weight) * (_or_one(pos_weight) * log_of_sum(-input) - log_of_sum(input))


_PLAIN: dict[str, Plain] = {"weight": None, "pos_weight": None}

RULE = Rule(
    latex=r"\ell = -w \left(p\, y \log s + (1 - y) \log(1 - s)\right)",
    text="ℓ = −w·(p·y·log(s) + (1 − y)·log(1 − s))",
    symbols={"x": "input", "y": "target", "w": "weight", "p": "pos_weight"},
    where="s = 1/(1 + exp(−x))",
    where_latex=r"s = \frac{1}{1 + e^{-x}}",
    term=_term,
    slopes=(
        Slope(
            "input",
            by("x") + r"w \left((1 - y) s - p\, y (1 - s)\right)",
            "∂ℓ/∂x = w·((1 − y)·s − p·y·(1 − s))",
            _by_input,
            (Simpler(_PLAIN, by("x") + "s - y", "∂ℓ/∂x = s − y"),),
        ),
        Slope(
            "target",
            by("y") + r"w \left(\log(1 - s) - p \log s\right)",
            "∂ℓ/∂y = w·(log(1 − s) − p·log(s))",
            _by_target,
            (Simpler(_PLAIN, by("y") + "-x", "∂ℓ/∂y = −x"),),
        ),
    ),
    simpler=(Simpler(_PLAIN, r"\ell = -\left(y \log s + (1 - y) \log(1 - s)\right)", "ℓ = −(y·log(s) + (1 − y)·log(1 − s))"),),
)


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.BCEWithLogitsLoss",
    function="torch.nn.functional.binary_cross_entropy_with_logits",
    cases=pairwise_cases(_inputs),
    arguments=(
        ArgumentForm("weight", InputForm("weight", ("D",), POSITIVE)),
        *LEGACY,
        REDUCTION,
        ArgumentForm("pos_weight", InputForm("pos_weight", ("D",), POSITIVE)),
    ),
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "from logits, or from their sigmoid",
            (
                "F.binary_cross_entropy_with_logits(input, target)",
                "(F.softplus(input) - target * input).mean()",
                "F.binary_cross_entropy(torch.sigmoid(input), target)",
                "-(target * torch.log(torch.sigmoid(input)) + (1 - target) * torch.log(1 - torch.sigmoid(input))).mean()",
            ),
            grows="input",
            naive=(2, 3),
        ),
    ),
    curves=plotted.BCE_WITH_LOGITS,
    mistake="It applies the sigmoid itself: feed it logits. Targets outside [0, 1] are not refused.",
)
