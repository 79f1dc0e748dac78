"""Lines on shapes, held against calls: inputs of the stated shapes must be taken, and the output must have the stated shape.

In: a bench. Out: Heard, one for each way that the lines go together, and one for each line on an output. Shapes are made by rule from
what the lines say; numbers come from the declared domain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from inspector.live import arguments
from inspector.live.outcomes import Outcome, Probe, Way
from inspector.live.probes import Plan
from inspector.live.sayings.bench import Bench, Heard, Otherwise, Statement, with_case, words_of
from inspector.live.sayings.said import Entry
from inspector.live.sayings.shape_words import SCALAR, Line, Result, Stated, expanded, read_input, read_output
from inspector.live.snippets import snippet
from inspector.losses.schema import Case, InputForm, LogProbabilities, Probabilities, Real
from inspector.report import Argument, Constant, TensorData, Term

SIZES = {"d1": 2, "d2": 3, "d3": 2}
FRESH = 3
"""The size of a symbol that nothing declares."""

Dims = tuple[str, ...]


class Together(NamedTuple):
    """Stated shapes of all inputs that belong to one another."""

    number: int
    """Its place among those of its kind."""
    many: int
    """How many there are of its kind; 0 for one that does not count among them."""
    kind: str
    of: Mapping[str, Stated]
    """Input -> what is stated of it."""
    restricted: bool
    at: int


class Called(NamedTuple):
    """One call with inputs of stated shapes."""

    together: Together
    dims: Mapping[str, Dims]
    """Input -> its shape in symbols."""
    sizes: Mapping[str, int]
    held: Mapping[str, object]
    """Constructor arguments."""
    probe: Probe
    outcomes: Mapping[str, Outcome]


class Unmade(Exception):
    """No inputs of these shapes are made; the text says why."""


def heard(bench: Bench) -> Iterator[Heard]:
    """Every line of the section on shapes."""
    inputs, outputs = _lines(bench)
    if not inputs:
        yield from (bench.unchecked(_statement(each), "no input of this shape is found") for each in bench.said.shapes())
        return
    read = {name: read_input(entry.part.text) for name, entry in inputs.items()}
    for name, entry in inputs.items():
        if not read[name]:
            yield bench.unchecked(_statement(entry), "no shape is read in it")
    called: list[Called] = []
    held = _held(bench)
    for together, why in _together(inputs, {name: lines for name, lines in read.items() if lines}, held):
        if why:
            yield bench.unchecked(_joined(together), why)
            continue
        heard_here, calls = _inputs_taken(bench, together)
        called += calls
        yield heard_here
    for number, entry in enumerate(outputs):
        yield from _output(bench, entry, called, number if len(outputs) > 1 else None)


def _held(bench: Bench) -> Mapping[str, object]:
    """Constructor arguments of the calls that are made."""
    return bench.plan.fitted.constants if bench.plan else {}


# -- which lines go together ------------------------------------------------------------------------------------------------


def _lines(bench: Bench) -> tuple[dict[str, Entry], list[Entry]]:
    """The lines by input, and those on outputs. One line on "Input" alone holds for every input."""
    names = {form.name for case in bench.definition.cases for form in case.inputs}
    order = list(dict.fromkeys(form.name for case in bench.definition.cases for form in case.inputs))
    entries = bench.said.shapes()
    outputs = [entry for entry in entries if entry.name.lower().startswith("output")]
    rest = [entry for entry in entries if entry not in outputs]
    found = {entry.name.lower(): entry for entry in rest if entry.name.lower() in names}
    if not found and len(rest) == 1 and rest[0].name.lower() == "input":
        found = dict.fromkeys(order, rest[0])
    return (found if set(order) <= set(found) else {}), outputs


def _together(inputs: Mapping[str, Entry], read: Mapping[str, list[Line]], held: Mapping[str, object]) -> Iterator[tuple[Together, str]]:
    """The stated shapes that belong together, each with why it cannot be tried; "" where it can."""
    kinds = list(dict.fromkeys(line.kind for lines in read.values() for line in lines if line.kind)) or [""]
    first = next(iter(read))
    for kind in kinds:
        lines = {name: next((line for line in found if line.kind in ("", kind)), None) for name, found in read.items()}
        if len(lines) < len(inputs) or any(line is None for line in lines.values()):
            continue
        known = {name: line for name, line in lines.items() if line is not None}
        restricted = any(line.restricted for line in known.values())
        plain = {name: [shape for shape in line.shapes if not shape.but and shape.words != SCALAR] for name, line in known.items()}
        for number, shape in enumerate(plain[first]):
            of, why = _matching(plain, (first, number), held)
            yield Together(number, len(plain[first]), kind, of or {first: shape}, restricted, inputs[first].begins), why
        for name, line in known.items():
            for shape in line.shapes:
                if shape.but or shape.words == SCALAR:
                    base = {other: shapes[0] for other, shapes in plain.items() if shapes}
                    yield Together(0, 0, kind, {**base, name: shape}, True, inputs[name].begins), ""


def _matching(plain: Mapping[str, list[Stated]], of: tuple[str, int], held: Mapping[str, object]) -> tuple[dict[str, Stated], str]:
    """What goes with one shape of the first input: the shape at the same place of each list, or the only one that has a batch as it has."""
    first, number = of
    found = {}
    for name, shapes in plain.items():
        if len(shapes) == len(plain[first]):
            found[name] = shapes[number]
        elif len(shapes) == 1:
            found[name] = shapes[0]
        else:
            fitting = [each for each in shapes if ("N" in each.dims) is ("N" in plain[first][number].dims)]
            if len({tuple(expanded(each.dims, held, False)) for each in fitting}) != 1:
                return {}, f"it is not said which of {len(shapes)} shapes of {name} goes with it"
            found[name] = fitting[0]
    return found, ""


# -- calls ------------------------------------------------------------------------------------------------------------------


def _inputs_taken(bench: Bench, together: Together) -> tuple[Heard, list[Called]]:
    """Calls with the stated shapes, all of which must be taken."""
    statement = _joined(together)
    try:
        called = list(_calls(bench, together))
    except Unmade as why:
        return bench.unchecked(statement, str(why)), []
    refused = [each for each in called if any(outcome.status != "value" for outcome in each.outcomes.values())]
    either = any(shape.but or shape.words == SCALAR for shape in together.of.values())
    if not refused or (either and len(refused) < len(called)):
        many = f"{len(called)} calls" if len(called) > 1 else "taken"
        return bench.agrees(statement, many if not refused else f"taken in {len(called) - len(refused)} of {len(called)} ways"), called
    worst = refused[0]
    text = next(words_of(outcome) for outcome in worst.outcomes.values() if outcome.status != "value")
    said = ", ".join(f"{name} {shape.words}" for name, shape in together.of.items())
    shapes = ", ".join(f"{name} ({', '.join(dims)})" for name, dims in worst.dims.items())
    told = f"The documentation states {said}; {shapes} is refused: {text}"
    code = snippet(worst.probe, worst.probe.ways[0].configuration)
    return bench.contradicts(statement, Otherwise(f"the shape {said}", told, text, "it is taken", code)), []


def _calls(bench: Bench, together: Together) -> Iterator[Called]:
    held = _held(bench)
    first = next(iter(together.of))
    main = together.of[first]
    for dims in _dims(main, held, together.restricted):
        count = sum(dim.startswith("d") and dim[1:].isdigit() for dim in dims)
        shapes: dict[str, list[Dims]] = {first: [dims]}
        for name, stated in together.of.items():
            if name != first:
                shapes[name] = _like(stated, dims, count, held)
        for place in range(max(map(len, shapes.values()))):
            chosen = {name: some[min(place, len(some) - 1)] for name, some in shapes.items()}
            yield _call(bench, together, chosen)
            for name, stated in together.of.items():
                if stated.words == SCALAR:
                    yield _call(bench, together, chosen, number=name)


def _dims(stated: Stated, held: Mapping[str, object], restricted: bool) -> Iterator[Dims]:
    if stated.same or stated.words == SCALAR or not all(_is_symbol(dim) for dim in stated.dims):
        raise Unmade(f"no rule makes a tensor of shape {stated.words}")
    yield from expanded(stated.dims, held, restricted)


def _like(stated: Stated, first: Dims, count: int, held: Mapping[str, object]) -> list[Dims]:
    """The shapes that a statement comes to beside a first input of some shape."""
    if stated.words == SCALAR:
        return [()]
    if stated.but == "fewer":
        return [first[:-1]]
    if stated.but == "1":
        return [(*first[:place], "1", *first[place + 1 :]) for place in range(len(first))]
    if stated.same:
        return [first]
    if not all(_is_symbol(dim) for dim in stated.dims):
        raise Unmade(f"no rule makes a tensor of shape {stated.words}")
    fitting = [dims for dims in expanded(stated.dims, held, False) if sum(dim[:1] == "d" and dim[1:].isdigit() for dim in dims) == count]
    if not fitting:
        raise Unmade(f"no shape {stated.words} goes with ({', '.join(first)})")
    return fitting


def _is_symbol(dim: str) -> bool:
    return dim in "*…" or (dim.lstrip("*").isidentifier() and dim != "sum")


def _call(bench: Bench, together: Together, dims: Mapping[str, Dims], *, number: str = "") -> Called:
    """A call; with one input handed over as a Python number where `number` names it."""
    made, sizes = _made(bench, together.kind, dims)
    probe = bench.probe(made)
    if number:
        inputs = [Argument(each.name, _as_number(each.value)) if each.name == number else each for each in probe.inputs]
        probe = replace(probe, inputs=tuple(inputs))
    if bench.definition.fields:
        configuration = probe.ways[0].configuration
        probe = replace(probe, ways=tuple(Way(field.reduction, configuration) for field in bench.definition.fields))
    answer = bench.answer(probe)
    held = arguments.constants(made.configuration, made.signature)
    return Called(together, dims, sizes, held, probe, {way.reduction: each for way, each in zip(probe.ways, answer.outcomes, strict=True)})


def _as_number(term: Term) -> Term:
    return Constant(float(term.values[0])) if isinstance(term, TensorData) else term


def _made(bench: Bench, kind: str, dims: Mapping[str, Dims]) -> tuple[Plan, dict[str, int]]:
    """A plan whose inputs have the stated shapes: a declared case where one has, else one that is made."""
    fitting = [each for each in bench.plans if not kind or each.fitted.case.target_kind.rpartition(" ")[2] in kind.split()]
    fitting = [each for each in fitting if {form.name for form in each.fitted.case.inputs} == set(dims)]
    for made in fitting:
        drawn = {draft.form.name: draft.shape for draft in made.drawn().inputs}
        sizes = _unified(dims, drawn, _fixed(made))
        if sizes is not None and not any(form.packed_by for form in made.fitted.case.inputs):
            return made, sizes
    if not fitting:
        raise Unmade(f"no inputs of the kind {kind or 'asked for'} are declared")
    base = fitting[0]
    if any(form.packed_by or form.container == "tuple" for form in base.fitted.case.inputs):
        raise Unmade("its numbers depend on other shapes")
    sizes = {**base.fitted.sizes, **SIZES, **_fixed(base)}
    sizes |= {dim: FRESH for some in dims.values() for dim in some if dim not in sizes and not dim.isdigit()}
    forms = tuple(_reshaped(form, dims[form.name]) for form in base.fitted.case.inputs)
    case = Case("as documented", "", sizes, forms)
    return with_case(base, case, sizes), sizes


def _fixed(made: Plan) -> dict[str, int]:
    """Constructor arguments that are sizes."""
    return {name: value for name, value in arguments.constants(made.configuration, made.signature).items() if type(value) is int}


def _reshaped(form: InputForm, dims: Dims) -> InputForm:
    shape = tuple(int(dim) if dim.isdigit() else dim for dim in dims)
    if isinstance(form.values, Probabilities | LogProbabilities):
        symbol = form.shape[form.values.axis]
        if not shape:
            return replace(form, shape=shape, values=Real(0.0, 1.0) if isinstance(form.values, Probabilities) else Real(high=0.0))
        return replace(form, shape=shape, values=type(form.values)(shape.index(symbol) if symbol in shape else len(shape) - 1))
    return replace(form, shape=shape)


def _unified(dims: Mapping[str, Dims], drawn: Mapping[str, tuple[int, ...]], fixed: Mapping[str, int]) -> dict[str, int] | None:
    """Symbol -> size, where the drawn shapes are what is stated; None where they are not."""
    sizes = dict(fixed)
    for name, some in dims.items():
        if len(some) != len(drawn[name]):
            return None
        for dim, size in zip(some, drawn[name], strict=True):
            wanted = int(dim) if dim.isdigit() else sizes.setdefault(dim, size)
            if wanted != size:
                return None
    return sizes


# -- the output -------------------------------------------------------------------------------------------------------------


def _output(bench: Bench, entry: Entry, called: Sequence[Called], number: int | None) -> Iterator[Heard]:
    """The output of each call, held against its line. `number`: which field of the output the line is about."""
    read = read_output(entry.part.text)
    statement = _statement(entry)
    if read is None or not called:
        yield bench.unchecked(statement, "no shape is read in it" if read is None else "no call of the documented shapes was made")
        return
    fields = bench.definition.fields
    names = None if number is None else {fields[number].reduction} if number < len(fields) else set()
    compared = 0
    for each in called:
        for reduction, outcome in each.outcomes.items():
            wanted = None if names is not None and reduction not in names else _expected(read, each, reduction)
            if wanted is None or outcome.value is None:
                continue
            compared += 1
            if outcome.value.shape not in wanted:
                yield _other_shape(bench, statement, each, (reduction, outcome.value.shape, wanted[0]))
                return
    yield bench.agrees(statement, f"{compared} calls") if compared else bench.unchecked(statement, "none of its shapes can be told")


def _expected(read: Result, called: Called, reduction: str) -> list[tuple[int, ...]] | None:
    """The shapes the output may have; None where the line does not say, or says it in symbols that the inputs do not have."""
    if reduction != "none":
        return [()] if read.reduced else None
    first = next(iter(called.dims.values()))
    if read.condition is not None and (first == read.condition) is read.negated:
        return [()] if read.reduced and not read.negated else None
    stated = read.unreduced
    alternatives = [each for each in stated if not each.same] if len(stated) > 1 else list(stated)
    if len(alternatives) == called.together.many:
        alternatives = [alternatives[called.together.number]]
    found = [sizes for each in alternatives for sizes in _sizes(each, called, first)]
    return found or None


def _sizes(stated: Stated, called: Called, first: Dims) -> Iterator[tuple[int, ...]]:
    """What a stated output comes to; nothing where a symbol of it is not among the inputs."""
    if stated.same:
        dims = called.dims.get(stated.same, first)
        yield _resolved(dims, called)
        return
    count = sum(dim[:1] == "d" and dim[1:].isdigit() for dim in first)
    there = {dim for some in called.dims.values() for dim in some}
    for dims in expanded(stated.dims, called.held, False):
        further = [dim for dim in dims if dim[:1] == "d" and dim[1:].isdigit()]
        if all(dim in there or dim.isdigit() for dim in dims) and (len(further) == count or not further):
            yield _resolved(dims, called)


def _resolved(dims: Dims, called: Called) -> tuple[int, ...]:
    return tuple(int(dim) if dim.isdigit() else called.sizes[dim] for dim in dims)


def _other_shape(bench: Bench, statement: Statement, called: Called, seen: tuple[str, tuple[int, ...], tuple[int, ...]]) -> Heard:
    reduction, shape, wanted = seen
    inputs = ", ".join(f"{name} ({', '.join(dims)})" for name, dims in called.dims.items())
    told = f"With reduction={reduction!r} and {inputs} the output has shape {shape}, where the documentation states {wanted}."
    way = next(way for way in called.probe.ways if way.reduction == reduction)
    code = snippet(called.probe, way.configuration)
    return bench.contradicts(statement, Otherwise("the shape of the output", told, str(shape), str(wanted), code))


def _statement(entry: Entry) -> Statement:
    return Statement("shape", f"{entry.name}: {entry.part.text}", entry.begins)


def _joined(together: Together) -> Statement:
    kind = f" ({together.kind})" if together.kind else ""
    words = ", ".join(f"{name} {shape.words}" for name, shape in together.of.items())
    return Statement("shape", words + kind, together.at)
