"""Sentences on ranges -> intervals and lists of values: "between 0 and 1", "in the range [0, C-1]", "must be positive", "1 or -1".

In: a part of a docstring. Out: Stated ranges with the place of the words. Bounds may be symbols; nothing is looked up here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from inspector.live.sayings.said import Part

_NUMBER = r"-?\d+(?:\.\d+)?"
_BOUND = rf"(?:{_NUMBER}|\w+(?:\.size\(\d\))?(?:\s*-\s*1)?)"
_INTERVAL = re.compile(
    rf"(?:in the range|between|in|values? (?:in|between))\s+(?P<l>[\[(])(?P<low>{_BOUND}),\s*(?P<high>{_BOUND})(?P<r>[\])])"
    rf"|(?:numbers? )?(?:between|from)\s+(?P<low2>{_NUMBER})\s+(?:and|to)\s+(?P<high2>{_NUMBER})"
    rf"|(?P<low3>{_NUMBER})\s*<=\s*(?P<of>\w+)(?:\[\w+\])?\s*<=\s*(?P<high3>{_BOUND})"
)
_CHOICES = re.compile(
    rf"(?:containing|with values)\s+(?P<a>{_NUMBER}) or (?P<b>{_NUMBER})"
    rf"|(?P<c>{_NUMBER}) and (?P<d>{_NUMBER})\s+are the only supported values"
    rf"|(?P<of>\w+)\[\w+\] in \{{(?P<e>{_NUMBER}), (?P<f>{_NUMBER})\}}"
)
_SIGN = re.compile(
    r"(?:value )?must be (?P<sign>positive|non-?negative)\b|(?P<of2>\w+) with a value greater than (?P<above>-?\d+)"
    r"|\ban? (?P<sign3>positive|non-?negative) (?P<of3>\w+)\b|tensor of (?P<sign4>positive|non-?negative) \w+ (?P<of4>\w+)",
    re.IGNORECASE,
)
_LATEX = (
    (r"\\leq?\b|≤", "<="),
    (r"\\in\b", "in"),
    (r"\\left|\\right|\\;|\\,", ""),
    (r"\\\{", "{"),
    (r"\\\}", "}"),
    (r"\\(?:text|texttt|mathrm)\{([^{}]*)\}", r"\1"),
    (r"\\_", "_"),
    (r":math:`([^`]*)`|:attr:`([^`]*)`", r"\1\2"),
    (r"``([^`]*)``", r"\1"),
)


class Range(NamedTuple):
    """A set of numbers that is stated."""

    words: str
    at: int
    of: str
    """The word it is said of; "" where the place says it."""
    low: str = ""
    high: str = ""
    low_open: bool = False
    high_open: bool = False
    choices: tuple[float, ...] = ()


def ranges(part: Part) -> Iterator[Range]:
    """Every range that is stated, with the place where its words begin."""
    text, places = _plain(part.text)

    def begins(match: re.Match[str]) -> int:
        return part.at + places[match.start()]

    for match in _INTERVAL.finditer(text):
        low = match["low"] or match["low2"] or match["low3"]
        high = match["high"] or match["high2"] or match["high3"]
        yield Range(match[0], begins(match), match["of"] or "", low, high, match["l"] == "(", match["r"] == ")")
    for match in _CHOICES.finditer(text):
        numbers = tuple(float(match[name]) for name in "abcdef" if match[name])
        yield Range(match[0], begins(match), match["of"] or "", choices=numbers)
    for match in _SIGN.finditer(text):
        sign = (match["sign"] or match["sign3"] or match["sign4"] or "").lower()
        of = match["of2"] or match["of3"] or match["of4"] or ""
        yield Range(match[0], begins(match), of, match["above"] or "0", low_open=sign == "positive" or bool(match["above"]))


def _plain(text: str) -> tuple[str, list[int]]:
    """The text without markup on one line, and for each character where it stood."""
    letters, places = text, list(range(len(text)))
    for pattern, into in (*_LATEX, (r"\s+", " ")):
        letters, places = _replaced(letters, places, pattern, into)
    return letters, [*places, len(text)]


def _replaced(text: str, places: list[int], pattern: str, into: str) -> tuple[str, list[int]]:
    made: list[str] = []
    kept: list[int] = []
    at = 0
    for match in re.finditer(pattern, text):
        new = match.expand(into)
        made += [text[at : match.start()], new]
        kept += places[at : match.start()] + [places[match.start()]] * len(new)
        at = match.end()
    return "".join([*made, text[at:]]), kept + places[at:]
