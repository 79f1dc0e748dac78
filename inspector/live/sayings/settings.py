"""What a docstring says of constructor arguments, held against the constructor: type, "optional", default, "deprecated".

In: a bench. Out: Heard. A default is compared by what giving it does, not by how it is written.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from inspector.live.arguments import UNKNOWN
from inspector.live.configurations import of_loss
from inspector.live.outcomes import Outcome
from inspector.live.sayings.bench import DTYPE, Bench, Heard, Otherwise, Statement, changed, words_of
from inspector.live.sayings.said import Entry, flat
from inspector.live.snippets import constructor, snippet
from inspector.report import Argument, Configuration, Constant, Items, Maker, Reference, TensorData, Term

_DEFAULT = re.compile(
    r"[Dd]efaults?\b(?:\s+(?:to|value|of|is))*\s*:?\s*(?::math:)?(?:(`+)([^`]+?)\1|(-?\d[\d.e+-]*\d|-?\d|True\b|False\b|None\b))"
)
_PLAIN = (bool, int, float, str)
_CONVERTED: dict[str, Any] = {"int": int, "float": float, "str": str}
_COMPLEX = re.compile(r"[Ss]upports [\w -]*complex-valued inputs")
_DEPRECATED = re.compile(r"\(?deprecated", re.IGNORECASE)


def heard(bench: Bench) -> Iterator[Heard]:
    """Everything that is said of each argument of the constructor."""
    yield from _of_complex(bench)
    parameters = {parameter.name: parameter for parameter in bench.signature}
    for entry in bench.said.arguments():
        if entry.name not in parameters:
            told = Otherwise(f"the argument {entry.name}", f"The documentation lists {entry.name}; the constructor has none.", "", "", "")
            yield bench.contradicts(Statement("type", entry.name, entry.begins), told)
            continue
        yield _of_type(bench, entry)
        yield from _of_default(bench, entry)
        if _DEPRECATED.match(entry.part.text):
            yield _of_deprecation(bench, entry)


def documented_default(text: str) -> str:
    """The default that is stated, as Python writes it; "" where none is."""
    match = _DEFAULT.search(text)
    return (match[2] or match[3]).strip() if match else ""


def _of_default(bench: Bench, entry: Entry) -> Iterator[Heard]:
    """The documented default, given, must do what leaving the argument out does."""
    match = _DEFAULT.search(entry.part.text)
    if match is None:
        return
    stated = (match[2] or match[3]).strip()
    statement = Statement("default", f"{entry.name}: default {stated}", entry.part.at + match.start())
    value = _literal(stated)
    if value is UNKNOWN:
        yield bench.unchecked(statement, "the default is written in words")
        return
    assert bench.plan is not None
    given = _argument(entry.name, value)
    usual, explicit = _came(bench.once(())), _came(bench.once((given,)))
    if usual == explicit:
        same = value == bench.known(entry.name)
        yield bench.agrees(statement, "" if same else f"the signature has {bench.known(entry.name)!r}, which does the same")
        return
    told = f"The documentation says {stated}; giving that is not the same as leaving {entry.name} out."
    code = f"import torch\nprint({constructor(changed(bench.plan.configuration, [given]), 'float32')})"
    yield bench.contradicts(statement, Otherwise(f"the default of {entry.name}", told, explicit, usual, code))


def _of_type(bench: Bench, entry: Entry) -> Heard:
    """A value of the documented type is taken, and "optional" means that there is a default."""
    statement = Statement("type", f"{entry.name} ({entry.kind})", entry.begins)
    optional, has_default = "optional" in entry.kind, bench.known(entry.name) is not UNKNOWN or _has_default(bench, entry.name)
    if optional != has_default:
        said, is_so = ("optional", "it has no default") if optional else ("not optional", "it has a default")
        return bench.contradicts(
            statement,
            Otherwise(f"the argument {entry.name}", f"The documentation says that {entry.name} is {said}; {is_so}.", is_so, said, ""),
        )
    word = flat(entry.kind).removesuffix("optional").rstrip(", ").removeprefix(":class:").strip("`")
    given = _of_that_type(bench, entry, word)
    if given is None:
        return bench.unchecked(statement, f"no value of type {word} is declared to try")
    assert bench.plan is not None
    outcomes = bench.ran(bench.plan, given)
    refused = next((words_of(outcome) for outcome in outcomes.values() if outcome.status != "value"), "")
    if not refused:
        return bench.agrees(statement)
    code = f"import torch\n{constructor(changed(bench.plan.configuration, given), 'float32')}"
    told = f"The documentation says that {entry.name} is of type {word}; {refused}"
    return bench.contradicts(statement, Otherwise(f"the type of {entry.name}", told, refused, word, code))


def _has_default(bench: Bench, name: str) -> bool:
    return any(parameter.name == name and parameter.default is not None for parameter in bench.signature)


def _of_that_type(bench: Bench, entry: Entry, word: str) -> list[Argument] | None:
    """A legal value of a documented type; None where there is none to try."""
    assert bench.plan is not None
    default = bench.known(entry.name)
    if word == "bool" and default is not UNKNOWN:
        return [_argument(entry.name, default is not True)]
    if word in _CONVERTED and isinstance(default, int | float | str):
        value = _CONVERTED[word](default)
        return [_argument(entry.name, value)] if value == default else None
    if isinstance(default, tuple) and _fits(word, _argument(entry.name, default).value):
        return [_argument(entry.name, default)]
    given = [argument for made in _configured(bench) for argument in made.args if argument.name == entry.name]
    return next(([argument] for argument in given if _fits(word, argument.value)), None)


def _fits(word: str, term: Term) -> bool:
    """Whether a value is of a type as a docstring names it."""
    match term:
        case Constant(value=value):
            return type(value).__name__ == word
        case TensorData():
            return word == "Tensor"
        case Items():
            return word.partition("[")[0] in ("Sequence", "tuple", "list")
        case Maker(function=function):
            return word in ("Callable", function.rpartition(".")[2])
        case Reference():
            return word == "Callable"


def _configured(bench: Bench) -> Iterator[Configuration]:
    """Every configuration that takes the ordinary inputs."""
    assert bench.plan is not None
    case = bench.plan.fitted.case
    for each in of_loss(bench.definition, bench.signature, bench.definition.qualified_name):
        if each.target_kind in (None, case.target_kind, case.name) and not each.hooks:
            yield each


def _of_deprecation(bench: Bench, entry: Entry) -> Heard:
    """What is called deprecated must say so when it is given."""
    statement = Statement("deprecated", f"{entry.name}: deprecated", entry.begins)
    assert bench.plan is not None
    given = _argument(entry.name, True)
    outcomes = bench.ran(bench.plan, [given])
    if any("deprecat" in text for outcome in outcomes.values() for text in outcome.warnings):
        return bench.agrees(statement)
    refused = next((words_of(outcome) for outcome in outcomes.values() if outcome.status != "value"), "")
    if refused:
        return bench.unchecked(statement, f"giving it is refused: {refused}")
    code = f"import torch\nprint({constructor(changed(bench.plan.configuration, [given]), 'float32')})"
    told = f"The documentation calls {entry.name} deprecated; giving it warns of nothing."
    return bench.contradicts(statement, Otherwise(f"{entry.name}, called deprecated", told, "no warning", "a warning", code))


def _of_complex(bench: Bench) -> Iterator[Heard]:
    """Where complex inputs are said to be supported: they are given."""
    match = _COMPLEX.search(bench.said.text)
    if match is None or bench.plan is None:
        return
    statement = Statement("type", match[0], match.start())
    probe = bench.probe(bench.plan)
    given = {str(each.name): _complex(each.value) for each in probe.inputs}
    refused = next((words_of(outcome) for outcome in bench.ran(bench.plan, (), given).values() if outcome.status != "value"), "")
    if not refused:
        yield bench.agrees(statement)
        return
    told = f"The documentation says that complex inputs are supported; they are refused: {refused}"
    code = snippet(bench.probe(bench.plan, (), given), probe.ways[0].configuration)
    yield bench.contradicts(statement, Otherwise("complex inputs", told, refused, "they are taken", code))


def _complex(term: Term) -> Term:
    return replace(term, dtype="complex128") if isinstance(term, TensorData) and term.dtype == DTYPE else term


def _argument(name: str, value: Any) -> Argument:
    if isinstance(value, tuple):
        return Argument(name, Items("tuple", tuple(Constant(each) for each in value)))
    return Argument(name, Constant(value))


def _came(outcome: Outcome) -> str:
    """The numbers, as text: a nan is the same as a nan."""
    return repr(outcome.value.values) if outcome.value else words_of(outcome)


def _literal(text: str) -> Any:
    """The value that is written; UNKNOWN for words and for what no constant holds."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return UNKNOWN
    if isinstance(value, tuple):
        return value if all(isinstance(each, _PLAIN) for each in value) else UNKNOWN
    fine = value is None or (isinstance(value, _PLAIN) and not (isinstance(value, float) and not math.isfinite(value)))
    return value if fine else UNKNOWN
