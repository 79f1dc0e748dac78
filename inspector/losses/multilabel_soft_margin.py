"""MultiLabelSoftMarginLoss: binary cross entropy of every class with logits, averaged over the classes."""

from inspector.losses.arguments import CLASS_WEIGHT, LEGACY, REDUCTION
from inspector.losses.forms import Shape, fixed, real, sizes_of
from inspector.losses.schema import Case, Choice, LossDefinition


def _case(name: str, shape: Shape) -> Case:
    return Case(name, "", sizes_of(shape), (real("input", shape), fixed("target", shape, Choice((0, 1)))))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.MultiLabelSoftMarginLoss",
    function="torch.nn.functional.multilabel_soft_margin_loss",
    cases=(_case("(N, C)", ("N", "C")), _case("(C)", ("C",))),
    arguments=(CLASS_WEIGHT, *LEGACY, REDUCTION),
)
