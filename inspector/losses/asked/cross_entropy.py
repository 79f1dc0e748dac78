"""What people ask of CrossEntropyLoss about values, means, weights and gradients, as data: each is answered by what runs."""

from inspector.losses.asked import fitting
from inspector.losses.schema import Answer

_NOTEBOOK = (
    "torch.tensor([[0.9826, 1.0630, -0.4096], [-0.6213, 0.2511, 0.5659], [0.5662, 0.7360, -0.6783], "
    "[-0.4638, -1.4961, -1.0877], [1.8186, -0.2998, 0.1128]])"
)
_ARGUMENTS = (
    "torch.tensor([[-0.6314, 0.6876, 0.8655, -1.8212, 0.0963], [-0.5437, 0.2778, -0.1662, -0.0784, -0.6565], "
    "[-0.1164, 0.3882, 0.2487, -0.5318, 0.3943]])"
)
_OWN = (
    "torch.tensor([[1.1785, -0.0969, 0.5756, -1.2113, -0.1120], [-0.5199, -0.8051, 1.0953, 0.1480, 0.2879], "
    "[2.3401, 0.6403, 1.4306, 0.0982, -0.7363]], requires_grad=True)"
)

_WEIGHTED = "torch.tensor([[1.5410, -0.2934, -2.1788], [0.5684, -1.0845, -1.3986], [0.4033, 0.8380, -0.7193], [-0.4033, -0.5966, 0.1820]])"

_BITS = """\
def bits(q, target=torch.tensor([0])):
    return F.cross_entropy(torch.log(torch.tensor([q])), target) / math.log(2)"""

_SLOPES = """\
def slopes(logit):
    x = torch.tensor([[logit, 0.0]], requires_grad=True)
    crossed = F.cross_entropy(x, torch.tensor([0]))
    squared = F.mse_loss(F.softmax(x, 1), torch.tensor([[1.0, 0.0]]))
    return [torch.autograd.grad(value, x)[0][0, 0] for value in (crossed, squared)]"""

