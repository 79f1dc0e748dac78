"""Evidence: what was verified and probed on which machine, saved as JSON, and any number of such files merged in any order.

In: checks and a description of a machine. Out: frozen plain data, the same bytes for the same checks. Holds no user or host name and
no path. Runs nothing and draws nothing.
"""

from __future__ import annotations

import functools
import gzip
import zlib
from collections.abc import Iterable, Mapping
from typing import TypeAlias

import msgspec

from inspector.errors import InspectError
from inspector.report import Check, Number, Probed, Record, Release

FORMAT_VERSION = 1
"""Raised when saved evidence of an older version can no longer be read."""

GZIPPED = b"\x1f\x8b"
"""What a gzipped file begins with."""

KINDS = (
    "value",
    "gradient",
    "closed form",
    "second derivative",
    "forward mode",
    "numerical",
    "repeat",
    "inputs",
    "function",
    "reduction",
    "batch order",
    "dtype",
    "device",
    "layout",
    "decomposition",
    "identity",
    "answer",
    "spread",
)
"""Kinds of checks, in the order they are reported."""


DTYPES = ("float64", "float32", "bfloat16", "float16")
"""The floating dtypes that losses are verified in."""


class Machine(Record, frozen=True, order=True):
    """What numbers may depend on: never who owns the machine, or what it is called."""

    device: str
    """Such as "cpu" or "cuda"."""
    processor: str
    """Model name of the CPU, or of the GPU where the device is one."""
    platform: str
    """Such as "Linux x86_64"."""
    python: str
    """Such as "3.12.1"."""
    torch: str
    """Release and build, such as "2.13.0+cpu"."""
    git_version: str
    """The full commit torch was built from."""
    capability: str = ""
    """What the build uses of the processor, such as "AVX2"; the CUDA release for a GPU."""

    @property
    def name(self) -> str:
        """The machine in a few words: the title of its column."""
        return f"{self.device}: {self.processor}, torch {self.torch}"


ABOUT = ("kind", "where", "altered", "what", "expression", "case", "base", "dtype", "domain")
"""What is told of a probe, in this order: enough to know it again on another machine, and to speak of it."""


class Came(Record, frozen=True, array_like=True):
    """What came of one reduction of a probe."""

    reduction: int
    """Place among the words."""
    status: str
    """"value", "refused", "crashed" or "hung"."""
    text: int = -1
    """What torch said, as a place among the words; -1 for nothing."""
    value: int = -1
    """The loss value, as a place among the rows; -1 for none."""
    gradients: dict[str, int] = msgspec.field(default_factory=dict)
    """Input -> its gradient, as a place among the rows."""


class Tried(Record, frozen=True, array_like=True):
    """One probe on one machine."""

    about: tuple[int, ...]
    """Each of ABOUT, as a place among the words."""
    ways: tuple[Came, ...]
    """One a reduction."""


Row: TypeAlias = tuple[Number, tuple[Number, ...], tuple[Number, ...]]
"""The relative distance within which two numbers are the same; the numbers; how far each may be off, () where half of the digits hold."""


class Outcomes(Record, frozen=True):
    """What came of every probe of one loss on one device, each word and each row of numbers written once."""

    subject: str
    """Qualified name of the class."""
    device: str
    """Such as "cpu"."""
    words: tuple[str, ...]
    """Texts."""
    rows: tuple[Row, ...]
    """Numbers."""
    tried: tuple[Tried, ...]
    """The probes."""


class Edges(Record, frozen=True):
    """The probes of one loss on one machine: what was found, and what came of each."""

    probed: Probed
    """Findings, accepted inputs and messages."""
    outcomes: Outcomes
    """What came of each probe."""


