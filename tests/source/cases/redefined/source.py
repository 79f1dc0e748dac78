"""A name that is defined twice: a function wrapped by hand, a method likewise, an overload that only types see."""

from typing import overload

CALL = "Subject()(3)"


def logged(function):
    def inner(*args):
        return function(*args)

    return inner


def plain(x):
    return x


plain = logged(plain)


@overload
def typed(x: int) -> int: ...
@overload
def typed(x: str) -> str: ...
def typed(x):
    return plain(x)


class Subject:
    def method(self, x):
        return x

    method = logged(method)

    def __call__(self, x):
        return self.method(x) + typed(x)
