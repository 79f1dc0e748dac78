"""A property runs when it is read, one with a setter when it is set; a static method and a class method do not need an instance."""

CALL = "Subject()(3)"


class Base:
    @property
    def scale(self):
        return self._scale

    @scale.setter
    def scale(self, value):
        self._scale = self.checked(value)

    @staticmethod
    def checked(value):
        return value

    @classmethod
    def made(cls, value):
        return cls.checked(value)


class Subject(Base):
    def __init__(self):
        self.scale = 2

    def __call__(self, x):
        self.scale = 3
        return self.scale * self.made(x) * Subject.made(x) * type(self).checked(x)
