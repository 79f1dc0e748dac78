"""CosineEmbeddingLoss: one minus the cosine for similar pairs (+1), a hinge on the cosine for dissimilar ones (-1)."""

from inspector.losses import plotted
from inspector.losses.arguments import LEGACY, REDUCTION
from inspector.losses.forms import Shape, real, signs, sizes_of
from inspector.losses.latex import by, either
from inspector.losses.mathematics import Number, Vector, dot, hinge, sqrt, step
from inspector.losses.reductions import MEAN_SUM_NONE
from inspector.losses.schema import ArgumentForm, Case, Ladder, LossDefinition, Real, Rule, Slope

EPSILON = 1e-12
"""Added to each squared length, so that a vector of zeros has a cosine."""


def _cosine(a: Vector, b: Vector) -> Number:
    return dot(a, b) / sqrt((dot(a, a) + EPSILON) * (dot(b, b) + EPSILON))


def _term(input1: Vector, input2: Vector, target: Number, margin: float) -> Number:
    cosine = _cosine(input1, input2)
    return 1 - cosine if target == 1 else hinge(cosine - margin)


def _slope(a: Vector, b: Vector, target: Number, margin: float) -> Vector:
    """By a: the slope of the term in the cosine, times the slope of the cosine in a."""
    cosine, length2 = _cosine(a, b), dot(a, a) + EPSILON
    outer = -1 if target == 1 else step(cosine - margin)
    root = sqrt(length2 * (dot(b, b) + EPSILON))
    return [outer * (b_i / root - cosine * a_i / length2) for a_i, b_i in zip(a, b, strict=True)]


def _by_first(input1: Vector, input2: Vector, target: Number, margin: float) -> Vector:
    return _slope(input1, input2, target, margin)


def _by_second(input1: Vector, input2: Vector, target: Number, margin: float) -> Vector:
    return _slope(input2, input1, target, margin)


def _slope_latex(a: str, b: str) -> str:
    return rf"k \left(\frac{{{b}}}{{\|{a}\| \|{b}\|}} - \cos \frac{{{a}}}{{\|{a}\|^2}}\right)"


RULE = Rule(
    latex=r"\ell = " + either(r"1 - \cos", "y = 1", r"\max(0, \cos - m)"),
    text="ℓ = 1 − cos if y = 1, else max(0, cos − m)",
    symbols={"a": "input1", "b": "input2", "y": "target", "m": "margin"},
    where="cos = a·b/(‖a‖·‖b‖), ‖a‖² = Σ a² + 1e−12; k = −1 if y = 1, else [cos − m > 0]; any y but 1 and −1 contributes nothing",
    where_latex=r"\cos = \frac{a \cdot b}{\|a\| \|b\|},\ \|a\|^2 = \sum a_i^2 + 10^{-12},\ k = " + either("-1", "y = 1", r"[\cos - m > 0]"),
    term=_term,
    slopes=(
        Slope("input1", by("a") + _slope_latex("a", "b"), "∂ℓ/∂a = k·(b/(‖a‖·‖b‖) − cos·a/‖a‖²)", _by_first),
        Slope("input2", by("b") + _slope_latex("b", "a"), "∂ℓ/∂b = k·(a/(‖a‖·‖b‖) − cos·b/‖b‖²)", _by_second),
    ),
    core=("D",),
)


def _case(name: str, shape: Shape, target: Shape) -> Case:
    return Case(name, "", sizes_of(shape), (real("input1", shape), real("input2", shape), signs("target", target)))


_SIMILARITY = "(input1 * input2).sum(1) / torch.sqrt(((input1**2).sum(1) + 1e-12) * ((input2**2).sum(1) + 1e-12))"

DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.CosineEmbeddingLoss",
    function="torch.nn.functional.cosine_embedding_loss",
    cases=(_case("(N, D)", ("N", "D"), ("N",)), _case("(D)", ("D",), ())),
    arguments=(ArgumentForm("margin", Real(low=-1.0, high=1.0)), *LEGACY, REDUCTION),
    rules=(RULE,),
    reductions=MEAN_SUM_NONE,
    ladders=(
        Ladder(
            "on the cosine similarity, both squares kept from zero by 1e-12",
            (
                "F.cosine_embedding_loss(input1, input2, target)",
                f"torch.where(target == 1, 1 - {_SIMILARITY}, F.relu({_SIMILARITY})).mean()",
            ),
        ),
    ),
    curves=plotted.COSINE_EMBEDDING,
    mistake="The targets are +1 and −1: a target of 0 raises no error and contributes nothing.",
)
