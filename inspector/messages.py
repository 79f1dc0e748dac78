"""The text of an error -> the messages of torch it may be: by its words, whatever numbers, shapes and dtypes stand in it.

In: what a person pasted, a traceback too, and the known messages. Out: what is known of it, the likeliest causes first. Pure; loads
nothing.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from inspector.pasted import Frame, Pasted, read
from inspector.report import Cause, Message

KNOWN = 0.75
"""A text is a known message where it shares at least this much of what sets the message apart,"""
IN_ORDER = 0.5
"""and at least this share of its neighbouring words,"""
ENOUGH = 0.4
"""and has at least this share of the message's words, unless it has three of them."""
PART = 0.999
"""The score of a text that is a piece of a message."""
NEAREST = 3
NUMBER, DTYPE, DEVICE = "#", "$", "@"
_PLACES = re.compile(
    r"(?P<device>\b(?:cuda|cpu|meta|mps|xpu)(?::\d+)?\b)"
    r"|(?P<dtype>\bc10::\w+(?:<\w+>)?|\btorch\.(?:float|int|uint|bfloat|complex)\d+|\b(?:long|short|signed|unsigned) (?:int|char)\b"
    r"|\b(?:complex)?(?:float|double|half|bfloat|int|uint|complex)\d*\b|\b(?:long|short|byte|char|bool|bfloat16)\b)"
    r"|(?P<number>[-+]?(?<![a-z_])\d[\d.]*(?:e[-+]?\d+)?(?![a-z_]))",
    re.IGNORECASE,
)
_SHAPE = re.compile(r"(?:torch\.size\()?[\[(][#,\s]*[\])]\)?|\b[#x]+x#\b")
_METHODS = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
"""What stands in parentheses: losses name their inputs differently."""
_FIELD = re.compile(r"(?<=\))\.\w+\b(?!\()")
_CLASS = re.compile(r"\btorch\.nn\.\w+")
_MODULES = "torch/nn/modules/"
_WORD = re.compile(r"[a-z_']+|[#$@]")


class Match(NamedTuple):
    """One message, and how alike the text is: 1 for the same words."""

    message: Message
    score: float


class Reason(NamedTuple):
    """One cause that several losses may share, with its shapes in the numbers of what was pasted where they can be told."""

    cause: Cause
    losses: tuple[str, ...]
    fits: bool
    """True where the numbers and dtypes of the pasted text stand to each other as in the call that was run."""
    shapes: dict[str, tuple[int, ...]]


class Group(NamedTuple):
    """All losses that say the same thing."""

    text: str
    error: str
    reasons: tuple[Reason, ...]
    messages: tuple[Message, ...]
    beside: tuple[tuple[str, str], ...] = ()
    """Another device, and what the same wrong call says there."""


class Found(NamedTuple):
    """What a text may be: known messages, or only the nearest ones."""

    asked: str
    known: bool
    matches: tuple[Match, ...]
    groups: tuple[Group, ...] = ()
    elsewhere: str = ""
    """The function of torch, no loss, that a pasted traceback ends in; "" where it does not."""
    devices: tuple[str, ...] = ()
    """The devices whose messages are known."""
    other_device: str = ""
    """The device that the text names, where none of its messages are known."""


def look_up(text: str, messages: Sequence[Message]) -> Found:
    """The messages that a text is, the likest first; where it is none of them, the three nearest."""
    pasted = read(text)
    scored = _scored(pasted, messages)
    known = [match for match, is_known in scored if is_known]
    elsewhere = _elsewhere(pasted.frames, [match.message for match in known])
    if known and not elsewhere:
        near = [match for match in known if match.score >= known[0].score - (0 if known[0].score == 1 else 0.02)]
        return Found(pasted.message, True, tuple(near), tuple(_grouped(pasted.message, near, messages)))
    nearest = _distinct([match for match, _ in scored])[:NEAREST]
    devices = tuple(sorted({message.device for message in messages} - {""}))
    named = next((device for device in ("cuda", "mps", "xpu") if device in text.lower() and device not in devices), "")
    return Found(pasted.message, False, tuple(nearest), (), elsewhere, devices, named)


