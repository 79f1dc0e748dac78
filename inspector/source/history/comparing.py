"""Two portraits of one subject -> every change between them, each told once, with what it means for a user.

In: the Portrait in the release before and in the release after; None where the subject is not there. Out: Changes, the gravest first,
those of spelling marked quiet. A change that follows from another one (an argument that is passed on, an attribute that holds it) is not
told again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from inspector.changes import Change, Consequence, Kind, Place, in_order
from inspector.source.history import bodies, documented, parameters, sentences, spelling, written
from inspector.source.history.bodies import Explained
from inspector.source.history.canonical import dotted
from inspector.source.history.parameters import Delta
from inspector.source.history.portrait import FUNCTIONS, Piece, Portrait
from inspector.source.history.sentences import Told, code, listed
from inspector.source.history.written import Body, Written

CONSTANTS = "__constants__"
"""What a class tells TorchScript of itself."""
_SPELLED: dict[str, str] = {
    "docstring": "the wording of the documentation", "annotations": "type annotations", "comments": "comments", "formatting": "formatting",
    "super": "how super() is called", "renamed locals": "names of local variables", "decorators": "decorators", "style": "style of code",
    "formula spelling": "the typesetting of formulas",
}  # fmt: skip


def compare(old: Portrait | None, new: Portrait | None, previous: str, release: str) -> tuple[Change, ...]:
    """Every change from one portrait to another."""
    if old is None or new is None:
        return tuple(_came_or_went(old, new, previous, release))
    comparing = (
        _Classes(old, new, previous, release) if new.kind == "class" and old.kind == "class" else _Comparing(old, new, previous, release)
    )
    comparing.run()
    return in_order(tuple(comparing.changes))


def short(name: str) -> str:
    """A qualified name as people write it: F.mse_loss, L1Loss, _Reduction.get_enum."""
    if name.startswith(f"{FUNCTIONS}."):
        return f"F.{name.rpartition('.')[2]}"
    parts = name.split(".")
    return parts[-1] if parts[-1][:1].isupper() or parts[-1].startswith("_") else ".".join(parts[-2:])


def _came_or_went(old: Portrait | None, new: Portrait | None, previous: str, release: str) -> Iterator[Change]:
    if new is not None:
        place = Place(new.own.file, new.own.line)
        yield Change(release, previous, new.subject, "introduced", "new", "new in torch", "", signature_text(new), place_after=place,
                     public_name=new.public_name)  # fmt: skip
    elif old is not None:
        place = Place(old.own.file, old.own.line)
        yield Change(release, previous, old.subject, "removed", "removed", "no longer in torch", signature_text(old),
                     place_before=place, public_name=old.public_name)  # fmt: skip


def signature_text(portrait: Portrait) -> str:
    """The call as documented: CrossEntropyLoss(weight=None, …)."""
    name = portrait.subject.rpartition(".")[2]
    if portrait.kind == "function":
        found = written.function(portrait.own)
        return f"{name}({', '.join(one.text for one in found.given)})" if found is not None else name
    stars = {"star": "*", "double_star": "**"}
    parts = [stars.get(one.kind, "") + one.name + (f"={one.default}" if one.default is not None else "") for one in portrait.signature]
    return f"{name}({', '.join(parts)})"


class _Comparing:
    """A comparison under way; this one is of two functions."""

    def __init__(self, old: Portrait, new: Portrait, previous: str, release: str) -> None:
        self.old, self.new = old, new
        self.previous, self.release = previous, release
        self.changes: list[Change] = []
        self.spelled: dict[Kind, list[str]] = {}
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
        for told in sentences.of_overriding(self.overriding):
            self._add(told)
        for kind, where in self.spelled.items():
            names = list(dict.fromkeys(where))
            inside = f" in {listed(names, 6)}" if any(names) else ""
            self._add(Told(kind, "spelling", f"{_SPELLED.get(kind, kind)}{inside}", names=tuple(names)))

    # -- what is told ------------------------------------------------------------------------------------------------------

    def _add(
        self, told: Told, subject: str = "", member: str = "", places: tuple[Place, Place] | None = None, also: Iterable[str] = ()
    ) -> None:
        places = places or (Place(self.old.own.file, self.old.own.line), Place(self.new.own.file, self.new.own.line))
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
        for delta in deltas:
            if delta.name not in known:
                self._add(_told(delta), subject, member, places)
        explained = Explained(
            known | parameters.added(old.given, new.given),
            known | parameters.added(new.given, old.given),
            parameters.renamed(old.given, new.given),
        )
        if old.text != new.text:
            self._body(subject, (old, new), explained, member)
        return deltas

    def _body(self, subject: str, pair: tuple[Written, Written], explained: Explained, member: str) -> None:
        old, new = pair
        difference = bodies.compare(old, new, explained)
        if difference.overriding[0] != difference.overriding[1]:
            self.overriding.append((short(subject), *difference.overriding))
        told = list(sentences.of_difference(difference, explained.added))
        for one in told:
            self._add(one, subject, member, (old.place, new.place))
        where = member or ("" if subject == self.new.subject else short(subject))
        kinds = list(spelling.of_functions(old, new, explained.names))
        quiet_body = not told and difference.overriding[0] == difference.overriding[1] and not explained.added and not explained.removed
        for kind in kinds or (["style"] if quiet_body and not explained.names else []):
            self.spelled.setdefault(kind, []).append(where)

    def _documentation(self, old: str, new: str, place: Place) -> None:
        found = documented.compare_formulas(old, new)
        if found is not None and found.only_typeset:
            self.spelled.setdefault("formula spelling", []).append("")
        elif found is not None:
            self._add(_formula(found))
        for each in documented.compare_shapes(old, new):
            said = f"the documented shape of {each.name} is {each.after}; it was {each.before}"
            self._add(Told("documented shapes", "docs", said, each.before, each.after, (each.name,)))


class _Classes(_Comparing):
    """A comparison of two classes, with what they derive from and what their `forward` reaches."""

    def run(self) -> None:
        """Finds every change."""
        self._moved()
        old, new = written.body(self.old.own), written.body(self.new.own)
        if old is None or new is None:
            return
        self.deltas = parameters.compare(_constructor(self.old), _constructor(self.new))
        fresh = frozenset(one.name for one in self.deltas if one.kind == "argument added")
        gone = frozenset(one.name for one in self.deltas if one.kind == "argument removed")
        self.known = fresh | gone
        self._signature()
        self._calling()
        self._attributes()
        self._class("", old, new)
        for before, after in _pairs(self.old.bases, self.new.bases):
            one, other = written.body(before), written.body(after)
            if one is not None and other is not None:
                self._class(after.name, one, other)
        for before, after in _pairs(self.old.functions, self.new.functions):
            first, second = written.function(before), written.function(after)
            if first is not None and second is not None:
                self._reached(after.name, first, second)
        self._path()
        self._documentation(old.doc, new.doc, new.place)
        self._finish()

    # -- how it is made ----------------------------------------------------------------------------------------------------

    def _signature(self) -> None:
        handed = _handed(self.new)
        for delta in self.deltas:
            told = _told(delta)
            receivers = handed.get(delta.name, ()) if delta.kind == "argument added" else ()
            if receivers:
                told = told._replace(sentence=f"{told.sentence}, passed on to {listed(receivers)}")
            also = [each.name for each in self.new.functions if self._same_delta(each, delta)]
            self._add(told, member="__init__", also=also)
        before = {one.name for one in self.old.signature if one.deprecated}
        after = {one.name for one in self.new.signature if one.deprecated}
        kept = {one.name for one in self.old.signature} & {one.name for one in self.new.signature}
        for names, kind, verb in (
            (after - before, "deprecated", "deprecated"),
            (before - after, "no longer deprecated", "no longer deprecated"),
        ):
            if names & kept:
                said = f"{code(sorted(names & kept))} {'is' if len(names & kept) == 1 else 'are'} documented as {verb}"
                self._add(Told(kind, "deprecated", said, names=tuple(sorted(names & kept))), member="__init__")  # type: ignore[arg-type]

    def _same_delta(self, piece: Piece, delta: Delta) -> bool:
        """Whether a function that `forward` reaches changed in the same way."""
        before = next((one for one in self.old.functions if one.name == piece.name), None)
        one, other = written.function(before) if before is not None else None, written.function(piece)
        if one is None or other is None:
            return False
        return any(
            (each.kind, each.name, each.after) == (delta.kind, delta.name, delta.after)
            for each in parameters.compare(one.given, other.given)
        )

    def _calling(self) -> None:
        if (self.old.call, self.old.way_in) != (self.new.call, self.new.way_in):
            owner = next((name.rpartition(".")[0] for name in self.new.way_in), self.new.subject)
            before, after = _way(self.old), _way(self.new)
            self._add(Told("calling", "path", f"`__call__` is {after}; it was {before}", before, after, self.new.way_in), owner, "__call__")
        before, after = [[short(name) for name in each.mro[1:] if name != "object"] for each in (self.old, self.new)]  # type: ignore[assignment]
        if before != after:
            said = f"derives from {listed(after, 9)}; before, from {listed(before, 9)}"
            self._add(Told("bases", "inside", said, ", ".join(before), ", ".join(after)))

    def _attributes(self) -> None:
        own = self.new.call.endswith(f"{short(self.new.subject)}") or self.new.subject == self.new.mro[-1]
        before, after = [[one.name for one in each.attributes if own or not one.container] for each in (self.old, self.new)]
        self.gained = [name for name in after if name not in before]
        self.lost = [name for name in before if name not in after]
        gained = [name for name in self.gained if name not in self.known]
        lost = [name for name in self.lost if name not in self.known]
        if gained or lost:
            said = [f"an instance holds {code(gained)} too"] if gained else []
            said += [f"{'and ' if gained else 'an instance '}no longer {'' if gained else 'holds '}{code(lost)}"] if lost else []
            self._add(Told("attributes", "inside", " ".join(said), ", ".join(lost), ", ".join(gained), (*gained, *lost)), member="__init__")

    # -- what stands in a class --------------------------------------------------------------------------------------------

    def _class(self, base: str, old: Body, new: Body) -> None:
        subject = base or self.new.subject
        hidden = self.known | frozenset(self.gained) | frozenset(self.lost)
        inner: list[str] = []
        for name, method in new.methods.items():
            before = old.methods.get(name)
            if before is None:
                continue
            if self._is_far(base, name):
                inner += [name] if self._changed_inside(before, method) else []
                self._far_signature(subject, before, method, name)
            else:
                known = hidden if name == "__init__" else self.known
                self._function(subject, before, method, known, name)
        if inner:
            self._add(Told("body", "inside", f"inner changes in {code(inner)}", names=tuple(inner)))
        self._methods(subject, old, new)
        self._assigned(subject, old, new)
        for kind in spelling.of_classes(old, new):
            self.spelled.setdefault(kind, []).append(short(base) if base else "")

    def _is_far(self, base: str, name: str) -> bool:
        """Whether neither calling nor making an instance passes through a method of the class that owns `__call__` itself."""
        return not base and len(self.new.mro) <= 2 and name not in {*self.old.passed, *self.new.passed}

    def _changed_inside(self, old: Written, new: Written) -> bool:
        if old.text == new.text:
            return False
        explained = Explained(
            parameters.added(old.given, new.given), parameters.added(new.given, old.given), parameters.renamed(old.given, new.given)
        )
        return any(sentences.of_difference(bodies.compare(old, new, explained), explained.added))

    def _far_signature(self, subject: str, old: Written, new: Written, name: str) -> None:
        if name.startswith("_"):
            return
        for delta in parameters.compare(old.given, new.given):
            self._add(_told(delta), subject, name, (old.place, new.place))

    def _methods(self, subject: str, old: Body, new: Body) -> None:
        before = {**dict.fromkeys(old.methods), **dict.fromkeys(old.assigned), **dict.fromkeys(old.annotated)}
        after = {**dict.fromkeys(new.methods), **dict.fromkeys(new.assigned), **dict.fromkeys(new.annotated)}
        added = [name for name in new.methods if name not in before and not name.startswith("_")]
        removed = [name for name in old.methods if name not in after and not name.startswith("_")]
        if added:
            said = f"new {'method' if len(added) == 1 else 'methods'} {code(added, 12)}"
            self._add(Told("methods added", "new", said, "", ", ".join(added), tuple(added)), subject, places=(old.place, new.place))
        if removed:
            said = f"without the {'method' if len(removed) == 1 else 'methods'} {code(removed, 12)}"
            self._add(Told("methods removed", "breaking", said, ", ".join(removed), "", tuple(removed)), subject)

    def _assigned(self, subject: str, old: Body, new: Body) -> None:
        for name, (text, place) in new.assigned.items():
            was, before = old.assigned.get(name, ("", old.place))
            if was == text or name in new.methods or name == "__call__" or name in old.methods or name in ("__slots__", "_version"):
                continue
            if name == CONSTANTS:
                self._constants(subject, was, text, (before, place))
            elif was:
                self._add(
                    Told("constants", "inside", f"`{name}` of the class is `{text}`; it was `{was}`", was, text, (name,)),
                    subject,
                    name,
                    (before, place),
                )
            elif name not in self.known and not name.startswith("_"):
                self._add(
                    Told("constants", "inside", f"new in the class: `{name} = {text}`", "", text, (name,)), subject, name, (before, place)
                )

    def _constants(self, subject: str, was: str, text: str, places: tuple[Place, Place]) -> None:
        """Names that TorchScript takes for constant, less those that came or went as arguments."""
        before, after = [[name for name in _names(each) if name not in self.known] for each in (was, text)]
        if was and set(before) != set(after):
            said = f"TorchScript takes {code(after) or 'nothing'} for constant; before, {code(before) or 'nothing'}"
            self._add(Told("constants", "inside", said, was, text, tuple(sorted(set(before) ^ set(after)))), subject, CONSTANTS, places)

    # -- what forward reaches ----------------------------------------------------------------------------------------------

    def _reached(self, name: str, old: Written, new: Written) -> None:
        before = len(self.changes)
        deltas = {(one.kind, one.name, one.after) for one in self.deltas}
        known = frozenset(one.name for one in parameters.compare(old.given, new.given) if (one.kind, one.name, one.after) in deltas)
        self._function(name, old, new, known)
        self.edited = {*getattr(self, "edited", ()), *(each for one in self.changes[before:] if one.kind == "path" for each in one.names)}

    def _path(self) -> None:
        """Calls that came or went without an edit that says so: because a configuration leads elsewhere, or a name means something else."""
        before, after = {one.name: one for one in self.old.path}, {one.name: one for one in self.new.path}
        gained, lost = [one for one in after if one not in before], [one for one in before if one not in after]
        told = {name.rpartition(".")[2] for one in self.changes for name in (*one.names, *words(one)) if one.kind in ("path", "body")}
        kept = {each.name for each in self.old.functions} & {each.name for each in self.new.functions}
        if not (gained or lost) or any(name.rpartition(".")[2] in told for name in (*gained, *lost)):
            return
        natives = [name for name in gained if after[name].native], [name for name in lost if before[name].native]
        shown = [short_call(name) for name in (natives[0] or gained)], [short_call(name) for name in (natives[1] or lost)]
        if shown[0] and shown[1]:
            said = f"ends in {code(shown[0])} instead of {code(shown[1])}"
        else:
            said = f"calls {code(shown[0])} too" if shown[0] else f"no longer calls {code(shown[1])}"
        consequence: Consequence = "path" if any(natives) or not kept else "inside"
        self._add(Told("path", consequence, said, ", ".join(lost), ", ".join(gained), (*gained, *lost)), member="forward")


def words(change: Change) -> list[str]:
    """Names in the code of a change."""
    return list(bodies.names_used([change.before, change.after]))


def short_call(name: str) -> str:
    """A callee as people write it; native ones are written in full."""
    return short(name) if name.startswith("torch.nn.") else name


def _told(delta: Delta) -> Told:
    return Told(delta.kind, delta.consequence, delta.sentence, delta.before, delta.after, (delta.name,) if delta.name else ())


def _formula(found: documented.Formulas) -> Told:
    said = [f"now with {code(found.gained)}"] if found.gained else []
    said += [f"without {code(found.lost)}"] if found.lost else []
    verb = "has" if not found.before else "no longer has" if not found.after else "has another"
    sentence = f"the documentation {verb} formula" + (f", {' and '.join(said)}" if said else "")
    return Told("formula", "docs", sentence, found.before, found.after, (*found.gained, *found.lost))


def _way(portrait: Portrait) -> str:
    """What `__call__` is, and what it leads to before `forward`."""
    inner = [short_method(name) for name in portrait.way_in[1:] if name.rpartition(".")[0] == portrait.way_in[0].rpartition(".")[0]]
    return (portrait.call or "not there") + "".join(f", which calls {name}" for name in inner)


def short_method(name: str) -> str:
    """Module._call_impl for torch.nn.modules.module.Module._call_impl."""
    return ".".join(name.split(".")[-2:])


def _pairs(old: tuple[Piece, ...], new: tuple[Piece, ...]) -> Iterator[tuple[Piece, Piece]]:
    """Definitions of the same name in both; one that moved to another module keeps its name."""
    before = {one.name.rpartition(".")[2]: one for one in old}
    for piece in new:
        found = before.get(piece.name.rpartition(".")[2])
        if found is not None:
            yield found, piece


def _constructor(portrait: Portrait) -> tuple[written.Given, ...]:
    """The parameters of the first `__init__` in the class and what it derives from."""
    for piece in (portrait.own, *portrait.bases):
        found = written.body(piece)
        if found is not None and "__init__" in found.methods:
            return found.methods["__init__"].given
    return tuple(written.Given(one.name, one.default, "", one.kind) for one in portrait.signature)


def _handed(portrait: Portrait) -> dict[str, tuple[str, ...]]:
    """Constructor argument -> what it is handed to below `forward`: functions that get it from the instance, and what they hand it to."""
    own = written.body(portrait.own)
    forward = own.methods.get("forward") if own is not None else None
    found: dict[str, list[str]] = {}
    functions = [one for one in map(written.function, portrait.functions) if one is not None]
    for one in (*([forward] if forward is not None else []), *functions):
        for call in ast.walk(one.node):
            if isinstance(call, ast.Call):
                for name, callee in _arguments(call, {each.name for each in portrait.signature}):
                    if callee not in found.setdefault(name, []):
                        found[name].append(callee)
    return {name: tuple(callees) for name, callees in found.items()}


def _arguments(call: ast.Call, names: set[str]) -> Iterator[tuple[str, str]]:
    """(argument, callee) of a call that passes an argument of the constructor on."""
    callee = dotted(call.func)
    if not callee or "torch_function" in callee:
        return
    for value in (*call.args, *(keyword.value for keyword in call.keywords)):
        name = dotted(value).removeprefix("self.")
        if name in names:
            yield name, callee


def _names(text: str) -> list[str]:
    """The strings in the text of a list or tuple."""
    try:
        return [str(one) for one in ast.literal_eval(text)] if text else []
    except (ValueError, SyntaxError):
        return [text]
