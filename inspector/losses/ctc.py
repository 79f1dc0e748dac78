"""CTCLoss: minus the logarithm of the probability of a label sequence, summed over all its alignments with the input."""

from collections.abc import Sequence

from inspector.losses import plotted
from inspector.losses.arguments import REDUCTION
from inspector.losses.forms import Shape, log_probabilities
from inspector.losses.latex import by
from inspector.losses.mathematics import Matrix, Number, exp, log_sum_exp, on_the_simplex
from inspector.losses.reductions import NONE, SUM, one
from inspector.losses.schema import (
    ArgumentForm,
    Case,
    Choice,
    ClassIndices,
    Deviation,
    InputForm,
    Ladder,
    Lengths,
    LossDefinition,
    Reduction,
    Rule,
    Slope,
)


def _with_blanks(labels: Sequence[int], blank: int) -> list[int]:
    """l′: a blank before, between and after the labels."""
    return [blank, *(each for label in labels for each in (label, blank))]


def _reached_from(path: Sequence[int], s: int, blank: int) -> list[int]:
    """The states before s: s itself, the one before, and the one before that unless it would skip a blank between equal labels."""
    skips = s > 1 and path[s] != blank and path[s] != path[s - 2]
    return [at for at in (s, s - 1, *([s - 2] if skips else [])) if at >= 0]


def _sum(terms: list[Number | None]) -> Number | None:
    """log Σ e^term over the states that can be reached; None for the logarithm of zero."""
    reached = [term for term in terms if term is not None]
    return log_sum_exp(reached) if reached else None


Table = list[list[Number | None]]


def _alphas(x: Matrix, path: Sequence[int], blank: int) -> Table:
    """log α: the log-probability of all alignments of a beginning of the input that end in state s."""
    table: Table = [[x[0][label] if s < 2 else None for s, label in enumerate(path)]]
    for row in x[1:]:
        before = table[-1]
        sums = [_sum([before[at] for at in _reached_from(path, s, blank)]) for s in range(len(path))]
        table.append([None if total is None else total + row[path[s]] for s, total in enumerate(sums)])
    return table


def _betas(x: Matrix, path: Sequence[int], blank: int) -> Table:
    """log β: the log-probability of what is still to come after state s."""
    last = len(path) - 1
    table: Table = [[x[0][0] * 0 if s >= last - 1 else None for s in range(len(path))]]
    for row in reversed(x[1:]):
        after = table[-1]
        leads = [[to for to in (s, s + 1, s + 2) if to <= last and s in _reached_from(path, to, blank)] for s in range(len(path))]
        table.append([_sum([_add(after[to], row[path[to]]) for to in states]) for states in leads])
    return table[::-1]


def _add(a: Number | None, b: Number) -> Number | None:
    return None if a is None else a + b


def _read(log_probs: Matrix, targets: Sequence[int], lengths: tuple[int, int], blank: int) -> tuple[Matrix, list[int]]:
    """The frames that count, and the labels that count with blanks between them."""
    frames, labels = lengths
    return [on_the_simplex(row) for row in log_probs[:frames]], _with_blanks(targets[:labels], blank)


def _term(log_probs: Matrix, targets: Sequence[int], input_lengths: int, target_lengths: int, blank: int, zero_infinity: bool) -> Number:
    x, path = _read(log_probs, targets, (input_lengths, target_lengths), blank)
    total = _sum(_alphas(x, path, blank)[-1][-2:])
    if total is None or (zero_infinity and total.value == float("-inf")):
        return 0 if zero_infinity else float("inf")
    return -total


def _by_log_probs(
    log_probs: Matrix, targets: Sequence[int], input_lengths: int, target_lengths: int, blank: int, zero_infinity: bool
) -> Matrix:
    """p - γ, γ[t][c] the probability that an alignment of the target is at label c in frame t; zero after the last frame, and where
    zero_infinity made the loss value zero."""
    x, path = _read(log_probs, targets, (input_lengths, target_lengths), blank)
    alphas, betas = _alphas(x, path, blank), _betas(x, path, blank)
    total = _sum(alphas[-1][-2:])
    if (total is None or total.value == float("-inf")) and zero_infinity:
        return [[0] * len(row) for row in log_probs]
    slopes = [[exp(value) for value in row] for row in x]
    for t, row in enumerate(slopes):
        for s, label in enumerate(path):
            alpha, beta = alphas[t][s], betas[t][s]
            if alpha is not None and beta is not None:
                row[label] = row[label] - exp(alpha + beta - total)
    return [*slopes, *([0] * len(row) for row in log_probs[input_lengths:])]


def _target_length(target_lengths: int) -> int:
    return max(target_lengths, 1)


