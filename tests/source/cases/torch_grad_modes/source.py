"""no_grad as a decorator, as a block and switched by hand; the decorated method runs inside the wrapper that torch makes."""

import torch
from torch import nn

CALL = "Subject()(torch.randn(4, 3))"


class Subject(nn.Module):
    @torch.no_grad()
    def weights(self, x):
        return x.abs().softmax(1)

    @staticmethod
    @torch.enable_grad()
    def penalty(x):
        return x.norm(2, dim=1).mean()

    def forward(self, x):
        w = self.weights(x)
        with torch.no_grad():
            w = w / w.sum()
        torch.set_grad_enabled(False)
        scale = x.amax()
        torch.set_grad_enabled(True)
        if w.requires_grad or scale.requires_grad:
            w = w.exp()
        return (x * w).sum() + self.penalty(x)
