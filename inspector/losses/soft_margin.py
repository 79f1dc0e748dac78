"""SoftMarginLoss: the logistic loss of the input against a sign, element by element."""

from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, pairwise_cases, real, signs
from inspector.losses.schema import InputForm, LossDefinition


def _inputs(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape), signs("target", other))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.SoftMarginLoss",
    function="torch.nn.functional.soft_margin_loss",
    cases=pairwise_cases(_inputs),
    arguments=(*LEGACY, REDUCTION),
)
