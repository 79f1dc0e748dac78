"""All probes of one loss: which configurations in which dtypes, run in a child, held against the reference and judged.

In: a definition and its signature. Out: Seen records, a probe with its answer and its faults each. Imports no torch; the child does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from inspector.live import arguments, configurations, expected, placing, probes
from inspector.live.isolate import Child
from inspector.live.judge import NOTHING, Fault, Rule, Usual, judge
from inspector.live.outcomes import Answer, Probe
from inspector.live.probes import Plan
from inspector.losses.limits import Evaluated
from inspector.losses.schema import LossDefinition
from inspector.report import Configuration, Parameter

DTYPES = ("float32", "float64", "float16", "bfloat16")
_LEGACY = frozenset({"size_average", "reduce", "reduction", "device", "dtype"})

MakeProbes = Callable[[Plan], Iterator[Probe]]
EVERY: tuple[MakeProbes, ...] = (
    probes.ordinary,
    probes.of_numbers,
    probes.of_ties,
    probes.of_counts,
    probes.of_ignored,
    probes.of_arguments,
    probes.of_shapes,
    probes.of_dtypes,
    placing.of_devices,
)
OF_NUMBERS: tuple[MakeProbes, ...] = (probes.ordinary, probes.of_numbers, probes.of_ties, probes.of_counts, probes.of_ignored)
OF_FORMS: tuple[MakeProbes, ...] = (probes.ordinary, probes.of_shapes, probes.of_dtypes)


class Seen(NamedTuple):
    """One probe and all that is known of it."""

    plan: Plan
    probe: Probe
    answer: Answer
    exact: Evaluated | None
    faults: tuple[Fault, ...]
    usual: Usual = Usual({}, {})


class Chosen(NamedTuple):
    """One configuration in one dtype, and which probes are made of it."""

    plan: Plan
    makers: tuple[MakeProbes, ...]


def chosen(definition: LossDefinition, signature: Sequence[Parameter], dtypes: Sequence[str] = DTYPES) -> Iterator[Chosen]:
    """What to probe: every kind of inputs thoroughly, every other shape by its form, every other argument by its numbers."""
    kinds: set[object] = set()
    for configuration in _configurations(definition, signature):
        made = probes.plan(definition, configuration, signature, dtypes[0])
        if made is None:
            continue
        case, names = made.fitted.case, set(arguments.bind(configuration, signature)) - _needed(definition, signature)
        kind = (case.target_kind, tuple(case.when.items()))
        is_case = names <= set(case.when) | _sizes(definition)
        if is_case and kind not in kinds:
            kinds.add(kind)
            yield Chosen(made, EVERY)
            for dtype in dtypes[1:]:
                more = probes.plan(definition, configuration, signature, dtype)
                assert more is not None
                yield Chosen(more, OF_NUMBERS)
        elif is_case:
            yield Chosen(made, OF_FORMS)
        else:
            yield Chosen(made, OF_NUMBERS)


def _configurations(definition: LossDefinition, signature: Sequence[Parameter]) -> list[Configuration]:
    found = configurations.of_loss(definition, signature, definition.qualified_name)
    plain = [each for each in found if not each.hooks and not {argument.name for argument in each.args} & _LEGACY]
    bare = {each.args for each in plain if each.target_kind is not None}
    return [each for each in plain if each.target_kind is not None or each.args not in bare]


def _needed(definition: LossDefinition, signature: Sequence[Parameter]) -> set[str]:
    return {str(argument.name) for argument in configurations.required_arguments(definition, signature)}


def _sizes(definition: LossDefinition) -> set[str]:
    from inspector.losses.schema import Size

    return {form.name for form in definition.arguments if isinstance(form.values, Size)}


def probe_all(child: Child, chosen_ones: Iterable[Chosen]) -> Iterator[list[Seen]]:
    """What came of the probes of each configuration and dtype."""
    for plan, makers in chosen_ones:
        made = list(dict.fromkeys(probe for make in makers for probe in make(plan)))
        ran = [(probe, answer) for probe, answer in zip(made, child.run(made), strict=True) if answer is not None]
        usual = usuals_of(ran)
        yield _news([seen_of(plan, probe, answer, usual.get(probe.base, NOTHING)) for probe, answer in ran])


def _news(seen: list[Seen]) -> list[Seen]:
    """The same without faults that the sample shows before anything is altered."""
    bases = {each.probe.base: each for each in seen if each.probe.kind == "ordinary" or each.probe.what == probes.IN_TURN}
    known: dict[str, set[tuple[Rule, str, str]]] = {
        base: {(fault.rule, fault.of, fault.reduction) for fault in each.faults} for base, each in bases.items()
    }
    return [each if each is bases.get(each.probe.base) else _without(each, known.get(each.probe.base, set())) for each in seen]


def _without(seen: Seen, known: set[tuple[Rule, str, str]]) -> Seen:
    return seen._replace(faults=tuple(fault for fault in seen.faults if (fault.rule, fault.of, fault.reduction) not in known))


def seen_of(plan: Plan, probe: Probe, answer: Answer, usual: Usual) -> Seen:
    """The answer held against the reference and judged."""
    exact = expected.exactly(plan, probe, answer)
    return Seen(plan, probe, answer, exact, tuple(judge(probe, answer, exact, usual)), usual)


def usuals_of(answered: Sequence[tuple[Probe, Answer]]) -> dict[str, Usual]:
    """What each sample gave before anything in it was altered: the ordinary one, and the one at its bounds."""
    found: dict[str, Usual] = {}
    for probe, answer in answered:
        if probe.kind == "ordinary" or probe.what == probes.IN_TURN:
            ran = [(way.reduction, outcome) for way, outcome in zip(probe.ways, answer.outcomes, strict=True)]
            values = {reduction: outcome.value.values for reduction, outcome in ran if outcome.value}
            found.setdefault(probe.base, Usual({reduction: outcome.warnings for reduction, outcome in ran}, values))
    return found
