"""HuberLoss: a parabola near zero, a straight line of slope `delta` beyond."""

from inspector.losses import plotted
from inspector.losses.arguments import REDUCTION
from inspector.losses.forms import Shape, broadcast_case, pairwise_cases, real
from inspector.losses.latex import by, either
from inspector.losses.mathematics import Number, sign
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import ArgumentForm, InputForm, Ladder, LossDefinition, Real, Rule, Slope


def _inputs(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape), real("target", other))


def _term(input: Number, target: Number, delta: Number) -> Number:
    d = abs(input - target)
    return d**2 / 2 if d < delta else delta * (d - delta / 2)


def _by_input(input: Number, target: Number, delta: Number) -> Number:
    d = input - target
    return d if abs(d) < delta else delta * sign(d)


def _by_target(input: Number, target: Number, delta: Number) -> Number:
    return -_by_input(input, target, delta)


_NEAR = r"\left|x - y\right| < \delta"

RULE = Rule(
    latex=r"\ell = " + either(r"\frac{(x - y)^2}{2}", _NEAR, r"\delta \left(\left|x - y\right| - \frac{\delta}{2}\right)"),
    text="ℓ = (x − y)²/2 if |x − y| < δ, else δ·(|x − y| − δ/2)",
    symbols={"x": "input", "y": "target", "δ": "delta"},
    term=_term,
    slopes=(
        Slope(
            "input",
            by("x") + either("x - y", _NEAR, r"\delta \operatorname{sign}(x - y)"),
            "∂ℓ/∂x = x − y if |x − y| < δ, else δ·sign(x − y)",
            _by_input,
        ),
        Slope(
            "target",
            by("y") + either("y - x", _NEAR, r"\delta \operatorname{sign}(y - x)"),
            "∂ℓ/∂y = y − x if |x − y| < δ, else δ·sign(y − x)",
            _by_target,
        ),
    ),
)


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.HuberLoss",
    function="torch.nn.functional.huber_loss",
    cases=(*pairwise_cases(_inputs), broadcast_case(_inputs)),
    arguments=(REDUCTION, ArgumentForm("delta", Real(low=0.0, low_open=True))),
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "Huber is delta times SmoothL1",
            (
                "F.huber_loss(input, target, delta=2.0)",
                "2.0 * F.smooth_l1_loss(input, target, beta=2.0)",
                "torch.where(abs(input - target) < 2, (input - target) ** 2 / 2, 2 * abs(input - target) - 2).mean()",
            ),
        ),
        Ladder(
            "with a delta no difference exceeds it is half the squared error",
            (
                "F.huber_loss(input, target, delta=1000.0)",
                "F.mse_loss(input, target) / 2",
            ),
        ),
    ),
    curves=plotted.HUBERS,
    mistake="It is delta times SmoothL1Loss with beta = delta: the two agree only at 1.",
)
