"""What torch takes, what it refuses and in which words: a table of what came of the probes of one loss. Pure.

In: what was seen. Out: Acceptances, each once.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from inspector.live.outcomes import Probe
from inspector.live.prober import Seen
from inspector.live.shapes import FLOATING
from inspector.losses.schema import LossDefinition
from inspector.report import Acceptance

_OF_FORM = ("ordinary", "shape", "dtype", "empty", "single")


def acceptances(definition: LossDefinition, seen: Iterable[Seen]) -> tuple[Acceptance, ...]:
    """One row for each documented way to call the loss, and for each shape and dtype beside it, by the default arguments."""
    found: dict[tuple[str, str, str], Acceptance] = {}
    for each in seen:
        probe = each.probe
        if probe.kind not in _OF_FORM or probe.altered in _argument_names(definition):
            continue
        alone = _is_documented_dtype(definition, probe)
        dtype = probe.what.removeprefix("dtype ") if alone else probe.dtype
        what = f"as documented, {dtype}" if alone or probe.kind == "ordinary" else probe.what
        key = (probe.case, "" if alone or probe.kind == "ordinary" else probe.altered, what)
        if key not in found:
            row = _acceptance(each, what)
            found[key] = msgspec.structs.replace(row, altered="", documented=True) if alone else row
    return tuple(found.values())


def _is_documented_dtype(definition: LossDefinition, probe: Probe) -> bool:
    """Whether the only floating input has another floating dtype: the whole call is then the documented one in that dtype."""
    if probe.kind != "dtype" or probe.what.removeprefix("dtype ") not in FLOATING:
        return False
    forms = next((case.inputs for case in definition.cases if case.name == probe.case), ())
    return [form.name for form in forms if form.dtype == "float"] == [probe.altered]


def _argument_names(definition: LossDefinition) -> set[str]:
    return {form.name for form in definition.arguments}


def _acceptance(seen: Seen, what: str) -> Acceptance:
    """The row of one probe: refused where its unreduced or only form is."""
    probe, outcome = seen.probe, seen.answer.outcomes[0]
    documented = probe.where == "inside"
    refusals = [each.refusal for each in seen.answer.outcomes if each.refusal is not None]
    altered = "" if probe.kind in ("ordinary", "empty", "single") else probe.altered
    if outcome.status in ("crashed", "hung"):
        return Acceptance(probe.case, altered, what, documented, "crashed", outcome.detail)
    if refusals:
        return Acceptance(probe.case, altered, what, documented, "refused", refusals[0].text)
    unusual = [text for text in outcome.warnings if text not in seen.usual.warnings.get(probe.ways[0].reduction, ())]
    return Acceptance(probe.case, altered, what, documented, "warned" if unusual else "accepted", unusual[0] if unusual else "")
