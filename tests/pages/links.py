"""Pages -> every link and every id of theirs that is wrong: links inside the site that lead nowhere, and ids that stand twice on a page.

In: a folder of HTML files. Out: sentences. It follows no link that leaves the site, and reads files only.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Reader(HTMLParser):
    """The ids of a page, as the browser sees them: unescaped; and where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Notes one element."""
        found = dict(attributes)
        self.ids += [name for name in (found.get("id"), found.get("name") if tag == "a" else None) if name]
        self.links += [link for key in ("href", "src", "xlink:href", "poster", "data") if (link := found.get(key)) is not None]


def wrong(site: Path) -> list[str]:
    """Every broken link and every doubled id of a site."""
    read = {page.resolve(): _read(page) for page in sorted(site.rglob("*.html"))}
    return [f"{page.relative_to(site.resolve())}: {what}" for page in read for what in _wrong_on(page, read, site.resolve())]


def _read(page: Path) -> _Reader:
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader


def _wrong_on(page: Path, read: dict[Path, _Reader], site: Path) -> Iterator[str]:
    ids = read[page].ids
    if len(ids) != len(set(ids)):
        yield from (f"the id {name} stands twice" for name in sorted({name for name in ids if ids.count(name) > 1}))
    for link in sorted(set(read[page].links)):
        there = urlsplit(link)
        if there.scheme or there.netloc:
            continue
        # The page for what is not found is shown anywhere, so its links begin at the top.
        begin = site if there.path.startswith("/") else page.parent
        target = (begin / unquote(there.path).lstrip("/")).resolve() if there.path else page
        if not target.is_file():
            yield f"{link} leads to no file"
        elif target in read and there.fragment and unquote(there.fragment) not in read[target].ids:
            yield f"{link} leads to no place on that page"
