"""A generator's body runs when it is iterated, and its caller is whoever iterates; `yield from`; one that nobody iterates."""

CALL = "Subject()([1, 2])"


def one(x):
    return x


def never(x):
    return x


def numbers(x):
    for i in x:
        yield one(i)


def chained(x):
    yield 0
    yield from numbers(x)


def unused(x):
    yield never(x)


class Subject:
    def __call__(self, x):
        unused(x)
        total = 0
        for i in chained(x):
            total += i
        return total + sum(numbers(x)) + len(list(numbers(x)))
