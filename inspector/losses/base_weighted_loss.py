"""_WeightedLoss: the private base of losses with a `weight` buffer. It has no forward of its own, so there is nothing to compute."""

from inspector.losses.arguments import CLASS_WEIGHT, LEGACY, REDUCTION
from inspector.losses.schema import LossDefinition

DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss._WeightedLoss",
    function="",
    cases=(),
    arguments=(CLASS_WEIGHT, *LEGACY, REDUCTION),
    notes=("A base class: it registers the buffer weight and has no forward, so calling it raises NotImplementedError.",),
)
