"""What follows a return is not taken; what follows a return that may have happened is not certain."""

CALL = "Subject()(3)"


def a(x):
    return x


def b(x):
    return x


def c(x):
    return x


def first(x):
    if x is None:
        return a(x)
    if x > 1:
        return b(x)
    return c(x)


def second(x):
    if id(x) < 0:
        return a(x)
    return b(x)


class Subject:
    def __call__(self, x):
        return first(x) + second(x)
