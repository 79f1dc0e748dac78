"""PoissonNLLLoss: the negative log-likelihood of a count under a Poisson distribution whose rate, or its logarithm, is the input."""

from inspector.losses import plotted
from inspector.losses.arguments import REDUCE, REDUCTION, SIZE_AVERAGE
from inspector.losses.forms import Shape, pairwise_cases, real
from inspector.losses.latex import by
from inspector.losses.mathematics import Number, exp, log, pi
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import ArgumentForm, Choice, InputForm, Ladder, LossDefinition, Real, Rule, Simpler, Slope

COUNT = Real(low=0.0)
RATE = Real(low=0.0, low_open=True)


def _stirling(target: Number, full: bool) -> Number:
    """Stirling's approximation of log y!, where it is asked for and y > 1."""
    if not full or not target > 1:
        return 0
    return target * log(target) - target + log(2 * pi() * target) / 2


def _stirling_slope(target: Number, full: bool) -> Number:
    if not full or not target > 1:
        return 0
    return log(target) + 1 / (2 * target)


def _of_logarithm(input: Number, target: Number, full: bool) -> Number:
    return exp(input) - target * input + _stirling(target, full)


def _logarithm_slope(input: Number, target: Number) -> Number:
    return exp(input) - target


def _logarithm_by_target(input: Number, target: Number, full: bool) -> Number:
    return -input + _stirling_slope(target, full)


def _of_rate(input: Number, target: Number, full: bool, eps: float) -> Number:
    return input - target * log(input + eps) + _stirling(target, full)


def _rate_slope(input: Number, target: Number, eps: float) -> Number:
    return 1 - target / (input + eps)


def _rate_by_target(input: Number, target: Number, full: bool, eps: float) -> Number:
    return -log(input + eps) + _stirling_slope(target, full)


_SYMBOLS = {"x": "input", "y": "target", "ε": "eps", "full": "full"}
_WHERE = "S = y·log(y) − y + log(2·π·y)/2 if full and y > 1, else 0; S′ = log(y) + 1/(2·y) if full and y > 1, else 0"
_WHERE_LATEX = r"S = y \log y - y + \frac{1}{2} \log(2 \pi y) \text{ if full and } y > 1, \text{ else } 0"

LOGARITHM_RULE = Rule(
    latex=r"\ell = e^{x} - y x + S",
    text="ℓ = exp(x) − y·x + S",
    symbols=_SYMBOLS,
    where=_WHERE,
    where_latex=_WHERE_LATEX,
    term=_of_logarithm,
    slopes=(
        Slope("input", by("x") + "e^{x} - y", "∂ℓ/∂x = exp(x) − y", _logarithm_slope),
        Slope(
            "target", by("y") + "S' - x", "∂ℓ/∂y = S′ − x", _logarithm_by_target, (Simpler({"full": False}, by("y") + "-x", "∂ℓ/∂y = −x"),)
        ),
    ),
    simpler=(Simpler({"full": False}, r"\ell = e^{x} - y x", "ℓ = exp(x) − y·x", ""),),
    when={"log_input": True},
)

RATE_RULE = Rule(
    latex=r"\ell = x - y \log(x + \varepsilon) + S",
    text="ℓ = x − y·log(x + ε) + S",
    symbols=_SYMBOLS,
    where=_WHERE,
    where_latex=_WHERE_LATEX,
    term=_of_rate,
    slopes=(
        Slope("input", by("x") + r"1 - \frac{y}{x + \varepsilon}", "∂ℓ/∂x = 1 − y/(x + ε)", _rate_slope),
        Slope(
            "target",
            by("y") + r"S' - \log(x + \varepsilon)",
            "∂ℓ/∂y = S′ − log(x + ε)",
            _rate_by_target,
            (Simpler({"full": False}, by("y") + r"-\log(x + \varepsilon)", "∂ℓ/∂y = −log(x + ε)"),),
        ),
    ),
    simpler=(Simpler({"full": False}, r"\ell = x - y \log(x + \varepsilon)", "ℓ = x − y·log(x + ε)", ""),),
    when={"log_input": False},
)


def _of_logarithms(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape), real("target", other, COUNT))


def _of_rates(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape, RATE), real("target", other, COUNT))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.PoissonNLLLoss",
    function="torch.nn.functional.poisson_nll_loss",
    cases=(*pairwise_cases(_of_logarithms, log_input=True), *pairwise_cases(_of_rates, log_input=False)),
    arguments=(
        ArgumentForm("log_input", Choice((True, False))),
        ArgumentForm("full", Choice((False, True))),
        SIZE_AVERAGE,
        ArgumentForm("eps", Real(low=0.0, low_open=True)),
        REDUCE,
        REDUCTION,
    ),
    rules=(LOGARITHM_RULE, RATE_RULE),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "from the logarithm of the rate, or from the rate",
            (
                "F.poisson_nll_loss(input, target)",
                "F.poisson_nll_loss(torch.exp(input), target, log_input=False, eps=0.0)",
                "(torch.exp(input) - target * input).mean()",
            ),
        ),
    ),
    curves=plotted.POISSON_NLL,
    stated={"eps": "nowhere", "input": "formula", "target": "formula"},
    mistake="By default the input is the logarithm of the rate: with rates, pass log_input=False.",
)
