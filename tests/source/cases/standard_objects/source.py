"""Objects of the standard library: what making one, entering one and asking one runs."""

import contextlib
import inspect
import logging

CALL = "Subject()(3)"
LOG = logging.getLogger(__name__)


def plain(x, y=2):
    return x + y


def generating(x):
    yield x


def reached(x):
    return x


def never(x):
    return x


class Subject:
    def __call__(self, x):
        with contextlib.nullcontext():
            x = reached(x)
        if inspect.isgeneratorfunction(plain) or inspect.isclass(plain) or not inspect.isfunction(plain):
            never(x)
        bound = inspect.signature(plain).bind(x)
        bound.apply_defaults()
        if bound.args == (3, 2) and inspect.isgeneratorfunction(generating):
            x = reached(x)
        LOG.debug("%s", x)
        return x
