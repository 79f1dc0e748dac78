"""SoftMarginLoss: the logistic loss of the input against a sign, element by element."""

from inspector.losses import plotted
from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, pairwise_cases, real, signs
from inspector.losses.latex import by
from inspector.losses.mathematics import Number, log_of_sum, sigmoid
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import InputForm, Ladder, LossDefinition, Rule, Safer, Slope


def _term(input: Number, target: Number) -> Number:
    return log_of_sum(-target * input)


def _by_input(input: Number, target: Number) -> Number:
    return -target * sigmoid(-target * input)


RULE = Rule(
    latex=r"\ell = \log\left(1 + e^{-y x}\right)",
    text="ℓ = log(1 + exp(−y·x))",
    symbols={"x": "input", "y": "target"},
    term=_term,
    slopes=(Slope("input", by("x") + r"\frac{-y}{1 + e^{y x}}", "∂ℓ/∂x = −y/(1 + exp(y·x))", _by_input),),
)


def _inputs(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape), signs("target", other))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.SoftMarginLoss",
    function="torch.nn.functional.soft_margin_loss",
    cases=pairwise_cases(_inputs),
    arguments=(*LEGACY, REDUCTION),
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "soft margin is binary cross entropy with targets −1 and +1",
            (
                "F.soft_margin_loss(input, target)",
                "F.softplus(-target * input).mean()",
                "F.binary_cross_entropy_with_logits(input, (target + 1) / 2)",
                "torch.log(1 + torch.exp(-target * input)).mean()",
            ),
            grows="input",
            naive=(0, 3),
        ),
    ),
    curves=plotted.SOFT_MARGIN,
    safer=(Safer(("nonfinite-value", "nonfinite-gradient"), "-F.logsigmoid(target * input)", edge="large"),),
    mistake="The targets are +1 and −1, not 1 and 0; other targets are not refused.",
)
