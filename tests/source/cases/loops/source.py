"""Loops over what is known: a tuple, a range, a dict, `enumerate`, `zip`, with `break`, `continue`, `else` and `while`."""

CALL = "Subject()(3)"


def one(x):
    return x


def two(x):
    return x


def three(x):
    return x


def never(x):
    return x


class Subject:
    def __call__(self, x):
        for function in (one, two):
            x = function(x)
        for i in range(4):
            if i == 1:
                continue
            if i == 2:
                break
            one(i)
        else:
            never(x)
        for key, function in {"a": two, "b": three}.items():
            function(key)
        for place, (a, b) in enumerate(zip([1, 2], [3, 4])):
            two(place + a + b)
        for nothing in ():
            never(nothing)
        else:
            three(x)
        n = 2
        while n > 0:
            n -= 1
            three(n)
        else:
            two(n)
        return x
