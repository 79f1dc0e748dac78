"""What changed in a function, as plain sentences: errors, warnings, overriding, calls and lines.

In: a Difference. Out: told changes without their subject, each as kind, consequence, sentence, before and after. Decides no rank by name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from inspector.changes import Consequence, Kind
from inspector.source.history.bodies import Difference, Edit, Hunk, Reworded, error_of, names_used, words
from inspector.source.history.raised import Check

SHORT = 110
"""Letters of a line of code that is quoted in a sentence."""
FEW = 4
"""So many names are listed; of more, how many there are."""
DEPRECATING = re.compile(r"deprecat|will be removed|no longer be supported", re.IGNORECASE)


class Told(NamedTuple):
    """One change in words."""

    kind: Kind
    consequence: Consequence
    sentence: str
    before: str = ""
    after: str = ""
    names: tuple[str, ...] = ()


class Known(NamedTuple):
    """What a change is held against to say what it means."""

    fresh: frozenset[str] = frozenset()
    """Arguments that are new."""
    before: frozenset[str] = frozenset()
    """Names that the old function knows: a condition on others only guards what is new."""
    ends: frozenset[str] = frozenset()
    """Native functions in which the call ends, in either release."""
    kinds: dict[str, str] = {}  # noqa: RUF012 - never changed
    """Errors of torch's own, with what each derives from."""
    below: bool = True
    """Whether the function is `forward` or below it, where every native function counts."""


def of_difference(difference: Difference, known: Known) -> Iterator[Told]:
    """Every change of a function but the override, which is told for all functions at once."""
    yield from (_added(check, known, difference.refused) for check in difference.checks_added)
    errors = [check for check in difference.checks_removed if check.kind == "error"]
    yield from [_no_longer(errors)] if len(errors) > 1 else map(_removed, errors)
    yield from (_removed(check) for check in difference.checks_removed if check.kind == "warning")
    yield from (told for each in difference.checks_changed if (told := _changed(each, known)) is not None)
    if difference.edit is not None:
        yield _edited(difference.edit, known)
        yield from _computed(difference.edit)


# -- errors and warnings --------------------------------------------------------------------------------------------------------


def _added(check: Check, known: Known, refused: frozenset[str]) -> Told:
    names = tuple(sorted(check.names & known.fresh))
    if check.kind == "warning":
        deprecates = _deprecates(check)
        kind: Kind = "deprecated" if deprecates else "warning added"
        said = f"warns{_when(check)}: {_quoted(check.message)}"
        return Told(kind, "deprecated" if deprecates else "message", said, "", _whole(check), names)
    asked = names_used([check.condition]) if check.condition not in ("", "otherwise") else set()
    if not names and (error_of(check) in refused or (asked and asked <= refused)):
        again = (
            f"raises {check.type}{_when(check)} too{_saying(check)}"
            if error_of(check) in refused
            else f"raises {check.type} itself{_when(check)}{_saying(check)}"
        )
        return Told("condition of an error", "inside", again, "", _whole(check))
    of_old = check.condition not in ("", "otherwise") and names_used([check.condition]) <= known.before
    consequence: Consequence = "new" if names else "breaking" if of_old else "inside"
    return Told("error added", consequence, f"raises {check.type}{_when(check)}{_saying(check)}", "", _whole(check), names)


def _removed(check: Check) -> Told:
    if check.kind == "warning":
        return Told("warning removed", "message", f"no longer warns{_when(check)}: {_quoted(check.message)}", _whole(check))
    return Told("error removed", "inside", f"no longer raises {check.type} itself{_when(check)}{_saying(check)}", _whole(check))


def _no_longer(errors: list[Check]) -> Told:
    types = listed(dict.fromkeys(one.type for one in errors))
    where = [_short(one.condition) for one in errors if one.condition not in ("", "otherwise")]
    said = f"no longer raises {types} itself in {len(errors)} cases" + (f": {code(where, 3)}" if where else "")
    return Told("error removed", "inside", said, "\n".join(map(_whole, errors)))


