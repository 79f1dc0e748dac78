"""The same probes on two devices, side by side -> findings where they differ, and the words in which both refuse the same call. Pure.

In: the Outcomes of one loss on two devices. Out: Findings and Wordings. Which of the two is right is not said here, but in the findings
of each. Imports no torch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from inspector.evidence import ABOUT, Came, Outcomes, Row, Tried
from inspector.live import prober, snippets
from inspector.live.outcomes import Probe
from inspector.live.prober import DTYPES
from inspector.losses.schema import LossDefinition
from inspector.report import Finding, Parameter, Wording

Rule: TypeAlias = Literal["device-crash", "device-nonfinite", "device-value", "device-gradient", "device-refusal"]
TITLES: Mapping[Rule, str] = {
    "device-crash": "the process dies on one device only",
    "device-nonfinite": "nan or inf on one device only",
    "device-value": "another value on each device",
    "device-gradient": "another gradient on each device",
    "device-refusal": "taken on one device, refused on the other",
}
SEVERITY: Mapping[Rule, tuple[str, str]] = {
    "device-crash": ("crash", "crash"),
    "device-nonfinite": ("nan or inf", "undocumented acceptance"),
    "device-value": ("wrong number", "undocumented acceptance"),
    "device-gradient": ("wrong gradient", "undocumented acceptance"),
    "device-refusal": ("documentation slip", "undocumented acceptance"),
}
"""Rule -> severity where the call is documented, and where it is not."""
MOST = 6


class About(NamedTuple):
    """What a probe was, in the words of ABOUT."""

    kind: str
    where: str
    altered: str
    what: str
    expression: str
    case: str
    base: str
    dtype: str
    domain: str


class Difference(NamedTuple):
    """One reduction of one probe that came out differently."""

    rule: Rule
    about: About
    reduction: str
    of: str
    """"value", or "∂/∂input" for a gradient."""
    said: tuple[str, str]
    """What came on each device."""

    @property
    def severity(self) -> str:
        """How much it hurts."""
        return SEVERITY[self.rule][self.about.where == "outside"]


class Compared(NamedTuple):
    """What two devices do not agree on, and what they refuse in other words."""

    differences: tuple[Difference, ...]
    wordings: tuple[Wording, ...]


class _Side(NamedTuple):
    """One loss on one device, its probes by what they were."""

    outcomes: Outcomes
    tried: dict[About, Tried]

    def words(self, place: int) -> str:
        return self.outcomes.words[place] if place >= 0 else ""

    def ways(self, about: About) -> dict[str, Came]:
        return {self.words(came.reduction): came for came in self.tried[about].ways}


def compare(one: Outcomes, other: Outcomes) -> Compared:
    """The probes that both have, in the order of the first."""
    sides = (_side(one), _side(other))
    differences: list[Difference] = []
    wordings: dict[tuple[str, str], Wording] = {}
    for about in sides[0].tried:
        if about not in sides[1].tried:
            continue
        ways = [side.ways(about) for side in sides]
        for reduction in ways[0].keys() & ways[1].keys():
            came = (ways[0][reduction], ways[1][reduction])
            differences += _of_way(sides, (about, reduction), came)
            texts = (sides[0].words(came[0].text), sides[1].words(came[1].text))
            if came[0].status == came[1].status == "refused" and texts[0] != texts[1]:
                wordings.setdefault(texts, Wording(one.subject, _cause(about), {one.device: texts[0], other.device: texts[1]}))
    return Compared(tuple(differences), tuple(wordings.values()))


def findings(
    devices: tuple[str, str], subject: str, differences: Iterable[Difference], snippets: Mapping[About, str] = MappingProxyType({})
) -> tuple[Finding, ...]:
    """The differences as findings, those of one rule and one input together, the worst first. `snippets` shows some of them."""
    made = [_finding((*devices, subject), min(some, key=_plain), some, snippets) for some in _grouped(differences)]
    return tuple(sorted(made, key=lambda finding: (list(TITLES).index(finding.rule), finding.id)))  # type: ignore[arg-type]


def shown(differences: Iterable[Difference]) -> list[Difference]:
    """The differences that findings will show."""
    return [min(some, key=_plain) for some in _grouped(differences)]


def lines(
    definition: LossDefinition, signature: Sequence[Parameter], differences: Sequence[Difference], devices: tuple[str, str]
) -> dict[About, str]:
    """Lines to paste for some differences, from the probes made again by their rules."""
    wanted = {each.about: each for each in differences}
    found: dict[About, str] = {}
    for plan, makers in prober.chosen(definition, signature):
        if not any(plan.dtype == about.dtype and plan.fitted.case.name == about.case for about in wanted.keys() - found.keys()):
            continue
        for probe in (probe for make in makers for probe in make(plan)):
            about = About(*(str(getattr(probe, name)) for name in ABOUT))
            if about in wanted and about not in found:
                found[about] = _shown_lines(probe, wanted[about], devices)
    return found


def _shown_lines(probe: Probe, difference: Difference, devices: tuple[str, str]) -> str:
    configuration = next(way.configuration for way in probe.ways if way.reduction == difference.reduction)
    gradient = difference.of.removeprefix("∂/∂") if difference.of != "value" else ""
    return snippets.on_each(probe, configuration, devices, gradient)


def _grouped(differences: Iterable[Difference]) -> Iterable[list[Difference]]:
    groups: dict[tuple[str, ...], list[Difference]] = {}
    for each in differences:
        groups.setdefault((each.rule, each.severity, each.about.kind, each.about.altered), []).append(each)
    return groups.values()


# -- rules ------------------------------------------------------------------------------------------------------------------


def _side(outcomes: Outcomes) -> _Side:
    found: dict[About, Tried] = {}
    for tried in outcomes.tried:
        found.setdefault(About(*(outcomes.words[place] for place in tried.about)), tried)
    return _Side(outcomes, found)


def _of_way(sides: tuple[_Side, _Side], of: tuple[About, str], came: tuple[Came, Came]) -> Iterator[Difference]:
    about, reduction = of
    statuses = [each.status for each in came]
    if statuses[0] != statuses[1]:
        ended = any(status in ("crashed", "hung") for status in statuses)
        said = (_came(sides[0], came[0]), _came(sides[1], came[1]))
        yield Difference("device-crash" if ended else "device-refusal", about, reduction, "value", said)
        return
    if statuses[0] != "value":
        return
    rows = {"value": (came[0].value, came[1].value)}
    rows |= {f"∂/∂{name}": (place, came[1].gradients[name]) for name, place in came[0].gradients.items() if name in came[1].gradients}
    for name, (first, second) in rows.items():
        if first < 0 or second < 0:
            continue
        found = _of_rows(sides[0].outcomes.rows[first], sides[1].outcomes.rows[second], is_value=name == "value")
        if found is not None:
            rule, told = found
            yield Difference(rule, about, reduction, name, told)
            return


def _came(side: _Side, came: Came) -> str:
    if came.status != "value":
        return " ".join((side.words(came.text) or came.status).splitlines()[0].split())
    numbers = side.outcomes.rows[came.value][1] if came.value >= 0 else ()
    return f"value {numbers[0]}" if numbers else "no error"


def _of_rows(one: Row, other: Row, *, is_value: bool) -> tuple[Rule, tuple[str, str]] | None:
    """The first place at which two rows of numbers are not the same within what both may be off."""
    if len(one[1]) != len(other[1]):
        return "device-value" if is_value else "device-gradient", (f"{len(one[1])} numbers", f"{len(other[1])} numbers")
    near = max(float(one[0]), float(other[0]))
    for place, (first, second) in enumerate(zip(one[1], other[1], strict=True)):
        slack = _slack(one, place) + _slack(other, place)
        a, b = float(first), float(second)
        if math.isinf(slack) or a == b or (a != a and b != b):
            continue
        if not (math.isfinite(a) and math.isfinite(b)):
            return "device-nonfinite", (str(first), str(second))
        if abs(a - b) > near * max(abs(a), abs(b)) + slack:
            return "device-value" if is_value else "device-gradient", (str(first), str(second))
    return None


def _slack(row: Row, place: int) -> float:
    return float(row[2][place]) if row[2] else 0.0


# -- words ------------------------------------------------------------------------------------------------------------------


def _cause(about: About) -> str:
    documented = f"; documented is {about.domain}" if about.domain and about.where == "outside" else ""
    return f"{about.expression}, {about.dtype}: {about.altered} {about.what}{documented}"


def _plain(difference: Difference) -> tuple[object, ...]:
    """The plainest first: usual dtype, few arguments, the mean."""
    about = difference.about
    usual = {"mean": 0, "sum": 1}.get(difference.reduction, 2)
    return DTYPES.index(about.dtype), len(about.expression), about.base != "ordinary", usual, difference.of != "value", about


def _finding(of: tuple[str, str, str], best: Difference, some: Sequence[Difference], pasted: Mapping[About, str]) -> Finding:
    about, devices, subject = best.about, of[:2], of[2]
    name = subject.rpartition(".")[2]
    said = [f"{device}: {told}" for device, told in zip(devices, best.said, strict=True)]
    edges = dict.fromkeys(each.about.what for each in some if each.about.what != about.what)
    dtypes = [dtype for dtype in DTYPES if dtype != about.dtype and any(each.about.dtype == dtype for each in some)]
    beyond = f" {about.altered} should be {about.domain}." if about.where == "outside" and about.domain else ""
    part = "" if best.of == "value" else f" {best.of}"
    return Finding(
        id=f"{name} | {best.rule} | {about.kind} | {about.altered} | {devices[0]} {devices[1]}",
        title=f"{about.altered}: {about.what}: {TITLES[best.rule]}",
        severity=best.severity,
        probe=f"{about.kind} | {about.altered} {about.what} | {about.expression} · {about.case} | {about.base} | {about.dtype}",
        configuration=about.expression if best.reduction in ("mean", "") else f"{about.expression}, reduction={best.reduction!r}",
        dtype=about.dtype,
        device=devices[1],
        actual=said[1],
        expected=said[0],
        message=f"The same call differs{part}: {said[0]}; {said[1]}.{beyond}",
        snippet=pasted.get(about, ""),
        rule=best.rule,
        subject=subject,
        also=(*list(edges)[:MOST], *([f"… {len(edges) - MOST} more"] if len(edges) > MOST else []), *dtypes),
    )
