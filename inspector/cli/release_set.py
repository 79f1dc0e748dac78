"""What `pages --all` and `pages --since` do: words typed -> a set of sites, and a line that says what was built."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from inspector.cli.output import read_bytes
from inspector.cli.progress import Bar
from inspector.errors import InspectError

if TYPE_CHECKING:
    from inspector.book import Book
    from inspector.evidence import Evidence
    from inspector.shelf import Stocked, Wanted


class Asked(NamedTuple):
    """What is asked for, as it was typed."""

    names: tuple[str, ...]
    evidence: tuple[str, ...]
    book: str | None
    """A file with the Book of the torch that ran; None to make it here."""
    since: str
    output: str
    site_url: str
    download: bool
    quiet: bool
    again: tuple[str, ...] = ()
    """Releases whose sites are built though they stand there."""
    offline: bool = False
    """Whether only what is kept is read."""


def make_set(asked: Asked) -> Stocked:
    """The set of sites, as far as it had to be built. Raises InspectError."""
    from inspector import shelf

    with Bar("reading", wanted=not asked.quiet) as bar:
        return shelf.stock(Path(asked.output) / shelf.NAME, _wanted(asked, bar), bar.doing)


def tell(done: Stocked) -> None:
    """One line: how many sites there are, what was built now, and where they begin."""
    built = ", ".join(one.title for one in done.built) or "nothing"
    click.echo(f"{len(done.standing)} sites, torch {done.standing[-1].title} to {done.standing[0].title}; built now: {built}")
    if done.lacking:
        click.echo(f"without what changed in which release: {done.lacking}", err=True)
    click.echo(str(done.folder / "index.html"))


def _wanted(asked: Asked, bar: Bar) -> Wanted:
    from inspector import shelf
    from inspector.evidence import Evidence

    files = [read_bytes(file) for file in asked.evidence]
    given = [Evidence.from_json(data, file) for data, file in zip(files, asked.evidence, strict=True)]
    wanted = shelf.Wanted(
        asked.since, asked.names, tuple(given), site_url=asked.site_url, download=asked.download, offline=asked.offline, again=asked.again
    )
    return _from_book(asked, wanted) if asked.book else _from_here(asked, wanted, given, bar)


def _from_book(asked: Asked, wanted: Wanted) -> Wanted:
    """With the torch that ran taken from a saved book, which is read whole only where its site is built."""
    from inspector.book import Book, release_of

    file = asked.book or ""
    data = read_bytes(file)
    release = release_of(data, file).version.partition("+")[0]
    return wanted._replace(ran=lambda: Book.from_json(data, file), ran_release=release, ran_of=_digest(data))


def _from_here(asked: Asked, wanted: Wanted, given: Sequence[Evidence], bar: Bar) -> Wanted:
    """With the torch that is installed; without one, releases are read only."""
    from inspector import edition, evidence, probing, publishing
    from inspector.source import finders

    try:
        release = finders.find_installed().release
    except InspectError:
        return wanted
    own = edition.of_release(evidence.merge(given), release.version)

    def gather() -> Book:
        return publishing.gather(asked.names, [own] if own.columns else (), bar.doing)

    known_by = "\0".join((release.version, release.git_version, probing.as_written(), own.to_json(), *asked.names))
    return wanted._replace(ran=gather, ran_release=release.version.partition("+")[0], ran_of=_digest(known_by.encode()))


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
