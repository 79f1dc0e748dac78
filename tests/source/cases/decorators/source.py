"""A decorator that wraps, one that only marks, one that takes arguments, and two in a row."""

import functools

CALL = "Subject()(3)"


def wrapping(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def marking(function):
    function.marked = True
    return function


def times(n):
    def decorator(function):
        def inner(*args):
            return function(*args) * n

        return inner

    return decorator


@wrapping
def one(x):
    return x


@marking
def two(x):
    return x


@times(3)
def three(x):
    return x


@wrapping
@times(2)
@marking
def four(x):
    return x


class Subject:
    @wrapping
    def __call__(self, x):
        return one(x) + two(x) + three(x) + four(x) + self.method(x)

    @times(2)
    def method(self, x):
        return x
