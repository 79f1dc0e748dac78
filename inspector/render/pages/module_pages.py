"""How calling a Module works, and how one is made: two pages, from the traces of one plain loss, of the same with hooks, and of Module.

In: the Workings of a Book. Out: module/calling.md and module/making.md. Nothing on them is typed in: every step, condition and value is
of a trace, and every answer came of a run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from markupsafe import Markup

from inspector.book import Book, Workings
from inspector.render import explain, highlight, tree, view
from inspector.render.pages import quoting
from inspector.render.pages.environment import render
from inspector.render.pages.illustrated import illustrations
from inspector.render.pages.page import Page
from inspector.render.tree import Row
from inspector.report import Agreement, AttributeRecord, Observation, Record, Report, Step

TOP = "../"
LONGEST_STATEMENT = 15
"""Lines of a call that are shown; of a longer one only the first."""
HOOKS_OF_OURS = "inspector.live.hooks."


class Stage(Record, frozen=True):
    """One function on the way, with the lines that were gone through."""

    name: str
    place: str
    href: str
    said: tuple[str, ...]
    """What led here, in sentences."""
    code: Markup
    aside: tuple[tuple[str, str], ...]
    """What else it calls on the way: name, and what comes of it."""


class Condition(Record, frozen=True):
    """The condition that decides between the fast path and the slow one."""

    text: str
    value: str
    because: str
    line: str
    href: str
    code: Markup


class Difference(Record, frozen=True):
    """One step of the call with hooks beside the same call without."""

    name: str
    place: str
    href: str
    why: str
    without: int | None
    """Its number in the call without hooks; None where it is not in it."""
    with_hooks: int | None
    inside: int
    """How many steps it leads to that are not shown."""


class Refusal(Record, frozen=True):
    """An error that a function raises, and when."""

    condition: str
    error: str
    place: str
    href: str


def pages(book: Book) -> Iterator[Page]:
    """Both pages; none where the book has no workings."""
    if isinstance(book.workings, Workings):
        yield Page("module/calling.md", _calling(book, book.workings), "How calling a Module works", "Understand")
        yield Page("module/making.md", _making(book, book.workings), "Constructing a Module", "Understand")


def _calling(book: Book, workings: Workings) -> str:
    plain, hooked = workings.plain, workings.hooked
    return render(
        "module/calling.md",
        why=explain.why_callable(plain),
        name=explain.last(plain.subject.qualified_name),
        verdict=explain.verdict(plain.agreement) if isinstance(plain.agreement, Agreement) else "",
        stages=tuple(_stages(book, plain)),
        fast=_condition(book, plain),
        slow=_condition(book, hooked),
        differences=tuple(_differences(book, workings)),
        counts=tuple(max(filter(None, (row.number for row in view.chain(report).rows)), default=0) for report in (plain, hooked)),
        hooks=[hook.replace("_", " ") for hook in hooked.subject.configuration.hooks],
        ran=tuple(_hooks_that_ran(hooked)),
        answers=workings.calling,
        drawn={answer.id: illustrations(book, answer, TOP) for answer in workings.calling},
        code=snippet,
    )


def _making(book: Book, workings: Workings) -> str:
    buffered = _with_a_buffer(book, workings)
    return render(
        "module/making.md",
        plain=workings.plain.subject.configuration.expression,
        stages=tuple(_constructors(book, workings.plain)),
        containers=[record for record in workings.module.construction_trace.attributes if record.container],
        buffered=explain.last(buffered.subject.qualified_name),
        attributes=view.construction(buffered).attributes,
        read=tuple(_attribute_reads(buffered)),
        refusals=tuple(_refusals(book, buffered)),
        href=partial(quoting.href, book, top=TOP),
        answers=workings.making,
        drawn={answer.id: illustrations(book, answer, TOP) for answer in workings.making},
        code=snippet,
    )


def snippet(program: str) -> Markup:
    """A program of ours, coloured."""
    return Markup(highlight.plain(program))


# -- calling ------------------------------------------------------------------------------------------------------------


def _forward(report: Report) -> Step | None:
    """The step in which the subject's own forward is called."""
    own = {f"{entry.qualified_name}.forward" for entry in report.mro}
    return next((step for step in report.call_trace.steps if step.callee in own and step.taken != "false"), None)


