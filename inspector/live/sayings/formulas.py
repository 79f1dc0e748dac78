"""Documented formulas held against torch: each is read, worked out on small inputs in float64, and compared with what the loss gives.

In: a bench. Out: Heard. A formula that no rule reads, or that has no value with the inputs of any declared case, is listed as not checked.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from inspector.live import arguments
from inspector.live.configurations import of_loss
from inspector.live.probes import Plan
from inspector.live.sayings import latex
from inspector.live.sayings.bench import Bench, Heard, Otherwise, Statement, changed, words_of
from inspector.live.sayings.equations import Call, Sides, Spoken, functions, reduced, reduction_of, scope_of, sides, walk
from inspector.live.sayings.formula_values import Definition, Undefined
from inspector.live.sayings.latex import Apply, At, Cases, Equation, Join, Name, Node, Unread
from inspector.live.sayings.said import Entry, Part, displayed, inline
from inspector.live.snippets import constructor, snippet
from inspector.live.written import write
from inspector.losses.schema import InputForm
from inspector.report import Argument, Constant, TensorData

_BLOCK = re.compile(r"^( *)\.\. code-block:: python[ \t]*\n((?:[ \t]*\n|\1[ \t]+[^\n]*\n?)+)", re.MULTILINE)
_OMITTED = re.compile(r"last term (?:can|may) be (?:omitted|left out|dropped)")
_LOGARITHM = re.compile(r"argument\s+:attr:`(\w+)` in the log-space")
_IF_SET = re.compile(r"if\s+``(True|False)``,?\s+the\s+loss\s+is\s+(?:computed\s+as\s+)?:math:`([^`]*)`")
_ABOVE = re.compile(r"used for (\w+) values more than (\d+)")
_FOR_ALL = "for all"


class Shown(NamedTuple):
    """A displayed formula."""

    part: Part
    read: tuple[Equation | Unread, ...]


def heard(bench: Bench) -> Iterator[Heard]:
    """Every formula of the text and of the arguments, and every equivalent given as code."""
    shown = [Shown(part, tuple(latex.equations(part.text))) for part in displayed(bench.said.body())]
    spoken = _spoken(bench, shown)
    kind = ""
    for each in shown:
        for found in _displayed(bench, each, spoken, kind):
            yield found.heard
            kind = found.kind or kind
    for entry in bench.said.arguments():
        yield from _of_argument(bench, entry, spoken)
    yield from _code(bench)


# -- what the formulas share ------------------------------------------------------------------------------------------------


def _spoken(bench: Bench, shown: Sequence[Shown]) -> Spoken:
    """Letters, definitions and constraints, wherever in the text they stand."""
    read = [each for one in shown for each in one.read if isinstance(each, Equation)]
    heads = re.findall(r"\\(?:ell(?:_c)?|text\{loss\})\(([^()]*)\)", " ".join(one.part.text for one in shown))
    letters = [tuple(letter.strip() for letter in head.split(",")) for head in heads]
    letters += [
        tuple(part.text for part in each.left.given if isinstance(part, Name))
        for each in read
        if isinstance(each.left, Apply) and each.left.given
    ]
    return Spoken(
        letters=tuple(dict.fromkeys(letters)),
        definitions={name: definition for each in read if (found := _definition(each, read)) for name, definition in [found]},
        constraints=tuple(_constraints(bench.said.body())),
        in_logarithms=tuple(_LOGARITHM.findall(bench.said.text)),
    )


def _definition(equation: Equation, read: Sequence[Equation]) -> tuple[str, Definition] | None:
    """A letter that another formula uses, other than that of a reduction."""
    left = equation.left
    parts = left.indices if isinstance(left, At) else left.given if isinstance(left, Apply) else ()
    name = left.base.text if isinstance(left, At) and isinstance(left.base, Name) else left.function if isinstance(left, Apply) else ""
    used = any(name in functions(right) for each in read if each is not equation for right in each.right if not _is_reduction(right))
    if not name or not used:
        return None
    parameters = tuple(_letter(part) for part in parts)
    return name, Definition(parameters, _without_index(equation.right[-1], parameters) if isinstance(left, Apply) else equation.right[-1])


def _letter(node: Node) -> str:
    """The letter of a parameter: x of x_i."""
    return _letter(node.base) if isinstance(node, At) else node.text if isinstance(node, Name) else ""


def _without_index(node: Any, parameters: Sequence[str]) -> Any:
    """The body of a function of x_i and y_i as one of x and y."""
    if isinstance(node, At) and _letter(node) in parameters:
        return Name(_letter(node))
    if isinstance(node, tuple):
        parts: list[Any] = [_without_index(part, parameters) if isinstance(part, tuple) else part for part in node]
        return tuple(parts) if type(node) is tuple else type(node)(*parts)
    return node


def _constraints(body: Part) -> Iterator[tuple[latex.Compare, bool]]:
    """Comparisons in a sentence that begins with "where"."""
    for match in re.finditer(r"^ *where\b(.*?)(?=\n\s*\n|\Z)", body.text, re.MULTILINE | re.DOTALL):
        for part in inline(Part(match[1], 0)):
            after = match[1][part.at + len(part.text) :].lstrip(":math`'\\ ").split("\n")[0][:30]
            try:
                yield latex.comparison(part.text), _FOR_ALL in after
            except Unread:
                continue


# -- displayed formulas -----------------------------------------------------------------------------------------------------


class Judged(NamedTuple):
    """A formula with what came of it, and the kind of inputs that it holds for."""

    heard: Heard
    kind: str = ""


def _displayed(bench: Bench, shown: Shown, spoken: Spoken, kind: str) -> Iterator[Judged]:
    """Each statement of one displayed formula. A formula of a reduction is about the kind of inputs that was spoken of last."""
    names = set(spoken.definitions)
    after = bench.said.text[shown.part.at + len(shown.part.text) :][:400]
    told = False
    for each in shown.read:
        if isinstance(each, Unread):
            continue
        if {_name(each)} & names:
            told = True
            continue
        told = True
        begins = _begins(each, shown.part.text)
        statement = Statement("formula", shown.part.text[begins:], shown.part.at + begins)
        rights, note = list(each.right), ""
        if _OMITTED.search(after) and isinstance(rights[-1], Join):
            rights[-1] = rights[-1].left
            note = "its last term, which may be omitted, left out; "
        for right in rights:
            if isinstance(right, Name):
                continue
            of_kind = kind if _is_reduction(right) else ""
            plans = [made for made in bench.plans if not of_kind or made.fitted.case.target_kind == of_kind]
            yield _compared(bench, statement, (each, right), (plans, spoken), note)
    if not told:
        reasons = "; ".join(dict.fromkeys(str(each) for each in shown.read))
        yield Judged(bench.unchecked(Statement("formula", shown.part.text, shown.part.at), reasons))


def _name(equation: Equation) -> str:
    left = equation.left
    return left.base.text if isinstance(left, At) and isinstance(left.base, Name) else left.function if isinstance(left, Apply) else ""


def _is_reduction(right: Node) -> bool:
    return isinstance(right, Cases) and all(reduction_of(condition) for _, condition in right.rows)


def _begins(equation: Equation, text: str) -> int:
    """Where a statement begins among others of one displayed formula."""
    words = re.findall(r"\w+|[^\w\s]", equation.text)[:4]
    between = r"[\s\\{}]*(?:(?:text|operatorname|mathrm)\{)?"
    match = re.search(between.join(re.escape(word) for word in words), text)
    return (
        text.rfind("\\", 0, match.start()) if match and text[: match.start()].endswith(("\\", "\\text{")) else match.start() if match else 0
    )


def _compared(bench: Bench, statement: Statement, formula: tuple[Equation, Node], of: tuple[Sequence[Plan], Spoken], note: str) -> Judged:
    """A formula in every declared case in which it has a value: it must be right in all of one kind, whatever their shapes."""
    whys: list[str] = []
    wrong: tuple[Call, Sides] | None = None
    plans, spoken = of
    for alike in _alike(plans):
        right: list[Plan] = []
        other = None
        for made in alike:
            call = _call(bench, made, ())
            try:
                found = next((each for each in _sides(formula, call, spoken) if not each.agree), None)
            except Undefined as why:
                whys.append(str(why))
                continue
            right += [made]
            other = other or ((call, found) if found else None)
        if right and other is None:
            return Judged(_with_weights(bench, statement, formula, (right[0], spoken), note), right[0].fitted.case.target_kind)
        wrong = wrong or other
    if wrong is None:
        return Judged(bench.unchecked(statement, _most(whys)))
    return Judged(_other(bench, statement, *wrong))


def _alike(plans: Sequence[Plan]) -> list[list[Plan]]:
    """Plans by what a formula may be about: a kind of inputs, and the values of arguments; their shapes do not matter to it."""
    groups: dict[object, list[Plan]] = {}
    for made in plans:
        groups.setdefault((made.fitted.case.target_kind, tuple(made.fitted.case.when.items())), []).append(made)
    return list(groups.values())


def _sides(formula: tuple[Equation, Node], call: Call, spoken: Spoken) -> list[Sides]:
    equation, right = formula
    scope = scope_of(call, spoken)
    constants = {part.text for part in walk(right) if isinstance(part, Name) and part.text.startswith("const")}
    for name in constants:
        scope = type(scope)({**scope.values, name: 0.0}, scope.constants, scope.definitions, scope.constraints, scope.loops)
    if isinstance(right, Cases) and _is_reduction(right):
        return list(reduced(right, call, scope))
    return [sides(equation, right, call, scope)]


def _call(bench: Bench, made: Plan, changes: Sequence[Argument]) -> Call:
    return Call(made, changed(made.configuration, changes), bench.probe(made, changes), bench.ran(made, changes))


def _with_weights(bench: Bench, statement: Statement, formula: tuple[Equation, Node], of: tuple[Plan, Spoken], note: str) -> Heard:
    """The same with each tensor argument that the formula names."""
    made, spoken = of
    case = made.fitted.case
    where = (
        ""
        if made.configuration.args == (bench.plan.configuration.args if bench.plan else ())
        else f"with {made.configuration.expression}; "
    )
    wrong = next(_with_other_numbers(bench, formula, of), None)
    if wrong is not None:
        return _other(bench, statement, *wrong)
    notes = []
    for form in bench.definition.arguments:
        if not isinstance(form.values, InputForm) or not _mentions(formula[1], form.name, spoken):
            continue
        found = _weighted(bench, form.values, formula, of)
        if isinstance(found, tuple):
            return _other(bench, statement, *found)
        notes.append(f"{form.name} {found}")
    return bench.agrees(statement, f"{note}{where}{case.name}" + (f"; {', '.join(notes)}" if notes else ""))


def _with_other_numbers(bench: Bench, formula: tuple[Equation, Node], of: tuple[Plan, Spoken]) -> Iterator[tuple[Call, Sides]]:
    """Where the formula is wrong once an argument that it names has another legal number."""
    made, spoken = of
    named = latex.names((formula[1], *(definition.body for definition in spoken.definitions.values())))
    default = {argument.name for argument in made.configuration.args}
    for configuration in of_loss(bench.definition, bench.signature, bench.definition.qualified_name):
        args = [each for each in configuration.args if each.name not in default]
        kinds = (None, made.fitted.case.target_kind)
        if len(args) != 1 or args[0].name not in named or configuration.target_kind not in kinds or not isinstance(args[0].value, Constant):
            continue
        call = _call(bench, made, args)
        try:
            found = _sides(formula, call, spoken)
        except Undefined:
            continue
        yield from ((call, each) for each in found if not each.agree)


def _mentions(right: Node, name: str, spoken: Spoken) -> bool:
    """True where a formula names a tensor argument, or its first letter with an index."""
    trees = (right, *(definition.body for definition in spoken.definitions.values()))
    return any(name in latex.names(tree) or name[0] in functions(tree) for tree in trees)


def _weighted(bench: Bench, form: InputForm, formula: tuple[Equation, Node], of: tuple[Plan, Spoken]) -> tuple[Call, Sides] | str:
    """What comes with a tensor argument of the declared shape, or of the shape of the output: a contradiction, or a note."""
    made, spoken = of
    sizes = made.fitted.sizes
    declared = (
        [tuple(sizes[symbol] if isinstance(symbol, str) else symbol for symbol in form.shape)] if set(form.shape) <= set(sizes) else []
    )
    output = _call(bench, made, ()).outcomes["none"].value
    wrong: tuple[Call, Sides] | None = None
    for shape in dict.fromkeys([*declared, *([output.shape] if output else [])]):
        call = _call(bench, made, (Argument(form.name, _positive(shape)),))
        try:
            found = _sides(formula, call, spoken)
        except Undefined:
            continue
        if all(each.agree for each in found):
            return "given too"
        wrong = wrong or (call, next(each for each in found if not each.agree))
    return wrong or "not compared"


def _positive(shape: tuple[int, ...]) -> TensorData:
    count = 1
    for size in shape:
        count *= size
    return TensorData(shape, "float64", tuple(0.5 + 0.25 * (place % 7) for place in range(count)))


def _other(bench: Bench, statement: Statement, call: Call, found: Sides) -> Heard:
    pairs = zip(found.computed, found.actual, strict=True)
    one, other = max(pairs, key=lambda pair: abs(pair[0] - pair[1]))
    where = f"{call.configuration.expression}, {call.plan.fitted.case.name}"
    told = f"The documented formula gives {one:.6g} where torch gives {other:.6g} ({where})."
    way = next(way for way in call.probe.ways if way.reduction == found.reduction)
    name = f"the formula for reduction={found.reduction!r}" if found.reduction != "none" else "the formula"
    return bench.contradicts(statement, Otherwise(name, told, f"{other:.6g}", f"{one:.6g}", snippet(call.probe, way.configuration)))


def _most(whys: Sequence[str]) -> str:
    """The reason that was given most."""
    return max(dict.fromkeys(whys), key=list(whys).count, default="no declared case has inputs for it")


# -- formulas of arguments --------------------------------------------------------------------------------------------------


def _of_argument(bench: Bench, entry: Entry, spoken: Spoken) -> Iterator[Heard]:
    """ "if True the loss is …", and the term that an argument adds."""
    for match in _IF_SET.finditer(entry.part.text):
        statement = Statement("formula", f"{entry.name}={match[1]}: {match[2]}", entry.part.at + match.start())
        yield _set_to(bench, statement, (entry.name, match[1] == "True", match[2]), spoken)
    for part in displayed(entry.part):
        statement = Statement("formula", part.text, part.at)
        try:
            yield _added(bench, statement, entry.name, latex.expression(part.text))
        except (Unread, Undefined) as why:
            yield bench.unchecked(statement, str(why))


def _set_to(bench: Bench, statement: Statement, of: tuple[str, bool, str], spoken: Spoken) -> Heard:
    """The formula that holds where an argument has a value, in the cases that have it."""
    name, wanted, text = of
    try:
        right = latex.expression(text)
    except Unread as why:
        return bench.unchecked(statement, str(why))
    for made in bench.plans:
        held = arguments.constants(made.configuration, made.signature)
        if held.get(name) is not wanted:
            continue
        call = _call(bench, made, ())
        try:
            found = _sides((Equation(Name("loss"), (right,), text), right), call, spoken)
        except Undefined:
            continue
        wrong = next((each for each in found if not each.agree), None)
        return _other(bench, statement, call, wrong) if wrong else bench.agrees(statement, made.fitted.case.name)
    return bench.unchecked(statement, f"no declared case with {name}={wanted} gives it a value")


def _added(bench: Bench, statement: Statement, name: str, right: Node) -> Heard:
    """The term that a yes-or-no argument adds: the loss with it, less the loss without it, where it is said to be used."""
    above = _ABOVE.search(" ".join(bench.said.text.split()))
    for made in bench.plans:
        if not isinstance(bench.known(name), bool) or name in made.fitted.case.when:
            continue
        pair = [_call(bench, made, (Argument(name, Constant(value)),)) for value in (True, False)]
        scope = scope_of(pair[0], Spoken())
        kept = scope.values.get(above[1]) if above else None
        computed = sides(Equation(Name("loss"), (right,), ""), right, pair[0], scope).computed
        actual = [one - other for one, other in zip(pair[0].value("none").values, pair[1].value("none").values, strict=True)]
        some = [place for place in range(len(actual)) if above is None or getattr(kept, "values", ())[place] > float(above[2])]
        found = Sides(tuple(computed[place] for place in some), tuple(actual[place] for place in some), "none")
        if not some:
            continue
        limits = f", where {above[1]} is more than {above[2]}" if above else ""
        return bench.agrees(statement, f"{name}=True adds it{limits}") if found.agree else _other(bench, statement, pair[0], found)
    return bench.unchecked(statement, f"no declared case shows what {name} adds")


# -- equivalents in Python --------------------------------------------------------------------------------------------------


def _code(bench: Bench) -> Iterator[Heard]:
    """Blocks of Python that are said to compute the same: run one after another, for each reduction and each case."""
    blocks = list(_BLOCK.finditer(bench.said.text))
    if not blocks or bench.plan is None:
        return
    code = "".join(textwrap.dedent(block[2]) for block in blocks)
    statement = Statement("formula", code, blocks[0].start())
    names = re.findall(r"^\s*(loss\w*) = ", code, re.MULTILINE)
    if not names:
        yield bench.unchecked(statement, "it computes no loss")
        return
    tried = 0
    for made in bench.plans:
        probe = bench.probe(made)
        for way in probe.ways:
            inputs = "".join(f"{each.name} = {write(each.value)}\n" for each in probe.inputs)
            held = {name: value for name, value in arguments.constants(way.configuration, made.signature).items() if _plain(value)}
            setting = "".join(f"{name} = {value!r}\n" for name, value in held.items())
            call = f"_torch = {constructor(way.configuration, probe.dtype)}({', '.join(str(each.name) for each in probe.inputs)})\n"
            check = f"assert torch.allclose({names[-1]}, _torch, rtol=1e-4), f'{{{names[-1]}}} is not {{_torch}}'\n"
            outcome = bench.program(f"import torch\n{inputs}{setting}{code}{call}{check}")
            if outcome.status != "value":
                text = words_of(outcome)
                told = f"The documented code does not give what {way.configuration.expression} gives: {text}"
                yield bench.contradicts(statement, Otherwise("the documented code", told, text, "the same", code))
                return
            tried += 1
    yield bench.agrees(statement, f"{tried} calls")


def _plain(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float | str)
