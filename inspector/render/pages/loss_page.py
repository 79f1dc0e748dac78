"""The page of one loss: thirteen sections in a fixed order, each with a permanent link.

In: a Chapter of a Book. Out: losses/NAME.md and the JSON beside it. What it says is decided here and in view.py; the template prints it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from markupsafe import Markup, escape

from inspector.book import Book, Chapter, Since
from inspector.losses import native_sources
from inspector.measured import OFF
from inspector.render import entries, explain, plots, view
from inspector.render.numbers import CheckCell, CheckTable, cell_of, check_table, text
from inspector.render.pages import call_path, declared, findings_page, messages_page, pictures, quoting, ten_seconds
from inspector.render.pages.environment import render
from inspector.render.pages.illustrated import illustrations
from inspector.render.pages.page import Page
from inspector.render.pages.questions_page import what_ran
from inspector.render.pages.shipped import shipped
from inspector.render.pages.ten_seconds import BoxRow, Verified
from inspector.report import Acceptance, Answer, Check, Definition, Effect, Formula, NotRun, Number, Parameter, Probed, Record, Report, Rung

TOP = "../"
LONGEST_GIVEN = 48
MOST_NUMBERS = 4
MOST_ASKED = 3
MOST_SAID = 12
"""Of a group of inputs that torch treats alike, so many are named."""


class Math(Record, frozen=True):
    """One formula."""

    name: str
    latex: str
    """"" for words, and where there is no KaTeX to set it."""
    text: str
    lost: str = ""
    """What the text explains in words and the LaTeX does not say."""


class Shown(Record, frozen=True):
    """An argument set to another value, and what came of it."""

    call: str
    value: str
    differs: bool
    plain: str
    """The value without it, where other inputs than those of the example were taken; "" else."""


class AcceptedRow(Record, frozen=True):
    """Inputs that torch treats alike."""

    what: tuple[str, ...]
    status: str
    says: str
    """What torch says of the first of them."""
    href: str
    """Where the message stands among all; "" where it does not."""
    more: int
    """How many other texts differ from it in a number or a dtype only."""
    documented: bool


class Accepted(Record, frozen=True):
    """One documented way to call the loss, and what was tried beside it."""

    name: str
    rows: tuple[AcceptedRow, ...]


class FormRow(Record, frozen=True):
    """One of several forms that compute the same."""

    code: Markup
    """With the functions of other losses as links."""
    value: str
    status: str
    wrong: str
    """From which size of input on it is wrong; "" where it is not."""


class Forms(Record, frozen=True):
    """Equivalent forms, the loss itself first."""

    name: str
    rows: tuple[FormRow, ...]
    grows: str
    """The input that was made larger to find where a form is wrong; "" where none is."""
    off: str = f"{OFF:.0%}"
    """How far off the loss itself a form is that is called wrong."""


class ConfigurationRow(Record, frozen=True):
    """The checks of one configuration on one machine."""

    configuration: str
    counted: CheckCell


class Failure(Record, frozen=True):
    """Checks that failed alike."""

    claim: str
    example: str
    """The first of them: its configuration, and what came instead of what."""
    number: int
    why: str


class Machine(Record, frozen=True):
    """The checks of one machine."""

    name: str
    table: CheckTable
    configurations: tuple[ConfigurationRow, ...]
    failures: tuple[Failure, ...]


class LossPage(Record, frozen=True):
    """All that the template prints."""

    name: str
    top: str
    read_only: str
    """What this page is without, where torch was read only; "" where it ran."""
    release: str
    """As people name it: 2.13.0."""
    since: Since | None
    """When it came and last changed; None where that is not known."""
    history_href: str
    """Its history: on this site, or on that of the newest release; "" where there is none."""
    page: view.Page
    everything: view.Page
    """With nothing folded."""
    class_href: str
    declared: declared.Declared
    box: tuple[BoxRow, ...]
    people_ask: tuple[Answer, ...]
    """The questions asked most of it."""
    verified: tuple[Verified, ...]
    formulas: tuple[Math, ...]
    general: tuple[tuple[str, tuple[Math, ...]], ...]
    """Title and formulas with every argument in them, where those above leave one out."""
    curves: tuple[Markup, ...]
    """Value and slope over the argument that matters."""
    inheritance: Markup
    """The graph of its classes; "" where nothing draws."""
    autograd: Markup
    """The graph of the autograd nodes, where it is not one chain; "" where it is."""
    paths: tuple[call_path.Path, ...]
    parameters: tuple[Parameter, ...]
    effects: dict[str, Shown]
    """Parameter -> what it does to the loss value of the example."""
    plain_value: str
    """The loss value of the example with nothing given."""
    accepted: tuple[Accepted, ...]
    tried: str
    """How many inputs were tried; "" where none were."""
    not_probed: str
    forms: tuple[Forms, ...]
    machines: tuple[Machine, ...]
    findings: tuple[findings_page.Shown, ...]
    ran: dict[str, Markup]
    """Id of an answer -> the lines that gave its figures."""
    drawn: dict[str, Markup]
    """Id of an answer -> its tables, bars and graphs."""
    lists: entries.Entries
    """What torch's own lists say of the operators and nodes."""
    anchors: dict[str, str]
    """Name of an operator, as it ran, or of a node -> the anchor of its entry; none for what has no entry."""
    native_release: str
    """The release that the C++ files are named of."""
    report: Report


