"""Curves and bars -> inline SVG for a page: no script, no fixed colour, the same bytes for the same numbers, and a table beside it.

In: a Curve, or numbers with their names. Out: HTML. Colours are variables of templates/assets/graphs.css; lines differ in shape too.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple, TypeAlias

from inspector.report import Curve, CurveLine, CurveMark, Number

WIDTH, LEFT, RIGHT = 420, 40, 8
TOP, VALUES, GAP, SLOPES, BOTTOM = 18, 150, 24, 96, 38
"""Heights of what stands below one another: values, a gap, slopes, and the numbers along the axis."""
ROWS = 9
"""Places in the table."""
FEW = 4
"""Ulp up to which an error is as small as rounding lets it be; a larger one can still be explained by rounding on the way."""
CLOSE = 0.3
"""A point that is nearer than this many pixels to the line between its neighbours is left out."""
SHAPES = (
    '<circle cx="{x}" cy="{y}" r="3"/>', '<path d="M{x} {y}m-3 -3h6v6h-6z"/>', '<path d="M{x} {y}m0 -4l4 7h-8z"/>',
    '<path d="M{x} {y}m0 -4l4 4l-4 4l-4 -4z"/>',
)  # fmt: skip

Points: TypeAlias = list[tuple[float, float]]


class _Panel(NamedTuple):
    """A rectangle with its scales."""

    top: float
    height: float
    low: float
    high: float
    left: float
    right: float

    def x(self, value: float) -> float:
        """Pixels from the left."""
        return LEFT + (value - self.left) / (self.right - self.left) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Pixels from the top; what lies far outside stays near the edge."""
        share = (self.high - value) / (self.high - self.low)
        return self.top + min(1.5, max(-0.5, share)) * self.height


def curve_svg(curve: Curve, prefix: str) -> str:
    """The curve as a figure: values above, slopes below, kinks and thresholds with letters. `prefix` makes its ids unique on the page.

    A curve that was not run is one sentence.
    """
    if not curve.lines:
        return f'<p class="plot-missing">{escape(curve.title)}: not run: {escape(curve.reason)}</p>'
    body = "".join(_body(curve, prefix))
    height = TOP + VALUES + GAP + SLOPES + BOTTOM
    svg = (
        f'<svg class="plot-svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{escape(prefix)}-t">'
        f'<title id="{escape(prefix)}-t">{escape(in_words(curve))}</title>{body}</svg>'
    )
    shown = "" if curve.label in curve.title else f'<p class="il-caption">{escape(curve.title)}</p>'
    return f'<figure class="plot" data-search-exclude>{shown}{_legend(curve)}{svg}{_caption(curve)}{_table(curve)}</figure>'


def in_words(curve: Curve) -> str:
    """What a curve shows, for those who do not see it."""
    names = ", ".join(line.label for line in curve.lines if line.label)
    marks = "; ".join(f"at {_figure(mark.x)} {mark.label}" for mark in (*curve.kinks, *curve.thresholds))
    return ". ".join(filter(None, (f"{curve.title}, over {curve.label}" if curve.label not in curve.title else curve.title, names, marks)))


def spark_svg(curve: Curve) -> str:
    """The values of the first line, tiny, without axes: for a card that says in words what it stands for."""
    if not curve.lines:
        return ""
    line = curve.lines[0]
    xs = [float(x) for x in line.xs]
    low, high = _limits([line.values])
    across, up = (xs[-1] - xs[0]) or 1.0, (high - low) or 1.0
    points = [
        (2 + (x - xs[0]) / across * 92, 3 + min(1.2, max(-0.2, (high - value) / up)) * 34)
        for x, value in zip(xs, map(float, line.values), strict=True)
        if math.isfinite(value)
    ]
    return f'<svg class="spark" viewBox="0 0 96 40" width="96" height="40" aria-hidden="true"><path d="{_path(points)}"/></svg>'


def bars_svg(values: Sequence[float], names: Sequence[str], title: str, prefix: str) -> str:
    """Numbers from zero upwards as bars, each with its name and its number; one that is not finite has no bar."""
    row, left = 26, 8 + 8 * max(map(len, names))
    lengths = [max(value, 0.0) if math.isfinite(value) else 0.0 for value in values]
    longest = max(*lengths, 1e-12)
    bars = "".join(
        f'<text x="{left - 6}" y="{at * row + 18}" text-anchor="end">{escape(name)}</text>'
        f'<rect class="bar" x="{left}" y="{at * row + 5}" width="{_pixel(length / longest * (WIDTH - left - 64))}" height="18"/>'
        f'<text x="{_pixel(left + length / longest * (WIDTH - left - 64) + 5)}" y="{at * row + 18}">{_figure(value)}</text>'
        for at, (name, value, length) in enumerate(zip(names, values, lengths, strict=True))
    )
    return (
        f'<figure class="plot" data-search-exclude><svg class="plot-svg" viewBox="0 0 {WIDTH} {len(values) * row + 4}" role="img" '
        f'aria-labelledby="{escape(prefix)}-t"><title id="{escape(prefix)}-t">{escape(title)}</title>{bars}</svg></figure>'
    )


