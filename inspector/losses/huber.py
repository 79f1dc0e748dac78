"""HuberLoss: a parabola near zero, a straight line of slope `delta` beyond."""

from inspector.losses.arguments import REDUCTION
from inspector.losses.forms import Shape, broadcast_case, pairwise_cases, real
from inspector.losses.latex import by, either
from inspector.losses.mathematics import Number, sign
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import Answer, ArgumentForm, InputForm, Ladder, LossDefinition, Real, Rule, Slope


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


HUBER_OR_SMOOTH = (
    Answer(
        "Huber or SmoothL1?",
        "They differ by a factor: HuberLoss(delta=d) is d times SmoothL1Loss(beta=d). Measured: {half} at 0.5, {one} at "
        "1, {two} at 2. Far from "
        "the target the slope of Huber is ±d, that of SmoothL1 ±1, whatever beta is: {huber_slope} and {smooth_slope} at d = 2.",
        given={"x": "torch.tensor([0.25, -1.5, 4.0], dtype=torch.float64)", "y": "torch.zeros(3, dtype=torch.float64)"},
        numbers={
            "half": "F.huber_loss(x, y, delta=0.5) / F.smooth_l1_loss(x, y, beta=0.5)",
            "one": "F.huber_loss(x, y, delta=1.0) / F.smooth_l1_loss(x, y, beta=1.0)",
            "two": "F.huber_loss(x, y, delta=2.0) / F.smooth_l1_loss(x, y, beta=2.0)",
            "huber_slope": "F.huber_loss(x[2] + 1, y[2], delta=2.0) - F.huber_loss(x[2], y[2], delta=2.0)",
            "smooth_slope": "F.smooth_l1_loss(x[2] + 1, y[2], beta=2.0) - F.smooth_l1_loss(x[2], y[2], beta=2.0)",
        },
        holds=("abs(half - 0.5) < 1e-12", "abs(one - 1) < 1e-12", "abs(two - 2) < 1e-12", "abs(huber_slope - 2) < 1e-12"),
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
    answers=HUBER_OR_SMOOTH,
    mistake="It is delta times SmoothL1Loss with beta = delta: the two agree only at 1.",
)
