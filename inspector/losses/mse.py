"""MSELoss: the squared difference, element by element."""

from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, broadcast_case, pairwise_cases, real
from inspector.losses.schema import InputForm, LossDefinition


def _inputs(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape), real("target", other))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.MSELoss",
    function="torch.nn.functional.mse_loss",
    cases=(*pairwise_cases(_inputs), broadcast_case(_inputs)),
    arguments=(*LEGACY, REDUCTION),
)
