from .functional import *
from .functional import double as renamed
from .nested import through_package
