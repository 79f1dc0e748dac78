"""_Loss: the private base of nearly every loss. It keeps `reduction` and has no forward of its own, so there is nothing to compute."""

from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.schema import LossDefinition

DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss._Loss",
    function="",
    cases=(),
    arguments=(*LEGACY, REDUCTION),
    notes=("A base class: it turns size_average and reduce into reduction and has no forward, so calling it raises NotImplementedError.",),
)
