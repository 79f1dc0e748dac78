"""Probes of a loss, made by rule from its declared domain: each is an ordinary sample with one thing altered.

In: a definition, one of its configurations and a dtype. Out: Probes, each of which knows whether it lies inside the domain, on its
closure or outside. Knows no loss by name, runs nothing and imports no torch.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from inspector.live import argument_edges, arguments, drafts, edges, outcomes, samples, shapes
from inspector.live.drafts import Draft, Drawn
from inspector.live.edges import Edge
from inspector.live.outcomes import ALL_ALIKE, Kind, Probe, Way, Where
from inspector.live.samples import Fitted
from inspector.live.written import write_call
from inspector.losses.limits import Approach
from inspector.losses.reductions import chosen
from inspector.losses.reference import reductions_for
from inspector.losses.schema import (
    ArgumentForm,
    Choice,
    ClassIndices,
    Field,
    InputForm,
    LabelLists,
    Lengths,
    LogProbabilities,
    LossDefinition,
    Probabilities,
    Real,
    Signs,
)
from inspector.report import Argument, Configuration, Constant, Parameter, Unresolved, number

FEW = {"N": 2}
"""Sizes of the samples that numbers are put into: two rows, so that one can be altered and the other not."""
NAN_AT_ONE_PLACE = "nan at one place"
IN_TURN = "at its bounds in turn"
EVERY_INPUT = "every input"
CONSTRUCTOR = outcomes.CONSTRUCTOR
ORDINARY, AT_BOUNDS = "ordinary", "at their bounds"
_OF_REDUCTION = ("reduction", "size_average", "reduce")


@dataclasses.dataclass(frozen=True)
class Plan:
    """One configuration in one dtype, of which probes are made."""

    definition: LossDefinition
    configuration: Configuration
    signature: tuple[Parameter, ...]
    fitted: Fitted
    dtype: str
    sizes: Mapping[str, int]

    def drawn(self, **sizes: int) -> Drawn:
        """An ordinary sample; sizes that the case does not have are left out."""
        wanted = {**self.sizes, **sizes}
        return drafts.draw(self.fitted, self.dtype, {name: size for name, size in wanted.items() if name in self.fitted.sizes})

    def elementwise(self, draft: Draft) -> bool:
        """True where each number of an input is a term of its own."""
        core = {symbol for rule in self.definition.rules for symbol in rule.core}
        return not core & set(draft.form.shape)

    def scores(self, draft: Draft) -> bool:
        """True where a single number of an input has a meaning of its own: a term, or the score of a class that another input names."""
        return self.elementwise(draft) or any(_names_axis(other, draft.form.shape) for other in self.fitted.case.inputs)

    def probe(self, kind: Kind, place: tuple[Where, str, str], inputs: Drawn | Sequence[Argument], **more: Any) -> Probe:
        """A probe; `place` is where it lies, what was altered, and to what."""
        where, altered, what = place
        configuration = more.pop("configuration", self.configuration)
        given = inputs.arguments() if isinstance(inputs, Drawn) else tuple(inputs)
        return Probe(
            kind=kind,
            where=where,
            altered=altered,
            what=what,
            base=more.pop("base", ORDINARY),
            subject=self.definition.qualified_name,
            expression=configuration.expression,
            ways=ways(self.definition, configuration, self.signature, self.fitted),
            case=self.fitted.case.name,
            dtype=self.dtype,
            inputs=given,
            wanted=tuple(form.name for form in self.fitted.case.inputs if form.differentiable),
            stated=self.definition.stated.get(altered, "documentation"),
            clamps=tuple(clamp.of for clamp in self.definition.clamps),
            **more,
        )


def _names_axis(form: InputForm, shape: Sequence[str | int]) -> bool:
    """True for class indices or labels of one of these axes, and for targets that have one number a class."""
    values = form.values
    if isinstance(values, ClassIndices | LabelLists):
        return values.below in shape
    return isinstance(values, Probabilities | Choice) and len(form.shape) == len(shape)


def plan(
    definition: LossDefinition, configuration: Configuration, signature: Sequence[Parameter], dtype: str, sizes: Mapping[str, int] = FEW
) -> Plan | None:
    """The plan of a configuration; None where no declared case takes it."""
    fitted = samples.fit(definition, configuration, signature)
    if isinstance(fitted, Unresolved):
        return None
    return Plan(definition, configuration, tuple(signature), fitted, dtype, sizes)


def ways(definition: LossDefinition, configuration: Configuration, signature: Sequence[Parameter], fitted: Fitted) -> tuple[Way, ...]:
    """The configuration once for each reduction that it leaves open."""
    bound = {argument.name for argument in configuration.args}
    names = list(dict.fromkeys(each.name for each in reductions_for(definition, fitted.case)))
    if "reduction" not in {parameter.name for parameter in signature}:
        field = next((each for each in definition.fields if each.reduction != "none"), Field("", names[0] if names else ""))
        return (Way(field.reduction, configuration),)
    if bound & set(_OF_REDUCTION):
        return (Way(chosen(fitted.constants, names[0] if names else "mean"), configuration),)
    return tuple(
        Way(name, with_argument(configuration, Argument("reduction", Constant(name)))) for name in sorted(names, key=_unreduced_first)
    )


def _unreduced_first(name: str) -> bool:
    return name != "none"


def with_argument(configuration: Configuration, argument: Argument) -> Configuration:
    """The configuration with one argument set anew."""
    args = (*(each for each in configuration.args if each.name != argument.name), argument)
    expression = write_call(configuration.subject.rpartition(".")[2], args)
    return Configuration(configuration.subject, expression, args, configuration.target_kind, configuration.hooks)


# -- numbers ------------------------------------------------------------------------------------------------------------


def of_numbers(made: Plan) -> Iterator[Probe]:
    """Each input at each edge of its set of values; the others ordinary, then at their bounds."""
    plain = made.drawn()
    bounds = drafts.at_bounds(plain)
    for base, drawn in ((ORDINARY, plain), (AT_BOUNDS, bounds)):
        if drawn is None:
            continue
        for draft in plain.inputs:
            rule = _RULES.get(type(draft.form.values))
            if rule is not None and draft.values:
                yield from rule(made, drawn.altered(draft), draft, base)


def _of_real(made: Plan, drawn: Drawn, draft: Draft, base: str) -> Iterator[Probe]:
    values = draft.form.values
    assert isinstance(values, Real)
    alone = made.elementwise(draft)
    for edge in edges.of_real(values, made.dtype):
        everywhere = range(len(draft.values))
        if math.isinf(edge.number) and not made.scores(draft):
            continue
        if alone or math.isfinite(edge.number):
            yield _numbered(made, drawn, draft, (edge, base), everywhere)
        if not alone:
            yield _numbered(made, drawn, draft, (edge, base), (0,))
        if not alone and math.isinf(edge.number) and base == AT_BOUNDS and len(draft.values) > 1:
            # The first class is the sure one there: an infinity at the second meets a probability of zero.
            yield _numbered(made, drawn, draft, (edge._replace(what=f"{edge.what} beside the sure class"), base), (1,))


def _of_discrete(made: Plan, drawn: Drawn, draft: Draft, base: str) -> Iterator[Probe]:
    """Signs, choices, class indices, labels and lengths: one number at the first place."""
    if base != ORDINARY:
        return
    for edge in _discrete_edges(made, draft):
        whole = draft.dtype in shapes.WHOLE
        if whole and not math.isfinite(edge.number):
            continue
        made_probe = _numbered(made, drawn, draft, (edge._replace(number=int(edge.number)) if whole else edge, base), (0,))
        yield replace(made_probe, beyond=edge.where == "outside" and _is_beyond(made, draft, edge.number))


def _is_beyond(made: Plan, draft: Draft, index: float) -> bool:
    """True for a class index that is below 0 or not below the number of classes."""
    values = draft.form.values
    return isinstance(values, ClassIndices) and not 0 <= index < {**made.fitted.sizes, **made.sizes}[values.below]


def _discrete_edges(made: Plan, draft: Draft) -> Iterator[Edge]:
    values, sizes = draft.form.values, {**made.fitted.sizes, **made.sizes}
    if isinstance(values, Signs):
        return edges.of_signs()
    if isinstance(values, Choice):
        return edges.of_choice(values)
    if isinstance(values, ClassIndices):
        ignored = made.fitted.constants.get("ignore_index") if values.ignorable else None
        return edges.of_indices(values, sizes[values.below], ignored, made.fitted.constants.get(values.excluding))
    if isinstance(values, LabelLists):
        return edges.of_labels(sizes[values.below])
    assert isinstance(values, Lengths)
    low, high = (sizes[bound] if isinstance(bound, str) else bound for bound in (values.at_least, values.at_most))
    return edges.of_lengths(values, low if values.legal_from is None else values.legal_from, high)


def _numbered(made: Plan, drawn: Drawn, draft: Draft, edge_of: tuple[Edge, str], positions: Sequence[int]) -> Probe:
    edge, base = edge_of
    changed = draft
    for position in positions:
        changed = changed.with_number(position, edge.number)
    approached = tuple(Approach(draft.form.name, position, edge.side) for position in positions) if edge.side else ()
    place = "" if len(positions) == len(draft.values) else " at one place"
    return made.probe(
        "value",
        (edge.where, draft.form.name, edge.what + place),
        drawn.altered(changed),
        base=base,
        edges=approached,
        number=number(edge.number),
        domain=edges.words(draft.form.values),
        positions=tuple(positions),
    )


def _of_rows(made: Plan, drawn: Drawn, draft: Draft, base: str) -> Iterator[Probe]:
    """Rows of probabilities or of their logarithms: sure ones, even ones, nearly impossible classes, and rows that are not normalised."""
    if base != ORDINARY:
        return
    for changed, where, what in _rows(made, draft):
        edge = -math.inf in changed.values
        infinite = tuple(Approach(draft.form.name, at, 1) for at, value in enumerate(changed.values) if value == -math.inf)
        more: dict[str, Any] = {"edges": infinite if edge else (), "domain": edges.words(draft.form.values)}
        if what == NAN_AT_ONE_PLACE:
            more["number"] = "nan"
        yield made.probe("value", (where, draft.form.name, what), drawn.altered(changed), **more)


def _rows(made: Plan, draft: Draft) -> Iterator[tuple[Draft, Where, str]]:
    values = draft.form.values
    assert isinstance(values, (Probabilities, LogProbabilities))
    axis = values.axis
    width = draft.shape[axis]
    logs = isinstance(values, LogProbabilities)
    even = -math.log(width) if logs else 1 / width
    yield draft.filled(even), "inside", "even rows"
    if logs:
        yield drafts.one_hot(draft, axis, 0.0, -math.inf), "closure", "sure rows (0, and -inf elsewhere)"
        for power in (2, 4):
            yield drafts.one_hot(draft, axis, 0.0, -(10.0**power)), "inside", f"sure rows (0, and -1e{power} elsewhere)"
        yield (
            dataclasses.replace(draft, values=tuple(math.exp(value) for value in draft.values)),
            "outside",
            "probabilities in place of logs",
        )
        yield dataclasses.replace(draft, values=tuple(value + 1 for value in draft.values)), "outside", "not normalised (each 1 more)"
        yield draft.with_number(0, math.inf), "outside", "inf at one place"
    else:
        yield drafts.one_hot(draft, axis), "inside", "sure rows (1, and 0 elsewhere)"
        yield dataclasses.replace(draft, values=tuple(2 * value for value in draft.values)), "outside", "not normalised (twice as large)"
        yield draft.with_number(0, -0.5), "outside", "-0.5 at one place"
        yield draft.filled(0.0), "outside", "all 0"
    yield draft.with_number(0, math.nan), "outside", NAN_AT_ONE_PLACE


_Rule = Callable[[Plan, Drawn, Draft, str], Iterator[Probe]]
_RULES: dict[type, _Rule] = {
    Real: _of_real,
    Signs: _of_discrete,
    Choice: _of_discrete,
    ClassIndices: _of_discrete,
    LabelLists: _of_discrete,
    Lengths: _of_discrete,
    Probabilities: _of_rows,
    LogProbabilities: _of_rows,
}


# -- ties, few and none ----------------------------------------------------------------------------------------------------


def of_ties(made: Plan) -> Iterator[Probe]:
    """Inputs that are equal, or apart by exactly one of the constructor's numbers; and all of them equal."""
    drawn = made.drawn()
    alike = [draft for draft in drawn.inputs if isinstance(draft.form.values, Real)]
    for first, second in itertools.pairwise(alike):
        if first.shape != second.shape or not first.values:
            continue
        for name, gap in {"": 0.0, **_gaps(made)}.items():
            moved = tuple(value + gap for value in first.values)
            if all(samples.takes(second.form.values, value) for value in moved):
                what = f"{first.form.name} + {name}" if name else f"the same as {first.form.name}"
                changed = dataclasses.replace(second, values=moved)
                yield made.probe("tie", ("inside", second.form.name, what), drawn.altered(changed))
    if len(alike) > 2 and len({draft.shape for draft in alike}) == 1:
        same = [dataclasses.replace(draft, values=alike[0].values) for draft in alike]
        yield made.probe("tie", ("inside", alike[0].form.name, ALL_ALIKE), drawn.altered(*same))


