"""A check that can only raise: the call is legal, so what it guards does not happen, and what follows is certain."""

CALL = "Subject()(3)"


def check(x):
    if id(x) < 0:
        raise ValueError(describe(x))
    assert id(x) >= 0, describe(x)
    return x


def describe(x):
    return str(x)


class Subject:
    def __call__(self, x):
        check(x)
        return describe(x)
