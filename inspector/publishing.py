"""Which losses to publish, and where -> the site: everything is read, run and verified, gathered in a book, written and built.

In: names of losses, evidence, a folder. Out: a Book, and a folder that holds the pages and the site. Draws nothing itself; what is
verified is kept by torch build, so that it is run once.
"""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from inspector import __version__, asking, edition, evidence, losses, pipeline, probing
from inspector.book import FORMAT_VERSION, Book, Chapter, Variant, Workings
from inspector.evidence import Evidence
from inspector.losses import asked
from inspector.report import Example, NotRun, Observation, Report
from inspector.source import cache, catalog, finders
from inspector.source.catalog import CatalogEntry
from inspector.source.downloads import locked
from inspector.source.finders import TorchText
from inspector.verification import Wanted, verify

if TYPE_CHECKING:
    from inspector.render.pages.building import Build

Told = Callable[[str, int, int], None]
"""Is told what is being done, how many are done, of how many."""

HOOKS = ("forward_pre", "forward", "full_backward_pre", "full_backward")
"""One of each kind that an instance can have."""
UNFINISHED = ".building-"
"""How the names of folders begin in which something is being made."""
MOST_VARIANTS = 6
"""Of each loss: more paths than that nobody compares."""


# -- what is gathered ---------------------------------------------------------------------------------------------------


def gather(names: Sequence[str], given: Sequence[Evidence] = (), told: Told | None = None) -> Book:
    """The Book of some losses, or of every public one where none is named; what is lacking is run, and kept for the next time.

    Without evidence every configuration is verified on this machine. Raises InspectError for a name that is no loss.
    """
    text = finders.find_installed()
    listed = catalog.read_catalog(text)
    entries = [catalog.find(listed, name) for name in names] or [entry for entry in listed.losses() if entry.public_name]
    entries = list(dict.fromkeys(entries))
    say = told or (lambda words, done, whole: None)
    probing.probe([e.qualified_name for e in entries if _has_domain(e)], on_progress=lambda done, whole: say("probing", done, whole))
    merged = evidence.merge(given) if given else verified(text, entries, say)
    chapters = []
    for done, entry in enumerate(entries):
        say("reading and running", done, len(entries))
        chapters.append(_chapter(text, entry))
    workings = _workings(chapters)
    reports = [report for chapter in chapters for report in (chapter.report, *(variant.report for variant in chapter.variants))]
    files = {file for report in (*reports, workings.hooked, workings.module) for file in edition.files_of(report)}
    return Book(
        format_version=FORMAT_VERSION,
        version=__version__,
        release=text.release,
        chapters=tuple(chapters),
        evidence=merged,
        modules=tuple(edition.entry_of(entry) for entry in listed.modules()),
        private=tuple(edition.entry_of(entry) for entry in edition.private_classes(listed)),
        sources={file: text.text_of(text.place(file)) for file in sorted(files)},
        workings=workings,
    )


def _has_domain(entry: CatalogEntry) -> bool:
    definition = losses.find(entry.qualified_name)
    return definition is not None and bool(definition.cases)


def _chapter(text: TorchText, entry: CatalogEntry) -> Chapter:
    """One loss: its whole report, and the other configurations whose calls take other paths."""
    report = pipeline.with_effects(pipeline.with_curves(pipeline.inspect_loss(entry.name)))
    return Chapter(entry.name, report, tuple(_variants(text, entry, report)))


def _variants(text: TorchText, entry: CatalogEntry, default: Report) -> Iterator[Variant]:
    """Configurations by the declared domain, each path once: kinds of inputs first, then single arguments, then a hook."""
    seen = {_way(default)}
    left_out = {parameter.name for parameter in default.subject.signature if parameter.deprecated}
    asked = [
        one for one in asking.each_configuration(text, entry, every=True) if not left_out & {each.name for each in one.configuration.args}
    ]
    for one in sorted(asked, key=lambda one: (len(one.configuration.hooks), len(one.configuration.args))):
        hooked = bool(one.configuration.hooks)
        if len(seen) > MOST_VARIANTS - (not hooked):
            continue
        report = pipeline.path_of(one)
        if not isinstance(report.observation, NotRun) and _way(report) not in seen:
            seen.add(_way(report))
            yield Variant(asking.title(one.configuration), report)
        if hooked:
            return


def _way(report: Report) -> tuple[object, ...]:
    """What makes a path another path: the calls read as taken, and the operators below them."""
    calls = tuple((step.caller, step.callee) for step in report.call_trace.steps if step.taken != "false" and step.kind != "builtin")
    ran = report.observation
    return calls, ran.aten_forward if isinstance(ran, Observation) else ()


def _workings(chapters: Sequence[Chapter]) -> Workings:
    """How any module is called and made: by the plainest loss, and by the base class of all."""
    plain = min((chapter.report for chapter in chapters), key=_plainness)
    hooked = pipeline.path_of(asking.understand(plain.subject.qualified_name, None, HOOKS, live=True))
    module = pipeline.inspect_loss(plain.mro[-1].qualified_name)
    making = tuple(answer for answer in module.answers if answer.id in asked.OF_MAKING)
    return Workings(plain, hooked, module, tuple(answer for answer in module.answers if answer not in making), making)