def _stages(book: Book, report: Report) -> Iterator[Stage]:
    """The functions from `__call__` to the forward, each with its lines."""
    steps, rows = report.call_trace.steps, {row.id: row for row in view.chain(report).rows}
    for step in _ancestors(steps, _forward(report)):
        row, natives = rows[step.id], [child.id for child in _taken(steps, step.id) if child.kind == "native" and child.id in rows]
        aside = [(rows[id].name, rows[id].why) for id in natives if rows[id].why]
        yield _stage(book, step, steps, (row.condition, row.why), aside)


def _ancestors(steps: Sequence[Step], last: Step | None) -> list[Step]:
    """The steps from the user's own call down to this one."""
    by_id, path = {step.id: step for step in steps}, list[Step]()
    while last is not None:
        path.insert(0, last)
        last = by_id.get(last.parent) if last.parent is not None else None
    return path


def _taken(steps: Iterable[Step], parent: int) -> list[Step]:
    return [step for step in steps if step.parent == parent and step.taken != "false"]


def _stage(book: Book, step: Step, steps: Sequence[Step], said: Iterable[str], aside: Sequence[tuple[str, str]] = ()) -> Stage:
    called = [each for each in _taken(steps, step.id) if each.call_file == step.callee_file and each.call_line >= step.callee_line]
    marked = {each.call_line for each in called if each.kind != "builtin"}
    last = max((each.call_line for each in called), default=step.callee_line)
    lines = range(step.callee_line, _end_of_statement(book.sources.get(step.callee_file, ""), last) + 1)
    return Stage(
        name=explain.short(step.callee),
        place=f"{step.callee_file}:{step.callee_line}",
        href=quoting.href(book, step.callee_file, step.callee_line, TOP),
        said=tuple(explain.sentence(text.replace("super():", "`super()`:")) for text in said if text),
        code=quoting.excerpt(book, step.callee_file, lines, steps=steps, marked=marked or {step.callee_line}, top=TOP),
        aside=tuple(aside),
    )


def _end_of_statement(text: str, line: int) -> int:
    """The line in which the brackets that this line opens are closed; the line itself where that is not near."""
    rows, depth = text.split("\n"), 0
    for number in range(line, min(line + LONGEST_STATEMENT, len(rows) + 1)):
        depth += sum(rows[number - 1].count(each) for each in "([{") - sum(rows[number - 1].count(each) for each in ")]}")
        if depth <= 0:
            return number
    return line


def _condition(book: Book, report: Report) -> Condition | None:
    """The condition that leads to the first call of forward without hooks, with its value in this report."""
    own = {f"{entry.qualified_name}.forward" for entry in report.mro}
    step = next((each for each in report.call_trace.steps if each.callee in own and each.condition), None)
    if step is None:
        return None
    lines = _lines_of(book.sources.get(step.call_file, ""), step.call_line, step.condition)
    return Condition(
        text=" ".join(step.condition.split()),
        value=step.condition_value,
        because=explain.because(step, whole=True),
        line=f"{step.call_file}:{lines.start}",
        href=quoting.href(book, step.call_file, lines.start, TOP),
        code=quoting.excerpt(book, step.call_file, lines, steps=(), top=TOP),
    )


def _lines_of(text: str, call_line: int, condition: str) -> range:
    """From the line where the condition begins to the call it guards; the call's own line where it does not stand just above."""
    above, wanted = text.split("\n")[:call_line], "".join(condition.split())
    for start in range(call_line, max(call_line - 12, 0), -1):
        if wanted in "".join("".join(above[start - 1 : call_line]).split()):
            return range(start, call_line + 1)
    return range(call_line, call_line + 1)


