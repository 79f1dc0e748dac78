"""`isinstance` asks the metaclass: its `__instancecheck__` is called by whoever asks."""

CALL = "Subject()(3)"


class Meta(type):
    def __instancecheck__(cls, instance):
        return isinstance(instance, int) or super().__instancecheck__(instance)


class Number(metaclass=Meta):
    pass


def yes(x):
    return x


def no(x):
    return x


class Subject:
    def __call__(self, x):
        return yes(x) if isinstance(x, Number) else no(x)
