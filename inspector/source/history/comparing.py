"""Two portraits of one subject -> every change between them, each told once, with what it means for a user.

In: the Portrait in the release before and in the release after; None where the subject is not there. Out: Changes, the gravest first, those
of spelling marked quiet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from inspector.changes import Change, Place, in_order
from inspector.source.history import written
from inspector.source.history.classes import Classes
from inspector.source.history.functions import Comparing
from inspector.source.history.portrait import Portrait


def compare(old: Portrait | None, new: Portrait | None, previous: str, release: str) -> tuple[Change, ...]:
    """Every change from one portrait to another."""
    if old is None or new is None:
        return tuple(_came_or_went(old, new, previous, release))
    comparing = (
        Classes(old, new, previous, release) if new.kind == "class" and old.kind == "class" else Comparing(old, new, previous, release)
    )
    comparing.run()
    return in_order(tuple(comparing.changes))


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
        return f"{name}({_arguments((one.kind, one.name, one.default) for one in found.given)})" if found is not None else name
    return f"{name}({_arguments((one.kind, one.name, one.default) for one in portrait.signature)})"


def _arguments(given: Iterable[tuple[str, str, str | None]]) -> str:
    """Arguments (kind, name, default) as they are written, with the star before those that are given by name only."""
    stars = {"star": "*", "double_star": "**"}
    parts: list[str] = []
    starred = False
    for kind, name, default in given:
        if kind == "keyword" and not starred:
            parts.append("*")
        starred = starred or kind in ("star", "keyword")
        parts.append(stars.get(kind, "") + name + (f"={default}" if default is not None else ""))
    return ", ".join(parts)
