"""Dataclasses: the `__init__` that is written for them, defaults, factories, `__post_init__`, bases, replace."""

import dataclasses
from dataclasses import dataclass, field

CALL = "Subject()(3)"


def checked(x):
    return x


def fresh():
    return [1]


@dataclass
class Base:
    weight: float = 1.0

    def __post_init__(self):
        self.weight = checked(self.weight)


@dataclass(frozen=True)
class Fixed:
    margin: float
    names: list = field(default_factory=fresh)

    @property
    def double(self):
        return self.margin * 2


@dataclass
class Derived(Base):
    power: int = 2

    def apply(self, x):
        return x**self.power * self.weight


class Subject:
    def __call__(self, x):
        fixed = Fixed(2.0)
        other = dataclasses.replace(fixed, margin=3.0)
        derived = Derived(power=3)
        if other.double == 6.0 and len(other.names) == 1:
            x = derived.apply(x)
        if derived.weight != 1.0:
            x = checked(x)
        return Base(0.5).weight * x