def _changed(each: Reworded, known: Known) -> Told | None:
    old, new = each
    if old.kind != new.kind and new.kind == "error":
        said = f"raises {new.type}{_when(new)}, where it only warned: {_quoted(new.message)}"
        return Told("error added", "breaking", said, _whole(old), _whole(new))
    if old.kind != new.kind:
        return Told("error removed", "inside", f"only warns{_when(new)}: {_quoted(new.message)}", _whole(old), _whole(new))
    if old.type != new.type:
        if known.kinds.get(new.type) == old.type:
            said = f"raises {new.type}, a kind of {old.type}{_when(new)}{_saying(new)}"
            return Told("error type", "inside", said, _whole(old), _whole(new))
        kind: Kind = "error type" if new.kind == "error" else "warning type"
        graver: Consequence = "breaking" if new.kind == "error" else "message"
        verb = "raises" if new.kind == "error" else "warns with"
        return Told(kind, graver, f"{verb} {new.type}, not {old.type}{_when(new)}{_saying(new)}", _whole(old), _whole(new))
    if words(old.message) != words(new.message):
        what = "the error" if new.kind == "error" else "the warning"
        return Told("message", "message", f"{what}{_when(new)} says {_quoted(new.message)}; it said {_quoted(old.message)}",
                    old.message, new.message)  # fmt: skip
    if "otherwise" in (old.condition, new.condition) or not old.condition or not new.condition:
        return None  # it stands in another branch: the lines around it say more
    verb = f"raises {new.type}" if new.kind == "error" else "warns"
    before, after = _apart(old.condition, new.condition)
    return Told("condition of an error", "inside", f"{verb} where `{_short(after)}`; before, where `{_short(before)}`",
                old.condition, new.condition)  # fmt: skip


def _deprecates(check: Check) -> bool:
    return check.type in ("DeprecationWarning", "FutureWarning", "PendingDeprecationWarning") or bool(DEPRECATING.search(check.message))


def _when(check: Check) -> str:
    if check.condition in ("", "otherwise"):
        return ""
    parts = _parts(check.condition)
    ends = [" and ".join(parts[first:]) for first in range(1, len(parts))]
    fits = next((end for end in ends if len(end) <= SHORT), check.condition)
    return f" where `{_short(fits if len(check.condition) > SHORT else check.condition)}`"  # the innermost says most


def _parts(condition: str) -> list[str]:
    """What must hold together, each in text that may stand between two `and`."""
    try:
        waiting = [ast.parse(condition, mode="eval").body]
    except SyntaxError:
        return [condition]
    found: list[str] = []
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, ast.BoolOp) and isinstance(one.op, ast.And):
            waiting = [*one.values, *waiting]
        else:
            found.append(f"({ast.unparse(one)})" if isinstance(one, ast.BoolOp | ast.IfExp | ast.Lambda) else ast.unparse(one))
    return found


def _apart(before: str, after: str) -> tuple[str, str]:
    """Two conditions without what both ask for."""
    one, other = _parts(before), _parts(after)
    less = [part for part in one if part not in other], [part for part in other if part not in one]
    return (" and ".join(less[0]), " and ".join(less[1])) if all(less) else (before, after)


def _saying(check: Check) -> str:
    return f": {_quoted(check.message)}" if check.message else ""


def _whole(check: Check) -> str:
    return f"{check.type}: {check.message}" + (f" (if {check.condition})" if check.condition else "")


def _quoted(message: str) -> str:
    """A message as a person reads it: one line, {} for what stands in it, cut where it is long."""
    return f'"{_short(" ".join(message.replace("{}", "…").split()), 160)}"'


# -- who may take over ----------------------------------------------------------------------------------------------------------


def of_overriding(changed: Sequence[tuple[str, tuple[str, ...], tuple[str, ...]]], itself: str) -> Iterator[Told]:
    """One sentence for all functions that let the same arguments take over: (function, arguments before, arguments after)."""
    grouped: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for function, before, after in changed:
        key = ((), ()) if not before and after else (before, after)
        grouped.setdefault(key, []).append(function)
    for (before, after), functions in grouped.items():
        them = "" if functions == [itself] else f"{listed(functions, FEW + 4)} "
        more = [one for one in after if one not in before]
        less = [one for one in before if one not in after]
        types = "type of an argument" if not before and not after else f"type of {code(more or less)}"
        verb = "can be overridden by the" if more or not less else "can no longer be overridden by the"
        too = " too" if more and before else ""
        yield Told("override", "inside", f"{them}{verb} {types}{too} (`__torch_function__`)", ", ".join(before), ", ".join(after),
                   tuple(more or less))  # fmt: skip


# -- calls and lines ------------------------------------------------------------------------------------------------------------


def _edited(edit: Edit, known: Known) -> Told:
    before = "\n".join(line for hunk in edit.hunks for line in hunk.before)
    after = "\n".join(line for hunk in edit.hunks for line in hunk.after)
    ends = [name for name in edit.gained if name in known.ends or (known.below and name.startswith("torch._C."))]
    kind: Kind = "path" if edit.gained or edit.lost else "body"
    shown = edit._replace(gained=tuple(ends)) if ends else edit
    leads_elsewhere = bool(ends) or any(name in known.ends for name in edit.lost)
    return Told(kind, "path" if leads_elsewhere else "inside", _lines_in_words(shown), before, after, (*edit.gained, *edit.lost))


