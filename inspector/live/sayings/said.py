"""A docstring with its place in the sources -> its sections, arguments and formulas, each with the line it stands on.

In: text. Out: Parts of it. A docstring is data: nothing in it is run here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

HEADING = re.compile(
    r"^ *(?:Args|Arguments|Shape|Examples?|Notes?|References?|Returns?|Attributes|where|\.\. \w[\w-]*):{1,2}[^\n]*$", re.MULTILINE
)
_ENTRY = re.compile(r"^( *)(\w+) \(((?:[^()\n]|\([^()\n]*\))*)\): *(.*?)(?=^\1\w+ \(|^ *[A-Z]\w+:{1,2}\s*$|\Z)", re.MULTILINE | re.DOTALL)
_ITEM = re.compile(r"^( *)- (\w+): *(.*?)(?=^\1- \w+:|\Z)", re.MULTILINE | re.DOTALL)
_MATH = re.compile(r"^( *)\.\. math::[ \t]*\n((?:[ \t]*\n|\1[ \t]+[^\n]*\n?)+)", re.MULTILINE)
_INLINE = re.compile(r":math:`([^`]*)`")


class Part(NamedTuple):
    """A piece of a docstring."""

    text: str
    at: int
    """Where it begins in the whole."""


class Entry(NamedTuple):
    """What is said of one argument, or of one input in the section on shapes."""

    name: str
    kind: str
    """What stands in brackets after the name; "" for none."""
    part: Part
    """What follows the colon."""
    begins: int
    """Where the name stands in the whole."""


class Said(NamedTuple):
    """The docstring of a class, and where it begins."""

    text: str
    file: str
    line: int

    def at(self, offset: int) -> str:
        """file:line of a place in the text."""
        return f"{self.file}:{self.line + self.text.count(chr(10), 0, max(0, offset))}"

    def place(self, words: str) -> str:
        """file:line of the first of some words."""
        return self.at(self.text.find(words))

    def body(self) -> Part:
        """What is said before the arguments."""
        found = re.search(r"^ *(?:Args|Arguments|Shape):{1,2}\s*$", self.text, re.MULTILINE)
        return Part(self.text[: found.start()] if found else self.text, 0)

    def section(self, title: str) -> Part:
        """What stands under a heading, up to the next one that is indented no deeper; empty where there is none."""
        found = re.search(rf"^( *){title}:{{1,2}}\s*$", self.text, re.MULTILINE)
        if found is None:
            return Part("", len(self.text))
        end = re.compile(rf"^ {{0,{len(found[1])}}}(?:[A-Z]\w*:{{1,2}} *$|\.\. \w)", re.MULTILINE).search(self.text, found.end())
        return Part(self.text[found.end() : end.start() if end else len(self.text)], found.end())

    def arguments(self) -> list[Entry]:
        """What is said of each constructor argument."""
        part = self.section("(?:Args|Arguments)")
        return [_entry(part, match, match[2], match[3], 4) for match in _ENTRY.finditer(part.text)]

    def shapes(self) -> list[Entry]:
        """What is said of the shape of each input, and of the output."""
        part = self.section("Shape")
        return [_entry(part, match, match[2], "", 3) for match in _ITEM.finditer(part.text)]


def _entry(part: Part, match: re.Match[str], name: str, kind: str, group: int) -> Entry:
    begins = part.at + match.start(2)
    return Entry(name, kind, Part(match[group], part.at + match.start(group)), begins)


def displayed(part: Part) -> Iterator[Part]:
    """Every formula that stands on lines of its own."""
    for match in _MATH.finditer(part.text + "\n"):
        yield Part(match[2], part.at + match.start(2) + len(match[2]) - len(match[2].lstrip()))


def inline(part: Part) -> Iterator[Part]:
    """Every formula inside a sentence."""
    for match in _INLINE.finditer(part.text):
        yield Part(match[1], part.at + match.start())


def flat(text: str) -> str:
    """The words on one line."""
    return " ".join(text.split())


def brief(text: str, most: int = 90) -> str:
    """The first words of a text, on one line: enough to find it by, no more."""
    words = flat(text)
    return words if len(words) <= most else words[: most - 1].rsplit(" ", 1)[0] + " …"
