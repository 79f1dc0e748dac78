"""functools.partialmethod is a descriptor, functools.singledispatch a wrapper; an object that hands unknown names on."""

from functools import partialmethod, singledispatch

CALL = "Subject()(3)"


def inner(x):
    return x


@singledispatch
def number(x):
    return inner(x)


class Lazy:
    def __init__(self, factory):
        self._factory = factory
        self._made = None

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.get(), name)

    def get(self):
        if self._made is None:
            self._made = self._factory()
        return self._made

    def __call__(self, *args, **more):
        return self.get()(*args, **more)


class Scaled:
    factor = 2

    def __call__(self, x):
        return inner(x) * self.factor


class Subject:
    def __init__(self):
        self.scaled = Lazy(lambda: Scaled())

    def by(self, x, *, factor):
        return inner(x) * factor

    double = partialmethod(by, factor=2)

    def __call__(self, x):
        if hasattr(self.scaled, "_nothing"):
            return None
        number(x)
        return self.double(x) + self.scaled(x) + self.scaled.factor
