"""Comprehensions have no frame of their own here: their calls belong to the function they stand in."""

CALL = "Subject()([1, 2])"


def one(x):
    return x


def two(x):
    return x


def keep(x):
    return True


class Subject:
    def __call__(self, x):
        a = [one(i) for i in x if keep(i)]
        b = {two(i) for i in x}
        c = {one(i): two(j) for i in x for j in x}
        d = sum(self.square(i) for i in x)
        e = [[two(j) for j in x] for i in x]
        return len(a) + len(b) + len(c) + d + len(e) + sum(one(i) for i in self.items)

    def square(self, x):
        return x * x

    @property
    def items(self):
        return (1, 2)