def _gaps(made: Plan) -> dict[str, float]:
    """The numbers that the configuration has for real arguments."""
    real = {form.name for form in made.definition.arguments if isinstance(form.values, Real)}
    found = {name: value for name, value in made.fitted.constants.items() if name in real and isinstance(value, int | float)}
    return {name: float(value) for name, value in found.items() if 0 < value < 100 and not isinstance(value, bool)}


def of_counts(made: Plan) -> Iterator[Probe]:
    """A batch of one row, and one of none."""
    if "N" not in made.fitted.sizes:
        return
    first = next(iter(made.fitted.case.inputs)).name
    yield made.probe("single", ("inside", first, "one row"), made.drawn(N=1))
    yield made.probe("empty", ("inside", first, "an empty batch"), made.drawn(N=0))


def of_ignored(made: Plan) -> Iterator[Probe]:
    """Targets that are ignored: one, all, and one whose input is not finite; label lists without a label."""
    drawn = made.drawn()
    for draft in drawn.inputs:
        values = draft.form.values
        if isinstance(values, LabelLists):
            yield made.probe("ignored", ("inside", draft.form.name, "no label in any row"), drawn.altered(draft.filled(-1)))
        ignored = made.fitted.constants.get("ignore_index")
        if not (isinstance(values, ClassIndices) and values.ignorable and isinstance(ignored, int)):
            continue
        if len(draft.values) > 1:
            one = _kept(draft, ignored).with_number(0, ignored)
            yield made.probe("ignored", ("inside", draft.form.name, "one target ignored"), drawn.altered(one))
            yield from _spoiled(made, drawn.altered(one), draft)
        yield made.probe("ignored", ("inside", draft.form.name, "every target ignored"), drawn.altered(draft.filled(ignored)))