def _plainness(report: Report) -> tuple[int, int, int, str]:
    """The fewest inputs, then the fewest arguments, then the fewest steps in the call."""
    example = report.example
    inputs = len(example.inputs) if isinstance(example, Example) else 99
    taken = sum(step.taken != "false" for step in report.call_trace.steps)
    return inputs, len(report.subject.signature), taken, report.subject.qualified_name


# -- what is verified ---------------------------------------------------------------------------------------------------


def verified(text: TorchText, entries: Sequence[CatalogEntry], say: Told) -> Evidence:
    """The evidence of this machine for some losses, from the cache where it was verified before with this very build and these rules."""
    kept = {entry: cache.load(_evidence_path(text, entry), text, Evidence) for entry in entries}
    lacking = [entry for entry, found in kept.items() if found is None]
    if lacking:
        fresh = verify([entry.qualified_name for entry in lacking], Wanted(), lambda done, whole: say("verifying", done, whole))
        for entry in lacking:
            kept[entry] = evidence.of_subject(fresh, entry.qualified_name)
            cache.save(_evidence_path(text, entry), text, [entry.file, "torch/nn/functional.py"], kept[entry])
    return evidence.merge(found for found in kept.values() if found is not None)


def _evidence_path(text: TorchText, entry: CatalogEntry) -> Path:
    return cache.path_of("evidence", (entry.qualified_name, probing.as_written()), text)


# -- what is written and built ------------------------------------------------------------------------------------------


class How(NamedTuple):
    """What is made of the pages."""

    offline: bool = False
    """Also a zip of the site."""
    built: bool = True
    """False: the pages are written, and no site is made of them."""
    site_url: str = ""
    """Where the site will be published; "" where that is not known."""


def publish(book: Book, folder: Path, how: How) -> Path:
    """Writes the pages of a book into the folder and builds the site: where it begins. Nothing is built anew where nothing changed.

    In the folder: `source` (what is built), `site` (what is read), `built` (of what the site was made), and `site.zip` where it was
    asked for.
    """
    from inspector.render.pages import building, site, writing

    with building.begun() if how.built else nullcontext() as build:
        with _uncollected():
            files = site.files(book, site.Where(how.site_url), at_once=True)
        writing.write(folder / "source", files)
        begins, built = folder / "site" / "index.html", folder / "built"
        if build is None:
            return folder / "source"
        # Not whether anything was written just now: a build that was interrupted has written everything.
        state = writing.digest(files)
        if not begins.is_file() or not built.is_file() or built.read_text() != state:
            _build(folder, build)
            built.write_text(state)
    if how.offline:
        writing.pack(folder / "site", folder / "site.zip")
        return folder / "site.zip"
    return begins


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector: it would walk the whole book again and again, a third of the time, for little.

    Nor does it walk what is left when the process ends.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def lacking() -> str:
    """What the site does without since it was not brought, in one line; "" where everything is there."""
    from inspector.render.pages import site

    return site.lacking()


def serve(folder: Path) -> None:
    """Shows the site on this machine, and again when a page changes, until it is interrupted."""
    from inspector.render.pages import building

    words = [sys.executable, "-m", "mkdocs", "serve", "--livereload", "--config-file", str(folder / "source" / "mkdocs.yml")]
    subprocess.run(words, env={**os.environ, **building.environment()}, stdin=subprocess.DEVNULL)


def _build(folder: Path, build: Build) -> None:
    """Builds into a temporary folder, which takes the place of the site when it is complete."""
    from inspector.render.pages import writing

    remove_abandoned(folder)
    with workplace(folder) as temporary:
        made, site = temporary / "site", folder / "site"
        build(folder / "source" / "mkdocs.yml", made)
        writing.put_in_place(made, site)


# -- where a site is made before it is put in its place ------------------------------------------------------------------


@contextmanager
def workplace(folder: Path) -> Iterator[Path]:
    """A folder to make something in. It is locked from its first moment to its last; the lock ends with the process, however that ends."""
    with ExitStack() as ending:
        for _ in range(3):  # between its making and its locking, another process may take it for one that was left behind
            place = Path(tempfile.mkdtemp(dir=folder, prefix=UNFINISHED))
            if ending.enter_context(_own(place)):
                break
        else:  # a system without such locks: there nobody removes what others left
            place.mkdir(exist_ok=True)
        ending.callback(shutil.rmtree, place, ignore_errors=True)
        yield place


@contextmanager
def _own(place: Path) -> Iterator[bool]:
    """Whether a folder is this process's own for the length of a `with` block."""
    try:
        handle = os.open(place, os.O_RDONLY)
    except OSError:
        yield False
        return
    try:
        yield locked(handle) and place.is_dir()
    finally:
        os.close(handle)


def remove_abandoned(folder: Path) -> None:
    """Removes unfinished folders that no process works in any more."""
    for place in folder.glob(f"{UNFINISHED}*"):
        with _own(place) as is_own:
            if is_own:
                shutil.rmtree(place, ignore_errors=True)
