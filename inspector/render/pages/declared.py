"""What a loss declares for TorchScript and where its `backward` lives: what people look for in the class and do not find there.

In: a Book and a Chapter. Out: sentences and a few lines of source. What a class defines was read; which autograd nodes there are, ran.
"""

from __future__ import annotations

from markupsafe import Markup

from inspector.book import Book, Chapter, Workings
from inspector.render import explain
from inspector.render.pages import quoting
from inspector.render.pages.page import to_top
from inspector.render.pages.passages import assigned
from inspector.report import ClassEntry, Observation, Record, Report

CONSTANTS, BACKWARD = "__constants__", "backward"
_TOP = to_top("losses/")
_HAND_OVER = "AccumulateGrad"
_ANSWERS = {"constants": "what they are for", "backward": "how many losses have one", "parameters": "parameters with and without recursion"}
"""Id of an answer -> what leads to it."""


class Declared(Record, frozen=True):
    """What a page says of the class itself."""

    backward: str
    constants: str
    lines: Markup
    """Where they are declared; "" where they are not."""
    links: dict[str, tuple[str, str]]
    """Id of an answer -> words and address, where the book has it."""


def declared(book: Book, chapter: Chapter) -> Declared:
    """What the page of a loss says."""
    owner = _owner(chapter.report, CONSTANTS)
    lines = _lines(book, owner) if owner else Markup()
    return Declared(_backward(chapter.report), _constants(chapter.report, owner), lines, _links(book))


def _owner(report: Report, name: str) -> ClassEntry | None:
    return next((entry for entry in report.mro if name in entry.defines), None)


def _constants(report: Report, owner: ClassEntry | None) -> str:
    if owner is None:
        return f"{_classes(report)} declares `{CONSTANTS}`."
    return f"`{explain.last(owner.qualified_name)}` declares which attributes TorchScript writes into compiled code as constants:"


def _lines(book: Book, owner: ClassEntry) -> Markup:
    found = assigned(book.sources.get(owner.file, ""), owner.line, CONSTANTS)
    return quoting.excerpt(book, owner.file, found, top=_TOP) if found else Markup()


def _backward(report: Report) -> str:
    """Which class defines it, and what the loss value carries in its place."""
    owner = _owner(report, BACKWARD)
    said = f"`{explain.last(owner.qualified_name)}` defines `{BACKWARD}`." if owner else f"{_classes(report)} defines `{BACKWARD}`."
    ran = report.observation
    if not isinstance(ran, Observation) or not ran.autograd_nodes:
        return said
    first, *others = [node for node in ran.autograd_nodes if node != _HAND_OVER] or [_HAND_OVER]
    more = f", and {explain.counted(len(others), 'more node')} behind it" if others else ""
    return f"{said} The loss value carries it: its `grad_fn` was `{first}`{more}, left there by the operations that ran."


def _classes(report: Report) -> str:
    names = [f"`{explain.last(entry.qualified_name)}`" for entry in report.mro if entry.file]
    return f"None of {explain.listed(names)}" if len(names) > 1 else f"Not even {names[0]}"


def _links(book: Book) -> dict[str, tuple[str, str]]:
    pages = [(f"losses/{each.name}.html", each.report.answers) for each in book.chapters]
    if isinstance(book.workings, Workings):
        pages += [("module/calling.html", book.workings.calling), ("module/making.html", book.workings.making)]
    return {answer.id: (_ANSWERS[answer.id], f"{_TOP}{page}#asked-{answer.id}")
            for page, answers in pages for answer in answers if answer.id in _ANSWERS}  # fmt: skip
