"""The thirty questions people ask most about torch's losses, in our words: of which classes each is asked, and where its answer stands.

Plain data for a page of questions. An Answer says in `asks` which of them it answers; a part of a Report answers what no figure can.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from inspector.losses.asked import ANSWERS, MODULE
from inspector.losses.schema import Answer, Spec

Part = Literal[
    "call_trace",
    "construction_trace",
    "definition",
    "denominators",
    "accepted_inputs",
    "findings",
    "checks",
    "messages",
    "curves",
    "bounds",
]
"""A part of a Report, or `messages`: what `inspect-loss why` looks up."""


class Question(Spec, frozen=True):
    """One question, asked in many places and in many words."""

    number: int
    title: str
    """In a few words."""
    classes: tuple[str, ...] = ()
    """Names of the classes of torch.nn it is asked of; none: of every loss."""
    parts: tuple[Part, ...] = ()
    """Parts of the report of those classes that answer it, beside the Answers."""
    changed: bool = False
    """True where the answer was another one in other releases."""


_PAIRS = ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss")

QUESTIONS = (
    Question(1, "Where is the code of a loss, and what is the C++ name it ends in?", (), ("call_trace",)),
    Question(2, "Softmax before cross entropy?", ("CrossEntropyLoss",), ("definition",)),
    Question(3, "How does calling a criterion get to its forward?", ("Module",), ("call_trace",)),
    Question(4, "Why not call forward directly?", ("Module",)),
    Question(5, "Class index or one-hot?", ("CrossEntropyLoss",), ("accepted_inputs",), changed=True),
    Question(6, "“0D or 1D target tensor expected”", ("CrossEntropyLoss", "NLLLoss"), ("accepted_inputs", "messages")),
    Question(7, "“expected … Long”: which dtype?", ("CrossEntropyLoss", "NLLLoss"), ("accepted_inputs", "messages"), changed=True),
    Question(8, "Shapes for segmentation and sequences", ("CrossEntropyLoss",), ("accepted_inputs", "messages")),
    Question(9, "CUDA: device-side assert triggered", ("CrossEntropyLoss", "NLLLoss"), ("findings", "messages")),
    Question(10, "nan when every target is ignored", ("CrossEntropyLoss",), ("findings",), changed=True),
    Question(11, "Why is the weighted mean not the mean?", ("CrossEntropyLoss", "NLLLoss"), ("denominators",)),
    Question(12, "What does ignore_index leave out?", ("CrossEntropyLoss",), ("definition",)),
    Question(13, "KL divergence: which reduction, which input?", ("KLDivLoss",), ("denominators", "accepted_inputs")),
    Question(14, "BCE or BCE with logits?", ("BCELoss", "BCEWithLogitsLoss"), ("findings", "curves")),
    Question(15, "Are targets outside [0, 1] refused?", ("BCELoss", "BCEWithLogitsLoss"), ("findings", "accepted_inputs"), changed=True),
    Question(16, "Shapes of pos_weight and weight", ("BCEWithLogitsLoss",), ("definition",)),
    Question(17, "The class weight is on another device", ("CrossEntropyLoss", "Module"), ("construction_trace",)),
    Question(18, "“element 0 of tensors does not require grad”", ("Module",), ("messages",)),
    Question(
        19, "An input (N, 1) and a target (N)", (*_PAIRS, "BCEWithLogitsLoss", "BCELoss"), ("findings", "accepted_inputs", "messages")
    ),
    Question(
        20, "Label smoothing: its minimum, with weights, with ignored targets", ("CrossEntropyLoss",), ("checks", "messages"), changed=True
    ),
    Question(21, "CTC is infinite or nan", ("CTCLoss",), ("findings",)),
    Question(22, "Huber or smooth L1?", ("HuberLoss", "SmoothL1Loss"), ("definition", "checks", "curves")),
    Question(23, "The loss is negative", ("NLLLoss", "GaussianNLLLoss"), ("definition", "bounds")),
    Question(24, "Gradient accumulation averages wrongly", ("CrossEntropyLoss",), ("denominators",)),
    Question(25, "Focal loss from a weighted cross entropy", ("CrossEntropyLoss",)),
    Question(26, "size_average, reduce, reduction=None", ("MSELoss", "L1Loss"), ("construction_trace", "messages")),
    Question(27, "total += loss eats memory", ("Module",)),
    Question(28, "nn.MSELoss(x, y): the object was not made", ("MSELoss",), ("construction_trace", "messages")),
    Question(29, "The triplet loss stays at its margin", ("TripletMarginLoss", "TripletMarginWithDistanceLoss"), ("findings",)),
    Question(30, "Cosine embedding loss with target 0", ("CosineEmbeddingLoss",), ("findings", "accepted_inputs")),
)


def answering(number: int) -> Iterator[tuple[str, Answer]]:
    """Each Answer to a question once, with the qualified name of the first class it is asked of: those that it names first, in order."""
    classes = next(each.classes for each in QUESTIONS if each.number == number)
    seen: set[str] = set()
    for name in sorted(ANSWERS, key=lambda name: _place(name, classes)):
        for answer in ANSWERS[name]:
            if number in answer.asks and answer.id not in seen:
                seen.add(answer.id)
                yield name, answer


def _place(qualified_name: str, classes: tuple[str, ...]) -> int:
    short = qualified_name.rpartition(".")[2]
    return classes.index(short) if short in classes else len(classes)


__all__ = ["MODULE", "QUESTIONS", "Part", "Question", "answering"]
