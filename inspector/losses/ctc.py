"""CTCLoss: minus the logarithm of the probability of a label sequence, summed over all its alignments with the input."""

from inspector.losses.arguments import REDUCTION
from inspector.losses.forms import Shape, log_probabilities
from inspector.losses.schema import ArgumentForm, Case, Choice, ClassIndices, InputForm, Lengths, LossDefinition

SIZES = {"T": 7, "N": 3, "C": 4, "S": 3}
"""T is at least 2S, so that every target of at most S labels has an alignment, repeated labels included."""

LABELS = ClassIndices(below="C", excluding="blank")


def _lengths(shape: Shape, container: str) -> tuple[InputForm, ...]:
    held = "tuple" if container == "tuple" else "tensor"
    return (
        InputForm("input_lengths", shape, Lengths(6, "T"), dtype="int64", container=held),  # type: ignore[arg-type]
        InputForm("target_lengths", shape, Lengths(1, "S"), dtype="int64", container=held),  # type: ignore[arg-type]
    )


def _case(targets: str, container: str) -> Case:
    packed = "target_lengths" if targets == "concatenated" else ""
    inputs = (
        log_probabilities("log_probs", ("T", "N", "C"), 2),
        InputForm("targets", ("N", "S"), LABELS, dtype="int64", packed_by=packed),
        *_lengths(("N",), container),
    )
    return Case(f"{targets} targets, {container} lengths, (T, N, C)", f"{container} lengths", SIZES, inputs)


def _unbatched(container: str) -> Case:
    targets = InputForm("targets", ("S",), LABELS, dtype="int64")
    inputs = (log_probabilities("log_probs", ("T", "C"), 1), targets, *_lengths((), container))
    return Case(f"{container} lengths, (T, C)", f"{container} lengths", SIZES, inputs)


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.CTCLoss",
    function="torch.nn.functional.ctc_loss",
    cases=(
        _case("padded", "tensor"),
        _case("concatenated", "tensor"),
        _case("padded", "tuple"),
        _case("concatenated", "tuple"),
        _unbatched("tensor"),
    ),
    arguments=(
        ArgumentForm("blank", ClassIndices(below="C")),
        REDUCTION,
        ArgumentForm("zero_infinity", Choice((False, True))),
    ),
)
