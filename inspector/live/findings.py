"""Groups of faults become findings: a title, a sentence that says what it means, where it begins, and a few lines that show it.

In: a definition, its signature and a child to run probes in. Out: what was probed of one loss. Imports no torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from inspector.live import closer, documented, grouping, prober
from inspector.live.accepted import acceptances
from inspector.live.catalogue import messages
from inspector.live.documented import Said
from inspector.live.grouping import Case, Group
from inspector.live.isolate import Child
from inspector.live.judge import Rule
from inspector.live.prober import Seen
from inspector.live.safer import safe_line
from inspector.live.snippets import snippet
from inspector.losses.reductions import field_name
from inspector.losses.schema import LossDefinition
from inspector.report import Finding, Parameter, Probed

TITLES: Mapping[Rule, str] = {
    "crash": "the process dies",
    "hang": "the call does not come back",
    "wrong-value": "wrong value",
    "differs": "another number each time: memory that was never written",
    "input-changed": "the call changes its input",
    "accepted-shape": "broadcast without a word",
    "nonfinite-value": "nan or inf where the loss is finite",
    "nonfinite-gradient": "nan or inf gradient where it is finite",
    "undefined-value": "nan from a mean over nothing",
    "wrong-gradient": "wrong gradient",
    "vanishing-gradient": "zero gradient where it is not zero",
    "stuck": "no gradient, and the loss is not at its minimum",
    "nan-hidden": "nan goes in, a number comes out",
    "accepted-value": "taken without a word",
    "accepted-argument": "taken without a word",
    "warned-shape": "broadcast with a warning only",
    "warned-value": "taken with a warning only",
    "misleading-message": "the message does not say what is wrong",
    "refused-documented": "documented, and refused",
    "documentation": "the documentation says otherwise",
}
"""Rule -> the end of a title."""


def probe_loss(
    definition: LossDefinition,
    signature: Sequence[Parameter],
    child: Child,
    device: str = "cpu",
    said: Said | None = None,
    *,
    keep: Callable[[Sequence[Seen]], None] | None = None,
) -> Probed:
    """Everything about one loss: findings, accepted inputs and messages; and what its docstring says, where that is given.

    `keep` is handed all that was seen.
    """
    seen = [each for some in prober.probe_all(child, prober.chosen(definition, signature)) for each in some]
    if keep is not None:
        keep(seen)
    found = [finding_of(group, child, device) for group in grouping.groups(seen)]
    docstring = documented.compared(definition, signature, said, child) if said else documented.NOTHING
    return Probed(
        subject=definition.qualified_name,
        device=device,
        probes=len(seen),
        calls=sum(len(each.answer.outcomes) for each in seen),
        findings=(*found, *docstring.findings),
        accepted=acceptances(definition, seen),
        messages=messages(seen, child, device),
        said=docstring.said,
    )


def finding_of(group: Group, child: Child, device: str) -> Finding:
    """One group as a finding."""
    limits = closer.thresholds(group, child)
    case = closer.smallest(group, child)
    probe = case.seen.probe
    name = probe.subject.rpartition(".")[2]
    words = f"{probe.altered} {probe.what}" if probe.kind in ("ignored", "empty", "single") else f"{probe.altered}: {probe.what}"
    threshold = closer.threshold_words(group, limits)
    return Finding(
        id=f"{name} | {' | '.join(group.key)}",
        title=f"{words}: {TITLES[group.rule]}",
        severity=group.severity,
        probe=probe.id,
        configuration=shown_configuration(case),
        dtype=probe.dtype,
        device=device,
        actual=_actual(case),
        expected=_expected(case),
        message=message_of(case, threshold),
        snippet=_snippet(case),
        rule=group.rule,
        subject=probe.subject,
        threshold=threshold,
        also=also(group, case),
        safe=safe_line(case, child),
        place=_place(case),
    )


def shown_configuration(case: Case) -> str:
    """The constructor call; with the reduction only where it is not the usual one."""
    return case.seen.probe.expression if _usual(case) else _way_expression(case)


def _usual(case: Case) -> bool:
    return case.fault.reduction in ("mean", "")


def _way_expression(case: Case) -> str:
    return next(way.configuration.expression for way in case.seen.probe.ways if way.reduction == case.fault.reduction)


def _snippet(case: Case) -> str:
    probe, fault = case.seen.probe, case.fault
    configuration = next(way.configuration for way in probe.ways if way.reduction == fault.reduction)
    if fault.reduction == "mean" and probe.altered != "reduction":
        args = tuple(argument for argument in configuration.args if argument.name != "reduction")
        configuration = type(configuration)(configuration.subject, configuration.expression, args)
    gradient = fault.of.removeprefix("∂/∂") if fault.of.startswith("∂/∂") else ""
    if fault.rule in ("stuck", "nonfinite-value", "crash") and not gradient:
        gradient = next(iter(case.seen.answer.outcomes[0].gradients), next(iter(probe.wanted), "") if fault.rule == "crash" else "")
    return snippet(probe, configuration, gradient=gradient, field=field_name(case.seen.plan.definition, fault.reduction))


def _actual(case: Case) -> str:
    fault = case.fault
    if fault.rule == "misleading-message":
        return fault.detail.splitlines()[0]
    if fault.actual is None:
        return fault.detail.splitlines()[0] if fault.detail else "no error"
    return f"{fault.of} {fault.actual:.6g}"


def _expected(case: Case) -> str:
    fault, probe = case.fault, case.seen.probe
    if fault.rule == "undefined-value":
        return "0/0: no number"
    if fault.rule in ("stuck",):
        return "a gradient that is not zero"
    if fault.rule == "nan-hidden":
        return "nan, or an error"
    if fault.exact is not None:
        return f"{fault.of} {fault.exact:.6g}"
    return {"misleading-message": f"a word on {probe.altered}", "differs": "the same each time"}.get(fault.rule, "an error")


def message_of(case: Case, threshold: str) -> str:
    """What it means, in one or two sentences."""
    fault, probe = case.fault, case.seen.probe
    said = _said(case)
    value = _value_beside(case)
    more = [said, f"It begins {threshold.replace(' on in ', ' in ')}." if threshold else "", value]
    if "target" in fault.of and fault.of != "value":
        more.append("Only who asks for a gradient by the target meets it.")
    if probe.edges and probe.number in ("inf", "-inf"):
        more.append("The exact number is the limit as the input grows.")
    return " ".join(part for part in more if part)


def _said(case: Case) -> str:
    fault, probe = case.fault, case.seen.probe
    if fault.rule in ("accepted-value", "accepted-argument", "warned-value"):
        how = f"only warns ({fault.detail.splitlines()[0]})" if fault.detail else "says nothing"
        return f"{probe.altered} should be {probe.domain}; with {probe.what} torch {how} and gives {fault.actual:.6g}."
    if fault.rule in ("accepted-shape", "warned-shape"):
        shapes = f"The shapes {_shapes(case)} are broadcast against each other, so every row meets every other"
        return f"{shapes}; {probe.altered} should be {probe.domain}."
    if fault.rule == "undefined-value":
        return "Nothing is left to divide by, and the mean is 0/0." + _sum_beside(case)
    if fault.rule == "misleading-message":
        return f"{probe.altered} has {probe.what}, and torch says: {fault.detail.splitlines()[0]}"
    if fault.rule == "crash":
        return f"{fault.detail[:1].upper()}{fault.detail[1:]}: no exception can be caught. {probe.altered} should be {probe.domain}."
    if fault.rule == "differs":
        return f"Two runs with the same inputs give {fault.actual:.4g} and {fault.exact:.4g}: the result is what the memory held before."
    if fault.rule == "stuck":
        return "The loss is positive and every gradient is zero, so a step from exactly here learns nothing."
    if fault.rule == "nan-hidden":
        made = "a network that has broken" if probe.altered in probe.wanted else "a mistake in the data"
        return f"A nan in {probe.altered} does not reach the loss value, so {made} goes unnoticed."
    if fault.rule == "refused-documented":
        return f"A documented call is refused: {fault.detail.splitlines()[0]}"
    if fault.exact is None or fault.actual is None:
        return f"{fault.detail[:1].upper()}{fault.detail[1:]}."
    return f"The {fault.of} is {fault.actual:.6g}; exactly it is {fault.exact:.6g}."


def _sum_beside(case: Case) -> str:
    """What the sum gives there, where it is a number."""
    ran = zip(case.seen.probe.ways, case.seen.answer.outcomes, strict=True)
    sums = [outcome.value.values for way, outcome in ran if way.reduction == "sum" and outcome.value is not None]
    return f" reduction='sum' gives {sums[0][0]:g}." if sums and math.isfinite(sums[0][0]) else ""


def _value_beside(case: Case) -> str:
    """The loss value, where the finding is about a gradient."""
    if not case.fault.of.startswith("∂/∂"):
        return ""
    ran = zip(case.seen.probe.ways, case.seen.answer.outcomes, strict=True)
    value = next((outcome.value for way, outcome in ran if way.reduction == case.fault.reduction), None)
    if value is None or not value.values:
        return ""
    return f"The loss value there is {value.values[min(case.fault.position, len(value.values) - 1)]:.6g}."


def _shapes(case: Case) -> str:
    shapes = [getattr(argument.value, "shape", None) for argument in case.seen.probe.inputs]
    return " and ".join(str(shape) for shape in shapes if shape is not None)


def also(group: Group, shown: Case) -> tuple[str, ...]:
    """Where else the same was seen: inputs and edges, then dtypes, then configurations."""
    probe = shown.seen.probe
    edges = dict.fromkeys(f"{case.seen.probe.altered}: {case.seen.probe.what}" for case in group.cases)
    dtypes = [dtype for dtype in grouping.DTYPES if any(case.seen.probe.dtype == dtype for case in group.cases) and dtype != probe.dtype]
    edges.pop(f"{probe.altered}: {probe.what}", None)
    return (*list(edges)[:MOST], *([f"… {len(edges) - MOST} more"] if len(edges) > MOST else []), *dtypes)


MOST = 6
"""Other edges that are named; the rest is counted."""


def _place(case: Case) -> str:
    for outcome in case.seen.answer.outcomes:
        if outcome.refusal is not None and outcome.refusal.file:
            return f"{outcome.refusal.file}:{outcome.refusal.line}"
    return ""
