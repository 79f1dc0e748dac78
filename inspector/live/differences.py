"""The slope of a function along a direction by differences of its values, with a bound on how far that may be off.

In: a scalar function of named float64 tensors. Out: for each tensor, the slopes that its gradient gives and the slopes that were measured.
Not `torch.autograd.gradcheck`: its tolerances are fixed numbers, and importing it costs a fifth of what importing torch does.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import torch

from inspector.live.derivatives import gradients
from inspector.losses.reference import direction
from inspector.losses.worked import Quantity

STEP = 2.0**-18
"""Of the differences: small enough for the curvature, large enough for rounding in float64."""
REACH = 16 * STEP
"""How near a kink, measured as a reference measures it, differences may not come."""
_EPS = 2.0**-52
_TOO_FAR = 1e-4

Function: TypeAlias = Callable[[Mapping[str, torch.Tensor]], torch.Tensor]


def along_each(
    function: Function, starts: Mapping[str, torch.Tensor], condition: float
) -> Iterator[tuple[str, torch.Tensor, Quantity | str]]:
    """Name of a tensor, slopes by its gradient, and slopes by differences, or why there are none.

    `condition`: how far rounding may put a value of the function off, in units of eps.
    """
    found = gradients(function(starts), list(starts.values()))
    for (name, start), gradient in zip(starts.items(), found, strict=True):
        if not start.numel():
            continue
        directions = _directions(start)
        slopes = torch.stack([(gradient * along).sum() for along in directions])
        scale = float((gradient * directions[0]).abs().sum()) + condition * _EPS
        measured = [_measured(function, starts, name, along) for along in directions]
        if any(abs(one - other) > _TOO_FAR * scale + _noise(condition) for one, other in measured):
            yield name, slopes, "a kink of the loss lies within the step of the differences"
        else:
            yield name, slopes, _expected(measured, condition)


def _directions(like: torch.Tensor) -> list[torch.Tensor]:
    """Two directions in which no place stands still, so that one wrong place shows in both."""
    numbers = direction(like.numel())
    signs = [1 - 2 * (place % 2) for place in range(like.numel())]
    flat = (numbers, [sign * number for sign, number in zip(signs, reversed(numbers), strict=True)])
    return [torch.tensor(each, dtype=like.dtype, device=like.device).reshape(like.shape) for each in flat]


def _measured(function: Function, starts: Mapping[str, torch.Tensor], name: str, along: torch.Tensor) -> tuple[float, float]:
    """The central difference over one step and over two."""
    with torch.no_grad():
        values = {step: float(function({**starts, name: starts[name] + step * STEP * along})) for step in (-2, -1, 1, 2)}
    return (values[1] - values[-1]) / (2 * STEP), (values[2] - values[-2]) / (4 * STEP)


def _expected(measured: list[tuple[float, float]], condition: float) -> Quantity:
    """Both differences put together so that their first errors cancel; off by at most what they differ by, and by the rounding."""
    flat = array("d")
    for one, two in measured:
        flat.extend(((4 * one - two) / 3, 0.0, (abs(one - two) + _noise(condition)) / _EPS))
    return Quantity((len(measured),), flat.tobytes())


def _noise(condition: float) -> float:
    """How far rounding alone may put such a difference off."""
    return 2 * _EPS * condition / STEP