def _differences(book: Book, workings: Workings) -> Iterator[Difference]:
    """The steps of the call with hooks as deep as the forward, each beside its number in the call without."""
    forward = _forward(workings.hooked)
    rows = view.chain(workings.hooked).rows
    deepest = next((len(row.rails) for row in rows if forward is not None and row.id == forward.id), 0)
    without = {row.name: row.number for row in view.chain(workings.plain).rows}
    for row, inside in _folded(rows, deepest):
        at = row.called_at.text or row.defined_at.text
        number = without.get(row.name)
        yield Difference(row.name, at, _row_href(book, row), row.condition or row.why, number, row.number, inside)


def _folded(rows: Sequence[Row], deepest: int) -> Iterator[tuple[Row, int]]:
    """The rows no deeper than `deepest`, each with how many below it are left out."""
    shown = [place for place, row in enumerate(rows) if len(row.rails) <= deepest]
    for place, after in zip(shown, [*shown[1:], len(rows)], strict=True):
        yield rows[place], after - place - 1


def _row_href(book: Book, row: Row) -> str:
    at = row.called_at if row.called_at.file else row.defined_at
    return quoting.href(book, at.file, at.line, TOP) if at.file else ""


def _hooks_that_ran(report: Report) -> Iterator[str]:
    """The hooks and the forward, in the order in which the profiler saw them."""
    if isinstance(report.observation, Observation):
        own = {f"{entry.qualified_name}.forward" for entry in report.mro}
        for call in report.observation.calls:
            if call.callee.startswith(HOOKS_OF_OURS):
                yield call.callee.removeprefix(HOOKS_OF_OURS + "on_").replace("_", " ") + " hook"
            elif call.callee in own:
                yield explain.short(call.callee)


# -- making -------------------------------------------------------------------------------------------------------------


def _constructors(book: Book, report: Report) -> Iterator[Stage]:
    """Every `__init__` on the way, each with its lines and what it sets."""
    steps, attributes = report.construction_trace.calls, report.construction_trace.attributes
    rows = {row.id: row for row in tree.rows(steps, report, tree.Folding(lambda step: step.taken != "false", most_rows=view.EVERYTHING))}
    for step in steps:
        if step.taken == "false" or step.kind != "python" or explain.last(step.callee) != "__init__":
            continue
        own = [record for record in attributes if record.set_in == step.callee]
        yield _stage(book, step, steps, (rows[step.id].why, *_sets(own)))


def _sets(records: Sequence[AttributeRecord]) -> Iterator[str]:
    containers = [record for record in records if record.container]
    if containers:
        yield explain.containers(containers)
    names = [f"`{record.name}` = `{record.value}`" if record.value else f"`{record.name}`" for record in records if not record.container]
    if names:
        yield f"it sets {explain.listed(names)}"


def _with_a_buffer(book: Book, workings: Workings) -> Report:
    """The report of the loss with the fewest steps among those that have a buffer; the plain one where none has."""
    having = [
        chapter.report for chapter in book.chapters if any(one.kind == "buffer" for one in chapter.report.construction_trace.attributes)
    ]  # fmt: skip
    return min(having, key=lambda report: (len(report.call_trace.steps), report.subject.qualified_name), default=workings.plain)


def _attribute_reads(report: Report) -> Iterator[str]:
    """What reading a buffer, a parameter or a submodule runs, in the words of the call trace."""
    known = explain.facts(report, report.call_trace.steps)
    reads = [step for step in report.call_trace.steps if step.kind == "attribute" and step.taken != "false"]
    said = [f"`{step.call_text}` runs {explain.short(step.callee)}: {explain.step(step, known)}" for step in reads]
    yield from dict.fromkeys(explain.sentence(text) for text in said)


def _refusals(book: Book, report: Report) -> Iterator[Refusal]:
    """The errors in the function that registers a buffer, each with the condition it stands under."""
    makers = {step.callee for step in report.construction_trace.calls for record in report.construction_trace.attributes
              if record.kind == "buffer" and step.call_text == record.set_by}  # fmt: skip
    for step in report.construction_trace.calls:
        if step.caller in makers and step.callee.endswith("Error") and step.kind == "builtin" and step.condition:
            place = f"{step.call_file.rpartition('/')[2]}:{step.call_line}"
            condition = " ".join(step.condition.split())
            yield Refusal(condition, " ".join(step.call_text.split()), place, quoting.href(book, step.call_file, step.call_line, TOP))
