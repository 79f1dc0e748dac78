"""A record -> the sentence that explains it, shared by all faces.

In: records of a Report. Out: short plain sentences, made by rule from what the record says; no class is known by name. What the
record does not say is not said here either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from inspector.report import (
    Agreement,
    Argument,
    AttributeRecord,
    ClassEntry,
    Constant,
    Items,
    Maker,
    Member,
    Record,
    Reference,
    Report,
    Step,
    TensorData,
    Term,
)

FUNCTIONAL = "torch.nn.functional."
LONGEST_CODE = 60
"""A longer condition is shown by its two ends, since its reason says more than its middle; -v shows it whole."""


ENDED = "the function ended"
"""How a reason begins where a call stands after the end of its function."""
_FOLLOWS = {
    "taken as false: the call would raise": "; a call that succeeds has it false, since true would end it in an error",
    "taken as true: the call would raise otherwise": "; a call that succeeds has it true, since false would end it in an error",
    "it decides whether this is reached": ", and that decides whether this step is reached",
}
"""Reason of a condition that reading cannot tell -> what follows from that for the reader."""
_COUNTS = ("how often ", "its length ")
"""How a reason begins that is about a loop, which is neither true nor false."""
_SILENT = ("__init__", "__setattr__")
"""Of these nobody expects a value, so that they return None is not said."""
_LONG_LIST = re.compile(r"`[^`]*`(?:, `[^`]*`){2,} and `[^`]*`(?P<fate> are empty)?")


class Facts(Record, frozen=True):
    """What more than one sentence needs to know of a report, gathered once."""

    kinds: dict[str, str]
    """Attribute name -> "buffer", "parameter" or "submodule"; plain attributes are left out."""
    last_native: int | None
    """Id of the last native call that is taken, or may be, and hands back a value of its own."""
    entry: str
    """Qualified name of the function that the user's own call reaches; "" where it is not known."""
    subject: str
    owners: tuple[str, ...]
    """The classes of the MRO."""


def facts(report: Report, steps: Sequence[Step]) -> Facts:
    """The Facts of one trace of a report."""
    entries = [step.callee for step in steps if step.caller == "" and step.kind != "unresolved"]
    attributes = report.construction_trace.attributes
    owners = tuple(entry.qualified_name for entry in report.mro)
    return Facts(
        kinds={record.name: record.kind for record in attributes if record.kind != "attribute"},
        last_native=_last_native(steps, owners),
        entry=entries[0] if entries else "",
        subject=report.subject.qualified_name,
        owners=owners,
    )


def _last_native(steps: Sequence[Step], owners: Sequence[str]) -> int | None:
    """The native function that the forward of the loss ends in: not a method of a tensor, where there is any other."""
    own = {f"{entry}.forward" for entry in owners}
    inside: set[int | None] = {step.id for step in steps if step.callee in own}
    for step in steps:
        inside |= {step.id} if step.parent in inside else set()
    natives = [step for step in steps if step.kind == "native" and step.taken != "false" and step.observable and not step.result]
    natives = [step for step in natives if step.id in inside]
    natives = [step for step in natives if not step.callee.startswith("torch.Tensor.")] or natives
    return natives[-1].id if natives else None


# -- names --------------------------------------------------------------------------------------------------------------


def short(name: str) -> str:
    """The name as people say it: Module, Module._call_impl, F.cross_entropy, _reduction.get_enum; native names stay whole."""
    name = name.replace("<locals>.", "")
    if name.startswith(FUNCTIONAL):
        return "F." + name.removeprefix(FUNCTIONAL)
    if name.startswith("torch._C"):
        return name
    parts = name.split(".")
    for place, part in enumerate(parts):
        if re.match(r"_*[A-Z]", part):
            return ".".join(parts[place:])
    return name if len(parts) <= 3 else ".".join(parts[-2:])


def last(name: str) -> str:
    """The last part of a dotted name."""
    return name.rpartition(".")[2]


def owner(name: str) -> str:
    """The dotted name without its last part."""
    return name.rpartition(".")[0]


def some(words: Iterable[str], most: int = 4) -> str:
    """The words as a list in a sentence, the last of a long one counted only: a, b and 7 more."""
    every = [*words]
    return listed(every) if len(every) <= most else f"{', '.join(every[: most - 1])} and {len(every) - most + 1} more"


def listed(words: Iterable[str], joint: str = "and") -> str:
    """The words as a list in a sentence: a, b and c."""
    *most, final = [*words] or [""]
    return f"{', '.join(most)} {joint} {final}" if most else final


def sentence(text: str) -> str:
    """The text as a sentence of its own."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".") if text else ""


def counted(count: int, noun: str, plural: str = "") -> str:
    """The count with its noun: 1 call, 2 calls."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


