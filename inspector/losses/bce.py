"""BCELoss: binary cross entropy between probabilities and targets in [0, 1]."""

from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, pairwise_cases, real
from inspector.losses.schema import ArgumentForm, InputForm, LossDefinition, Real

UNIT = Real(low=0.0, high=1.0)
INSIDE = Real(low=0.0, high=1.0, low_open=True, high_open=True)


def _inputs(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape, INSIDE), real("target", other, UNIT))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.BCELoss",
    function="torch.nn.functional.binary_cross_entropy",
    cases=pairwise_cases(_inputs),
    arguments=(ArgumentForm("weight", InputForm("weight", ("D",), Real(low=0.0, low_open=True))), *LEGACY, REDUCTION),
)
