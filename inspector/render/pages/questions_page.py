"""The thirty questions people ask most, each answered by figures that were computed, with links to where they come from.

In: a Book. Out: questions.md. An answer that did not come true, or did not run, says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from inspector.book import Book, Workings
from inspector.losses import native_sources
from inspector.losses.asked import questions
from inspector.render import asked, explain, highlight, places, plots
from inspector.render.pages import quoting, ten_seconds
from inspector.render.pages.environment import render
from inspector.render.pages.illustrated import illustrations
from inspector.render.pages.page import Page
from inspector.report import Answer, Record, Report

SPOTS: dict[questions.Part, tuple[str, str]] = {
    "call_trace": ("what happens in the call", "call"),
    "construction_trace": ("how it is made", "construction"),
    "definition": ("formula and gradient", "formula"),
    "denominators": ("formula and gradient", "formula"),
    "accepted_inputs": ("what it accepts", "inputs"),
    "findings": ("worth knowing", "findings"),
    "checks": ("checks", "checks"),
}
"""Part of a report -> what the section of a loss page is called that shows it, and its anchor."""


class Reply(Record, frozen=True):
    """One answer to a question, and the page it stands on."""

    answer: Answer
    owner: str
    href: str
    ran: Markup
    """The lines that gave its figures, with what came of each."""
    shown: Markup
    """Tables, bars and graphs."""


class Spot(Record, frozen=True):
    """Where more is to be seen: one part of the pages of some losses, or one page."""

    words: str
    places: tuple[tuple[str, str], ...]
    """Name of a loss and address; one of "" for a page."""


class Ending(Record, frozen=True):
    """The last name Python can see of a loss."""

    loss: str
    native: str
    line: str
    href: str
    files: tuple[places.Place, ...]
    """The C++ files behind it, as of one release."""


class Asked(Record, frozen=True):
    """One question with all that answers it."""

    number: int
    title: str
    replies: tuple[Reply, ...]
    elsewhere: tuple[tuple[int, str], ...]
    """Answers that stand under an earlier question: its number, and what they are asked there."""
    spots: tuple[Spot, ...]
    endings: tuple[Ending, ...]
    curves: tuple[Markup, ...]
    """Plots of what is confused, beside each other."""
    ranges: tuple[tuple[str, str], ...]
    """Name of a loss, and between what its value lies."""


def pages(book: Book) -> Iterator[Page]:
    """The one page."""
    known = {reply.answer.id: reply for reply in _replies(book)}
    first = _first_asked(known)
    shown = [_asked(question, book, known, first) for question in questions.QUESTIONS]
    yield Page(
        "questions.md",
        render("questions.md", asked=shown, release=book.release, native=native_sources.as_of()),
        "Questions people ask",
        "Understand",
    )


def answered(book: Book) -> int:
    """How many of the questions something in this book answers."""
    first = {reply.answer.id: reply for reply in _replies(book)}
    shown = [_asked(question, book, first, _first_asked(first)) for question in questions.QUESTIONS]
    return sum(bool(each.replies or each.elsewhere or each.endings) for each in shown)


def _replies(book: Book) -> Iterator[Reply]:
    """Every answer of the book, with the address of the page that shows it."""
    if isinstance(book.workings, Workings):
        yield from (_reply(book, each, "Module", "module/calling.html") for each in book.workings.calling)
        yield from (_reply(book, each, "Module", "module/making.html") for each in book.workings.making)
    for chapter in book.chapters:
        yield from (_reply(book, each, chapter.name, f"losses/{chapter.name}.html") for each in chapter.report.answers)


def _reply(book: Book, answer: Answer, owner: str, page: str) -> Reply:
    shown = illustrations(book, answer, "")
    return Reply(answer, owner, f"{page}#asked-{answer.id}", what_ran(answer), shown)


def what_ran(answer: Answer) -> Markup:
    """The lines that were run for an answer, coloured, to be pasted; each with what came of it."""
    return Markup(highlight.plain(asked.snippet(answer))) if answer.code else Markup("")


def _first_asked(known: dict[str, Reply]) -> dict[str, int]:
    """Id of an answer -> the question it stands under, the first that it names; under others it is only named."""
    return {id: reply.answer.asks[0] for id, reply in known.items() if reply.answer.asks}


def _asked(question: questions.Question, book: Book, known: dict[str, Reply], first: dict[str, int]) -> Asked:
    answering = [known[answer.id] for _, answer in questions.answering(question.number) if answer.id in known]
    own = tuple(reply for reply in answering if first[reply.answer.id] == question.number)
    elsewhere = tuple((first[reply.answer.id], reply.answer.question) for reply in answering if reply not in own)
    listed = {chapter.name for chapter in book.chapters}
    endings = [ending for chapter in book.chapters if (ending := _ending(chapter.name, chapter.report))] if not answering else []
    spots, curves, ranges = tuple(_spots(question, book, listed)), tuple(_curves(question, book)), tuple(_ranges(question, book))
    return Asked(question.number, question.title, own, elsewhere, spots, tuple(endings), curves, ranges)


def _spots(question: questions.Question, book: Book, listed: set[str]) -> Iterator[Spot]:
    for part in question.parts:
        if part in SPOTS:
            words, anchor = SPOTS[part]
            places = tuple((name, f"losses/{name}.html#{anchor}") for name in question.classes if name in listed)
            if places:
                yield Spot(words, places)
    if "call_trace" in question.parts and "Module" in question.classes:
        yield Spot("how calling a Module works", (("", "module/calling.html"),))
    if "construction_trace" in question.parts and "Module" in question.classes:
        yield Spot("how a Module is made", (("", "module/making.html"),))
    told = tuple((name, href) for name in question.classes if (href := quoting.history_href(book, name, ""))) if question.changed else ()
    if told:
        yield Spot("what changed, release by release", told)
    if "messages" in question.parts:
        yield Spot("what error messages mean", (("", "messages.html"),))


def _curves(question: questions.Question, book: Book) -> Iterator[Markup]:
    """The plots that several of the classes have, each once."""
    if "curves" in question.parts:
        every = [curve for chapter in book.chapters if chapter.name in question.classes for curve in chapter.report.curves]
        titles = [curve.title for curve in every]
        shared = {curve.title: curve for curve in every if titles.count(curve.title) > 1}
        yield from (Markup(plots.curve_svg(curve, f"q{question.number}-{place}")) for place, curve in enumerate(shared.values()))


def _ranges(question: questions.Question, book: Book) -> Iterator[tuple[str, str]]:
    """Between what the values of the classes lie, as their pages say it."""
    if "bounds" in question.parts:
        for chapter in book.chapters:
            rows = ten_seconds.range_of(chapter.report) if chapter.name in question.classes else ()
            yield from ((chapter.name, row.lines[0]) for row in rows)


def _ending(name: str, report: Report) -> Ending | None:
    """The native function that the call of a loss ends in, and the line of torch that calls it."""
    steps = report.call_trace.steps
    last = explain.facts(report, steps).last_native
    step = next((step for step in steps if step.id == last), None)
    if step is None:
        return None
    where = places.place(step.call_file, step.call_line, report.release)
    return Ending(name, step.callee, where.text, places.source_href(step.call_file, step.call_line, ""), places.native_files(step.callee))
