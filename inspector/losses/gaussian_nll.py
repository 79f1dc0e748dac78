"""GaussianNLLLoss: the negative log-likelihood of the target under a normal distribution of given mean and variance."""

from inspector.losses import plotted
from inspector.losses.arguments import REDUCTION
from inspector.losses.forms import Shape, real, sizes_of
from inspector.losses.latex import by
from inspector.losses.mathematics import Number, kept_above, log, pi
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import ArgumentForm, Case, Choice, Deviation, Ladder, LossDefinition, Real, Rule, Simpler, Slope

VARIANCE = Real(low=0.0, low_open=True)


def _term(input: Number, target: Number, var: Number, full: bool, eps: float) -> Number:
    v = kept_above(var, eps)
    half = (log(v) + (input - target) ** 2 / v) / 2
    return half + log(2 * pi()) / 2 if full else half


def _by_input(input: Number, target: Number, var: Number, eps: float) -> Number:
    return (input - target) / kept_above(var, eps)


def _by_target(input: Number, target: Number, var: Number, eps: float) -> Number:
    return (target - input) / kept_above(var, eps)


def _by_variance(input: Number, target: Number, var: Number, eps: float) -> Number:
    v = kept_above(var, eps)
    return (1 / v - (input - target) ** 2 / v**2) / 2


RULE = Rule(
    latex=r"\ell = \frac{1}{2} \left(\log v + \frac{(x - y)^2}{v}\right) + \frac{1}{2} \log(2 \pi)",
    text="ℓ = (log(v) + (x − y)²/v)/2 + log(2·π)/2",
    symbols={"x": "input", "y": "target", "var": "var", "ε": "eps"},
    where="v = max(var, ε); the bound is not differentiated",
    where_latex=r"v = \max(\text{var}, \varepsilon)",
    term=_term,
    slopes=(
        Slope("input", by("x") + r"\frac{x - y}{v}", "∂ℓ/∂x = (x − y)/v", _by_input),
        Slope("target", by("y") + r"\frac{y - x}{v}", "∂ℓ/∂y = (y − x)/v", _by_target),
        Slope(
            "var",
            by("v") + r"\frac{1}{2} \left(\frac{1}{v} - \frac{(x - y)^2}{v^2}\right)",
            "∂ℓ/∂v = (1/v − (x − y)²/v²)/2",
            _by_variance,
        ),
    ),
    simpler=(Simpler({"full": False}, r"\ell = \frac{1}{2} \left(\log v + \frac{(x - y)^2}{v}\right)", "ℓ = (log(v) + (x − y)²/v)/2"),),
)


def _case(name: str, shape: Shape, variance: Shape) -> Case:
    inputs = (real("input", shape), real("target", shape), real("var", variance, VARIANCE))
    return Case(name, "", sizes_of(shape), inputs)


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.GaussianNLLLoss",
    function="torch.nn.functional.gaussian_nll_loss",
    cases=(
        _case("(N, D)", ("N", "D"), ("N", "D")),
        _case("(N)", ("N",), ("N",)),
        _case("one variance a row, var (N, 1)", ("N", "D"), ("N", 1)),
        _case("one variance a row, var (N)", ("N", "D"), ("N",)),
        _case("(N, D, H, W)", ("N", "D", "H", "W"), ("N", "D", "H", "W")),
    ),
    arguments=(ArgumentForm("full", Choice((False, True))), ArgumentForm("eps", Real(low=0.0, low_open=True), tried=(0.5, 1.0)), REDUCTION),
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "with variance 1 it is half the squared error",
            ("F.gaussian_nll_loss(input, target, torch.ones_like(input))", "F.mse_loss(input, target) / 2"),
        ),
        Ladder(
            "with full=True it is the negative logarithm of the normal density",
            (
                "F.gaussian_nll_loss(input, target, var, full=True)",
                "-torch.distributions.Normal(input, torch.sqrt(var)).log_prob(target).mean()",
                "((input - target) ** 2 / var + torch.log(2 * math.pi * var)).mean() / 2",
            ),
        ),
    ),
    curves=plotted.GAUSSIAN_NLL,
    stated={"eps": "nowhere"},
    mistake="The loss value may be negative: it is minus the logarithm of a density, and a density may exceed one.",
    one_sided=("_term",),
    deviations=(Deviation("forward mode", "reverse mode leaves out the bound on var, forward mode differentiates it"),),
)
