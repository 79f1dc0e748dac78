"""The safer form that a definition declares, run at the very inputs where the loss goes wrong, and shown only where it is right.

In: a case. Out: a line of Python, or "". Judges by the same rules as everything else.
"""

from __future__ import annotations

import math

from msgspec.structs import replace

from inspector.live import grouping
from inspector.live.grouping import Case
from inspector.live.isolate import Child
from inspector.live.judge import judge
from inspector.live.outcomes import Answer
from inspector.losses.schema import Safer


def safe_line(case: Case, child: Child) -> str:
    """The expression that gives the exact value and gradients where the loss does not; "" where none is declared or it is no better."""
    for safer in case.seen.plan.definition.safer:
        if _is_for(safer, case) and _holds(safer, case, child):
            return safer.code
    return ""


def _is_for(safer: Safer, case: Case) -> bool:
    seen = case.seen
    of_kind = safer.target_kind in (None, seen.plan.fitted.case.target_kind)
    return of_kind and case.fault.rule in safer.rules and safer.edge in ("", grouping.edge_of(seen))


def _holds(safer: Safer, case: Case, child: Child) -> bool:
    """True where the form has no fault of its own there, and its value is a number."""
    probe, exact = case.seen.probe, case.seen.exact
    reduction = "mean" if case.fault.rule == "undefined-value" else "none"
    ways = tuple(way for way in probe.ways if way.reduction == reduction)
    answer = child.answer(replace(probe, ways=ways, code=safer.code))
    value = answer.outcomes[0].value if answer.outcomes else None
    if value is None or not all(map(math.isfinite, value.values)):
        return False
    return not judge(replace(probe, ways=ways, where="inside"), Answer(answer.outcomes), exact, case.seen.usual)
