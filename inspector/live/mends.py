"""What a wrong probe comes from, and what to write instead: in words, and as lines that can be run to see whether they do mend it.

In: a probe and its plan. Out: the cause as text, and a Mend. Pure: whoever has a child runs the lines.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from inspector.live import probes, wrong_shapes
from inspector.live.outcomes import Probe
from inspector.live.prober import Seen
from inspector.live.snippets import constructor
from inspector.live.written import write
from inspector.losses.schema import ClassIndices, LabelLists, Lengths
from inspector.report import TensorData

DOCUMENTED = "a documented call"
FIRST_SIZE = 2
"""Stands for the first symbol of a shape where two shapes are compared; sizes of 1 stand for themselves."""


class Mend(NamedTuple):
    """What to write instead of a wrong call."""

    fix: str
    program: str = ""
    """Lines that make the same inputs and hand them over mended; "" where the fix is words."""
    rule: str = ""
    """The rule that live/wrong_shapes has for the same; "" for the kind of the probe."""
    cause: str = ""
    """What is wrong, in that rule's words."""


def cause_of(probe: Probe) -> str:
    """Which input it comes from, and what it should be."""
    if probe.altered == probes.CONSTRUCTOR:
        return "the inputs were given to the class, which takes arguments; the loss itself was never made"
    if probe.kind == "ordinary":
        return f"{DOCUMENTED}: {probe.case}, {probe.dtype}"
    if probe.kind in ("empty", "single"):
        return probe.what
    if probe.kind == "device":
        return f"{probe.altered} lies {probe.what} than the rest"
    joined = {"dtype": "has", "shape": "has", "argument": "is", "value": "is"}.get(probe.kind, ":")
    documented = f"; documented is {probe.domain}" if probe.domain else ""
    return f"{probe.altered} {joined} {probe.what.removeprefix('of ')}{documented}"


def in_words(fix: str) -> str:
    """A fix that is code, and did not run, as words that promise less."""
    casts = re.findall(r"(\w+)\.(long|float)\(\)", fix)
    if casts:
        return f"{' and '.join(name for name, _ in casts)} as {_CASTS[casts[0][1]]}, together with whatever else is not as documented"
    return "see the accepted inputs of this loss: inspect-loss findings -v NAME"


_CASTS = {"long": "int64", "float": "float32"}


def mend_of(seen: Seen) -> Mend:
    """What to write instead, by the rule that made the probe."""
    probe = seen.probe
    if probe.altered == probes.CONSTRUCTOR:
        make = constructor(seen.plan.configuration, probe.dtype)
        call = f"{make}({', '.join(str(argument.name) for argument in probe.inputs)})"
        return Mend(call, f"{_inputs(probe)}\n{call}")
    if probe.kind == "dtype":
        return _cast(seen)
    if probe.kind == "shape":
        return _reshaped(probe)
    first = probe.inputs[0].name
    words = {
        "device": f"move the loss with the model, and its inputs with it: criterion.to({first}.device), target.to({first}.device)",
        "argument": f"give {probe.altered} as {probe.domain}",
        "value": f"keep {probe.altered} to {probe.domain}",
        "empty": "leave out batches without a row",
        "ordinary": "nothing, if this is what was meant: the call is a documented one",
    }
    return Mend(words.get(probe.kind, "see the accepted inputs of this loss"))


def _cast(seen: Seen) -> Mend:
    probe = seen.probe
    form = next((form for form in seen.plan.fitted.case.inputs if form.name == probe.altered), None)
    if form is None:
        if any(argument.name == probe.altered for argument in seen.plan.definition.arguments):
            return Mend(f"{probe.altered} in the dtype of the input")
        mended = {str(each.name): f"{each.name}.float()" for each in probe.inputs if _altered(seen, each.name)}
        return Mend(_call(probe, mended), _program(probe, mended))
    cast = "long()" if isinstance(form.values, ClassIndices | LabelLists | Lengths) else "float()"
    return Mend(f"{probe.altered}.{cast}", _program(probe, {probe.altered: f"{probe.altered}.{cast}"}))


def _altered(seen: Seen, name: str | None) -> bool:
    return any(form.name == name and form.dtype == "float" for form in seen.plan.fitted.case.inputs)


def _reshaped(probe: Probe) -> Mend:
    """The call that gives the documented shape, where one method does."""
    given, _, wanted = probe.what.removeprefix("shape ").partition(" in place of ")
    have, need = ([part for part in text.strip("()").replace(" ", "").split(",") if part] for text in (given, wanted))
    named = {symbol: place + FIRST_SIZE for place, symbol in enumerate(dict.fromkeys(need))}
    sizes = [tuple(1 if symbol == "1" else named.get(symbol, 0) for symbol in part) for part in (have, need)]
    for words, shape, method in wrong_shapes.of_one(sizes[1]):
        if shape == sizes[0]:
            mended = {probe.altered: probe.altered + method}
            return Mend(_call(probe, mended), _program(probe, mended), f"shape {method}", f"{probe.altered} {words}")
    return Mend(f"bring {probe.altered} to the shape {wanted}")


def _call(probe: Probe, mended: dict[str, str]) -> str:
    """The call as one writes it, with some inputs mended."""
    names = [str(argument.name) for argument in probe.inputs]
    return f"loss({', '.join(mended.get(name, name) for name in names)})"


def _program(probe: Probe, mended: dict[str, str]) -> str:
    """The call with some inputs mended, by the reduction that people use where there are several."""
    ways = sorted(probe.ways, key=lambda way: way.reduction != "mean")
    call = constructor(ways[0].configuration, probe.dtype)
    names = [str(argument.name) for argument in probe.inputs]
    return f"{_inputs(probe)}\n{call}({', '.join(mended.get(name, name) for name in names)})"


def _inputs(probe: Probe) -> str:
    lines = [f"{argument.name} = {_written(argument.value)}" for argument in probe.inputs]
    return "\n".join(["import torch", *lines])


def _written(term: object) -> str:
    plain = TensorData(term.shape, term.dtype, term.values) if isinstance(term, TensorData) else term
    return write(plain)  # type: ignore[arg-type]
