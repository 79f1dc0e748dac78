"""What changed in a function, as plain sentences: errors, warnings, overriding, calls and lines.

In: a Difference. Out: told changes without their subject, each as kind, consequence, sentence, before and after. Decides no rank by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from inspector.changes import Consequence, Kind
from inspector.source.history.bodies import Difference, Edit, Hunk, Reworded, names_used, words
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


def of_difference(difference: Difference, fresh: frozenset[str]) -> Iterator[Told]:
    """Every change of a function but the override, which is told for all functions at once. `fresh` are arguments that are new."""
    yield from (_added(check, fresh) for check in difference.checks_added)
    yield from (_removed(check) for check in difference.checks_removed)
    yield from (told for each in difference.checks_changed if (told := _changed(each)) is not None)
    if difference.edit is not None:
        yield _edited(difference.edit)


# -- errors and warnings --------------------------------------------------------------------------------------------------------


def _added(check: Check, fresh: frozenset[str]) -> Told:
    if check.kind == "warning":
        kind: Kind = "deprecated" if _deprecates(check) else "warning added"
        return Told(kind, "deprecated" if kind == "deprecated" else "message", f"warns{_when(check)}: {_quoted(check.message)}",
                    "", _whole(check), tuple(sorted(check.names & fresh)))  # fmt: skip
    consequence: Consequence = "new" if check.names & fresh else "breaking"
    return Told("error added", consequence, f"raises {check.type}{_when(check)}{_saying(check)}", "", _whole(check),
                tuple(sorted(check.names & fresh)))  # fmt: skip


def _removed(check: Check) -> Told:
    if check.kind == "warning":
        return Told("warning removed", "message", f"no longer warns{_when(check)}: {_quoted(check.message)}", _whole(check))
    return Told("error removed", "inside", f"no longer raises {check.type} itself{_when(check)}{_saying(check)}", _whole(check))


def _changed(each: Reworded) -> Told | None:
    old, new = each
    if old.type != new.type:
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
    return Told("condition of an error", "inside", f"{verb} where `{_short(new.condition)}`; before, where `{_short(old.condition)}`",
                old.condition, new.condition)  # fmt: skip


def _deprecates(check: Check) -> bool:
    return check.type in ("DeprecationWarning", "FutureWarning", "PendingDeprecationWarning") or bool(DEPRECATING.search(check.message))


def _when(check: Check) -> str:
    return f" where `{_short(check.condition)}`" if check.condition not in ("", "otherwise") else ""


def _saying(check: Check) -> str:
    return f": {_quoted(check.message)}" if check.message else ""


def _whole(check: Check) -> str:
    return f"{check.type}: {check.message}" + (f" (if {check.condition})" if check.condition else "")


def _quoted(message: str) -> str:
    """A message as a person reads it: one line, {} for what stands in it, cut where it is long."""
    return f'"{_short(" ".join(message.replace("{}", "…").split()), 160)}"'


# -- who may take over ----------------------------------------------------------------------------------------------------------


def of_overriding(changed: Sequence[tuple[str, tuple[str, ...], tuple[str, ...]]]) -> Iterator[Told]:
    """One sentence for all functions that let the same arguments take over: (function, arguments before, arguments after)."""
    grouped: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for function, before, after in changed:
        key = ((), ()) if not before and after else (before, after)
        grouped.setdefault(key, []).append(function)
    for (before, after), functions in grouped.items():
        them = listed(functions, FEW + 4)
        more = [one for one in after if one not in before]
        less = [one for one in before if one not in after]
        if not before and not after:
            said = f"{them} can be overridden by the types of {'its' if len(functions) == 1 else 'their'} arguments (`__torch_function__`)"
        elif more:
            said = f"{them} can be overridden by the type of {code(more)} too (`__torch_function__`)"
        else:
            said = f"{them} can no longer be overridden by the type of {code(less)} (`__torch_function__`)"
        yield Told("override", "inside", said, ", ".join(before), ", ".join(after), tuple(more or less))


# -- calls and lines ------------------------------------------------------------------------------------------------------------


def _edited(edit: Edit) -> Told:
    before = "\n".join(line for hunk in edit.hunks for line in hunk.before)
    after = "\n".join(line for hunk in edit.hunks for line in hunk.after)
    native = any(name.startswith("torch.") for name in (*edit.gained, *edit.lost))
    kind: Kind = "path" if edit.gained or edit.lost else "body"
    return Told(kind, "path" if native else "inside", _lines_in_words(edit), before, after, (*edit.gained, *edit.lost))


def _lines_in_words(edit: Edit) -> str:
    one = _one_line(edit.hunks)
    if one is not None and len(one[0]) + len(one[1]) <= 2 * SHORT:
        return _replaced(*one)
    if edit.gained or edit.lost:
        return _calls(edit)
    swapped = _swap(edit.hunks)
    if swapped:
        return f"{swapped[0]} became {swapped[1]}, in {swapped[2]} lines"
    gained, lost = _names_in(edit.hunks)
    said = [f"it uses {code(gained, FEW)}"] if gained else []
    said += [f"no longer {code(lost, FEW)}"] if lost else []
    count = sum(max(len(hunk.before), len(hunk.after)) for hunk in edit.hunks)
    return f"{count} {'line' if count == 1 else 'lines'} of it changed" + (f": {', '.join(said)}" if said else "")


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
    if edit.gained and edit.lost:
        return f"calls {code(edit.gained, FEW)} instead of {code(edit.lost, FEW)}"
    return f"calls {code(edit.gained, FEW)} too" if edit.gained else f"no longer calls {code(edit.lost, FEW)}"


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


def _names_in(hunks: tuple[Hunk, ...]) -> tuple[list[str], list[str]]:
    before, after = names_used(line for hunk in hunks for line in hunk.before), names_used(line for hunk in hunks for line in hunk.after)
    plain = {"self", "if", "else", "for", "in", "not", "and", "or", "is", "None", "True", "False", "return", "try", "except", "with", "as"}
    return sorted(after - before - plain), sorted(before - after - plain)


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
