"""What a docstring says, held against what happens: its examples run, its defaults are what is used, what it calls deprecated warns.

In: a docstring with its place in the sources, as data, and a child to run in. Out: findings, each with the file and line of the sentence.
"""

from __future__ import annotations

import ast
import doctest
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from inspector.live import probes
from inspector.live.configurations import default_of
from inspector.live.isolate import Child
from inspector.live.outcomes import Answer, Probe, Way
from inspector.live.prober import DTYPES
from inspector.live.probes import Plan
from inspector.live.snippets import constructor, public
from inspector.losses.schema import LossDefinition
from inspector.report import Argument, Configuration, Constant, Finding, Parameter

_ENTRY = re.compile(r"^ *(\w+) \(([^)\n]*)\):(.*?)(?=^ *\w+ \([^)\n]*\):|^ *[A-Z]\w+:\s*$|\Z)", re.MULTILINE | re.DOTALL)
_DEFAULT = re.compile(r"[Dd]efaults?(?: to| value)?:?\s*:?(?:math:)?(`+)([^`]+?)\1")


class Said(NamedTuple):
    """The docstring of a class, and where it begins."""

    text: str
    file: str
    line: int

    def place(self, words: str) -> str:
        """file:line of the first of some words."""
        before = self.text[: max(0, self.text.find(words))]
        return f"{self.file}:{self.line + before.count(chr(10))}"


def findings(definition: LossDefinition, signature: Sequence[Parameter], said: Said, child: Child) -> Iterator[Finding]:
    """Every contradiction between a docstring and what happens."""
    plan = probes.plan(definition, default_of(definition, signature), signature, DTYPES[0])
    if plan is None:
        return
    yield from _examples(plan, said, child)
    for name, entry in entries(said.text).items():
        if name in {parameter.name for parameter in signature}:
            yield from _default(plan, (name, entry), said, child)
            yield from _deprecated(plan, (name, entry), said, child)


def entries(docstring: str) -> dict[str, str]:
    """Argument -> what is said of it."""
    arguments = re.split(
        r"^ *(?:Shape|Examples?|Note|References?|Returns?):", docstring.partition("Args:")[2], maxsplit=1, flags=re.MULTILINE
    )[0]
    return {match[1]: match[0] for match in _ENTRY.finditer(arguments)}


def examples(docstring: str) -> str:
    """The lines that are typed, as one program."""
    try:
        return "".join(example.source for example in doctest.DocTestParser().get_examples(docstring))
    except ValueError:
        return ""


def documented_default(entry: str) -> str:
    """The default that an entry states, as Python writes it; "" where it states none."""
    match = _DEFAULT.search(entry)
    return match[2].strip() if match else ""


def _examples(plan: Plan, said: Said, child: Child) -> Iterator[Finding]:
    program = examples(said.text)
    if not program:
        return
    ordinary = next(probes.ordinary(plan))
    outcome = child.answer(replace(ordinary, kind="example", code=program, ways=ordinary.ways[:1])).outcomes[0]
    if outcome.status == "value":
        return
    text = outcome.refusal.text if outcome.refusal else outcome.detail
    told = ("the documented example", f"The example of the documentation does not run: {text.splitlines()[0]}")
    yield _finding(plan, told, (text, "it runs"), (program, said.place(">>>")))


def _default(plan: Plan, about: tuple[str, str], said: Said, child: Child) -> Iterator[Finding]:
    """The documented default, given, must do what leaving the argument out does."""
    name, entry = about
    stated = documented_default(entry)
    try:
        value = ast.literal_eval(stated)
    except (ValueError, SyntaxError):
        return
    if not isinstance(value, None | bool | int | float | str):
        return
    plain = next(probes.ordinary(plan))
    given = _with(plan.configuration, name, value)
    ways = tuple(Way(way.reduction, given) for way in plain.ways if way.reduction in ("mean", plain.ways[0].reduction))[-1:]
    usual = child.answer(replace(plain, ways=(Way(ways[0].reduction, plan.configuration),)))
    explicit = child.answer(replace(plain, ways=ways))
    if _numbers(usual) != _numbers(explicit):
        told = (f"the default of {name}", f"The documentation says {stated}; giving that is not the same as leaving {name} out.")
        yield _finding(plan, told, (str(_numbers(explicit)), str(_numbers(usual))), (_call(given), said.place(_first_words(entry))))


def _deprecated(plan: Plan, about: tuple[str, str], said: Said, child: Child) -> Iterator[Finding]:
    """What is called deprecated must say so when it is given."""
    name, entry = about
    if not re.search(r"^ *\w+ \([^)]*\): *\(?deprecated", entry, re.IGNORECASE):
        return
    given = _with(plan.configuration, name, True)
    plain = next(probes.ordinary(plan))
    outcome = child.answer(replace(plain, ways=(Way("mean", given),))).outcomes[0]
    if outcome.status == "value" and not any("deprecat" in text for text in outcome.warnings):
        told = (f"{name}, called deprecated", f"The documentation calls {name} deprecated; giving it warns of nothing.")
        yield _finding(plan, told, ("no warning", "a warning"), (_call(given), said.place(_first_words(entry))))


def _with(configuration: Configuration, name: str, value: None | bool | int | float | str) -> Configuration:
    args = (*(each for each in configuration.args if each.name != name), Argument(name, Constant(value)))
    return replace(configuration, args=args)


def _numbers(answer: Answer) -> object:
    outcome = answer.outcomes[0]
    return outcome.value.values if outcome.value else outcome.refusal and outcome.refusal.text


def _call(configuration: Configuration) -> str:
    return f"import torch\nprint({constructor(configuration, DTYPES[0])})"


def _first_words(entry: str) -> str:
    return entry.strip().splitlines()[0]


def _finding(plan: Plan, told: tuple[str, str], came: tuple[str, str], shown: tuple[str, str]) -> Finding:
    subject = plan.definition.qualified_name
    probe: Probe = next(probes.ordinary(plan))
    return Finding(
        id=f"{subject.rpartition('.')[2]} | documentation | {told[0]}",
        title=f"{told[0]}: the documentation says otherwise",
        severity="documentation slip",
        probe=probe.id,
        configuration=f"{public(subject)}",
        dtype=DTYPES[0],
        device="cpu",
        actual=came[0].splitlines()[0] if came[0] else "",
        expected=came[1],
        message=f"{told[1]} ({shown[1]})",
        snippet="\n".join(shown[0].splitlines()[:SHOWN]),
        rule="documentation",
        subject=subject,
        place=shown[1],
    )


SHOWN = 6
"""Lines of an example that are shown."""
