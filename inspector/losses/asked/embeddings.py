"""What people ask of losses on embeddings, as data: each is answered by what runs."""

from inspector.losses.schema import Answer

COLLAPSE = (
    Answer(
        "collapse",
        "Why does it stay at the margin?",
        "Where all embeddings are equal, the loss is the margin: {collapsed} for margin 1.",
        "Where all embeddings are equal, the two distances cancel and the loss is the margin, {collapsed} for margin 1 and {wide} for "
        "margin 2: a loss that stays there is a sign of it. The gradient is not lost: the largest is {anchor} by the anchor, {positive} "
        "by the positive, {negative} by the negative. Their sum is {together}: moving all three alike changes no distance.",
        asks=(29,),
        given={
            "same": "torch.ones(2, 3, requires_grad=True)",
            "p": "torch.ones(2, 3, requires_grad=True)",
            "n": "torch.ones(2, 3, requires_grad=True)",
        },
        numbers={
            "collapsed": "F.triplet_margin_loss(same, same, same)",
            "wide": "F.triplet_margin_loss(same, same, same, margin=2.0)",
            "by_distance": "F.triplet_margin_with_distance_loss(same, same, same)",
            "anchor": "abs(torch.autograd.grad(F.triplet_margin_loss(same, p, n), same)[0]).max()",
            "positive": "abs(torch.autograd.grad(F.triplet_margin_loss(same, p, n), p)[0]).max()",
            "negative": "abs(torch.autograd.grad(F.triplet_margin_loss(same, p, n), n)[0]).max()",
            "together": "abs(torch.autograd.grad(F.triplet_margin_loss(same, same, same), same)[0]).max()",
        },
        holds=(
            "abs(collapsed - 1) < 1e-5",
            "abs(wide - 2) < 1e-5",
            "abs(by_distance - 1) < 1e-5",
            "anchor == 0",
            "positive > 0",
            "negative > 0",
            "together == 0",
        ),
    ),
)

SIGNS = (
    Answer(
        "target-zero",
        "What does a target of 0 do?",
        "It is not refused: such a row counts as {zero} and still takes part in the mean.",
        "It is not refused: such a row counts as 0 and takes part in the mean. Two like vectors that differ give {plus} with target 1, "
        "{minus} with −1, {zero} with 0; a batch of the first and the last gives {both}. Targets are +1 and −1.",
        asks=(30,),
        given={"a": "torch.tensor([[1.0, 0.0]])", "b": "torch.tensor([[1.0, 0.5]])"},
        numbers={
            "plus": "F.cosine_embedding_loss(a, b, torch.tensor([1.0]))",
            "minus": "F.cosine_embedding_loss(a, b, torch.tensor([-1.0]))",
            "zero": "F.cosine_embedding_loss(a, b, torch.tensor([0.0]))",
            "both": "F.cosine_embedding_loss(torch.cat([a, a]), torch.cat([b, b]), torch.tensor([1.0, 0.0]))",
        },
        holds=("zero == 0", "plus > 0", "minus > 0", "abs(both - plus / 2) < 1e-6"),
    ),
)