# -- why it can be called -----------------------------------------------------------------------------------------------


def why_callable(report: Report) -> str:
    """Why `criterion(…)` works at all: where Python looks, which classes have nothing there, and what it finds."""
    call = written_call(report)
    opening = f"`{call}` makes Python look up `__call__` on the type of criterion, never on the object itself."
    member = report.members.get("__call__")
    if member is None:
        return f"{opening} No class that was read defines it."
    without = [short(entry.qualified_name) for entry in _before(report.mro, member.owner)]
    found = f"{short(member.owner)} does" if without else f"{short(member.owner)} defines it itself"
    passed = f" {listed(without)} {'has' if len(without) == 1 else 'have'} none;" if without else ""
    return f"{opening}{passed} {found}: {_what_it_is(member)}."


def written_call(report: Report) -> str:
    """The user's own call as written; criterion(…) where the reader has none."""
    return next((step.call_text for step in report.call_trace.steps if step.caller == "" and step.call_text), "criterion(…)")


def _before(mro: Sequence[ClassEntry], name: str) -> list[ClassEntry]:
    names = [entry.qualified_name for entry in mro]
    return list(mro[: names.index(name)]) if name in names else []


def _what_it_is(member: Member) -> str:
    if member.kind == "alias" and member.alias_of:
        return f"its `__call__` is another name for `{last(member.alias_of)}` (line {member.line})"
    return "its `__call__` is built in" if member.kind == "native" else f"its `__call__` is a method of its own (line {member.line})"


def contribution(entry: ClassEntry, report: Report) -> str:
    """What a class of the MRO brings to this call and to the making of the instance; "" where it brings nothing."""
    used = ", ".join(_brings(name, entry, report) for name in used_members(entry, report))
    return "; ".join(text for text in (used, *_sets(entry, report)) if text)


def used_members(entry: ClassEntry, report: Report) -> list[str]:
    """The members of a class that the call uses, in the order of use: `__call__` first, then what the steps reach."""
    prefix = entry.qualified_name + "."
    owned = [name for name, member in report.members.items() if member.owner == entry.qualified_name and name == "__call__"]
    steps = [step for step in report.call_trace.steps if step.taken == "true" and step.callee.startswith(prefix)]
    called = [step.callee.removeprefix(prefix) for step in steps]
    named_already = [last(report.members[name].alias_of or "") for name in owned]
    return list(dict.fromkeys([*owned, *(name for name in called if "." not in name and name not in named_already)]))


def _brings(name: str, entry: ClassEntry, report: Report) -> str:
    member = report.members.get(name)
    if member and member.owner == entry.qualified_name and member.kind == "alias" and member.alias_of:
        return f"{name} = {last(member.alias_of)} (line {member.line})"
    return name


def _sets(entry: ClassEntry, report: Report) -> list[str]:
    records = [record for record in report.construction_trace.attributes if record.owner == entry.qualified_name]
    containers = [record for record in records if record.container]
    said = [f"__init__ sets up {counted(len(containers), 'container')} and flags"] if containers else []
    for kind, verb in (("attribute", "sets"), ("buffer", "registers the buffer"), ("parameter", "registers the parameter"),
                       ("submodule", "makes the submodule")):  # fmt: skip
        names = list(dict.fromkeys(record.name for record in records if record.kind == kind and not record.container))
        plural = "s" if len(names) > 1 and kind != "attribute" else ""
        said += [f"__init__ {verb}{plural} {some(names, most=6)}"] if names else []
    return said


def is_noise(record: Step) -> bool:
    """Whether a step is a call of one of Python's own functions, which explains nothing; a warning or an error is worth a line."""
    return record.kind == "builtin" and last(record.callee) != "warn" and not ends_in_error(record)


def ends_in_error(record: Step) -> bool:
    """Whether a step says that the call ends in an error."""
    return record.kind == "builtin" and record.call_text == f"raise {record.callee}"


# -- steps --------------------------------------------------------------------------------------------------------------


def step(record: Step, known: Facts) -> str:
    """Why this step is there, or what comes of it: one clause; "" where the record says nothing worth a line."""
    if record.kind == "unresolved":
        reason = record.note or record.because
        return f"not known: {reason}" if reason else "not known"
    return "; ".join(part for part in (_role(record, known), _outcome(record)) if part)


