"""The page of one loss: thirteen sections in a fixed order, each with a permanent link.

In: a Chapter of a Book. Out: losses/NAME.md and the JSON beside it. What it says is decided here and in view.py; the template prints it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup

from inspector.book import Book, Chapter
from inspector.render import explain, view
from inspector.render.numbers import CheckTable, check_table, text
from inspector.render.pages import call_path, pictures, quoting, ten_seconds
from inspector.render.pages.environment import render
from inspector.render.pages.page import Page
from inspector.render.pages.ten_seconds import BoxRow, Verified
from inspector.report import Acceptance, Check, Definition, Formula, NotRun, Parameter, Probed, Record, Report, Rung

TOP = "../"
MOST_SAID = 12
"""Of a group of inputs that torch treats alike, so many are named."""


class Math(Record, frozen=True):
    """One formula."""

    name: str
    latex: str
    """"" for words."""
    text: str


class AcceptedRow(Record, frozen=True):
    """Inputs that torch treats alike."""

    what: str
    status: str
    says: str
    documented: bool


class Accepted(Record, frozen=True):
    """One documented way to call the loss, and what was tried beside it."""

    name: str
    rows: tuple[AcceptedRow, ...]


class Machine(Record, frozen=True):
    """The checks of one machine."""

    name: str
    table: CheckTable
    groups: tuple[tuple[str, tuple[Check, ...]], ...]
    """Configuration -> its checks that say more than that they passed."""
    configurations: int


class LossPage(Record, frozen=True):
    """All that the template prints."""

    name: str
    top: str
    page: view.Page
    everything: view.Page
    """With nothing folded."""
    class_href: str
    box: tuple[BoxRow, ...]
    verified: tuple[Verified, ...]
    formulas: tuple[Math, ...]
    inheritance: Markup
    """The graph of its classes; "" where nothing draws."""
    autograd: Markup
    """The graph of the autograd nodes, where it is not one chain; "" where it is."""
    paths: tuple[call_path.Path, ...]
    parameters: tuple[Parameter, ...]
    accepted: tuple[Accepted, ...]
    tried: str
    """How many inputs were tried; "" where none were."""
    not_probed: str
    machines: tuple[Machine, ...]
    report: Report


def pages(book: Book) -> Iterator[Page]:
    """A page for each loss of the book, and its report as JSON."""
    for chapter in book.chapters:
        made = loss_page(book, chapter)
        yield Page(f"losses/{chapter.name}.md", render("loss/page.md", **fields(made)), chapter.name, "Losses")
        yield Page(f"losses/{chapter.name}.json", chapter.report.to_json() + "\n")


def fields(record: Record) -> dict[str, object]:
    """The fields of a record by name, as a template wants them."""
    return {name: getattr(record, name) for name in record.__struct_fields__}


def loss_page(book: Book, chapter: Chapter) -> LossPage:
    """All that is said on the page of one loss."""
    report = chapter.report
    probed = report.probed
    checks = ten_seconds.checks(book, chapter)
    return LossPage(
        name=chapter.name,
        top=TOP,
        page=view.page(report),
        everything=view.page(report, verbose=True),
        class_href=quoting.href(book, report.subject.file, report.subject.line, TOP),
        box=tuple(ten_seconds.rows(report)),
        verified=ten_seconds.verified(checks),
        formulas=tuple(_formulas(report)),
        inheritance=pictures.inheritance(book, chapter),
        autograd=pictures.autograd(report),
        paths=call_path.paths(book, chapter),
        parameters=report.subject.signature,
        accepted=tuple(_accepted(probed)) if isinstance(probed, Probed) else (),
        tried=f"{probed.probes:,} inputs in {probed.calls:,} calls" if isinstance(probed, Probed) else "",
        not_probed=probed.reason if isinstance(probed, NotRun) else "",
        machines=tuple(_machine(column.machine.name, some) for column, some in checks),
        report=report,
    )


def _formulas(report: Report) -> Iterator[Math]:
    if isinstance(report.definition, Definition):
        for formula in report.definition.formulas:
            yield Math(_named(formula), formula.latex, formula.text)


def _named(formula: Formula) -> str:
    titles = {"term": "One term", "where": "where", "letters": "with"}
    return titles.get(formula.name, explain.sentence(formula.name).removesuffix("."))


# -- accepted inputs ------------------------------------------------------------------------------------------------------


def _accepted(probed: Probed) -> Iterator[Accepted]:
    for case in dict.fromkeys(row.case for row in probed.accepted):
        yield Accepted(case, tuple(_alike(row for row in probed.accepted if row.case == case)))


def _alike(rows: Iterable[Acceptance]) -> Iterator[AcceptedRow]:
    """Inputs with the same answer together: what is documented first, then what is taken all the same, then what is refused."""
    groups: dict[tuple[int, bool, str, str], list[Acceptance]] = {}
    order = {"accepted": 0, "warned": 1, "refused": 2, "crashed": 3}
    for row in rows:
        groups.setdefault((order[row.status], not row.documented, row.status, " ".join(row.text.split())), []).append(row)
    for (_, undocumented, status, says), some in sorted(groups.items(), key=lambda each: each[0][:2]):
        yield AcceptedRow(_what(some), status, says, not undocumented)


def _what(rows: Sequence[Acceptance]) -> str:
    """The inputs of a group in one line: `target` dtype float64, float32; shape (N, 1) in place of (N)."""
    by_input: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        kind, _, rest = row.what.partition(" ")
        key = (row.altered, kind) if kind in ("dtype", "shape") else (row.altered, "")
        by_input.setdefault(key, []).append(rest if key[1] else row.what)
    said = []
    for (altered, kind), whats in by_input.items():
        inside = explain.some(whats, most=MOST_SAID)
        said.append(" ".join(part for part in (f"`{altered}`" if altered else "", kind, inside) if part))
    return "; ".join(said)


# -- checks ---------------------------------------------------------------------------------------------------------------


def _machine(name: str, checks: Sequence[Check]) -> Machine:
    groups: dict[str, list[Check]] = {}
    for check in checks:
        groups.setdefault(check.configuration, []).append(check)
    failed = {title: tuple(check for check in some if check.status == "fail") for title, some in groups.items()}
    return Machine(name, check_table(checks, each=False), tuple((title, some) for title, some in failed.items() if some), len(groups))


def rung_note(rung: Rung, grows: str) -> str:
    """From which size of input on a form is wrong; "" where it is not."""
    wrong = [f"{text(size, digits=3)} in {dtype}" for dtype, size in rung.breaks.items()]
    return f"wrong from |{grows}| = {explain.listed(wrong)}" if wrong else ""