def pages(book: Book, part: slice = slice(None)) -> Iterator[Page]:
    """A page for each loss of the book, or of a part of its chapters, and its report as JSON."""
    for chapter in book.chapters[part]:
        made = loss_page(book, chapter)
        template = "loss/read_page.md" if book.is_read_only else "loss/page.md"
        yield Page(f"losses/{chapter.name}.md", render(template, **fields(made)), chapter.name, "Losses")
        if not book.is_read_only:
            yield Page(f"losses/{chapter.name}.json", chapter.report.to_json() + "\n")


def fields(record: Record) -> dict[str, object]:
    """The fields of a record by name, as a template wants them."""
    return {name: getattr(record, name) for name in record.__struct_fields__}


def loss_page(book: Book, chapter: Chapter) -> LossPage:
    """All that is said on the page of one loss."""
    report = chapter.report
    probed, lists = report.probed, entries.entries_of(report)
    definition = report.definition if isinstance(report.definition, Definition) else None
    checks = ten_seconds.checks(book, chapter)
    return LossPage(
        name=chapter.name,
        top=TOP,
        read_only=_read_only(book),
        release=book.release.version.partition("+")[0],
        since=book.since.get(chapter.name),
        history_href=quoting.history_href(book, chapter.name, TOP),
        page=view.page(report),
        everything=view.page(report, verbose=True),
        class_href=quoting.href(book, report.subject.file, report.subject.line, TOP),
        declared=declared.declared(book, chapter),
        box=tuple(ten_seconds.rows(report)),
        people_ask=report.answers[:MOST_ASKED],
        verified=ten_seconds.verified(checks),
        formulas=tuple(_formulas(definition.formulas)) if definition else (),
        general=tuple((_general_title(each.name), tuple(_formulas(each.formulas))) for each in definition.general) if definition else (),
        curves=tuple(Markup(plots.curve_svg(curve, f"curve-{place}")) for place, curve in enumerate(report.curves)),
        inheritance=pictures.inheritance(book, chapter),
        autograd=pictures.autograd(report),
        paths=call_path.paths(book, chapter),
        parameters=report.subject.signature,
        effects=_effects(report.effects),
        plain_value=_value(_plain(report.effects)),
        accepted=tuple(_accepted(chapter, probed)) if isinstance(probed, Probed) else (),
        tried=f"{probed.probes:,} inputs in {probed.calls:,} calls" if isinstance(probed, Probed) else "",
        not_probed=probed.reason if isinstance(probed, NotRun) else "",
        forms=tuple(_forms(book, chapter)),
        machines=tuple(_machine(column.machine.name, some) for column, some in checks),
        findings=tuple(findings_page.shown_of(chapter.name, finding) for finding in report.findings),
        ran={answer.id: what_ran(answer) for answer in report.answers},
        drawn={answer.id: illustrations(book, answer, TOP) for answer in report.answers},
        lists=lists,
        anchors=_anchors(lists),
        native_release=native_sources.as_of().version,
        report=report,
    )


def _read_only(book: Book) -> str:
    if not book.is_read_only:
        return ""
    lacking = "a worked example, what it accepts, equivalent forms and checks"
    verified = "other machines sent what they verified" if book.evidence.columns else f"what only a run can tell is not here: {lacking}"
    return f"Only the sources of torch {book.release.version} were read, and nothing of it ran; {verified}."


