"""Rows of a tree -> lines of a terminal: numbers, branches, names, line numbers and places in columns that stay aligned.

In: rows and a Look. Out: lines. Where there is room the explanation stands beside a row, else below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from inspector.render.explain import code
from inspector.render.ink import Line, Look, Span, cells, fit, line_cells, pad, wrap
from inspector.render.places import Place
from inspector.render.tree import Row
from inspector.report import Record

LinkOf: TypeAlias = Callable[[Place, Look], str]

LONGEST_NAME = 48
CALLED = "line"
"""Title of the column with the line of the call, which stands in the file of the row above."""
NARROWEST_REASON = 36
"""Where fewer columns than this are left beside the rows, reasons stand below them."""
WIDEST_REASON = 76
_STYLES = {"python": "name", "attribute": "name", "native": "native", "builtin": "quiet", "unresolved": "bad"}


class _Columns(Record, frozen=True):
    """Where the columns of a tree begin and end."""

    numbers: int
    names: int
    lines: int
    places: int

    @property
    def reason(self) -> int:
        """Where the reason begins, beside the row."""
        return self.numbers + self.names + 2 + self.lines + 3 + self.places + 2


def tree_lines(rows: Sequence[Row], look: Look, link_of: LinkOf, *, explained: bool) -> Iterator[Line]:
    """The rows as lines of a terminal; with `explained`, each with its condition and its reason."""
    if not rows:
        return
    columns = _columns(rows, look)
    if explained and columns.lines:
        yield _titles(columns)
    beside = look.width - columns.reason >= NARROWEST_REASON
    for row in rows:
        if row.left_out:
            yield _left_out(row, columns)
        if explained and row.condition:
            yield from _condition(row, columns, look)
        line = _row(row, columns, look, link_of)
        yield from _explained(row, line, columns, look, beside=beside) if explained and _reason(row, look) else [line]


def _columns(rows: Sequence[Row], look: Look) -> _Columns:
    numbers = max(6, *(cells(_number_text(row)) + 3 for row in rows)) if any(row.number for row in rows) else 2
    lines = max(cells(_called_at(row)) for row in rows)
    lines = max(lines, len(CALLED)) if lines else 0
    places = min(max(cells(row.defined_at.text) for row in rows), max(8, look.width // 4))
    names = max(2 * len(row.rails) + cells(row.name) for row in rows)
    room = look.width - numbers - lines - places - 5
    return _Columns(numbers, max(8, min(names, room, LONGEST_NAME)), lines, places)


def _titles(columns: _Columns) -> Line:
    """What the two columns of places mean."""
    left = " " * (columns.numbers + columns.names + 2)
    return (Span(left), Span(f"{CALLED.rjust(columns.lines)} → {fit('defined at', columns.places)}", "quiet"))


def _called_at(row: Row) -> str:
    return str(row.called_at.line) if row.called_at.line else ""


def _rails(row: Row) -> str:
    return "".join("│ " if goes_on else "  " for goes_on in row.rails[1:])


def _row(row: Row, columns: _Columns, look: Look, link_of: LinkOf) -> Line:
    branch = _rails(row) + ("" if not row.rails else "└ " if row.is_last else "├ ")
    branch = fit(branch, columns.names - 6)
    name = Span(fit(row.name, max(4, columns.names - cells(branch))), _style(row))
    line = pad((*_number(row, columns), Span(branch, "quiet"), name), columns.numbers + columns.names + 2)
    called = _called_at(row)
    arrow = " → " if called and row.defined_at.text else "   "
    line = (*line, Span(" " * (columns.lines - cells(called))), Span(called, "", link_of(row.called_at, look)), Span(arrow, "quiet"))
    return (*line, _place(row, columns, look, link_of))


def _explained(row: Row, line: Line, columns: _Columns, look: Look, *, beside: bool) -> Iterator[Line]:
    """The row with its reason: beside it where there is a column for that, or where it is short; below it else."""
    reason = _reason(row, look)
    gutter = _gutter(row, columns)
    if beside:
        yield from wrap(reason, min(look.width, columns.reason + WIDEST_REASON), pad(line, columns.reason), pad(gutter, columns.reason))
    elif line_cells(line) + 2 + line_cells(tuple(reason)) <= look.width:
        yield (*line, Span("  "), *reason)
    else:
        yield line
        yield from wrap(reason, look.width, gutter, gutter)


def _place(row: Row, columns: _Columns, look: Look, link_of: LinkOf) -> Span:
    text = fit(row.defined_at.text, columns.places)
    return Span(text, "" if row.defined_at.file else "quiet", link_of(row.defined_at, look))


def _style(row: Row) -> str:
    return "quiet" if row.taken == "false" else _STYLES[row.kind]


def _number(row: Row, columns: _Columns) -> Line:
    if columns.numbers < 6:
        return (Span(" " * columns.numbers),)
    return (Span(_number_text(row).rjust(columns.numbers - 2), "" if row.number else "quiet"), Span("  "))


def _number_text(row: Row) -> str:
    """The number, with a question mark where it is not known whether the step is taken."""
    return "·" if row.number is None else f"{row.number}?" if row.taken == "unknown" else str(row.number)


def _reason(row: Row, look: Look) -> list[Span]:
    """What the run says of the row, the call as it is written (with -v), and why the row is there."""
    mark = [Span(f"✗ {row.mark}", "bad")] if row.mark else []
    call = code(row.call_text)
    written = [Span(call)] if look.verbose and row.call_text and row.rails and call not in row.why else []
    why = [Span(row.why, "quiet" if row.taken == "false" else "")] if row.why else []
    parts = [part for part in (mark, written, why) if part]
    return [span for place_, part in enumerate(parts) for span in ([Span("; "), *part] if place_ else part)]


def _gutter(row: Row, columns: _Columns) -> Line:
    """The rails that go on beside a line that stands below a row."""
    below = _rails(row) + ("" if not row.rails else "  " if row.is_last else "│ ") + ("│ " if row.has_children else "  ")
    return (Span(" " * columns.numbers), Span(fit(below, columns.names - 4), "quiet"))


def _left_out(row: Row, columns: _Columns) -> Line:
    words = f"… {row.left_out} steps folded"
    return (Span(" " * columns.numbers), Span(fit(_rails(row) + ("┆ " if row.rails else ""), columns.names - 4) + words, "quiet"))


def _condition(row: Row, columns: _Columns, look: Look) -> Iterator[Line]:
    """The condition stands above the first row that it guards."""
    gutter = (Span(" " * columns.numbers), Span(fit(_rails(row) + ("│ " if row.rails else ""), columns.names - 4), "quiet"))
    ending = ", so:" if row.taken == "true" else ":"
    return wrap([Span(row.condition + ending, "quiet")], min(look.width, line_cells(gutter) + WIDEST_REASON + 20), gutter, gutter)
