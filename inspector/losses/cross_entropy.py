"""CrossEntropyLoss: the cross entropy between logits and class indices, or class probabilities."""

from inspector.losses.arguments import CLASS_WEIGHT, IGNORE_INDEX, LABEL_SMOOTHING, LEGACY, REDUCTION
from inspector.losses.forms import Shape, indices, probabilities, real, sizes_of
from inspector.losses.schema import Case, Choice, LossDefinition


def _indices_case(name: str, logits: Shape, target: Shape) -> Case:
    inputs = (real("input", logits), indices("target", target, ignorable=True))
    return Case(f"class indices, {name}", "indices", sizes_of(logits), inputs)


def _probabilities_case(name: str, logits: Shape, axis: int) -> Case:
    inputs = (real("input", logits), probabilities("target", logits, axis))
    return Case(f"class probabilities, {name}", "probabilities", sizes_of(logits), inputs, narrowed={"ignore_index": Choice((-100,))})


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.CrossEntropyLoss",
    function="torch.nn.functional.cross_entropy",
    cases=(
        _indices_case("(N, C)", ("N", "C"), ("N",)),
        _indices_case("(C)", ("C",), ()),
        _indices_case("(N, C, d1)", ("N", "C", "d1"), ("N", "d1")),
        _indices_case("(N, C, d1, d2)", ("N", "C", "d1", "d2"), ("N", "d1", "d2")),
        _probabilities_case("(N, C)", ("N", "C"), 1),
        _probabilities_case("(C)", ("C",), 0),
        _probabilities_case("(N, C, d1)", ("N", "C", "d1"), 1),
    ),
    arguments=(CLASS_WEIGHT, *LEGACY, IGNORE_INDEX, REDUCTION, LABEL_SMOOTHING),
)
