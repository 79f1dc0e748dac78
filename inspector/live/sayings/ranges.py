"""Stated ranges of arguments and inputs, held against calls: what lies inside a range must be taken.

In: a bench. Out: Heard. What torch takes outside a range is a matter of the probes, and is only noted here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from inspector.live import edges
from inspector.live.outcomes import Outcome
from inspector.live.probes import Plan
from inspector.live.sayings.bench import Bench, Heard, Otherwise, Statement, changed, words_of
from inspector.live.sayings.range_words import Range, ranges
from inspector.live.sayings.said import Entry
from inspector.live.snippets import constructor, snippet
from inspector.losses.schema import InputForm
from inspector.report import Argument, Constant, TensorData, Term

FAR = 100.0
"""Where a range has no end, this far inside is tried too."""
_COMPARED = ("target", "targets", "label", "labels", "y")
"""Words that stand for the input that holds what is known."""


class Tried(NamedTuple):
    """One number of a range, run."""

    number: float
    outcomes: Mapping[str, Outcome]
    code: str


def heard(bench: Bench) -> Iterator[Heard]:
    """Every range that is stated of an argument or of an input."""
    said = bench.said
    names = {parameter.name for parameter in bench.signature} | {form.name for form in bench.definition.cases[0].inputs}
    for stated in ranges(said.body()):
        if stated.high or stated.choices or stated.of in names:
            yield _of_body(bench, stated)
    for entry in said.arguments():
        for stated in ranges(entry.part):
            yield _of_argument(bench, stated, entry.name)
    for entry in said.shapes():
        if not entry.name.lower().startswith("output"):
            yield from _of_line(bench, entry)


def _of_line(bench: Bench, entry: Entry) -> Iterator[Heard]:
    """Ranges in a line on a shape; in one that speaks of several kinds of inputs, each by the kind that is named last before it."""
    kinds = {case.target_kind for case in bench.definition.cases if case.target_kind}
    for stated in ranges(entry.part):
        named = [(entry.part.text.rfind(kind, 0, stated.at - entry.part.at), kind) for kind in kinds]
        near, kind = max(named, default=(-1, ""))
        made = next((each for each in bench.plans if near >= 0 and each.fitted.case.target_kind == kind), bench.plan)
        yield _of_input(bench, stated, entry.name.lower(), made)


def _of_body(bench: Bench, stated: Range) -> Heard:
    names = [form.name for form in bench.definition.cases[0].inputs]
    arguments = {parameter.name for parameter in bench.signature}
    of = _subject(bench, stated)
    if of in arguments:
        return _of_argument(bench, stated, of)
    if of in names:
        return _of_input(bench, stated, of, _plan_for(bench, stated))
    return bench.unchecked(_statement(stated), "what it is said of is not known")


def _plan_for(bench: Bench, stated: Range) -> Plan | None:
    """The way to call the loss that the words before a range name, such as class indices."""
    before = bench.said.text[: stated.at + len(stated.words)].lower()
    kinds = dict.fromkeys(case.target_kind for case in bench.definition.cases if case.target_kind)
    near = max(kinds, key=lambda kind: before.rfind(kind.rpartition(" ")[2]), default="")
    return next((made for made in bench.plans if near and made.fitted.case.target_kind == near), bench.plan)


def _subject(bench: Bench, stated: Range) -> str:
    """The input or argument that a sentence in the text is about: the one named in it, or the last one before it."""
    names = [form.name for form in bench.definition.cases[0].inputs]
    compared = next((name for name in names if name in ("target", "targets")), "")
    if stated.of in names or any(parameter.name == stated.of for parameter in bench.signature):
        return stated.of
    before = bench.said.text[max(0, stated.at - 300) : stated.at]
    sentence = re.split(r"\.\s|\n\s*\n", before)[-1]
    words: list[str] = re.findall(r"[A-Za-z_]\w*", f"{sentence} {stated.of}")
    kinds = {word for case in bench.definition.cases for word in case.target_kind.split()}
    for word in reversed(words):
        if word in _COMPARED or word in kinds:
            return compared
        if word in names:
            return word
    return compared if stated.of in _COMPARED else ""


# -- arguments --------------------------------------------------------------------------------------------------------------


def _of_argument(bench: Bench, stated: Range, name: str) -> Heard:
    statement = _statement(stated, name)
    form = next((form for form in bench.definition.arguments if form.name == name), None)
    if bench.plan is None or (form is not None and isinstance(form.values, InputForm)):
        return bench.unchecked(statement, "it is said of a tensor")
    bounds = _bounds(bench.plan, stated)
    if bounds is None:
        return bench.unchecked(statement, f"{stated.high or stated.low} is not a number that is known")
    whole = isinstance(bench.known(name), int) and not isinstance(bench.known(name), bool)
    inside, outside = _numbers(stated, bounds, whole)
    tried = [_argument_run(bench, name, number) for number in inside]
    return _told(bench, statement, (name, tried), [_argument_run(bench, name, number) for number in outside])


def _argument_run(bench: Bench, name: str, number: float) -> Tried:
    assert bench.plan is not None
    given = [Argument(name, Constant(number))]
    code = f"import torch\n{constructor(changed(bench.plan.configuration, given), 'float32')}"
    return Tried(number, bench.ran(bench.plan, given), code)


# -- inputs -----------------------------------------------------------------------------------------------------------------


def _of_input(bench: Bench, stated: Range, name: str, made: Plan | None) -> Heard:
    statement = _statement(stated, name)
    form = next((form for form in made.fitted.case.inputs if form.name == name), None) if made else None
    if made is None or form is None:
        return bench.unchecked(statement, "what it is said of is not known")
    bounds = _bounds(made, stated)
    if bounds is None:
        return bench.unchecked(statement, f"{stated.high or stated.low} is not a number that is known")
    inside, outside = _numbers(stated, bounds, form.dtype != "float")
    tried = [_input_run(bench, made, name, number) for number in inside]
    if any(each is None for each in tried):
        return bench.unchecked(statement, "it holds no number that could be changed")
    beyond = [_input_run(bench, made, name, number) for number in outside]
    done = [each for each in tried if each]
    return _told(bench, statement, (name, done), [each for each in beyond if each], f"declared here: {edges.words(form.values)}")


def _input_run(bench: Bench, made: Plan, name: str, number: float) -> Tried | None:
    plain = bench.probe(made)
    term: Term = next(each.value for each in plain.inputs if each.name == name)
    if not isinstance(term, TensorData) or not term.values:
        return None
    altered = replace(term, values=(number, *term.values[1:]))
    inputs = {name: altered}
    probe = bench.probe(made, (), inputs)
    return Tried(number, bench.ran(made, (), inputs), snippet(probe, probe.ways[0].configuration))


# -- what is tried, and what is told ----------------------------------------------------------------------------------------


def _bounds(made: Plan, stated: Range) -> tuple[float | None, float | None] | None:
    """The ends of a range as numbers; None where one is a symbol that nothing declares."""
    found: list[float | None] = []
    for text in (stated.low, stated.high):
        if text and _value(made, text) is None:
            return None
        found.append(_value(made, text) if text else None)
    return found[0], found[1]


def _value(made: Plan, text: str) -> float | None:
    """A bound: a number, a size, an argument, or one of them less one."""
    try:
        return float(text)
    except ValueError:
        pass
    name, _, less = text.replace(" ", "").partition("-")
    constants = made.fitted.constants
    if name in made.fitted.sizes:
        size: object = made.sizes.get(name, made.fitted.sizes[name])
    elif ".size(" in name:
        size = made.drawn().inputs[0].shape[-1]
    else:
        size = constants.get(name)
    return float(size) - float(less or 0) if isinstance(size, int) else None


def _numbers(stated: Range, bounds: tuple[float | None, float | None], whole: bool) -> tuple[list[float], list[float]]:
    """Numbers inside a range, its closed ends among them, and numbers outside."""
    if stated.choices:
        return [int(each) if whole else each for each in stated.choices], []
    low, high = bounds
    step = 1.0 if whole else 0.5
    ends = [(low, stated.low_open, 1), (high, stated.high_open, -1)]
    inside = [end + (step * side if is_open else 0) for end, is_open, side in ends if end is not None]
    inside += [(low + high) / 2] if low is not None and high is not None and not whole else []
    inside += [low + FAR] if low is not None and high is None else []
    outside = [end if is_open else end - side for end, is_open, side in ends if end is not None]
    if whole:
        return [int(each) for each in inside], [int(each) for each in outside]
    return inside, outside


def _told(bench: Bench, statement: Statement, of: tuple[str, Sequence[Tried]], beyond: Sequence[Tried], note: str = "") -> Heard:
    """All of a range must be taken. What lies outside and is taken is named; the probes have it as a finding."""
    name, tried = of
    for each in tried:
        refused = next((words_of(outcome) for outcome in each.outcomes.values() if outcome.status != "value"), "")
        if refused:
            said = statement.words.removeprefix(f"{name}: ")
            told = f"The documentation says of {name}: {said}. {each.number:g} is refused: {refused}"
            return bench.contradicts(statement, Otherwise(f"the range of {name}", told, refused, "it is taken", each.code))
    taken = [each.number for each in beyond if all(outcome.status == "value" for outcome in each.outcomes.values())]
    outside = f"{', '.join(f'{number:g}' for number in taken)} is taken too" if taken else "what lies outside is refused" if beyond else ""
    return bench.agrees(statement, "; ".join(part for part in (outside, note) if part))


def _statement(stated: Range, name: str = "") -> Statement:
    return Statement("range", f"{name}: {stated.words}" if name else stated.words, stated.at)
