"""Styled text for a terminal: spans, lines, wrapping, and the one place where escape codes are written.

In: spans of text with the name of a style and a link. Out: lines no wider than asked for, as text. It knows nothing of
reports. (Not rich: its console alone costs a quarter of the time that a whole report may take; see docs/terminal.md.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias
from unicodedata import combining, east_asian_width

from inspector.report import Record

# Basic colours only, and only those that read on a black and on a white ground; text says whatever a colour says.
STYLES = {
    "": "",
    "heading": "1",
    "chain": "1;35",
    "name": "1",
    "native": "35",
    "quiet": "2",
    "good": "32",
    "bad": "1;31",
    "struck": "9",
}

_PLAIN_LETTERS = str.maketrans({
    "│": "|", "┆": ":", "├": "|", "└": "`", "─": "-", "…": ".", "·": "-", "→": ">", "✓": "+", "✗": "x", "∂": "d", "−": "-", "Σ": "S",
    "≤": "<", "≥": ">", "∞": "inf", "×": "x", "’": "'", "“": '"', "”": '"',
})  # fmt: skip
NARROWEST_ASIDE = 20
WIDEST_ASIDE = 90
_CONTROL = {code: " " if chr(code).isspace() else "\N{REPLACEMENT CHARACTER}" for code in (*range(32), *range(127, 160))}
_WORDS = re.compile(r"\s+|\S+")


class Span(NamedTuple):
    """A piece of text in one style, linked where `link` is an address."""

    text: str
    style: str = ""
    link: str = ""


Line: TypeAlias = tuple[Span, ...]


class Look(Record, frozen=True):
    """How a terminal report is to look: all that is not in the report itself."""

    width: int = 80
    escapes: bool = False
    """Colours and links; without them the text says the same."""
    verbose: bool = False
    quiet: bool = False
    root: str = ""
    """The folder that holds `torch/` on this machine, for links to the file itself; "" where there is none."""
    ascii_only: bool = False
    """For an output whose encoding has no box-drawing letters."""


def cells(text: str) -> int:
    """How many columns the text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def line_cells(line: Line) -> int:
    """How many columns the line takes."""
    return sum(cells(span.text) for span in line)


def fit(text: str, width: int) -> str:
    """The text in at most `width` columns, its middle replaced by "…" where it is longer (both ends of a name matter)."""
    if cells(text) <= width:
        return text
    if width < 2:
        return "…"[:width]
    tail = (width - 1) // 2
    head = width - 1 - tail
    while cells(text[:head]) + cells(text[len(text) - tail :]) + 1 > width:
        head, tail = (head - 1, tail) if head >= tail else (head, tail - 1)
    return text[:head].rstrip() + "…" + text[len(text) - tail :].lstrip()


def pad(line: Line, width: int) -> Line:
    """The line with spaces up to `width` columns."""
    missing = width - line_cells(line)
    return (*line, Span(" " * missing)) if missing > 0 else line


def clip(line: Line, width: int) -> Line:
    """The line in at most `width` columns, its last span shortened where it is longer."""
    used: list[Span] = []
    for span in line:
        room = width - line_cells(tuple(used))
        if cells(span.text) > room:
            return (*used, span._replace(text=fit(span.text, room)))
        used.append(span)
    return line


def aside(left: Line, spans: Iterable[Span], width: int, column: int) -> Iterator[Line]:
    """The line with text beside it from `column` on; below it where that would leave fewer than NARROWEST_ASIDE columns."""
    if width - column >= NARROWEST_ASIDE:
        yield from wrap(spans, min(width, column + WIDEST_ASIDE), pad(left, column), (Span(" " * column),))
    else:
        yield clip(left, width)
        yield from wrap(spans, width, (Span(" " * 6),), (Span(" " * 6),))


def wrap(spans: Iterable[Span], width: int, first: Line = (), rest: Line = ()) -> Iterator[Line]:
    """Lines of at most `width` columns, broken between words; the first begins with `first`, the others with `rest`."""
    lead, line, used, gap = first, list[Span](), line_cells(first), list[Span]()
    for word in _words(spans, max(1, width - max(line_cells(first), line_cells(rest)))):
        if word[0].text == " ":
            gap = word
            continue
        size, space = line_cells(tuple(word)), 1 if gap and line else 0
        if line and used + space + size > width:
            yield (*lead, *line)
            lead, line, used, space, gap = rest, [], line_cells(rest), 0, []
        line += [*(gap if line else ()), *word]
        used += space + size
        gap = []
    if line or (lead is first and any(span.text.strip() for span in first)):
        yield (*lead, *line)


def _words(spans: Iterable[Span], width: int) -> Iterator[list[Span]]:
    """Words, which may go through several spans, and the spaces between them; a word longer than a line is cut."""
    word: list[Span] = []
    for piece in _pieces(spans, width):
        if word and (piece.text == " " or line_cells((*word, piece)) > width):
            yield word
            word = []
        if piece.text == " ":
            yield [piece]
        else:
            word.append(piece)
    if word:
        yield word


def _pieces(spans: Iterable[Span], width: int) -> Iterator[Span]:
    """The spans cut at every space, and where a word is longer than a line, since nothing may stand outside the width."""
    for span in spans:
        for word in _WORDS.findall(span.text):
            if word.isspace():
                yield span._replace(text=" ")
                continue
            while cells(word) > width:
                size = _letters_within(word, width)
                yield span._replace(text=word[:size])
                word = word[size:]
            yield span._replace(text=word)


def _letters_within(word: str, width: int) -> int:
    """How many letters fit in `width` columns, one at least."""
    size = min(len(word), width)
    while size > 1 and cells(word[:size]) > width:
        size -= 1
    return size


def paint(lines: Iterable[Line], look: Look) -> str:
    """The lines as text that ends with a line break; escape codes only where `look` asks for them."""
    return "".join(_painted(line, look) + "\n" for line in lines)


def _painted(line: Line, look: Look) -> str:
    if not look.escapes:
        return "".join(_plain(span.text, look) for span in line).rstrip()
    line = _without_trailing_space(line)
    return "".join(_escaped(span, look) for span in _joined(line))


def _without_trailing_space(line: Line) -> Line:
    while line and not line[-1].text.strip():
        line = line[:-1]
    return line


def _joined(line: Line) -> Iterator[Span]:
    """Neighbours in the same style as one span: fewer escape codes, and one link instead of one a word."""
    held: Span | None = None
    for span in line:
        if held and span[1:] == held[1:]:
            held = held._replace(text=held.text + span.text)
        else:
            if held:
                yield held
            held = span
    if held:
        yield held


def _plain(text: str, look: Look) -> str:
    """The text without control characters: a saved report may come from anyone, and must not steer the terminal."""
    text = text.translate(_CONTROL)
    if look.ascii_only:
        return text.translate(_PLAIN_LETTERS).encode("ascii", "replace").decode()
    return text


def _escaped(span: Span, look: Look) -> str:
    text, code = _plain(span.text, look), STYLES[span.style]
    if code:
        text = f"\x1b[{code}m{text}\x1b[0m"
    if span.link:
        text = f"\x1b]8;;{_plain(span.link, look)}\x1b\\{text}\x1b]8;;\x1b\\"
    return text
