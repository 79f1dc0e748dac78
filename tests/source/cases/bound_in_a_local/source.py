"""A local variable holds a bound method, chosen by a condition that is known."""

CALL = "Subject()(3)"


def tracing():
    return None


class Base:
    def __call__(self, *args, **kwargs):
        call = self._slow if tracing() else self.forward
        if self.hooks:
            return call(*args, **kwargs)
        return call(*args, **kwargs)

    def _slow(self, x):
        return self.forward(x)


class Subject(Base):
    def __init__(self):
        self.hooks = {}

    def forward(self, x):
        return x