RULE = Rule(
    latex=r"\ell = -\log \sum_{\pi \in B^{-1}(l)} \prod_t e^{x_{t, \pi_t}}",
    text="ℓ = −log Σ_π(Π_t(exp(x[t, π[t]])))",
    symbols={"x": "log_probs", "l": "targets"},
    where="π over all alignments: paths of labels and blanks that read l once repeats are joined and blanks dropped",
    where_latex=r"B \text{ joins repeated labels and drops blanks}",
    term=_term,
    slopes=(
        Slope(
            "log_probs",
            by("x_{t,c}") + r"e^{x_{t,c}} - \gamma_{t,c}",
            "∂ℓ/∂x[t, c] = exp(x[t, c]) − γ[t, c], γ the share of the alignments that are at c in frame t; taken along normalised x",
            _by_log_probs,
        ),
    ),
    core=("T", "C", "S"),
    normalised=("log_probs",),
)

MEAN = Reduction(
    "mean",
    "the target length of each sequence (at least 1), then by the number of sequences",
    r"L = \frac{1}{N} \sum_n \frac{\ell_n}{\max(1, S_n)}",
    "L = Σ (ℓ / target length) / N",
    share=one,
    divisor=_target_length,
)

SIZES = {"T": 7, "N": 3, "C": 4, "S": 3}
"""T is at least 2S, so that every target of at most S labels has an alignment, repeated labels included."""

LABELS = ClassIndices(below="C", excluding="blank")


def _lengths(shape: Shape, held: str, frames: int = 6) -> tuple[InputForm, ...]:
    container = "tuple" if held == "tuple" else "tensor"
    return (
        InputForm("input_lengths", shape, Lengths(frames, "T", legal_from=0), dtype="int64", container=container),  # type: ignore[arg-type]
        InputForm("target_lengths", shape, Lengths(1, "S", legal_from=0), dtype="int64", container=container),  # type: ignore[arg-type]
    )


def _case(targets: str, held: str) -> Case:
    packed = "target_lengths" if targets == "concatenated" else ""
    labels = InputForm("targets", ("N", "S"), LABELS, dtype="int64", packed_by=packed)
    inputs = (log_probabilities("log_probs", ("T", "N", "C"), 2), labels, *_lengths(("N",), held))
    return Case(f"{targets} targets, {held} lengths, (T, N, C)", f"{held} lengths", SIZES, inputs)


def _unbatched(held: str) -> Case:
    labels = InputForm("targets", ("S",), LABELS, dtype="int64")
    inputs = (log_probabilities("log_probs", ("T", "C"), 1), labels, *_lengths((), held))
    return Case(f"{held} lengths, (T, C)", f"{held} lengths", SIZES, inputs)


def _too_few_frames() -> Case:
    """Targets longer than their frames have no alignment: an infinite loss value, which zero_infinity makes zero."""
    labels = InputForm("targets", ("N", "S"), LABELS, dtype="int64")
    inputs = (log_probabilities("log_probs", ("T", "N", "C"), 2), labels, *_lengths(("N",), "tensor", 2))
    return Case("too few frames for the first target, (T, N, C)", "tensor lengths", {**SIZES, "T": 2}, inputs, when={"zero_infinity": True})


DEFINITION = LossDefinition(
    qualified_name="torch.nn.modules.loss.CTCLoss",
    function="torch.nn.functional.ctc_loss",
    cases=(
        *(_case(targets, held) for held in ("tensor", "tuple") for targets in ("padded", "concatenated")),
        _unbatched("tensor"),
        _too_few_frames(),
    ),
    arguments=(ArgumentForm("blank", ClassIndices(below="C")), REDUCTION, ArgumentForm("zero_infinity", Choice((False, True)))),
    rules=(RULE,),
    reductions=(MEAN, SUM, NONE),
    ladders=(
        Ladder(
            "with one frame and one label a row it is the negative log-likelihood",
            (
                "F.ctc_loss(F.log_softmax(x, 2), labels, (1, 1), (1, 1))",
                "F.cross_entropy(x[0], labels[:, 0])",
                "-F.log_softmax(x[0], 1).gather(1, labels).mean()",
            ),
            given={
                "x": "torch.tensor([[[0.5, -1.25, 2.0], [0.75, 0.25, -0.5]]])",
                "labels": "torch.tensor([[2], [1]])",
            },
        ),
    ),
    curves=plotted.CTC,
    mistake="It needs at least target length + number of repeated neighbours frames; with fewer the loss value is infinite, "
    "or 0 with zero_infinity=True.",
    deviations=(
        Deviation(
            "layout",
            "torch finds the start of each target in concatenated targets without their stride",
            claim="not contiguous",
            configuration="concatenated",
        ),
    ),
)
