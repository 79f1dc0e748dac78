"""An autograd function whose forward has the context, one that sets it up apart, and one taken as a function."""

import torch
from torch import nn
from torch.autograd import Function

CALL = "Subject()(torch.randn(4, 3))"


class Reverse(Function):
    @staticmethod
    def forward(ctx, x, by=1.0):
        ctx.by = by
        ctx.save_for_backward(x)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return grad.neg() * ctx.by, None


class Square(Function):
    @staticmethod
    def forward(x, power):
        return x.pow(power), x.abs()

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, ctx.power = inputs
        ctx.save_for_backward(x)
        ctx.mark_non_differentiable(output[1])

    @staticmethod
    def backward(ctx, grad, _):
        return grad, None


square = Square.apply


class Subject(nn.Module):
    def forward(self, x):
        squared, size = square(Reverse.apply(x, 0.5), 2)
        return (squared + size).sum()
