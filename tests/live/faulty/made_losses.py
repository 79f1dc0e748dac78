"""Losses made for the judge: forty-one with one fault each, twenty-one without. The child process imports them too."""

from __future__ import annotations

import os
import warnings

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Checked(nn.Module):
    """Refuses whatever is wrong in so many words; what a sound loss does around its formula."""

    low: float | None = None
    high: float | None = None

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction must be mean, sum or none, not {reduction}")
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        self.check(input, target)
        return self.reduced(self.terms(input, target))

    def check(self, input: Tensor, target: Tensor) -> None:
        self.check_form(input, target)
        for name, tensor in self.bounded(input, target).items():
            if (self.low is not None and bool((tensor < self.low).any())) or (self.high is not None and bool((tensor > self.high).any())):
                raise ValueError(f"{name} must be in range")

    def check_form(self, input: Tensor, target: Tensor) -> None:
        if input.shape != target.shape:
            raise ValueError("input and target must have the same shape")
        if not input.is_floating_point() or not target.is_floating_point():
            raise TypeError("input and target must be of a floating dtype")
        if input.numel() == 0:
            raise ValueError("the batch must have at least one row")

    def bounded(self, input: Tensor, target: Tensor) -> dict[str, Tensor]:
        return {}

    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (input - target) ** 2

    def reduced(self, terms: Tensor) -> Tensor:
        return {"mean": torch.mean, "sum": torch.sum, "none": lambda each: each}[self.reduction](terms)


class UnitTarget(Checked):
    """With targets in [0, 1]."""

    low, high = 0.0, 1.0

    def bounded(self, input: Tensor, target: Tensor) -> dict[str, Tensor]:
        return {"target": target}

    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (input - target) ** 2


class UnitInput(UnitTarget):
    """With inputs in [0, 1] too."""

    def bounded(self, input: Tensor, target: Tensor) -> dict[str, Tensor]:
        return {"input": input, "target": target}


# -- sound ----------------------------------------------------------------------------------------------------------------


class Squared(Checked):
    pass


