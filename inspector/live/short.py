"""What came of the probes of one loss, so short that machines can exchange it: statuses, texts, and numbers by half their digits.

In: what was seen. Out: Outcomes. A number comes with how far another machine may be off, where the formula explains an error in more than
half of its digits. Imports no torch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from inspector.evidence import ABOUT, Came, Outcomes, Tried
from inspector.live.judge import coarsest, hold_slopes, holds
from inspector.live.outcomes import Outcome, Tensor
from inspector.live.prober import Seen
from inspector.live.tolerance import Format
from inspector.losses.limits import Numbers
from inspector.report import Number, number

NO_CLAIM = math.inf


class _Table:
    """Each word or row of numbers once, and its place."""

    def __init__(self) -> None:
        self.places: dict[object, int] = {}

    def place(self, each: object) -> int:
        return self.places.setdefault(each, len(self.places))


class _Writer:
    """One loss being written."""

    def __init__(self) -> None:
        self.words, self.rows = _Table(), _Table()

    def tried(self, seen: Seen) -> Tried:
        """One probe."""
        probe = seen.probe
        about = tuple(self.words.place(str(getattr(probe, name))) for name in ABOUT)
        ran = zip(probe.ways, seen.answer.outcomes, strict=True)
        return Tried(about, tuple(self.came(seen, way.reduction, outcome) for way, outcome in ran))

    def came(self, seen: Seen, reduction: str, outcome: Outcome) -> Came:
        """One reduction of a probe."""
        text = outcome.refusal.text if outcome.refusal else outcome.no_gradient or outcome.detail
        value, slopes = -1, {}
        if outcome.value is not None:
            form = coarsest(seen.probe, outcome.value)
            exact = _exact(seen, reduction, form)
            value = self.row(outcome.value, None if outcome.again else exact.get("value"), form, known=not outcome.again)
            for name, each in outcome.gradients.items():
                known = name not in outcome.gradients_again and not (exact and name not in exact)
                slopes[name] = self.row(each, exact.get(name), form, known=known)
        return Came(self.words.place(reduction), outcome.status, self.words.place(text) if text else -1, value, slopes)

    def row(self, tensor: Tensor, points: Numbers | None, form: Format, *, known: bool) -> int:
        """The place of a row of numbers: the relative distance within which two are the same, the numbers, and how far each may be off."""
        near = math.sqrt(form.eps)
        slacks = tuple(_slacks(tensor.values, points, form)) if known else (NO_CLAIM,) * len(tensor.values)
        digits = 1 - math.floor(math.log10(near))
        numbers = tuple(_short(each, digits) for each in tensor.values)
        told = tuple(_short(each, 2) for each in slacks) if any(slacks) else ()
        return self.rows.place((_short(near, 2), numbers, told))


def outcomes_of(subject: str, device: str, seen: Sequence[Seen]) -> Outcomes:
    """All probes of one loss on one device."""
    writer = _Writer()
    tried = tuple(writer.tried(each) for each in seen if each.probe.kind != "device")
    return Outcomes(subject, device, tuple(map(str, writer.words.places)), tuple(writer.rows.places), tried)  # type: ignore[arg-type]


def _exact(seen: Seen, reduction: str, form: Format) -> dict[str, Numbers]:
    """The reference for the value and each gradient; gradients are left out on a kink, where any slope is right."""
    exact = seen.exact
    if exact is None or reduction not in exact.reductions:
        return {}
    if reduction != "none" and not holds(exact.terms, form):
        return {"value": (None,) * len(exact.reductions[reduction].value)}
    found = {"value": exact.reductions[reduction].value}
    on_kink = exact.closest <= 4 * form.eps or exact.gap < math.ldexp(1.0, form.smallest_exponent)
    held = reduction == "none" or "none" not in exact.reductions or hold_slopes(exact.reductions["none"], form)
    return found if on_kink or not held else found | dict(exact.reductions[reduction].gradients)


def _slacks(values: Sequence[float], points: Numbers | None, form: Format) -> Iterator[float]:
    """How far each number may be off beyond half of its digits: 0 where those say it, inf where nothing is claimed."""
    tiny = math.ldexp(1.0, form.smallest_exponent)
    if points is None or len(points) != len(values):
        largest = max((abs(each) for each in values if math.isfinite(each)), default=0.0)
        yield from (form.eps * largest * len(values) + tiny if math.isfinite(each) else 0.0 for each in values)
        return
    for point in points:
        if point is None or point.value != point.value:
            yield NO_CLAIM
            continue
        allowed = 4 * (form.eps * (point.condition + abs(point.value)) + tiny) if math.isfinite(point.value) else 0.0
        too_large = math.isfinite(point.value) and 4 * abs(point.value) + allowed > form.largest
        yield NO_CLAIM if too_large or allowed != allowed else allowed if allowed > math.sqrt(form.eps) * abs(point.value) else 0.0


def _short(value: float, digits: int) -> Number:
    return number(float(f"{value:.{digits}g}"))
