"""The text of an error -> the messages of torch it may be: by its words, whatever numbers and shapes stand in it.

In: what a person pasted, a traceback too, and the known messages. Out: matches with their scores. Pure; loads nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from inspector.report import Message

KNOWN = 0.75
"""A text is a known message where it shares at least this much of what sets the message apart."""
NEAREST = 3
_WORD = re.compile(r"[a-z_']+")
_NUMBER = re.compile(r"[-+]?\d[\d.]*(e[-+]?\d+)?")
_SHAPE = re.compile(r"(torch\.size\()?\[[#,\s]*\]\)?")
_ERROR = re.compile(r"^\s*(?:[\w.]+\.)?([A-Z]\w*(?:Error|Exception|Warning|Interrupt))\s*:\s*(.*)$")
_PYTHON_WARNING = re.compile(r"^.*?\.py:\d+:\s+(\w*Warning):\s*(.*)$")


class Match(NamedTuple):
    """One message, and how alike the text is: 1 for the same words."""

    message: Message
    score: float


class Found(NamedTuple):
    """What a text may be: known messages, or only the nearest ones."""

    asked: str
    known: bool
    matches: tuple[Match, ...]


def look_up(text: str, messages: Sequence[Message]) -> Found:
    """The messages that a text is, the likest first; where it is none of them, the three nearest."""
    asked = message_in(text)
    weights = _weights(messages)
    wanted = words(asked)
    scored = sorted((Match(each, _alike(wanted, words(each.text), weights)) for each in messages), key=_order)
    known = [match for match in scored if match.score >= KNOWN]
    if known:
        return Found(asked, True, tuple(match for match in known if match.score >= known[0].score - 0.1))
    return Found(asked, False, tuple(_distinct(scored))[:NEAREST])


def message_in(text: str) -> str:
    """The message of a pasted text: after the last "SomethingError:" of a traceback, else the whole of it."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    for place in range(len(lines) - 1, -1, -1):
        found = _ERROR.match(lines[place]) or _PYTHON_WARNING.match(lines[place])
        if found:
            return "\n".join([found[2], *lines[place + 1 :]]).strip()
    return text.strip()


def words(text: str) -> Counter[str]:
    """The words of a message; numbers and shapes are not words."""
    plain = _SHAPE.sub(" ", _NUMBER.sub("#", text.lower()))
    return Counter(word.strip("'_") for word in _WORD.findall(plain) if word.strip("'_"))


def _weights(messages: Sequence[Message]) -> dict[str, float]:
    """A word that few messages have says more than one that most have."""
    texts = {message.text for message in messages}
    seen = Counter(word for text in texts for word in set(words(text)))
    return {word: math.log(1 + len(texts) / count) for word, count in seen.items()}


def _alike(wanted: Counter[str], have: Counter[str], weights: dict[str, float]) -> float:
    """The share of what is asked that a message has; a message of many more words than were asked is a little less like it."""
    unknown = max(weights.values(), default=1.0)
    asked = sum(weights.get(word, unknown) for word in wanted)
    if not asked:
        return 0.0
    shared = sum(weights.get(word, unknown) for word in wanted if word in have)
    whole = sum(weights.get(word, unknown) for word in have)
    return shared / asked * (0.85 + 0.15 * shared / whole if whole else 0.0)


def _order(match: Match) -> tuple[float, str, str]:
    return -match.score, match.message.text, match.message.subject


def _distinct(matches: Iterable[Match]) -> list[Match]:
    """Each text once."""
    return list({match.message.text: match for match in reversed(list(matches))}.values())[::-1]
