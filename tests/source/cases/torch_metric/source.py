"""A metric loss as people build them: a mixin before the base, a reducer chosen by name, keyword arguments handed on."""

import torch
from torch import nn
from torch.nn import functional as F

CALL = "Subject(margin=0.2, reducer='mean', regularizer=None)(torch.randn(6, 4), torch.tensor([0, 0, 1, 1, 2, 2]))"


class Recorded(nn.Module):
    def __init__(self, collect=False, **kwargs):
        super().__init__(**kwargs)
        self.collect = collect

    def record(self, names):
        for name in names:
            if not hasattr(self, name):
                setattr(self, name, 0)


class RegularizerMixin:
    def __init__(self, regularizer=None, **kwargs):
        super().__init__(**kwargs)
        self.regularizer = regularizer

    def regularized(self, losses, x):
        if self.regularizer is not None:
            losses["regularizer"] = self.regularizer(x)
        return losses


class Reducer(Recorded):
    def forward(self, losses):
        return {name: getattr(self, f"{kind}_reduction")(value) for name, (kind, value) in losses.items()}

    def mean_reduction(self, value):
        return value.mean()

    def sum_reduction(self, value):
        return value.sum()


class Distance(Recorded):
    def __init__(self, p=2, **kwargs):
        super().__init__(**kwargs)
        self.p = p
        self.record(["average"])

    def forward(self, x):
        x = F.normalize(x, p=self.p, dim=1)
        return torch.cdist(x, x, p=self.p)


class Subject(RegularizerMixin, Recorded):
    def __init__(self, margin, reducer, **kwargs):
        super().__init__(**kwargs)
        self.margin, self.kind = margin, reducer
        self.distance, self.reduce = Distance(), Reducer()

    def forward(self, x, y):
        distances = self.distance(x)
        same = (y.unsqueeze(1) == y.unsqueeze(0)).byte().fill_diagonal_(0).bool()
        positive = distances[same].view(len(x), -1)
        negative = distances.masked_fill(same, float("inf")).amin(1, keepdim=True)
        losses = {"triplet": (self.kind, F.relu(positive - negative + self.margin))}
        return sum(self.reduce(self.regularized(losses, x)).values())
