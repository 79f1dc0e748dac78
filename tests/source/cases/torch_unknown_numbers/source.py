"""Where the number of items depends on the data, each of them is still known to be a tensor."""

import torch
from torch import nn

CALL = "Subject()(torch.randn(6, 3), torch.tensor([0, 0, 1, 1, 2, 2]))"


def part(rows):
    return rows.exp().sum()


class Subject(nn.Module):
    def forward(self, x, y):
        total = x.new_zeros(())
        for label in torch.unique(y):
            rows = x[y == label]
            if len(rows) > 1:
                total = total + part(rows)
        anchors, positives = torch.where(y[:, None] == y[None])
        pairs = [x[i].dot(x[j]) for i, j in zip(anchors, positives)]
        if pairs:
            total = total + torch.stack(pairs).tanh().mean()
        return total / max(len(pairs), 1)
