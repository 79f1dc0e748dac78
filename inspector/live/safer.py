"""The safer form that a definition declares, run at the very inputs where the loss goes wrong, and shown only where it is right.

In: a case. Out: a line of Python, or "". Judges by the same rules as everything else.
"""

from __future__ import annotations

import math

from msgspec.structs import replace

from inspector.live import grouping, prober, probes
from inspector.live.grouping import Case
from inspector.live.isolate import Child
from inspector.live.judge import judge
from inspector.live.outcomes import Answer
from inspector.live.prober import Seen
from inspector.losses.schema import Safer


def safe_line(case: Case, child: Child) -> str:
    """The expression that gives the exact value and gradients where the loss does not; "" where none is declared or it is no better."""
    for safer in case.seen.plan.definition.safer:
        if _is_for(safer, case) and _holds(safer, case, child) and _holds_usually(safer, case, child):
            return f"{safer.code}  # {safer.scope}" if safer.scope else safer.code
    return ""


def _is_for(safer: Safer, case: Case) -> bool:
    seen = case.seen
    of_kind = safer.target_kind in (None, seen.plan.fitted.case.target_kind)
    return of_kind and case.fault.rule in safer.rules and safer.edge in ("", grouping.edge_of(seen))


def _holds(safer: Safer, case: Case, child: Child) -> bool:
    """True where the form has no fault of its own there, and its value is a number."""
    reduction = "mean" if case.fault.rule == "undefined-value" else "none"
    return _is_right(safer, case.seen, reduction, child)


def _holds_usually(safer: Safer, case: Case, child: Child) -> bool:
    """True where the form is right for ordinary inputs of every call that it is written for: every shape and argument, or the plain."""
    plan = case.seen.plan
    for each in prober.chosen(plan.definition, plan.signature, (plan.dtype,)):
        same = each.plan.fitted.case.target_kind == plan.fitted.case.target_kind
        if not same or (safer.scope and each.plan.configuration != plan.configuration):
            continue
        probe = next(probes.ordinary(each.plan))
        reduction = "mean" if case.fault.rule == "undefined-value" else "none"
        if not _is_right(safer, prober.seen_of(each.plan, probe, child.answer(probe), case.seen.usual), reduction, child):
            return False
    return True


def _is_right(safer: Safer, seen: Seen, reduction: str, child: Child) -> bool:
    """True where the form gives a number, and the judge finds nothing to say of it."""
    ways = tuple(way for way in seen.probe.ways if way.reduction == reduction)
    answer = child.answer(replace(seen.probe, ways=ways, code=safer.code))
    value = answer.outcomes[0].value if answer.outcomes else None
    if value is None or not all(map(math.isfinite, value.values)):
        return False
    return not judge(replace(seen.probe, ways=ways, where="inside"), Answer(answer.outcomes), seen.exact, seen.usual)
