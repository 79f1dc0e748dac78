"""Questions people ask about inputs, edges and messages of several losses, as data: each is answered by what runs in the report."""

from __future__ import annotations

from inspector.losses.schema import Answer

_LOGITS = {"x": "torch.tensor([[2.0, 0.0, 1.0], [0.0, 1.0, 3.0]])", "y": "torch.tensor([0, 2])"}

CLASSES = (
    Answer(
        "Class index or one-hot? In which dtype?",
        "Either: the index {index}, the one-hot row as floating numbers {one_hot}. A one-hot row of integers is refused: “{integers}”. "
        "So is an index that is not int64 or uint8: “{int32}”.",
        given=_LOGITS,
        numbers={
            "index": "F.cross_entropy(x, y)",
            "one_hot": "F.cross_entropy(x, F.one_hot(y, 3).float())",
            "byte": "F.cross_entropy(x, y.to(torch.uint8))",
        },
        refused={
            "integers": "F.cross_entropy(x, F.one_hot(y, 3))",
            "int32": "F.cross_entropy(x, y.int())",
        },
        holds=("abs(index - one_hot) < 1e-6", "abs(index - byte) < 1e-6"),
    ),
    Answer(
        "Which shapes for a target column, for segmentation, for sequences?",
        "Targets have the shape of the input without its class dimension, the second. A column (N, 1) is refused: “{column}”. "
        "Write target.squeeze(1). Scores (B, T, V) with targets (B, T) are refused: “{sequence}”. Write input.movedim(-1, 1), which gives "
        "{moved}.",
        given={**_LOGITS, "scores": "torch.arange(42.0).reshape(2, 7, 3).sin()", "words": "torch.zeros(2, 7).long()"},
        numbers={
            "moved": "F.cross_entropy(scores.movedim(-1, 1), words)",
            "flat": "F.cross_entropy(scores.reshape(14, 3), words.reshape(14))",
        },
        refused={"column": "F.cross_entropy(x, y[:, None])", "sequence": "F.cross_entropy(scores, words)"},
        holds=("abs(moved - flat) < 1e-6",),
    ),
    Answer(
        "What does the CUDA assertion `t >= 0 && t < n_classes` mean?",
        "A label is outside 0..C-1. On the CPU the message has the number: “{refusal}”",
        given=_LOGITS,
        refused={"refusal": "F.cross_entropy(x, torch.tensor([0, 3]))"},
    ),
    Answer(
        "Why is it nan when all targets are ignored?",
        "The mean is 0/0: {mean}. The sum is {sum}; divide it by the number of targets kept, at least 1: {safe}.",
        given={**_LOGITS, "none_left": "torch.tensor([-100, -100])"},
        numbers={
            "mean": "F.cross_entropy(x, none_left)",
            "sum": "F.cross_entropy(x, none_left, reduction='sum')",
            "safe": "F.cross_entropy(x, none_left, reduction='sum') / (none_left != -100).sum().clamp(min=1)",
        },
        holds=("mean != mean", "sum == 0", "safe == 0"),
    ),
    Answer(
        "Does `ignore_index=0` take class 0 out of the softmax?",
        "No: it ignores targets, not classes. With the logit of class 0 at 0 the value is {before}, at 8 it is {after}.",
        given={"y": "torch.tensor([1])"},
        numbers={
            "before": "F.cross_entropy(torch.tensor([[0.0, 0.0, 0.0]]), y, ignore_index=0)",
            "after": "F.cross_entropy(torch.tensor([[8.0, 0.0, 0.0]]), y, ignore_index=0)",
        },
        holds=("after > before + 5",),
    ),
    Answer(
        "Does `criterion.to(device)` move the class weight?",
        "Yes: `weight` is a buffer, and one of {kept} tensors in the state_dict. In float64 it is moved along: {moved} bits a number.",
        given={"loss": "torch.nn.CrossEntropyLoss(weight=torch.ones(3))"},
        numbers={"kept": "len(loss.state_dict())", "moved": "8 * loss.to(torch.float64).weight.element_size()"},
        holds=("kept == 1", "moved == 64"),
    ),
)

BINARY = (
    Answer(
        "BCELoss or BCEWithLogitsLoss?",
        "With logits. At p = 0 and target 1 BCELoss says {clamped}, since it keeps each logarithm above −100, and its gradient there "
        "is the slope of another function; with the logit −1000 in place of p the other says {logits}, which is exact.",
        given={"one": "torch.ones(1)"},
        numbers={
            "clamped": "F.binary_cross_entropy(torch.zeros(1), one)",
            "logits": "F.binary_cross_entropy_with_logits(torch.tensor([-1000.0]), one)",
            "at_infinity": "F.binary_cross_entropy_with_logits(torch.tensor([math.inf]), one)",
        },
        holds=("clamped == 100", "logits == 1000", "at_infinity != at_infinity"),
    ),
    Answer(
        "Is a target outside [0, 1] refused?",
        "By BCELoss: “{refusal}”. Not by BCEWithLogitsLoss: with target 1.5 at logit 2 it says {taken}, below zero.",
        given={"x": "torch.tensor([2.0])", "wrong": "torch.tensor([1.5])"},
        numbers={"taken": "F.binary_cross_entropy_with_logits(x, wrong)"},
        refused={"refusal": "F.binary_cross_entropy(torch.tensor([0.5]), wrong)"},
        holds=("taken < 0",),
    ),
)

