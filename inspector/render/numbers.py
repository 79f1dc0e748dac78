"""Numbers of a report -> rows to show: a tensor as an aligned grid, checks counted by kind, dtype and device.

In: records with numbers. Out: strings. It rounds for the eye only: the JSON form holds every digit.
"""

from __future__ import annotations

from collections.abc import Sequence

from inspector.report import Check, ExampleValue, Number, Record

MOST_ACROSS = 6
MOST_DOWN = 8


class Grid(Record, frozen=True):
    """A tensor ready to be shown."""

    name: str
    what: str
    """Its dtype and shape: float64 (3, 5)."""
    lines: tuple[str, ...]
    """One line a row, columns aligned; a scalar has one."""


class CheckRow(Record, frozen=True):
    """Checks of one kind, dtype and device; or a single check, with -v."""

    kind: str
    dtype: str
    device: str
    passed: int
    failed: int
    not_run: int
    worst: str
    """The greatest error in units in the last place."""
    reason: str = ""

    @property
    def counts(self) -> str:
        """The counts in words; what did not run is never counted as passed."""
        named = ((self.passed, "passed"), (self.failed, "failed"), (self.not_run, "not run"))
        return ", ".join(f"{count} {word}" for count, word in named if count)


def checks_passed(rows: Sequence[CheckRow]) -> str:
    """How many of the checks that ran passed, in one sentence; "" where there are no checks."""
    ran = sum(row.passed + row.failed for row in rows)
    return f"{sum(row.passed for row in rows)} of {ran} checks that ran passed" if rows else ""


def grid(name: str, value: ExampleValue) -> Grid:
    """The tensor as lines of at most MOST_ACROSS numbers; more than two dimensions are shown as rows of the last one."""
    shape = f" ({', '.join(map(str, value.shape))}{',' if len(value.shape) == 1 else ''})" if value.shape else ""
    return Grid(name, value.dtype + shape, tuple(_lines(value)))


def _lines(value: ExampleValue) -> list[str]:
    if not value.shape:
        return [text(value.values[0], digits=7) if value.values else ""]
    across = value.shape[-1]
    if across == 0 or not value.values:
        return ["(empty)"]
    cut = [[text(number) for number in _ends(value.values[start : start + across])] for start in range(0, len(value.values), across)]
    lines = [*cut[: MOST_DOWN - 1], ["…"], cut[-1]] if len(cut) > MOST_DOWN else cut
    wide = max(len(cell) for line in lines for cell in line)
    return ["  ".join(cell.rjust(wide) for cell in line) for line in lines]


def _ends(row: Sequence[Number | bool | str]) -> Sequence[Number | bool | str]:
    return [*row[: MOST_ACROSS - 1], "…", row[-1]] if len(row) > MOST_ACROSS + 1 else row


def text(number: Number | bool | None, digits: int = 4) -> str:
    """The number for the eye: four places, exponents only where it needs them."""
    if not isinstance(number, float):
        return "-" if number is None else str(number)
    if number == 0 or 1e-3 <= abs(number) < 1e6:
        return f"{number:.{digits}f}"
    return f"{number:.{digits - 1}e}"


def check_rows(checks: Sequence[Check], *, each: bool) -> tuple[CheckRow, ...]:
    """The checks counted, in the order in which their kinds first came; one row a check where `each`."""
    groups: dict[tuple[str, ...], list[Check]] = {}
    for check in checks:
        key = (check.kind, check.dtype, check.device, *((check.id,) if each else ()))
        groups.setdefault(key, []).append(check)
    return tuple(_check_row(group, each=each) for group in groups.values())


def _check_row(group: Sequence[Check], *, each: bool) -> CheckRow:
    counts = {status: sum(check.status == status for check in group) for status in ("pass", "fail", "not_run")}
    first = group[0]
    return CheckRow(
        kind=first.claim if each else first.kind,
        dtype=first.dtype,
        device=first.device,
        passed=counts["pass"],
        failed=counts["fail"],
        not_run=counts["not_run"],
        worst=_worst(group),
        reason="; ".join(dict.fromkeys(check.reason for check in group if check.reason)),
    )


def _worst(group: Sequence[Check]) -> str:
    """The greatest error; a non-finite one ("nan", "inf") is the worst there is."""
    errors = [check.ulp_error for check in group if check.ulp_error is not None and check.status != "not_run"]
    if not errors:
        return ""
    for error in errors:
        if isinstance(error, str):
            return error
    worst = max(error for error in errors if not isinstance(error, str))
    return f"{worst:.3g}"
