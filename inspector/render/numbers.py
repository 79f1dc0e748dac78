"""Numbers of a report -> rows to show: a tensor as an aligned grid, checks counted by kind, dtype and device.

In: records with numbers. Out: strings and counts. It rounds for the eye only: the JSON form holds every digit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from inspector.report import Check, ExampleValue, Number, Record

MOST_ACROSS = 6
MOST_DOWN = 8
MOST_KINDS = 3
"""Kinds of checks that are named one by one where several did not run for one reason."""

MEASURED = "how many, and the worst error in ulp (units in the last place)"
"""What stands in the cells."""


class Grid(Record, frozen=True):
    """A tensor ready to be shown."""

    name: str
    what: str
    """Its dtype and shape: float64 (3, 5)."""
    lines: tuple[str, ...]
    """One line a row, columns aligned; a scalar has one."""


class CheckCell(Record, frozen=True):
    """Checks of one kind in one column: how many passed, failed and did not run, and the worst error."""

    passed: int = 0
    failed: int = 0
    not_run: int = 0
    worst: str = ""
    """The greatest error in units in the last place; "" where no check of the cell measures one."""

    @property
    def text(self) -> str:
        """The cell in few letters: "3  0.5"; what failed or did not run says so and is never counted as passed."""
        ran = self.passed + self.failed
        if not ran:
            return "not run" if self.not_run else "-"
        counted = f"✗ {self.failed} of {ran}" if self.failed else str(ran)
        return f"{counted}  {self.worst}".rstrip()


class CheckTable(Record, frozen=True):
    """Checks counted: a row a kind of check, a column a dtype (and a device, where there are several)."""

    sentence: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[CheckCell, ...]], ...]
    reasons: tuple[str, ...]
    """Why some did not run."""
    footnote: str = ""
    """What a star behind an error means; "" where there is none."""


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
    exponents = any(isinstance(number, float) and (0 < abs(number) < 5e-5 or abs(number) >= 1e6) for number in value.values)
    starts = range(0, len(value.values), across)
    cut = [[text(number, exponents=exponents) for number in _ends(value.values[start : start + across])] for start in starts]
    lines = [*cut[: MOST_DOWN - 1], ["…"], cut[-1]] if len(cut) > MOST_DOWN else cut
    wide = max(len(cell) for line in lines for cell in line)
    return ["  ".join(cell.rjust(wide) for cell in line) for line in lines]


def _ends(row: Sequence[Number | bool | str]) -> Sequence[Number | bool | str]:
    return [*row[: MOST_ACROSS - 1], "…", row[-1]] if len(row) > MOST_ACROSS + 1 else row


def text(number: Number | bool | None, *, digits: int = 4, exponents: bool | None = None) -> str:
    """The number for the eye; with exponents where asked, and by default where plain digits would not show it."""
    if not isinstance(number, float):
        return "-" if number is None else str(number)
    if exponents is None:
        exponents = number != 0 and not 1e-3 <= abs(number) < 1e6
    return f"{number:.{digits - 1}e}" if exponents else f"{number:.{digits}f}"


def check_table(checks: Sequence[Check], *, each: bool) -> CheckTable:
    """The checks counted by kind (by claim where `each`), in the order in which they first came."""
    several = len({check.device for check in checks}) > 1
    cells: dict[tuple[str, str], list[Check]] = {}
    for check in checks:
        column = f"{check.dtype}, {check.device}" if several else check.dtype
        cells.setdefault((check.claim if each else check.kind, column), []).append(check)
    columns = tuple(dict.fromkeys(column for _, column in cells))
    labels = dict.fromkeys(label for label, _ in cells)
    return CheckTable(
        sentence=_sentence(checks),
        columns=columns,
        rows=tuple((label, tuple(cell_of(cells.get((label, column), ())) for column in columns)) for label in labels),
        reasons=tuple(_reasons([check for check in checks if check.status == "not_run"])),
        footnote=footnote(checks),
    )


def footnote(checks: Sequence[Check]) -> str:
    """What a star behind an error means, with the greatest error it stands for; "" where there is none."""
    errors = [check.abs_error for check in checks if _cancels(check) and isinstance(check.abs_error, int | float)]
    return f"* where the exact value cancels to less than its rounding, the error is absolute: at most {max(errors):.1e}" if errors else ""


def _sentence(checks: Sequence[Check]) -> str:
    ran = [check for check in checks if check.status != "not_run"]
    devices = ", ".join(dict.fromkeys(check.device for check in checks))
    passed = sum(check.status == "pass" for check in ran)
    return f"{passed} of {len(ran)} checks that ran passed ({devices})" if checks else ""


def _reasons(idle: Sequence[Check]) -> Iterator[str]:
    """One line for all checks that did not run for the same reason: which kinds, or how many."""
    groups: dict[str, list[Check]] = {}
    for check in idle:
        groups.setdefault(check.reason or "no reason was given", []).append(check)
    for reason, group in groups.items():
        kinds = list(dict.fromkeys(check.kind for check in group))
        what = ", ".join(kinds) if len(kinds) <= MOST_KINDS else f"{len(group)} checks of {len(kinds)} kinds"
        where = "; ".join(
            f"{', '.join(dict.fromkeys(check.dtype for check in group if check.device == device))}, {device}"
            for device in dict.fromkeys(check.device for check in group)
        )
        yield f"{what} ({where}): {reason}"


def cell_of(group: Sequence[Check]) -> CheckCell:
    """Some checks counted."""
    counts = Counter(check.status for check in group)
    return CheckCell(passed=counts["pass"], failed=counts["fail"], not_run=counts["not_run"], worst=_worst(group))


def _worst(group: Sequence[Check]) -> str:
    """The greatest error in ulp; one that is not finite ("nan", "inf") is the worst there is. A star where there are others.

    Where summands cancel to less than their own rounding, units in the last place of what is left say nothing.
    """
    ran = [(check.ulp_error, _cancels(check)) for check in group if check.ulp_error is not None and check.status != "not_run"]
    errors = [error for error, cancels in ran if not cancels]
    finite = [error for error in errors if isinstance(error, int | float)]
    worst = next((error for error in errors if isinstance(error, str)), f"{max(finite):.3g}" if finite else "")
    return worst + ("*" if any(cancels for _, cancels in ran) else "")


def _cancels(check: Check) -> bool:
    """Whether a check passed where the rounding that the tolerance allows is as large as the exact value itself."""
    if not check.abs_error or check.status != "pass":  # first, as it is so for most
        return False
    expected, tolerance = check.expected, check.atol
    return isinstance(expected, int | float) and isinstance(tolerance, int | float) and abs(expected) <= tolerance