def _anchors(lists: entries.Entries) -> dict[str, str]:
    """Where a name in a chain leads: to its entry, of several possible ones to the first."""
    found = {met.full_name: f"op-{met.entries[0]}" for met in (*lists.operators, *lists.nodes) if met.entries}
    return {name: anchor.replace(".", "-") for name, anchor in found.items()}


def _formulas(formulas: Sequence[Formula]) -> Iterator[Math]:
    is_set = (shipped("templates") / "assets/vendor/katex/katex.min.js").is_file()
    for formula in formulas:
        yield Math(_named(formula), formula.latex if is_set else "", formula.text, lost(formula) if is_set else "")


def _general_title(name: str) -> str:
    return "With every argument set" + (f": {name}" if name else "")


def lost(formula: Formula) -> str:
    """The parts of the text whose words, or the letter they define, the LaTeX lacks; "" where there is no LaTeX to replace the text."""
    known = set(re.findall("[A-Za-z]+", formula.latex))
    return "; ".join(part for part in _clauses(formula.text) if _is_lost(part, known)) if known else ""


def _clauses(text: str) -> Iterator[str]:
    """What stands between semicolons and commas, but for those inside brackets and those that go on with the same thought."""
    depth = start = 0
    for at, sign in enumerate(text):
        depth += (sign in "([") - (sign in ")]")
        if depth == 0 and re.match(r"; |, (?!which |or |else )", text[at:]):
            yield text[start:at]
            start = at + 2
    yield text[start:]


def _is_lost(part: str, known: set[str]) -> bool:
    """Whether most words are missing; the name of a function is no word, as LaTeX has other signs for some."""
    words = set(re.findall(r"\b[A-Za-z][A-Za-z_]+\b(?![(\[])", part))
    defined = re.match(r"([α-ω]) = ", part)
    undefined = defined is not None and unicodedata.name(defined[1]).rpartition(" ")[2].lower() not in known
    return undefined or 2 * len(words - known) > len(words)


def _named(formula: Formula) -> str:
    titles = {"term": "One term", "where": "where", "letters": "with"}
    return titles.get(formula.name, explain.sentence(formula.name).removesuffix("."))


# -- parameters -----------------------------------------------------------------------------------------------------------


def _plain(effects: Sequence[Effect]) -> tuple[Number, ...]:
    """The value of the example, which is what most of them begin with."""
    return Counter(effect.before for effect in effects).most_common(1)[0][0] if effects else ()


def _effects(effects: Sequence[Effect]) -> dict[str, Shown]:
    plain = _plain(effects)
    return {effect.parameter: _shown(effect, "" if effect.before == plain else _value(effect.before)) for effect in effects}


def _shown(effect: Effect, plain: str) -> Shown:
    given = effect.given if len(effect.given) <= LONGEST_GIVEN else f"{effect.given[:LONGEST_GIVEN].rpartition(' ')[0]} …"
    return Shown(f"{effect.parameter}={given}", _value(effect.after), effect.differs, plain)


def _value(numbers: Sequence[Number]) -> str:
    """One number, or the first few of several; "" where there is none."""
    if not numbers:
        return ""
    few = ", ".join(text(one) for one in numbers[:MOST_NUMBERS])
    return few if len(numbers) == 1 else f"[{few}{', …' if len(numbers) > MOST_NUMBERS else ''}]"


# -- accepted inputs ------------------------------------------------------------------------------------------------------


def _accepted(chapter: Chapter, probed: Probed) -> Iterator[Accepted]:
    known = messages_page.anchors(chapter)
    for case in dict.fromkeys(row.case for row in probed.accepted):
        yield Accepted(case, tuple(_alike((row for row in probed.accepted if row.case == case), known)))


def _alike(rows: Iterable[Acceptance], known: Collection[str]) -> Iterator[AcceptedRow]:
    """Inputs with the same answer together: what is documented first, then what is taken all the same, then what is refused.

    Answers that differ in a number or a dtype only are one, shown by the first of them.
    """
    groups: dict[tuple[int, bool, str, str], list[Acceptance]] = {}
    order = {"accepted": 0, "warned": 1, "refused": 2, "crashed": 3}
    for row in rows:
        groups.setdefault((order[row.status], not row.documented, row.status, _pattern(row.text)), []).append(row)
    for (_, undocumented, status, _), some in sorted(groups.items(), key=lambda each: each[0][:2]):
        texts = dict.fromkeys(" ".join(row.text.split()) for row in some)
        says = next(iter(texts))
        href = f"{TOP}messages.html#{messages_page.anchor(says)}" if messages_page.anchor(says) in known else ""
        yield AcceptedRow(tuple(_what(some)), status, says, href, len(texts) - 1, not undocumented)


