"""What people ask of losses with class indices about targets, shapes, messages and buffers, as data: each is answered by what runs."""

from inspector.losses.asked import fitting
from inspector.losses.schema import Answer

_LOGITS = {"x": "torch.tensor([[2.0, 0.0, 1.0], [0.0, 1.0, 3.0]])", "y": "torch.tensor([0, 2])"}

TARGETS = (
    Answer(
        "index-or-one-hot",
        "Class index or one-hot? In which dtype?",
        "Either: {index} both ways. Indices are int64 or uint8, a one-hot row is floating.",
        "Either: the index {index}, the one-hot row as floating numbers {one_hot}. A one-hot row of integers is refused: “{integers}”. "
        "So is an index that is not int64 or uint8: “{int32}”, “{floats}”.",
        asks=(5, 7),
        given=_LOGITS,
        numbers={
            "index": "F.cross_entropy(x, y)",
            "one_hot": "F.cross_entropy(x, F.one_hot(y, 3).float())",
            "byte": "F.cross_entropy(x, y.to(torch.uint8))",
        },
        refused={
            "integers": "F.cross_entropy(x, F.one_hot(y, 3))",
            "int32": "F.cross_entropy(x, y.int())",
            "floats": "F.cross_entropy(x, y.float())",
        },
        holds=("abs(index - one_hot) < 1e-6", "abs(index - byte) < 1e-6"),
    ),
    Answer(
        "column-target",
        "Why is a target (N, 1) refused?",
        "It takes one index a row: write target.squeeze(1), which gives {squeezed}.",
        "“{column}”: it takes one index a row, in a tensor (N). Write target.squeeze(1), which gives {squeezed}; a one-hot target of "
        "floating numbers is taken as it is, and gives {one_hot}.",
        asks=(6,),
        given=_LOGITS,
        numbers={"squeezed": "F.cross_entropy(x, y[:, None].squeeze(1))", "one_hot": "F.cross_entropy(x, F.one_hot(y, 3).float())"},
        refused={"column": "F.cross_entropy(x, y[:, None])"},
        holds=("abs(squeezed - F.cross_entropy(x, y)) < 1e-6", "abs(squeezed - one_hot) < 1e-6"),
    ),
    Answer(
        "shapes",
        "Which shapes for segmentation, for sequences?",
        "The target has the input's shape without its second axis, the classes: move the classes of a sequence there.",
        "Targets have the shape of the input without its class dimension, the second. "
        "Scores (B, T, V) with targets (B, T) are refused: “{sequence}”. Write "
        "input.movedim(-1, 1), which gives {moved}, as does input.flatten(0, 1) with target.flatten(): {flat}. Maps (B, C, H, W) go with "
        "targets (B, H, W); a channel axis in the target is refused: “{channel}”.",
        asks=(8,),
        program=fitting.SHAPES,
        given={
            "scores": "torch.arange(154.0).reshape(2, 7, 11).sin()",
            "words": "torch.zeros(2, 7).long()",
            "maps": "torch.zeros(2, 3, 4, 4)",
            "labels": "torch.zeros(2, 4, 4).long()",
        },
        numbers={
            "moved": "F.cross_entropy(scores.movedim(-1, 1), words)",
            "flat": "F.cross_entropy(scores.flatten(0, 1), words.flatten())",
            "mapped": "F.cross_entropy(maps, labels)",
        },
        refused={
            "sequence": "F.cross_entropy(scores, words)",
            "channel": "F.cross_entropy(maps, labels.unsqueeze(1))",
        },
        holds=("abs(moved - flat) < 1e-6", "abs(mapped - math.log(3)) < 1e-6", "wrong == []"),
        shown=(fitting.SHAPES_THAT_FIT,),
    ),
    Answer(
        "out-of-range",
        "What does the CUDA assertion `t >= 0 && t < n_classes` mean?",
        "A label is outside 0..C-1. On the CPU the message has the number: “{above}”",
        "A label is outside 0..C-1. Run the batch on the CPU, where the message has the number: “{above}” or “{below}”",
        asks=(9,),
        given=_LOGITS,
        refused={"above": "F.cross_entropy(x, torch.tensor([0, 3]))", "below": "F.cross_entropy(x, torch.tensor([0, -1]))"},
        holds=("'3' in above", "'-1' in below"),
    ),
    Answer(
        "all-ignored",
        "Why is it nan when all targets are ignored?",
        "The mean is 0/0: {mean}. The sum over the number kept, at least 1, is {safe}.",
        "The mean is 0/0: {mean}. The sum is {sum}; divide it by the number of targets kept, at least 1: {safe}.",
        asks=(10,),
        given={**_LOGITS, "none_left": "torch.tensor([-100, -100])"},
        numbers={
            "mean": "F.cross_entropy(x, none_left)",
            "sum": "F.cross_entropy(x, none_left, reduction='sum')",
            "safe": "F.cross_entropy(x, none_left, reduction='sum') / (none_left != -100).sum().clamp(min=1)",
        },
        holds=("mean != mean", "sum == 0", "safe == 0"),
    ),
    Answer(
        "ignore-index",
        "Does `ignore_index=0` take class 0 out of the softmax?",
        "No, it ignores targets, not classes: {before} becomes {after} when the logit of class 0 grows.",
        "No: it ignores targets, not classes. With the logit of class 0 at 0 the value is {before}, at 8 it is {after}.",
        asks=(12,),
        given={"y": "torch.tensor([1])"},
        numbers={
            "before": "F.cross_entropy(torch.tensor([[0.0, 0.0, 0.0]]), y, ignore_index=0)",
            "after": "F.cross_entropy(torch.tensor([[8.0, 0.0, 0.0]]), y, ignore_index=0)",
        },
        holds=("after > before + 5",),
    ),
    Answer(
        "weight-device",
        "Does `criterion.to(device)` move the class weight?",
        'Yes: `weight` is a buffer, on {before}, and after .to("meta") on {after}.',
        "Yes: `weight` is a buffer, no parameter ({parameters} of those), and is in the state_dict ({kept}). It is on {before}, and after "
        '.to("meta") on {after}. Keep the criterion itself in a module, or move it: a criterion in a plain list stays where it is.',
        asks=(17,),
        given={"loss": "torch.nn.CrossEntropyLoss(weight=torch.ones(3))"},
        numbers={"parameters": "len(list(loss.parameters()))"},
        texts={"kept": "list(loss.state_dict())", "before": "loss.weight.device.type", "after": "loss.to('meta').weight.device.type"},
        holds=("parameters == 0", "kept == ['weight']", "before == 'cpu'", "after == 'meta'"),
    ),
)

