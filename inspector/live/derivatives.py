"""Gradients of a loss value by torch's own engine, asked for directly.

In: a loss value, leaves and what is sent back. Out: one gradient a leaf. Not `torch.autograd.grad`, whose check of symbolic shapes
imports sympy, half of what torch itself takes to load.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch


def gradients(
    value: torch.Tensor, leaves: Sequence[torch.Tensor], sent: torch.Tensor | None = None, *, create_graph: bool = False
) -> list[torch.Tensor]:
    """The gradient by each leaf, zero where the value does not depend on it; `sent` is what the value is multiplied by, one if None."""
    if not value.requires_grad or not leaves:
        return [torch.zeros_like(leaf) for leaf in leaves]
    engine: Any = torch.autograd.Variable._execution_engine
    start = torch.ones_like(value) if sent is None else sent
    found = engine.run_backward((value,), (start,), True, create_graph, tuple(leaves), allow_unreachable=True, accumulate_grad=False)
    return [torch.zeros_like(leaf) if each is None else each for leaf, each in zip(leaves, found, strict=True)]
