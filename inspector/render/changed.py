"""What changed between releases -> lines for a terminal: a timeline of one subject, or two releases side by side.

In: a Timeline or a Comparison. Out: text. It finds nothing out: changes are folded only where they say the same of several methods.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from inspector.changes import Change, Comparison, Consequence, Stretch, Timeline, meanings, spelled
from inspector.render.ink import Line, Look, Span, paint, wrap

WIDEST = 110
WORDS: dict[Consequence, str] = {
    "removed": "removed", "breaking": "breaking", "new": "new", "deprecated": "deprecated", "path": "path", "inside": "inside",
    "message": "message", "docs": "docs", "spelling": "spelling",
}  # fmt: skip
MEANS: dict[Consequence, str] = {
    "removed": "no longer there",
    "breaking": "code that worked may fail, or mean something else",
    "new": "there now, and not before",
    "deprecated": "still there, and not to be used any more",
    "path": "the call goes another way, or other functions do the work",
    "inside": "what is done on the way",
    "message": "what errors and warnings say",
    "docs": "formulas and shapes in the documentation",
    "spelling": "the same in other words",
}
"""What each consequence means, the gravest first."""
_GRAVE = ("removed", "breaking", "new", "deprecated", "path")
"""Those that are left where the Look is quiet."""
FIRST = 2
"""How many changes of what is done on the way are told of a release that has many, without -v."""
_STYLES = {"removed": "bad", "breaking": "bad", "new": "good", "path": "native"}


def timeline_to_terminal(timeline: Timeline, look: Look) -> str:
    """The timeline, the oldest release first; releases in which nothing changed stand with the one before them."""
    lines: list[Line] = [*_title_line(_title(timeline), look), *_opening(timeline, look)]
    for stretch in timeline.stretches:
        lines += _stretch(stretch, timeline, look)
    lines += _ending(timeline, look)
    return paint(lines, look)


def comparison_to_terminal(comparison: Comparison, look: Look) -> str:
    """What changed between two releases by consequence, the gravest first."""
    lines: list[Line] = [*_title_line(_heading(comparison), look), *_prose(_extent(comparison), look)]
    lines += [line for said in meanings(comparison.asked, (comparison.old, comparison.new)) for line in _prose(f"{said}.", look)]
    for consequence, changes in _by_consequence(comparison.changes, look):
        lines += [(), (Span(f"{WORDS[consequence].capitalize()}: {MEANS[consequence]}", "heading"),)]
        for titles, change in together(changes):
            lines += wrap((Span(f"{titles}: ", "name"), Span(change.sentence)), min(look.width, WIDEST), (Span("  "),), (Span("      "),))
    if not any(not change.quiet for change in comparison.changes):
        lines += [(), *_prose("Nothing changed but spelling." if comparison.changes else "Nothing changed.", look)]
    lines += _spelling(comparison.changes, look)
    lines += [line for each in comparison.unread for line in _prose(f"Not read in {each.version}: {each.reason}.", look)]
    return paint(lines, look)


def together(changes: Iterable[Change], own: str = "") -> Iterator[tuple[str, Change]]:
    """(what changed, one change that says how): methods and functions of which the very same is said, in one.

    Methods of the class named `own` are called by their own names.
    """
    grouped: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        same = (change.kind, change.sentence, change.release, change.subject if change.member else change.subject.rpartition(".")[0])
        grouped.setdefault(same, []).append(change)
    for those in grouped.values():
        titles = list(dict.fromkeys(one.title for one in those))
        if own and all(title.startswith(f"{own}.") for title in titles):
            titles = [title.removeprefix(f"{own}.") for title in titles]
        elif those[0].member:
            titles = [titles[0], *(f".{title.rpartition('.')[2]}" if "." in title else title for title in titles[1:])]
        yield (f"{', '.join(titles[:-1])} and {titles[-1]}" if len(titles) > 1 else titles[0]), those[0]


def named(timeline: Timeline, changes: Iterable[Change]) -> Iterator[tuple[str, Change]]:
    """The same in the history of one subject: what changed has no name where it is the subject as a whole."""
    own = timeline.subject.rpartition(".")[2]
    for titles, change in together(changes, own if timeline.kind == "class" else ""):
        of_itself = titles in (change.title, "") and change.subject == timeline.subject and not _is_narrower(change)
        yield "" if of_itself else titles, change


def _title_line(title: str, look: Look) -> Iterator[Line]:
    yield from wrap((Span(title, "heading"),), min(look.width, WIDEST), (), (Span("  "),))


# -- a timeline -----------------------------------------------------------------------------------------------------------------


def _title(timeline: Timeline) -> str:
    releases = timeline.releases
    name = timeline.public_name or timeline.subject
    return f"{name} in {len(releases)} releases of torch, {releases[0].version} to {releases[-1].version}" if releases else name


def _opening(timeline: Timeline, look: Look) -> Iterator[Line]:
    if not timeline.introduced:
        yield from _prose("None of them has it.", look)
    elif timeline.since_oldest:
        yield from _prose(f"The oldest that can be read, torch {timeline.introduced}, has it already: {timeline.signature}", look)
    else:
        yield from _prose(f"New in torch {timeline.introduced}: {timeline.signature}", look)


def _stretch(stretch: Stretch, timeline: Timeline, look: Look) -> Iterator[Line]:
    changes = [one for one in stretch.changes if not look.quiet or one.consequence in _GRAVE]
    spelled = _of_all(stretch.quiet) if look.verbose else []
    if not changes and not spelled:  # the oldest release, which the opening tells of, or nothing that is shown
        return
    yield ()
    yield (Span(stretch.name, "name"), Span(f"  {stretch.date}" if stretch.date else "", "quiet"))
    rows = list(named(timeline, changes))
    inner = [row for row in rows if row[1].consequence == "inside"]
    folded = inner[FIRST:] if len(inner) > FIRST + 1 and not look.verbose else []
    for titles, change in rows:
        if (titles, change) not in folded:
            yield from _row(change.consequence, titles, change.sentence, look)
        elif (titles, change) == folded[0]:
            yield from _row("inside", "", _rest(folded), look)
    for release, words in spelled:
        yield from _row("spelling", "" if release == stretch.releases[0] else release, words, look)


def _rest(rows: Sequence[tuple[str, Change]]) -> str:
    """One sentence for changes that are not told one by one."""
    titles = (title for those, _ in rows for part in those.split(", ") for title in part.split(" and "))
    where = ", ".join(dict.fromkeys(title for title in titles if title))
    return f"{len(rows)} more changes{f', in {where}' if where else ''}: -v shows them"


def _is_narrower(change: Change) -> bool:
    return "." in change.title.removeprefix("F.")


def _row(consequence: str, title: str, sentence: str, look: Look) -> Iterator[Line]:
    label = WORDS.get(consequence, consequence)  # type: ignore[call-overload]
    lead = (Span("  "), Span(f"{label:<11}", _STYLES.get(consequence, "quiet")))
    spans = (Span(f"{title}: ", "name"), Span(sentence)) if title else (Span(sentence),)
    yield from wrap(spans, min(look.width, WIDEST), lead, (Span(" " * 13),))


def _of_all(quiet: Sequence[Change]) -> list[tuple[str, str]]:
    """(release, its changes of spelling in one line); lines that only moved are left out."""
    found: dict[str, list[str]] = {}
    for change in quiet:
        if change.kind != "lines":
            found.setdefault(change.release, []).append(change.sentence)
    return [(release, "; ".join(said)) for release, said in found.items()]


def _ending(timeline: Timeline, look: Look) -> Iterator[Line]:
    if timeline.removed:
        yield ()
        yield from _prose(f"Torch {timeline.removed} no longer has it.", look)
    yield from _spelling(timeline.changes, look)
    reasons: dict[str, list[str]] = {}
    for each in timeline.unread:
        reasons.setdefault(each.reason, []).append(each.version)
    for reason, versions in reasons.items():
        yield from _prose(f"Not read in {', '.join(versions)}: {reason}.", look)


# -- both -----------------------------------------------------------------------------------------------------------------------


def _heading(comparison: Comparison) -> str:
    what = comparison.subject.rpartition(".")[2] if comparison.subject else "losses"
    return f"What changed for users of {what} from torch {comparison.old} to {comparison.new}"


def _extent(comparison: Comparison) -> str:
    functions = sum(name.startswith("torch.nn.functional.") for name in comparison.compared)
    classes = len(comparison.compared) - functions
    said = [f"{count} {one if count == 1 else many}" for count, one, many in
            ((classes, "class", "classes"), (functions, "function", "functions")) if count]  # fmt: skip
    return f"Compared: {' and '.join(said)}."


def _by_consequence(changes: Sequence[Change], look: Look) -> Iterator[tuple[Consequence, list[Change]]]:
    for consequence in WORDS:
        shown = not look.quiet or consequence in _GRAVE
        some = [one for one in changes if one.consequence == consequence and one.kind != "lines"]
        if some and shown and (consequence != "spelling" or look.verbose):
            yield consequence, some


def _spelling(changes: Sequence[Change], look: Look) -> Iterator[Line]:
    said = _counted(changes)
    if said and not look.verbose and not look.quiet:
        yield ()
        yield from _prose(f"{said}: -v shows them.", look)


def _counted(changes: Sequence[Change]) -> str:
    """Changes of spelling by kind; "" where there are none. That lines moved is not counted."""
    kinds = Counter(change.kind for change in spelled(changes))
    if not kinds:
        return ""
    total = sum(kinds.values())
    each = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    return f"{total} {'change' if total == 1 else 'changes'} of spelling only ({each})"


def _prose(text: str, look: Look) -> Iterator[Line]:
    yield from wrap((Span(text),), min(look.width, WIDEST), (Span("  "),), (Span("  "),))