def general(messages: Sequence[Message]) -> str:
    """The file of a module of torch.nn that is none of the losses, where each of them was raised in it; "" for what a loss itself says.

    Whoever calls that module, a layer of a network too, gets the same.
    """
    files = {message.place.rpartition(":")[0] for message in messages}
    own = {message.subject.rpartition(".")[0].replace(".", "/") + ".py" for message in messages}
    return files.pop() if len(files) == 1 and all(file.startswith(_MODULES) for file in files) and not files & own else ""


def catalogue(messages: Sequence[Message]) -> list[Group]:
    """All messages, one group for each text, those that most losses say first."""
    return sorted(_grouped("", [Match(each, 1.0) for each in messages], messages), key=_spread)


def _spread(group: Group) -> tuple[int, str]:
    return -len({message.subject for message in group.messages}), group.text


@functools.lru_cache(maxsize=4096)
def skeleton(text: str) -> str:
    """A message without the numbers, dtypes and devices in it."""
    return " ".join(_PLACES.sub(lambda match: {"device": DEVICE, "dtype": DTYPE}.get(str(match.lastgroup), NUMBER), text).split())


@functools.lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """The words of a message in order; a number, a shape, a dtype and a device are one sign each, whichever they are."""
    plain = _SHAPE.sub(" # ", skeleton(text).lower())
    found = [word.strip("'") for word in _WORD.findall(plain)]
    return tuple(word for word, before in zip(found, ["", *found], strict=False) if word and not (word == before == NUMBER))


# -- how alike ------------------------------------------------------------------------------------------------------------


def _scored(pasted: Pasted, messages: Sequence[Message]) -> list[tuple[Match, bool]]:
    """Every message with its score, the likest first, and whether it is known to be what was pasted."""
    texts: dict[str, list[Message]] = {}
    for message in messages:
        texts.setdefault(skeleton(message.text).lower(), []).append(message)
    have = {text: words(text) for text in texts}
    weights = _weights(have.values())
    wanted, asked = words(pasted.message), skeleton(pasted.message).lower()
    found = []
    for text, several in texts.items():
        score, known = (1.0, bool(wanted)) if text == asked else _alike(wanted, have[text], weights)
        for message in several:
            other = (
                bool(pasted.error) and score < 1 and (pasted.error.lower() != message.error.lower() or not _may_begin(score, asked, text))
            )
            found.append((Match(message, score * 0.9 if other else score), known and not other))
    return sorted(
        found, key=lambda each: (not each[1], -each[0].score, len(each[0].message.text), each[0].message.text, each[0].message.subject)
    )


def _may_begin(score: float, asked: str, text: str) -> bool:
    """False for a piece from the middle: what is pasted with its type begins where the message does."""
    return score < PART or words(text)[:1] == words(asked)[:1]


def _weights(texts: Iterable[Sequence[str]]) -> dict[str, float]:
    """A word that few messages have says more than one that most have; a number says little."""
    some = list(texts)
    seen = Counter(word for each in some for word in set(each))
    return {word: 0.1 if word in (NUMBER, DTYPE, DEVICE) else math.log(1 + len(some) / count) for word, count in seen.items()}


def _alike(wanted: Sequence[str], have: Sequence[str], weights: dict[str, float]) -> tuple[float, bool]:
    """How much of what is asked a message has, and of the message what is asked; and whether that makes it known."""
    unknown = max(weights.values(), default=1.0)
    asked, held = ({word: weights.get(word, unknown) for word in each} for each in (wanted, have))
    plain = [word for word in asked if word not in (NUMBER, DTYPE, DEVICE)]
    shared = sum(weight for word, weight in asked.items() if word in held)
    if not plain or not shared:
        return 0.0, False
    if _within(wanted, have):
        return PART, len(plain) > 1
    part, whole = shared / sum(asked.values()), shared / sum(held.values())
    ordered = _in_order(wanted, have)
    enough = whole >= ENOUGH or sum(word in held for word in plain) >= 3
    score = PART * part * (0.7 + 0.15 * whole + 0.15 * ordered)
    return score, part >= KNOWN and ordered >= IN_ORDER and enough


