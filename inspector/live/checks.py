"""How a check is made: its label, and actual numbers held against expected ones. Runs nothing.

In: a label, a claim, and what was found. Out: one Check.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

import torch

from inspector.live.tolerance import compare
from inspector.losses.worked import Quantity
from inspector.report import Check, Number, number

Status: TypeAlias = Literal["pass", "fail", "not_run"]


class Label(NamedTuple):
    """What a check is about, beside its claim."""

    kind: str
    configuration: str
    dtype: str
    device: str


def held(label: Label, claim: str, actual: torch.Tensor, expected: Quantity) -> Check:
    """A tensor held against exact numbers, shape and all."""
    if tuple(actual.shape) != tuple(expected.shape):
        return failed(label, claim, f"the shape is {tuple(actual.shape)}, expected is {tuple(expected.shape)}")
    if actual.numel() == 0:
        return not_run(label, claim, "there is no element to compare")
    if actual.is_meta:
        return not_run(label, claim, "the shape is right; the device holds no numbers")
    found = compare(numbers_of(actual), expected, label.dtype)
    return _check(label, claim, [number(each) for each in found[:-1]], "pass" if found.passes else "fail")


def numbers_of(tensor: torch.Tensor) -> list[float]:
    """The numbers in row-major order. Autograd may hand over a tensor of zeros that has no memory."""
    flat = torch.zeros(tensor.numel()) if tensor._is_zerotensor() else tensor.detach().reshape(-1)
    found: list[float] = flat.tolist()
    return found


def stated(label: Label, claim: str, holds: bool, reason: str = "") -> Check:
    """A claim without numbers that holds, or does not and why."""
    return _check(label, claim, _NOTHING, "pass" if holds else "fail", "" if holds else reason)


def failed(label: Label, claim: str, reason: str) -> Check:
    """A claim that does not hold, where there are no numbers to show."""
    return _check(label, claim, _NOTHING, "fail", reason)


def not_run(label: Label, claim: str, reason: str) -> Check:
    """A check that could not run, and why."""
    return _check(label, claim, _NOTHING, "not_run", reason)


_NOTHING: tuple[None, ...] = (None,) * 7


def _check(label: Label, claim: str, numbers: Sequence[Number | None], status: Status, reason: str = "") -> Check:
    actual, expected, abs_error, rel_error, ulp_error, rtol, atol = numbers
    return Check(
        id=" | ".join((*label, claim)),
        claim=claim,
        kind=label.kind,
        configuration=label.configuration,
        dtype=label.dtype,
        device=label.device,
        actual=actual,
        expected=expected,
        abs_error=abs_error,
        rel_error=rel_error,
        ulp_error=ulp_error,
        rtol=rtol,
        atol=atol,
        status=status,
        reason=reason,
    )
