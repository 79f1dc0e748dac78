"""What people ask of losses that compare an input with a target of the same shape, as data: each is answered by what runs."""

from inspector.losses.asked import fitting
from inspector.losses.schema import Answer

_TWO = {"x": "torch.tensor([1.0, 2.0])", "y": "torch.tensor([1.0, 4.0])"}

COLUMN = Answer(
    "column",
    "What becomes of an input (N, 1) and a target (N)?",
    "Most losses broadcast them to (N, N): {wrong} in place of {right}. Write input.squeeze(1).",
    "They are broadcast to (N, N), {terms} terms: the squared error is {wrong} in place of {right}. Write input.squeeze(1). With a "
    "warning: "
    "{warns}. Silently: {silent}. Refused: {raises}.",
    asks=(19,),
    program=fitting.COLUMN,
    numbers={
        "wrong": "F.mse_loss(x, y)",
        "right": "F.mse_loss(x.squeeze(1), y)",
        "terms": "F.mse_loss(x, y, reduction='none').numel()",
    },
    texts={"warns": "found['warns']", "silent": "found['silent']", "raises": "found['raises']"},
    warned={"warning": "F.mse_loss(x, y)"},
    holds=("right == 0", "wrong > 0.01", "terms == 9", "'MSELoss' in warns", "'BCEWithLogitsLoss' in raises"),
    shown=(fitting.BECAME,),
)

NOT_MADE = Answer(
    "not-made",
    "`nn.MSELoss(x, y)`: Boolean value of Tensor with more than one value is ambiguous",
    "Make the loss first: nn.MSELoss()(x, y) is {value}.",
    "“{refusal}”: the class takes arguments, not inputs, so x became `size_average`, and is asked whether it is true. Make the loss first: "
    "nn.MSELoss()(x, y) is {value}.",
    asks=(28,),
    given=_TWO,
    numbers={"value": "torch.nn.MSELoss()(x, y)"},
    refused={"refusal": "torch.nn.MSELoss(x, y)"},
    holds=("value == 2", "'ambiguous' in refusal"),
)

REDUCTION = Answer(
    "old-reductions",
    "`size_average`, `reduce`, `reduction=None`?",
    "Write reduction='mean', 'sum' or 'none'; None is refused: “{refusal}”.",
    "reduce=False is 'none' ({terms} numbers); else size_average=False is 'sum' ({summed}) and True is 'mean' ({averaged}). They "
    "overrule `reduction`: with reduction='none' and size_average=False the value is {overruled}, the sum. All of it is deprecated: "
    "“{warning}” None is no reduction: “{refusal}”.",
    asks=(26,),
    program=fitting.OLD_ARGUMENTS,
    numbers={
        "summed": "F.mse_loss(x, y, size_average=False)",
        "averaged": "F.mse_loss(x, y, size_average=True)",
        "terms": "F.mse_loss(x, y, reduce=False).numel()",
        "overruled": "F.mse_loss(x, y, size_average=False, reduction='none')",
    },
    refused={"refusal": "F.mse_loss(x, y, reduction=None)"},
    warned={"warning": "F.mse_loss(x, y, size_average=False)"},
    holds=("summed == 4", "averaged == 2", "terms == 2", "overruled == summed", "len(truth) == 9"),
    shown=(fitting.TRUTH, fitting.THE_LINE),
)

_CONSTANTS = """\
class Changing(nn.L1Loss):
    __constants__ = []

declared = nn.L1Loss.__constants__

def line(made, word):
    compiled = str(torch.jit.script(made()).graph).splitlines()
    return next(each.split(" #")[0].strip() for each in compiled if word in each)

kept, changing = line(nn.L1Loss, '"mean"'), line(Changing, '"reduction"')"""

_BACKWARD = """\
losses = [each for name, each in vars(nn).items() if "Loss" in name]
with_backward = [each.__name__ for each in losses if hasattr(each, "backward")]
value = nn.L1Loss()(torch.ones(2, requires_grad=True), torch.zeros(2))
node, nodes = value.grad_fn, []
while node is not None:
    nodes.append(node.name())
    node = node.next_functions[0][0] if node.next_functions else None"""

CLASS = (
    Answer(
        "constants",
        "What is `__constants__` for?",
        "TorchScript writes those attributes, here {declared}, into the compiled code.",
        "For TorchScript: the attributes it lists, here {declared}, are written into the compiled code as constants: `{kept}`. Taken off "
        "the list, the compiled code reads them from the object: `{changing}`. Plain Python does not look at it.",
        program=_CONSTANTS,
        texts={"declared": "declared", "kept": "kept", "changing": "changing"},
        holds=("'prim::Constant' in kept", "'prim::GetAttr' in changing", "'reduction' in declared"),
    ),
    Answer(
        "backward",
        "Where is its `backward` defined?",
        "Not in the class: the loss value carries it, as autograd nodes: {nodes}.",
        "Not in the class: {number} of {all} loss classes have a `backward`. Each operation that ran left a node behind; value.backward() "
        "goes "
        "through them: {nodes}.",
        program=_BACKWARD,
        numbers={"number": "len(with_backward)", "all": "len(losses)"},
        texts={"nodes": "' → '.join(nodes)"},
        holds=("number == 0", "'MeanBackward' in nodes"),
    ),
)

HUBER_OR_SMOOTH = Answer(
    "huber-or-smooth",
    "Huber or SmoothL1?",
    "Huber is delta times SmoothL1: {half} at 0.5, {one} at 1, {two} at 2.",
    "They differ by a factor: HuberLoss(delta=d) is d times SmoothL1Loss(beta=d). Measured: {half} at 0.5, {one} at "
    "1, {two} at 2. Far from "
    "the target the slope of Huber is ±d, that of SmoothL1 ±1, whatever beta is: {huber_slope} and {smooth_slope} at d = 2.",
    asks=(22,),
    given={"x": "torch.tensor([0.25, -1.5, 4.0], dtype=torch.float64)", "y": "torch.zeros(3, dtype=torch.float64)"},
    numbers={
        "half": "F.huber_loss(x, y, delta=0.5) / F.smooth_l1_loss(x, y, beta=0.5)",
        "one": "F.huber_loss(x, y, delta=1.0) / F.smooth_l1_loss(x, y, beta=1.0)",
        "two": "F.huber_loss(x, y, delta=2.0) / F.smooth_l1_loss(x, y, beta=2.0)",
        "huber_slope": "F.huber_loss(x[2] + 1, y[2], delta=2.0) - F.huber_loss(x[2], y[2], delta=2.0)",
        "smooth_slope": "F.smooth_l1_loss(x[2] + 1, y[2], beta=2.0) - F.smooth_l1_loss(x[2], y[2], beta=2.0)",
    },
    holds=("abs(half - 0.5) < 1e-12", "abs(one - 1) < 1e-12", "abs(two - 2) < 1e-12", "abs(huber_slope - 2) < 1e-12"),
)
