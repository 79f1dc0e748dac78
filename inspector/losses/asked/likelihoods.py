"""What people ask of KLDivLoss, GaussianNLLLoss and CTCLoss, as data: each is answered by what runs."""

from inspector.losses.asked import fitting
from inspector.losses.schema import Answer

DIVERGENCE = (
    Answer(
        "which-reduction",
        "Which reduction is the divergence, and what goes in?",
        "'batchmean' is, {batchmean}; 'mean' gives {mean}. The input is log q, the target p: with q itself it is {probabilities}.",
        "'batchmean' is: it divides by the {rows} rows and gives {batchmean}; 'mean' divides by all {elements} numbers and gives {mean}; "
        "'sum' gives {sum}, and 'none' the {terms} terms. The input is log q and the target p: with q itself the value is {probabilities}, "
        "and in the other order {other_order}. With log_target=True the target is log p: {log_target}.",
        asks=(13,),
        program=fitting.DIVERGENCES,
        numbers={
            "rows": "len(p)",
            "elements": "p.numel()",
            "batchmean": "F.kl_div(torch.log(q), p, reduction='batchmean')",
            "mean": "F.kl_div(torch.log(q), p)",
            "sum": "F.kl_div(torch.log(q), p, reduction='sum')",
            "terms": "F.kl_div(torch.log(q), p, reduction='none').numel()",
            "definition": "(p * (torch.log(p) - torch.log(q))).sum(1).mean()",
            "probabilities": "F.kl_div(q, p, reduction='batchmean')",
            "other_order": "F.kl_div(torch.log(p), q, reduction='batchmean')",
            "log_target": "F.kl_div(torch.log(q), torch.log(p), reduction='batchmean', log_target=True)",
        },
        warned={"warning": "F.kl_div(torch.log(q), p)"},
        holds=(
            "abs(batchmean - definition) < 1e-6",
            "abs(sum - rows * batchmean) < 1e-5",
            "abs(mean - sum / elements) < 1e-6",
            "abs(log_target - batchmean) < 1e-6",
            "terms == elements",
            "probabilities < 0",
            "abs(other_order - batchmean) > 0.01",
            "'batchmean' in warning",
        ),
        shown=(fitting.SIDE_BY_SIDE,),
    ),
    Answer(
        "cross-entropy-less-entropy",
        "How does it differ from cross entropy?",
        "By the entropy of the target: {crossed} − {entropy} = {divergence}.",
        "By the entropy of the target, which no q can change: the cross entropy of p and q is {crossed}, the entropy of p is {entropy}, "
        "and the divergence {divergence}. So both have the same gradient by the logits of q: they differ by at most {apart}. Where q = p "
        "the divergence is {least}, and the cross entropy is the entropy.",
        given={
            "p": "torch.tensor([[0.2, 0.5, 0.3]])",
            "q": "torch.tensor([[0.4, 0.4, 0.2]])",
            "x": "torch.tensor([[1.0, -2.0, 0.5]], requires_grad=True)",
            "by_crossed": "torch.autograd.grad(F.cross_entropy(x, p), x)[0]",
            "by_divergence": "torch.autograd.grad(F.kl_div(F.log_softmax(x, 1), p, reduction='batchmean'), x)[0]",
        },
        numbers={
            "crossed": "F.cross_entropy(torch.log(q), p)",
            "entropy": "-(p * torch.log(p)).sum()",
            "divergence": "F.kl_div(torch.log(q), p, reduction='batchmean')",
            "apart": "abs(by_crossed - by_divergence).max()",
            "least": "F.kl_div(torch.log(p), p, reduction='batchmean')",
        },
        holds=("abs(crossed - entropy - divergence) < 1e-6", "apart < 1e-6", "least == 0"),
    ),
)

DENSITY = (
    Answer(
        "negative-gaussian",
        "Why is the loss value negative?",
        "It is minus the logarithm of a density, which may exceed one: {small} at variance 0.01.",
        "It is minus the logarithm of a density, which may exceed one: at variance 0.01 and no error the value is {small}, at "
        "variance 1 it is {unit}. "
        "The variance is kept at or above eps, so that it cannot fall without end: {least} at the default eps.",
        asks=(23,),
        given={"x": "torch.zeros(1)"},
        numbers={
            "small": "F.gaussian_nll_loss(x, x, torch.full((1,), 0.01))",
            "unit": "F.gaussian_nll_loss(x, x, torch.ones(1))",
            "least": "F.gaussian_nll_loss(x, x, torch.zeros(1))",
        },
        holds=("small < 0", "unit == 0", "abs(least - math.log(1e-6) / 2) < 1e-3"),
    ),
)

FRAMES = (
    Answer(
        "infinite",
        "When is it infinite?",
        "With fewer frames than labels plus repeats: 1, 1, 2 in 3 frames gives {short}, in 4 {enough}.",
        "Where the frames are fewer than the labels plus the repeats among neighbours: so it came for all {number} pairs of up to 3 labels "
        "and 6 frames. Labels 1, 1, 2 need 4: in 3 frames {short}, in 4 "
        "{enough}. Labels 1, 2, 3 need 3: {distinct_3}; in 2 frames {distinct_2}. With zero_infinity=True the first is {zeroed}.",
        asks=(21,),
        program=fitting.FRAMES,
        numbers={
            "short": "loss(3, [1, 1, 2])",
            "enough": "loss(4, [1, 1, 2])",
            "distinct_3": "loss(3, [1, 2, 3])",
            "distinct_2": "loss(2, [1, 2, 3])",
            "zeroed": "loss(3, [1, 1, 2], zero_infinity=True)",
            "number": "len(held)",
            "fitted": "sum(held)",
        },
        holds=("short == math.inf", "enough < 100", "distinct_3 < 100", "distinct_2 == math.inf", "zeroed == 0", "fitted == number"),
        shown=(fitting.ENOUGH_FRAMES,),
    ),
)