def _kept(draft: Draft, ignored: int) -> Draft:
    """The same targets with none of them ignored."""
    values = draft.form.values
    assert isinstance(values, ClassIndices)
    legal = next(index for index in (values.at_least, values.at_least + 1) if index != ignored)
    return dataclasses.replace(draft, values=tuple(legal if value == ignored else value for value in draft.values))


def _spoiled(made: Plan, drawn: Drawn, target: Draft) -> Iterator[Probe]:
    """The first number of the ignored row is not finite: nothing of that row may count."""
    for draft in drawn.inputs:
        if draft.dtype in shapes.FLOATING and draft.form.differentiable and len(draft.shape) == len(target.shape) + 1:
            for value in (math.nan, math.inf):
                changed = draft.with_number(0, value)
                what = f"{value} in the row of an ignored target"
                yield made.probe(
                    "ignored", ("closure", draft.form.name, what), drawn.altered(changed), number=number(value), positions=(0,)
                )


# -- arguments -------------------------------------------------------------------------------------------------------------


def of_arguments(made: Plan) -> Iterator[Probe]:
    """Each constructor argument at the edges of its set of values, and outside."""
    drawn = made.drawn()
    defaults = {parameter.name: arguments.default_of(parameter) for parameter in made.signature}
    for form in made.definition.arguments:
        if form.name in ("size_average", "reduce") or form.name not in defaults:
            continue
        for term, where, what, value in argument_edges.found(form, made.fitted):
            if value is not None and value == defaults[form.name]:
                continue
            configuration = with_argument(made.configuration, Argument(form.name, term))
            more = {"configuration": configuration, "number": value, "domain": _domain(form)}
            kind: Kind = "dtype" if what.startswith("of dtype") else "argument"
            yield made.probe(kind, (where, form.name, what), drawn, **more)
    yield _called_with_inputs(made, drawn)


