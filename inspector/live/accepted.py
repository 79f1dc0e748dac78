"""What torch takes, what it refuses and in which words: tables of what came of the probes of one loss. Pure.

In: what was seen. Out: Acceptances and Messages, each once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from inspector.live import probes
from inspector.live.outcomes import Outcome, Probe, Refusal
from inspector.live.prober import Seen
from inspector.losses.schema import ClassIndices, LabelLists, Lengths, LossDefinition
from inspector.report import Acceptance, Message

DOCUMENTED = "a documented call"
_OF_FORM = ("ordinary", "shape", "dtype", "empty", "single")


def acceptances(definition: LossDefinition, seen: Iterable[Seen]) -> tuple[Acceptance, ...]:
    """One row for each documented way to call the loss, and for each shape and dtype beside it, by the default arguments."""
    found: dict[tuple[str, str, str], Acceptance] = {}
    for each in seen:
        probe = each.probe
        if probe.kind not in _OF_FORM or probe.altered in _argument_names(definition):
            continue
        what = f"{probe.what}, {probe.dtype}" if probe.kind == "ordinary" else probe.what
        key = (probe.case, probe.altered, what)
        if key not in found:
            found[key] = _acceptance(each, what)
    return tuple(found.values())


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


# -- messages ---------------------------------------------------------------------------------------------------------------


def messages(seen: Sequence[Seen]) -> tuple[Message, ...]:
    """Every error and warning text, each once whatever numbers stand in it, with the likeliest cause first."""
    found: dict[str, list[tuple[int, Message]]] = {}
    for each in seen:
        for message in _of_probe(each):
            found.setdefault(skeleton(message.text), []).append((_likely(each.probe, message), message))
    return tuple(_joined(several) for _, several in sorted(found.items()))


CAUSES = 4
"""Other causes of a message that are told."""


def _likely(probe: Probe, message: Message) -> int:
    """Which cause a message more likely has: a documented call, a number, a dtype, a shape that one method mends, any other."""
    if probe.kind == "shape":
        return 6 if message.fix.startswith("bring") else 4 if probe.altered != next(iter(probe.inputs)).name else 5
    return {"ordinary": 0, "value": 1, "dtype": 2, "argument": 3}.get(probe.kind, 7)


def _joined(several: list[tuple[int, Message]]) -> Message:
    ranked = [message for _, message in sorted(several, key=lambda each: (each[0], len(each[1].configuration), len(each[1].cause)))]
    causes = list(dict.fromkeys(f"{message.cause}: {message.fix}" for message in ranked))
    kept = {name: getattr(ranked[0], name) for name in Message.__struct_fields__}
    return Message(**{**kept, "number": len(several), "others": tuple(causes[1 : CAUSES + 1])})


def skeleton(text: str) -> str:
    """A message without the numbers in it."""
    return re.sub(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", "#", text)


def _of_probe(seen: Seen) -> Iterator[Message]:
    texts: set[str] = set()
    for outcome in seen.answer.outcomes:
        for refusal, text in _said(outcome):
            # Of a tensor on another device only what is said of devices is of use: the rest is about the one that holds no numbers.
            if text not in texts and (seen.probe.kind != "device" or "device" in text.lower()):
                texts.add(text)
                place = f"{refusal.file}:{refusal.line}" if refusal.file else ""
                where = (place, refusal.function, seen.probe.expression)
                yield Message(text, refusal.error, seen.probe.subject, *where, cause_of(seen.probe), fix_of(seen))


def _said(outcome: Outcome) -> Iterator[tuple[Refusal, str]]:
    if outcome.refusal is not None:
        yield outcome.refusal, outcome.refusal.text
    for text in outcome.warnings:
        kind, _, said = text.partition(": ")
        yield Refusal(kind, said), said


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


def fix_of(seen: Seen) -> str:
    """What to write instead, by the rule that made the probe."""
    probe = seen.probe
    form = next((form for form in seen.plan.fitted.case.inputs if form.name == probe.altered), None)
    name = probe.subject.rpartition(".")[2]
    if probe.altered == probes.CONSTRUCTOR:
        return f"make the loss, then call it: {name}()({', '.join(str(argument.name) for argument in probe.inputs)})"
    if probe.kind == "dtype":
        whole = form is not None and isinstance(form.values, ClassIndices | LabelLists | Lengths)
        cast = "long()" if whole else "float()"
        return f"{probe.altered}.{cast}" if form is not None else f"every floating input as one dtype: .{cast}"
    if probe.kind == "device":
        moved = any(argument.name == probe.altered for argument in probe.inputs)
        first = probe.inputs[0].name
        return f"{probe.altered}.to({first}.device)" if moved else f"move the loss with the model: criterion.to({first}.device)"
    if probe.kind == "shape":
        return _reshaped(probe)
    if probe.kind == "argument":
        return f"give {probe.altered} as {probe.domain}"
    if probe.kind == "value":
        return f"keep {probe.altered} to {probe.domain}"
    if probe.kind == "empty":
        return "leave out batches without a row"
    return "another dtype or another shape" if probe.kind == "ordinary" else "see the accepted inputs of this loss"


def _reshaped(probe: Probe) -> str:
    """The call that gives the documented shape, where one does."""
    given, _, wanted = probe.what.removeprefix("shape ").partition(" in place of ")
    have, need = ([part for part in text.strip("()").replace(" ", "").split(",") if part] for text in (given, wanted))
    if have == [*need, "1"]:
        return f"{probe.altered}.squeeze(-1)"
    if have == ["1", *need]:
        return f"{probe.altered}.squeeze(0)"
    if have == need[1:]:
        return f"{probe.altered}.unsqueeze(0) for a batch of one"
    if len(need) > 2 and have == [need[0], *need[2:], need[1]]:
        return f"{probe.altered}.movedim(-1, 1): the classes stand in the second dimension"
    return f"bring {probe.altered} to the shape {wanted}"
