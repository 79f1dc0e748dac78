"""Which releases are wanted -> a set of sites, one for each release or for several with the same sources; only what is new is built.

In: a folder, a first release, evidence, the Book of the torch that ran. Out: what was built and what stood already. Several processes
read and build; each site is put into its place as soon as it is whole, and the files beside them come last.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from inspector import annals, binding, edition, evidence
from inspector.binding import Bound
from inspector.book import Book, History, Since
from inspector.errors import InspectError, UnknownName
from inspector.evidence import Evidence
from inspector.live.workers import Trouble, processors
from inspector.report import NotRun, Record
from inspector.source import catalog, finders
from inspector.source.releases import Releases

if TYPE_CHECKING:
    from inspector.source.releases import Found

Told = Callable[[str, int, int], None]
"""Is told what is being done, how many are done, of how many."""

NAME = "releases"
"""The folder of a set, in the folder of the pages."""


class Wanted(NamedTuple):
    """What is to stand in the set."""

    since: str = ""
    """The oldest release; "" for all."""
    names: tuple[str, ...] = ()
    """Losses; () for all. A release that does not have one is without it."""
    given: tuple[Evidence, ...] = ()
    """Evidence of any machines and releases."""
    ran: Callable[[], Book] | None = None
    """Makes the Book of the torch that ran here."""
    ran_release: str = ""
    """Its release."""
    ran_of: str = ""
    """The hash of what that Book will be made of."""
    site_url: str = ""
    """Where the set will be published; "" where that is not known."""
    download: bool = False
    """Whether whole wheels may be fetched."""
    offline: bool = False
    """Whether only what is kept is read."""
    again: tuple[str, ...] = ()
    """Releases whose sites are built though they stand there."""


class Stocked(NamedTuple):
    """What was done."""

    folder: Path
    built: tuple[Bound, ...]
    """Sites that were built now, the newest first."""
    standing: tuple[Bound, ...]
    """All sites, the newest first."""
    lacking: str
    """Why they do not say what changed in which release; "" where they do."""


class Task(Record, frozen=True):
    """A release to be read, or a site to be built, by another process."""

    release: str
    names: tuple[str, ...]
    evidence: str
    """A file with what is known of it; "" for none."""
    folder: str
    site_url: str
    download: bool
    offline: bool = False
    asked: Bound | None = None
    """The site to be built; None to read only."""
    since: dict[str, Since] = msgspec.field(default_factory=dict)
    """When each loss came and last changed."""
    history: History | None = None
    """What changed in all releases, for the site that says it."""


def stock(folder: Path, wanted: Wanted, told: Told | None = None) -> Stocked:
    """Makes the set stand in a folder: reads what was not read, builds what is not there. Raises InspectError."""
    say = told or (lambda words, done, whole: None)
    releases = _releases(wanted)
    before = binding.standing(folder)
    known = {release: one for one in before for release in one.releases}
    with _Hands(folder, wanted) as hands:
        contents = _contents(releases, known, wanted, hands, say)
        groups = list(_grouped(releases, contents, wanted))
        told_before = any(one.has_history for one in before)
        hands.history = annals.history(wanted.names, fetch=not wanted.offline and (told_before or not wanted.since), told=say)
        hands.newest = groups[-1].release if groups else ""
        asked = [one for one in groups if one.release in wanted.again or not _stands(known.get(one.release), one, hands)]
        built = list(hands.build([one for one in asked if one.release != wanted.ran_release], say))
        for one in asked:
            if one.release == wanted.ran_release and wanted.ran is not None:
                built.append(binding.bind(hands.told(wanted.ran()), folder, one, wanted.site_url))
    say("writing what stands beside the sites", len(built), len(built))
    lacking = hands.history.reason if isinstance(hands.history, NotRun) else ""
    return Stocked(folder, tuple(sorted(built, key=_age, reverse=True)), _beside(folder, wanted), lacking)


def _stands(there: Bound | None, asked: Bound, hands: _Hands) -> bool:
    """Whether a site stands as it is wanted: what changed later is in the newest alone, so that no other is built again for it."""
    if there is None or there.release != asked.release or there.made_of != asked.made_of:
        return False
    known = isinstance(hands.history, History)
    return not known or (there.dated and (there.has_history or there.release != hands.newest))


def _age(one: Bound) -> Any:
    from packaging.version import Version

    return Version(one.release)


# -- which releases -----------------------------------------------------------------------------------------------------


class _Known(NamedTuple):
    """A release that is wanted, and what its sources are known by."""

    version: str
    date: str
    key: str


def _releases(wanted: Wanted) -> list[_Known]:
    """The wanted releases, the oldest first; pre-releases are not among them."""
    from packaging.version import InvalidVersion, Version

    try:
        oldest = Version(wanted.since or "0")
    except InvalidVersion:
        raise InspectError("no-such-release", f"`{wanted.since[:40]}` is not a release", "", "write one such as 2.0") from None
    index = Releases(offline=wanted.offline, download=wanted.download)
    readable = {*index.versions(), wanted.ran_release}
    listed = [each for each in index.listed() if Version(each.version) >= oldest and (each.version in readable or each.installed)]
    return [_known(each, wanted, index.key) for each in reversed(listed)]


def _known(found: Found, wanted: Wanted, key: Callable[[str], str]) -> _Known:
    if found.version == wanted.ran_release:
        return _Known(found.version, found.date, wanted.ran_of)
    known_by = finders.find_installed().release.git_version if found.installed else key(found.version)
    return _Known(found.version, found.date, f"{known_by} {_digest(*wanted.names)}")


def runs_here(release: str) -> bool:
    """Whether a release is the installed one."""
    try:
        return finders.find_installed().release.version.partition("+")[0] == release
    except InspectError:
        return False


def _contents(releases: Sequence[_Known], known: dict[str, Bound], wanted: Wanted, hands: _Hands, say: Told) -> dict[str, str]:
    """Release -> the hash of what is said of it, "" for nothing: as it was where nothing changed, else it is read now."""
    program, found, unread = binding.program_digest(), {}, []
    for each in releases:
        there = known.get(each.version)
        if each.version == wanted.ran_release:
            found[each.version] = each.key
        elif there is not None and there.program == program and there.releases[each.version] == each.key:
            found[each.version] = there.content
        else:
            unread.append(each.version)
    return {**found, **hands.read(unread, say)}


def _grouped(releases: Sequence[_Known], contents: dict[str, str], wanted: Wanted) -> Iterator[Bound]:
    """The sites that are wanted: patch releases one after another of which the same is said are one."""
    groups: list[list[_Known]] = []
    for each in (one for one in releases if contents[one.version]):
        last = groups[-1][-1] if groups else None
        same = last is not None and contents[last.version] == contents[each.version] and _minor(last.version) == _minor(each.version)
        if same and each.version != wanted.ran_release:
            groups[-1].append(each)
        else:
            groups.append([each])
    for group in groups:
        yield _asked(group, contents[group[-1].version], wanted)


def _minor(version: str) -> list[str]:
    return version.split(".")[:2]


def _asked(group: Sequence[_Known], content: str, wanted: Wanted) -> Bound:
    newest = group[-1].version
    names = [each.version for each in reversed(group)]
    about = edition.of_release(evidence.merge(wanted.given), newest).to_json() if wanted.given else ""
    program = binding.program_digest()
    return Bound(
        format_version=binding.FORMAT_VERSION,
        releases={each.version: each.key for each in reversed(group)},
        dates={each.version: each.date for each in reversed(group)},
        content=content,
        program=program,
        made_of=_digest(program, content, *names, about, wanted.site_url),
    )


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


# -- several processes --------------------------------------------------------------------------------------------------


class _Hands:
    """Processes of this program that read and build; they end with this one."""

    def __init__(self, folder: Path, wanted: Wanted) -> None:
        self._folder, self._wanted = folder, wanted
        self._pool: Any = None
        self.history: History | NotRun = NotRun("it was not asked for")
        """What changed in all releases."""
        self.newest = ""
        """The release whose site has the pages on that."""

    def told(self, book: Book) -> Book:
        """The book with when each loss came and last changed, and with the whole history where it is that of the newest release."""
        release = book.release.version.partition("+")[0]
        whole = self.history if release == self.newest else NotRun("it stands in the site of the newest release")
        return msgspec.structs.replace(book, history=whole, since=self._since(release, [chapter.name for chapter in book.chapters]))

    def _since(self, release: str, names: Iterable[str]) -> dict[str, Since]:
        found = annals.since(self.history, release, names)
        return found if release == self.newest else {name: msgspec.structs.replace(one, later="") for name, one in found.items()}

    def __enter__(self) -> _Hands:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool.join()

    def read(self, releases: Sequence[str], say: Told) -> dict[str, str]:
        """Release -> the hash of what is said of it."""
        trouble: list[InspectError] = []
        tasks = (self._task(release) for release in self._fetched(releases, trouble))
        found = dict(self._done(tasks, len(releases), tuple[str, str], "reading", say))
        if trouble:
            raise trouble[0]
        return found

    def _fetched(self, releases: Sequence[str], trouble: list[InspectError]) -> Iterator[str]:
        """The releases as soon as each is kept: the next are fetched while one is read."""
        index = Releases(offline=self._wanted.offline, download=self._wanted.download)
        here = [release for release in releases if runs_here(release)]
        yield from here
        by_key = {index.key(release): release for release in releases if release not in here}
        for text in index.texts(by_key.values(), lambda release, error: trouble.append(error)) if by_key else ():
            yield by_key[text.root.parent.name]

    def build(self, asked: Sequence[Bound], say: Told) -> Iterator[Bound]:
        """Builds each site and puts it into its place."""
        yield from self._done((self._task(one.release, one) for one in asked), len(asked), Bound, "building", say)

    def _task(self, release: str, asked: Bound | None = None) -> Task:
        wanted = self._wanted
        about = edition.of_release(evidence.merge(wanted.given), release).to_json() if wanted.given and asked else ""
        whole = self.history if asked and release == self.newest and isinstance(self.history, History) else None
        names = [one.subject.rpartition(".")[2] for one in self.history.timelines] if asked and isinstance(self.history, History) else []
        since = self._since(release, names)
        return Task(
            release, wanted.names, about, str(self._folder), wanted.site_url, wanted.download, wanted.offline, asked, since, whole
        )  # fmt: skip

    def _done(self, tasks: Iterable[Task], whole: int, kind: Any, words: str, say: Told) -> Iterator[Any]:
        for done, raw in enumerate(self._each(tasks, whole)):
            say(words, done + 1, whole)
            if raw[:1] == b"t":
                raise msgspec.msgpack.decode(raw[1:], type=Trouble).error()
            yield msgspec.msgpack.decode(raw[1:], type=kind)

    def _each(self, tasks: Iterable[Task], whole: int) -> Iterable[bytes]:
        raw = (msgspec.msgpack.encode(task) for task in tasks)
        if whole < 2:
            return map(_work, raw)
        if self._pool is None:
            self._pool = multiprocessing.get_context("spawn").Pool(min(processors(), whole), _begin)
        found: Iterable[bytes] = self._pool.imap_unordered(_work, raw)
        return found


def _begin() -> None:
    """An interrupt is for the first process, which ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _work(raw: bytes) -> bytes:
    """What comes of a task: exceptions do not travel between processes."""
    task = msgspec.msgpack.decode(raw, type=Task)
    try:
        book = _book(task)
        if task.asked is None or book is None:
            return b"c" + msgspec.msgpack.encode((task.release, binding.content_of(book) if book else ""))
        return b"b" + msgspec.msgpack.encode(binding.bind(book, Path(task.folder), task.asked, task.site_url))
    except InspectError as error:
        return b"t" + msgspec.msgpack.encode(Trouble(error.slug, error.what, error.where, error.todo, error.exit_code))
    except OSError as error:
        if task.asked is None:
            raise
        what = f"cannot write: {error.strerror}"
        return b"t" + msgspec.msgpack.encode(Trouble("cannot-write", what, task.folder, "choose another folder with --output", 3))


