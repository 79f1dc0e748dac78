"""The match statement: values, alternatives, captures, classes, sequences, mappings, guards and the rest."""

CALL = "Subject()(3)"


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


def value(x):
    return x


def pair(x):
    return x


def point(x):
    return x


def named(x):
    return x


def never(x):
    return x


def guarded(x):
    return x > 2


def choose(what):
    match what:
        case 1 | 2:
            return never(what)
        case int() as number if guarded(number):
            return value(number)
        case [first, *rest] if rest:
            return pair(first)
        case {"name": name, **others}:
            return named(name)
        case Point(x=0):
            return never(what)
        case Point(x=x, y=4):
            return point(x)
        case None:
            return never(what)
        case _:
            return 0


class Subject:
    def __call__(self, x):
        return choose(x) + choose((x, 1)) + choose({"name": x}) + choose(Point(x, 4)) + choose("text")