def _role(record: Step, known: Facts) -> str:
    reason = because(record) if not record.condition else record.note
    if record.caller == "" and last(record.callee) == "__init__":
        return f"`{record.call_text}` makes the object, then runs this"
    if record.caller == "":
        return "this is what `__call__` names" if last(record.callee) != "__call__" else "this is `__call__`"
    if record.kind == "attribute":
        return _attribute(record, known)
    if record.callee in ("warnings.warn", "_warnings.warn"):
        return reason or "a warning is shown"
    if record.id == known.last_native:
        return "the last name Python can see: below it is C++"
    if re.match(rf"super\([^()]*\)\.{re.escape(last(record.callee))}\b", record.call_text):
        return reason or "super(): the next class of the MRO that has one"
    if last(record.callee) == "forward" and owner(record.callee) in known.owners:
        return reason or _forward(owner(record.callee), known)
    return reason


def _attribute(record: Step, known: Facts) -> str:
    """Why reading (or setting) an attribute runs Python code."""
    text = record.call_text.partition("=")[0].strip()
    name = last(text)
    if last(record.callee) == "__setattr__":
        return f"`{record.call_text}` runs it: {short(owner(record.callee))} looks whether the value is to be registered"
    kind = known.kinds.get(name) if text == f"self.{name}" and owner(record.caller) in known.owners else None
    if kind:
        return f"{name} is a {kind}, not in the object's own dict, so reading `{text}` runs this"
    if last(record.callee) == "__getattr__" and not record.because:
        return f"nothing else on `{text.removesuffix('.' + name)}` is called {name}, so reading `{text}` runs this"
    return record.because or f"reading `{text}` runs this"


def _forward(defined_by: str, known: Facts) -> str:
    if defined_by == known.subject:
        return f"the forward that {short(defined_by)} defines"
    return f"the forward that {short(known.subject)} inherits from {short(defined_by)}"


def _outcome(record: Step) -> str:
    silent = last(record.callee) in _SILENT and record.result == "None"
    return f"returns {record.result}" if record.result and not silent else ""


def condition(record: Step, *, whole: bool = False) -> str:
    """The condition that guards a step, its value and the reason: x is not None is false, since its default is None."""
    if not record.condition:
        return ""
    reason = because(record, whole=whole)
    if reason.startswith(ENDED):
        return f"not reached: {reason}"
    text = code(record.condition, whole=whole)
    if record.because.startswith(code(record.condition, whole=True)):
        return reason
    if record.condition_value == "unknown":
        return _only_a_run(text, reason)
    return f"{text} is {record.condition_value}: {reason}" if reason else f"{text} is {record.condition_value}"


def _only_a_run(text: str, reason: str) -> str:
    """That the source alone does not tell a condition, and what follows from that."""
    if reason.startswith(_COUNTS):
        return f"{text}: {reason}, so only a run can tell"
    unknown = f"only a run can tell whether {text} is true"
    return unknown + (_FOLLOWS.get(reason) or (f": {reason}" if reason else ""))


def in_the_run(record: Step, agreement: Agreement) -> str:
    """What the run did with a step of which reading could not tell whether it is reached; "" where it could, or no profiler sees it."""
    if record.taken != "unknown" or not record.observable or record.id in agreement.not_observable:
        return ""
    return "in the run it was reached" if record.id in agreement.confirmed else "in the run it was not reached"


def because(record: Step, *, whole: bool = False) -> str:
    """The reason of a step, a long list of names in it cut short unless `whole`."""
    if whole:
        return record.because
    opening, reason = _opening(record.because)
    none_at_all = _LONG_LIST.fullmatch(reason)
    said = _none_of_them(none_at_all) if none_at_all else ""
    return opening + re.sub(r"`([^`]*)`", lambda found: code(found[1]), said or _LONG_LIST.sub(_few_names, reason))


def _opening(reason: str) -> tuple[str, str]:
    """What says that the function had ended, and the reason why it had."""
    begun, colon, rest = reason.partition(": ")
    return (begun + colon, rest) if colon and begun.startswith(ENDED) else ("", reason)


def _none_of_them(found: re.Match[str]) -> str:
    """What it means that all of many collections are empty, where their names say what they collect; "" where they do not."""
    names = re.findall(r"`([^`]*)`", found[0])
    endings = {name.rpartition("_")[2] for name in names}
    said = found["fate"] == " are empty" and len(endings) == 1
    return f"no {endings.pop()} are registered (all {len(names)} collections are empty)" if said else ""


def _few_names(found: re.Match[str]) -> str:
    names = re.findall(r"`([^`]*)`", found[0])
    return f"`{names[0]}` … `{names[-1]}`, {len(names)} in all,{found['fate'] or ''}"


