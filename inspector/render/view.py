"""Report -> plain page data, shared by all faces: what is shown, in which order and words, at either depth.

In: a Report. Out: a Page of strings, numbers and rows. It decides; faces only lay out. Computes nothing about torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from inspector.render import explain, tree
from inspector.render.asked import Asked, asked
from inspector.render.numbers import CheckTable, Grid, check_table, grid, text
from inspector.render.places import Place, place
from inspector.render.tree import Folding, Row
from inspector.report import (
    Agreement,
    AttributeRecord,
    Definition,
    Denominator,
    Example,
    Finding,
    Formula,
    NotRun,
    Number,
    Observation,
    Parameter,
    Record,
    Report,
    Rung,
    Setting,
    Step,
)

EVERYTHING = 1_000_000
CONSTRUCTION_ROWS = 24
LONGEST_HEADING = 60
MOST_NAMES = 12
"""Of a longer row of operators or nodes only the two ends are shown."""


class Identity(Record, frozen=True):
    """Who it is."""

    name: str
    title: str
    """The name people import, where there is one."""
    qualified_name: str
    release: str
    place: Place
    summary: str
    signature: tuple[Parameter, ...]
    deprecated: str
    """One sentence on the deprecated arguments; "" where there are none."""
    configuration: str
    """The configuration asked for, in words; "" where it is the default one."""
    functions: str


class ClassRow(Record, frozen=True):
    """One class of the MRO."""

    name: str
    place: Place
    brings: str


class MemberRow(Record, frozen=True):
    """Who owns a member."""

    name: str
    owner: str
    what: str
    place: Place


class Callability(Record, frozen=True):
    """Why it can be called."""

    sentence: str
    classes: tuple[ClassRow, ...]
    members: tuple[MemberRow, ...]
    """Shown with -v: the class rows say the same in fewer words."""


class Trace(Record, frozen=True):
    """What happens in the call."""

    call: str
    verdict: str
    """The figure; "" before the run."""
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    """What is folded, each in a sentence; a face adds how to unfold it."""


class AttributeRow(Record, frozen=True):
    """One name on the instance."""

    name: str
    kind: str
    value: str
    set_in: str
    set_by: str
    place: Place
    why: str


class Construction(Record, frozen=True):
    """How the instance is made."""

    expression: str
    """As written, or without its arguments where it would not fit a heading: the identity has them."""
    rows: tuple[Row, ...]
    attributes: tuple[AttributeRow, ...]
    containers: str
    settings: tuple[str, ...]
    """Those in effect that are worth saying: all of them at the greater depth, else those that are not defaults."""


class Chain(Record, frozen=True):
    """A row of names in the order in which they ran."""

    title: str
    names: tuple[str, ...]
    observer: str = ""


class Ran(Record, frozen=True):
    """What ran."""

    reason: str
    """Why nothing ran; "" where something did."""
    sample: str = ""
    chains: tuple[Chain, ...] = ()
    graph: tuple[str, ...] = ()
    """The autograd graph line by line, where it is not one chain."""
    calls: str = ""


class Comparison(Record, frozen=True):
    """Read and run side by side."""

    reason: str
    verdict: str = ""
    agrees: bool = False
    sentence: str = ""
    unseen: str = ""
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


class Numbers(Record, frozen=True):
    """What it computes."""

    reason: str
    """Why there is no worked example; "" where there is one."""
    no_definition: str
    formulas: tuple[Formula, ...]
    facts: tuple[tuple[str, str], ...]
    """Title and words: the inputs, the denominators, the notes of the definition."""
    example: str
    grids: tuple[Grid, ...]
    checks: CheckTable
    machines: tuple[str, ...]
    """Whose checks are among them, beside this machine's."""
    failed: tuple[str, ...]
    findings: tuple[Finding, ...]


class Page(Record, frozen=True):
    """The whole report, ready to be laid out."""

    identity: Identity
    why: Callability
    trace: Trace
    construction: Construction
    ran: Ran
    comparison: Comparison
    numbers: Numbers
    asked: Asked


def page(report: Report, *, verbose: bool = False) -> Page:
    """The Page of a report; `verbose` unfolds what is folded otherwise."""
    return Page(
        identity=identity(report),
        why=why_callable(report),
        trace=chain(report, verbose=verbose),
        construction=construction(report, verbose=verbose),
        ran=ran(report, verbose=verbose),
        comparison=comparison(report),
        numbers=numbers(report, verbose=verbose),
        asked=asked(report.answers, verbose=verbose),
    )


