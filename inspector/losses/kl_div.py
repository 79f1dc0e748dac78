"""KLDivLoss: the terms of the Kullback-Leibler divergence of the target p from the input, which is log q."""

from inspector.losses import plotted
from inspector.losses.arguments import LEGACY
from inspector.losses.forms import Shape, log_probabilities, probabilities, sizes_of
from inspector.losses.latex import by
from inspector.losses.mathematics import Number, exp, log, x_log_x
from inspector.losses.reductions import MEAN, NONE, SUM
from inspector.losses.schema import ArgumentForm, Case, Choice, Ladder, LossDefinition, Reduction, Rule, Slope


def _term(input: Number, target: Number) -> Number:
    return x_log_x(target) - target * input


def _by_input(target: Number) -> Number:
    return -target


def _by_target(input: Number, target: Number) -> Number:
    return log(target) + 1 - input


def _log_term(input: Number, target: Number) -> Number:
    return exp(target) * (target - input)


def _log_by_input(target: Number) -> Number:
    return -exp(target)


def _log_by_target(input: Number, target: Number) -> Number:
    return exp(target) * (target - input + 1)


_SYMBOLS = {"x": "input", "y": "target"}

RULE = Rule(
    latex=r"\ell = y (\log y - x)",
    text="ℓ = y·(log(y) − x)",
    symbols=_SYMBOLS,
    where="y = p and x = log q; ℓ = 0 where y = 0",
    term=_term,
    slopes=(
        Slope("input", by("x") + "-y", "∂ℓ/∂x = −y", _by_input),
        Slope("target", by("y") + r"\log y + 1 - x", "∂ℓ/∂y = log(y) + 1 − x", _by_target),
    ),
    when={"log_target": False},
)

LOG_RULE = Rule(
    latex=r"\ell = e^{y} (y - x)",
    text="ℓ = exp(y)·(y − x)",
    symbols=_SYMBOLS,
    where="y = log p and x = log q",
    term=_log_term,
    slopes=(
        Slope("input", by("x") + "-e^{y}", "∂ℓ/∂x = −exp(y)", _log_by_input),
        Slope("target", by("y") + r"e^{y} (y - x + 1)", "∂ℓ/∂y = exp(y)·(y − x + 1)", _log_by_target),
    ),
    when={"log_target": True},
)

BATCH_MEAN = Reduction(
    "batchmean",
    "the size of the first axis: the divergence, where that is the batch",
    r"L = \frac{1}{N} \sum_i \ell_i",
    "L = Σ ℓ / N, N the size of the first axis",
    by_first_axis=True,
)


def _case(shape: Shape, log_target: bool) -> Case:
    axis = len(shape) - 1
    target = (log_probabilities if log_target else probabilities)("target", shape, axis)
    name = f"({', '.join(map(str, shape))}), log_target={log_target}"
    return Case(name, "", sizes_of(shape), (log_probabilities("input", shape, axis), target), when={"log_target": log_target})


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.KLDivLoss",
    function="torch.nn.functional.kl_div",
    cases=tuple(_case(shape, log_target) for shape in (("N", "C"), ("C",), ("N", "d1", "C")) for log_target in (False, True)),
    arguments=(
        *LEGACY,
        ArgumentForm("reduction", Choice(("mean", "batchmean", "sum", "none"))),
        ArgumentForm("log_target", Choice((False, True))),
    ),
    rules=(RULE, LOG_RULE),
    reductions=(MEAN, BATCH_MEAN, SUM, NONE),
    ladders=(
        Ladder(
            "the divergence is the cross entropy less the entropy",
            (
                "F.kl_div(input, target, reduction='sum')",
                "F.kl_div(input, torch.log(target), reduction='sum', log_target=True)",
                "-(target * input).sum() + (target * torch.log(target)).sum()",
                "len(input) * F.kl_div(input, target, reduction='batchmean')",
                "input.numel() * F.kl_div(input, target)",
            ),
        ),
    ),
    curves=plotted.KL_DIV,
    stated={"target": "nowhere"},
    mistake="reduction='mean' divides by the number of elements; the divergence is reduction='batchmean', and the input is log q.",
)
