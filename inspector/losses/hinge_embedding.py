"""HingeEmbeddingLoss: the distance itself for similar pairs (+1), a hinge on it for dissimilar ones (-1)."""

from inspector.losses import plotted
from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, pairwise_cases, real, signs
from inspector.losses.latex import by, either
from inspector.losses.mathematics import Number, hinge, step
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import ArgumentForm, InputForm, Ladder, LossDefinition, Real, Rule, Slope


def _term(input: Number, target: Number, margin: float) -> Number:
    return input if target == 1 else hinge(margin - input)


def _by_input(input: Number, target: Number, margin: float) -> Number:
    return 1 if target == 1 else -step(margin - input)


RULE = Rule(
    latex=r"\ell = " + either("x", "y = 1", r"\max(0, m - x)"),
    text="ℓ = x if y = 1, else max(0, m − x)",
    symbols={"x": "input", "y": "target", "m": "margin"},
    term=_term,
    slopes=(Slope("input", by("x") + either("1", "y = 1", "-[m - x > 0]"), "∂ℓ/∂x = 1 if y = 1, else −[m − x > 0]", _by_input),),
)


def _inputs(shape: Shape, other: Shape) -> tuple[InputForm, ...]:
    return (real("input", shape), signs("target", other))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.HingeEmbeddingLoss",
    function="torch.nn.functional.hinge_embedding_loss",
    cases=pairwise_cases(_inputs),
    arguments=(ArgumentForm("margin", Real()), *LEGACY, REDUCTION),
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "the distance itself, or a hinge on it",
            (
                "F.hinge_embedding_loss(input, target)",
                "torch.where(target == 1, input, F.relu(1 - input)).mean()",
            ),
        ),
    ),
    curves=plotted.HINGE_EMBEDDING,
    mistake="The input is a distance, not a score, and the targets are +1 and −1; other targets are not refused.",
)
