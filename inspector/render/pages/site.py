"""A book -> every file the site is built from: the pages of each kind, the hand-written guide, style sheets, and the finished mkdocs.yml.

In: a Book. Out: paths with their bytes, all below one folder. It runs no mkdocs; what is on a page is decided by the kinds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from inspector.book import Book, History
from inspector.render.pages import (
    apart,
    choose_page,
    findings_page,
    hierarchy_page,
    history_page,
    home_page,
    loss_page,
    messages_page,
    module_pages,
    news_page,
    plain_page,
    questions_page,
    source_page,
    verification_page,
)
from inspector.render.pages.page import LATEST, SECTIONS, Kind, Page
from inspector.render.pages.shipped import shipped

KINDS: tuple[Kind, ...] = (
    home_page.pages,
    choose_page.pages,
    loss_page.pages,
    hierarchy_page.pages,
    history_page.pages,
    news_page.pages,
    module_pages.pages,
    questions_page.pages,
    verification_page.pages,
    findings_page.pages,
    messages_page.pages,
    plain_page.pages,
    source_page.pages,
)
"""Every kind of page, in the order of the navigation. A new kind is added here, and described in docs/site.md."""

READ_KINDS: tuple[Kind, ...] = (
    home_page.pages,
    loss_page.pages,
    hierarchy_page.pages,
    history_page.pages,
    news_page.pages,
    verification_page.pages,
    plain_page.pages,
    source_page.pages,
)
"""The kinds that say something of a torch that was only read; all others are about what ran, or the same in every release."""

SHIM = "assets/vendor/iframe-worker/shim.js"
"""What lets Material search from a file:// address; without it the theme would ask another host for it."""

QUOTING: tuple[Kind, ...] = (loss_page.pages, module_pages.pages, source_page.pages)
"""The kinds that quote torch's files."""

_SHARE = 0.7
"""Of the pages of losses are made by the process itself where a copy makes all the pages that quote nothing."""

OWN = "assets/pages"
"""Our own style sheets as one, and our own scripts: a phone waits for each file that it must ask for."""


class Where(NamedTuple):
    """Where a site will stand."""

    site_url: str = ""
    """Where it will be published; "" where that is not known."""
    among: tuple[str, ...] = ()
    """The releases it stands for in a set of sites, the newest first; () for a site that stands alone."""


ALONE = Where()


def files(book: Book, where: Where = ALONE, *, at_once: bool = False) -> dict[str, bytes]:
    """Every file of the folder that mkdocs builds from: `mkdocs.yml`, `pages/…` and `theme/…`.

    `at_once` is for a process that does nothing else in threads: a copy of it makes half of the pages.
    """
    kinds = READ_KINDS if book.is_read_only else KINDS
    made = _made_at_once(book, kinds) if at_once else [page for kind in kinds for page in kind(book)]
    assets = _joined(_below(shipped("templates") / "assets", "assets/"))
    guide = {} if book.is_read_only else _below(shipped("docs"), "guide/")
    pages = {**assets, **guide, **{page.path: page.data or page.text.encode() for page in made}}
    if isinstance(book.history, History) and where.site_url:
        pages["changes.xml"] = news_page.feed(book.history.news, _address(where)).encode()
    return {
        "mkdocs.yml": configuration(book, made, set(pages), where),
        **{f"pages/{name}": data for name, data in pages.items()},
        **_below(shipped("templates") / "theme", "theme/"),
    }


def _made_at_once(book: Book, kinds: Sequence[Kind]) -> list[Page]:
    """The pages in their order, about half of the work made by a copy.

    Most of what quotes torch's files is made here, as a file is coloured once.
    """
    cut = round(len(book.chapters) * _SHARE)
    others = [kind for kind in kinds if kind not in QUOTING]
    waited = apart.begun(lambda: (loss_page.pages(book, slice(cut, None)), *(kind(book) for kind in others)))
    made = {kind: list(kind(book)) for kind in kinds if kind in QUOTING and kind is not loss_page.pages}
    first = list(loss_page.pages(book, slice(cut)))
    rest, *theirs = waited()
    made.update(zip(others, theirs, strict=True))
    made[loss_page.pages] = first + rest
    return [page for kind in kinds for page in made[kind]]


