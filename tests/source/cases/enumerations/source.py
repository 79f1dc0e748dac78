"""Enumerations: a member's value and methods, calling the class, iterating, hashing; a member that is text as well."""

from enum import Enum, IntEnum, auto

CALL = "Subject('mean')(3)"


class Reduction(Enum):
    NONE = "none"
    MEAN = "mean"

    def apply(self, x):
        return x if self is Reduction.NONE else mean(x)

    @property
    def is_scalar(self):
        return self is not Reduction.NONE


class Level(IntEnum):
    LOW = auto()
    HIGH = auto()


class Mode(str, Enum):
    FAST = "fast"


def mean(x):
    return x


def high(x):
    return x


def never(x):
    return x


class Subject:
    def __init__(self, reduction):
        self.reduction = Reduction(reduction)

    def __call__(self, x):
        table = {Reduction.MEAN: high, Reduction.NONE: never}
        if Level.HIGH > Level.LOW and self.reduction.value == "mean":
            x = table[self.reduction](x)
        if Mode.FAST == "slow" or self.reduction not in set(Reduction):
            x = never(x)
        for level in Level:
            x = high(x + level)
        return self.reduction.apply(x) if self.reduction.is_scalar else never(x)
