"""A chapter of the book -> what is said of a loss where it stands beside others, all from its report and the evidence.

In: a Chapter, the Evidence. Out: Facts. Shared by the first page, the page to choose by, and the comparison.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from inspector import losses
from inspector.book import Chapter
from inspector.evidence import DTYPES, Evidence
from inspector.losses.choosing import TASKS, USES, Use, use_of
from inspector.losses.schema import (
    Choice,
    ClassIndices,
    InputForm,
    LabelLists,
    LogProbabilities,
    LossDefinition,
    Probabilities,
    Real,
    Signs,
)
from inspector.render.pages.environment import short
from inspector.report import Bounds, Definition, Record

TARGETS = ("class index", "probabilities", "0 or 1", "+1 or −1", "a list of labels", "a number", "none")
"""Kinds of targets, in the order of the filter."""


class Verified(Record, frozen=True):
    """What the checks of one dtype came to, over all configurations and machines."""

    dtype: str
    passed: int
    failed: int
    not_run: int
    worst: float
    """Worst error of a value, in ulp."""


class Facts(Record, frozen=True):
    """One loss beside others."""

    name: str
    summary: str
    tasks: tuple[str, ...]
    """Keys of TASKS."""
    takes: str
    target: str
    targets: tuple[str, ...]
    """Some of TARGETS."""
    when: str
    instead: tuple[str, ...]
    inputs: tuple[str, ...]
    reductions: tuple[str, ...]
    mean: str
    """The formula of the mean, such as Σ ℓ / n; "" where there is none."""
    divisor: str
    """What the mean divides by."""
    span: str
    """[0, ∞)"""
    second: str
    """Whether the gradient can be differentiated again: "yes", "partly", "no", "not run"."""
    verified: tuple[Verified, ...]
    passed: int
    failed: int
    findings: int


def facts(chapter: Chapter, evidence: Evidence) -> Facts:
    """What is said of one loss."""
    report, use = chapter.report, use_of(chapter.name) or Use(chapter.name, (), "numbers", "", "")
    definition = losses.find(report.subject.qualified_name)
    described = report.definition if isinstance(report.definition, Definition) else Definition(())
    own = report.subject.qualified_name
    counted = _counted(evidence, own)
    return Facts(
        name=chapter.name,
        summary=report.subject.summary,
        tasks=use.tasks,
        takes=use.takes if use_of(chapter.name) else "",
        target=use.target,
        targets=_targets(definition),
        when=use.when,
        instead=use.instead,
        inputs=described.inputs,
        reductions=tuple(described.denominators) if any(each.name == "reduction" for each in report.subject.signature) else (),
        mean=_mean(described),
        divisor=described.denominators.get("mean") or next((words for _, words in sorted(described.denominators.items())), ""),
        span=span(report.bounds) if isinstance(report.bounds, Bounds) else "not run",
        second=_answered({status for kind, _, status in counted if kind == "second derivative"}),
        verified=tuple(
            Verified(
                dtype,
                _number(counted, "pass", dtype),
                _number(counted, "fail", dtype),
                _number(counted, "not_run", dtype),
                _worst(evidence, own, dtype),
            )
            for dtype in DTYPES
        ),
        passed=_number(counted, "pass"),
        failed=_number(counted, "fail"),
        findings=len(report.findings),
    )


def _mean(described: Definition) -> str:
    """The formula of the default reduction, without what its letters mean."""
    found = next((formula.text for formula in described.formulas if formula.text.startswith("L = ")), "")
    return found.removeprefix("L = ").partition(", ")[0]


def span(bounds: Bounds) -> str:
    """An interval: round brackets where a bound is approached and never reached."""
    low = "(−∞" if bounds.low == "-inf" else f"{'[' if bounds.reached else '('}{_rounded(bounds.low)}"
    high = "∞)" if bounds.high == "inf" else f"{_rounded(bounds.high)}]"
    return f"{low}, {high}"


def _rounded(bound: float | str) -> str:
    return short(bound).replace("-", "−")


def _counted(evidence: Evidence, subject: str) -> Counter[tuple[str, str, str]]:
    """Kind, dtype and status of the checks of one class -> how many, on all machines."""
    own = (group for column in evidence.columns for group in column.groups if group.subject == subject)
    return Counter((each.kind, each.dtype, each.status) for group in own for each in group.outcomes)


def _worst(evidence: Evidence, subject: str, dtype: str) -> float:
    """The worst error of a value that passed, in ulp."""
    own = (group for column in evidence.columns for group in column.groups if group.subject == subject)
    values = (each for group in own for each in group.outcomes if each.dtype == dtype and each.kind == "value" and each.status == "pass")
    return max((float(each.ulp_error) for each in values if isinstance(each.ulp_error, int | float)), default=0.0)


def _number(counted: Counter[tuple[str, str, str]], status: str, dtype: str = "") -> int:
    """How many checks have a status, of one dtype or of all."""
    return sum(number for (_, other, came), number in counted.items() if came == status and dtype in ("", other))


def _answered(statuses: set[str]) -> str:
    """Whether what was tried passed."""
    if "pass" in statuses:
        return "partly" if "fail" in statuses else "yes"
    return "no" if "fail" in statuses else "no: torch refuses" if statuses else "not run"


def _targets(definition: LossDefinition | None) -> tuple[str, ...]:
    """The kinds of targets that the declared ways to call a loss take."""
    forms = [form for case in definition.cases for form in case.inputs if form.name in ("target", "targets", "y")] if definition else []
    found = dict.fromkeys(kind for form in forms if (kind := _kind(form)))
    return tuple(sorted(found, key=TARGETS.index)) or ("none",)


def _kind(form: InputForm) -> str:
    match form.values:
        case ClassIndices():
            return "class index"
        case LabelLists():
            return "a list of labels"
        case Signs():
            return "+1 or −1"
        case Choice(of) if set(of) == {0, 1}:
            return "0 or 1"
        case Probabilities() | LogProbabilities() | Real(low=0, high=1):
            return "0 or 1" if isinstance(form.values, Real) else "probabilities"
        case Real():
            return "a number"
    return ""


def by_task(all_facts: Iterable[Facts]) -> list[tuple[str, str, list[Facts]]]:
    """Task, what it means, and its losses, in the order of the tables that declare them; what has no task comes last."""
    listed = list(all_facts)
    order = [use.name for use in USES]
    listed.sort(key=lambda each: order.index(each.name) if each.name in order else len(order))
    found = [(str(task), words, [each for each in listed if task in each.tasks]) for task, words in TASKS.items()]
    rest = [each for each in listed if not each.tasks]
    return [group for group in (*found, ("others", "others", rest)) if group[2]]
