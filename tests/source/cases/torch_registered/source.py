"""The same in torch: buffer, parameter, submodule, a parameter that is None, a buffer that is not kept, and a plain attribute."""

import torch
from torch import nn

CALL = "Subject()(torch.ones(2, 3))"


class Subject(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(3))
        self.register_buffer("weight", torch.ones(3))
        self.register_buffer("hidden", torch.ones(3), persistent=False)
        self.register_parameter("bias", None)
        self.inner = nn.L1Loss()
        self.reduction = "mean"

    def forward(self, x):
        if self.bias is not None:
            x = x + self.bias
        return self.inner(x * self.scale, self.weight.expand(2, 3)) + self.hidden.sum()