class Outcome(Record, frozen=True, omit_defaults=True):
    """One check, without what all checks of its group share."""

    kind: str
    """Kind of the check."""
    claim: str
    """What is claimed."""
    dtype: str
    """Such as "float32"."""
    status: str
    """"pass", "fail" or "not_run"."""
    actual: Number | None = None
    """What torch gave."""
    expected: Number | None = None
    """What the reference gives."""
    abs_error: Number | None = None
    """|actual - expected|, the largest."""
    rel_error: Number | None = None
    """abs_error / |expected|."""
    ulp_error: Number | None = None
    """abs_error in units in the last place."""
    rtol: Number | None = None
    """Relative tolerance."""
    atol: Number | None = None
    """Absolute tolerance."""
    reason: str = ""
    """Why it failed or did not run."""
    cause: str = ""
    """What in torch makes it fail, where that is known."""


class Group(Record, frozen=True):
    """The checks of one configuration with one kind of inputs."""

    subject: str
    """Qualified name of the class."""
    configuration: str
    """The constructor call and the inputs."""
    outcomes: tuple[Outcome, ...]
    """In the order of KINDS, dtypes and claims."""


class Column(Record, frozen=True):
    """All that was verified on one machine."""

    machine: Machine
    """What it ran on."""
    groups: tuple[Group, ...]
    """By subject and configuration."""
    edges: tuple[Edges, ...] = ()
    """What was probed, by subject; files of older versions have none."""

    def checks(self) -> Iterable[tuple[str, Check]]:
        """Each check, with the qualified name of its subject."""
        for group in self.groups:
            for outcome in group.outcomes:
                yield group.subject, _check(outcome, group.configuration, self.machine.device)


