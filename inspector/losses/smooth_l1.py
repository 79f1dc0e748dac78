"""SmoothL1Loss: a parabola near zero, the absolute difference beyond `beta`."""

from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, broadcast_case, pairwise_cases, real
from inspector.losses.schema import ArgumentForm, InputForm, LossDefinition, Real


def _inputs(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape), real("target", other))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.SmoothL1Loss",
    function="torch.nn.functional.smooth_l1_loss",
    cases=(*pairwise_cases(_inputs), broadcast_case(_inputs)),
    arguments=(*LEGACY, REDUCTION, ArgumentForm("beta", Real(low=0.0))),
)