# -- the static part ----------------------------------------------------------------------------------------------------


def identity(report: Report) -> Identity:
    """Who the subject is."""
    subject, release = report.subject, report.release
    commit = f" ({release.git_version[:7]})" if release.git_version else ""
    origin = "" if release.origin == "installed" else f", from a {release.origin}"
    deprecated = [parameter.name for parameter in subject.signature if parameter.deprecated]
    return Identity(
        name=explain.last(subject.qualified_name),
        title=subject.public_name or subject.qualified_name,
        qualified_name=subject.qualified_name,
        release=f"torch {release.version}{commit}{origin}",
        place=place(subject.file, subject.line, release),
        summary=subject.summary,
        signature=subject.signature,
        deprecated=f"{explain.listed(deprecated)} {'is' if len(deprecated) == 1 else 'are'} deprecated" if deprecated else "",
        configuration=_configuration(report),
        functions=explain.listed(explain.short(name) for name in subject.functions),
    )


def _configuration(report: Report) -> str:
    asked = report.subject.configuration
    hooks = explain.listed(hook.replace("_", " ") for hook in asked.hooks)
    parts = [
        asked.expression if asked.args else "",
        f"target: {asked.target_kind}" if asked.target_kind else "",
        f"with a {hooks} hook" if hooks else "",
    ]
    return ", ".join(part for part in parts if part)


def why_callable(report: Report) -> Callability:
    """Why an instance can be called like a function."""
    release = report.release
    return Callability(
        sentence=explain.why_callable(report),
        classes=tuple(
            ClassRow(explain.last(entry.qualified_name), place(entry.file, entry.line, release), explain.contribution(entry, report))
            for entry in report.mro
        ),
        members=tuple(
            MemberRow(name, explain.last(member.owner), _member_kind(member.alias_of), place(member.file, member.line, release))
            for name, member in sorted(report.members.items())
        ),
    )


def _member_kind(alias_of: str | None) -> str:
    return f"another name for {explain.short(alias_of)}" if alias_of else ""


def chain(report: Report, *, verbose: bool = False) -> Trace:
    """The chain of the call."""
    steps = report.call_trace.steps
    entry = explain.facts(report, steps).entry
    folding = Folding(_every_step, most_rows=EVERYTHING) if verbose else Folding(_worth_a_row, entry=entry)
    agreement = report.agreement
    return Trace(
        call=explain.written_call(report),
        verdict=explain.verdict(agreement) if isinstance(agreement, Agreement) else "",
        rows=tree.rows(steps, report, folding),
        notes=() if verbose else tuple(_folded(steps)),
    )


def _every_step(step: Step) -> bool:
    return True


def _worth_a_row(step: Step) -> bool:
    return step.taken != "false" and not explain.is_noise(step)


def _folded(steps: Sequence[Step]) -> list[str]:
    notes = ["A number with ? may run or not: that depends on the data."] if any(step.taken == "unknown" for step in steps) else []
    untaken = [step for step in steps if step.taken == "false"]
    builtins = [step.callee for step in steps if explain.is_noise(step) and step.taken != "false"]
    if untaken:
        paths = explain.not_taken(untaken)
        shown = paths if len(paths) <= 4 else [*paths[:3], f"and {len(paths) - 3} more"]
        notes.append(f"{explain.counted(len(paths), 'path')} not taken: {'; '.join(shown)}.")
    if builtins:
        names = explain.some(dict.fromkeys(explain.short(name) for name in builtins))
        notes.append(f"{explain.counted(len(builtins), 'call')} of Python's own {names} folded.")
    return notes


def construction(report: Report, *, verbose: bool = False) -> Construction:
    """How the instance is made, and what is on it afterwards."""
    made = report.construction_trace
    folding = (
        Folding(_every_step, most_rows=EVERYTHING, numbered=False)
        if verbose
        else Folding(_makes_something(report), most_rows=CONSTRUCTION_ROWS, numbered=False)
    )
    expression = report.subject.configuration.expression
    containers = [record for record in made.attributes if record.container]
    shown = made.attributes if verbose else [record for record in made.attributes if not record.container]
    return Construction(
        expression=expression if len(expression) <= LONGEST_HEADING else f"{explain.last(report.subject.qualified_name)}(…)",
        rows=tree.rows(made.calls, report, folding),
        attributes=tuple(_attribute_row(record, report) for record in shown),
        containers=explain.containers(containers),
        settings=tuple(_setting(setting) for setting in report.settings if verbose or setting.source != "default"),
    )


