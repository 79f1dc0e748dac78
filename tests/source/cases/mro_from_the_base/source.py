"""A method of the instance's class is found from code that stands in a base class, along a diamond."""

CALL = "Subject()(3)"


class Root:
    def __call__(self, x):
        return self.score(self.prepare(x))

    def prepare(self, x):
        return x

    def score(self, x):
        return 0


class Left(Root):
    def prepare(self, x):
        return super().prepare(x) + 1


class Right(Root):
    def prepare(self, x):
        return super().prepare(x) * 2

    def score(self, x):
        return x


class Subject(Left, Right):
    pass
