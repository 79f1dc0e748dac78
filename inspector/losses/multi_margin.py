"""MultiMarginLoss: a hinge between the score of the target class and every other score."""

from inspector.losses.arguments import CLASS_WEIGHT, LEGACY, REDUCTION
from inspector.losses.forms import Shape, indices, real, sizes_of
from inspector.losses.schema import ArgumentForm, Case, Choice, LossDefinition, Real


def _case(name: str, shape: Shape, target: Shape) -> Case:
    return Case(name, "", sizes_of(shape), (real("input", shape), indices("target", target)))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.MultiMarginLoss",
    function="torch.nn.functional.multi_margin_loss",
    cases=(_case("(N, C)", ("N", "C"), ("N",)), _case("(C)", ("C",), ())),
    arguments=(ArgumentForm("p", Choice((1, 2))), ArgumentForm("margin", Real()), CLASS_WEIGHT, *LEGACY, REDUCTION),
)
