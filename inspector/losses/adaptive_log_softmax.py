"""AdaptiveLogSoftmaxWithLoss: negative log-likelihood of a softmax in two steps, first the cluster, then the class in it."""

from inspector.losses.forms import Shape, indices, real
from inspector.losses.schema import ArgumentForm, Case, Choice, LossDefinition, Real, Size
from inspector.report import Constant, Items, Reference

SIZES = {"N": 5, "F": 16, "C": 8}
"""F is 16 so that the second cluster keeps one feature with the default div_value of 4."""


def _cutoffs(*values: int) -> Items:
    return Items("list", tuple(Constant(value) for value in values))


def _case(name: str, shape: Shape, target: Shape) -> Case:
    return Case(name, "", SIZES, (real("input", shape), indices("target", target)))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.adaptive.AdaptiveLogSoftmaxWithLoss",
    function="",
    cases=(_case("(N, F)", ("N", "F"), ("N",)), _case("(F)", ("F",), ())),
    arguments=(
        ArgumentForm("in_features", Size("F")),
        ArgumentForm("n_classes", Size("C")),
        ArgumentForm("cutoffs", Choice(()), required=(_cutoffs(2, 5), _cutoffs(3), _cutoffs(1, 2))),
        ArgumentForm("div_value", Real(low=1.0, high=4.0)),
        ArgumentForm("head_bias", Choice((False, True))),
        ArgumentForm("device", Choice((None, "cpu"))),
        ArgumentForm("dtype", Choice((None,)), others=(Reference("torch.float64"),)),
    ),
)
