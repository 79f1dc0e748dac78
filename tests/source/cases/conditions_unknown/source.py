"""Conditions that depend on the data: both ways are read, neither as taken; what both ways share is taken."""

CALL = "Subject()(3)"


def low(x):
    return x


def high(x):
    return x


def both(x):
    return x


class Subject:
    def __call__(self, x):
        if id(x) >= 0:
            x = low(x)
            found = both
        else:
            x = high(x)
            found = both
        x = found(x)
        y = low(x) if id(x) >= 0 else high(x)
        if id(x) < 0:
            return high(y)
        return both(y)
