"""Two portraits of a function -> what changed between them; and what comparing functions and classes has in common.

In: portraits of two releases. Out: Changes, each told once, those of spelling marked quiet.
"""

from __future__ import annotations

from collections.abc import Iterable

from inspector.changes import Change, Kind, Place
from inspector.source.history import bodies, documented, parameters, sentences, spelling, written
from inspector.source.history.bodies import Edit, Explained
from inspector.source.history.canonical import untouched
from inspector.source.history.formula_text import one_line
from inspector.source.history.parameters import Delta
from inspector.source.history.portrait import FUNCTIONS, Portrait, short
from inspector.source.history.sentences import Known, Told, code, listed
from inspector.source.history.written import Written

FORMULA = 90
"""Letters of a formula that is quoted in a sentence."""
_SPELLED: dict[str, str] = {
    "docstring": "the wording of the documentation", "annotations": "type annotations", "comments": "comments", "formatting": "formatting",
    "super": "how super() is called", "renamed locals": "names of local variables", "decorators": "decorators", "style": "style of code",
    "formula spelling": "the typesetting of formulas",
}  # fmt: skip


class Comparing:
    """A comparison under way; this one is of two functions."""

    def __init__(self, old: Portrait, new: Portrait, previous: str, release: str) -> None:
        self.old, self.new = old, new
        self.previous, self.release = previous, release
        self.changes: list[Change] = []
        self.spelled: dict[Kind, list[str]] = {}
        self.asked: list[str] = []
        """Functions of which it changed who may take their call over."""
        self.overriding: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []

    def run(self) -> None:
        """Finds every change."""
        self._moved()
        old, new = written.function(self.old.own), written.function(self.new.own)
        if old is not None and new is not None:
            self._function(self.new.subject, old, new, frozenset())
            self._documentation(old.doc, new.doc, new.place)
        elif self.old.own.text != self.new.own.text:
            self._add(Told("body", "path", "it is made in another way", self.old.own.text, self.new.own.text))
        self._finish()

    def _finish(self) -> None:
        for told in sentences.of_overriding(self.overriding, short(self.new.subject)):
            self._add(told, also=[one for one in self.asked if short(one) in told.sentence and one != self.new.subject])
        for kind, where in self.spelled.items():
            names = [name or short(self.new.subject) for name in dict.fromkeys(where)]
            inside = f" in {listed(names, 6)}" if any(where) else ""
            self._add(Told(kind, "spelling", f"{_SPELLED.get(kind, kind)}{inside}", names=tuple(names)))

    # -- what is told ------------------------------------------------------------------------------------------------------

    def _add(
        self, told: Told, subject: str = "", member: str = "", places: tuple[Place, Place] | None = None, also: Iterable[str] = ()
    ) -> None:
        places = places or (_place_in(self.old, subject), _place_in(self.new, subject))
        self.changes.append(Change(
            self.release, self.previous, subject or self.new.subject, told.kind, told.consequence, told.sentence, told.before, told.after,
            member, told.names, told.consequence == "spelling", *places, self._public(subject or self.new.subject), tuple(also),
        ))  # fmt: skip

    def _public(self, subject: str) -> str:
        if subject == self.new.subject:
            return self.new.public_name
        return subject if subject.startswith(f"{FUNCTIONS}.") else ""

    def _moved(self) -> None:
        if self.old.own.file != self.new.own.file:
            said = f"moved from {self.old.own.file} to {self.new.own.file}"
            self._add(Told("moved", "inside", said, self.old.own.file, self.new.own.file))
        elif self.old.own.line != self.new.own.line:
            self._add(Told("lines", "spelling", f"moved from line {self.old.own.line} to line {self.new.own.line}"))

    # -- functions ---------------------------------------------------------------------------------------------------------

    def _function(self, subject: str, old: Written, new: Written, known: frozenset[str], member: str = "") -> Iterable[Delta]:
        """All that changed in a function or method; `known` are arguments whose coming and going is told elsewhere."""
        places = (old.place, new.place)
        deltas = [] if member == "__init__" else parameters.compare(old.given, new.given)
        for told in parameters.told(self._weighed_argument(delta, old, new) for delta in deltas if delta.name not in known):
            self._add(told, subject, member, places)
        explained = Explained(
            known | parameters.added(old.given, new.given),
            known | parameters.added(new.given, old.given),
            parameters.renamed(old.given, new.given),
        )
        if old.text != new.text:
            self._body(subject, (old, new), explained, member)
        return deltas

    @staticmethod
    def _weighed_argument(delta: Delta, old: Written, new: Written) -> Delta:
        """A change of the signature; a new argument that is another default in all but name is told as one."""
        default = next((one.default for one in new.given if one.name == delta.name), None)
        if delta.kind != "argument added" or delta.consequence != "new" or not bodies.steered_away(old, new, delta.name, default):
            return delta
        said = f"new [argument|arguments] {{}}: what was done before is done where it is {'False' if default == 'True' else 'True'}"
        return delta._replace(kind="default", consequence="breaking", sentence=said)

    def _body(self, subject: str, pair: tuple[Written, Written], explained: Explained, member: str) -> None:
        old, new = pair
        difference = bodies.compare(old, new, explained)
        if difference.overriding[0] != difference.overriding[1]:
            self.asked.append(subject)
            self.overriding.append((short(subject), *difference.overriding))
        ends = frozenset(one.name for each in (self.old, self.new) for one in each.path if one.native)
        names = frozenset(bodies.names_used([old.text]))
        if difference.edit is not None and self._follows(difference.edit, explained, member):
            difference = difference._replace(edit=None)
        known = Known(explained.added, names, ends, {**self.old.errors, **self.new.errors}, member in ("", "forward"))
        told = list(sentences.of_difference(difference, known))
        for one in told:
            self._add(one, subject, member, (old.place, new.place))
        where = member or ("" if subject == self.new.subject else short(subject))
        kinds = list(spelling.of_functions(old, new, explained.names))
        same_work = not told and difference.overriding[0] == difference.overriding[1] and not explained.names
        if not kinds and same_work and not explained.added and not explained.removed and not untouched(old.node, new.node):
            kinds = ["style"]
        for kind in kinds:
            self.spelled.setdefault(kind, []).append(where)

    def _follows(self, edit: Edit, explained: Explained, member: str) -> bool:
        """Whether an edit only follows from what is told elsewhere; of a function none does."""
        return False

    def _documentation(self, old: str, new: str, place: Place) -> None:
        if old == new:
            return
        found = documented.compare_formulas(old, new)
        if found is not None and found.only_typeset:
            self.spelled.setdefault("formula spelling", []).append("")
        elif found is not None:
            self._add(_formula(found))
        cases = documented.new_cases(old, new)
        if cases:
            shown = [case for place, case in enumerate(cases) if place == 0 or sum(map(len, cases[: place + 1])) <= 2 * FORMULA]
            said = f"the documentation lists the {'case' if len(shown) == 1 else 'cases'} “{'” and “'.join(shown)}”"
            self._add(Told("documented", "docs", said, "", "; ".join(cases)))
        for each in documented.compare_shapes(old, new):
            before, after = listed(each.before, 9), listed(each.after, 9)
            what = f"the documented {'shape' if len(each.names) == 1 else 'shapes'} of {listed(each.names)}"
            said = (
                f"{what}: {after} instead of {before}"
                if before and after
                else f"{what}: {after} too"
                if after
                else f"{what}: no longer {before}"
            )
            self._add(Told("documented shapes", "docs", said, before, after, each.names))


