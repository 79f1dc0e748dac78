"""A class made in a function: its methods see the function's variables, its bases may be its arguments."""

CALL = "Subject()(3)"


class Base:
    def __call__(self, x):
        return self.forward(x)


def helper(x):
    return x


def make(scale, base):
    offset = 1

    class Made(base):
        factor = scale

        def __init__(self):
            super().__init__()
            self.n = scale

        def forward(self, x):
            return shift(x * self.factor + offset)

    def shift(x):
        return helper(x) + scale

    return Made


class Subject:
    def __init__(self):
        self.inner = make(2, Base)()

    def __call__(self, x):
        return self.inner(x)
