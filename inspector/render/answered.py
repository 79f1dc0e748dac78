"""What an error text means -> lines for a terminal: when torch says it, what to write instead, and which losses say it.

In: what a text may be. Out: text. It looks nothing up and judges nothing.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from inspector.messages import Found, Group, Reason, general, mended
from inspector.render.ink import Line, Look, Span, paint, wrap
from inspector.report import Message

WIDEST = 100
LEFT = 9
CAUSES, SHOWN, PLACES, LONGEST = 3, 5, 3, 300
"""Mends, causes of one mend and places that are shown where nothing asks for all of them, and letters of a message."""
RAN = "✓ ran: it was run here, and nothing was raised or warned."


def answer(found: Found, look: Look) -> str:
    """When torch says it and what to write instead; or that it is not known, and the nearest."""
    lines = _known(found, look) if found.known else _nearest(found, look)
    return paint(lines, look)


def _known(found: Found, look: Look) -> Iterator[Line]:
    first, *others = found.groups
    yield from _group(first, look)
    for each in others if look.verbose else ():
        yield ()
        yield from _group(each, look)
    if others and not look.verbose:
        texts = " · ".join(f"“{textwrap.shorten(_flat(each.text), 70, placeholder=' …')}”" for each in others[:2])
        yield ()
        yield from _prose(f"{len(others)} more {'is' if len(others) == 1 else 'are'} like it (-v): {texts}", look, "quiet")


def _group(group: Group, look: Look) -> Iterator[Line]:
    """The message, its causes with what mends them, and who says it."""
    text = _flat(group.text) if look.verbose else textwrap.shorten(_flat(group.text), LONGEST, placeholder=" …")
    yield from wrap([Span(f"{group.error}: ", "bad"), Span(text, "name")], _width(look), (Span("  "),), (Span("    "),))
    shown, more = _shown(group.reasons, look)
    for place, reasons in enumerate(shown):
        yield ()
        yield from _reason(reasons, "or when" if place else "when", look)
    if more:
        yield ()
        yield from _fact("", f"{more} more {'cause' if more == 1 else 'causes'}: -v", look, "quiet")
    for device, text in group.beside:
        yield from _fact(f"on {device}", f"the same call says “{_flat(text)}”", look)
    yield ()
    yield from _said_by(group.messages, look)
    file = general(group.messages)
    if file:
        yield from _fact("general", f"{file} is no loss: every call of what it defines says the same, a layer of your network too", look)
    if any(each[0].cause.fix_ran for each in shown):
        yield ()
        yield from _prose(RAN, look, "quiet")


def _shown(reasons: Sequence[Reason], look: Look) -> tuple[list[list[Reason]], int]:
    """Causes that are mended in the same way together: those that fit the numbers of the text where some do; and how many are left out."""
    together: dict[tuple[str, str], list[Reason]] = {}
    for reason in reasons:
        together.setdefault(mended(reason.cause), []).append(reason)
    every = list(together.values())
    if look.verbose:
        return every, 0
    fitting = [each for each in every if any(reason.fits for reason in each)] or every
    return fitting[:CAUSES], len(every) - len(fitting[:CAUSES])


def _reason(reasons: Sequence[Reason], title: str, look: Look) -> Iterator[Line]:
    first = reasons[0]
    yield from _fact(title, _words(reasons, look), look)
    if first.shapes:
        yield from _fact("here", ", ".join(f"{name} {_shape(shape)}" for name, shape in first.shapes.items()), look)
    words = [Span(first.cause.fix, "good" if first.cause.fix_ran else ""), *([Span("  ✓ ran", "quiet")] if first.cause.fix_ran else [])]
    yield from wrap(words, _width(look), _title("write" if first.cause.fix_ran else "instead"), (Span(" " * (LEFT + 2)),))


def _words(reasons: Sequence[Reason], look: Look) -> str:
    """The causes of most losses; what they have in common at either end is said once."""
    fitting = reasons if look.verbose else [reason for reason in reasons if reason.fits] or reasons
    most = max(len(reason.losses) for reason in fitting)
    found: dict[tuple[str, str], list[str]] = {}
    for reason in fitting:
        if len(reason.losses) * 2 >= most or look.verbose:
            start, middle, end = _parts(reason.cause.cause)
            found.setdefault((start, end), []).append(middle)
    return "; or ".join(f"{start}{_listed(dict.fromkeys(middles), look)}{end}" for (start, end), middles in found.items())


def _parts(cause: str) -> tuple[str, str, str]:
    """The beginning and the end that a cause may share with others, and what stands between."""
    middle, documented, domain = cause.partition("; documented is ")
    start, colon, detail = middle.partition(": ")
    if colon:
        return f"{start}: ", detail, documented + domain
    verb = next((verb for verb in (" is ", " has ") if documented and verb in middle), "")
    start, _, detail = middle.partition(verb) if verb else (middle, "", "")
    return start + verb, detail, documented + domain


def _listed(words: Iterable[str], look: Look) -> str:
    every = list(words)
    shown = every if look.verbose or len(every) <= SHOWN else every[: SHOWN - 1]
    return ", ".join(shown) + (f" and {len(every) - len(shown)} more" if len(every) > len(shown) else "")


def _shape(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _said_by(messages: Sequence[Message], look: Look) -> Iterator[Line]:
    """The losses by the line that says it, those that share one together."""
    places: dict[str, list[str]] = {}
    for message in messages:
        function = f", {message.function}" if message.function else ""
        place = f"{message.place}{function}" if message.place else "at your own line"
        places.setdefault(place, []).append(message.subject.rpartition(".")[2])
    some = sorted(places.items(), key=lambda each: -len(each[1]))
    shown = some if look.verbose else some[:PLACES]
    for at, (place, losses) in enumerate(shown):
        names = dict.fromkeys(losses)
        words = [Span(_few(list(names), look)), Span(f": {place}", "quiet")]
        yield from wrap(words, _width(look), _title("said by" if not at else ""), (Span(" " * (LEFT + 2)),))
    if len(some) > len(shown):
        left = sorted({name for _, losses in some[PLACES:] for name in losses})
        yield from _fact("", f"and by {_few(left, look)}: -v", look, "quiet")


def _few(names: Sequence[str], look: Look) -> str:
    if look.verbose or len(names) <= 5:
        return ", ".join(names)
    return f"{', '.join(names[:4])} and {len(names) - 4} more"


def _nearest(found: Found, look: Look) -> Iterator[Line]:
    """That it is not known, why that may be, and the nearest."""
    where = f", on {' and '.join(found.devices)}" if found.devices else ""
    if found.elsewhere:
        yield from _prose(f"Not known: losses say this too, but the traceback ends elsewhere: in {found.elsewhere}.", look)
    else:
        yield from _prose(f"Not known: no loss of this torch was seen to say this{where}.", look)
    if found.other_device:
        lack = found.other_device
        yield from _prose(f"It is about {lack}, where nothing was run here. Run the same call on the CPU and look up what it says there; "
                          f"or collect the messages on a machine with {lack}: inspect-loss findings --device {lack}", look)  # fmt: skip
    if found.matches:
        yield ()
        yield from _prose("The nearest messages:" if len(found.matches) > 1 else "The nearest message:", look)
    for match in found.matches:
        message = match.message
        text = textwrap.shorten(_flat(message.text), 160, placeholder=" …")
        name = message.subject.rpartition(".")[2]
        words = [Span(f"{message.error}: "), Span(text, "name"), Span(f"  {name}", "quiet")]
        yield from wrap(words, _width(look), (Span("  • "),), (Span("    "),))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _fact(title: str, words: str, look: Look, style: str = "") -> Iterator[Line]:
    return wrap([Span(words, style)], _width(look), _title(title), (Span(" " * (LEFT + 2)),))


def _title(title: str) -> Line:
    return (Span(f"  {title:{LEFT}}", "quiet"),)


def _prose(words: str, look: Look, style: str = "") -> Iterator[Line]:
    return wrap([Span(words, style)], _width(look), (Span("  "),), (Span("  "),))


def _width(look: Look) -> int:
    return min(look.width, WIDEST)
