def double(x):
    return inner(x)


def inner(x):
    return 2 * x


def starred(x):
    return x


def _hidden(x):
    return x
