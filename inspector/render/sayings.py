"""What docstrings say, held against what happens -> lines for a terminal: how much was compared, and what does not agree.

In: Probed records. Out: lines. Colour says nothing that the text does not; it judges nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from inspector.render.ink import Line, Look, Span, wrap
from inspector.report import Probed, Saying

WIDEST_TEXT = 110
INDENT, HANGING = (Span("  "),), (Span("      "),)
KINDS = {
    "example": "examples",
    "default": "defaults",
    "type": "types",
    "deprecated": "deprecations",
    "shape": "shapes",
    "range": "ranges",
    "formula": "formulas",
}
"""Kind of a statement -> what several of them are called, in the order in which they are counted."""


def lines(probed: Sequence[Probed], look: Look) -> Iterator[Line]:
    """Counts over some losses, then each statement that is contradicted or was not checked; nothing where no docstring was read."""
    if not any(each.said for each in probed):
        return
    yield from ((), (Span("What the documentation says", "heading"),))
    yield from wrap([Span(counted([saying for each in probed for saying in each.said]))], _width(look), INDENT, INDENT)
    for status, style in (("contradict", "bad"), ("not checked", "quiet")):
        for each in probed:
            name = f"{each.subject.rpartition('.')[2]}, " if len(probed) > 1 else ""
            for saying in each.said:
                if saying.status == status:
                    yield from _line(saying, name, style, look)


def counted(said: Sequence[Saying]) -> str:
    """How many statements of each kind were compared, and what came of it, in one sentence."""
    of = Counter[tuple[str, str]]((saying.kind, saying.status) for saying in said)
    totals = Counter[str](saying.status for saying in said)
    kinds = ", ".join(
        f"{of[kind, 'agree']} of {total} {many}"
        for kind, many in KINDS.items()
        if (total := sum(count for (one, _), count in of.items() if one == kind))
    )
    return (
        f"{len(said)} statements: {totals['agree']} as it happens ({kinds}), {totals['contradict']} contradicted, "
        f"{totals['not checked']} not checked."
    )


def _line(saying: Saying, name: str, style: str, look: Look) -> Iterator[Line]:
    what = "contradicted" if saying.status == "contradict" else saying.status
    words = [Span(f"{what}: ", style), Span(f"{name}{saying.words}"), Span(f"  {saying.place}. {saying.reason}", "quiet")]
    return wrap(words, _width(look), INDENT, HANGING)


def _width(look: Look) -> int:
    return min(look.width, WIDEST_TEXT)
