"""MSELoss: the squared difference, element by element."""

from inspector.losses import plotted
from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, broadcast_case, pairwise_cases, real
from inspector.losses.latex import by
from inspector.losses.mathematics import Number
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import InputForm, Ladder, LossDefinition, Rule, Slope


def _inputs(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape), real("target", other))


def _term(input: Number, target: Number) -> Number:
    return (input - target) ** 2


def _by_input(input: Number, target: Number) -> Number:
    return 2 * (input - target)


def _by_target(input: Number, target: Number) -> Number:
    return -2 * (input - target)


RULE = Rule(
    latex=r"\ell = (x - y)^2",
    text="ℓ = (x − y)²",
    symbols={"x": "input", "y": "target"},
    term=_term,
    slopes=(
        Slope("input", by("x") + r"2 (x - y)", "∂ℓ/∂x = 2·(x − y)", _by_input),
        Slope("target", by("y") + r"-2 (x - y)", "∂ℓ/∂y = −2·(x − y)", _by_target),
    ),
)

DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.MSELoss",
    function="torch.nn.functional.mse_loss",
    cases=(*pairwise_cases(_inputs), broadcast_case(_inputs)),
    arguments=(*LEGACY, REDUCTION),
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "the mean of the squared differences",
            (
                "F.mse_loss(input, target)",
                "((input - target) ** 2).mean()",
                "torch.dist(input, target) ** 2 / input.numel()",
                "2 * F.huber_loss(input, target, delta=1000.0)",
            ),
        ),
    ),
    curves=plotted.MSE,
    mistake="A target of shape (N) against an input of shape (N, 1) is broadcast to (N, N): a warning, and a wrong number.",
)
