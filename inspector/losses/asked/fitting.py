"""Programs that try shapes, frames and old arguments one after the other, and the tables of what came: the long part of some answers.

Plain data: each program is run as it stands, and each table is an expression of what it bound. Nothing here runs.
"""

from inspector.losses.schema import Bars, Lines, Nodes, Table

SHAPES = """\
sizes = {"N": 2, "C": 3, "d1": 4, "d2": 5, "d3": 2, "1": 1}
ways = {
    "": lambda x, y: (x, y),
    "target.squeeze(1)": lambda x, y: (x, y.squeeze(1)),
    "target.squeeze(0)": lambda x, y: (x, y.squeeze(0)),
    "target.squeeze(-1)": lambda x, y: (x, y.squeeze(-1)),
    "target.unsqueeze(0)": lambda x, y: (x, y.unsqueeze(0)),
    "input.movedim(-1, 1)": lambda x, y: (x.movedim(-1, 1), y),
}
pairs = [
    ("N, C", "N", ""), ("C", "", ""), ("N, C, d1", "N, d1", ""), ("N, C, d1, d2", "N, d1, d2", ""),
    ("N, C, d1, d2, d3", "N, d1, d2, d3", ""),
    ("N, C", "N, 1", "target.squeeze(1)"), ("N, C", "1, N", "target.squeeze(0)"),
    ("C", "1", ""), ("1, C", "", "target.unsqueeze(0)"),
    ("N, d1, C", "N, d1", "input.movedim(-1, 1)"), ("N, d1, d2, C", "N, d1, d2", "input.movedim(-1, 1)"),
    ("N, d1, d2, d3, C", "N, d1, d2, d3", "input.movedim(-1, 1)"),
    ("N, C, d1", "N, d1, 1", "target.squeeze(-1)"), ("N, C, d1, d2", "N, 1, d1, d2", "target.squeeze(1)"),
    ("N, C, d1, d2", "N, d1, d2, 1", "target.squeeze(-1)"),
]

def letters(pattern):
    return "(" + pattern + ("," if pattern and "," not in pattern else "") + ")"

def tried(pattern, target, way=""):
    x, y = (torch.zeros([sizes[each] for each in letter.split(", ") if each]) for letter in (pattern, target))
    try:
        return F.cross_entropy(*ways[way](x, y.long()))
    except (RuntimeError, ValueError, IndexError) as error:
        return str(error).splitlines()[0]

fitting, wrong = [], []
for pattern, target, way in pairs:
    came = tried(pattern, target)
    taken = isinstance(came, torch.Tensor)
    mended = tried(pattern, target, way)
    if taken != (way == "") or abs(mended - math.log(3)) > 1e-6:
        wrong.append(pattern)
    fitting.append([f"`{letters(pattern)}`", f"`{letters(target)}`", "takes it" if taken else came, f"`{way}`" if way else "as it is"])"""

SHAPES_THAT_FIT = Table(
    "Class indices: which shapes fit, and what to write where they do not",
    ("input", "target", "torch", "write"), "fitting", "shapes",
)  # fmt: skip

BROADCAST = """\
names = {(): "one for all", ("C",): "one a class", ("N",): "one a row", ("W",): "one a column of the map", ("N", "C"): "one a number"}

def came(shape, given, argument):
    numbers = torch.arange(1.0, 1.0 + math.prod(given)).reshape(given)
    try:
        ones = torch.ones(shape)
        terms = F.binary_cross_entropy_with_logits(0 * ones, ones, reduction="none", **{argument: numbers})
    except (RuntimeError, ValueError) as error:
        return "refused: " + str(error).splitlines()[0]
    along = tuple(axis for at, axis in enumerate("NCHW"[: len(shape)]) if bool((terms != terms.narrow(at, 0, 1)).any()))
    return names.get(along, "one for each " + ", ".join(along))

tried = [
    ((4, 3), (3,)), ((4, 3), (1,)), ((4, 3), (4, 1)), ((4, 3), (4, 3)), ((4, 3), (4,)), ((4, 3), (2,)), ((3, 3), (3,)),
    ((2, 3, 4, 5), (3, 1, 1)), ((2, 3, 4, 5), (3,)), ((2, 3, 4, 5), (5,)),
]
broadcast = [
    [f"`{shape}`", f"`{given}`", *(came(shape, given, argument) for argument in ("weight", "pos_weight"))] for shape, given in tried
]

y = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
positives, negatives = y.sum(0), (1 - y).sum(0)
ratio = negatives / positives
terms = F.binary_cross_entropy_with_logits(torch.zeros_like(y), y, pos_weight=ratio, reduction="none")
of_positives, of_negatives = (terms * y).sum(0), (terms * (1 - y)).sum(0)
balance = [[str(c), positives[c], negatives[c], ratio[c], of_positives[c], of_negatives[c]] for c in range(3)]"""

