"""Probes with one tensor on another device than the rest: an input, or a tensor that the loss holds and that was not moved with the model.

In: a Plan. Out: Probes. They are there for the words of the error, and nobody judges them: which devices meet depends on the machine.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from msgspec.structs import replace

from inspector.live.outcomes import Probe
from inspector.live.probes import Plan, ways, with_argument
from inspector.losses.schema import InputForm
from inspector.report import Argument, Configuration, TensorData

WHAT = "on another device"
SAME = "on the device of the rest"


def of_devices(made: Plan) -> Iterator[Probe]:
    """Each tensor among the inputs but the first, then each tensor that an argument or a parameter has the loss hold."""
    for draft in made.drawn().inputs[1:]:
        if draft.form.container == "tensor":
            yield _apart(made, draft.form.name, made.configuration)
    for form in made.definition.arguments:
        if isinstance(form.values, InputForm) and set(form.values.shape) <= set(made.fitted.sizes):
            shape = tuple(made.fitted.sizes[str(symbol)] for symbol in form.values.shape)
            ones = TensorData(shape, made.dtype, (1.0,) * math.prod(shape))
            yield _apart(made, form.name, with_argument(made.configuration, Argument(form.name, ones)))
    for parameter in made.fitted.case.parameters:
        if "." not in parameter.name:
            yield _apart(made, parameter.name, made.configuration)


def _apart(made: Plan, name: str, configuration: Configuration) -> Probe:
    found = made.probe("device", ("outside", name, WHAT), made.drawn(), configuration=configuration, domain=SAME, elsewhere=name)
    return replace(found, ways=ways(made.definition, configuration, made.signature, made.fitted)[-1:])
