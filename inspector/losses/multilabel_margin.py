"""MultiLabelMarginLoss: a hinge between the score of every target class and every class that is no target."""

from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, real, sizes_of
from inspector.losses.schema import Case, InputForm, LabelLists, LossDefinition


def _case(name: str, shape: Shape) -> Case:
    labels = InputForm("target", shape, LabelLists(below="C"), dtype="int64")
    return Case(name, "", sizes_of(shape), (real("input", shape), labels))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.MultiLabelMarginLoss",
    function="torch.nn.functional.multilabel_margin_loss",
    cases=(_case("(N, C)", ("N", "C")), _case("(C)", ("C",))),
    arguments=(*LEGACY, REDUCTION),
)
