"""What a finding says: its title, its sentences, where else the same was seen. Plain words for one case of a group of faults.

In: a group and the case of it that is shown. Out: text. Runs nothing and knows no loss.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from inspector.live import expected, grouping
from inspector.live.closer import Moved
from inspector.live.conditions import conditions, one_number
from inspector.live.deaths import TRIES
from inspector.live.grouping import Case, Group
from inspector.live.judge import Rule
from inspector.live.outcomes import ALL_ALIKE, CONSTRUCTOR, Outcome
from inspector.live.probes import EVERY_INPUT, IN_TURN
from inspector.losses.reference import rule_for
from inspector.losses.schema import ClassIndices, LabelLists, Lengths, Real

TITLES: Mapping[Rule, str] = {
    "crash": "the process dies",
    "hang": "the call does not come back",
    "wrong-value": "wrong value",
    "differs": "memory that was never written",
    "input-changed": "the call changes its input",
    "accepted-shape": "broadcast without a word",
    "nonfinite-value": "{actual} where the loss is finite",
    "nonfinite-gradient": "{actual} gradient where it is finite",
    "undefined-value": "the mean is {actual}",
    "wrong-gradient": "wrong gradient",
    "vanishing-gradient": "zero gradient where it is not zero",
    "clamped-gradient": "the gradient is kept finite, as documented",
    "stuck": "no gradient, and the loss is not at a minimum",
    "nan-hidden": "nan goes in, a number comes out",
    "accepted-nan": "nan goes in, a number comes out",
    "accepted-index": "taken, and memory outside the row is read",
    "accepted-value": "taken without a word",
    "accepted-argument": "taken without a word",
    "accepted-dtype": "taken, and computed in whole numbers",
    "warned-shape": "broadcast with a warning only",
    "warned-value": "taken with a warning only",
    "misleading-message": "the message does not say what is wrong",
    "refused-documented": "documented, and refused",
    "documentation": "the documentation says otherwise",
}
"""Rule -> the end of a title."""
MOST = 4
"""Other inputs that are named; the rest is counted."""
ROUNDING = ("next ", "smallest ", "√eps")
"""Edges that nobody writes down."""


def title(group: Group, case: Case, died: Mapping[str, int]) -> str:
    """What was altered, what else decides, and what came of it. `died`: of a crash, what it came from, and in how many of the tries."""
    actual = "" if case.fault.actual is None else f"{abs(case.fault.actual):g}"
    words = _each_label(case, died) if group.rule == "crash" else altered(case)
    beside = conditions(case)
    return f"{words}{f', {beside}' if beside else ''}: {TITLES[group.rule].format(actual=actual)}"


def _each_label(shown: Case, died: Mapping[str, int]) -> str:
    """All that ended the process each time that it was tried, the plainest first."""
    said = [words for words, times in died.items() if times == TRIES] or [altered(shown)]
    last = said[-1]
    head, tail = ("a label of ", last[last.rfind(" in ") :])
    if len(said) > 1 and all(each.startswith(head) and each.endswith(tail) for each in said):
        numbers = [each.removeprefix(head).removesuffix(tail) for each in said]
        return f"{head}{', '.join(numbers[:-1])} or {numbers[-1]}{tail}"
    return said[0]


def altered(case: Case) -> str:
    """What is special about the inputs of a case."""
    probe = case.seen.probe
    what, name = probe.what, probe.altered
    if probe.kind in ("empty", "single"):
        return {"one row": "a batch of one row"}.get(what, what)
    if probe.kind == "argument":
        return "the inputs given to the class" if name == CONSTRUCTOR else f"{name}={_number(case)}" if _number(case) else f"{name} {what}"
    if probe.kind == "dtype":
        dtype = what.removeprefix("of ").removeprefix("dtype ")
        return f"{dtype} inputs" if name == EVERY_INPUT else f"{name} of dtype {dtype}"
    if probe.kind == "ordinary":
        return what
    if probe.kind in ("shape", "tie"):
        held = one_number(case) if what == IN_TURN else None
        in_turn = f"{name} {IN_TURN}" if held is None else f"{name} = {held:g}"
        joined = {ALL_ALIKE: "all inputs the same", IN_TURN: in_turn}.get(what)
        return joined or f"{name} {'of ' if probe.kind == 'shape' else ''}{what}"
    return what if probe.kind == "ignored" else _of_value(case)


def _of_value(case: Case) -> str:
    probe = case.seen.probe
    what, name = probe.what.removesuffix(" at one place"), probe.altered
    form = next((form for form in case.seen.plan.fitted.case.inputs if form.name == name), None)
    values = form.values if form is not None else None
    if isinstance(values, ClassIndices | LabelLists | Lengths):
        return _of_label(what, "length" if isinstance(values, Lengths) else "label", name)
    if not _number(case):
        return f"{name}: {probe.what}"
    if not isinstance(values, Real):
        return f"a {name} of {_number(case)}"
    beside = " beside the sure class" if what.endswith(" beside the sure class") else ""
    if what == probe.what and not beside:
        return f"{name} = {_number(case)}"
    return f"one {'number of ' if math.isfinite(float(probe.number or 0)) else ''}{_number(case)} in {name}{beside}"


def _of_label(what: str, kind: str, name: str) -> str:
    if what.startswith("the "):
        return f"{what} as a {kind} in {name}"
    return f"a {kind} of {what} in {name}"


def _number(case: Case) -> str:
    """The number that was put in, as people write it; "" where there is none."""
    value = grouping.number_of(case.seen)
    if value is None:
        return ""
    what = case.seen.probe.what.removesuffix(" at one place")
    try:
        return f"{float(what):g}"
    except ValueError:
        return what if what.removeprefix("-").startswith(ROUNDING) else f"{value:g}"


def message(case: Case, threshold: str, moves: Moved | None, beside: str) -> str:
    """What it means, in a few sentences. `beside`: what a definition says of a gradient that is kept finite."""
    fault = case.fault
    more = [_said(case, moves, beside), _begins(fault.rule, threshold), _value_beside(case)]
    if "target" in fault.of and fault.of != "value":
        more.append("Only who asks for a gradient by the target meets it.")
    return " ".join(part for part in more if part)


def _begins(rule: Rule, threshold: str) -> str:
    if threshold.startswith("within"):
        return f"In these lines it is {'not finite' if rule.startswith('nonfinite') else 'so'} {threshold}."
    return f"In these lines it begins at {threshold.removeprefix('from ').replace(' on in ', ' in ')}." if threshold else ""


def _said(case: Case, moves: Moved | None, beside: str) -> str:
    fault = case.fault
    say = _SENTENCES.get(fault.rule)
    if say is not None:
        return say(case)
    if fault.rule == "stuck":
        return _stuck(case, moves)
    if fault.rule == "clamped-gradient":
        where = f"{fault.exact:g}" if fault.exact is not None and math.isinf(fault.exact) else "without bound"
        return f"The exact {of(case)} is {where} there; torch keeps it finite, as documented ({beside}), and gives {fault.actual:.6g}."
    if fault.exact is None or fault.actual is None:
        return f"{fault.detail[:1].upper()}{fault.detail[1:]}."
    by, limit = _by_what(case), _limit(case)
    exact = f"its limit{limit}" if limit and by == "by its limit" else f"{by}{limit} it"
    return f"The {of(case)} is {fault.actual:.6g}; {exact} is {fault.exact:.6g}."


def _by_what(case: Case) -> str:
    """ "exactly"; where the formula itself is 0/0, 0·inf or inf − inf in floating-point numbers, what gives a number all the same."""
    fault, edge = case.fault, grouping.edge_of(case.seen)
    if fault.rule not in ("nonfinite-value", "nonfinite-gradient", "vanishing-gradient"):
        return "exactly"
    if fault.rule != "vanishing-gradient" and not is_nan(fault.actual):
        return "exactly"
    if not (edge.startswith("near ") or edge == "inf" or "-inf" in edge):
        return "exactly"
    seen = case.seen
    rule = rule_for(seen.plan.definition, expected.given(seen.plan, seen.probe, seen.answer))
    has_eps = ("ε" in rule.text and rule.symbols.get("ε") == "eps") or re.search(r"1e[−-]", rule.text + rule.where)
    return "by the formula with eps" if has_eps else "by its limit"


def of(case: Case) -> str:
    """What a fault is about: "value", or "gradient by input"."""
    name = case.fault.of.removeprefix("∂/∂")
    return f"gradient by {name}" if name != case.fault.of else name


def _limit(case: Case) -> str:
    probe = case.seen.probe
    return f" as {probe.altered} goes to {probe.number}" if probe.edges and probe.number in ("inf", "-inf") else ""


def _taken(case: Case) -> str:
    fault, probe = case.fault, case.seen.probe
    how = f"only warns ({fault.detail.splitlines()[0]})" if fault.detail else "says nothing"
    domain = re.sub(r"^numbers", "a number", probe.domain) if probe.kind == "argument" else probe.domain
    needed = f"{probe.altered} should be {domain}"
    if probe.stated == "formula":
        needed = f"The formula needs {probe.domain} for {probe.altered}"
    given = f"with {_number(case) or probe.what}"
    return f"{needed}; {given} torch {how} and gives {fault.actual:.6g}."


def _broadcast(case: Case) -> str:
    shapes = [getattr(argument.value, "shape", None) for argument in case.seen.probe.inputs]
    joined = " and ".join(str(shape) for shape in shapes if shape is not None)
    probe = case.seen.probe
    met = f"The shapes {joined} are broadcast against each other, and the result has shape {shape_of(case)}"
    return f"{met}; {probe.altered} should have shape {probe.domain}."


def _dtype(case: Case) -> str:
    fault, probe = case.fault, case.seen.probe
    dtype = probe.what.removeprefix("dtype ")
    wraps = ", where numbers wrap around at 256" if dtype == "uint8" else ""
    came = f"the {of(case)} is {fault.actual:.6g}, exactly {fault.exact:.6g}"
    return f"The documentation does not speak of whole numbers; torch takes {dtype} and computes in it{wraps}: {came}."


def _undefined(case: Case) -> str:
    why = {"empty": "There are no terms", "argument": "The weights of the targets add up to 0"}.get(
        case.seen.probe.kind, "No target is kept"
    )
    return f"{why}, so the mean is 0/0.{_sum_beside(case)}"


def _differs(case: Case) -> str:
    if is_nan(case.fault.actual) or is_nan(case.fault.exact):
        filled = "torch.use_deterministic_algorithms(True), which fills fresh memory with nan, makes it nan"
        return f"The result is what the memory held before: {filled}."
    return f"Two runs with the same inputs give {case.fault.actual:.4g} and {case.fault.exact:.4g}."


def _loss(case: Case) -> float:
    outcome = outcome_of(case)
    return outcome.value.values[0] if outcome is not None and outcome.value is not None and outcome.value.values else math.nan


def is_nan(value: float | None) -> bool:
    """True for nan."""
    return value is not None and value != value


def _crash(case: Case) -> str:
    fault, probe = case.fault, case.seen.probe
    ended = f"{fault.detail[:1].upper()}{fault.detail[1:]}: no exception can be caught. {probe.altered} should be {probe.domain}."
    return ended if _number(case) == "" else f"{ended} The lines show {probe.what.removesuffix(' at one place')}."


def _hidden(case: Case) -> str:
    probe = case.seen.probe
    made = "a network that has broken" if probe.altered in probe.wanted else "a mistake in the data"
    return f"A nan in {probe.altered} does not reach the loss value, so {made} goes unnoticed."


def _beyond(case: Case) -> str:
    probe = case.seen.probe
    return f"{probe.altered} should be {probe.domain}. torch says nothing and reads beyond the row: the number depends on what lies there."


def _misleading(case: Case) -> str:
    said = case.fault.detail.splitlines()[0]
    if case.seen.probe.altered == CONSTRUCTOR:
        return f"The class takes arguments; the inputs go to the loss that it makes. torch says only: {said}"
    return f"With {altered(case)} torch says only: {said}"


def _stuck(case: Case, moves: Moved | None) -> str:
    most = f"{case.fault.actual:.2g}"
    none = "The gradient by every input is 0" if most == "0" else f"No gradient by any input is larger than {most}"
    said = f"The loss there is {_loss(case):.6g}. {none}"
    if moves is None:
        return f"{said}: learning does not start from here."
    if moves.away == moves.moves:
        after = f"after any of {moves.moves} small moves at random the gradient leads away from it"
        return f"{said}. The zero gradient is correct: the point is a maximum; learning does not start from here. It is unstable: {after}."
    if not moves.away:
        return f"{said}: learning does not start from here. After any of {moves.moves} small moves at random the gradient leads back to it."
    led = f"Of {moves.moves} small moves at random, the gradient then leads away in {moves.away} and back in the others."
    return f"{said}: learning does not start from here. {led}"


_SENTENCES: Mapping[Rule, Callable[[Case], str]] = {
    "accepted-value": _taken,
    "accepted-argument": _taken,
    "warned-value": _taken,
    "accepted-shape": _broadcast,
    "warned-shape": _broadcast,
    "accepted-dtype": _dtype,
    "undefined-value": _undefined,
    "differs": _differs,
    "crash": _crash,
    "nan-hidden": _hidden,
    "accepted-nan": _hidden,
    "accepted-index": _beyond,
    "misleading-message": _misleading,
    "refused-documented": lambda case: f"A documented call is refused: {case.fault.detail.splitlines()[0]}",
}


def outcome_of(case: Case) -> Outcome | None:
    """What came of the reduction that is shown."""
    ran = zip(case.seen.probe.ways, case.seen.answer.outcomes, strict=True)
    return next((outcome for way, outcome in ran if way.reduction == case.fault.reduction), None)


def shape_of(case: Case) -> tuple[int, ...]:
    """The shape of the loss value that is shown."""
    outcome = outcome_of(case)
    return () if outcome is None or outcome.value is None else outcome.value.shape


def _sum_beside(case: Case) -> str:
    """What the sum gives there, where it is a number."""
    ran = zip(case.seen.probe.ways, case.seen.answer.outcomes, strict=True)
    sums = [outcome.value.values for way, outcome in ran if way.reduction == "sum" and outcome.value is not None]
    return f" reduction='sum' gives {sums[0][0]:g}." if sums and math.isfinite(sums[0][0]) else ""


def _value_beside(case: Case) -> str:
    """The loss value, where the finding is about a gradient."""
    outcome = outcome_of(case)
    if not case.fault.of.startswith("∂/∂") or outcome is None or outcome.value is None or not outcome.value.values:
        return ""
    values = outcome.value.values
    return f"The loss value there is {values[min(case.fault.position, len(values) - 1)] + 0.0:.6g}."


def also(group: Group, shown: Case, died: Mapping[str, int]) -> tuple[str, ...]:
    """Where else the same was seen: other inputs, those that people have first, then "dtypes: …"."""
    if group.rule == "crash":
        unsure = [words for words, times in died.items() if times < TRIES and words != altered(shown)]
        return tuple(f"{words} damages memory: the process may die later" for words in unsure)
    probe = shown.seen.probe
    cases = sorted(
        (case for case in group.cases if not _is_odd(case)), key=lambda case: (case.fault.rule != group.rule, grouping.oddness(case))
    )
    named: dict[str, str] = {}
    for case in cases:
        named.setdefault(altered(case), _same_cause(case, shown))
    others = [words for plain, words in named.items() if plain != altered(shown)]
    counted = [f"… {len(others) - MOST} more"] if len(others) > MOST else []
    same = (group.rule, "undefined-value") if group.rule == "differs" else (group.rule,)
    own = [case for case in group.cases if case.fault.rule in same]
    dtypes = [dtype for dtype in grouping.DTYPES if any(case.seen.probe.dtype == dtype for case in own) and dtype != probe.dtype]
    return (*others[:MOST], *counted, *([f"dtypes: {', '.join(dtypes)}"] if dtypes and probe.kind != "dtype" else ()))


def _same_cause(case: Case, shown: Case) -> str:
    """The words for another case; with why it is the same, where that is not plain."""
    zero = case.fault.rule == "undefined-value" and case.seen.probe.kind == "argument" and shown.seen.probe.kind != "argument"
    beside = conditions(case)
    told = f"{altered(case)} {beside}" if beside and beside != conditions(shown) else altered(case)
    return f"{told} (the same 0/0)" if zero else told


def _is_odd(case: Case) -> bool:
    what = case.seen.probe.what
    return (what == IN_TURN and one_number(case) is None) or what.removeprefix("-").startswith(ROUNDING)
