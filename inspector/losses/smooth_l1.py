"""SmoothL1Loss: a parabola near zero, the absolute difference beyond `beta`."""

from inspector.losses import plotted
from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, broadcast_case, pairwise_cases, real
from inspector.losses.latex import by, either
from inspector.losses.mathematics import Number, sign
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import ArgumentForm, InputForm, Ladder, LossDefinition, Real, Rule, Slope


def _inputs(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape), real("target", other))


def _term(input: Number, target: Number, beta: Number) -> Number:
    d = abs(input - target)
    return d**2 / (2 * beta) if d < beta else d - beta / 2


def _by_input(input: Number, target: Number, beta: Number) -> Number:
    d = input - target
    return d / beta if abs(d) < beta else sign(d)


def _by_target(input: Number, target: Number, beta: Number) -> Number:
    return -_by_input(input, target, beta)


_NEAR = r"\left|x - y\right| < \beta"

RULE = Rule(
    latex=r"\ell = " + either(r"\frac{(x - y)^2}{2 \beta}", _NEAR, r"\left|x - y\right| - \frac{\beta}{2}"),
    text="ℓ = (x − y)²/(2·β) if |x − y| < β, else |x − y| − β/2",
    symbols={"x": "input", "y": "target", "β": "beta"},
    term=_term,
    slopes=(
        Slope(
            "input",
            by("x") + either(r"\frac{x - y}{\beta}", _NEAR, r"\operatorname{sign}(x - y)"),
            "∂ℓ/∂x = (x − y)/β if |x − y| < β, else sign(x − y)",
            _by_input,
        ),
        Slope(
            "target",
            by("y") + either(r"\frac{y - x}{\beta}", _NEAR, r"\operatorname{sign}(y - x)"),
            "∂ℓ/∂y = (y − x)/β if |x − y| < β, else sign(y − x)",
            _by_target,
        ),
    ),
)


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.SmoothL1Loss",
    function="torch.nn.functional.smooth_l1_loss",
    cases=(*pairwise_cases(_inputs), broadcast_case(_inputs)),
    arguments=(*LEGACY, REDUCTION, ArgumentForm("beta", Real(low=0.0))),
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "SmoothL1 is Huber over beta",
            ("F.smooth_l1_loss(input, target, beta=0.5)", "F.huber_loss(input, target, delta=0.5) / 0.5"),
        ),
        Ladder(
            "with beta 0 it is L1", ("F.smooth_l1_loss(input, target, beta=0.0)", "F.l1_loss(input, target)", "abs(input - target).mean()")
        ),
    ),
    curves=plotted.SMOOTHS,
    mistake="HuberLoss is beta times this: the two agree only at beta = 1.",
)