VALUES = (
    Answer(
        "softmax-first",
        "Do I put a softmax before it?",
        "No, it applies log-softmax itself: a sure and right answer costs {once}, with a softmax first {twice}.",
        "No. It applies log-softmax itself: a sure and right answer costs {once}; with a softmax first it costs {twice}, and can never "
        "fall "
        "below ln(e + C − 1) − 1: {floor_2} for 2 classes, {floor_10} for 10, {floor_100} for 100, {floor_1000} for 1000.",
        asks=(2,),
        program=fitting.FLOORS,
        given={"sure": "torch.tensor([[10.0, 0.0, 0.0]])", "right": "torch.tensor([0])"},
        numbers={
            "once": "F.cross_entropy(sure, right)",
            "twice": "F.cross_entropy(F.softmax(sure, 1), right)",
            **{f"floor_{c}": f"floor({c})" for c in (2, 10, 100, 1000)},
            **{f"reached_{c}": f"F.cross_entropy(F.softmax(1000.0 * F.one_hot(right, {c}), 1), right)" for c in (2, 10, 100, 1000)},
        },
        holds=("twice > 1000 * once", *(f"abs(reached_{c} - floor_{c}) < 1e-5" for c in (2, 10, 100, 1000))),
        shown=(fitting.FLOOR_BARS,),
    ),
    Answer(
        "weighted-mean",
        "Is the mean with `weight` the mean of the weighted values?",
        "No: it divides by the weights of the targets, {weights}, not by their number, {number}: {mean:.4f}, not {plain:.4f}.",
        "No. It divides by the sum of the weights of the targets, {weights}, and not by their number, {number}: {mean:.4f} instead of "
        "{plain:.4f}. "
        "With a batch of one the weight has no effect: {alone} without a weight, {alone_heavy} with weight {heavy}.",
        asks=(11,),
        given={
            "x": _WEIGHTED,
            "y": "torch.tensor([0, 2, 1, 1])",
            "w": "torch.tensor([1.0, 2.0, 4.0])",
        },
        numbers={
            "number": "len(y)",
            "weights": "w[y].sum()",
            "mean": "F.cross_entropy(x, y, weight=w)",
            "plain": "F.cross_entropy(x, y, weight=w, reduction='none').mean()",
            "summed": "F.cross_entropy(x, y, weight=w, reduction='sum')",
            "heavy": "w[y[1]]",
            "alone": "F.cross_entropy(x[1:2], y[1:2])",
            "alone_heavy": "F.cross_entropy(x[1:2], y[1:2], weight=w)",
        },
        holds=("abs(mean - summed / weights) < 1e-5", "abs(alone - alone_heavy) < 1e-6", "abs(mean - plain) > 0.1"),
        shown=(fitting.WEIGHTED,),
    ),
    Answer(
        "label-smoothing",
        "How low can it go with `label_smoothing`, and does it work with `ignore_index` and `weight`?",
        "Not to 0: with ε = 0.1 and 5 classes to {least}, the entropy of the smoothed target.",
        "With smoothing ε the target gives ε/C to each class and 1 − ε more to the right one, here {target}. It has an entropy, and no "
        "logits do better: {least}, where a right answer of margin 5 costs {sure} and one of margin 10 costs {surer}, more again. Ignored "
        "class indices stay out of it: {kept} with and without them. A weight counts each class of the smoothed target, and the mean "
        "divides by the weights of the targets alone: {weighted}. Class probabilities with `ignore_index` are refused: “{refusal}”.",
        asks=(20,),
        program=fitting.SMOOTHED,
        given={
            "x": "torch.tensor([[1.0, 0.0, 0.5, 0.2, 0.0], [0.3, 0.1, 0.0, 1.0, 0.0]])",
            "right": "torch.tensor([0])",
            "w": "torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])",
        },
        numbers={
            "least": "-(target * torch.log(target)).sum()",
            "best": "F.cross_entropy(torch.log(target), right, label_smoothing=0.1)",
            "sure": "F.cross_entropy(torch.tensor([[5.0, 0.0, 0.0, 0.0, 0.0]]), right, label_smoothing=0.1)",
            "surer": "F.cross_entropy(torch.tensor([[10.0, 0.0, 0.0, 0.0, 0.0]]), right, label_smoothing=0.1)",
            "kept": "F.cross_entropy(x[:1], torch.tensor([3]), label_smoothing=0.1)",
            "with_ignored": "F.cross_entropy(x, torch.tensor([3, -100]), label_smoothing=0.1)",
            "weighted": "F.cross_entropy(x[:1], torch.tensor([3]), weight=w, label_smoothing=0.1)",
            "by_hand": "-(w * smoothed(3) * F.log_softmax(x[:1], 1)).sum() / w[3]",
        },
        texts={"target": "list(map(str, map(round, target[0].tolist(), [2, 2, 2, 2, 2])))"},
        refused={"refusal": "F.cross_entropy(x, F.softmax(x, 1), ignore_index=1)"},
        holds=(
            "abs(best - least) < 1e-5",
            "sure > least",
            "surer > sure",
            "abs(kept - with_ignored) < 1e-6",
            "abs(weighted - by_hand) < 1e-5",
            "abs(at(best_margin) - least) < 1e-5",
        ),
        shown=(fitting.TARGET_BARS, fitting.MARGIN_BARS),
    ),
    Answer(
        "mean-of-means",
        "Can I average the means of smaller batches (gradient accumulation)?",
        "Only where they keep equally many targets: the whole gives {whole}, the mean of two means {mean_of_means}.",
        "Only where they keep equally many targets. Here one half keeps {first} and the other {second}: the whole batch gives "
        "{whole}, the mean of the two means {mean_of_means}. Add sums and divide once by the number kept: {sums}.",
        asks=(24,),
        given={
            "x": "torch.tensor([[2.0, 0.0], [1.0, 0.0], [3.0, 0.0], [0.0, 2.0], [0.0, 1.0], [1.0, 1.0]])",
            "y": "torch.tensor([0, 0, 0, 0, -100, -100])",
        },
        numbers={
            "first": "(y[:3] != -100).sum()",
            "second": "(y[3:] != -100).sum()",
            "whole": "F.cross_entropy(x, y)",
            "mean_of_means": "(F.cross_entropy(x[:3], y[:3]) + F.cross_entropy(x[3:], y[3:])) / 2",
            "kept": "(y != -100).sum()",
            "sums": "(F.cross_entropy(x[:3], y[:3], reduction='sum') + F.cross_entropy(x[3:], y[3:], reduction='sum')) / kept",
        },
        holds=("abs(whole - sums) < 1e-6", "abs(whole - mean_of_means) > 0.1"),
    ),
    Answer(
        "focal",
        "Is exp(−loss) the probability of the target (focal loss)?",
        "Not once a class weight is in it: {weighted} instead of {p}.",
        "Not once a class weight is in it: the probability is {p}; exp(−loss) with weight 4 is {weighted}. Take the probability from the "
        "unweighted value, and weight afterwards.",
        asks=(25,),
        given={"x": "torch.tensor([[0.0, 1.0, 0.0]])", "y": "torch.tensor([0])", "w": "torch.tensor([4.0, 1.0, 1.0])"},
        numbers={
            "p": "F.softmax(x, 1)[0, 0]",
            "unweighted": "torch.exp(-F.cross_entropy(x, y, reduction='sum'))",
            "weighted": "torch.exp(-F.cross_entropy(x, y, weight=w, reduction='sum'))",
        },
        holds=("abs(unweighted - p) < 1e-6", "abs(weighted - p ** 4) < 1e-6"),
    ),
)

