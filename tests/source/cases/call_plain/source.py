"""A plain `def __call__`, and one that overrides it and calls it."""

CALL = "Subject()(3)"


class Base:
    def __call__(self, x):
        return self.forward(x)


class Subject(Base):
    def __call__(self, x):
        return super().__call__(x + 1)

    def forward(self, x):
        return x
