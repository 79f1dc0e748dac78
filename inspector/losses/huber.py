"""HuberLoss: a parabola near zero, a straight line of slope `delta` beyond."""

from inspector.losses.arguments import REDUCTION
from inspector.losses.forms import Shape, broadcast_case, pairwise_cases, real
from inspector.losses.schema import ArgumentForm, InputForm, LossDefinition, Real


def _inputs(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape), real("target", other))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.HuberLoss",
    function="torch.nn.functional.huber_loss",
    cases=(*pairwise_cases(_inputs), broadcast_case(_inputs)),
    arguments=(REDUCTION, ArgumentForm("delta", Real(low=0.0, low_open=True))),
)
