"""MultiMarginLoss: a hinge between the score of the target class and every other score."""

from inspector.losses import plotted
from inspector.losses.arguments import CLASS_WEIGHT, LEGACY, REDUCTION
from inspector.losses.forms import Shape, indices, real, sizes_of
from inspector.losses.latex import by, either
from inspector.losses.mathematics import Number, Vector, hinge, step, total
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import ArgumentForm, Case, Choice, Deviation, Ladder, LossDefinition, Real, Rule, Simpler, Slope


def _gaps(input: Vector, target: int, margin: float) -> dict[int, Number]:
    """margin - x[y] + x[i], for each class i but the target."""
    return {i: margin - input[target] + x for i, x in enumerate(input) if i != target}


def _weight(weight: Vector | None, target: int) -> Number:
    return 1 if weight is None else weight[target]


def _term(input: Vector, target: int, p: int, margin: float, weight: Vector | None) -> Number:
    gaps = _gaps(input, target, margin).values()
    return _weight(weight, target) * total(hinge(gap) ** p for gap in gaps) / len(input)


def _by_input(input: Vector, target: int, p: int, margin: float, weight: Vector | None) -> Vector:
    """w[y]·p·max(0, gap)^(p - 1) / C for each other class, and minus their sum for the target."""
    gaps = _gaps(input, target, margin)
    scale = _weight(weight, target) * p
    slopes = {i: scale * (step(gap) * hinge(gap) ** (p - 1)) / len(input) for i, gap in gaps.items()}
    slopes[target] = -total(slopes.values())
    return [slopes[i] for i in range(len(input))]


_PLAIN: dict[str, None | int] = {"weight": None, "p": 1}

RULE = Rule(
    latex=r"\ell = \frac{w_y}{C} \sum_{i \ne y} \max(0, g_i)^p",
    text="ℓ = w[y]·Σ_i≠y(max(0, g[i])^p)/C",
    symbols={"x": "input", "y": "target", "m": "margin", "p": "p", "w": "weight"},
    where="g = m − x[y] + x; C the number of classes",
    where_latex=r"g_i = m - x_y + x_i",
    term=_term,
    slopes=(
        Slope(
            "input",
            by("x_i")
            + either(
                r"\frac{w_y\, p}{C} \max(0, g_i)^{p-1} [g_i > 0]",
                r"i \ne y",
                r"-\frac{w_y\, p}{C} \sum_{k \ne y} \max(0, g_k)^{p-1} [g_k > 0]",
            ),
            "∂ℓ/∂x[i] = w[y]·p·max(0, g[i])^(p−1)·[g[i] > 0]/C if i ≠ y, else −w[y]·p·Σ_k≠y(max(0, g[k])^(p−1)·[g[k] > 0])/C",
            _by_input,
            (
                Simpler(
                    dict(_PLAIN),
                    by("x_i") + either(r"\frac{1}{C} [g_i > 0]", r"i \ne y", r"-\frac{1}{C} \sum_{k \ne y} [g_k > 0]"),
                    "∂ℓ/∂x[i] = [g[i] > 0]/C if i ≠ y, else −Σ_k≠y([g[k] > 0])/C",
                ),
            ),
        ),
    ),
    core=("C",),
    simpler=(Simpler(dict(_PLAIN), r"\ell = \frac{1}{C} \sum_{i \ne y} \max(0, g_i)", "ℓ = Σ_i≠y(max(0, g[i]))/C"),),
)


def _case(name: str, shape: Shape, target: Shape) -> Case:
    return Case(name, "", sizes_of(shape), (real("input", shape), indices("target", target)))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.MultiMarginLoss",
    function="torch.nn.functional.multi_margin_loss",
    cases=(_case("(N, C)", ("N", "C"), ("N",)), _case("(C)", ("C",), ())),
    arguments=(ArgumentForm("p", Choice((1, 2))), ArgumentForm("margin", Real()), CLASS_WEIGHT, *LEGACY, REDUCTION),
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "the hinges of all other classes, over the number of classes",
            (
                "F.multi_margin_loss(input, target)",
                "(F.relu(1 - input.gather(1, target.unsqueeze(1)) + input).sum(1) - 1).mean() / input.shape[1]",
            ),
        ),
    ),
    curves=plotted.MULTI_MARGIN,
    mistake="With a weight, the mean still divides by the number of rows, not by the sum of the weights.",
    deviations=(
        Deviation(
            "decomposition",
            "torch's decomposition keeps a batch axis of one where there is none",
        ),
    ),
)