def _within(wanted: Sequence[str], have: Sequence[str]) -> bool:
    """True where the words are a piece of a message as it stands."""
    first = wanted[0]
    return any(have[at : at + len(wanted)] == wanted for at, word in enumerate(have) if word == first)


def _in_order(wanted: Sequence[str], have: Sequence[str]) -> float:
    """The share of neighbouring words that are neighbours in a message too."""
    pairs = set(itertools.pairwise(wanted))
    return len(pairs & set(itertools.pairwise(have))) / len(pairs) if pairs else 1.0


def _distinct(matches: Iterable[Match]) -> list[Match]:
    """Each text once, whatever its numbers."""
    return list({skeleton(match.message.text): match for match in reversed(list(matches))}.values())[::-1]


def _elsewhere(frames: Sequence[Frame], messages: Sequence[Message]) -> str:
    """The function that a traceback ends in, where no loss that says the same was seen to say it there."""
    inside = [frame for frame in frames if frame.file.startswith("torch/")]
    if not inside or not messages:
        return ""
    last = inside[-1]
    places = {(message.place.rpartition(":")[0], message.function) for message in messages}
    return "" if (last.file, last.function) in places else f"{last.function} in {last.file}"


# -- what is told -----------------------------------------------------------------------------------------------------------


def _grouped(asked: str, matches: Sequence[Match], every: Sequence[Message]) -> list[Group]:
    """One group for each text, whatever its numbers and the ranks of its shapes, with the causes of all the losses that say it."""
    texts: dict[tuple[str, ...], list[Message]] = {}
    for match in matches:
        texts.setdefault(words(match.message.text), []).append(match.message)
    scores = {skeleton(match.message.text): match.score for match in reversed(matches)}
    ordered = sorted(texts.values(), key=lambda each: (-scores[skeleton(each[0].text)], -len({one.subject for one in each})))
    return [_group(asked, several, every) for several in ordered]


class _Case(NamedTuple):
    """A cause of one loss, held against what was asked."""

    place: int
    message: Message
    cause: Cause
    mapped: dict[int, int] | None


def _group(asked: str, messages: Sequence[Message], every: Sequence[Message]) -> Group:
    """The reasons that fit the pasted numbers first, then in the order in which the losses have them."""
    found: dict[tuple[str, ...], list[_Case]] = {}
    for message in messages:
        for place, cause in enumerate(message.causes):
            found.setdefault(_same_cause(cause), []).append(_Case(place, message, cause, _mapping(cause.text, asked)))
    ran = {key[:2] for key, several in found.items() if any(each.cause.fix_ran for each in several)}
    kept = [several for key, several in found.items() if key[:2] not in ran or any(each.cause.fix_ran for each in several)]
    reasons = _ordered([(min(each.place for each in several), _reason(several)) for several in kept])
    whole = any(skeleton(message.text).lower() == skeleton(asked).lower() for message in messages)
    text = asked if whole else reasons[0].cause.text if reasons else _usual_text(messages)
    beside = _beside(messages, every)
    return Group(text, messages[0].error, tuple(reasons), tuple(messages), beside)


def _ordered(reasons: Sequence[tuple[int, Reason]]) -> list[Reason]:
    """Those that the same thing mends together: first where one fits the numbers, then the likelier."""
    first: dict[tuple[str, str], int] = {}
    fits: set[tuple[str, str]] = set()
    for place, reason in reasons:
        key = mended(reason.cause)
        first[key] = min(place, first.get(key, place))
        fits |= {key} if reason.fits else set()

    def order(each: tuple[int, Reason]) -> tuple[object, ...]:
        place, reason = each
        key = mended(reason.cause)
        return key not in fits, first[key], not reason.fits, place, -len(reason.losses)

    return [reason for _, reason in sorted(reasons, key=order)]


