"""What answers in ten seconds, at the top of a loss page: what goes in and comes out, denominator, range, what is not checked, the mistake.

In: a Chapter and the checks of the evidence. Out: rows of plain text. Every number stands in a check, a probe or the example.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from inspector import evidence
from inspector.book import Book, Chapter
from inspector.evidence import Column
from inspector.losses.choosing import use_of
from inspector.render import explain
from inspector.render.numbers import cell_of, text
from inspector.report import Acceptance, Bounds, Check, Definition, Example, Input, Number, Probed, Record, Report

MOST_UNCHECKED = 4
MOST_WAYS = 3
LARGE = 1e6
"""From here on a whole number is written with an exponent."""


class BoxRow(Record, frozen=True):
    """One row of the box."""

    label: str
    lines: tuple[str, ...]
    """Sentences; what stands between backticks is code."""
    href: str = ""
    """Where more is said, on this page."""
    kind: str = ""
    """"warning" for what people get wrong."""


class Verified(Record, frozen=True):
    """What one machine verified of this loss, in one line."""

    machine: str
    checks: int
    failed: int
    known: int
    """How many of these have a known cause."""
    not_run: int
    worst: str
    """The greatest errors in float32 in units in the last place: "value 1.5, gradient 3"; "" where none was measured."""


def rows(report: Report) -> Iterator[BoxRow]:
    """The rows of the box, in order."""
    definition = report.definition
    use = use_of(report.subject.qualified_name.rpartition(".")[2])
    if use is not None:
        yield BoxRow("Your network gives", (f"{use.takes}; {_aimed_at(use.target)}",))
    if isinstance(definition, Definition):
        yield from _goes_in(definition)
    yield from _comes_out(report)
    yield from _divided(report)
    yield from range_of(report)
    unchecked = tuple(_unchecked(report))
    if unchecked:
        yield BoxRow("Not checked", unchecked, "#inputs")
    if isinstance(definition, Definition) and definition.mistake:
        yield BoxRow("Most often wrong", (definition.mistake,), kind="warning")


def _aimed_at(target: str) -> str:
    """The target of a loss; where there is none, what it has in its place."""
    return f"no target{target.removeprefix('none')}" if target.startswith("none") else f"the target: {target}"


# -- what goes in and out -------------------------------------------------------------------------------------------------


def _goes_in(definition: Definition) -> Iterator[BoxRow]:
    """One row an input: its shape, dtype and values in each way to call the loss that differs by more than shape."""
    names = list(dict.fromkeys(one.name for way in definition.ways for one in way.inputs))
    for name in names:
        forms = [one for way in definition.ways for one in way.inputs if one.name == name]
        kinds: dict[tuple[str, str], list[Input]] = {}
        for one in forms:
            kinds.setdefault((one.dtype, one.values.partition(" along axis")[0]), []).append(one)
        lines = [_form(dtype, values, alike) for (dtype, values), alike in kinds.items()]
        yield BoxRow(f"`{name}`", tuple(lines[:MOST_WAYS]), "#inputs")


def _form(dtype: str, values: str, alike: Sequence[Input]) -> str:
    shapes = list(dict.fromkeys(one.shape for one in alike))
    return f"{dtype}, {explain.listed((f'`{shape}`' for shape in shapes[:4]), 'or')}: {values}"


def _comes_out(report: Report) -> Iterator[BoxRow]:
    example = report.example
    if not isinstance(example, Example):
        return
    if _fields(report):
        fields = explain.listed(f"`.{name}`" for name in _fields(report))
        yield BoxRow("Comes out", (f"a named tuple with {fields}.",), "#example")
        return
    names = [each.reduction for each in report.denominators]
    one = f"one number with reduction {explain.listed((f'`{name!r}`' for name in names), 'or')}" if names else ""
    here = "one number" if example.value.shape == () else f"a tensor of shape `{_shape(example.value.shape)}`"
    every = f"{one}; each term with `'none'`" if one and _has_none(report) else one or here
    yield BoxRow("Comes out", (f"{every}.",), "#example")


def _fields(report: Report) -> tuple[str, ...]:
    """The names of what comes out, where that is a tuple and no reduction is chosen."""
    chooses = any(parameter.name == "reduction" for parameter in report.subject.signature)
    return () if chooses or not isinstance(report.definition, Definition) else tuple(report.definition.denominators)


def _has_none(report: Report) -> bool:
    return isinstance(report.definition, Definition) and "none" in report.definition.denominators


def _shape(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _divided(report: Report) -> Iterator[BoxRow]:
    divided = [each for each in report.denominators if each.value is not None]
    fields = _fields(report)
    names = [f".{fields[0]}" if fields else repr(each.reduction) for each in divided]
    # "each loss value by …, then the sum by …" says what is divided as well.
    words = [each.words if each.words.startswith("each ") else f"by {each.words}" for each in divided]
    lines = tuple(
        f"`{name}` divides {said}; {_edge(each.value)} in the example below" for name, said, each in zip(names, words, divided, strict=True)
    )
    if lines:
        yield BoxRow("Denominator", lines, "#formula")


def range_of(report: Report) -> Iterator[BoxRow]:
    """From where to where the value goes, and when it is smallest: only as far as the samples bear it out."""
    bounds = report.bounds
    if not isinstance(bounds, Bounds) or bounds.status != "pass":
        return
    low, high = _edge(bounds.low), _edge(bounds.high)
    if bounds.low == "-inf":
        said = f"any number; as small as you like {bounds.where}" if bounds.high == "inf" else f"up to {high}"
    elif bounds.high != "inf":
        said = f"from {low} to {high}; {low} {bounds.where}"
    else:
        said = f"{low} or more; {low} {bounds.where}" if bounds.reached else f"above {low}; towards {low} {bounds.where}"
    yield BoxRow("Range", (said, f"All {bounds.tried} values that were tried lay in it."), kind="range")


def _edge(value: Number | None) -> str:
    """A whole number without a fraction, another to four digits, with the signs of infinity and of minus."""
    if value is None:
        return text(value)
    infinite = {"inf": "∞", "-inf": "−∞"}
    if isinstance(value, str):
        return infinite.get(value, value)
    return (str(int(value)) if value == int(value) and abs(value) < LARGE else text(float(value))).replace("-", "−")


# -- what is not checked --------------------------------------------------------------------------------------------------


def _unchecked(report: Report) -> Iterator[str]:
    """What is taken in silence though it is not documented: the findings say what it does, the probes what else is taken."""
    silent = [finding for finding in report.findings if finding.severity == "undocumented acceptance"]
    names = _input_names(report)
    said = [_titled(finding.title, names) for finding in silent]
    if isinstance(report.probed, Probed):
        said += _shapes_taken(_silent(report.probed.accepted))
    shown = list(dict.fromkeys(said))
    yield from shown[:MOST_UNCHECKED]
    if len(shown) > MOST_UNCHECKED:
        yield f"And {len(shown) - MOST_UNCHECKED} more."


def _shapes_taken(rows_: Iterable[Acceptance]) -> Iterator[str]:
    """One sentence an input and documented shape, which names the first few that are taken in its place."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows_:
        given, _, documented = row.what.removeprefix("shape ").partition(" in place of ")
        found.setdefault((row.altered, documented), []).append(f"`{given}`")
    for (altered, documented), shapes in found.items():
        yield f"`{altered}` of shape {explain.some(shapes)} is taken in place of `{documented}`."


