"""`with`: `__enter__` and `__exit__`, two managers in one line, a manager made by `contextlib.contextmanager`."""

import contextlib

CALL = "Subject()(3)"


class Guard:
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return False

    def work(self, x):
        return x


@contextlib.contextmanager
def managed(x):
    before(x)
    yield x
    after(x)


def before(x):
    return x


def after(x):
    return x


class Subject:
    def __call__(self, x):
        with Guard("a") as a, Guard("b"):
            x = a.work(x)
        with managed(x) as y:
            return abs(y)
