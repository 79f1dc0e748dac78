"""TripletMarginWithDistanceLoss: the triplet margin loss with any distance function; by default the Euclidean one."""

from collections.abc import Callable
from typing import Any

from inspector.losses import plotted
from inspector.losses.arguments import REDUCTION
from inspector.losses.mathematics import Number, Vector
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import ArgumentForm, Choice, Ladder, LossDefinition, NoReference, Rule, Slope
from inspector.losses.triplet_margin import LATEX, MARGIN, NEAREST, NEAREST_LATEX, SLOPE_TEXTS, SWAP, SYMBOLS, TEXT, case, slopes, term
from inspector.report import Argument, Constant, Maker, Reference

P, EPSILON = 2.0, 1e-6
"""Of the distance that stands in for none: ‖u - v + ε‖₂."""


def _distance(function: Any) -> tuple[float, float]:
    """p and ε of the distance, for the two that torch has; any other has no formula here."""
    if function is None or function == Reference("torch.nn.functional.pairwise_distance"):
        return P, EPSILON
    if isinstance(function, Maker) and function.function == "torch.nn.PairwiseDistance":
        given = {argument.name: argument.value for argument in function.args}
        constants = {name: value.value for name, value in given.items() if isinstance(value, Constant)}
        if set(given) <= {"p", "eps"} and len(constants) == len(given):
            return float(constants.get("p", P)), float(constants.get("eps", EPSILON))  # type: ignore[arg-type]
    raise NoReference("no formula is written down for this distance function")


def _term(anchor: Vector, positive: Vector, negative: Vector, distance_function: Any, margin: Number, swap: bool) -> Number:
    return term(anchor, positive, negative, *_distance(distance_function), margin, swap)


def _slope(which: int) -> Callable[..., Vector]:
    def compute(anchor: Vector, positive: Vector, negative: Vector, distance_function: Any, margin: Number, swap: bool) -> Vector:
        return slopes(anchor, positive, negative, *_distance(distance_function), margin, swap)[which]

    return compute


RULE = Rule(
    latex=LATEX,
    text=TEXT,
    symbols={**SYMBOLS, "d": "distance_function"},
    where=f"d(u, v) the distance function, ‖u − v + 1e−6‖₂ if none is given; {NEAREST}",
    where_latex=r"d(u, v) = \|u - v + 10^{-6}\|_2 \text{ if none is given},\ " + NEAREST_LATEX,
    term=_term,
    slopes=tuple(Slope(name, *SLOPE_TEXTS[i], _slope(i)) for i, name in enumerate(("anchor", "positive", "negative"))),
    core=("D",),
)

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
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "a hinge on the difference of two distances",
            (
                "F.triplet_margin_with_distance_loss(anchor, positive, negative)",
                "F.triplet_margin_loss(anchor, positive, negative)",
                "F.relu(F.pairwise_distance(anchor, positive) - F.pairwise_distance(anchor, negative) + 1).mean()",
            ),
        ),
    ),
    curves=plotted.triplet("triplet_margin_with_distance_loss"),
    mistake="A loss value that stays at the margin is a sign that all embeddings have become equal: moving them together changes nothing.",
)
