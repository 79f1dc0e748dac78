"""MarginRankingLoss: a hinge on the difference of two scores, in the order that the sign asks for."""

from inspector.losses import plotted
from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, real, signs, sizes_of
from inspector.losses.latex import by
from inspector.losses.mathematics import Number, hinge, step
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import ArgumentForm, Case, Ladder, LossDefinition, Real, Rule, Slope


def _gap(input1: Number, input2: Number, target: Number, margin: float) -> Number:
    return margin - target * (input1 - input2)


def _term(input1: Number, input2: Number, target: Number, margin: float) -> Number:
    return hinge(_gap(input1, input2, target, margin))


def _by_first(input1: Number, input2: Number, target: Number, margin: float) -> Number:
    return -target * step(_gap(input1, input2, target, margin))


def _by_second(input1: Number, input2: Number, target: Number, margin: float) -> Number:
    return target * step(_gap(input1, input2, target, margin))


RULE = Rule(
    latex=r"\ell = \max(0, m - y (x_1 - x_2))",
    text="ℓ = max(0, m − y·(x₁ − x₂))",
    symbols={"x₁": "input1", "x₂": "input2", "y": "target", "m": "margin"},
    term=_term,
    slopes=(
        Slope("input1", by("x_1") + "-y [m - y (x_1 - x_2) > 0]", "∂ℓ/∂x₁ = −y·[m − y·(x₁ − x₂) > 0]", _by_first),
        Slope("input2", by("x_2") + "y [m - y (x_1 - x_2) > 0]", "∂ℓ/∂x₂ = y·[m − y·(x₁ − x₂) > 0]", _by_second),
    ),
)


def _case(name: str, shape: Shape) -> Case:
    return Case(name, "", sizes_of(shape), (real("input1", shape), real("input2", shape), signs("target", shape)))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.MarginRankingLoss",
    function="torch.nn.functional.margin_ranking_loss",
    cases=(_case("(N)", ("N",)), _case("()", ())),
    arguments=(ArgumentForm("margin", Real()), *LEGACY, REDUCTION),
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "one hinge a pair",
            (
                "F.margin_ranking_loss(input1, input2, target)",
                "F.relu(-target * (input1 - input2)).mean()",
                "torch.clamp(-target * (input1 - input2), min=0).mean()",
            ),
        ),
    ),
    curves=plotted.MARGIN_RANKING,
    mistake="y = 1 asks for x₁ above x₂; the order of the inputs decides, and targets other than +1 and −1 are not refused.",
)
