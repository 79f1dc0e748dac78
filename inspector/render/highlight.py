"""Python source text -> HTML with real line numbers, colours, and links on the names that a trace resolved.

In: text, and links by line and column. Out: HTML in which every character of the text is escaped. A file is coloured once;
excerpts are cut from the same lines. What resolves a name is not decided here: a name without a link stays plain.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from html import escape

from inspector.render.html import Html, joined, words
from inspector.render.python_text import cut, lines_of, pieces
from inspector.report import Record


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
    out: list[str] = []
    for number, line in enumerate(lines_of(text), 1):
        on = ' class="on"' if number in marked else ""
        out.append(f'<a{on} id="L-{number}" href="#L-{number}" tabindex="-1">{number}</a>')
        if number in marked:
            out.append(_tag("a", words("●"), kind="by", href=marked[number].href, title=marked[number].title))
        out.append(_linked(line, links[number]) if number in links else line)
        if number in anchors:
            out.append(_permanent(anchors[number]))
        out.append("\n")
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
    margin = _margin([line for stretch in numbered for _, line in stretch])
    out = []
    for place, stretch in enumerate(numbered):
        if place:
            out.append(_tag("span", words("⋮\n"), kind="gap"))
        for number, line in stretch:
            href = href_of(number) if href_of is not None else ""
            row = (
                _tag("a" if href else "i", words(str(number)), kind="no", href=href),
                _linked(line, (links or {}).get(number, ()), margin),
                Html("\n"),
            )
            out.append(_tag("span", *row, kind="hl") if number in highlight else joined(row))
    return _block(out, "part")


def plain(text: str) -> Html:
    """The text coloured, without numbers: what a reader copies is what stands there."""
    return _block([f"{line}\n" for line in lines_of(text)], "plain")


def _block(lines: Iterable[str], kind: str) -> Html:
    return Html(f'<div class="il-code {kind} highlight"><pre tabindex="0" data-search-exclude><code>{"".join(lines)}</code></pre></div>')


def _permanent(anchor: Anchor) -> Html:
    return _tag("a", words("¶"), kind="perma", id=anchor.id if anchor.own else "", href=f"#{anchor.id}", title=anchor.title)


# -- lines --------------------------------------------------------------------------------------------------------------


def _margin(lines: Sequence[Html]) -> int:
    """The indentation that all lines share."""
    texts = ["".join(text for _, text in pieces(line)) for line in lines]
    return min((len(text) - len(text.lstrip(" ")) for text in texts if text.strip()), default=0)


def _linked(line: Html, links: Sequence[Link], margin: int = 0) -> Html:
    """The line from column `margin` on, cut where a link begins or ends; a link that overlaps an earlier one is left out."""
    done, out = margin, []
    for link in sorted(links, key=lambda one: (one.start, one.end)):
        if done <= link.start < link.end:
            name = cut(line, link.start, link.end)
            out += [cut(line, done, link.start), _tag("a", name, kind="xref", href=link.href, title=link.title)]
            done = link.end
    return joined((*out, cut(line, done)))


def _tag(tag: str, *children: Html, kind: str = "", **attributes: str) -> Html:
    """An element; attribute values are escaped, empty ones left out."""
    given = {"class": kind, **attributes}
    written = "".join(f' {name}="{escape(value)}"' for name, value in given.items() if value)
    return Html(f"<{tag}{written}>{''.join(children)}</{tag}>")
