"""`super()`, `super(C, self)` and `Base.method(self)`."""

CALL = "Subject()(3)"


class A:
    def step(self, x):
        return x


class B(A):
    def step(self, x):
        return super().step(x)


class C(B):
    def step(self, x):
        return super(C, self).step(x)


class D(C):
    def step(self, x):
        return C.step(self, x)


class Subject(D):
    def __call__(self, x):
        return super(D, self).step(x) + self.step(x)