def _setting(setting: Setting) -> str:
    source = "" if setting.source == "default" else f" ({setting.source})"
    return f"{setting.name}={setting.value}{source}"


def _makes_something(report: Report) -> Callable[[Step], bool]:
    """Keeps the calls a reader wants to follow: constructors run by constructors, and what else puts something on the instance.

    Not the `__setattr__` behind an assignment: the attribute's own line says it.
    """
    makers = {text for record in report.construction_trace.attributes for text in (record.set_in, record.set_by)}

    def keep(step: Step) -> bool:
        name = explain.last(step.callee)
        makes = (name == "__init__" and explain.last(step.caller) in ("", "__init__")) or step.callee in makers or step.call_text in makers
        return step.taken != "false" and step.kind in ("python", "unresolved") and makes and name != "__setattr__"

    return keep


def _attribute_row(record: AttributeRecord, report: Report) -> AttributeRow:
    read_at = tree.nearest_numbers(report.call_trace.steps, record.read_at)
    return AttributeRow(
        name=record.name,
        kind=record.kind,
        value=record.value,
        set_in=explain.short(record.set_in),
        set_by=record.set_by,
        place=place(record.file, record.line, report.release),
        why=explain.attribute(record, read_at),
    )


# -- the live part ------------------------------------------------------------------------------------------------------


def ran(report: Report, *, verbose: bool = False) -> Ran:
    """What one real call ran."""
    seen = report.observation
    if isinstance(seen, NotRun):
        return Ran(reason=seen.reason)
    said = seen.observers if verbose else {}
    most = EVERYTHING if verbose else MOST_NAMES
    chains = [
        Chain("forward", ends(seen.aten_forward, most), said.get("aten_forward", "")),
        Chain("backward", ends(seen.aten_backward, most), said.get("aten_backward", "")),
    ]
    is_chain = all(edge == (place_, place_ + 1) for place_, edge in enumerate(seen.autograd_edges))
    if is_chain:
        chains.append(Chain("autograd", ends(seen.autograd_nodes, most), said.get("autograd_nodes", "")))
    return Ran(
        reason="",
        sample=_sample(seen),
        chains=tuple(chains),
        graph=() if is_chain else ends(tuple(_graph(seen)), most),
        calls=f"{explain.counted(len(seen.calls), 'call')} inside torch seen by the profiler",
    )


def ends(names: tuple[str, ...], most: int = MOST_NAMES) -> tuple[str, ...]:
    """The names, the middle of a long row counted only."""
    if len(names) <= most:
        return names
    tail = most // 3
    head = most - tail - 1
    return (*names[:head], f"… {len(names) - head - tail} more …", *names[-tail:])


def _sample(seen: Observation) -> str:
    if seen.sample is None:
        return f"on {seen.device}"
    inputs = [explain.value(argument) for argument in seen.sample.inputs]
    return f"{', '.join(inputs)} ({seen.sample.kind}, on {seen.device})" if seen.sample.kind else f"{', '.join(inputs)} (on {seen.device})"


def _graph(seen: Observation) -> list[str]:
    nodes = seen.autograd_nodes
    after: dict[int, list[int]] = {}
    for start, end in seen.autograd_edges:
        after.setdefault(start, []).append(end)
    labels = [f"{name} #{nodes[:place_].count(name) + 1}" if nodes.count(name) > 1 else name for place_, name in enumerate(nodes)]
    return [f"{labels[start]} → {', '.join(labels[end] for end in ends)}" for start, ends in after.items()] or list(labels)


