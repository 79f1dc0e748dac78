"""`next` runs a generator to its first item only; the rest of its body does not happen."""

CALL = "Subject()(3)"


def items(x):
    yield one(x)
    yield never(x)


def one(x):
    return x


def never(x):
    return x


class Subject:
    def __call__(self, x):
        return next(items(x)) + next(iter(items(x)), 0)
