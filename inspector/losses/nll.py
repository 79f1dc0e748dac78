"""NLLLoss: the negative of the log-probability that the input gives to the target class."""

from inspector.losses.arguments import CLASS_WEIGHT, IGNORE_INDEX, LEGACY, REDUCTION
from inspector.losses.forms import Shape, indices, log_probabilities, sizes_of
from inspector.losses.schema import Case, LossDefinition


def case(name: str, input_shape: Shape, target: Shape) -> Case:
    """One shape of log-probabilities with the class axis at 1, or at 0 where there is no batch."""
    axis = 1 if len(input_shape) > 1 else 0
    return Case(name, "", sizes_of(input_shape), (log_probabilities("input", input_shape, axis), indices("target", target, ignorable=True)))


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.NLLLoss",
    function="torch.nn.functional.nll_loss",
    cases=(
        case("(N, C)", ("N", "C"), ("N",)),
        case("(C)", ("C",), ()),
        case("(N, C, d1)", ("N", "C", "d1"), ("N", "d1")),
        case("(N, C, d1, d2)", ("N", "C", "d1", "d2"), ("N", "d1", "d2")),
    ),
    arguments=(CLASS_WEIGHT, *LEGACY, IGNORE_INDEX, REDUCTION),
)
