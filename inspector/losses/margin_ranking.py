"""MarginRankingLoss: a hinge on the difference of two scores, in the order that the sign asks for."""

from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, real, signs, sizes_of
from inspector.losses.schema import ArgumentForm, Case, LossDefinition, Real


def _case(name: str, shape: Shape) -> Case:
    return Case(name, "", sizes_of(shape), (real("input1", shape), real("input2", shape), signs("target", shape)))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.MarginRankingLoss",
    function="torch.nn.functional.margin_ranking_loss",
    cases=(_case("(N)", ("N",)), _case("()", ())),
    arguments=(ArgumentForm("margin", Real()), *LEGACY, REDUCTION),
)