MATHEMATICS = (
    Answer(
        "bits",
        "What is cross entropy in bits?",
        "−log₂ of what the guess gave the truth: {near} bits for 0.8, {same} for 1, {wrong} for 0.",
        "The loss value over ln 2. Where the first of three classes is true, a guess of (0.8, 0.1, 0.1) costs {near} bits, (0, 1, 0) costs "
        "{wrong}, and (1, 0, 0) costs {same}. Give such targets as indices: as class probabilities the last is {as_probabilities}, "
        "since 0 times −∞ is no number.",
        program=_BITS,
        numbers={
            "near": "bits([0.8, 0.1, 0.1])",
            "wrong": "bits([0.0, 1.0, 0.0])",
            "same": "bits([1.0, 0.0, 0.0])",
            "as_probabilities": "bits([1.0, 0.0, 0.0], torch.tensor([[1.0, 0.0, 0.0]]))",
        },
        holds=("abs(near + math.log(0.8) / math.log(2)) < 1e-5", "wrong == math.inf", "same == 0"),
    ),
    Answer(
        "squared-error",
        "Why not the squared error of the probabilities?",
        "Where the answer is sure and wrong its slope is gone: {squared_wrong}, where cross entropy has {crossed_wrong}.",
        "Where the answer is sure and wrong its slope is gone. Two classes, the right one at logit −10 against 0: the slope of cross "
        "entropy is {crossed_wrong}, that of the squared error {squared_wrong}. At logit 0 they are {crossed_even} and {squared_even}; at "
        "+10, sure and right, {crossed_right} and {squared_right}.",
        program=_SLOPES,
        given={"wrong": "slopes(-10.0)", "even": "slopes(0.0)", "right": "slopes(10.0)"},
        numbers={
            "crossed_wrong": "wrong[0]",
            "squared_wrong": "wrong[1]",
            "crossed_even": "even[0]",
            "squared_even": "even[1]",
            "crossed_right": "right[0]",
            "squared_right": "right[1]",
        },
        holds=("crossed_wrong < -0.99", "abs(squared_wrong) < 1e-3", "crossed_even == -0.5", "squared_even > crossed_even"),
    ),
    Answer(
        "four-forms",
        "What is it made of?",
        "Log-softmax, then the negative log-likelihood: four ways to write it give {whole:.4f}.",
        "Log-softmax, then the negative log-likelihood. Softmax and its logarithm give {softmax:.4f}; log-softmax by hand {by_hand:.4f}; "
        "F.log_softmax and F.nll_loss {halves:.4f}; F.cross_entropy {whole:.4f}. They do not last equally long: with the input 100 times "
        "as large "
        "the first gives {softmax_large}, the last {whole_large}.",
        given={"x": _NOTEBOOK, "y": "torch.tensor([1, 0, 1, 1, 1])"},
        numbers={
            "softmax": "F.nll_loss(torch.log(F.softmax(x, 1)), y)",
            "by_hand": "F.nll_loss(x - torch.log(torch.exp(x).sum(1, keepdim=True)), y)",
            "halves": "F.nll_loss(F.log_softmax(x, 1), y)",
            "whole": "F.cross_entropy(x, y)",
            "softmax_large": "F.nll_loss(torch.log(F.softmax(100 * x, 1)), y)",
            "whole_large": "F.cross_entropy(100 * x, y)",
        },
        holds=(
            *(f"abs({form} - whole) < 1e-6" for form in ("softmax", "by_hand", "halves")),
            "softmax_large == math.inf",
            "whole_large < math.inf",
        ),
    ),
    Answer(
        "arguments",
        "Which inputs does it need: a softmax, a one-hot?",
        "Logits and class indices, neither softmax nor one-hot: {indices:.4f} with indices, {one_hot:.4f} with a one-hot.",
        "Neither: logits (N, C) and class indices (N). Three rows of five classes give {indices:.4f}; with a one-hot target of floating "
        "numbers "
        "{one_hot:.4f}. Pictures (N, C, H, W) with targets (N, H, W), and any (N, C, d1, …, dK) with (N, d1, …, dK), give the mean over "
        "all of "
        "them: the same rows, laid out as a picture of 3 by 1, {picture:.4f}, and as (1, C, 3, 1, 1), {solid:.4f}.",
        given={"x": _ARGUMENTS, "y": "torch.tensor([1, 0, 0])"},
        numbers={
            "indices": "F.cross_entropy(x, y)",
            "one_hot": "F.cross_entropy(x, F.one_hot(y, 5).float())",
            "picture": "F.cross_entropy(x.T.reshape(1, 5, 3, 1), y.reshape(1, 3, 1))",
            "solid": "F.cross_entropy(x.T.reshape(1, 5, 3, 1, 1), y.reshape(1, 3, 1, 1))",
        },
        holds=tuple(f"abs({each} - indices) < 1e-6" for each in ("one_hot", "picture", "solid")),
    ),
    Answer(
        "gradient",
        "What is its gradient?",
        "(softmax − one-hot) / N: off by at most {apart} from what autograd gives.",
        "(softmax − one-hot) / N, N the number of targets. For three rows of five classes, loss {value:.4f}, its first row is {row}; the "
        "closed "
        "form and autograd differ by at most {apart}.",
        given={
            "x": _OWN,
            "y": "torch.tensor([4, 3, 1])",
            "found": "torch.autograd.grad(F.cross_entropy(x, y), x)[0]",
            "closed": "((F.softmax(x, 1) - F.one_hot(y, 5)) / len(y)).detach()",
        },
        numbers={"value": "F.cross_entropy(x, y)", "apart": "abs(found - closed).max()"},
        texts={"row": "list(map(str, map(round, found[0].tolist(), [4, 4, 4, 4, 4])))"},
        holds=("apart < 1e-7",),
    ),
)