def mended(cause: Cause) -> tuple[str, str]:
    """The same for causes that one thing mends; wrong shapes stand for themselves."""
    return without_names(cause.fix), cause.cause if cause.shapes else ""


def _beside(messages: Sequence[Message], every: Sequence[Message]) -> tuple[tuple[str, str], ...]:
    """What the same wrong calls say on other devices, where they say something else."""
    own = {(message.subject, cause.rule, cause.cause) for message in messages for cause in message.causes[:1]}
    devices, texts = {message.device for message in messages}, {skeleton(message.text) for message in messages}
    others = [each for each in every if each.device not in devices and skeleton(each.text) not in texts]
    found = {(each.device, c.text) for each in others for c in each.causes if (each.subject, c.rule, c.cause) in own}
    return tuple(sorted(found))[:2]


def _usual_text(messages: Sequence[Message]) -> str:
    """The text that most of some messages have."""
    return Counter(message.text for message in messages).most_common(1)[0][0]


def _same_cause(cause: Cause) -> tuple[str, ...]:
    """The same rule in the same words, and where several things mend it, the same one: "write" without the names of inputs."""
    return (cause.rule, cause.cause, without_names(cause.fix))


def without_names(fix: str) -> str:
    """A fix without the names of inputs and classes, which differ between losses."""
    return _CLASS.sub("nn", _METHODS.sub("()", _FIELD.sub("", fix)))


def _reason(several: Sequence[_Case]) -> Reason:
    """One cause of several losses, in the words of those that fit, and of them of most."""
    fitting = [each for each in several if each.mapped is not None]
    counted = Counter(each.cause.fix for each in fitting or several)
    usual = min(counted, key=lambda fix: (-counted[fix], len(fix), fix))
    chosen = next(each for each in fitting or several if each.cause.fix == usual)
    cause, mapped = chosen.cause, chosen.mapped or {}
    losses = tuple(dict.fromkeys(each.message.subject for each in several))
    shapes: dict[str, tuple[int, ...]] = {}
    if fitting and {size for shape in cause.shapes.values() for size in shape} <= {1, *mapped}:
        shapes = {name: tuple(mapped.get(size, size) for size in shape) for name, shape in cause.shapes.items()}
    return Reason(cause, losses, bool(fitting), shapes)


def _numbers(text: str) -> list[int]:
    """The whole numbers of a text in order."""
    found = [match[0] for match in _PLACES.finditer(text) if match.lastgroup == "number"]
    return [int(each.strip(".")) for each in found if re.fullmatch(r"[-+]?\d+\.?", each)]


def _signs(text: str) -> list[str]:
    """The shapes of a text by their number of dimensions, and its dtypes by their names."""
    return [match[0].lower() for match in _PLACES.finditer(text) if match.lastgroup == "dtype"]


def _mapping(ran: str, asked: str) -> dict[int, int] | None:
    """Each number of the text that ran -> the number that stands there in what was asked; None where they cannot be the same case."""
    if _signs(ran) != _signs(asked) or [part.count(",") for part in _brackets(ran)] != [part.count(",") for part in _brackets(asked)]:
        return None
    one, other = _numbers(ran), _numbers(asked)
    if len(one) != len(other):
        return None
    mapped: dict[int, int] = {}
    for mine, yours in zip(one, other, strict=True):
        if mapped.setdefault(mine, yours) != yours or (mine == 1) != (yours == 1) or (mine < 0) != (yours < 0):
            return None
    return mapped if len(set(mapped.values())) == len(mapped) else None


def _brackets(text: str) -> list[str]:
    """What stands in each pair of square brackets; an empty shape has no comma, as one of a single number, so it is told apart."""
    return [part if part.strip() else ",,,,,,,," for part in re.findall(r"\[([^\[\]]*)\]", text)]