def comparison(report: Report) -> Comparison:
    """What was read, held beside what ran."""
    agreement = report.agreement
    if isinstance(agreement, NotRun):
        return Comparison(reason=agreement.reason)
    steps = report.call_trace.steps
    by_id, known = {step.id: step for step in steps}, tree.numbers(steps)
    unseen = len(agreement.not_observable)
    return Comparison(
        reason="",
        verdict=explain.verdict(agreement),
        agrees=not agreement.read_not_run and not agreement.run_not_read,
        sentence=explain.leftovers(agreement),
        unseen=f"{explain.counted(unseen, 'step')} no profiler can see (operators and built-in types) not counted" if unseen else "",
        missing=tuple(_missing(by_id[id], known) for id in agreement.read_not_run if id in by_id),
        extra=tuple(
            f"{explain.short(call.callee)}, called by {explain.short(call.caller) or 'you'} at {call.file}:{call.line}"
            for call in agreement.run_not_read
        ),
    )


def _missing(step: Step, known: dict[int, int]) -> str:
    number = f"step {known[step.id]}, " if step.id in known else ""
    return f"{number}{explain.short(step.callee)}, read at {step.call_file}:{step.call_line}"


def numbers(report: Report, *, verbose: bool = False) -> Numbers:
    """What it computes: formulas, a worked example, and the checks."""
    example = report.example
    worked = example if isinstance(example, Example) else None
    definition = report.definition
    defined = definition if isinstance(definition, Definition) else None
    return Numbers(
        reason=example.reason if isinstance(example, NotRun) else "",
        no_definition="" if isinstance(definition, Definition) else definition.reason,
        formulas=defined.formulas if defined else (),
        facts=(*(_definition_facts(defined, report.denominators) if defined else ()), *_forms(report, verbose=verbose)),
        example=worked.configuration if worked else "",
        grids=tuple(_grids(worked, verbose=verbose)) if worked else (),
        checks=check_table(report.checks, each=verbose),
        machines=report.machines,
        failed=tuple(
            f"{check.claim} ({check.configuration}, {check.dtype}, {check.device}): {check.actual} instead of {check.expected}"
            + (f"; {check.reason}" if check.reason else "")
            for check in report.checks
            if check.status == "fail"
        ),
        findings=report.findings,
    )


def _definition_facts(definition: Definition, measured: Sequence[Denominator]) -> list[tuple[str, str]]:
    said = [("inputs" if place_ == 0 else "", line) for place_, line in enumerate(definition.inputs)]
    for place_, each in enumerate(measured):
        divided = f"{text(each.total)} / {_short(each.value)} = {text(each.result)}" if each.value is not None else text(each.result)
        words = f", {_short(each.value)} here" if each.value is not None else ""
        said.append(("divided by" if place_ == 0 else "", f"{each.reduction}: {each.words}{words}: {divided}"))
    if definition.denominators and not measured:
        words = "; ".join(f"{name}: {what}" for name, what in sorted(definition.denominators.items()))
        said.append(("divided by", words))
    return said + [("note", line) for line in definition.notes]


def _short(value: Number | None) -> str:
    """A whole number without a fraction, another to four digits."""
    return str(int(value)) if isinstance(value, float) and value == int(value) else text(value)


def _forms(report: Report, *, verbose: bool) -> list[tuple[str, str]]:
    """Equivalent forms, those of the first ladder one by one, and from which size of input on a naive one is wrong."""
    said: list[tuple[str, str]] = []
    for place_, ladder in enumerate(report.ladders):
        unfolded = verbose or place_ == 0 or any(rung.status == "fail" for rung in ladder.rungs)
        more = "" if unfolded else f" in {len(ladder.rungs)} forms (-v lists them)"
        said.append(("same value", f"{ladder.name}: {text(ladder.rungs[0].value)}{more}"))
        said += [("", _rung(rung, ladder.grows)) for rung in ladder.rungs if unfolded]
    return said


def _rung(rung: Rung, grows: str) -> str:
    marks = {"pass": "✓", "fail": "✗", "not_run": "-"}
    wrong = ", ".join(f"{_short(size)} in {dtype}" for dtype, size in rung.breaks.items())
    return f"{marks[rung.status]} {rung.text}" + (f"  (wrong once the largest |{grows}| is {wrong})" if wrong else "")


def _grids(example: Example, *, verbose: bool) -> list[Grid]:
    gradients = [(f"∂{example.value.name or 'loss'}/∂{gradient.name}", gradient) for gradient in example.gradients]
    between = [(value.name, value) for value in example.steps] if verbose else []
    named = [*((value.name, value) for value in example.inputs), *between, (example.value.name or "value", example.value), *gradients]
    return [grid(name, value) for name, value in named]