BROADCASTING = Table(
    "What a shape of `weight` or `pos_weight` means", ("input (N, C, …)", "shape", "as weight", "as pos_weight"), "broadcast"
)
BALANCE = Table(
    "Negatives over positives, a class: (1 − y).sum(0) / y.sum(0)",
    ("class", "positives", "negatives", "pos_weight", "positives cost at logit 0", "negatives cost"), "balance",
)  # fmt: skip

OLD_ARGUMENTS = """\
x, y = torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0])
new = {name: F.mse_loss(x, y, reduction=name) for name in ("mean", "sum", "none")}

def old(reduction, **arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = F.mse_loss(x, y, reduction=reduction, **arguments)
    return next(name for name, each in new.items() if torch.equal(each, value))

def meaning(size_average, reduce):
    found = {old(name, size_average=size_average, reduce=reduce) for name in new}
    return "what `reduction` says" if len(found) == 3 else " or ".join(sorted(f"`{name!r}`" for name in found))

truth = [[f"`{one}`", f"`{other}`", meaning(one, other)] for one in (None, True, False) for other in (None, True, False)]"""

TRUTH = Table("Old arguments, and the reduction they stand for", ("size_average", "reduce", "reduction"), "truth")
THE_LINE = Lines("The lines that decide", "torch.nn._reduction.legacy_get_string", "if size_average is None", "ret =")

FRAMES = """\
def loss(frames, labels, **options):
    even = torch.full((frames, 1, 4), -math.log(4))
    return F.ctc_loss(even, torch.tensor([labels]), torch.tensor([frames]), torch.tensor([len(labels)]), **options)

def slope(frames, labels, **options):
    even = torch.full((frames, 1, 4), -math.log(4), requires_grad=True)
    value = F.ctc_loss(even, torch.tensor([labels]), torch.tensor([frames]), torch.tensor([len(labels)]), **options)
    return abs(torch.autograd.grad(value, even)[0]).max()

def needed(labels):
    return len(labels) + sum(one == other for one, other in zip(labels, labels[1:]))

every = [[one] for one in (1, 2, 3)]
every += [[*labels, one] for labels in every for one in (1, 2, 3)]
every += [[*labels, one] for labels in every if len(labels) == 2 for one in (1, 2, 3)]
held = [(loss(frames, labels) < math.inf) == (frames >= needed(labels)) for labels in every for frames in range(1, 7)]
frames = []
for labels in ([1, 2, 3], [1, 1, 2], [1, 1, 1], [1, 2, 1]):
    repeats = needed(labels) - len(labels)
    for count in (needed(labels) - 1, needed(labels)):
        value, zeroed = loss(count, labels), loss(count, labels, zero_infinity=True)
        frames.append([str(labels).strip("[]"), len(labels), repeats, needed(labels), count, value, slope(count, labels), zeroed,
                       slope(count, labels, zero_infinity=True)])"""

ENOUGH_FRAMES = Table(
    "Frames that are needed, and what comes with one too few",
    ("labels", "labels L", "repeats", "needed", "frames T", "loss value", "largest slope", "with zero_infinity", "its largest slope"),
    "frames", "frames",
)  # fmt: skip

SMOOTHED = """\
def smoothed(right, classes=5, smoothing=0.1):
    target = torch.full((1, classes), smoothing / classes)
    target[0, right] += 1 - smoothing
    return target

target = smoothed(0)
chart = {f"class {c}{', the right one' if c == 0 else ''}": target[0, c] for c in range(5)}

def at(margin):
    return F.cross_entropy(torch.tensor([[margin, 0.0, 0.0, 0.0, 0.0]]), torch.tensor([0]), label_smoothing=0.1)

best_margin = math.log(target[0, 0] / target[0, 1])
tried = (0.0, 2.0, best_margin, 6.0, 10.0)
margins = {f"margin {margin:.3g}{', the least' if margin == best_margin else ''}": at(margin) for margin in tried}"""

TARGET_BARS = Bars("The smoothed target: ε = 0.1, 5 classes", "chart")
MARGIN_BARS = Bars("The loss value by how far the right logit is above the others", "margins")

FLOORS = """\
def floor(classes):
    return math.log(math.e + classes - 1) - 1

floors = {f"{classes} classes": floor(classes) for classes in (2, 10, 100, 1000)}"""

