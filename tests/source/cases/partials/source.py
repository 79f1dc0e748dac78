"""functools.partial, of a function, of a method, and of another partial."""

from functools import partial

CALL = "Subject()(3)"


def power(x, n, scale=1):
    return double(x) if n == 2 else triple(x)


def double(x):
    return x


def triple(x):
    return x


square = partial(power, n=2)
scaled = partial(square, scale=3)


class Subject:
    def __init__(self):
        self.cube = partial(self.raised, 3)

    def raised(self, n, x):
        return power(x, n)

    def __call__(self, x):
        return square(x) + scaled(x) + self.cube(x)
