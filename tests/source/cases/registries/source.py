"""A registry that a decorator fills, one that `__init_subclass__` fills, a table that statements fill, and one of another module."""

from .losses import LOSSES, Registry, build

CALL = "Subject('scaled', factor=2)(3)"
TABLE = {}
OTHERS = Registry()


def first(x):
    return x


TABLE["first"] = first
TABLE.update(second=lambda x: first(x) + 1)


class Named:
    known = {}

    def __init_subclass__(cls, short="", **more):
        super().__init_subclass__(**more)
        Named.known[short or cls.__name__.lower()] = cls


class Plain(Named):
    def __call__(self, x):
        return first(x)


class Short(Named, short="s"):
    def __call__(self, x):
        return x


@LOSSES.register("scaled")
class Scaled:
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, x):
        return first(x) * self.factor


@OTHERS.register()
def other(x):
    return x


class Subject:
    def __init__(self, name, **options):
        self.loss = build(name, **options)
        self.plain = Named.known["plain"]()

    def __call__(self, x):
        return self.loss(x) + self.plain(x) + TABLE["second"](x) + OTHERS.get("other")(x) + Named.known["s"]()(x)
