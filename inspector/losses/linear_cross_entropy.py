"""LinearCrossEntropyLoss: cross entropy of logits that a linear layer of the loss itself makes from the input."""

from inspector.losses.arguments import CLASS_WEIGHT, LABEL_SMOOTHING, REDUCTION
from inspector.losses.forms import Shape, indices, probabilities, real, sizes_of
from inspector.losses.schema import ArgumentForm, Case, Choice, InputForm, LossDefinition, Size
from inspector.report import Argument, Constant, Items, Maker, Reference

_SHAPES = {"F": 4, "C": 5, "N": 4}


def _parameters(*more: str) -> tuple[InputForm, ...]:
    return (real("linear.weight", ("C", *more, "F")), real("linear.bias", ("C", *more)))


def _indices_case(name: str, shape: Shape, target: Shape, *more: str) -> Case:
    inputs = (real("input", shape), indices("target", target, ignorable=True))
    return Case(f"class indices, {name}", "indices", {**_SHAPES, **sizes_of(more)}, inputs, parameters=_parameters(*more))


def _probabilities_case(name: str, shape: Shape, target: Shape, *more: str) -> Case:
    inputs = (real("input", shape), probabilities("target", target, 1 if len(target) > 1 else 0))
    sizes = {**_SHAPES, **sizes_of(more)}
    narrowed = {"ignore_index": Choice((None,))}
    return Case(f"class probabilities, {name}", "probabilities", sizes, inputs, narrowed=narrowed, parameters=_parameters(*more))


_ONE_CHUNK = Maker("torch.nn.LinearCrossEntropyOptions", (Argument("chunking_method", Constant(None)),))

DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.LinearCrossEntropyLoss",
    function="torch.nn.functional.linear_cross_entropy",
    cases=(
        _indices_case("(N, F)", ("N", "F"), ("N",)),
        _indices_case("(F)", ("F",), ()),
        _indices_case("(N, F) with target (N, d1)", ("N", "F"), ("N", "d1"), "d1"),
        _probabilities_case("(N, F)", ("N", "F"), ("N", "C")),
        _probabilities_case("(F)", ("F",), ("C",)),
        _probabilities_case("(N, F) with target (N, C, d1)", ("N", "F"), ("N", "C", "d1"), "d1"),
    ),
    arguments=(
        ArgumentForm("in_features", Size("F")),
        ArgumentForm("num_classes", Size("C")),
        ArgumentForm("out_features", Size(("d1",)), others=(Items("tuple", ()),)),
        ArgumentForm("bias", Choice((False, True))),
        ArgumentForm("device", Choice((None, "cpu"))),
        ArgumentForm("dtype", Choice((None,)), others=(Reference("torch.float64"),)),
        REDUCTION,
        CLASS_WEIGHT,
        ArgumentForm("ignore_index", Choice((None, -100, 1))),
        LABEL_SMOOTHING,
        ArgumentForm("options", Choice((None,)), others=(Maker("torch.nn.LinearCrossEntropyOptions"), _ONE_CHUNK)),
    ),
)
