"""Groups of faults become findings: a title, a sentence that says what it means, where it begins, and a few lines that show it.

In: a definition, its signature and a child to run probes in. Out: what was probed of one loss. Imports no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from inspector.live import closer, documented, grouping, prober, sentences
from inspector.live.accepted import acceptances
from inspector.live.catalogue import messages
from inspector.live.deaths import TRIES, deaths
from inspector.live.documented import Said
from inspector.live.grouping import Case, Group
from inspector.live.isolate import Child
from inspector.live.prober import Seen
from inspector.live.probes import EVERY_INPUT
from inspector.live.safer import safe_line
from inspector.live.snippets import snippet
from inspector.losses.reductions import field_name
from inspector.losses.schema import LossDefinition
from inspector.report import Finding, Parameter, Probed


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
    died = _died(group, device)
    case = _surest(group, closer.smallest(group, child), died)
    probe = case.seen.probe
    limits = closer.thresholds(group, case, child)
    threshold = closer.threshold_words(case, limits)
    moves = closer.moved(case, child) if group.rule == "stuck" else None
    return Finding(
        id=f"{probe.subject.rpartition('.')[2]} | {' | '.join(group.key)}",
        title=sentences.title(group, case, died),
        severity=group.severity,
        probe=probe.id,
        configuration=shown_configuration(case),
        dtype=_dtype(case),
        device=device,
        actual=_actual(case),
        expected=_expected(case),
        message=sentences.message(case, threshold, moves, _clamp(case)),
        snippet=_snippet(case),
        rule=group.rule,
        subject=probe.subject,
        threshold=threshold,
        also=sentences.also(group, case, died),
        safe=safe_line(case, child),
        place=_place(case),
    )


def _died(group: Group, device: str) -> dict[str, int]:
    """What a crash came from, the plainest first -> how often the lines that show it end a process of their own."""
    if group.rule != "crash" or device != "cpu":
        return {}
    cases = sorted((case for case in group.cases if case.fault.rule == group.rule), key=grouping.oddness)
    first = {sentences.altered(case): case for case in reversed(cases)}
    return {words: deaths(_snippet(case)) for words, case in reversed(first.items())}


def _surest(group: Group, case: Case, died: dict[str, int]) -> Case:
    """The case to show: of a crash one that ended the process each time, if there is one."""
    sure = [words for words, times in died.items() if times == TRIES]
    if not sure or sentences.altered(case) in sure:
        return case
    return next(each for each in group.cases if each.fault.rule == group.rule and sentences.altered(each) == sure[-1])


def _dtype(case: Case) -> str:
    """The dtype of the floating inputs; what was given in place of it, where the finding is about that."""
    probe = case.seen.probe
    if probe.kind != "dtype":
        return probe.dtype
    given = probe.what.removeprefix("of ").removeprefix("dtype ")
    return given if probe.altered == EVERY_INPUT else f"{probe.dtype}, {probe.altered} {given}"


def _clamp(case: Case) -> str:
    """What the documentation says of the gradient that is kept finite."""
    clamps = case.seen.plan.definition.clamps
    return next((clamp.words for clamp in clamps if case.fault.of == f"∂/∂{clamp.of}"), "")


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
    field = field_name(case.seen.plan.definition, fault.reduction)
    return snippet(probe, configuration, gradient=gradient, field=field, shows=_SHOWS.get(fault.rule, ""))


_SHOWS = {"accepted-shape": "shape", "warned-shape": "shape", "differs": "memory"}
"""Rule -> what the lines have to show besides the number."""


def _actual(case: Case) -> str:
    fault = case.fault
    if fault.rule == "misleading-message":
        return fault.detail.splitlines()[0]
    if fault.rule in ("accepted-shape", "warned-shape"):
        return f"shape {sentences.shape_of(case)}"
    if fault.rule == "differs":
        return (
            "nan where fresh memory is nan"
            if sentences.is_nan(fault.actual) or sentences.is_nan(fault.exact)
            else "another number each time"
        )
    if fault.actual is None:
        return fault.detail.splitlines()[0] if fault.detail else "no error"
    return f"{fault.of} {fault.actual + 0.0:.6g}"


def _expected(case: Case) -> str:
    fault, probe = case.fault, case.seen.probe
    if fault.rule == "undefined-value":
        return "0/0: no number"
    if fault.rule == "differs":
        return "the same each time"
    if fault.rule in ("stuck",):
        return "a minimum, or a gradient"
    if fault.rule in ("nan-hidden", "accepted-nan"):
        return "nan, or an error"
    if fault.exact is not None:
        return f"{fault.of} {fault.exact:.6g}"
    return {"misleading-message": f"a word on {probe.altered}"}.get(fault.rule, "an error")


def _place(case: Case) -> str:
    for outcome in case.seen.answer.outcomes:
        if outcome.refusal is not None and outcome.refusal.file:
            return f"{outcome.refusal.file}:{outcome.refusal.line}"
    return ""
