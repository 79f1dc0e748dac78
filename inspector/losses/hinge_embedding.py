"""HingeEmbeddingLoss: the distance itself for similar pairs (+1), a hinge on it for dissimilar ones (-1)."""

from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, pairwise_cases, real, signs
from inspector.losses.schema import ArgumentForm, InputForm, LossDefinition, Real


def _inputs(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape), signs("target", other))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.HingeEmbeddingLoss",
    function="torch.nn.functional.hinge_embedding_loss",
    cases=pairwise_cases(_inputs),
    arguments=(ArgumentForm("margin", Real()), *LEGACY, REDUCTION),
)
