"""A Book -> its site among the sites of other releases, built beside its place and put there in one step; and what stands there already.

In: a Book, the folder of a set, what the site is made of. Out: a folder with the site and `edition.json`, and a folder of files that all
sites share. It never changes a site in place, so that what stands is whole at any time.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from functools import lru_cache
from pathlib import Path

import msgspec

from inspector import publishing
from inspector.book import Book, History
from inspector.report import NotRun, Record, Release

STATE = "edition.json"
"""In the folder of a site: what it was made of."""
LATEST = "latest"
FORMAT_VERSION = 1
"""Raised when the state of an older version can no longer be read: such a site is built again."""

_ASSET = re.compile(r"""(?<=["'])((?:\./|\.\./)*)assets/(?!filter\.css)""")
"""The beginning of an address of a file that sites share."""


class Bound(Record, frozen=True):
    """One site of a set, as its state says."""

    format_version: int
    """FORMAT_VERSION."""
    releases: dict[str, str]
    """Release -> what its sources were known by, for each release the site stands for, the newest first."""
    dates: dict[str, str]
    """Release -> its day, where it is known."""
    content: str
    """The hash of all that is said, whichever release it is said of."""
    program: str
    """The hash of the program that read and wrote it."""
    made_of: str
    """The hash of everything it was made of."""
    shared: str = ""
    """The folder of the files it shares with others."""
    pages: tuple[str, ...] = ()
    """Its pages, as addresses from its top."""
    ran: bool = False
    """Whether torch ran, and was not read only."""
    dated: bool = False
    """Whether it says since when each loss is there."""
    has_history: bool = False
    """Whether the pages on what changed in which release stand in it."""

    @property
    def release(self) -> str:
        """The release whose folder it is."""
        return next(iter(self.releases))

    @property
    def title(self) -> str:
        """1.7.1, or 1.7.0 – 1.7.1 where it stands for several."""
        oldest = list(self.releases)[-1]
        return self.release if oldest == self.release else f"{oldest} – {self.release}"


# -- what stands --------------------------------------------------------------------------------------------------------


def standing(folder: Path) -> tuple[Bound, ...]:
    """The sites that stand in the folder of a set, the newest first; those of other forms, and whatever else lies there, are left out."""
    from packaging.version import Version

    found = (read_state(place) for place in folder.iterdir() if place.name != LATEST) if folder.is_dir() else ()
    return tuple(sorted((one for one in found if one), key=lambda one: Version(one.release), reverse=True))


def read_state(place: Path) -> Bound | None:
    """The state of the site in a folder; None where there is none, or none of this form."""
    try:
        found = msgspec.json.decode((place / STATE).read_bytes(), type=Bound)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return found if found.format_version == FORMAT_VERSION and found.releases and (place.name in (LATEST, found.release)) else None


# -- what it is made of -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def program_digest() -> str:
    """The hash of everything of this program that decides what a site looks like."""
    from inspector.render.pages.shipped import shipped

    told = hashlib.blake2b(digest_size=16)
    code = Path(__file__).parent.rglob("*.py")
    shown = [path for name in ("templates", "docs") for path in shipped(name).rglob("*") if path.is_file()]
    for path in sorted((*code, *shown, shipped("mkdocs.yml"))):
        told.update(path.name.encode() + b"\0" + path.read_bytes())
    return told.hexdigest()


def content_of(book: Book) -> str:
    """The hash of what a book says, the name and the commit of its release left out: two releases with one hash share a site."""
    release, unread = Release("", "", ""), NotRun("")  # why nothing ran names the release too
    chapters = []
    for chapter in book.chapters:
        report = msgspec.structs.replace(chapter.report, release=release, observation=unread, agreement=unread, example=unread)
        chapters.append(msgspec.structs.replace(chapter, report=report))
    nameless = msgspec.structs.replace(book, release=release, chapters=tuple(chapters), workings=unread)
    return hashlib.blake2b(nameless.to_json(), digest_size=16).hexdigest()


# -- binding ------------------------------------------------------------------------------------------------------------


def bind(book: Book, folder: Path, asked: Bound, site_url: str = "") -> Bound:
    """Builds the site of a book and puts it into its place in the folder of a set; returns its state."""
    from inspector.render.pages import building, site, writing

    folder.mkdir(parents=True, exist_ok=True)
    with publishing.workplace(folder) as temporary:
        source, made = temporary / "source", temporary / "site"
        writing.write(source, site.files(book, site.Where(site_url, tuple(asked.releases))))
        building.build_here(source / "mkdocs.yml", made)
        for name in ("404.html", "sitemap.xml.gz"):
            (made / name).unlink(missing_ok=True)
        shared = _share(made, folder)
        pages = tuple(sorted(path.relative_to(made).as_posix() for path in made.rglob("*.html")))
        done = msgspec.structs.replace(
            asked,
            shared=shared,
            pages=pages,
            ran=not book.is_read_only,
            dated=bool(book.since),
            has_history=isinstance(book.history, History),
        )
        (made / "sitemap.xml").write_bytes(_sitemap(done, site_url))
        (made / STATE).write_bytes(msgspec.json.format(msgspec.json.encode(done), indent=1) + b"\n")
        writing.put_in_place(made, folder / done.release)
    return done


def _share(made: Path, folder: Path) -> str:
    """Moves the files that are the same in every site of this program out of a new one; returns the name of the folder that holds them."""
    from inspector.render.pages import writing

    assets, own = made / "assets", made / "assets" / "filter.css"
    kept = own.read_bytes() if own.is_file() else None
    own.unlink(missing_ok=True)
    name = f"assets-{_digest_of(assets)}"
    for page in made.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(_ASSET.sub(rf"\g<1>../{name}/", text), encoding="utf-8")
    if (folder / name).is_dir():
        shutil.rmtree(assets)
    else:
        writing.put_in_place(assets, folder / name)
    if kept is not None:
        own.parent.mkdir(exist_ok=True)
        own.write_bytes(kept)
    return name


def _digest_of(folder: Path) -> str:
    told = hashlib.blake2b(digest_size=6)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        told.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return told.hexdigest()


def _sitemap(done: Bound, site_url: str) -> bytes:
    """The pages of one site, which the list of releases asks for to stay on the same page; it takes the host from where it is read."""
    top = f"{site_url.rstrip('/') or 'http://localhost'}/{done.release}/"
    rows = "".join(f"<url><loc>{top}{page}</loc></url>\n" for page in ("", *done.pages))
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{head}{rows}</urlset>\n".encode()


# -- copies, and what an interrupted run left ---------------------------------------------------------------------------


def copy_newest(folder: Path, newest: Bound) -> None:
    """Makes `latest` the newest site; files are linked, so that it takes no room, where the file system can."""
    from inspector.render.pages import writing

    there, place = folder / newest.release, folder / LATEST
    if (place / STATE).is_file() and (place / STATE).read_bytes() == (there / STATE).read_bytes():
        return
    with publishing.workplace(folder) as temporary:
        made = temporary / LATEST
        shutil.copytree(there, made, copy_function=_link)
        writing.put_in_place(made, place)


def _link(source: str, place: str) -> None:
    try:
        os.link(source, place)
    except OSError:
        shutil.copy2(source, place)


def lead_on(folder: Path, release: str, target: Bound) -> None:
    """Makes the folder of a release that shares the site of another lead there, page by page."""
    from inspector.render.pages import beside, writing

    files = {page: beside.redirect(page, target.release) for page in target.pages}
    place = folder / release
    if place.is_dir() and all((place / name).is_file() and (place / name).read_bytes() == data for name, data in files.items()):
        return
    with publishing.workplace(folder) as temporary:
        made = temporary / release
        writing.write(made, files)
        writing.put_in_place(made, place)


def clean(folder: Path, kept: tuple[Bound, ...]) -> None:
    """Removes what interrupted runs left, and shared files that no site needs any more."""
    needed = {one.shared for one in (*kept, read_state(folder / LATEST)) if one}
    for place in folder.iterdir():
        if place.name.startswith("assets-") and place.name not in needed:
            shutil.rmtree(place, ignore_errors=True)
    publishing.remove_abandoned(folder)
