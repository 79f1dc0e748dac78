"""Two portraits of a class -> what changed in it, in what it derives from, and in what its `forward` reaches.

In: portraits of two releases. Out: Changes. One that follows from another (an argument that is passed on, an attribute that holds it) is
not told again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import msgspec

from inspector.changes import Change, Consequence, Place
from inspector.source.history import bodies, parameters, spelling, written
from inspector.source.history.bodies import Edit, Explained
from inspector.source.history.canonical import dotted, renamed, same
from inspector.source.history.functions import Comparing
from inspector.source.history.parameters import Delta
from inspector.source.history.portrait import Piece, Portrait, short
from inspector.source.history.sentences import Told, code, listed
from inspector.source.history.written import Body, Written

MOST_HUNKS = 6
"""An edit in more places than these is told, whatever it is for."""
CONSTANTS = "__constants__"
"""What a class tells TorchScript of itself."""
_TYPES = ("TypeVar(", "NewType(", "Union[", "Optional[", "ParamSpec(")
"""How values begin that are types and nothing else."""


class Classes(Comparing):
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
        self.users: list[str] = []
        self._signature()
        self._calling()
        self._kept_on_instances()
        self.constants = [name for name in new.assigned if name not in old.assigned]
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
        self._attributes()
        self._documentation(old.doc, new.doc, new.place)
        self._weighed()
        self._finish()

    def _weighed(self) -> None:
        """Other arithmetic together with another documented formula is another value, not the same one written otherwise."""
        if any(one.kind == "formula" for one in self.changes):
            self.changes = [
                msgspec.structs.replace(one, consequence="breaking") if one.kind == "arithmetic" else one for one in self.changes
            ]

    # -- how it is made ----------------------------------------------------------------------------------------------------

    def _signature(self) -> None:
        for told in parameters.told(self._with_receivers()):
            also = [each.name for each in self.new.functions if self._same_delta(each, told)]
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

    def _with_receivers(self) -> Iterator[Delta]:
        """The changes of the constructor; of an argument that is new, also what it is handed to below `forward`."""
        handed = _handed(self.new) if any(delta.kind == "argument added" for delta in self.deltas) else {}
        for delta in self.deltas:
            receivers = handed.get(delta.name, ()) if delta.kind == "argument added" else ()
            yield delta._replace(sentence=f"{delta.sentence}, passed on to {listed(receivers)}") if receivers else delta

    def _same_delta(self, piece: Piece, told: Told) -> bool:
        """Whether a function that `forward` reaches changed in the same way."""
        before = next((one for one in self.old.functions if one.name == piece.name), None)
        one, other = written.function(before) if before is not None else None, written.function(piece)
        if one is None or other is None:
            return False
        return any(each.kind == told.kind and each.name in told.names for each in parameters.compare(one.given, other.given))

    def _calling(self) -> None:
        if (self.old.call, self.old.way_in) != (self.new.call, self.new.way_in):
            owner = next((name.rpartition(".")[0] for name in self.new.way_in), self.new.subject)
            before, after = _way(self.old), _way(self.new)
            self._add(Told("calling", "path", f"`__call__` is {after}; it was {before}", before, after, self.new.way_in), owner, "__call__")
        before, after = [[short(name) for name in each.mro[1:] if name != "object"] for each in (self.old, self.new)]  # type: ignore[assignment]
        if before != after:
            said = f"derives from {listed(after, 9)}; before, from {listed(before, 9)}"
            self._add(Told("bases", "inside", said, ", ".join(before), ", ".join(after)))

    def _kept_on_instances(self) -> None:
        """Which attributes came and went. They are told at the end, with the methods that only changed for them."""
        own = len(self.new.mro) == 1
        before, after = ([one.name for one in each.attributes if own or not one.container] for each in (self.old, self.new))
        self.gained = [name for name in after if name not in before]
        self.lost = [name for name in before if name not in after]

    def _attributes(self) -> None:
        gained = [name for name in self.gained if name not in self.known]
        lost = [name for name in self.lost if name not in self.known]
        users = list(dict.fromkeys(name for name in self.users if name != "__init__"))
        if gained or lost:
            said = [f"an instance holds {code(gained)} too"] if gained else []
            said += [f"{'and ' if gained else 'an instance '}no longer {'' if gained else 'holds '}{code(lost)}"] if lost else []
            used = f", for {code(users)}" if gained and users else ""
            told = Told("attributes", "inside", " ".join(said) + used, ", ".join(lost), ", ".join(gained), (*gained, *lost))
            self._add(told, member="__init__")

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
            self._add(
                Told(
                    "body",
                    "inside",
                    f"inner changes in {code(sorted(inner, key=lambda name: name.startswith('_')), 5)}",
                    names=tuple(inner),
                )
            )
        self._methods(subject, old, new)
        self._assigned(subject, old, new, base)
        for kind in spelling.of_classes(old, new):
            self.spelled.setdefault(kind, []).append(short(base) if base else "")

    def _is_far(self, base: str, name: str) -> bool:
        """Whether neither calling nor making an instance passes through a method of the class that owns `__call__` itself."""
        return not base and len(self.new.mro) == 1 and name not in {*self.old.passed, *self.new.passed}

    @staticmethod
    def _changed_inside(old: Written, new: Written) -> bool:
        return old.text != new.text and not same(renamed(old.node, parameters.renamed(old.given, new.given)), new.node)

    def _far_signature(self, subject: str, old: Written, new: Written, name: str) -> None:
        if name.startswith("_"):
            return
        for told in parameters.told(self._weighed_argument(one, old, new) for one in parameters.compare(old.given, new.given)):
            self._add(told, subject, name, (old.place, new.place))

    def _follows(self, edit: Edit, explained: Explained, member: str) -> bool:
        """Whether lines only changed for an attribute that is new, or for a constant of the class."""
        before = bodies.names_used(line for hunk in edit.hunks for line in hunk.before)
        used = bodies.names_used(line for hunk in edit.hunks for line in hunk.after) - before
        new = {*self.gained, *self.constants}
        if not used & new or not used <= new | explained.added or len(edit.hunks) > MOST_HUNKS:
            return False
        if any(not name.startswith(tuple(f"self.{one}." for one in new)) for name in edit.gained) or edit.lost:
            return False
        self.users.append(member)
        return True

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

    def _assigned(self, subject: str, old: Body, new: Body, base: str) -> None:
        for name, (text, place) in new.assigned.items():
            was, before = old.assigned.get(name, ("", old.place))
            if was == text or name in new.methods or name in old.methods or name in ("__call__", "__slots__", "_version"):
                continue
            if text.startswith(_TYPES):
                self.spelled.setdefault("annotations", []).append(short(base) if base else "")
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
    """Constructor argument -> what `forward` hands it to, and what those functions hand it to."""
    own = written.body(portrait.own)
    forward = own.methods.get("forward") if own is not None else None
    names = {each.name for each in portrait.signature}
    found: dict[str, list[str]] = {}
    waiting = [(forward.node, names)] if forward is not None else []
    for node, passed in waiting:  # grows while it is walked
        for call in ast.walk(node):
            for name, callee in _arguments(call, passed) if isinstance(call, ast.Call) else ():
                if callee not in found.setdefault(name, []):
                    found[name].append(callee)
                    inner = next((one for one in portrait.functions if one.name.rpartition(".")[2] == callee.rpartition(".")[2]), None)
                    below = written.function(inner) if inner is not None else None
                    waiting += [(below.node, {name})] if below is not None else []
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