def lacking() -> str:
    """What the site does without since it was not brought, in one line; "" where everything is there."""
    vendor = shipped("templates") / "assets" / "vendor"
    wanted = {"katex/katex.min.js": "formulas are shown as plain text", "iframe-worker/shim.js": "it cannot be searched from a folder"}
    said = [words for name, words in wanted.items() if not (vendor / name).is_file()]
    return f"{'; '.join(said)}: `make setup` brings what is missing from npm" if said else ""


def _below(folder: Path, prefix: str) -> dict[str, bytes]:
    """Every file of a folder, by its name below the prefix; nothing of what is hidden or generated."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file()) if folder.is_dir() else ()
    named = ((path.relative_to(folder).as_posix(), path) for path in found)
    return {prefix + name: path.read_bytes() for name, path in named if not name.startswith("generated/") and "/." not in f"/{name}"}


def _joined(assets: dict[str, bytes]) -> dict[str, bytes]:
    """The assets with our own files of one kind as one, in the order of their names; not those in folders below, which these load."""
    own = {kind: [name for name in sorted(assets) if name.count("/") == 1 and name.endswith(kind)] for kind in (".css", ".js")}
    left = {name: data for name, data in assets.items() if name not in own[".css"] + own[".js"]}
    return {**left, **{OWN + kind: b"\n".join(assets[name] for name in names) for kind, names in own.items()}}


# -- the configuration ----------------------------------------------------------------------------------------------------


def configuration(book: Book, made: Iterable[Page], names: set[str], where: Where) -> bytes:
    """The finished mkdocs.yml: the hand-written one, with the navigation of what was made. JSON, which is YAML too."""
    base: dict[str, Any] = msgspec.yaml.decode(shipped("mkdocs.yml").read_bytes())
    finished = {
        **base,
        "docs_dir": "pages",
        "use_directory_urls": False,
        "theme": {**base["theme"], "custom_dir": "theme"},
        "plugins": _plugins(base["plugins"], names),
        "markdown_extensions": [*base["markdown_extensions"], "inspector.render.pages.blocks"],
        "extra": {"torch": book.release.version, **({"polyfills": [SHIM]} if SHIM in names else {}), **_among(where)},
        "extra_css": [f"{OWN}.css"],
        "extra_javascript": [{"path": f"{OWN}.js", "defer": True}],
        "not_in_nav": "/source/\n/history/\n/changes/\n*.txt\n",
        "nav": list(_navigation(list(made), [] if book.is_read_only else base["nav"])),
        **({"site_url": _address(where)} if where.site_url else {}),
    }
    return msgspec.json.format(msgspec.json.encode(finished), indent=1) + b"\n"


def _among(where: Where) -> dict[str, Any]:
    """What the theme needs for its list of releases: the files beside the sites say which there are, so that no site names the newest."""
    if not where.among:
        return {}
    newest, *others = where.among
    return {"version": {"provider": "mike", "default": [LATEST], "alias": False}, "release": newest, "also": others}


def _address(where: Where) -> str:
    """The address that is canonical: in a set of sites that of the newest."""
    top = where.site_url.rstrip("/") + "/"
    return f"{top}{LATEST}/" if where.among else where.site_url


def _plugins(wanted: list[Any], names: set[str]) -> list[Any]:
    """The theme's own `offline` makes a site that can be searched from a folder too; it is the last of them."""
    return [*wanted, "offline"] if SHIM in names else wanted


def _navigation(made: list[Page], guide: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    """Every section with its pages, in the order in which they were made; the guide is the hand-written pages."""
    for section in SECTIONS:
        pages = [{page.title: page.path} for page in made if page.title and page.section == section]
        if section == "Guide":
            pages += [{title: f"guide/{path}"} for each in guide for title, path in each.items()]
        if not section:
            yield from pages
        elif pages:
            yield {section: pages}