LIKELIHOODS = (
    Answer(
        "negative-nll",
        "Why is the loss value negative?",
        "It was given probabilities, {of_probabilities}: it takes their logarithms, {of_logarithms}.",
        "Because it was given probabilities: it takes log-probabilities and takes no logarithm itself. With probabilities it gives "
        "{of_probabilities}; with their logarithms {of_logarithms}.",
        asks=(23,),
        given={"p": "torch.tensor([[0.9, 0.1]])", "y": "torch.tensor([0])"},
        numbers={"of_probabilities": "F.nll_loss(p, y)", "of_logarithms": "F.nll_loss(torch.log(p), y)"},
        holds=("of_probabilities < 0", "of_logarithms > 0"),
    ),
    Answer(
        "weighted-mean-nll",
        "Is the mean with `weight` the mean of the weighted values?",
        "No: it divides by the weights of the targets, {weights}, not by their number, {number}: {mean}, not {plain}.",
        "No. It divides by the sum of the weights of the targets, {weights}, and not by their number, {number}: {mean} instead of {plain}.",
        asks=(11,),
        given={"x": "torch.log(torch.tensor([[0.7, 0.3], [0.4, 0.6]]))", "y": "torch.tensor([0, 0])", "w": "torch.tensor([5.0, 1.0])"},
        numbers={
            "number": "len(y)",
            "weights": "w[y].sum()",
            "mean": "F.nll_loss(x, y, weight=w)",
            "plain": "F.nll_loss(x, y, weight=w, reduction='none').mean()",
            "unweighted": "F.nll_loss(x, y)",
        },
        holds=("abs(mean - unweighted) < 1e-6", "abs(plain - 5 * unweighted) < 1e-5"),
    ),
    Answer(
        "messages-nll",
        "Which targets does it refuse, and with what words?",
        "Columns, int32, and labels outside 0..C-1; class probabilities are for CrossEntropyLoss.",
        "A column (N, 1): “{column}”. An index that is not int64 or uint8: “{int32}”. A label outside 0..C-1: “{above}” A row of class "
        "probabilities: “{probabilities}”: those are for CrossEntropyLoss.",
        asks=(6, 7, 9),
        given={"x": "torch.log(torch.tensor([[0.7, 0.3], [0.4, 0.6]]))", "y": "torch.tensor([0, 1])"},
        refused={
            "column": "F.nll_loss(x, y[:, None])",
            "int32": "F.nll_loss(x, y.int())",
            "above": "F.nll_loss(x, y + 1)",
            "probabilities": "F.nll_loss(x, torch.exp(x))",
        },
    ),
)
