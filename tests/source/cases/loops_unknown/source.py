"""A loop that runs an unknown number of times: what it calls may or may not happen, and what it changes is not known."""

CALL = "Subject()(3)"


def one(x):
    return x


def after(x):
    return x


class Subject:
    def __call__(self, x):
        for i in range(id(x) * 0 + 2):
            one(i)
            x = i
        while id(x) < 0:
            one(x)
        if x == 3:
            after(x)
        return after(x)
