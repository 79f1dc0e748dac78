"""Blocks inside contextlib.contextmanager: a method, one that tries, a return from inside, an error that is swallowed."""

from contextlib import contextmanager

CALL = "Subject()(3)"


@contextmanager
def swallowing():
    try:
        yield 1
    except KeyError:
        handled()
    finally:
        done()


def handled():
    return 0


def done():
    return 0


def fails(x):
    raise KeyError(x)


def never(x):
    return x


class Subject:
    @contextmanager
    def scaled(self, n):
        self.n = n
        yield self
        done()

    def __call__(self, x):
        with swallowing(), self.scaled(x) as me:
            fails(me)
            never(x)
        return self.inner(x)

    def inner(self, x):
        with self.scaled(2) as me:
            return abs(me.n)
