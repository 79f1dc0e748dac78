"""Numbers with spread, drawn from the set of values an input may take: positive and negative, inside and outside hinges, no ties.

In: a set of values of losses/schema, a shape, and a name to draw by. Out: a flat list of Python numbers. Imports no torch.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from inspector.losses.schema import (
    Choice,
    ClassIndices,
    LabelLists,
    Lengths,
    LogProbabilities,
    Probabilities,
    Real,
    Signs,
    Size,
    Values,
)

_GOLDEN = (math.sqrt(5) - 1) / 2
_REACH = 2.5
"""How far from a missing bound numbers are drawn: past every kink and margin of the losses, near enough for exp."""


class Setting(Protocol):
    """What drawing may ask: sizes by symbol, and the constructor arguments."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Symbol -> size."""

    @property
    def constants(self) -> Mapping[str, Any]:
        """Constructor argument -> effective constant."""

    @property
    def given(self) -> frozenset[str]:
        """Constructor arguments that were written down."""


class Source:
    """Where numbers come from: a seed, and a count that keeps any two real numbers of one sample from being a tenth apart.

    Kinks and margins of losses are multiples of a tenth. A number is a multiple of a tenth plus a tenth of a fraction that no other
    number shares (the golden ratio's multiples), so neither a number nor a difference of two is near a kink.
    """

    def __init__(self, seed: int | str) -> None:
        self._seed = seed
        self._count = 0

    @property
    def is_later(self) -> bool:
        """False for the first draw, which an ordinary call shows."""
        return self._seed != 0

    def stream(self, name: str) -> random.Random:
        """Random numbers for one input, the same whatever else is drawn."""
        return random.Random(f"{self._seed}/{name}")

    def fraction(self) -> float:
        """The next fraction strictly between 0 and 1 that nobody else has."""
        self._count += 1
        return math.modf(self._count * _GOLDEN)[0]


def draw(values: Values, shape: Sequence[int], name: str, source: Source, setting: Setting) -> list[Any]:
    """Legal numbers for one input, flat and row-major."""
    return _DRAWN[type(values)](values, tuple(shape), source.stream(name), source, setting)


def reals(count: int, low: float, high: float, stream: random.Random, source: Source) -> list[float]:
    """Distinct numbers inside the bounds that cover them evenly, in random order."""
    places = list(range(count))
    stream.shuffle(places)
    step = min(0.1, (high - low) / 4)
    inside_low, inside_high = low + 0.02 * (high - low), high - 0.02 * (high - low) - step
    if count == 1:  # one number cannot cover the bounds: other draws give others
        return [_snapped(stream.uniform(inside_low, inside_high), step, source.fraction())]
    return [_snapped(inside_low + (inside_high - inside_low) * (place + 0.5) / count, step, source.fraction()) for place in places]