FLOOR_BARS = Bars("With a softmax first it never falls below", "floors")

CUT = """\
x = torch.tensor([[0.2, 0.8], [0.6, 0.4]], requires_grad=True)
y = torch.tensor([1.0, 0.0])
ways = {
    "x.argmax(1)": x.argmax(1).float(),
    "x.detach()": x.detach(),
    "x.data": x.data,
    "torch.tensor(x.tolist())": torch.tensor(x.tolist()),
    "torch.from_numpy(x.detach().numpy())": torch.from_numpy(x.detach().numpy()),
    "x.max(1).values": x.max(1).values,
}
cut = [way for way, each in ways.items() if each.grad_fn is None]
whole = [way for way, each in ways.items() if each.grad_fn is not None]
ends = [[f"`{way}`", "None: the graph ends here" if each.grad_fn is None else each.grad_fn.name()] for way, each in ways.items()]
patched = F.mse_loss(x.argmax(1).float(), y)
patched.requires_grad = True
patched.backward()
gradient = str(x.grad)"""

CUT_OR_WHOLE = Table("What the loss gets, and its grad_fn", ("in place of x", "grad_fn"), "ends")

TOTAL = """\
x = torch.ones(1, requires_grad=True)

def held(total):
    nodes, waiting = set(), [total.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in nodes:
            nodes.add(node)
            waiting += [each for each, _ in node.next_functions]
    return len(nodes)

def summed(steps, item=False):
    total = torch.zeros(())
    for _ in range(steps):
        loss = F.mse_loss(x, torch.zeros(1))
        total += loss.item() if item else loss
    return total

def total(steps, item=False):
    return held(summed(steps, item))

kept = [[steps, total(steps), total(steps, item=True)] for steps in (1, 10, 100)]"""

KEPT_NODES = Table("Autograd nodes that the total holds", ("steps", "`total += loss`", "`total += loss.item()`"), "kept")
KEPT_GRAPH = Nodes("What the total holds after 3 steps: nothing of it can be freed", "summed(3)")

DIVERGENCES = """\
p, q = torch.tensor([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]), torch.tensor([[0.1, 0.6, 0.3], [0.4, 0.4, 0.2]])
divided = {"sum": "nothing", "mean": "the 6 numbers", "batchmean": "the 2 rows"}
sides = [["`log q`, `p`", f"`{name!r}`", by, F.kl_div(torch.log(q), p, reduction=name)] for name, by in divided.items()]
sides += [
    [f"`{given}`", "`'batchmean'`", divided["batchmean"], F.kl_div(*inputs, reduction="batchmean", **more)]
    for given, inputs, more in (
        ("q, p", (q, p), {}), ("log p, q", (torch.log(p), q), {}),
        ("log q, log p, log_target=True", (torch.log(q), torch.log(p)), {"log_target": True}),
    )
]"""

SIDE_BY_SIDE = Table("The same two distributions", ("input, target", "reduction", "divided by", "value"), "sides")

COLUMN = """\
x, y = torch.tensor([[0.1], [0.2], [0.3]]), torch.tensor([0.1, 0.2, 0.3])
same_shape = "L1 MSE SmoothL1 Huber BCE BCEWithLogits KLDiv PoissonNLL SoftMargin HingeEmbedding MultiLabelSoftMargin"
found, became = {"warns": [], "raises": [], "silent": []}, []
for name in same_shape.split():
    loss = getattr(nn, name + "Loss")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            value = loss()(x, y)
            how = "warns" if "broadcasting" in str([each.message for each in said]) else "silent"
            became.append([name + "Loss", how, value, loss()(x.squeeze(1), y)])
        except (ValueError, RuntimeError):
            how = "raises"
            became.append([name + "Loss", how, "", loss()(x.squeeze(1), y)])
    found[how].append(name + "Loss")
became.sort(key=lambda row: ["silent", "warns", "raises"].index(row[1]))"""

BECAME = Table("An input (3, 1) and a target (3)", ("loss", "torch", "value", "with input.squeeze(1)"), "became")

WEIGHTED = Table(
    "One sum, two denominators: Σ w[y]·ℓ / Σ w[y] is the mean, Σ w[y]·ℓ / n is not",
    ("Σ w[y]·ℓ", "divided by", "denominator", "value"),
    "[[summed, 'Σ w[y], the weights of the targets', weights, mean], [summed, 'n, the number of targets', number, plain]]",
    marked="denominator",
)  # fmt: skip
