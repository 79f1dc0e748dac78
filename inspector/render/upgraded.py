"""What an upgrade of torch means for some code -> lines for a terminal: each place with the changes it meets, what was read, what was not.

In: an Upgrade. Out: text. It judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from inspector.affected import Touch, Upgrade
from inspector.changes import meanings
from inspector.render.ink import Line, Look, Span, paint, wrap

WIDEST = 110
_SIGNS = {"change": ("✗", "bad"), "look": ("?", "name"), "nothing": ("·", "quiet")}


def upgraded(found: Upgrade, look: Look) -> str:
    """Every place that needs a change or a look; with -v, what changed only inside too."""
    return paint(_lines(found, look), look)


def _lines(found: Upgrade, look: Look) -> Iterator[Line]:
    yield from _head(found, look)
    shown = [touch for touch in found.touches if look.verbose or touch.need != "nothing"]
    for (file, cell, line), touches in groupby(shown, key=lambda touch: (touch.use.file, touch.use.cell, touch.use.line)):
        yield ()
        yield from _place(f"{_in_cell(file, cell)}:{line}", list(touches), look)
    hidden = len(found.touches) - len(shown)
    if hidden and not look.quiet:
        yield ()
        yield from _text(f"{hidden} more {'change is' if hidden == 1 else 'changes are'} only inside: -v", look, "quiet")
    for skipped in found.skipped:
        yield from _text(f"not read: {_in_cell(skipped.file, skipped.cell)}: {skipped.reason}", look, "bad")
    for unread in found.unread:
        yield from _text(f"not compared: {unread.version}: {unread.reason}", look, "bad")


def _head(found: Upgrade, look: Look) -> Iterator[Line]:
    yield from wrap([Span(f"torch {found.old} to {found.new}", "heading")], _width(look), (), ())
    for said in meanings(found.asked, (found.old, found.new)):
        yield from _text(said, look, "quiet")
    needs = found.needed()
    changes, looks = (
        {(touch.use.file, touch.use.cell, touch.use.line) for touch in needs if touch.need == need} for need in ("change", "look")
    )
    uses = _count(len(found.uses), "use of a loss or of Module", "uses of losses and of Module")
    said = f"{uses} in {_count(found.files, 'file', 'files')}"
    if not found.files:
        yield from _text("no file of Python code was read", look, "bad")
        return
    if not needs:
        rest = f" in what was read; {_unread(found)} could not be" if found.skipped else ""
        yield from _text(f"{said}: nothing needs a change{rest}", look, "" if rest else "good")
        return
    parts = [_count(len(changes), "place needs a change", "places need a change") if changes else ""]
    parts.append(_count(len(looks - changes), "place needs a look", "places need a look") if looks - changes else "")
    yield from _text(f"{said}: {', '.join(part for part in parts if part)}", look)


def _place(where: str, touches: list[Touch], look: Look) -> Iterator[Line]:
    yield from wrap([Span(where, "name"), Span("  "), Span(touches[0].use.text)], _width(look), (), (Span("    "),))
    for text, group in groupby(touches, key=lambda touch: touch.use.text):
        if text != touches[0].use.text:
            yield from wrap([Span(text)], _width(look), (Span("  "),), (Span("    "),))
        for touch in group:
            sign, style = _SIGNS[touch.need]
            words = [Span(touch.change.headline)]
            if not look.quiet:
                words += [Span(" · ", "quiet"), Span(touch.because, "quiet")]
            yield from wrap(words, _width(look), (Span("  "), Span(sign, style), Span(" ")), (Span("    "),))
            if look.verbose:
                place = touch.change.place_after
                yield from _text(f"torch {touch.change.release}: {place.file}:{place.line}" if place.file else "", look, "quiet", "    ")


def _in_cell(file: str, cell: int) -> str:
    return f"{file}:cell {cell}" if cell else file


def _unread(found: Upgrade) -> str:
    cells = sum(1 for one in found.skipped if one.cell)
    files = len(found.skipped) - cells
    said = (_count(files, "file", "files") if files else "", _count(cells, "cell", "cells") if cells else "")
    return " and ".join(part for part in said if part)


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _text(text: str, look: Look, style: str = "", indent: str = "  ") -> Iterator[Line]:
    if text:
        yield from wrap([Span(text, style)], _width(look), (Span(indent),), (Span(indent + "  "),))


def _width(look: Look) -> int:
    return min(look.width, WIDEST)
