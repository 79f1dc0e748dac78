"""Text and elements -> HTML in which everything that came from outside is escaped. No script, no style sheet, no request.

In: strings and pieces of HTML made here. Out: HTML. It knows nothing of reports.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NewType

Html = NewType("Html", str)
"""Text that is HTML already; a plain str never is."""

EMPTY = Html("")


def element(tag: str, *children: Html, style: str = "", href: str = "", title: str = "") -> Html:
    """An element with its children; attribute values are escaped, and only web addresses become links."""
    attributes = {"style": style, "href": href if href.startswith("https://") else "", "title": title}
    written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items() if value)
    return Html(f"<{tag}{written}>{''.join(children)}</{tag}>")


def words(text: str) -> Html:
    """Text as HTML."""
    return Html(escape(text))


def prose(text: str) -> Html:
    """A sentence of explain.py as HTML: what stands between backticks is code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return words(text)
    return joined(element("code", words(part)) if place % 2 else words(part) for place, part in enumerate(parts))


def joined(pieces: Iterable[Html]) -> Html:
    """The pieces one after the other."""
    return Html("".join(pieces))