def _called_with_inputs(made: Plan, drawn: Drawn) -> Probe:
    """The inputs handed to the class in place of the arguments of its constructor."""
    args = tuple(Argument(None, argument.value) for argument in drawn.arguments())
    name = made.configuration.subject.rpartition(".")[2]
    shown = f"{name}({', '.join(str(draft.form.name) for draft in drawn.inputs)})"
    found = made.probe("argument", ("outside", CONSTRUCTOR, "is given the inputs"), drawn, domain="arguments, not inputs")
    return replace(found, expression=shown, ways=(Way("", Configuration(made.configuration.subject, shown, args)),))


def _domain(form: ArgumentForm) -> str:
    """The legal values of an argument, in words."""
    if isinstance(form.values, InputForm):
        return f"a tensor of {edges.words(form.values.values)}, shape ({', '.join(map(str, form.values.shape))})"
    return edges.words(form.values)


# -- shapes and dtypes -------------------------------------------------------------------------------------------------------


def of_shapes(made: Plan) -> Iterator[Probe]:
    """Each input in shapes that its case does not have. One that another case has is documented."""
    drawn = made.drawn()
    for draft in drawn.inputs:
        for shape in shapes.others(draft):
            changed = drawn.altered(draft.reshaped(shape.sizes))
            where: Where = "inside" if shapes.documented(made.definition, changed) else "outside"
            what = f"shape {shape.what} in place of ({', '.join(map(str, draft.form.shape))})"
            yield made.probe("shape", (where, draft.form.name, what), changed, domain=f"({', '.join(map(str, draft.form.shape))})")