COLUMN = (
    Answer(
        "Why is the loss wrong for an input (N, 1) and a target (N)?",
        "They are broadcast to (N, N), with a warning only: {wrong} in place of {right}, from {terms} terms. Write input.squeeze(1).",
        given={"x": "torch.tensor([[1.0], [2.0], [3.0]])", "y": "torch.tensor([1.0, 2.0, 3.0])"},
        numbers={
            "wrong": "F.mse_loss(x, y)",
            "right": "F.mse_loss(x.squeeze(1), y)",
            "terms": "F.mse_loss(x, y, reduction='none').numel()",
        },
        holds=("right == 0", "wrong > 1", "terms == 9"),
    ),
    Answer(
        "`nn.MSELoss(x, y)`: Boolean value of Tensor with more than one value is ambiguous",
        "The class takes arguments, not inputs: x became `size_average`. Make the loss first: nn.MSELoss()(x, y) is {value}.",
        given={"x": "torch.tensor([1.0, 2.0])", "y": "torch.tensor([1.0, 4.0])"},
        numbers={"value": "F.mse_loss(x, y)"},
        refused={"refusal": "torch.nn.MSELoss(x, y)"},
        holds=("value == 2",),
    ),
    Answer(
        "`size_average`, `reduce`, `reduction=None`?",
        "reduce=False is 'none'; else size_average=False is 'sum' ({summed}) and True is 'mean' ({averaged}). None "
        "is no reduction: “{refusal}”.",
        given={"x": "torch.tensor([1.0, 2.0])", "y": "torch.tensor([1.0, 4.0])"},
        numbers={
            "summed": "F.mse_loss(x, y, size_average=False)",
            "averaged": "F.mse_loss(x, y, size_average=True)",
            "terms": "F.mse_loss(x, y, reduce=False).numel()",
        },
        refused={"refusal": "F.mse_loss(x, y, reduction=None)"},
        holds=("summed == 4", "averaged == 2", "terms == 2"),
    ),
)

_FRAMES = {
    "even": "torch.full((4, 1, 4), -math.log(4))",
    "repeated": "torch.tensor([[1, 1, 2]])",
    "distinct": "torch.tensor([[1, 2, 3]])",
}

FRAMES = (
    Answer(
        "When is it infinite?",
        "Where the frames are fewer than the labels plus the repeats among neighbours. Labels 1, 1, 2 need 4: in 3 frames {short}, in 4 "
        "{enough}. Labels 1, 2, 3 need 3: {distinct_3}. With zero_infinity=True the first is {zeroed}.",
        given=_FRAMES,
        numbers={
            "short": "F.ctc_loss(even[:3], repeated, torch.tensor([3]), torch.tensor([3]))",
            "enough": "F.ctc_loss(even, repeated, torch.tensor([4]), torch.tensor([3]))",
            "distinct_3": "F.ctc_loss(even[:3], distinct, torch.tensor([3]), torch.tensor([3]))",
            "zeroed": "F.ctc_loss(even[:3], repeated, torch.tensor([3]), torch.tensor([3]), zero_infinity=True)",
        },
        holds=("short == math.inf", "enough < 100", "distinct_3 < 100", "zeroed == 0"),
    ),
)

COLLAPSE = (
    Answer(
        "Why does it stay at the margin?",
        "All embeddings are equal: the two distances cancel and the loss is the margin, {collapsed} for margin 1 and {wide} for margin 2. "
        "The gradients by the three add up to nothing, so a network that makes all of them gets none.",
        given={"same": "torch.ones(2, 3)"},
        numbers={
            "collapsed": "F.triplet_margin_loss(same, same, same)",
            "wide": "F.triplet_margin_loss(same, same, same, margin=2.0)",
        },
        holds=("abs(collapsed - 1) < 1e-5", "abs(wide - 2) < 1e-5"),
    ),
)

SIGNS = (
    Answer(
        "What does a target of 0 do?",
        "It is not refused: such a row counts as 0 and takes part in the mean. Two like vectors that differ give {plus} with target 1, "
        "{minus} with −1, {zero} with 0. Targets are +1 and −1.",
        given={"a": "torch.tensor([[1.0, 0.0]])", "b": "torch.tensor([[1.0, 0.5]])"},
        numbers={
            "plus": "F.cosine_embedding_loss(a, b, torch.tensor([1.0]))",
            "minus": "F.cosine_embedding_loss(a, b, torch.tensor([-1.0]))",
            "zero": "F.cosine_embedding_loss(a, b, torch.tensor([0.0]))",
        },
        holds=("zero == 0", "plus > 0", "minus > 0"),
    ),
)