def _book(task: Task) -> Book | None:
    """The Book of a release; None where it has none of the losses that are wanted."""
    text = Releases(offline=task.offline, download=task.download).text(task.release)
    given = [Evidence.from_json(task.evidence)] if task.evidence else []
    listed = catalog.read_catalog(text)
    names = [name for name in task.names if _has(listed, name)]
    if task.names and not names:
        return None
    book = edition.read_edition(text, names, given)
    since = {chapter.name: task.since[chapter.name] for chapter in book.chapters if chapter.name in task.since}
    return msgspec.structs.replace(book, since=since, history=task.history or book.history)


def _has(listed: catalog.Catalog, name: str) -> bool:
    try:
        return bool(catalog.find(listed, name))
    except UnknownName:
        return False


# -- what stands beside the sites ---------------------------------------------------------------------------------------


def _beside(folder: Path, wanted: Wanted) -> tuple[Bound, ...]:
    """Writes it for all sites that stand there, and removes what is not needed any more."""
    from inspector.render.pages import beside, writing

    standing = binding.standing(folder)
    if not standing:
        raise InspectError("no-such-release", "no release is as new as that", wanted.since, "inspect-loss releases lists them")
    binding.copy_newest(folder, standing[0])
    for one in standing:
        for release in list(one.releases)[1:]:
            binding.lead_on(folder, release, one)
    standing = binding.standing(folder)  # a release that had a site of its own may share one now
    for name, data in beside.files([_site(one) for one in standing], wanted.site_url).items():
        writing.write_one(folder / name, data)
    binding.clean(folder, standing)
    return standing


def _site(one: Bound) -> Any:
    from inspector.render.pages.beside import Site

    also = tuple(one.releases)[1:]
    return Site(one.release, one.title, list(one.dates.values())[-1], also, one.pages, one.shared, one.ran)