def related(first: Sequence[float], shape: Sequence[int], turn: int, stream: random.Random, source: Source) -> list[float]:
    """Numbers to be compared with other ones: near them in one row and near their opposite in the next.

    So distances come out small and large, similarities of both signs, and hinges active and inactive. A second such input (`turn` 1)
    changes every two rows, so that each way of the one meets each way of the other.
    """
    width = math.prod(shape[1:])
    start = stream.randrange(2) if len(first) == 1 and source.is_later else turn
    signs = [1.0 if ((place // width >> turn) + start) % 2 == 0 else -1.0 for place in range(len(first))]
    return [_snapped(sign * number + stream.uniform(-0.6, 0.6), 0.1, source.fraction()) for sign, number in zip(signs, first, strict=True)]


def _snapped(number: float, step: float, fraction: float) -> float:
    """Four decimals where the bounds leave room, so that a person can read and type the numbers."""
    return round((math.floor(number / step) + fraction) * step, 4 if step >= 0.1 else 6)


def _real(values: Real, shape: tuple[int, ...], stream: random.Random, source: Source, setting: Setting) -> list[float]:
    low, high = values.low, values.high
    if low is None and high is None:
        low, high = -_REACH, _REACH
    elif low is None:
        low = (high or 0.0) - _REACH
    elif high is None:
        high = low + _REACH
    drawn = reals(math.prod(shape), low, high or 0.0, stream, source)
    return [min(max(number, low + 1e-3 * (high - low)), high - 1e-3 * (high - low)) for number in drawn]  # type: ignore[operator]


def _probabilities(values: Probabilities, shape: tuple[int, ...], stream: random.Random, source: Source, setting: Setting) -> list[float]:
    drawn = reals(math.prod(shape), 0.1, 1.0, stream, source)
    return along(values.axis, shape, drawn, lambda row: [number / math.fsum(row) for number in row])


def _log_probabilities(
    values: LogProbabilities, shape: tuple[int, ...], stream: random.Random, source: Source, setting: Setting
) -> list[float]:
    drawn = reals(math.prod(shape), -_REACH, _REACH, stream, source)

    def normal(row: list[float]) -> list[float]:
        total = math.log(math.fsum(math.exp(number) for number in row))
        return [number - total for number in row]

    return along(values.axis, shape, drawn, normal)


def along(axis: int, shape: Sequence[int], flat: list[float], change: Callable[[list[float]], list[float]]) -> list[float]:
    """The flat numbers with each row along an axis changed."""
    changed = list(flat)
    width, stride = shape[axis], math.prod(shape[axis:][1:])
    for start in range(0, len(flat), width * stride):
        for offset in range(stride):
            places = [start + offset + number * stride for number in range(width)]
            for place, number in zip(places, change([flat[place] for place in places]), strict=True):
                changed[place] = number
    return changed


def _class_indices(values: ClassIndices, shape: tuple[int, ...], stream: random.Random, source: Source, setting: Setting) -> list[int]:
    """Every class once, then any of them. Where an ignored index was asked for, one target has it and others do not; a single target
    has it in some of the later draws."""
    left_out = setting.constants.get(values.excluding) if values.excluding else None
    classes = [index for index in range(values.at_least, setting.sizes[values.below]) if index != left_out]
    stream.shuffle(classes)
    count = math.prod(shape)
    drawn = classes[:count] + [stream.choice(classes) for _ in range(count - len(classes))]
    ignored = setting.constants.get("ignore_index")
    if drawn and values.ignorable and "ignore_index" in setting.given and isinstance(ignored, int):
        if len(drawn) == 1:
            return [ignored] if source.is_later and stream.random() < 0.5 else [kept for kept in classes if kept != ignored][:1]
        drawn = [kept if kept != ignored else classes[0 if classes[0] != ignored else -1] for kept in drawn]
        drawn[1] = ignored
    return drawn


def _label_lists(values: LabelLists, shape: tuple[int, ...], stream: random.Random, source: Source, setting: Setting) -> list[int]:
    """Rows of distinct labels, shorter and longer ones in turn, each ended by -1 where it is not full."""
    width, drawn = shape[-1], []
    for row in range(math.prod(shape[:-1])):
        labels = stream.sample(range(setting.sizes[values.below]), setting.sizes[values.below])[:width]
        kept = 1 + (row + 1) % max(1, width - 1)
        drawn += labels[:kept] + [-1] * (width - kept)
    return drawn


def _signs(values: Signs, shape: tuple[int, ...], stream: random.Random, source: Source, setting: Setting) -> list[float]:
    first = stream.choice((1.0, -1.0)) if source.is_later else 1.0
    drawn = [first if place % 2 == 0 else -first for place in range(math.prod(shape))]
    stream.shuffle(drawn)
    return drawn


def _lengths(values: Lengths, shape: tuple[int, ...], stream: random.Random, source: Source, setting: Setting) -> list[int]:
    """The longest first, since that one fills the padded shape, then shorter ones."""
    low, high = (setting.sizes[bound] if isinstance(bound, str) else bound for bound in (values.at_least, values.at_most))
    return [high - place % (high - low + 1) for place in range(math.prod(shape))]


def _choice(values: Choice, shape: tuple[int, ...], stream: random.Random, source: Source, setting: Setting) -> list[Any]:
    drawn = [values.of[place % len(values.of)] for place in range(math.prod(shape))]
    stream.shuffle(drawn)
    return drawn


def _size(values: Size, shape: tuple[int, ...], stream: random.Random, source: Source, setting: Setting) -> list[int]:
    symbols = (values.of,) if isinstance(values.of, str) else values.of
    return [setting.sizes[symbol] for symbol in symbols]


_DRAWN: dict[type, Callable[..., list[Any]]] = {
    Real: _real,
    Probabilities: _probabilities,
    LogProbabilities: _log_probabilities,
    ClassIndices: _class_indices,
    LabelLists: _label_lists,
    Signs: _signs,
    Lengths: _lengths,
    Choice: _choice,
    Size: _size,
}
