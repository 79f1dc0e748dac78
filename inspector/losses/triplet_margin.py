"""TripletMarginLoss: a hinge between the distance to the positive example and that to the negative one."""

from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, real, sizes_of
from inspector.losses.schema import ArgumentForm, Case, Choice, LossDefinition, Real


def case(name: str, shape: Shape) -> Case:
    """Anchor, positive and negative of one shape."""
    return Case(name, "", sizes_of(shape), tuple(real(part, shape) for part in ("anchor", "positive", "negative")))


MARGIN = ArgumentForm("margin", Real(low=0.0, low_open=True))
SWAP = ArgumentForm("swap", Choice((False, True)))

DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.TripletMarginLoss",
    function="torch.nn.functional.triplet_margin_loss",
    cases=(case("(N, D)", ("N", "D")), case("(D)", ("D",))),
    arguments=(
        MARGIN,
        ArgumentForm("p", Real(low=1.0)),
        ArgumentForm("eps", Real(low=0.0, low_open=True)),
        SWAP,
        *LEGACY,
        REDUCTION,
    ),
)
