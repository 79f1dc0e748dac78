"""Python source text -> HTML with real line numbers, colours, and links on the names that a trace resolved.

In: text, and links by line and column. Out: HTML in which every character of the text is escaped. A file goes through Pygments once;
excerpts are cut from the same lines. What resolves a name is not decided here: a name without a link stays plain.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape

from inspector.render.html import Html, joined, words
from inspector.report import Record

_PLAIN = frozenset({"", "n", "p", "w"})
"""Token classes no style sheet colours: left without a span, which is a third of the page."""
_Pieces = tuple[tuple[str, str], ...]


class Link(Record, frozen=True):
    """A stretch of one line that leads somewhere."""

    start: int
    """Column of its first character, from 0."""
    end: int
    """Column after its last character."""
    href: str
    """Where it leads."""
    title: str = ""
    """What stands there, as a tooltip."""


class Mark(Record, frozen=True):
    """What stands in the gutter of a line."""

    href: str
    """Where the mark leads."""
    title: str = ""
    """What it means."""


class Anchor(Record, frozen=True):
    """The permanent link of a definition."""

    id: str
    """What the address ends in after the #."""
    own: bool = True
    """True where this line is the place of the id; False where the line's own number already is."""
    title: str = "Permanent link to this definition"
    """Its tooltip."""


def highlighted(
    text: str,
    *,
    links: Mapping[int, Sequence[Link]] | None = None,
    marked: Mapping[int, Mark] | None = None,
    anchors: Mapping[int, Anchor] | None = None,
) -> Html:
    """A whole file: every line is the anchor `L-<number>`; `marked` lines have a mark in the gutter, `anchors` a link at their end."""
    links, marked, anchors = links or {}, marked or {}, anchors or {}
    out = []
    for number, pieces in enumerate(lines_of(text), 1):
        row = f"L-{number}"
        out.append(_tag("a", words(str(number)), kind="on" if number in marked else "", id=row, href=f"#{row}", tabindex="-1"))
        if number in marked:
            out.append(_tag("a", words("●"), kind="by", href=marked[number].href, title=marked[number].title))
        out.append(_linked(pieces, links.get(number, ())))
        if number in anchors:
            out.append(_permanent(anchors[number]))
        out.append(Html("\n"))
    return _block(out, "whole")


def excerpt(
    text: str,
    first: int,
    last: int,
    *,
    links: Mapping[int, Sequence[Link]] | None = None,
    highlight: Collection[int] = (),
    href_of: Callable[[int], str] | None = None,
) -> Html:
    """Lines `first` to `last` under their real numbers, without the indentation they share; `highlight` are the lines that matter.

    `href_of` says where the number of a line leads: its line on the page of the whole file.
    """
    return excerpts(text, [(first, last)], links=links, highlight=highlight, href_of=href_of)


def excerpts(
    text: str,
    stretches: Sequence[tuple[int, int]],
    *,
    links: Mapping[int, Sequence[Link]] | None = None,
    highlight: Collection[int] = (),
    href_of: Callable[[int], str] | None = None,
) -> Html:
    """Several stretches of lines as one block, with a mark where lines between them are left out."""
    lines = lines_of(text)
    numbered = [list(enumerate(lines[max(first, 1) - 1 : last], max(first, 1))) for first, last in stretches]
    margin = _margin([pieces for stretch in numbered for _, pieces in stretch])
    out = []
    for place, stretch in enumerate(numbered):
        if place:
            out.append(_tag("span", words("⋮\n"), kind="gap"))
        for number, pieces in stretch:
            href = href_of(number) if href_of is not None else ""
            row = (
                _tag("a" if href else "i", words(str(number)), kind="no", href=href),
                _linked(pieces, (links or {}).get(number, ()), margin),
                Html("\n"),
            )
            out.append(_tag("span", *row, kind="hl") if number in highlight else joined(row))
    return _block(out, "part")


def plain(text: str) -> Html:
    """The text coloured, without numbers: what a reader copies is what stands there."""
    return _block([joined((_coloured(pieces, 0, None), Html("\n"))) for pieces in lines_of(text)], "plain")


def _block(lines: Iterable[Html], kind: str) -> Html:
    return Html(f'<div class="il-code {kind} highlight" data-search-exclude><pre tabindex="0"><code>{joined(lines)}</code></pre></div>')


def _permanent(anchor: Anchor) -> Html:
    return _tag("a", words("¶"), kind="perma", id=anchor.id if anchor.own else "", href=f"#{anchor.id}", title=anchor.title)


# -- lines of coloured pieces -------------------------------------------------------------------------------------------


@lru_cache(maxsize=2048)  # the files of a book and every snippet: a file that falls out is coloured twice
def lines_of(text: str) -> tuple[_Pieces, ...]:
    """Every line as (class, text) pieces; neighbours of one class are one piece. Kept by the text itself."""
    from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]
    from pygments.token import STANDARD_TYPES  # type: ignore[import-untyped]

    lines: list[list[tuple[str, str]]] = [[]]
    for kind, value in PythonLexer(stripnl=False, ensurenl=False).get_tokens(text):
        style = STANDARD_TYPES.get(kind, "")
        for place, part in enumerate(value.split("\n")):
            if place:
                lines.append([])
            if part:
                _append(lines[-1], "" if style in _PLAIN else style, part)
    return tuple(tuple(line) for line in (lines if lines[-1] or len(lines) == 1 else lines[:-1]))


def _append(line: list[tuple[str, str]], style: str, text: str) -> None:
    if line and line[-1][0] == style:
        line[-1] = (style, line[-1][1] + text)
    else:
        line.append((style, text))


def _margin(lines: Iterable[_Pieces]) -> int:
    texts = ["".join(text for _, text in pieces) for pieces in lines]
    return min((len(text) - len(text.lstrip(" ")) for text in texts if text.strip()), default=0)


def _linked(pieces: _Pieces, links: Sequence[Link], margin: int = 0) -> Html:
    """The pieces as HTML from column `margin` on, cut where a link begins or ends; a link that overlaps an earlier one is left out."""
    done, out = margin, []
    for link in sorted(links, key=lambda one: (one.start, one.end)):
        if done <= link.start < link.end:
            name = _coloured(pieces, link.start, link.end)
            out += [_coloured(pieces, done, link.start), _tag("a", name, kind="xref", href=link.href, title=link.title)]
            done = link.end
    return joined((*out, _coloured(pieces, done, None)))


def _coloured(pieces: _Pieces, start: int, end: int | None) -> Html:
    """The stretch from column `start` up to `end` as coloured spans."""
    out, column = [], 0
    for style, text in pieces:
        part = text[max(start - column, 0) : None if end is None else max(end - column, 0)]
        if part:
            out.append(_tag("span", words(part), kind=style) if style else words(part))
        column += len(text)
    return joined(out)


def _tag(tag: str, *children: Html, kind: str = "", **attributes: str) -> Html:
    """An element; attribute values are escaped, empty ones left out."""
    given = {"class": kind, **attributes}
    written = "".join(f' {name}="{escape(value)}"' for name, value in given.items() if value)
    return Html(f"<{tag}{written}>{''.join(children)}</{tag}>")
