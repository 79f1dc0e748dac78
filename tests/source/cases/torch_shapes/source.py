"""Shapes are followed through slices, reductions and lists of tensors, so that loops run as often as they do."""

import torch
from torch import nn

CALL = "Subject()(torch.randn(4, 6), torch.randint(0, 2, (4,)))"


class Subject(nn.Module):
    def forward(self, x, y):
        losses = []
        for part in x.chunk(2):
            for column in part[:, 1:3].unbind(1):
                losses.append(column.log1p().mean(dim=0, keepdim=True))
        stacked = torch.stack(losses)
        if stacked.dim() == 2 and len(stacked) == 4:
            stacked = stacked.squeeze(1)
        a, b = torch.split(x, 3, dim=1)
        if (a @ b.T).shape == (4, 4) and x.mT.size(0) == 6:
            stacked = stacked.sin()
        rows = x[y == 1]
        if len(rows) > 0:
            stacked = stacked + rows.mean()
        values, places = x.max(dim=1)
        if values.shape[0] == places.numel() and places.dtype == torch.int64:
            stacked = stacked + values
        if x.flatten(1).view(2, -1).shape[1] == 12 and torch.cat([a, b], 1).ndim == 2:
            stacked = stacked.cos()
        (where,) = torch.where(y == 1)
        return stacked.sum() + where.float().mean()
