"""A function makes a module and calls it, as the triplet loss does with PairwiseDistance."""

CALL = "Subject()(3)"


class Distance:
    def __init__(self, p=2):
        self.p = p

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        return x * self.p


def loss(x, distance=None):
    distance = distance if distance is not None else Distance()
    return distance(x)


class Subject:
    def __call__(self, x):
        return loss(x) + loss(x, distance=Distance(p=3))
