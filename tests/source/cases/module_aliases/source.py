"""A module under another name, a re-export, a star import, and a name assigned at module level."""

from . import functional as F
from .exports import renamed, through_package
from .exports import *

CALL = "Subject()(3)"

assigned = F.double


class Subject:
    def __call__(self, x):
        return F.double(x) + renamed(x) + starred(x) + assigned(x) + through_package(x)
