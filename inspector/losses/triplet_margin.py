"""TripletMarginLoss: a hinge between the distance to the positive example and that to the negative one."""

from collections.abc import Callable

from inspector.losses import plotted
from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, real, sizes_of
from inspector.losses.latex import by
from inspector.losses.mathematics import Number, Vector, hinge, power_of_size, root, signed_power, step, total
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import ArgumentForm, Case, Choice, Ladder, LossDefinition, Real, Rule, Slope


def distance(a: Vector, b: Vector, p: Number, eps: Number) -> Number:
    """(Σ |a - b + ε|^p)^(1/p)."""
    return root(total(power_of_size(x - y + eps, p) for x, y in zip(a, b, strict=True)), p)


def distance_slope(a: Vector, b: Vector, p: Number, eps: Number) -> Vector:
    """g: the slope of the distance in a; in b it is the negative."""
    d = distance(a, b, p, eps)
    gaps = [x - y + eps for x, y in zip(a, b, strict=True)]
    return [signed_power(gap / d, p - 1) for gap in gaps]


def term(anchor: Vector, positive: Vector, negative: Vector, p: Number, eps: Number, margin: Number, swap: bool) -> Number:
    """max(0, d(a, b) - d⁻ + m)."""
    far = distance(anchor, negative, p, eps)
    if swap:
        other = distance(positive, negative, p, eps)
        far = other if other < far else far
    return hinge(distance(anchor, positive, p, eps) - far + margin)


def slopes(
    anchor: Vector, positive: Vector, negative: Vector, p: Number, eps: Number, margin: Number, swap: bool
) -> tuple[Vector, Vector, Vector]:
    """The slopes in anchor, positive and negative."""
    zeros = [0] * len(anchor)
    if step(term(anchor, positive, negative, p, eps, margin, swap)) == 0:
        return zeros, zeros, zeros
    near = distance_slope(anchor, positive, p, eps)
    if swap and distance(positive, negative, p, eps) < distance(anchor, negative, p, eps):
        far = distance_slope(positive, negative, p, eps)
        return near, [-n - f for n, f in zip(near, far, strict=True)], far
    far = distance_slope(anchor, negative, p, eps)
    return [n - f for n, f in zip(near, far, strict=True)], [-n for n in near], far


def _slope(which: int) -> Callable[..., Vector]:
    def compute(anchor: Vector, positive: Vector, negative: Vector, p: Number, eps: Number, margin: Number, swap: bool) -> Vector:
        return slopes(anchor, positive, negative, p, eps, margin, swap)[which]

    return compute


LATEX = r"\ell = \max(0, d(a, b) - d^- + m)"
TEXT = "ℓ = max(0, d(a, b) − d⁻ + m)"
SYMBOLS = {"a": "anchor", "b": "positive", "c": "negative", "m": "margin"}
SLOPE_TEXTS = (
    (by("a") + r"[\ell > 0] \left(g(a, b) - [e = a]\, g(a, c)\right)", "∂ℓ/∂a = [ℓ > 0]·(g(a, b) − [e = a]·g(a, c))"),
    (by("b") + r"-[\ell > 0] \left(g(a, b) + [e = b]\, g(b, c)\right)", "∂ℓ/∂b = −[ℓ > 0]·(g(a, b) + [e = b]·g(b, c))"),
    (by("c") + r"[\ell > 0]\, g(e, c)", "∂ℓ/∂c = [ℓ > 0]·g(e, c)"),
)
"""LaTeX and terminal text of the slopes in anchor, positive and negative."""
NEAREST = "d⁻ = d(e, c), e = a, or b if swap and d(b, c) < d(a, c); g(u, v) the slope of d in u"
NEAREST_LATEX = r"d^- = d(e, c),\ e = a \text{ or, if swap and } d(b, c) < d(a, c),\ b;\ g(u, v) = \frac{\partial d(u, v)}{\partial u}"

RULE = Rule(
    latex=LATEX,
    text=TEXT,
    symbols={**SYMBOLS, "ε": "eps", "p": "p"},
    where=f"d(u, v) = ‖u − v + ε‖_p, {NEAREST}",
    where_latex=r"d(u, v) = \|u - v + \varepsilon\|_p,\ " + NEAREST_LATEX,
    term=term,
    slopes=tuple(Slope(name, *SLOPE_TEXTS[i], _slope(i)) for i, name in enumerate(("anchor", "positive", "negative"))),
    core=("D",),
)


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
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "a hinge on the difference of two distances",
            (
                "F.triplet_margin_loss(anchor, positive, negative)",
                "F.relu(F.pairwise_distance(anchor, positive) - F.pairwise_distance(anchor, negative) + 1).mean()",
                "F.triplet_margin_with_distance_loss(anchor, positive, negative)",
                "F.margin_ranking_loss(F.pairwise_distance(anchor, negative), F.pairwise_distance(anchor, positive),"
                " torch.ones(len(anchor), dtype=anchor.dtype), margin=1.0)",
            ),
        ),
    ),
    curves=plotted.triplet("triplet_margin_loss"),
    stated={"eps": "nowhere", "p": "nowhere"},
    mistake="A loss value that stays at the margin is a sign that all embeddings have become equal: moving them together changes nothing.",
)
