"""TripletMarginWithDistanceLoss: the triplet margin loss with any distance function; by default the Euclidean one."""

from inspector.losses.arguments import REDUCTION
from inspector.losses.schema import ArgumentForm, Choice, LossDefinition
from inspector.losses.triplet_margin import MARGIN, SWAP, case
from inspector.report import Argument, Constant, Maker, Reference

_CITY_BLOCK = Maker("torch.nn.PairwiseDistance", (Argument("p", Constant(1.0)),))

DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.TripletMarginWithDistanceLoss",
    function="torch.nn.functional.triplet_margin_with_distance_loss",
    cases=(case("(N, D)", ("N", "D")), case("(N, d1, D)", ("N", "d1", "D"))),
    arguments=(
        ArgumentForm("distance_function", Choice((None,)), others=(_CITY_BLOCK, Reference("torch.nn.functional.pairwise_distance"))),
        MARGIN,
        SWAP,
        REDUCTION,
    ),
)
