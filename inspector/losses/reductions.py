"""The reductions that most losses share, as data: mean over the terms, sum, none; and how the deprecated arguments choose one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inspector.losses.schema import LossDefinition, Reduction


def one() -> int:
    """Every term counts once."""
    return 1


MEAN = Reduction("mean", "the number of terms", r"L = \frac{1}{n} \sum_{i=1}^{n} \ell_i", "L = Σ ℓ / n, n the number of terms", share=one)
SUM = Reduction("sum", "nothing", r"L = \sum_i \ell_i", "L = Σ ℓ")
NONE = Reduction("none", "nothing, the terms are returned", r"L_i = \ell_i", "L = ℓ, term by term")

MEAN_SUM_NONE = (MEAN, SUM, NONE)


def field_name(definition: LossDefinition | None, reduction: str) -> str:
    """The field of the result that holds the loss value; "" where the result is the loss value."""
    fields = definition.fields if definition else ()
    return next((field.name for field in fields if field.reduction == reduction), "")


def chosen(constants: Mapping[str, Any], default: str) -> str:
    """The reduction that the constructor arguments choose: `size_average` and `reduce`, once either is given, overrule `reduction`."""
    size_average, reduce = constants.get("size_average"), constants.get("reduce")
    if size_average is None and reduce is None:
        return str(constants.get("reduction", default))
    if reduce is False:
        return "none"
    return "sum" if size_average is False else "mean"
