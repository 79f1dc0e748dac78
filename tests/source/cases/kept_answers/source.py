"""functools.lru_cache answers itself what was asked before; a cached property runs once an instance."""

from functools import cache, cached_property, lru_cache

CALL = "Subject(4)(3)"


def inner(x):
    return x


@lru_cache(maxsize=None)
def scale(n):
    return inner(n)


@cache
def table(n, size=2):
    return inner(n) * size


def table_is_used(x):
    return x


class Subject:
    def __init__(self, n):
        self.n = n

    @cached_property
    def square(self):
        return inner(self.n) ** 2

    @lru_cache
    def of(self, x):
        return inner(x)

    def __call__(self, x):
        if table(self.n) == 8:
            x = table_is_used(x)
        return x * scale(self.n) + self.square + self.square + self.of(x)