def of_dtypes(made: Plan) -> Iterator[Probe]:
    """Each input in every dtype but its own, and all floating inputs in whole numbers."""
    drawn = made.drawn()
    for draft in drawn.inputs:
        for name in shapes.other_dtypes(draft):
            yield made.probe(
                "dtype", ("outside", draft.form.name, f"dtype {name}"), drawn.altered(cast(draft, name)), domain=draft.form.dtype
            )
    floating = [draft for draft in drawn.inputs if draft.dtype in shapes.FLOATING]
    for name in ("int64", "uint8"):
        changed = drawn.altered(*(cast(draft, name) for draft in floating))
        yield made.probe("dtype", ("outside", EVERY_INPUT, f"dtype {name}"), changed, domain="float")


def cast(draft: Draft, dtype: str) -> Draft:
    """The same numbers in another dtype, as far as it holds them."""
    if dtype in shapes.FLOATING:
        return dataclasses.replace(draft, dtype=dtype, values=tuple(float(value) for value in draft.values))
    if dtype == "complex64":
        return dataclasses.replace(draft, dtype=dtype)
    if dtype == "bool":
        return dataclasses.replace(draft, dtype=dtype, values=tuple(bool(value > 0) for value in draft.values))
    whole = (int(value) % 256 if dtype == "uint8" else int(value) for value in draft.values)
    return dataclasses.replace(draft, dtype=dtype, values=tuple(whole))


def ordinary(made: Plan) -> Iterator[Probe]:
    """The sample itself, and the same with its bounded inputs at their bounds."""
    first = next(iter(made.fitted.case.inputs)).name
    plain = made.drawn()
    yield made.probe("ordinary", ("inside", first, "as documented"), plain)
    bounds = drafts.at_bounds(plain)
    if bounds is not None:
        changed = next(each for each, before in zip(bounds.inputs, plain.inputs, strict=True) if each is not before)
        yield made.probe("tie", ("inside", changed.form.name, IN_TURN), bounds, base=AT_BOUNDS)
