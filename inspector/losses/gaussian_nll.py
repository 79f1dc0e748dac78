"""GaussianNLLLoss: the negative log-likelihood of the target under a normal distribution of given mean and variance."""

from inspector.losses.arguments import REDUCTION
from inspector.losses.forms import Shape, real, sizes_of
from inspector.losses.schema import ArgumentForm, Case, Choice, LossDefinition, Real

VARIANCE = Real(low=0.0, low_open=True)


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
    arguments=(ArgumentForm("full", Choice((False, True))), ArgumentForm("eps", Real(low=0.0, low_open=True)), REDUCTION),
)
