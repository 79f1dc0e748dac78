"""Which loss for which task: what the network gives, what the target is, and when to take this loss rather than another. Data only.

In: nothing. Out: one Use a loss, in the order in which people look. The words on inputs are held against the declared domains by a test.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from inspector.losses.schema import Spec

Task: TypeAlias = Literal[
    "one class of several",
    "yes or no",
    "several labels at once",
    "a number",
    "a count",
    "a distribution",
    "an order",
    "a distance",
    "a sequence",
]
"""What the network is to learn."""
Takes: TypeAlias = Literal[
    "logits", "probabilities", "log-probabilities", "numbers", "scores", "a distance", "embeddings", "features", "the logarithm of a rate",
    "a mean and a variance",
]  # fmt: skip
"""What the network hands to the loss."""

TASKS: dict[Task, str] = {
    "one class of several": "classification: exactly one class is right",
    "yes or no": "binary classification: one answer, yes or no",
    "several labels at once": "multi-label classification: any number of labels may be right",
    "a number": "regression: a measured number",
    "a count": "regression: how often something happens",
    "a distribution": "another distribution, such as a teacher's",
    "an order": "ranking: which of two comes first",
    "a distance": "embeddings: what is alike lies close together",
    "a sequence": "a sequence of labels without alignment, such as speech",
}
"""Task -> what it means, in the order of the page."""


class Use(Spec, frozen=True):
    """One loss as people choose it."""

    name: str
    """The class."""
    tasks: tuple[Task, ...]
    takes: Takes
    target: str
    """What the target is, in a few words."""
    when: str
    """When to take it, and when not: one sentence."""
    instead: tuple[str, ...] = ()
    """Losses people weigh it against."""


USES: tuple[Use, ...] = (
    Use(
        "CrossEntropyLoss", ("one class of several",), "logits", "class index, or class probabilities",
        "The usual choice: softmax and logarithm in one, accurate where the parts are not.", ("NLLLoss", "MultiMarginLoss"),
    ),
    Use(
        "LinearCrossEntropyLoss", ("one class of several",), "features", "class index, or class probabilities",
        "The last linear layer and cross entropy in one: with many classes the logits need not all be kept.", ("CrossEntropyLoss",),
    ),
    Use(
        "AdaptiveLogSoftmaxWithLoss", ("one class of several",), "features", "class index",
        "Very many classes, a few of them frequent: rare ones go through smaller layers. It approximates; its parameters are its own.",
        ("CrossEntropyLoss", "LinearCrossEntropyLoss"),
    ),
    Use(
        "NLLLoss", ("one class of several",), "log-probabilities", "class index",
        "When the network ends in log_softmax already; else CrossEntropyLoss.", ("CrossEntropyLoss",),
    ),
    Use(
        "NLLLoss2d", ("one class of several",), "log-probabilities", "class index for each pixel",
        "Deprecated: NLLLoss takes images too.", ("NLLLoss",),
    ),
    Use(
        "MultiMarginLoss", ("one class of several",), "scores", "class index",
        "A hinge in place of probabilities: no gradient once the right class leads by the margin.", ("CrossEntropyLoss",),
    ),
    Use(
        "BCEWithLogitsLoss", ("yes or no", "several labels at once"), "logits", "0 or 1, or a probability, for each element",
        "The usual choice: sigmoid and logarithm in one; `pos_weight` balances rare positives.", ("BCELoss", "SoftMarginLoss"),
    ),
    Use(
        "BCELoss", ("yes or no", "several labels at once"), "probabilities", "0 or 1, or a probability, for each element",
        "When the network ends in a sigmoid that cannot be removed; else BCEWithLogitsLoss.", ("BCEWithLogitsLoss",),
    ),
    Use(
        "SoftMarginLoss", ("yes or no",), "logits", "+1 or −1",
        "The logistic loss for targets ±1: BCEWithLogitsLoss with other labels, but it overflows for large logits.", ("BCEWithLogitsLoss",),
    ),
    Use(
        "HingeEmbeddingLoss", ("a distance",), "a distance", "+1 or −1",
        "The input is a distance between two things already; dissimilar ones are pushed apart up to the margin.", ("CosineEmbeddingLoss",),
    ),
    Use(
        "MultiLabelSoftMarginLoss", ("several labels at once",), "logits", "0 or 1 for each class",
        "BCEWithLogitsLoss averaged over the classes of a row.", ("BCEWithLogitsLoss", "MultiLabelMarginLoss"),
    ),
    Use(
        "MultiLabelMarginLoss", ("several labels at once",), "scores", "a list of class indices, ended by −1",
        "A hinge between every right and every wrong class.", ("MultiLabelSoftMarginLoss",),
    ),
    Use(
        "MSELoss", ("a number",), "numbers", "a number for each element",
        "The usual choice: the mean is the best guess. One outlier can outweigh all else.", ("L1Loss", "HuberLoss", "SmoothL1Loss"),
    ),
    Use(
        "L1Loss", ("a number",), "numbers", "a number for each element",
        "Outliers count no more than their size: the median is the best guess.", ("MSELoss", "SmoothL1Loss"),
    ),
    Use(
        "SmoothL1Loss", ("a number",), "numbers", "a number for each element",
        "A square near zero, a line beyond beta; the line's slope is 1.", ("HuberLoss", "L1Loss", "MSELoss"),
    ),
    Use(
        "HuberLoss", ("a number",), "numbers", "a number for each element",
        "A square near zero, a line beyond delta; the line's slope is delta.", ("SmoothL1Loss", "L1Loss", "MSELoss"),
    ),
    Use(
        "GaussianNLLLoss", ("a number",), "a mean and a variance", "a number for each element",
        "When the network says how sure it is: it predicts the variance too.", ("MSELoss",),
    ),
    Use(
        "PoissonNLLLoss", ("a count",), "the logarithm of a rate", "a count",
        "Counts of events; by default the network gives the logarithm of the rate.", ("GaussianNLLLoss", "MSELoss"),
    ),
    Use(
        "KLDivLoss", ("a distribution",), "log-probabilities", "probabilities",
        "To follow a whole distribution, such as a teacher's: take reduction='batchmean'.", ("CrossEntropyLoss",),
    ),
    Use(
        "MarginRankingLoss", ("an order",), "scores", "+1 or −1",
        "Two scores a pair: which of the two should be higher.", ("TripletMarginLoss",),
    ),
    Use(
        "CosineEmbeddingLoss", ("a distance",), "embeddings", "+1 or −1",
        "Pairs of vectors, alike or not, by their angle.", ("HingeEmbeddingLoss", "TripletMarginLoss"),
    ),
    Use(
        "TripletMarginLoss", ("a distance",), "embeddings", "none: anchor, positive and negative",
        "Triplets: the anchor is to be nearer to the positive than to the negative, by a margin.",
        ("TripletMarginWithDistanceLoss", "CosineEmbeddingLoss"),
    ),
    Use(
        "TripletMarginWithDistanceLoss", ("a distance",), "embeddings", "none: anchor, positive and negative",
        "The same with a distance of your own.", ("TripletMarginLoss",),
    ),
    Use(
        "CTCLoss", ("a sequence",), "log-probabilities", "labels without blanks, and lengths",
        "More frames than labels, and nobody knows which belongs to which.", ("CrossEntropyLoss",),
    ),
)  # fmt: skip
"""Every public loss of torch.nn, the usual choice of each task first."""


def use_of(name: str) -> Use | None:
    """How people choose a loss, by the name of its class; None for one that is not in the table."""
    return next((use for use in USES if use.name == name), None)
