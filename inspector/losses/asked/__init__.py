"""What people ask of each class, as data: questions, and the programs and expressions whose results answer them.

In: the qualified name of a class. Out: its Answers, none for a class nobody asked about. Runs nothing; loaded only when something runs.
"""

from __future__ import annotations

import sys

from inspector.losses.asked import binary, class_targets, cross_entropy, embeddings, likelihoods, module, pairs
from inspector.losses.schema import Answer

MODULE = "torch.nn.modules.module.Module"
"""The class that what is true of every module is asked of."""

OF_MAKING = frozenset(answer.id for answer in module.MAKING)
"""Ids of what is asked of making a module; the rest that is asked of Module is about calling one."""

_LOSS = "torch.nn.modules.loss."

_OF: dict[str, tuple[Answer, ...]] = {
    MODULE: (*module.CALLING, *module.MAKING),
    _LOSS + "BCELoss": (*binary.BOTH, pairs.COLUMN),
    _LOSS + "BCEWithLogitsLoss": (*binary.LOGITS, *binary.BOTH, pairs.COLUMN),
    _LOSS + "CTCLoss": likelihoods.FRAMES,
    _LOSS + "CosineEmbeddingLoss": embeddings.SIGNS,
    _LOSS + "CrossEntropyLoss": (*cross_entropy.VALUES, *class_targets.TARGETS, *cross_entropy.MATHEMATICS),
    _LOSS + "GaussianNLLLoss": likelihoods.DENSITY,
    _LOSS + "HingeEmbeddingLoss": (pairs.COLUMN,),
    _LOSS + "HuberLoss": (pairs.HUBER_OR_SMOOTH, pairs.COLUMN),
    _LOSS + "KLDivLoss": likelihoods.DIVERGENCE,
    _LOSS + "L1Loss": (pairs.COLUMN, pairs.REDUCTION, *pairs.CLASS),
    _LOSS + "MSELoss": (pairs.COLUMN, pairs.NOT_MADE, pairs.REDUCTION),
    _LOSS + "MultiLabelSoftMarginLoss": (pairs.COLUMN,),
    _LOSS + "NLLLoss": class_targets.LIKELIHOODS,
    _LOSS + "PoissonNLLLoss": (pairs.COLUMN,),
    _LOSS + "SmoothL1Loss": (pairs.HUBER_OR_SMOOTH, pairs.COLUMN),
    _LOSS + "TripletMarginLoss": embeddings.COLLAPSE,
    _LOSS + "TripletMarginWithDistanceLoss": embeddings.COLLAPSE,
}


def _place(answer: Answer) -> int:
    """The most asked question first; what is none of the thirty last, as it stands."""
    return min(answer.asks, default=sys.maxsize)


ANSWERS = {name: tuple(sorted(answers, key=_place)) for name, answers in _OF.items()}
"""Qualified name of a class -> what people ask of it, the most asked first."""


def answers(qualified_name: str) -> tuple[Answer, ...]:
    """What people ask of a class."""
    return ANSWERS.get(qualified_name, ())
