"""What every comparison of a docstring gets: the loss, its docstring and a child to run in; and how the outcome is told.

In: a statement and what came of it. Out: Heard, a Saying with the Finding where it is contradicted. Imports no torch.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from msgspec.structs import replace

from inspector.live import configurations, probes
from inspector.live.arguments import UNKNOWN
from inspector.live.isolate import Child
from inspector.live.outcomes import Answer, Outcome, Probe, Way
from inspector.live.probes import Plan
from inspector.live.samples import Fitted
from inspector.live.sayings.said import Said, brief
from inspector.live.snippets import public
from inspector.live.written import expression
from inspector.losses.schema import Case, LossDefinition
from inspector.report import Argument, Configuration, Finding, Parameter, Saying, Term

Kind = Literal["example", "default", "type", "deprecated", "shape", "range", "formula"]
DTYPE = "float64"
SHOWN = 6
"""Lines of a snippet."""


class Statement(NamedTuple):
    """One thing that a docstring says."""

    kind: Kind
    words: str
    at: int
    """Where it begins in the docstring."""


class Otherwise(NamedTuple):
    """What contradicts a statement."""

    what: str
    """The beginning of the title."""
    message: str
    came: str
    said: str
    code: str
    """A few lines that show it."""


class Heard(NamedTuple):
    """A statement with what came of it."""

    saying: Saying
    finding: Finding | None = None


class Bench:
    """One loss, its docstring, and a child."""

    def __init__(self, definition: LossDefinition, signature: Sequence[Parameter], said: Said, child: Child) -> None:
        self.definition = definition
        self.signature = tuple(signature)
        self.said = said
        self.child = child
        self._answers: dict[Probe, Answer] = {}

    @functools.cached_property
    def plan(self) -> Plan | None:
        """The loss as it is constructed by default, with ordinary inputs; None where no declared case takes it."""
        made = configurations.default_of(self.definition, self.signature)
        return probes.plan(self.definition, made, self.signature, DTYPE)

    @functools.cached_property
    def plans(self) -> tuple[Plan, ...]:
        """One plan for each declared way to call the loss, with no argument that the way does not need."""
        found: dict[str, Plan] = {}
        names = {case.name for case in self.definition.cases}
        for configuration in configurations.of_loss(self.definition, self.signature, self.definition.qualified_name):
            if configuration.target_kind in names and configuration.target_kind not in found and not configuration.hooks:
                made = probes.plan(self.definition, configuration, self.signature, DTYPE, {})
                if made is not None:
                    found[configuration.target_kind] = made
        return tuple(found[case.name] for case in self.definition.cases if case.name in found)

    def known(self, name: str) -> Any:
        """The default of a constructor argument; UNKNOWN where it has none."""
        from inspector.live.arguments import default_of

        return next((default_of(parameter) for parameter in self.signature if parameter.name == name), UNKNOWN)

    def ran(self, made: Plan, changes: Sequence[Argument] = (), inputs: Mapping[str, Term] | None = None) -> dict[str, Outcome]:
        """What comes of a call with some arguments and inputs changed, by reduction."""
        probe = self.probe(made, changes, inputs)
        return {way.reduction: outcome for way, outcome in zip(probe.ways, self.answer(probe).outcomes, strict=True)}

    def answer(self, probe: Probe) -> Answer:
        """What comes of a probe; the same one is run once."""
        if probe not in self._answers:
            self._answers[probe] = self.child.answer(probe)
        return self._answers[probe]

    def once(self, changes: Sequence[Argument]) -> Outcome:
        """What comes of the default call with some arguments changed, and no reduction named that is not among them."""
        assert self.plan is not None
        probe = self.probe(self.plan)
        name = next((way.reduction for way in probe.ways if way.reduction == "mean"), probe.ways[0].reduction)
        one = Way(name, changed(self.plan.configuration, changes))
        return self.answer(replace(probe, ways=(one,))).outcomes[0]

    def probe(self, made: Plan, changes: Sequence[Argument] = (), inputs: Mapping[str, Term] | None = None) -> Probe:
        """The call itself."""
        plain = made.probe("ordinary", ("inside", made.fitted.case.inputs[0].name, "as documented"), made.drawn())
        given = tuple(Argument(each.name, (inputs or {}).get(str(each.name), each.value)) for each in plain.inputs)
        ways = tuple(Way(way.reduction, changed(way.configuration, changes)) for way in plain.ways)
        return replace(plain, inputs=given, ways=ways, wanted=())

    def program(self, code: str) -> Outcome:
        """What comes of some lines of Python, run in the child."""
        assert self.plan is not None
        plain = self.probe(self.plan)
        answer: Answer = self.child.answer(replace(plain, kind="example", code=code, ways=plain.ways[:1]))
        return answer.outcomes[0]

    # -- how it is told ---------------------------------------------------------------------------------------------------

    def agrees(self, statement: Statement, reason: str = "") -> Heard:
        """It is as the docstring says."""
        return Heard(self._saying(statement, "agree", reason))

    def unchecked(self, statement: Statement, why: str) -> Heard:
        """It was not compared, and why."""
        return Heard(self._saying(statement, "not checked", why))

    def contradicts(self, statement: Statement, other: Otherwise) -> Heard:
        """Something else happens."""
        subject, place = self.definition.qualified_name, self.said.at(statement.at)
        finding = Finding(
            id=f"{subject.rpartition('.')[2]} | documentation | {other.what}",
            title=f"{other.what}: the documentation says otherwise",
            severity="documentation slip",
            probe=f"documentation | {statement.kind} | {place}",
            configuration=public(subject),
            dtype=DTYPE,
            device="cpu",
            actual=other.came.splitlines()[0] if other.came else "",
            expected=other.said,
            message=f"{other.message} ({place})",
            snippet="\n".join(other.code.splitlines()[:SHOWN]),
            rule="documentation",
            subject=subject,
            place=place,
        )
        return Heard(self._saying(statement, "contradict", other.message), finding)

    def _saying(self, statement: Statement, status: Literal["agree", "contradict", "not checked"], reason: str) -> Saying:
        return Saying(statement.kind, brief(statement.words), self.said.at(statement.at), status, reason)


def changed(configuration: Configuration, changes: Sequence[Argument]) -> Configuration:
    """The configuration with some arguments set anew."""
    names = {each.name for each in changes}
    args = (*(each for each in configuration.args if each.name not in names), *changes)
    return replace(configuration, args=args, expression=expression(configuration.subject, args))


def words_of(outcome: Outcome) -> str:
    """What torch said when it refused, in one line; "" where it did not."""
    if outcome.status == "value":
        return ""
    text = outcome.refusal.text if outcome.refusal else outcome.detail
    return text.splitlines()[0] if text else outcome.status


def with_case(made: Plan, case: Case, sizes: Mapping[str, int]) -> Plan:
    """The same plan for a case that is not declared."""
    fitted = Fitted(case, dict(sizes), made.fitted.constants, made.fitted.given)
    return Plan(made.definition, made.configuration, made.signature, fitted, made.dtype, {})
