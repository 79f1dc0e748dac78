"""Conditions known from the configuration: the block that does not run stays in the trace, not taken."""

CALL = "Subject(reduction='sum')([1, 2])"


def mean(x):
    return x


def warn():
    return None


class Subject:
    def __init__(self, weight=None, reduction="mean", size_average=None):
        if size_average is not None:
            warn()
            reduction = "mean" if size_average else "sum"
        self.weight = weight
        self.reduction = reduction

    def __call__(self, x):
        if self.weight is None and not self.reduction == "none":
            total = sum(x)
        elif self.weight:
            total = mean(x)
        else:
            total = warn()
        if self.reduction == "mean":
            return mean(total)
        elif self.reduction in ("sum", "none"):
            return abs(total)
        return warn()
