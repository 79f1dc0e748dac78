"""BCEWithLogitsLoss: binary cross entropy of the sigmoid of the input, with an optional weight on the positive part."""

from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, pairwise_cases, real
from inspector.losses.schema import ArgumentForm, InputForm, LossDefinition, Real

UNIT = Real(low=0.0, high=1.0)
POSITIVE = Real(low=0.0, low_open=True)


def _inputs(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape), real("target", other, UNIT))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.BCEWithLogitsLoss",
    function="torch.nn.functional.binary_cross_entropy_with_logits",
    cases=pairwise_cases(_inputs),
    arguments=(
        ArgumentForm("weight", InputForm("weight", ("D",), POSITIVE)),
        *LEGACY,
        REDUCTION,
        ArgumentForm("pos_weight", InputForm("pos_weight", ("D",), POSITIVE)),
    ),
)