# -- the drawing --------------------------------------------------------------------------------------------------------


def _body(curve: Curve, prefix: str) -> Iterator[str]:
    xs = [float(x) for line in curve.lines for x in line.xs]
    across = min(xs), max(xs)
    panels = (
        _Panel(TOP, VALUES, *_limits([line.values for line in curve.lines]), *across),
        _Panel(TOP + VALUES + GAP, SLOPES, *_limits([line.slopes for line in curve.lines]), *across),
    )
    for place, (panel, name) in enumerate(zip(panels, ("loss value", "slope"), strict=True)):
        yield from _axes(panel, name, numbers=place == 1)
        yield f'<clipPath id="{escape(prefix)}-{place}"><rect x="{LEFT}" y="{panel.top - 2}" width="{WIDTH - LEFT - RIGHT}" '
        yield f'height="{panel.height + 4}"/></clipPath><g clip-path="url(#{escape(prefix)}-{place})">'
        for at, line in enumerate(curve.lines):
            yield from _drawn(line, at, panel, slope=place == 1)
        yield "</g>"
    yield from _marks(curve, panels)
    middle, foot = (LEFT + WIDTH - RIGHT) / 2, TOP + VALUES + GAP + SLOPES + BOTTOM
    yield f'<text class="axis" x="{_pixel(middle)}" y="{foot - 5}" text-anchor="middle">{escape(curve.label)}</text>'


def _axes(panel: _Panel, name: str, *, numbers: bool) -> Iterator[str]:
    foot = panel.top + panel.height
    for tick in ticks(panel.low, panel.high, 5 if panel.height > 100 else 4):
        y = _pixel(panel.y(tick))
        yield f'<path class="{"zero" if tick == 0 else "grid"}" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>'
        yield f'<text x="{LEFT - 5}" y="{_pixel(panel.y(tick) + 4)}" text-anchor="end">{_figure(tick)}</text>'
    for tick in ticks(panel.left, panel.right, 7):
        x = _pixel(panel.x(tick))
        yield f'<path class="{"zero" if tick == 0 else "grid"}" d="M{x} {_pixel(panel.top)}V{_pixel(foot)}"/>'
        if numbers:
            yield f'<text x="{x}" y="{_pixel(foot + 14)}" text-anchor="middle">{_figure(tick)}</text>'
    yield f'<text class="name" x="{LEFT}" y="{_pixel(panel.top - 6)}">{name}</text>'


