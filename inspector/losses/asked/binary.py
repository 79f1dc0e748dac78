"""What people ask of BCELoss and BCEWithLogitsLoss, as data: each is answered by what runs."""

from inspector.losses.asked import fitting
from inspector.losses.schema import Answer

BOTH = (
    Answer(
        "bce-or-logits",
        "BCELoss or BCEWithLogitsLoss?",
        "With logits: for a sure and wrong answer BCELoss stops at {clamped}, the other says {logits}, which is exact.",
        "With logits. At p = 0 and target 1 BCELoss says {clamped}, since it keeps each logarithm above −100, and its gradient there, "
        "{slope}, is the slope of another function; with the logit −1000 in place of p the other says {logits}, which is exact, and its "
        "slope is {slope_of_logits}. An infinite logit is {at_infinity}.",
        asks=(14,),
        given={
            "one": "torch.ones(1)",
            "p": "torch.zeros(1, requires_grad=True)",
            "x": "torch.tensor([-1000.0], requires_grad=True)",
        },
        numbers={
            "clamped": "F.binary_cross_entropy(p, one)",
            "slope": "torch.autograd.grad(F.binary_cross_entropy(p, one), p)[0]",
            "logits": "F.binary_cross_entropy_with_logits(x, one)",
            "slope_of_logits": "torch.autograd.grad(F.binary_cross_entropy_with_logits(x, one), x)[0]",
            "at_infinity": "F.binary_cross_entropy_with_logits(torch.tensor([math.inf]), one)",
        },
        holds=("clamped == 100", "slope < -1e11", "logits == 1000", "slope_of_logits == -1", "at_infinity != at_infinity"),
    ),
    Answer(
        "target-range",
        "Is a target outside [0, 1] refused?",
        "By BCELoss only; BCEWithLogitsLoss takes 2 and says {taken}.",
        "By BCELoss: “{refusal}”. Not by BCEWithLogitsLoss: with target 2 at logit 0.5 it says {taken}, below zero, and there is no "
        "minimum any more: {lower} at logit 50.",
        asks=(15,),
        given={"x": "torch.tensor([0.5])", "wrong": "torch.tensor([2.0])"},
        numbers={
            "taken": "F.binary_cross_entropy_with_logits(x, wrong)",
            "lower": "F.binary_cross_entropy_with_logits(100 * x, wrong)",
        },
        refused={"refusal": "F.binary_cross_entropy(x, wrong)"},
        holds=("taken < 0", "lower < taken"),
    ),
)

LOGITS = (
    Answer(
        "pos-weight",
        "Which shape has `pos_weight`, and what does it do?",
        "One number a class, for the last axis; it multiplies the positives: {positive} instead of {plain} with weight 3.",
        "One number a class, broadcast along the last axis: (C) for inputs (N, C). For maps "
        "(N, C, H, W) write (C, 1, 1); (C) alone is refused where W is not C: “{refusal}”. It multiplies the part of the positives: with "
        "3, a positive at logit 0 costs {positive} instead of {plain}, a negative {negative} still. A usual choice is negatives over "
        "positives, a class: for a class with 1 positive in 4 it is {balanced}, and at logit 0 the positives then weigh as much as the "
        "negatives: {of_positives} and {of_negatives}.",
        asks=(16,),
        program=fitting.BROADCAST,
        given={
            "maps": "torch.zeros(2, 3, 4, 5)",
            "x": "torch.zeros(1)",
            "pairs": "torch.zeros(4, 2)",
            "y": "torch.tensor([1.0, 0.0, 0.0, 0.0])",
            "ratio": "(1 - y).sum() / y.sum()",
            "terms": "F.binary_cross_entropy_with_logits(torch.zeros(4), y, pos_weight=ratio, reduction='none')",
        },
        numbers={
            "plain": "F.binary_cross_entropy_with_logits(x, torch.ones(1))",
            "positive": "F.binary_cross_entropy_with_logits(x, torch.ones(1), pos_weight=torch.tensor([3.0]))",
            "negative": "F.binary_cross_entropy_with_logits(x, torch.zeros(1), pos_weight=torch.tensor([3.0]))",
            "map": "F.binary_cross_entropy_with_logits(maps, torch.ones_like(maps), pos_weight=torch.full((3, 1, 1), 3.0))",
            "balanced": "ratio",
            "of_positives": "(terms * y).sum()",
            "of_negatives": "(terms * (1 - y)).sum()",
        },
        refused={
            "weight": "F.binary_cross_entropy_with_logits(pairs, pairs, weight=torch.full((3,), 3.0))",
            "three": "F.binary_cross_entropy_with_logits(pairs, pairs, pos_weight=torch.full((3,), 3.0))",
            "refusal": "F.binary_cross_entropy_with_logits(maps, torch.ones_like(maps), pos_weight=torch.full((3,), 3.0))",
        },
        holds=(
            "abs(positive - 3 * plain) < 1e-6",
            "abs(negative - plain) < 1e-6",
            "abs(map - positive) < 1e-6",
            "abs(of_positives - of_negatives) < 1e-6",
            "abs(balance[2][4] - balance[2][5]) < 1e-6",
        ),
        shown=(fitting.BROADCASTING, fitting.BALANCE),
    ),
)
