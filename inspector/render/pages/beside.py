"""What stands beside the sites of a set: the list of releases for the theme, for scripts, and as a page; the way to the newest.

In: which sites there are, as plain values. Out: files with their bytes. No site names the newest: only these change with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from inspector.render.pages.environment import render
from inspector.render.pages.page import LATEST
from inspector.report import Record


class Site(Record, frozen=True):
    """One site of a set."""

    release: str
    """The folder it stands in."""
    title: str
    """1.7.0 – 1.7.1"""
    date: str
    """The day of the first of its releases; "" where it is not known."""
    also: tuple[str, ...]
    """Other releases it stands for."""
    pages: tuple[str, ...]
    """Its pages."""
    shared: str
    """The folder of the files it shares."""
    ran: bool
    """Whether its torch ran."""

    @property
    def losses(self) -> int:
        """How many losses have a page."""
        return sum(page.startswith("losses/") for page in self.pages)


def files(sites: Sequence[Site], site_url: str = "") -> dict[str, bytes]:
    """Every file beside the sites, which come the newest first."""
    made = {
        "versions.json": _json(list(_versions(sites))),
        "releases.js": b"window.inspectLossReleases = " + msgspec.json.encode(_for_scripts(sites)) + b";\n",
        "releases.html": render("beside/releases.html", sites=sites, newest=sites[0]).encode(),
        "index.html": redirect("index.html", LATEST, here=""),
    }
    if site_url:
        made["sitemap.xml"] = render("beside/sitemap.xml", top=f"{site_url.rstrip('/')}/{LATEST}/", pages=sites[0].pages).encode()
    return made


def redirect(page: str, folder: str, here: str = "../") -> bytes:
    """A page that leads to the page of the same name in another folder, the place on it included."""
    address = f"{'../' * page.count('/')}{here}{folder}/{page}"
    return render("beside/redirect.html", address=address).encode()


def _versions(sites: Sequence[Site]) -> Iterator[dict[str, object]]:
    """What the theme's list of releases reads."""
    for place, site in enumerate(sites):
        aliases = [*([LATEST] if place == 0 else []), *site.also]
        yield {"version": site.release, "title": f"torch {site.title}", "aliases": aliases}


def _for_scripts(sites: Sequence[Site]) -> dict[str, object]:
    """The same for the script of the pages, with the sites that have each page; pages of one site alone are left out."""
    pages: dict[str, list[int]] = {}
    for place, site in enumerate(sites):
        for page in site.pages:
            pages.setdefault(page, []).append(place)
    several = {page: places for page, places in sorted(pages.items()) if len(places) > 1 or 0 in places}
    return {"releases": [{"version": site.release, "title": site.title} for site in sites], "pages": several}


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"
