"""The call of a loss -> numbered steps with their few lines of source, for each configuration, and what differs between them.

In: a Chapter. Out: one Path a configuration. Sentences come from explain.py; here is decided which lines are shown, and where.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from markupsafe import Markup

from inspector.book import Book, Chapter
from inspector.render import explain, places, view
from inspector.render.pages import quoting
from inspector.render.pages.passages import passage
from inspector.render.places import Place
from inspector.render.tree import Row
from inspector.report import Agreement, Argument, Observation, Record, Reference, Report, Step, TensorData

TOP = "../"
DEEPEST = 6
"""Deeper steps are not moved further to the right."""
FEWEST_TOGETHER = 4
"""So many calls on tensors in a row are folded into one step."""
OPEN = 26
"""Lines of source that are shown unfolded."""

Status: TypeAlias = Literal["ran", "did not run", "unseen", ""]
"""What the run says of a step; "" where nothing ran."""


class Untaken(Record, frozen=True):
    """A path that was not taken, at the step where it branches off."""

    what: str
    condition: str


class PathStep(Record, frozen=True):
    """One step."""

    number: str
    """Its number; "" for one that has none."""
    depth: int
    name: str
    kind: str
    call_text: str
    called_at: Place
    called_href: str
    """The line of the call, on our page of the file."""
    defined_at: Place
    defined_href: str
    """The line of the definition, on our page of the file."""
    native: tuple[Place, ...]
    """The C++ files behind a native function, as of one release."""
    condition: str
    why: str
    status: Status
    is_new: bool
    """True where the default configuration has no such step."""
    is_maybe: bool
    """True where it depends on the data whether it runs."""
    left_out: int
    code: Markup
    """Its few lines; "" where it is shown elsewhere, or is no Python."""
    is_open: bool
    """Whether they are shown unfolded."""
    shown_at: str
    """The number of the step at which the same function is shown."""
    untaken: tuple[Untaken, ...]


class Run(Record, frozen=True):
    """Several calls on tensors, one after the other, that lead to nothing else: shown as one step, with each of them inside."""

    number: str
    """Numbers of the first and the last."""
    depth: int
    said: str
    """How many they are, and on which lines."""
    names: tuple[str, ...]
    """What is called, each once, in order."""
    href: str
    """The first of the lines, on our page of the file."""
    ran: int
    """How many of them a run confirmed."""
    is_maybe: bool
    """True where some depend on the data."""
    steps: tuple[PathStep, ...]


class Path(Record, frozen=True):
    """The call in one configuration."""

    id: str
    title: str
    """The configuration in a few words."""
    verdict: str
    agrees: bool
    steps: tuple[PathStep | Run, ...]
    """Every step once: by itself, or in a run."""
    notes: tuple[str, ...]
    differs: str
    """How it differs from the default one; "" for that one."""
    operators: tuple[str, ...]
    """ATen operators of the forward pass."""


def paths(book: Book, chapter: Chapter) -> tuple[Path, ...]:
    """Every path of a loss, the default one first."""
    reports = [("default", chapter.report), *((_title(variant.report), variant.report) for variant in chapter.variants)]
    default = chapter.report
    return tuple(_path(book, report, title, place, default) for place, (title, report) in enumerate(reports))


def _title(report: Report) -> str:
    """What sets a configuration apart: its kind of inputs, the arguments that may be left out, its hooks."""
    asked = report.subject.configuration
    required = {parameter.name for parameter in report.subject.signature if parameter.default is None}
    given = [f"{argument.name}={_short(argument)}" for argument in asked.args if argument.name not in required]
    every = given or [f"{argument.name}={_short(argument)}" for argument in asked.args]
    hooks = f"with a {explain.listed(hook.replace('_', ' ') for hook in asked.hooks)} hook" if asked.hooks else ""
    return ", ".join(
        [
            *([asked.target_kind] if asked.target_kind else []),
            *(given if hooks or asked.target_kind else every),
            *([hooks] if hooks else []),
        ]
    )


def _short(argument: Argument) -> str:
    """The value of an argument in a few characters; of a tensor its shape."""
    value = argument.value
    if isinstance(value, TensorData):
        return f"tensor of shape {explain.term(value).partition(' ')[2]}"
    return explain.last(value.name) if isinstance(value, Reference) else explain.term(value)


def _path(book: Book, report: Report, title: str, place: int, default: Report) -> Path:
    trace = view.chain(report)
    ran, agreement = report.observation, report.agreement
    return Path(
        id=f"path-{place}",
        title=title,
        verdict=trace.verdict,
        agrees=isinstance(agreement, Agreement) and not agreement.read_not_run and not agreement.run_not_read,
        steps=tuple(_runs(list(_Writer(book, report, default if place else None).steps(trace.rows)))),
        notes=tuple(note for note in trace.notes if "not taken" not in note),
        differs=_differs(report, default) if place else "",
        operators=ran.aten_forward if isinstance(ran, Observation) else (),
    )


def _differs(report: Report, default: Report) -> str:
    """The difference to the default path in one sentence."""
    new, old = _taken(report), _taken(default)
    more = list(dict.fromkeys(name for name in new if name not in old))
    fewer = list(dict.fromkeys(name for name in old if name not in new))
    said = [f"It also calls {explain.some(map(explain.short, more), most=4)}"] if more else []
    said += [f"It does not call {explain.some(map(explain.short, fewer), most=4)}"] if fewer else []
    if not said:
        said = ["The same Python calls"]
    ran, before = report.observation, default.observation
    if isinstance(ran, Observation) and isinstance(before, Observation):
        one, other = len(ran.aten_forward), len(before.aten_forward)
        below = explain.counted(one, "operator") + (f" in place of {other}" if one != other else "")
        said.append(f"below Python {below}: {' → '.join(view.ends(ran.aten_forward))}")
    return "; ".join(said) + "."


def _taken(report: Report) -> list[str]:
    return [step.callee for step in report.call_trace.steps if step.taken != "false" and not explain.is_noise(step)]


class _Writer:
    """Writes the steps of one path; a function is quoted the first time only."""

    def __init__(self, book: Book, report: Report, default: Report | None) -> None:
        self._book, self._report = book, report
        self._by_id = {step.id: step for step in report.call_trace.steps}
        self._known = {(step.caller, step.callee) for step in default.call_trace.steps if step.taken != "false"} if default else None
        self._quoted: dict[str, str] = {}
        agreement = report.agreement
        self._status: dict[int, Status] = {}
        if isinstance(agreement, Agreement):
            self._status = {
                **dict.fromkeys(agreement.not_observable, "unseen"),
                **dict.fromkeys(agreement.read_not_run, "did not run"),
                **dict.fromkeys(agreement.confirmed, "ran"),
            }
        self._untaken: dict[int | None, list[Step]] = {}
        for step in report.call_trace.steps:
            if step.taken == "false":
                self._untaken.setdefault(step.parent, []).append(step)

    def steps(self, rows: Sequence[Row]) -> Iterator[PathStep]:
        """The steps of the rows, in order."""
        for row in rows:
            yield self._step(row, rows)

    def _step(self, row: Row, rows: Sequence[Row]) -> PathStep:
        step = self._by_id[row.id]
        is_new = self._known is not None and (step.caller, step.callee) not in self._known
        shown_at = self._quoted.get(step.callee, "")
        is_known = self._known is not None and not is_new
        code, lines = (Markup(), 0) if shown_at or is_known else self._code(row, step, rows)
        if code:
            self._quoted[step.callee] = str(row.number or "")
        return PathStep(
            number="" if row.number is None else str(row.number),
            depth=min(len(row.rails), DEEPEST),
            name=row.name,
            kind=row.kind,
            call_text=row.call_text,
            called_at=row.called_at,
            called_href=quoting.href(self._book, row.called_at.file, row.called_at.line, TOP),
            defined_at=row.defined_at,
            defined_href=quoting.href(self._book, row.defined_at.file, row.defined_at.line, TOP),
            native=places.native_files(step.callee) if row.kind == "native" else (),
            condition=row.condition,
            why=row.why,
            status=self._status.get(row.id, ""),
            is_new=is_new,
            is_maybe=row.taken == "unknown",
            left_out=row.left_out,
            code=code,
            is_open=lines <= OPEN and self._calls_on(step, rows),
            shown_at=shown_at if row.defined_at.file else "",
            untaken=tuple(_untaken(self._untaken.get(row.id, ()))),
        )

    def _calls_on(self, step: Step, rows: Sequence[Row]) -> bool:
        """Whether a step calls others that are shown: only then its source says where the path goes."""
        return any(self._by_id[row.id].parent == step.id for row in rows)

    def _code(self, row: Row, step: Step, rows: Sequence[Row]) -> tuple[Markup, int]:
        """The few lines of the function that a step calls, and how many they are."""
        place = row.defined_at
        text = self._book.sources.get(place.file)
        if text is None or row.kind not in ("python", "attribute"):
            return Markup(), 0
        inside = [other.called_at.line for other in rows if other.called_at.file == place.file and self._is_below(other, step)]
        found = passage(text, place.line, inside)
        if found is None:
            return Markup(), 0
        steps = [one for one in self._report.call_trace.steps if one.taken != "false"]
        code = quoting.quote(self._book, place.file, found.stretches, steps=steps, marked=found.marked, top=TOP)
        return code, sum(last - first + 1 for first, last in found.stretches)

    def _is_below(self, row: Row, above: Step) -> bool:
        """Whether the call of a row stands in the text of the function that `above` calls."""
        return self._by_id[row.id].caller == above.callee


def _runs(steps: Sequence[PathStep]) -> Iterator[PathStep | Run]:
    """The steps, those that do no more than call a method of a tensor together where several follow each other."""
    for plain, group in itertools.groupby(steps, key=lambda step: _is_plain(step) and (step.depth, step.called_at.file)):
        some = list(group)
        yield from [_run(some)] if plain and len(some) >= FEWEST_TOGETHER else some


def _is_plain(step: PathStep) -> bool:
    """Whether a step is a method of a tensor and leads nowhere."""
    return step.kind == "native" and step.name.startswith("Tensor.") and not (step.native or step.code or step.untaken or step.is_new)


def _run(steps: Sequence[PathStep]) -> Run:
    lines = [step.called_at.line for step in steps]
    on = f"lines {min(lines)}–{max(lines)}" if min(lines) < max(lines) else f"line {lines[0]}"
    return Run(
        number=f"{steps[0].number}–{steps[-1].number}",
        depth=steps[0].depth,
        said=f"{len(steps)} tensor operations on {on} of {steps[0].called_at.text.rpartition(':')[0]}",
        names=tuple(dict.fromkeys(step.name.removeprefix("Tensor.") for step in steps)),
        href=next(step.called_href for step in steps if step.called_at.line == min(lines)),
        ran=sum(step.status == "ran" for step in steps),
        is_maybe=any(step.is_maybe for step in steps),
        steps=tuple(steps),
    )


def _untaken(steps: Sequence[Step]) -> Iterator[Untaken]:
    """One for each path that was not taken; those that would only call Python's own functions are left out."""
    groups: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        groups.setdefault((step.condition, step.because), []).append(step)
    for group in groups.values():
        named = [step for step in group if not explain.is_noise(step)]
        if named:
            names = explain.some((explain.short(step.callee) for step in named), most=4)
            yield Untaken(names, explain.condition(named[0]) or explain.because(named[0]))
