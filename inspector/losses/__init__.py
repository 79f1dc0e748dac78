"""What each loss is: domain, formula and gradient, denominators; data and mpmath only, no torch, no libcst.

In: the qualified name of a loss class. Out: its LossDefinition, or None for a class this project has no definition of.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.losses.schema import LossDefinition
    from inspector.report import Configuration, Definition

_LOSS = "torch.nn.modules.loss."

FILES: dict[str, str] = {
    "torch.nn.modules.adaptive.AdaptiveLogSoftmaxWithLoss": "adaptive_log_softmax",
    _LOSS + "_Loss": "base_loss",
    _LOSS + "_WeightedLoss": "base_weighted_loss",
    _LOSS + "BCELoss": "bce",
    _LOSS + "BCEWithLogitsLoss": "bce_with_logits",
    _LOSS + "CTCLoss": "ctc",
    _LOSS + "CosineEmbeddingLoss": "cosine_embedding",
    _LOSS + "CrossEntropyLoss": "cross_entropy",
    _LOSS + "GaussianNLLLoss": "gaussian_nll",
    _LOSS + "HingeEmbeddingLoss": "hinge_embedding",
    _LOSS + "HuberLoss": "huber",
    _LOSS + "KLDivLoss": "kl_div",
    _LOSS + "L1Loss": "l1",
    _LOSS + "LinearCrossEntropyLoss": "linear_cross_entropy",
    _LOSS + "MSELoss": "mse",
    _LOSS + "MarginRankingLoss": "margin_ranking",
    _LOSS + "MultiLabelMarginLoss": "multilabel_margin",
    _LOSS + "MultiLabelSoftMarginLoss": "multilabel_soft_margin",
    _LOSS + "MultiMarginLoss": "multi_margin",
    _LOSS + "NLLLoss": "nll",
    _LOSS + "NLLLoss2d": "nll_2d",
    _LOSS + "PoissonNLLLoss": "poisson_nll",
    _LOSS + "SmoothL1Loss": "smooth_l1",
    _LOSS + "SoftMarginLoss": "soft_margin",
    _LOSS + "TripletMarginLoss": "triplet_margin",
    _LOSS + "TripletMarginWithDistanceLoss": "triplet_margin_with_distance",
}
"""Qualified name of a loss class -> the file of this folder that defines it; loaded when asked for, and only that one."""


def find(qualified_name: str) -> LossDefinition | None:
    """The definition of a loss class, or None for a class this project does not define."""
    file = FILES.get(qualified_name)
    if file is None:
        return None
    definition: LossDefinition = import_module(f"{__name__}.{file}").DEFINITION
    return definition


def summarise(definition: LossDefinition, configuration: Configuration) -> Definition:
    """What the loss is, for one configuration, as the part of a Report that a face shows."""
    from inspector.losses import summary

    return summary.summarise(definition, configuration)