def _drawn(line: CurveLine, at: int, panel: _Panel, *, slope: bool) -> Iterator[str]:
    """The line in pieces that are not joined over a kink, and its shape at a few places."""
    numbers = line.slopes if slope else line.values
    pieces = list(_pieces(line.xs, numbers, panel))
    colour = f"line-{at % len(SHAPES) + 1}"
    path = "".join(_path(piece) for piece in pieces)
    yield f'<path class="{"slope" if slope else "value"} {colour}" d="{path}"/>'
    whole = [point for piece in pieces for point in piece]
    step = max(1, len(whole) // 4)
    shown = "".join(SHAPES[at % len(SHAPES)].format(x=_pixel(x), y=_pixel(y)) for x, y in whole[step // 2 + at * step // 6 :: step][:4])
    yield f'<g class="shape {colour}">{shown}</g>'


def _pieces(xs: Sequence[Number], numbers: Sequence[Number], panel: _Panel) -> Iterator[Points]:
    piece: Points = []
    last = math.nan
    for x, value in zip(map(float, xs), map(float, numbers), strict=True):
        if (x == last or not math.isfinite(value)) and piece:
            yield piece
            piece = []
        if math.isfinite(value):
            piece.append((panel.x(x), panel.y(value)))
        last = x
    if piece:
        yield piece


def _path(points: Points) -> str:
    return "M" + "L".join(f"{_pixel(x)} {_pixel(y)}" for x, y in simplified(points)) if points else ""


def simplified(points: Points) -> Points:
    """The points without those that lie on the line between others, to within a fraction of a pixel (Douglas and Peucker, 1973)."""
    if len(points) < 3:
        return points
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    gaps = [abs((y1 - y0) * (x - x0) - (x1 - x0) * (y - y0)) / length for x, y in points[1:-1]]
    furthest = max(range(len(gaps)), key=gaps.__getitem__)
    if gaps[furthest] < CLOSE:
        return [points[0], points[-1]]
    middle = furthest + 1
    return [*simplified(points[: middle + 1])[:-1], *simplified(points[middle:])]


def _letters(curve: Curve) -> list[tuple[str, CurveMark]]:
    """The marks by their places, each with a letter; those at one place share it."""
    marks = sorted((*curve.kinks, *curve.thresholds), key=lambda mark: (float(mark.x), mark.line))
    places = list(dict.fromkeys(mark.x for mark in marks))
    return [(chr(ord("a") + places.index(mark.x) % 26), mark) for mark in marks]


def _marks(curve: Curve, panels: Sequence[_Panel]) -> Iterator[str]:
    above, below = panels
    shown: set[str] = set()
    for letter, mark in _letters(curve):
        if letter in shown:
            continue
        shown.add(letter)
        x = _pixel(above.x(float(mark.x)))
        kind = "threshold" if mark in curve.thresholds else "kink"
        yield f'<path class="{kind}" d="M{x} {_pixel(above.top)}V{_pixel(above.top + above.height)}M{x} {_pixel(below.top)}'
        yield f'V{_pixel(below.top + below.height)}"/>'
        yield f'<text class="letter" x="{x}" y="{_pixel(above.top + above.height + 14)}" text-anchor="middle">{letter}</text>'


# -- beside the drawing -------------------------------------------------------------------------------------------------


def _legend(curve: Curve) -> str:
    items = "".join(
        f'<li class="line-{at % len(SHAPES) + 1}"><svg width="26" height="10" viewBox="0 0 26 10" aria-hidden="true">'
        f'<path class="value" d="M0 5H26"/><g class="shape">{SHAPES[at % len(SHAPES)].format(x=13, y=5)}</g></svg>{escape(line.label)}</li>'
        for at, line in enumerate(curve.lines)
        if line.label
    )
    return f'<ul class="plot-legend">{items}</ul>' if items else ""


def _caption(curve: Curve) -> str:
    marks = "".join(f"<li><b>{letter}</b> {escape(_mark(curve, mark))}</li>" for letter, mark in _letters(curve))
    listed = f'<ul class="plot-marks">{marks}</ul>' if marks else ""
    fixed = f"Where {curve.fixed}. " if curve.fixed else ""
    worst = f", worst error {_figure(curve.worst)} ulp: {_verdict(curve.status, curve.worst)}" if curve.worst is not None else ""
    held = f"{curve.compared} numbers held against the exact reference{worst}." if curve.compared else f"Not compared: {curve.reason}."
    return f"<figcaption>{listed}<p>{escape(fixed + held)}</p></figcaption>"


def _verdict(status: str, worst: Number) -> str:
    if status != "pass":
        return "NOT within what rounding explains there"
    return "as close as rounding allows" if float(worst) <= FEW else "within what rounding explains there"


def _mark(curve: Curve, mark: CurveMark) -> str:
    name = curve.lines[mark.line].label
    return f"at {_figure(mark.x)}{f', {name}' if name else ''}: {mark.label}"


def _table(curve: Curve) -> str:
    """Some places with value and slope, for those who want numbers or see no picture.

    None where a line has two sides that read differently: the marks tell of such a place.
    """
    known = [dict(zip(line.xs, zip(line.values, line.slopes, strict=True), strict=True)) for line in curve.lines]
    shared = sorted(set(known[0]).intersection(*known[1:]), key=float)
    split = {x for line in curve.lines for x in _split(line)}
    step = max(1, (len(shared) - 1) // (ROWS - 1))
    heads = "".join(f'<th scope="col">{escape(line.label or "loss value")}</th><th scope="col">slope</th>' for line in curve.lines)
    rows = "".join(
        f'<tr><th scope="row">{_figure(x)}</th>{"".join(_cells(*one[x]) for one in known)}</tr>' for x in shared[::step] if x not in split
    )
    return (
        "<details><summary>As a table</summary>"
        f'<table><thead><tr><th scope="col">{escape(curve.label)}</th>{heads}</tr></thead><tbody>{rows}</tbody></table></details>'
    )


def _split(line: CurveLine) -> Iterator[Number]:
    """Places that stand twice, once for each side, where the sides are not the same to the digits that are shown."""
    for (x, *left), (beside, *right) in itertools.pairwise(zip(line.xs, line.values, line.slopes, strict=True)):
        if x == beside and list(map(_figure, left)) != list(map(_figure, right)):
            yield x


def _cells(value: Number, slope: Number) -> str:
    return f"<td>{_figure(value)}</td><td>{_figure(slope)}</td>"


# -- numbers ------------------------------------------------------------------------------------------------------------


def _limits(rows: Sequence[Sequence[Number]]) -> tuple[float, float]:
    """From where to where an axis goes. A few numbers that tower over all others do not make them flat."""
    numbers = sorted(value for row in rows for value in map(float, row) if math.isfinite(value))
    if not numbers:
        return 0.0, 1.0
    low, high = numbers[0], numbers[-1]
    inner = numbers[len(numbers) // 20], numbers[-1 - len(numbers) // 20]
    spread = inner[1] - inner[0]
    if spread and high - low > 3 * spread:
        low, high = max(low, inner[0] - spread / 4), min(high, inner[1] + spread / 4)
    low, high = min(low, 0.0), max(high, 0.0)
    margin = 0.06 * (high - low) or 0.5
    return low - margin, high + margin


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two bounds, no more than so many."""
    size = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(size * factor for factor in (1, 2, 5, 10, 20) if (high - low) / (size * factor) <= most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def _figure(value: Number) -> str:
    """A number for the eye: four digits, a true minus."""
    text = f"{float(value):.4g}"
    return "0" if text in ("-0", "0") else text.replace("-", "−")


def _pixel(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