def code(text: str, *, whole: bool = False) -> str:
    """Python text inside a sentence, on one line and marked as such; the middle of a long one left out unless `whole`."""
    text = " ".join(text.split())
    if whole or len(text) <= LONGEST_CODE:
        return f"`{text}`"
    words = text.split()
    head, tail = _begin(words), _begin(words[::-1])[::-1]
    return f"`{' '.join(head)} … {' '.join(tail)}`" if len(head) + len(tail) < len(words) else f"`{text}`"


def _begin(words: Sequence[str]) -> list[str]:
    """The words that stand first, in half the room there is; one at least."""
    taken = [words[0]]
    for word in words[1:]:
        if sum(map(len, taken)) + len(taken) + len(word) > LONGEST_CODE // 2:
            break
        taken.append(word)
    return taken


def not_taken(steps: Sequence[Step]) -> list[str]:
    """One clause for each path that was not taken: what it would have called, and why it was not.

    Paths on which only Python's own functions would be called (an exception, most often) are left out.
    """
    groups: dict[tuple[str, str], list[Step]] = {}
    for record in steps:
        groups.setdefault((record.condition, record.because), []).append(record)
    return [_path(group) for group in groups.values() if any(step.kind != "builtin" for step in group)]


def _path(group: Sequence[Step]) -> str:
    names = list(dict.fromkeys(last(step.callee) for step in group if step.kind != "builtin"))
    shown = some(names, most=3)
    if reason := because(group[0]):
        return f"{shown}, since {reason}"
    return f"{shown}, only if {code(group[0].condition)}" if group[0].condition else shown


# -- construction -------------------------------------------------------------------------------------------------------


def attribute(record: AttributeRecord, numbers: Sequence[int] = ()) -> str:
    """What is worth knowing of an attribute: what registers it, under which condition, and where the call reads it."""
    said = []
    if record.kind in ("buffer", "parameter") and record.value == "None":
        said.append(f"registered but empty: not in {'parameters()' if record.kind == 'parameter' else 'the state_dict'} until it is given")
    elif record.kind == "buffer":
        said.append("moves with .to(), " + ("saved in the state_dict" if record.persistent else "not saved in the state_dict"))
    elif record.kind == "parameter":
        said.append("learned: in parameters()")
    if record.condition:
        said.append(f"since {record.because}" if record.because else f"if {code(record.condition)}")
    if numbers:
        steps = listed(str(number) for number in numbers)
        through = " through __getattr__" if record.kind != "attribute" else ""
        said.append(f"read in step {steps}{through}" if len(numbers) == 1 else f"read in steps {steps}{through}")
    return "; ".join(said)


def containers(records: Sequence[AttributeRecord]) -> str:
    """The state every Module starts with, in one sentence."""
    if not records:
        return ""
    makers = listed(dict.fromkeys(short(record.set_in) for record in records))
    return f"{makers} sets up {counted(len(records), 'container')} and flags"


# -- agreement ----------------------------------------------------------------------------------------------------------


def verdict(agreement: Agreement) -> str:
    """The figure: how many of the steps read as taken a run confirmed."""
    done = agreement.taken - len(agreement.read_not_run)
    more = len(agreement.confirmed) - done
    said = f"{done} of {counted(agreement.taken, 'step')} confirmed by a run"
    return said + (f", and {more} more that depend on the data" if more else "")


def leftovers(agreement: Agreement) -> str:
    """What is left over on either side, in one sentence."""
    missing, extra = len(agreement.read_not_run), len(agreement.run_not_read)
    if not missing and not extra:
        return "Every step read as taken ran, and nothing ran that was not read."
    parts = []
    if missing:
        parts.append(f"{counted(missing, 'step')} read as taken did not run")
    if extra:
        parts.append(f"{counted(extra, 'call')} ran that {'was' if extra == 1 else 'were'} not read")
    return listed(parts).capitalize() + ":"


# -- values -------------------------------------------------------------------------------------------------------------


def value(argument: Argument) -> str:
    """An argument of a call in short: its name with the dtype and shape of a tensor, or with the value itself."""
    name = f"{argument.name} " if argument.name else ""
    return name + term(argument.value)


def term(given: Term) -> str:
    """A term as people write it; a whole tensor by dtype and shape only."""
    match given:
        case TensorData():
            return f"{given.dtype} ({', '.join(map(str, given.shape))}{',' if len(given.shape) == 1 else ''})"
        case Items():
            inside = ", ".join(term(item) for item in given.items)
            return f"[{inside}]" if given.kind == "list" else f"({inside}{',' if len(given.items) == 1 else ''})"
        case Maker():
            inside = ", ".join((f"{a.name}=" if a.name else "") + term(a.value) for a in given.args)
            return f"{given.function}({inside})"
        case Reference():
            return given.name
        case Constant():
            return str(given.value) if given.nonfinite else repr(given.value)
