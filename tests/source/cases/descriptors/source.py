"""An object with `__get__` and `__set__` as a class attribute."""

CALL = "Subject()(3)"


class Positive:
    def __init__(self, default):
        self.default = default

    def __set_name__(self, owner, name):
        self.key = "_" + name

    def __get__(self, instance, owner=None):
        return getattr(instance, "_value", self.default)

    def __set__(self, instance, value):
        instance._value = check(value)


def check(value):
    return value


class Subject:
    margin = Positive(1)

    def __init__(self):
        self.margin = 2

    def __call__(self, x):
        self.margin = 3
        return x + self.margin