def _place_in(portrait: Portrait, subject: str) -> Place:
    """Where a subject stands; nowhere where this portrait does not hold its text."""
    pieces = [one for one in (portrait.own, *portrait.bases, *portrait.functions) if one.name == subject]
    own = [portrait.own] if subject in ("", portrait.subject) else []
    return next((Place(one.file, one.line) for one in (*own, *pieces)), Place())


def _formula(found: documented.Formulas) -> Told:
    """Formulas that are short are quoted; of others the symbols that came or went."""
    before, after = (one_line(one) for one in (found.before.replace("\n\n", r" \\ "), found.after.replace("\n\n", r" \\ ")))
    names = (*found.gained, *found.lost)
    if not found.before:
        said = f"a formula more in the documentation: {after}" if len(after) <= FORMULA else _with_symbols("more formulas", found)
    elif not found.after:
        said = f"a formula less in the documentation: {before}" if len(before) <= FORMULA else _with_symbols("fewer formulas", found)
    elif len(before) + len(after) <= 2 * FORMULA:
        said = f"documented as {after}; it was {before}"
    else:
        first = one_line(found.after.partition("\n\n")[0])
        said = f"documented anew: {first}" if len(first) <= 2 * FORMULA else _with_symbols("another formula", found)
    return Told("formula", "docs", said, found.before, found.after, names)


def _with_symbols(what: str, found: documented.Formulas) -> str:
    said = [f"now with {code(found.gained, 4)}"] if found.gained else []
    said += [f"without {code(found.lost, 4)}"] if found.lost else []
    return f"{what} in the documentation" + (f", {' and '.join(said)}" if said else "")
