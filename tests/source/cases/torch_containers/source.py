"""Losses held in ModuleList, ModuleDict, ParameterDict and Sequential, called in loops; a buffer that counts."""

import torch
from torch import nn
from torch.nn import functional as F

CALL = "Subject(('l1', 'mse'))(torch.rand(2, 4), torch.rand(2, 4))"


class Subject(nn.Module):
    def __init__(self, names):
        super().__init__()
        self.losses = nn.ModuleDict({name: nn.L1Loss() if name == "l1" else nn.MSELoss() for name in names})
        self.weights = nn.ParameterDict({name: nn.Parameter(torch.tensor(1.0)) for name in names})
        self.heads = nn.ModuleList([nn.Linear(4, 4), nn.Sequential(nn.Linear(4, 4), nn.ReLU())])
        self.register_buffer("steps", torch.zeros(1, dtype=torch.long))
        self.last = 0

    def forward(self, x, y):
        for head in self.heads:
            x = head(x)
        total = 0.0
        for name, loss in self.losses.items():
            total = total + self.weights[name] * loss(x, y)
        self.steps += 1
        self.last = x.shape[0]
        return total + getattr(F, f"{'smooth'}_l1_loss")(x, y, reduction="sum")