class Evidence(Record, frozen=True):
    """What any number of machines verified, one column a machine."""

    format_version: int
    """1; another number means another form."""
    version: str
    """Version of inspect-loss that wrote it."""
    columns: tuple[Column, ...]
    """By machine."""

    def to_json(self, *, indent: int = 0) -> str:
        """The evidence as JSON text; the same evidence gives the same bytes."""
        raw = msgspec.json.encode(self, order="deterministic")
        return (msgspec.json.format(raw, indent=indent) if indent else raw).decode() + "\n"

    @staticmethod
    def from_json(text: str | bytes, where: str = "") -> Evidence:
        """The evidence that `to_json` wrote, gzipped or not; raises InspectError `damaged-evidence` or `evidence-version`."""
        try:
            if isinstance(text, bytes) and text.startswith(GZIPPED):
                text = gzip.decompress(text)
            head = msgspec.json.decode(text, type=_Head)
            if head.format_version != FORMAT_VERSION:
                raise InspectError(
                    "evidence-version",
                    f"this evidence has format {head.format_version}, this version reads format {FORMAT_VERSION}",
                    where,
                    "make it again with this version of inspect-loss",
                )
            return msgspec.json.decode(text, type=Evidence)
        except (msgspec.MsgspecError, UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
            raise InspectError(
                "damaged-evidence", f"not evidence of inspect-loss, or damaged: {error}", where, "make it again with --save"
            ) from None


class _Head(msgspec.Struct):
    format_version: int
    columns: list[msgspec.Raw]


def collect(machine: Machine, found: Iterable[tuple[str, Check]], version: str) -> Evidence:
    """Evidence of one machine from checks, each with the qualified name of its subject."""
    groups: dict[tuple[str, str], dict[_Key, Outcome]] = {}
    for subject, check in found:
        outcome = _outcome(check)
        group = groups.setdefault((subject, check.configuration), {})
        key = _key(outcome)
        group[key] = _graver(group[key], outcome) if key in group else outcome
    return Evidence(FORMAT_VERSION, version, (_column(machine, groups, {}),))


def collect_edges(found: Iterable[tuple[Machine, Edges]], version: str) -> Evidence:
    """Evidence of what was probed, one column a machine."""
    return merge(Evidence(FORMAT_VERSION, version, (Column(machine, (), (edges,)),)) for machine, edges in found)


def same_release(one: Machine, other: Machine) -> bool:
    """True where both ran the same release of torch, whatever each was built for: evidence of one is never shown as another's."""
    return (one.torch.partition("+")[0], one.git_version) == (other.torch.partition("+")[0], other.git_version)


def merge(several: Iterable[Evidence]) -> Evidence:
    """One Evidence of all, the same in whatever order they come.

    Where a check is in two, the graver outcome stays; where the probes of a loss are, those of more calls.
    """
    machines: dict[Machine, dict[tuple[str, str], dict[_Key, Outcome]]] = {}
    edges: dict[Machine, dict[str, Edges]] = {}
    versions: set[str] = set()
    for evidence in several:
        versions |= set(evidence.version.split(", "))
        for column in evidence.columns:
            groups = machines.setdefault(column.machine, {})
            probed = edges.setdefault(column.machine, {})
            for each in column.edges:
                probed[each.probed.subject] = _fuller(probed.get(each.probed.subject, each), each)
            for group in column.groups:
                kept = groups.setdefault((group.subject, group.configuration), {})
                for outcome in group.outcomes:
                    key = _key(outcome)
                    kept[key] = _graver(kept[key], outcome) if key in kept else outcome
    columns = tuple(_column(machine, machines[machine], edges[machine]) for machine in sorted(machines))
    return Evidence(FORMAT_VERSION, ", ".join(sorted(versions)), columns)


def of_subject(whole: Evidence, qualified_name: str) -> Evidence:
    """The part of an evidence that is about one class; every machine stays, though it may say nothing of it."""
    columns = (
        Column(column.machine, tuple(group for group in column.groups if group.subject == qualified_name)) for column in whole.columns
    )
    return Evidence(whole.format_version, whole.version, tuple(columns))


_Key = tuple[str, str, str]
_GRAVITY = {"pass": 0, "not_run": 1, "fail": 2}


def _key(outcome: Outcome) -> _Key:
    return outcome.kind, outcome.dtype, outcome.claim


def _graver(one: Outcome, other: Outcome) -> Outcome:
    """Which of two runs of the same check is kept: a choice that no order changes."""
    return max(one, other, key=lambda outcome: (_GRAVITY[outcome.status], msgspec.json.encode(outcome)))


def _fuller(one: Edges, other: Edges) -> Edges:
    """Which of two runs of the same probes is kept, whole: findings of two sets of rules do not mix. A choice that no order changes."""
    return max(one, other, key=lambda each: (each.probed.calls, each.probed.probes, msgspec.json.encode(each, order="deterministic")))


def _column(machine: Machine, groups: Mapping[tuple[str, str], Mapping[_Key, Outcome]], edges: Mapping[str, Edges]) -> Column:
    made = (Group(*names, tuple(outcomes[key] for key in sorted(outcomes, key=_rank))) for names, outcomes in sorted(groups.items()))
    return Column(machine, tuple(made), tuple(edges[subject] for subject in sorted(edges)))


@functools.cache
def _rank(key: _Key) -> tuple[int, int, _Key]:
    kind, dtype, _ = key
    return (KINDS.index(kind) if kind in KINDS else len(KINDS), DTYPES.index(dtype) if dtype in DTYPES else len(DTYPES), key)


def _outcome(check: Check) -> Outcome:
    return Outcome(**{name: getattr(check, name) for name in Outcome.__struct_fields__})


def _check(outcome: Outcome, configuration: str, device: str) -> Check:
    # Written out: there are fifty thousand of them, and the fields by name take four times as long.
    return Check(
        id=f"{outcome.kind} | {configuration} | {outcome.dtype} | {device} | {outcome.claim}",
        kind=outcome.kind,
        claim=outcome.claim,
        configuration=configuration,
        dtype=outcome.dtype,
        device=device,
        status=outcome.status,  # type: ignore[arg-type]  # one of the three, or the file was refused
        actual=outcome.actual,
        expected=outcome.expected,
        abs_error=outcome.abs_error,
        rel_error=outcome.rel_error,
        ulp_error=outcome.ulp_error,
        rtol=outcome.rtol,
        atol=outcome.atol,
        reason=outcome.reason,
        cause=outcome.cause,
    )


def torch_release(machine: Machine) -> Release:
    """The torch release that the evidence of a machine is about."""
    return Release(machine.torch, machine.git_version, "installed")
