"""Numbers as a floating dtype holds them, and their neighbours, without torch.

In: a Python float and the name of a dtype. Out: the nearest number of the dtype, and the next one up or down.
"""

from __future__ import annotations

import math
import struct

from inspector.live.tolerance import FORMATS


def rounded(value: float, dtype: str) -> float:
    """The number of the dtype nearest to a float, ties to even; infinite beyond the largest."""
    if value == 0 or not math.isfinite(value) or dtype not in FORMATS:
        return value
    if dtype == "float32":
        return _through(value, "f")
    if dtype == "float16":
        return _through(value, "e")
    return value if dtype == "float64" else _to_bits(value, dtype)


def above(value: float, dtype: str) -> float:
    """The next number of the dtype above one of its numbers."""
    form = FORMATS[dtype]
    if value == math.inf or value != value:
        return value
    if value == form.largest:
        return math.inf
    size = form.ulp(value)
    if value < 0 and math.frexp(value)[0] == -0.5 and size > form.tiny:
        size /= 2
    return value + size


def below(value: float, dtype: str) -> float:
    """The next number of the dtype below one of its numbers."""
    return -above(-value, dtype)


def smallest_normal(dtype: str) -> float:
    """The smallest number held with all digits."""
    return math.ldexp(1.0, FORMATS[dtype].smallest_exponent)


def _through(value: float, code: str) -> float:
    try:
        return float(struct.unpack(code, struct.pack(code, value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def _to_bits(value: float, dtype: str) -> float:
    """Rounded by dividing by the unit in the last place, which is exact, and rounding that to even."""
    form = FORMATS[dtype]
    size = form.ulp(value)
    found = round(value / size) * size
    return math.copysign(math.inf, value) if abs(found) > form.largest else found