class Absolute(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (input - target).abs()


class Softplus(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return F.softplus(input - target)


class LogCosh(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        d = (input - target).abs()
        return d + F.softplus(-2 * d) - 0.6931471805599453


class HuberLike(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return F.huber_loss(input, target, reduction="none")


class SmoothLike(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return F.smooth_l1_loss(input, target, reduction="none")


class Hinged(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return F.relu(1 + input - target)


class Quantile(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        d = target - input
        return torch.where(d >= 0, 0.25 * d, -0.75 * d)


class UnitSquared(UnitTarget):
    pass


class UnitAbsolute(UnitTarget):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (input - target).abs()


class BothUnit(UnitInput):
    pass


class HalfSquared(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return 0.5 * (input - target).square()


class OneSided(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return F.relu(input - target)


class DoubleAbsolute(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return 2 * (target - input).abs()


class SoftplusOther(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return torch.logaddexp(torch.zeros_like(input), input - target)


class SquaredByTorch(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(input, target, reduction="none")


class AbsoluteByTorch(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(input, target, reduction="none")


class SquaredProduct(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        d = input - target
        return d * d


class BothUnitAbsolute(UnitInput):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (target - input).abs()


class SoftplusUnit(UnitTarget):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return F.softplus(input - target)


class Scaled(Checked):
    """With a constructor argument that must be positive."""

    def __init__(self, reduction: str = "mean", scale: float = 1.0) -> None:
        super().__init__(reduction)
        self.check_scale(scale)
        self.scale = scale

    def check_scale(self, scale: float) -> None:
        if not scale > 0:
            raise ValueError("scale must be above 0")

    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return self.scale * (input - target).abs()


class SetsScaleRight(Scaled):
    """What is out of range has no effect."""

    def check_scale(self, scale: float) -> None:
        pass

    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (self.scale if self.scale >= 0 else 1.0) * (input - target).abs()


# -- faulty: values and gradients -------------------------------------------------------------------------------------------


class Overflows(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return torch.log(1 + torch.exp(input - target))


class OverflowsHalf(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (input - target).abs() * 1000 / 1000


class RootAtZero(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return torch.sqrt((input - target) ** 2)


class SignByDivision(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        d = input - target
        return d * d / d.abs()


class Saturates(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return ((input - target) ** 2).clamp(max=5000.0)


class Clips(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        value = (input - target) ** 2
        if value.requires_grad:
            value.register_hook(lambda g: g)
            input.register_hook(lambda g: g.clamp(-50, 50))
        return value


class KeptSmall(UnitInput):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        if input.requires_grad:
            input.register_hook(lambda g: g.clamp(-1e6, 1e6))
        return input.sqrt() + 0 * target


class Detaches(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        d = (input - target).abs()
        return torch.where(d > 50, d.detach(), d)


class WrongEverywhere(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (input - target) ** 2 + 0.1


class WrongWhereEqual(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (input - target) ** 2 + (input == target).to(input.dtype)


class WrongGradientByTarget(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (input - target.detach()) ** 2


class ZeroLog(UnitInput):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (input - target) ** 2 + target * 0 * torch.log(input)


class ClampedLow(UnitInput):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (input.clamp(min=0.01) - target).abs()


class WrongAtOne(UnitInput):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return torch.where(input >= 1, torch.zeros_like(input), (input - target).abs() + 0 * input)


class NanAtBound(UnitTarget):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (input - target) ** 2 + 0 / (1 - target)


class LosesSmall(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        d = input - target
        return torch.where(d.abs() > 900, d.abs() * 0 + 900, d.abs())


class Stuck(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return torch.exp(-((input - target) ** 2))


class OneRow(Checked):
    def reduced(self, terms: Tensor) -> Tensor:
        return (
            terms.sum() / (terms.numel() - 3) * (terms.numel() - 3) / terms.numel() if self.reduction == "mean" else super().reduced(terms)
        )


# -- faulty: few rows, memory, inputs -----------------------------------------------------------------------------------------


class EmptyMean(Checked):
    def check(self, input: Tensor, target: Tensor) -> None:
        if input.numel():
            super().check(input, target)


class EmptyHangs(Checked):
    def check(self, input: Tensor, target: Tensor) -> None:
        while input.numel() == 0:
            pass
        super().check(input, target)


class Unwritten(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        made = torch.empty(input.numel() + 1, dtype=input.dtype)
        return (input - target) ** 2 + 0 * input + made[-1].detach()


class _HalfWritten(torch.autograd.Function):
    @staticmethod
    def forward(ctx: object, input: Tensor) -> Tensor:
        return input.clone()

    @staticmethod
    def backward(ctx: object, *sent: Tensor) -> Tensor:
        made = torch.empty_like(sent[0])
        flat, source = made.view(-1), sent[0].reshape(-1)
        flat[: flat.numel() // 2] = source[: flat.numel() // 2]
        return made


class UnwrittenGradient(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (_HalfWritten.apply(input) - target) ** 2


class Random(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (input - target) ** 2 * (1 + 0.2 * torch.rand(()).to(input.dtype))


class ChangesInput(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        found = (input.clone() - target) ** 2
        input.detach().mul_(0.5)
        return found


class ChangesTarget(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        found = (input - target.clone()) ** 2
        target.detach().add_(1)
        return found


# -- faulty: what is outside ----------------------------------------------------------------------------------------------------


class TakesAnyTarget(UnitTarget):
    def bounded(self, input: Tensor, target: Tensor) -> dict[str, Tensor]:
        return {}


class TakesAnyInput(UnitInput):
    def bounded(self, input: Tensor, target: Tensor) -> dict[str, Tensor]:
        return {"target": target}


class TakesHigh(UnitTarget):
    low, high = 0.0, 5.0


class WarnsOutside(UnitTarget):
    def check(self, input: Tensor, target: Tensor) -> None:
        self.check_form(input, target)
        if bool(((target < 0) | (target > 1)).any()):
            warnings.warn("target must be in [0, 1]", stacklevel=2)


class Broadcasts(Checked):
    def check(self, input: Tensor, target: Tensor) -> None:
        if input.numel() == 0 or not (input.is_floating_point() and target.is_floating_point()):
            raise TypeError("input and target must be of a floating dtype")


class BroadcastsWarning(Broadcasts):
    def check(self, input: Tensor, target: Tensor) -> None:
        super().check(input, target)
        if input.shape != target.shape:
            warnings.warn("input and target have not the same shape", stacklevel=2)


class HidesNan(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return torch.nan_to_num((input - target) ** 2, nan=0.0, posinf=float("inf"))


class HidesNanTarget(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (input - torch.where(target.isnan(), input.detach(), target)) ** 2


class CrashesOnNan(Checked):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        if bool(input.isnan().any()):
            os.abort()
        return (input - target) ** 2


class CrashesOutside(UnitTarget):
    def check(self, input: Tensor, target: Tensor) -> None:
        self.check_form(input, target)
        if bool((target > 1).any() | (target < 0).any()):
            os._exit(3)


class WrapsWhole(Checked):
    def check(self, input: Tensor, target: Tensor) -> None:
        if input.shape != target.shape or input.numel() == 0 or input.dtype != target.dtype:
            raise ValueError("input and target must have the same shape and dtype")

    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return (input - target).abs()

    def reduced(self, terms: Tensor) -> Tensor:
        return super().reduced(terms if terms.is_floating_point() or self.reduction == "none" else terms.float())


class SaysNothing(UnitTarget):
    def check(self, input: Tensor, target: Tensor) -> None:
        self.check_form(input, target)
        if bool(((target < 0) | (target > 1)).any()):
            raise RuntimeError("something went wrong")


class AssertsBare(UnitTarget):
    def check(self, input: Tensor, target: Tensor) -> None:
        self.check_form(input, target)
        assert not bool(((target < 0) | (target > 1)).any())


class RefusesDocumented(Checked):
    def check(self, input: Tensor, target: Tensor) -> None:
        if input.dim() == 1:
            raise ValueError("input must have 2 dimensions")
        super().check(input, target)


class TakesNegativeScale(Scaled):
    def check_scale(self, scale: float) -> None:
        pass


class WrongLargeScale(Scaled):
    def terms(self, input: Tensor, target: Tensor) -> Tensor:
        return min(self.scale, 50.0) * (input - target).abs()
