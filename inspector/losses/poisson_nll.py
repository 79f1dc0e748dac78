"""PoissonNLLLoss: the negative log-likelihood of a count under a Poisson distribution whose rate, or its logarithm, is the input."""

from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, pairwise_cases, real
from inspector.losses.schema import ArgumentForm, Choice, InputForm, LossDefinition, Real

COUNT = Real(low=0.0)
RATE = Real(low=0.0, low_open=True)


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
        *LEGACY,
        ArgumentForm("eps", Real(low=0.0, low_open=True)),
        REDUCTION,
    ),
)
