"""Probes with one tensor on another device than the rest: an input, or a tensor that the loss holds and that was not moved with the model.

In: a Plan. Out: Probes. They are there for the words of the error: which device is meant is known only where they run.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspector.live import argument_edges, samples
from inspector.live.outcomes import Kind, Probe
from inspector.live.probes import Plan, ordinary
from inspector.losses.schema import InputForm
from inspector.report import Argument, Configuration, TensorData, Unresolved

WHAT = "on another device"
_KIND: Kind = "device"


def of_devices(made: Plan) -> Iterator[Probe]:
    """Each tensor among the inputs but the first, then each tensor among the arguments, apart from the rest."""
    drawn = made.drawn()
    for draft in drawn.inputs[1:]:
        if draft.form.container != "tuple":
            yield _apart(made, draft.form.name, made.configuration)
    for form in made.definition.arguments:
        if isinstance(form.values, InputForm) and form.name in {parameter.name for parameter in made.signature}:
            yield from _held(made, form.name)
    for form in made.fitted.case.parameters:
        yield _apart(made, form.name, made.configuration)
