"""What torch said to wrong calls -> the catalogue of a loss's messages: each text once, with its causes and what to write instead.

In: what was seen of the probes, and a child in which misuses and what mends them are run. Out: Messages. Only a fix that ran is told
as one that did. Imports no torch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from inspector.live import mends, misuses, probes
from inspector.live.isolate import Child
from inspector.live.mends import Mend
from inspector.live.misuses import Misuse
from inspector.live.outcomes import Answer, Outcome, Probe, Refusal
from inspector.live.prober import Seen
from inspector.live.probes import Plan
from inspector.messages import skeleton
from inspector.report import Cause, Message, TensorData

CAUSES = 24
"""Causes of one message that are kept."""
TOLD = 4
"""Other causes that stand beside a message as text."""


class Said(NamedTuple):
    """One text that torch said, where, and why."""

    refusal: Refusal
    text: str
    probe: Probe
    cause: Cause
    program: str
    """Setup and right lines, to be run before the fix is called one that ran; "" where the fix is words."""
    likely: int
    """The smaller, the likelier."""


def messages(seen: Sequence[Seen], child: Child, device: str = "cpu") -> tuple[Message, ...]:
    """Every error and warning text, each once whatever numbers and dtypes stand in it, with the likeliest cause first."""
    usual = _usual(seen)
    said = [*(each for one in seen for each in _of_probe(one, usual)), *_of_misuses(seen, child, device)]
    found: dict[str, list[Said]] = {}
    for each in said:
        found.setdefault(skeleton(each.text), []).append(each)
    verified = _Verified(child, usual)
    return tuple(replace(_joined(several, verified), device=device) for _, several in sorted(found.items()))


class _Verified:
    """Runs what mends, each program once."""

    def __init__(self, child: Child, usual: frozenset[str]) -> None:
        self._child, self._usual = child, usual
        self._known: dict[str, bool] = {}

    def ran(self, said: Said) -> bool:
        """True where the right lines gave neither an error nor a warning that an ordinary call does not give."""
        if said.program and said.program not in self._known:
            outcome = self._child.answer(_program(said.probe, said.program)).outcomes[0]
            self._known[said.program] = outcome.status == "value" and self._usual.issuperset(outcome.warnings)
        return bool(said.program) and self._known[said.program]


def _program(probe: Probe, code: str) -> Probe:
    return replace(probe, kind="misuse", code=code, ways=probe.ways[:1], inputs=())


def _joined(several: Sequence[Said], verified: _Verified) -> Message:
    """One message of all that have its text."""
    ranked = sorted(several, key=_likeliest)
    chosen: dict[tuple[str, str, str], Said] = {}
    for each in ranked:
        chosen.setdefault((each.cause.rule, each.cause.cause, each.cause.fix), each)
    kept = _varied(list(chosen.values()))[:CAUSES]
    causes = [replace(each.cause, fix_ran=verified.ran(each)) for each in kept]
    causes = [
        each if each.fix_ran or not one.program else replace(each, fix=mends.in_words(each.fix))
        for one, each in zip(kept, causes, strict=True)
    ]
    first, cause = kept[0], causes[0]
    place = f"{first.refusal.file}:{first.refusal.line}" if first.refusal.file else ""
    return Message(
        text=first.text,
        error=first.refusal.error,
        subject=first.probe.subject,
        place=place,
        function=first.refusal.function,
        configuration=first.probe.expression,
        cause=cause.cause,
        fix=cause.fix,
        others=tuple(dict.fromkeys(f"{each.cause}: {each.fix}" for each in causes[1:] if each.cause != cause.cause))[:TOLD],
        number=len(several),
        causes=tuple(causes),
    )


def _likeliest(said: Said) -> tuple[int, int, int]:
    """Probes of one rank by the shortness of their words; misuses stand in the order in which their rules do."""
    return said.likely, len(said.probe.expression), 0 if said.likely in range(4, 12) else len(said.cause.cause)


def _varied(ranked: Sequence[Said]) -> list[Said]:
    """The same, the likeliest of each rule and fix before the second of any."""
    first: dict[tuple[str, str], Said] = {}
    for each in ranked:
        first.setdefault((each.cause.rule, each.cause.fix), each)
    some = list(first.values())
    kept = {id(each) for each in some}
    return [*some, *(each for each in ranked if id(each) not in kept)]


# -- from probes ------------------------------------------------------------------------------------------------------------


def _of_probe(seen: Seen, usual: frozenset[str]) -> Iterator[Said]:
    """Each text once; what an ordinary call warns of is laid to that, and to nothing that was altered."""
    texts: set[str] = set()
    for outcome in seen.answer.outcomes:
        for refusal, text in said_by(outcome):
            # Of a tensor on another device only what is said of devices is of use: the rest is about the one that holds no numbers.
            of_ordinary = seen.probe.kind == "ordinary" or f"{refusal.error}: {text}" not in usual
            if of_ordinary and text not in texts and (seen.probe.kind != "device" or "device" in text.lower()):
                texts.add(text)
                yield _said(seen, refusal, text)


def said_by(outcome: Outcome) -> Iterator[tuple[Refusal, str]]:
    """Every error and warning of one outcome, with where it comes from."""
    if outcome.refusal is not None:
        yield outcome.refusal, outcome.refusal.text
    for text in outcome.warnings:
        kind, _, said = text.partition(": ")
        file, _, line = outcome.warned_at.get(text, "").rpartition(":")
        yield Refusal(kind, said, file, int(line or 0)), said


def _said(seen: Seen, refusal: Refusal, text: str) -> Said:
    mend: Mend = mends.mend_of(seen)
    shown = {str(each.name): each.value.shape for each in seen.probe.inputs if isinstance(each.value, TensorData)}
    shapes = shown if seen.probe.kind == "shape" else {}
    cause = Cause(mend.rule or seen.probe.kind, mend.cause or mends.cause_of(seen.probe), mend.fix, False, text, "", shapes)
    return Said(refusal, text, seen.probe, cause, mend.program, _likely(seen.probe, mend))


def _likely(probe: Probe, mend: Mend) -> int:
    """Which cause a message more likely has: a number, a dtype, an argument, a shape that one method mends, any other."""
    if probe.kind == "shape":
        return 16 if not mend.program else 14 if probe.altered != next(iter(probe.inputs)).name else 15
    return {"value": 1, "dtype": 2, "argument": 3, "ordinary": 12}.get(probe.kind, 17)


# -- from misuses -----------------------------------------------------------------------------------------------------------


def _of_misuses(seen: Sequence[Seen], child: Child, device: str) -> Iterator[Said]:
    """What came of the wrong lines, where the lines before them did not fail themselves; what an ordinary call says too is left out."""
    usual = _usual(seen)
    made = [(plan, misuse) for plan, several in _misuses(seen, device) for misuse in several]
    probe_of = {id(plan): next(probes.ordinary(plan)) for plan, _ in made}
    before = [_program(probe_of[id(plan)], f"{_IMPORT}{misuse.setup}") for plan, misuse in made]
    asked = [_program(probe_of[id(plan)], f"{_IMPORT}{misuse.setup}\n{misuse.wrong}") for plan, misuse in made]
    ready = [answer is not None and answer.outcomes[0].status == "value" for answer in child.run(before)]
    for (_, misuse), probe, answer, is_ready in zip(made, asked, child.run(asked), ready, strict=True):
        if answer is not None and is_ready:
            yield from (said for said in _of_misuse(misuse, probe, answer) if f"{said.refusal.error}: {said.text}" not in usual)


def _usual(seen: Sequence[Seen]) -> frozenset[str]:
    """The warnings of ordinary calls by the usual arguments."""
    plain = [each for each in seen if each.probe.kind == "ordinary" and each.probe.where == "inside"]
    return frozenset(text for each in plain for texts in each.usual.warnings.values() for text in texts)


_IMPORT = "import torch\n"
_BETWEEN = {"unreduced": 4, "no-graph": 4, "one-hot": 5, "shape": 6, "flatten": 6, "deprecated": 4, "batch-size": 6}
"""Where misuses by some rule stand among the causes; the others, before any shape that a probe has."""


def _misuses(seen: Sequence[Seen], device: str) -> Iterator[tuple[Plan, Iterable[Misuse]]]:
    """The misuses of a loss: of its uses once for each kind of inputs, of its shapes once for each case."""
    plans = {id(each.plan): each.plan for each in seen if each.plan.dtype == "float32"}.values()
    shaped = {id(each.plan) for each in seen if each.probe.kind == "shape"}
    kinds: set[object] = set()
    for plan in plans:
        if id(plan) not in shaped:
            continue
        if plan.fitted.case.target_kind not in kinds:
            kinds.add(plan.fitted.case.target_kind)
            yield plan, misuses.of_use(plan, device)
        yield plan, misuses.of_shapes(plan, device)


def _of_misuse(misuse: Misuse, probe: Probe, answer: Answer) -> Iterator[Said]:
    right = f"{_IMPORT}{misuse.setup}\n{misuse.right}" + (f"\n{misuse.proof}" if misuse.proof else "")
    likely = _BETWEEN.get(misuse.rule.partition(" ")[0], 7)
    for outcome in answer.outcomes:
        for refusal, text in said_by(outcome):
            cause = Cause(misuse.rule, misuse.cause, misuse.fix, False, text, misuse.wrong, dict(misuse.shapes))
            yield Said(refusal, text, probe, cause, right if misuse.right else "", likely)
