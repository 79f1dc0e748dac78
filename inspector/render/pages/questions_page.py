"""The thirty questions people ask most, each answered by figures that were computed, with links to where they come from.

In: a Book. Out: questions.md. An answer that did not come true, or did not run, says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from inspector.book import Book, Workings
from inspector.losses import native_sources
from inspector.losses.asked import questions
from inspector.render import asked, explain, highlight, places
from inspector.render.pages.environment import render
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


class Spot(Record, frozen=True):
    """Where more is to be seen."""

    words: str
    href: str


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
        yield from (_reply(each, "Module", f"module/calling.html#asked-{each.id}") for each in book.workings.calling)
        yield from (_reply(each, "Module", f"module/making.html#asked-{each.id}") for each in book.workings.making)
    for chapter in book.chapters:
        yield from (_reply(each, chapter.name, f"losses/{chapter.name}.html#asked-{each.id}") for each in chapter.report.answers)


def _reply(answer: Answer, owner: str, href: str) -> Reply:
    return Reply(answer, owner, href, what_ran(answer))


def what_ran(answer: Answer) -> Markup:
    """The lines that were run for an answer, coloured, to be pasted; each with what came of it."""
    return Markup(highlight.plain(asked.snippet(answer))) if answer.code else Markup("")


def _first_asked(known: dict[str, Reply]) -> dict[str, int]:
    """Id of an answer -> the first question it stands under; under others it is only named."""
    found: dict[str, int] = {}
    for question in questions.QUESTIONS:
        for _, answer in questions.answering(question.number):
            if answer.id in known:
                found.setdefault(answer.id, question.number)
    return found


def _asked(question: questions.Question, book: Book, known: dict[str, Reply], first: dict[str, int]) -> Asked:
    answering = [known[answer.id] for _, answer in questions.answering(question.number) if answer.id in known]
    own = tuple(reply for reply in answering if first[reply.answer.id] == question.number)
    elsewhere = tuple((first[reply.answer.id], reply.answer.question) for reply in answering if reply not in own)
    listed = {chapter.name for chapter in book.chapters}
    endings = [ending for chapter in book.chapters if (ending := _ending(chapter.name, chapter.report))] if not answering else []
    return Asked(question.number, question.title, own, elsewhere, tuple(_spots(question, listed)), tuple(endings))


def _spots(question: questions.Question, listed: set[str]) -> Iterator[Spot]:
    for name in question.classes:
        for part in question.parts:
            if part in SPOTS and name in listed:
                words, anchor = SPOTS[part]
                yield Spot(f"{name}: {words}", f"losses/{name}.html#{anchor}")
    if "call_trace" in question.parts and "Module" in question.classes:
        yield Spot("How calling a Module works", "module/calling.html")
    if "construction_trace" in question.parts and "Module" in question.classes:
        yield Spot("How a Module is made", "module/making.html")
    if "messages" in question.parts:
        yield Spot("What error messages mean", "messages.html")


def _ending(name: str, report: Report) -> Ending | None:
    """The native function that the call of a loss ends in, and the line of torch that calls it."""
    steps = report.call_trace.steps
    last = explain.facts(report, steps).last_native
    step = next((step for step in steps if step.id == last), None)
    if step is None:
        return None
    where = places.place(step.call_file, step.call_line, report.release)
    return Ending(name, step.callee, where.text, places.source_href(step.call_file, step.call_line, ""), places.native_files(step.callee))