def _pattern(says: str) -> str:
    """A message without the numbers and the name of the dtype in it."""
    return re.sub(r"\d+|\b(?:" + "|".join(_TYPES) + r")\b(?!.*\b(?:" + "|".join(_TYPES) + r")\b)", "…", " ".join(says.split()))


_TYPES = ("Long", "Int", "Short", "Char", "Byte", "Bool", "Half", "BFloat16", "Float", "Double", "ComplexFloat", "ComplexDouble")
"""What torch calls dtypes in its messages."""


def _what(rows: Sequence[Acceptance]) -> Iterator[str]:
    """The inputs of a group, a line for each input and kind: `target` dtype float64, float32."""
    lines: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        kind, _, rest = row.what.partition(" ")
        if row.what.startswith("as documented, "):
            lines.setdefault(("", "as documented", ""), []).append(row.what.removeprefix("as documented, "))
        elif kind == "shape":
            given, _, documented = rest.partition(" in place of ")
            lines.setdefault((row.altered, kind, documented), []).append(f"`{given}`")
        elif kind == "dtype":
            lines.setdefault((row.altered, kind, ""), []).append(rest)
        else:
            lines.setdefault((row.altered, "", ""), []).append(row.what)
    for (altered, kind, documented), whats in lines.items():
        instead = f"in place of `{documented}`" if documented else ""
        name = altered if " " in altered or not altered else f"`{altered}`"
        yield " ".join(part for part in (name, kind, explain.some(whats, most=MOST_SAID), instead) if part)


# -- equivalent forms -----------------------------------------------------------------------------------------------------


def _forms(book: Book, chapter: Chapter) -> Iterator[Forms]:
    others = {
        explain.short(function): each.name
        for each in reversed(book.chapters)  # of several with one function the first by name stays
        for function in each.report.subject.functions
        if each.name != chapter.name and len(each.report.subject.functions) == 1 and function not in chapter.report.subject.functions
    }
    for ladder in chapter.report.ladders:
        broken = any(rung.breaks for rung in ladder.rungs)
        yield Forms(ladder.name, tuple(_form(rung, ladder.grows, others) for rung in ladder.rungs), ladder.grows if broken else "")


def _form(rung: Rung, grows: str, others: dict[str, str]) -> FormRow:
    wrong = [f"{size:.3g} in {dtype}" for dtype, size in rung.breaks.items()]
    said = f"wrong once the largest |{grows}| is {explain.listed(wrong)}" if wrong else ""
    return FormRow(_linked(rung.text, others), text(rung.value), rung.status, said)


def _linked(code: str, others: dict[str, str]) -> Markup:
    """A form in which the function of another loss leads to the page of that loss."""
    parts = re.split(r"(\bF\.\w+)", code)
    return Markup().join(
        Markup('<a href="{}.html">{}</a>').format(others[part], part) if part in others else escape(part) for part in parts
    )


# -- checks ---------------------------------------------------------------------------------------------------------------


def _machine(name: str, checks: Sequence[Check]) -> Machine:
    by_configuration: dict[str, list[Check]] = {}
    alike: dict[tuple[str, str], list[Check]] = {}
    for check in checks:
        by_configuration.setdefault(check.configuration, []).append(check)
        if check.status == "fail":
            alike.setdefault((check.claim, check.cause or check.reason), []).append(check)
    return Machine(
        name=name,
        table=check_table(checks, each=False),
        configurations=tuple(ConfigurationRow(title, cell_of(some)) for title, some in by_configuration.items()),
        failures=tuple(_failure(claim, why, some) for (claim, why), some in alike.items()),
    )


def _failure(claim: str, why: str, checks: Sequence[Check]) -> Failure:
    first = checks[0]
    came = "" if first.actual is None else f": {text(first.actual, digits=6)} instead of {text(first.expected, digits=6)}"
    return Failure(claim, f"{first.configuration}, {first.dtype}{came}", len(checks), why or "no cause is known")