def _lines_in_words(edit: Edit) -> str:
    one = _one_line(edit.hunks)
    if one is not None and len(one[0]) + len(one[1]) <= (SHORT if edit.gained or edit.lost else 2 * SHORT):
        return _replaced(*one)
    if edit.gained or edit.lost:
        return _calls(edit)
    swapped = _swap(edit.hunks)
    if swapped:
        return f"{swapped[0]} became {swapped[1]}, in {swapped[2]} lines"
    count = sum(max(len(hunk.before), len(hunk.after)) for hunk in edit.hunks)
    first = ["".join(lines[:1]).strip() for lines in edit.hunks[0][:2]]
    conditions = _conditions(edit.hunks)
    if conditions:
        return f"{count} lines changed, with the new {'condition' if len(conditions) == 1 else 'conditions'} {code(conditions, 2)}"
    gained, lost = _names_in(edit.hunks)
    said = [f"it uses {code(gained, FEW)}"] if gained else []
    said += [f"{'' if gained else 'it '}no longer {'' if gained else 'uses '}{code(lost, FEW)}"] if lost else []
    if not said and sum(map(len, first)) <= 2 * SHORT:
        return f"{count} lines changed, the first of them: {_replaced(*first)}"
    return f"{count} {'line' if count == 1 else 'lines'} changed" + (f": {', '.join(said)}" if said else "")


def _one_line(hunks: tuple[Hunk, ...]) -> tuple[str, str] | None:
    """(before, after) of a change of one line; "" on the side that has none."""
    if len(hunks) != 1 or len(hunks[0].before) > 1 or len(hunks[0].after) > 1:
        return None
    return "".join(hunks[0].before).strip(), "".join(hunks[0].after).strip()


def _replaced(before: str, after: str) -> str:
    if before and after:
        return f"`{after}`; it was `{before}`"
    return f"new: `{after}`" if after else f"without `{before}`"


def _calls(edit: Edit) -> str:
    where = f", where `{_short(edit.guard)}`" if edit.guard else ""
    if edit.gained and edit.lost:
        return f"calls {code(edit.gained, 3)} instead of {code(edit.lost, 3)}{where}"
    return f"calls {code(edit.gained, FEW)} too{where}" if edit.gained else f"no longer calls {code(edit.lost, FEW)}{where}"


def _computed(edit: Edit) -> Iterator[Told]:
    """Other arithmetic, quoted: a sentence that names calls or conditions says nothing of it."""
    if _one_line(edit.hunks) is not None:
        return
    for before, after in edit.computed[:FEW]:
        yield Told("arithmetic", "inside", f"computes otherwise: {_replaced(_short(before), _short(after))}", before, after)


def _swap(hunks: tuple[Hunk, ...]) -> tuple[str, str, int] | None:
    """(before, after, how often) where all lines changed in the same piece; None where they did not."""
    pairs: list[tuple[str, str]] = []
    for hunk in hunks:
        if len(hunk.before) != len(hunk.after):
            return None
        pairs += [_middle(one, other) for one, other in zip(hunk.before, hunk.after, strict=True)]
    if len(pairs) < 2 or len(set(pairs)) != 1:
        return None
    before, after = pairs[0]
    return f"`{before}`", f"`{after}`", len(pairs)


def _middle(one: str, other: str) -> tuple[str, str]:
    """What differs between two lines, in whole words."""
    left, right = re.findall(r"\w+|\W", one), re.findall(r"\w+|\W", other)
    while left and right and left[0] == right[0]:
        left, right = left[1:], right[1:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    return "".join(left).strip(), "".join(right).strip()


def _conditions(hunks: tuple[Hunk, ...]) -> list[str]:
    """Conditions that only the new lines have."""
    before, after = [_test(line) for hunk in hunks for line in hunk.before], [_test(line) for hunk in hunks for line in hunk.after]
    return [_short(one) for one in dict.fromkeys(after) if one and one not in before]


def _test(line: str) -> str:
    match = re.fullmatch(r"\s*(?:el)?if (.*):", line)
    return match[1] if match else ""


def _names_in(hunks: tuple[Hunk, ...]) -> tuple[list[str], list[str]]:
    before, after = names_used(line for hunk in hunks for line in hunk.before), names_used(line for hunk in hunks for line in hunk.after)
    return sorted(after - before), sorted(before - after)


# -- words ----------------------------------------------------------------------------------------------------------------------


def listed(names: Iterable[str], most: int = FEW) -> str:
    """Names in one phrase: "a, b and c"; of very many the first and how many there are more."""
    found = list(names)
    if len(found) > most + 1:
        return f"{', '.join(found[:most])} and {len(found) - most} more"
    return f"{', '.join(found[:-1])} and {found[-1]}" if len(found) > 1 else "".join(found)


def code(names: Iterable[str], most: int = FEW + 4) -> str:
    """The same as code."""
    return listed([f"`{name}`" for name in names], most)


def _short(text: str, width: int = SHORT) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
