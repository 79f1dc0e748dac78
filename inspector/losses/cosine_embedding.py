"""CosineEmbeddingLoss: one minus the cosine for similar pairs (+1), a hinge on the cosine for dissimilar ones (-1)."""

from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, real, signs, sizes_of
from inspector.losses.schema import ArgumentForm, Case, LossDefinition, Real


def _case(name: str, shape: Shape, target: Shape) -> Case:
    return Case(name, "", sizes_of(shape), (real("input1", shape), real("input2", shape), signs("target", target)))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.CosineEmbeddingLoss",
    function="torch.nn.functional.cosine_embedding_loss",
    cases=(_case("(N, D)", ("N", "D"), ("N",)), _case("(D)", ("D",), ())),
    arguments=(ArgumentForm("margin", Real(low=-1.0, high=1.0)), *LEGACY, REDUCTION),
)
