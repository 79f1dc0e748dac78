"""In which releases a text stands -> lines for a terminal: from which to which, where in the first and in the last, and what was searched.

In: a Dating. Out: text. It searches nothing.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from inspector.dated import Dating, Near, Searched, Sighting, Stretch
from inspector.render.ink import Line, Look, Span, paint, wrap

WIDEST = 100
LEFT = 10
SHOWN = 3
"""Places of one release that are shown where nothing asks for all."""


def dated(dating: Dating, look: Look) -> str:
    """Where and when the text stands, or the nearest there is."""
    return paint(_lines(dating, look), look)


def _lines(dating: Dating, look: Look) -> Iterator[Line]:
    yield from _quote(dating.text, look)
    if dating.first is None or dating.last is None:
        yield from _fact("in", "none of the releases that were searched", look, "bad")
        yield from _nearest(dating, dating.near, look) if dating.near else _fact("nearest", "no line is near", look)
    else:
        count, whole = sum(each.releases for each in dating.stretches), len(dating.searched.releases)
        words = ", ".join(_stretch(each) for each in dating.stretches)
        yield from _fact("in", f"{words}: {count} of {whole} releases", look, "name")
        yield from _sighting("first", dating.first, look)
        newest = dating.last.version == dating.searched.releases[-1]
        yield from _sighting("last", dating.last, look, "the newest: it is still there" if newest else "")
    if not look.quiet:
        yield from _fact("searched", _searched(dating.searched), look, "quiet")
        yield from _unread(dating, look)


def _quote(text: str, look: Look) -> Iterator[Line]:
    lines = [line.rstrip() for line in textwrap.dedent(text).strip("\n").splitlines()]
    for number, line in enumerate(lines):
        before, after = "“" if number == 0 else " ", "”" if number == len(lines) - 1 else ""
        yield from wrap([Span(before + line.expandtabs(4) + after, "heading")], min(look.width, WIDEST), (), (Span("  "),))


def _stretch(each: Stretch) -> str:
    return each.first if each.first == each.last else f"{each.first} to {each.last}"


def _sighting(title: str, sighting: Sighting, look: Look, more: str = "") -> Iterator[Line]:
    day = f" ({sighting.date})" if sighting.date else ""
    places = [f"{place.file}:{place.line}" for place in sighting.places]
    shown = places if look.verbose else places[:SHOWN]
    left = f" and {len(places) - len(shown)} more places (-v)" if len(places) > len(shown) else ""
    yield from _fact(title, f"{sighting.version}{day}: {', '.join(shown)}{left}{'; ' + more if more else ''}", look)


def _nearest(dating: Dating, near: Near, look: Look) -> Iterator[Line]:
    if near.wanted != dating.text.strip():
        yield from _fact("looked for", near.wanted, look)
    yield from _fact("nearest", near.text, look)
    yield from _fact("", f"{near.version}: {near.place.file}:{near.place.line}, {near.likeness:.0%} alike", look, "quiet")


def _searched(searched: Searched) -> str:
    if not searched.releases:
        return "nothing"
    folders = ", ".join(searched.folders)
    files = f"{searched.files} files in the newest, {searched.texts:,} different texts in all, {searched.size / 1e6:.0f} MB"
    return f"{len(searched.releases)} releases, {searched.releases[0]} to {searched.releases[-1]}: Python files in {folders} ({files})"


def _unread(dating: Dating, look: Look) -> Iterator[Line]:
    reasons = sorted({each.reason for each in dating.unread})
    for reason in reasons:
        versions = [each.version for each in dating.unread if each.reason == reason]
        named = (
            ", ".join(versions) if look.verbose or len(versions) <= SHOWN else f"{versions[0]} to {versions[-1]}, {len(versions)} releases"
        )
        yield from _fact("not read", f"{named}: {reason}", look, "bad")


def _fact(title: str, text: str, look: Look, style: str = "") -> Iterator[Line]:
    first = (Span("  "), Span(title.ljust(LEFT), "quiet"))
    yield from wrap([Span(text, style)], min(look.width, WIDEST), first, (Span(" " * (LEFT + 2)),))
