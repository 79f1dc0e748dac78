"""An annotated alias, as torch writes it."""

from typing import Any, Callable

CALL = "Subject()(3)"


class Base:
    forward: Callable[..., Any]

    def _inner(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    __call__: Callable[..., Any] = _inner


class Subject(Base):
    def forward(self, x):
        return x
