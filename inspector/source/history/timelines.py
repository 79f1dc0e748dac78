"""The portraits of one subject in all releases, in order -> its Timeline.

In: releases with their portraits, the oldest first. Out: a Timeline; runs of releases in which nothing changed are one Stretch of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from inspector.changes import FORMAT_VERSION, Change, Form, ReadRelease, Stretch, Timeline, Unread
from inspector.source.history import written
from inspector.source.history.comparing import compare, signature_text
from inspector.source.history.portrait import Portrait

LARGEST = 30_000
"""Letters of a form. Of a longer class only what calling and making an instance pass through is kept."""


class Seen(NamedTuple):
    """One release, and what it has of the subject."""

    release: ReadRelease
    portrait: Portrait | None


def timeline(subject: str, seen: Sequence[Seen], unread: Iterable[Unread] = ()) -> Timeline:
    """The Timeline of a subject; `seen` holds every release that could be read, the oldest first."""
    changes = _changes(seen)
    present = [one for one in seen if one.portrait is not None]
    last = present[-1].portrait if present else None
    gone = seen[len(seen) - 1] if seen and seen[-1].portrait is None else None
    removed = next((one.release for one in reversed(changes) if one.kind == "removed"), "") if gone is not None else ""
    refused = tuple(
        Unread(one.release.version, f"not resolved: {call}") for one in present if not one.release.same_as
        for call in (one.portrait.unresolved if one.portrait is not None else ())
    )  # fmt: skip
    return Timeline(
        FORMAT_VERSION, last.subject if last else subject, last.public_name if last else "", last.kind if last else "class",
        present[0].release.version if present else "", bool(present) and present[0] is seen[0], removed,
        signature_text(present[0].portrait) if present and present[0].portrait is not None else "",
        tuple(one.release for one in seen), changes, _stretches(seen, changes), _forms(seen), (*unread, *refused),
    )  # fmt: skip


def _changes(seen: Sequence[Seen]) -> tuple[Change, ...]:
    found: list[Change] = []
    for one, other in pairwise(seen):
        if one.portrait != other.portrait:
            found += compare(one.portrait, other.portrait, one.release.version, other.release.version)
    return tuple(found)


def _stretches(seen: Sequence[Seen], changes: tuple[Change, ...]) -> tuple[Stretch, ...]:
    runs: list[list[Seen]] = []
    loud = {change.release for change in changes if not change.quiet}
    for one in seen:
        if not runs or one.release.version in loud:
            runs.append([])
        runs[-1].append(one)
    return tuple(_stretch(run, changes) for run in runs)


def _stretch(run: list[Seen], changes: tuple[Change, ...]) -> Stretch:
    names = tuple(one.release.version for one in run)
    loud = tuple(one for one in changes if one.release == names[0] and not one.quiet)
    quiet = tuple(one for one in changes if one.release in names and one.quiet)
    return Stretch(names, run[0].release.date, run[0].portrait is not None, loud, quiet)


def _forms(seen: Sequence[Seen]) -> tuple[Form, ...]:
    """Each distinct text and signature, which a base may give it; one that comes back after another stands there again."""
    runs: list[tuple[Portrait, list[str]]] = []
    for one in seen:
        if one.portrait is None:
            continue
        before = runs[-1][0] if runs else None
        if before and before.own.text == one.portrait.own.text and signature_text(before) == signature_text(one.portrait):
            runs[-1][1].append(one.release.version)
        else:
            runs.append((one.portrait, [one.release.version]))
    return tuple(_form(portrait, releases) for portrait, releases in runs)


def _form(portrait: Portrait, releases: list[str]) -> Form:
    own = portrait.own
    text = own.text if len(own.text) <= LARGEST else _cut(portrait)
    digest = hashlib.blake2b(own.text.encode(), digest_size=16).hexdigest()
    return Form(tuple(releases), own.file, own.line, text, digest, signature_text(portrait))


def _cut(portrait: Portrait) -> str:
    """Of a long class the methods that calling and making pass through, without what stands between them."""
    found = written.body(portrait.own)
    if found is None:
        return portrait.own.text[:LARGEST]
    head = portrait.own.text.split("\n", 1)[0]
    parts = [method.text for name, method in found.methods.items() if name in portrait.passed]
    return "\n\n    # …\n\n".join([head, *parts])
