"""Named tuples, made by a call and as a class with a method and a property."""

from collections import namedtuple
from typing import NamedTuple

CALL = "Subject()(3)"
Pair = namedtuple("Pair", "one two")


class Out(NamedTuple):
    total: int
    parts: dict = {}

    @property
    def count(self):
        return len(self.parts)

    def scaled(self, by):
        return first(self.total) * by


def first(x):
    return x


def never(x):
    return x


class Subject:
    def __call__(self, x):
        pair = Pair(x, two=4)
        one, two = pair
        out = Out(one, {"a": two})
        if out.count != 1 or pair.two != 4 or out[0] != x:
            return never(x)
        return out.scaled(2)
