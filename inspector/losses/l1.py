"""L1Loss: the absolute difference, element by element."""

from inspector.losses import plotted
from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, broadcast_case, pairwise_cases, real
from inspector.losses.latex import by
from inspector.losses.mathematics import Number, sign
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import InputForm, Ladder, LossDefinition, Rule, Slope


def _inputs(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape), real("target", other))


def _term(input: Number, target: Number) -> Number:
    return abs(input - target)


def _by_input(input: Number, target: Number) -> int:
    return sign(input - target)


def _by_target(input: Number, target: Number) -> int:
    return -sign(input - target)


RULE = Rule(
    latex=r"\ell = \left|x - y\right|",
    text="ℓ = |x − y|",
    symbols={"x": "input", "y": "target"},
    term=_term,
    slopes=(
        Slope("input", by("x") + r"\operatorname{sign}(x - y)", "∂ℓ/∂x = sign(x − y)", _by_input),
        Slope("target", by("y") + r"-\operatorname{sign}(x - y)", "∂ℓ/∂y = −sign(x − y)", _by_target),
    ),
)

DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.L1Loss",
    function="torch.nn.functional.l1_loss",
    cases=(*pairwise_cases(_inputs), broadcast_case(_inputs)),
    arguments=(*LEGACY, REDUCTION),
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "the mean of the distances",
            (
                "F.l1_loss(input, target)",
                "abs(input - target).mean()",
                "F.smooth_l1_loss(input, target, beta=0.0)",
                "torch.dist(input, target, p=1) / input.numel()",
            ),
        ),
    ),
    curves=plotted.L1,
    mistake="A target of shape (N) against an input of shape (N, 1) is broadcast to (N, N): a warning, and a wrong number.",
)
