"""`*args` and `**kwargs` handed on, keyword-only arguments, positional-only ones, defaults, and unpacking in a call."""

CALL = "Subject(1, mode='sum', extra=3)(3)"


def target(x, /, y=2, *rest, mode="mean", **options):
    if mode == "mean":
        return mean(x)
    if "extra" in options:
        return total(x)
    return x + len(rest)


def mean(x):
    return x


def total(x):
    return x


class Subject:
    def __init__(self, *args, mode="mean", **kwargs):
        self.args = args
        self.options = {"mode": mode, **kwargs}

    def __call__(self, *inputs, **kwargs):
        a = target(*inputs, *self.args, **self.options, **kwargs)
        b = target(*inputs)
        return a + b + target(*[3, 4, 5], mode="none")