def _input_names(report: Report) -> set[str]:
    definition = report.definition
    return {one.name for way in definition.ways for one in way.inputs} if isinstance(definition, Definition) else set()


def _titled(title: str, names: Collection[str]) -> str:
    """The title of a finding as a sentence, the input or argument it begins with as code."""
    first, space, more = title.partition(" ")
    if first in names and space:
        return f"`{first}` {more}."
    name, colon, rest = title.partition(": ")
    return f"`{name}`: {rest}." if colon and name.isidentifier() else explain.sentence(title)


def _silent(rows_: Iterable[Acceptance]) -> Iterator[Acceptance]:
    yield from (row for row in rows_ if not row.documented and row.status == "accepted" and row.what.startswith("shape"))


# -- what was verified ----------------------------------------------------------------------------------------------------


def verified(columns: Iterable[tuple[Column, Sequence[Check]]]) -> tuple[Verified, ...]:
    """One line a machine that verified this loss."""
    return tuple(_verified(column, checks) for column, checks in columns)


def checks(book: Book, chapter: Chapter) -> list[tuple[Column, list[Check]]]:
    """The checks of each machine that are about this loss."""
    own = evidence.of_subject(book.evidence, chapter.report.subject.qualified_name)
    found = [(column, [check for _, check in column.checks()]) for column in own.columns]
    return [(column, some) for column, some in found if some]


def _worst(checks: Sequence[Check], kind: str) -> str:
    """Of one kind, in the dtype that people train in; what cancels has another measure, in the table of checks."""
    return cell_of([check for check in checks if check.kind == kind and check.dtype == "float32"]).worst.removesuffix("*")


def _verified(column: Column, checks: Sequence[Check]) -> Verified:
    ran = [check for check in checks if check.status != "not_run"]
    return Verified(
        machine=f"torch {column.machine.torch}, {column.machine.device.upper()}: {column.machine.processor}",
        checks=len(ran),
        failed=sum(check.status == "fail" for check in ran),
        known=sum(bool(check.cause) for check in ran if check.status == "fail"),
        not_run=len(checks) - len(ran),
        worst=", ".join(f"{kind} {worst}" for kind in ("value", "gradient") if (worst := _worst(checks, kind))),
    )
