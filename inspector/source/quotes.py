"""A quoted piece of source -> where it stands in a text, however the quote is wrapped, indented or typeset.

In: the quote, and the bytes of a source. Out: lines. White space between two signs does not matter, nor do typographic quotation marks;
a line of dots alone stands for lines that were left out. Nothing is parsed.
"""

from __future__ import annotations

import difflib
import heapq
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from inspector.errors import InspectError

_TYPESET = {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "\xa0": " ", "\u200b": "", "−": "-", "–": "-"}
_MARKS = re.compile(r"[\"']")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_LEFT_OUT = re.compile(r"^[ \t]*(?:#[ \t]*)?(?:\.{3}|…)[ \t]*$", re.MULTILINE)
_PROMPT = re.compile(r"^[ \t]*(?:>>>|\.\.\.)[ \t]+", re.MULTILINE)
SHORTEST = 3
"""Signs that a quote has at least: fewer stand everywhere."""
ALIKE = 0.6
"""How like a line must be to be worth naming."""
_CANDIDATES = 300


class Quote(NamedTuple):
    """A text that is looked for."""

    text: str
    words: tuple[bytes, ...]
    """The words in it, the longest first: a source without them all cannot contain it."""
    pieces: tuple[re.Pattern[str], ...]
    """What has to follow each other, with anything between them."""

    def lines_in(self, data: bytes) -> tuple[int, ...]:
        """The lines on which it begins, counted from 1."""
        if not all(word in data for word in self.words):
            return ()
        source = data.decode("utf-8", errors="replace")
        return tuple(source.count("\n", 0, place) + 1 for place in self._places(source))

    def _places(self, source: str) -> Iterator[int]:
        first, *others = self.pieces
        for match in first.finditer(source):
            end: int | None = match.end()
            for piece in others:
                following = piece.search(source, end or 0)
                end = following.end() if following else None
                if end is None:
                    break
            if end is not None:
                yield match.start()


def understand(text: str) -> Quote:
    """What to look for; raises InspectError `usage` for a text with too few signs in it."""
    plain = _PROMPT.sub("", _typed(text))
    pieces = [tokens for piece in _LEFT_OUT.split(plain) if (tokens := _TOKEN.findall(piece))]
    words = {word for tokens in pieces for word in tokens if word[0].isalnum() or word[0] == "_"}
    if not words or sum(len(token) for tokens in pieces for token in tokens) < SHORTEST:
        raise InspectError("usage", "there is too little text to look for", todo="give a line of torch's source in quotes")
    by_length = sorted((word.encode() for word in words), key=lambda word: (-len(word), word))
    return Quote(text, tuple(by_length), tuple(re.compile(_pattern(tokens)) for tokens in pieces))


def _typed(text: str) -> str:
    """The text as it would be typed: a typographic mark may stand for either of the two that are typed, `_pattern` takes both."""
    return "".join(_TYPESET.get(letter, letter) for letter in text)


def _pattern(tokens: Iterable[str]) -> str:
    found, before = [], ""
    for token in tokens:
        if before:
            found.append(r"\s+" if _is_word(before) and _is_word(token) else r"\s*")
        found.append(_MARKS.sub("[\"']", token) if _MARKS.fullmatch(token) else re.escape(token))
        before = token
    return "".join(found)


def _is_word(token: str) -> bool:
    return token[0].isalnum() or token[0] == "_"


def lines_of(text: str) -> list[str]:
    """The lines of a quote that say something, as typed."""
    return [line.strip() for line in _PROMPT.sub("", _typed(text)).splitlines() if _TOKEN.search(line) and not _LEFT_OUT.fullmatch(line)]


def lines_with(word: bytes, data: bytes) -> Iterator[tuple[bytes, int]]:
    """(line, where it begins) for the lines of a source that contain a word."""
    place = data.find(word)
    while place >= 0:
        begin = data.rfind(b"\n", 0, place) + 1
        end = data.find(b"\n", place)
        end = len(data) if end < 0 else end
        yield data[begin:end].strip(), begin
        place = data.find(word, end)


def nearest(wanted: str, candidates: Iterable[str]) -> tuple[str, float] | None:
    """The candidate that begins most like a line, and how like it is; None where none is near."""
    matcher = difflib.SequenceMatcher(b=wanted, autojunk=False)
    tokens = set(_TOKEN.findall(wanted))
    best: tuple[str, float] | None = None
    for candidate in heapq.nlargest(_CANDIDATES, candidates, key=lambda each: _shared(tokens, each)):
        matcher.set_seq1(candidate[: len(wanted) + 1])
        likeness = matcher.ratio()
        if likeness > (best[1] if best else ALIKE):
            best = (candidate, likeness)
    return best


def _shared(tokens: set[str], line: str) -> tuple[float, str]:
    """How many of its signs and words a line has in common with others; the line itself decides between equals."""
    own = set(_TOKEN.findall(line))
    return len(tokens & own) / len(tokens | own), line
