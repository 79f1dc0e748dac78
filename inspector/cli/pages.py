"""`inspect-loss pages [NAME]...`: the site: a page for every loss, or for some, with what was verified; built with mkdocs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from inspector.cli.names import complete_names
from inspector.cli.output import Output, read_bytes
from inspector.cli.progress import Bar
from inspector.cli.waiting import Waiting
from inspector.errors import InspectError

if TYPE_CHECKING:
    from inspector.book import Book
    from inspector.source.finders import TorchText


class Options(TypedDict):
    """The options of the command."""

    evidence: tuple[str, ...]
    book: str | None
    save: str | None
    output: str
    offline: bool
    serve: bool
    no_build: bool
    site_url: str
    release: str
    every: bool
    since: str
    history: bool
    download: bool
    quiet: bool


@click.command("pages")
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=complete_names)
@click.option("--evidence", metavar="FILE", multiple=True, help="What `verify --save` wrote, of any machine; may be repeated.")
@click.option("--from", "book", metavar="FILE", help="Write them from what --save wrote; needs no torch.")
@click.option("--save", metavar="FILE", help="Write all that the pages say to FILE, for --from.")
@click.option("-o", "--output", metavar="DIR", default="inspect-loss-pages", help="Where to (default: inspect-loss-pages).")
@click.option("--offline", is_flag=True, help="Also make a zip that works from a folder, search included.")
@click.option("--serve", is_flag=True, help="Show the site here, until interrupted.")
@click.option("--no-build", is_flag=True, help="Write the pages; do not build the site.")
@click.option("--site-url", metavar="URL", default="", help="Where the site will be published.")
@click.option("--release", metavar="VERSION", default="", help='The site of another torch, as far as reading goes: 1.7.1, "latest".')
@click.option("--all", "every", is_flag=True, help="A site for every release, in DIR/releases; only what is new is built.")
@click.option("--since", metavar="VERSION", default="", help="The same from one release on.")
@click.option("--history", is_flag=True, help="Read every release, for the pages that say what changed; else only where all are kept.")
@click.option("--download", is_flag=True, help="Fetch a whole wheel where a server sends no parts of one.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing.")
def command(names: tuple[str, ...], **options: Unpack[Options]) -> int:
    """Write a page for every loss, and build the site.

    Each NAME is a loss; without one, all of them. Without evidence everything is verified first, which takes minutes once.
    """
    from inspector import publishing

    if options["every"] or options["since"]:
        return _set(names, options)
    book = _with_history(_book(names, options), names, options)
    if options["save"]:
        with Output(options["save"]) as file:
            file.write(book.to_json().decode())
    how = publishing.How(options["offline"], not options["no_build"], options["site_url"])
    with Waiting(wanted=not options["quiet"]) as waiting:
        waiting.begin("writing the pages, and building the site")
        place = publishing.publish(book, Path(options["output"]), how)
    if not options["quiet"]:
        for said in filter(None, (publishing.lacking(), _lacks_history(book))):
            click.echo(said, err=True)
        click.echo(f"{len(book.chapters)} losses of torch {book.release.version}: {place}")
    if options["serve"]:
        publishing.serve(Path(options["output"]))
    return 0


def _book(names: tuple[str, ...], options: Options) -> Book:
    """What is to be published: read from a file, or gathered now."""
    from inspector import publishing
    from inspector.book import Book
    from inspector.evidence import Evidence

    if options["book"]:
        if names or options["evidence"] or options["release"]:
            raise InspectError("usage", "--from brings its own losses, evidence and release", todo="leave out the others")
        return Book.from_json(read_bytes(options["book"]), options["book"])
    given = [Evidence.from_json(read_bytes(file), file) for file in options["evidence"]]
    if options["release"] and (text := _text(options)) is not None:
        from inspector import edition

        return edition.read_edition(text, names, given)
    with Bar("reading", wanted=not options["quiet"]) as bar:
        return publishing.gather(names, given, bar.doing)


def _with_history(book: Book, names: tuple[str, ...], options: Options) -> Book:
    """The book with what changed in which release: a saved one as it is, unless it is asked for."""
    from inspector import annals

    if options["book"] and not options["history"]:
        return book
    with Bar("reading releases", wanted=not options["quiet"]) as bar:
        return annals.with_history(book, annals.history(names, fetch=options["history"], told=bar.doing))


def _lacks_history(book: Book) -> str:
    from inspector.report import NotRun

    return f"without what changed in which release: {book.history.reason}" if isinstance(book.history, NotRun) else ""


def _text(options: Options) -> TorchText | None:
    """The other torch that is asked for; None where it is the installed one after all."""
    from inspector import pipeline

    with Waiting(wanted=not options["quiet"]) as waiting:
        waiting.begin("reading the sources of another torch")
        text = pipeline.text_of(release=options["release"], download=options["download"])
    return None if pipeline.runs_here(text) else text


def _set(names: tuple[str, ...], options: Options) -> int:
    """A site for each of many releases."""
    from inspector.cli import release_set

    alone = [word for word, given in (("--release", options["release"]), ("--save", options["save"]), ("--serve", options["serve"]),
                                      ("--no-build", options["no_build"])) if given]  # fmt: skip
    if alone:
        raise InspectError("usage", f"{alone[0]} is about one site", "", "leave it out, or leave out --all and --since")
    done = release_set.make_set(release_set.Asked(
        names, options["evidence"], options["book"], options["since"], options["output"], options["site_url"], options["download"],
        options["quiet"],
    ))  # fmt: skip
    if options["offline"]:
        from inspector.render.pages import writing

        writing.pack(done.folder, done.folder.with_suffix(".zip"))
    if not options["quiet"]:
        release_set.tell(done)
    return 0
