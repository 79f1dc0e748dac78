"""`inspect-loss update`: notices releases of torch that are not known yet, says what each changed, and builds their sites into the set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from inspector.cli.output import Output
from inspector.cli.progress import Bar
from inspector.cli.reaching import reaches_out
from inspector.errors import InspectError

if TYPE_CHECKING:
    from inspector.updating import Arrival


class Options(TypedDict):
    """The options of the command."""

    known: str | None
    check: bool
    pretend_without: tuple[str, ...]
    save: str | None
    evidence: tuple[str, ...]
    book: str | None
    output: str
    no_build: bool
    site_url: str
    offline: bool
    download: bool
    quiet: bool


@click.command("update")
@click.option("--known", metavar="FILE", help="A text file of the releases that are known, one a line; it is added to.")
@click.option("--check", is_flag=True, help="Only say whether there is a new release: exit code 1 where there is one.")
@click.option("--pretend-without", metavar="VERSION", multiple=True, help="As if this release were not known yet; may be repeated.")
@click.option("--save", metavar="FILE", help="Write what changed to FILE, as Markdown, in place of showing it.")
@click.option("--evidence", metavar="FILE", multiple=True, help="What `verify --save` wrote, of any release; may be repeated.")
@click.option("--from", "book", metavar="FILE", help="The site of the torch that ran is made of what pages --save wrote.")
@click.option("-o", "--output", metavar="DIR", default="inspect-loss-pages", help="Where the set is (default: inspect-loss-pages).")
@click.option("--no-build", is_flag=True, help="Build no site.")
@click.option("--site-url", metavar="URL", default="", help="Where the set will be published.")
@reaches_out
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what changed.")
def command(**options: Unpack[Options]) -> int:
    """Notice a new torch release: say what changed, build its site.

    What is known stands in the set of sites that `pages --all` made, or in the file of --known. Exit code 0: nothing is new, or all that is
    new was dealt with; 1: --check found a release that is not known.
    """
    from inspector import updating

    pretended = updating.meant(options["pretend_without"], offline=options["offline"])
    known = _known(options, pretended)
    new = updating.arrivals(known - pretended, offline=options["offline"])
    for version in pretended - known - {one.release for one in new}:
        raise InspectError("no-such-release", f"{version[:40]} is neither known nor new", "", "name a release that is")
    _say(options, "; ".join(_noticed(one) for one in new) or f"nothing is new: {_newest(known)} is the newest release, and it is known")
    if options["check"] or not new:
        return 1 if new else 0
    _tell(new, options)
    if not options["no_build"]:
        _build(new, options)
    if options["known"]:
        updating.write_known(Path(options["known"]), known | {one.release for one in new})
        _say(options, f"added to {options['known']}")
    return 0


def _known(options: Options, pretended: frozenset[str]) -> frozenset[str]:
    from inspector import shelf, updating

    if options["known"]:
        found, where = updating.known_in_file(Path(options["known"])), options["known"]
    else:
        where = str(Path(options["output"]) / shelf.NAME)
        found = updating.known_in_set(Path(where))
    if not found - pretended:
        todo = "make it with pages --all, or name a list with --known" if not options["known"] else "write one release a line"
        raise InspectError("nothing-known", "no release is known yet, so none can be new", where, todo)
    return found


def _noticed(one: Arrival) -> str:
    day = f" ({one.date})" if one.date else ""
    return f"torch {one.release}{day} is new; the one before it is {one.previous}"


def _newest(known: frozenset[str]) -> str:
    from packaging.version import Version

    return max(known, key=Version)


def _tell(new: Sequence[Arrival], options: Options) -> None:
    """What each changed, as Markdown: on standard output, or in a file."""
    from inspector import updating
    from inspector.render import retold

    with Bar("comparing", wanted=not options["quiet"]) as bar:
        texts = [
            retold.in_markdown(updating.changed(one, bar.doing, offline=options["offline"], download=options["download"])) for one in new
        ]
    if options["save"]:
        with Output(options["save"]) as file:
            file.write("\n".join(texts))
        _say(options, f"what changed: {options['save']}")
    else:
        click.echo("\n".join(texts), nl=False)


def _build(new: Sequence[Arrival], options: Options) -> None:
    """The sites of the new releases into the set: that of any other stands as it is."""
    from inspector.cli import release_set

    minor = ".".join(new[0].release.split(".")[:2])  # releases of one kind may share a site
    done = release_set.make_set(release_set.Asked(
        (), options["evidence"], options["book"], minor, options["output"], options["site_url"], options["download"],
        options["quiet"], again=tuple(one.release for one in new),
        offline=options["offline"],
    ))  # fmt: skip
    if not options["quiet"]:
        release_set.tell(done)


def _say(options: Options, line: str) -> None:
    if not options["quiet"]:
        click.echo(line, err=True)
