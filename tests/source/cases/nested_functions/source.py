"""Nested functions, closures, lambdas (as a value, as a default, as an argument) and `nonlocal`."""

CALL = "Subject()(3)"


def apply(function, x):
    return function(x)


class Subject:
    key = lambda self, x: x

    def __init__(self):
        self.stored = lambda x: helper(x)

    def __call__(self, x, other=lambda x: helper(x)):
        count = 0

        def counted(y):
            nonlocal count
            count = count + 1

            def deeper(z):
                return z + count

            return deeper(y)

        total = counted(x) + counted(x)
        if count == 2:
            total = total + apply(lambda y: counted(y), x)
        else:
            total = helper(total)
        return total + self.key(x) + self.stored(x) + other(x)


def helper(x):
    return x
