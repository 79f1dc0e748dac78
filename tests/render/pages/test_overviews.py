"""Pages over all losses: each says what the book says, counts nothing twice, and shows the words of others as text."""

from __future__ import annotations

import zlib

import msgspec
import pytest

from inspector import __version__, evidence, pipeline
from inspector import report as r
from inspector.book import FORMAT_VERSION, Book, Chapter
from inspector.evidence import Machine
from inspector.render.pages import (
    choose_page,
    findings_page,
    home_page,
    loss_page,
    messages_page,
    plain_page,
    questions_page,
    ten_seconds,
    verification_page,
)
from inspector.render.pages.environment import breakable
from inspector.render.pages.facts import facts, span
from inspector.source import finders

HOSTILE = "<script>alert(1)</script>"
MACHINE = Machine("cpu", "a processor", "Linux x86_64", "3.12.1", "2.13.0", "0" * 40)


def check(kind: str, dtype: str, status: str, claim: str = "it is so", **more: object) -> r.Check:
    numbers = dict.fromkeys(("actual", "expected", "abs_error", "rel_error", "ulp_error", "rtol", "atol"))
    return r.Check(
        id="", claim=claim, kind=kind, configuration="NLLLoss()", dtype=dtype, device="cpu", status=status, **{**numbers, **more}
    )  # type: ignore[arg-type]


def finding(title: str) -> r.Finding:
    return r.Finding(
        id=f"NLLLoss | {title}", title=title, severity="nan or inf", probe="", configuration="NLLLoss()", dtype="float32", device="cpu",
        actual="nan", expected="0", message=HOSTILE, snippet="print('<b>')",
    )  # fmt: skip


def message(subject: str, text: str) -> r.Message:
    cause = r.Cause("shape", HOSTILE, "target.squeeze(1)", fix_ran=True, text=text)
    return r.Message(text, "RuntimeError", subject, "torch/nn/functional.py:10", "nll_loss", "NLLLoss()", "", "", causes=(cause,))


@pytest.fixture(scope="module")
def book() -> Book:
    """NLLLoss and the loss that is another name of it, with two checks that failed, one finding and two losses' messages."""
    chapters = []
    for name in ("NLLLoss", "NLLLoss2d"):
        report = pipeline.inspect_loss(name, live=False)
        subject = report.subject.qualified_name
        shared = "torch.nn.modules.loss.NLLLoss"
        probed = r.Probed(shared, "cpu", 10, 30, (), (), (message(subject, "expected 3 <i>rows</i>"),))
        report = msgspec.structs.replace(report, probed=probed, findings=(finding("a nan <u>"),))
        chapters.append(Chapter(name, report))
    found = [
        check("value", "float64", "pass", ulp_error=0.5), check("value", "float32", "pass", ulp_error=1.5),
        check("value", "float16", "not_run", reason="torch refused <s>"),
        check("layout", "float64", "fail", reason="off", cause="known <s>"),
        check("second derivative", "float64", "pass"), check("value", "float64", "fail", claim="another", reason="off"),
    ]  # fmt: skip
    held = evidence.collect(MACHINE, [("torch.nn.modules.loss.NLLLoss", each) for each in found], __version__)
    return Book(FORMAT_VERSION, __version__, finders.find_installed().release, tuple(chapters), held)


def text_of(kind: object, book: Book, path: str) -> str:
    return next(page.text for page in kind(book) if page.path == path)  # type: ignore[operator]


def test_facts_count_what_the_evidence_holds(book: Book) -> None:
    found = facts(book.chapters[0], book.evidence)
    assert (found.passed, found.failed) == (3, 2)
    assert found.second == "yes"
    assert found.targets == ("class index",)
    assert [(each.dtype, each.passed, each.failed, each.not_run) for each in found.verified][:2] == [
        ("float64", 2, 2, 0),
        ("float32", 1, 0, 0),
    ]
    assert facts(book.chapters[1], book.evidence).second == "not run"


@pytest.mark.parametrize(
    ("low", "high", "reached", "words"),
    [(0.0, "inf", True, "[0, ∞)"), (0.0, "inf", False, "(0, ∞)"), ("-inf", "inf", False, "(−∞, ∞)")],
)
def test_a_bound_that_is_only_approached_has_a_round_bracket(low: r.Number, high: r.Number, reached: bool, words: str) -> None:
    assert span(r.Bounds(low, high, reached, "", "", 0.0, "", None, 1, "pass")) == words


def test_the_box_of_a_loss_says_how_many_failures_have_a_known_cause(book: Book) -> None:
    page = text_of(loss_page.pages, book, "losses/NLLLoss.md")
    assert "✗ 2 of 5 checks failed</strong></a>, 1 of them with a known cause, on torch 2.13.0" in page


def test_a_loss_page_has_the_formula_without_and_with_its_weight(book: Book) -> None:
    page = text_of(loss_page.pages, book, "losses/NLLLoss.md")
    plain, _, general = page.partition("<summary>With every argument set</summary>")
    assert "ℓ = −x[y]" in plain
    assert "ℓ = −w[y]·x[y]" not in plain
    assert "ℓ = −w[y]·x[y]" in general
    assert "L = Σ ℓ / Σ w[y]" in general


def test_the_box_names_shapes_that_are_taken_beside_what_the_findings_say(book: Book) -> None:
    chapter = book.chapters[0]
    found = msgspec.structs.replace(finding("input of 2: taken without a word"), severity="undocumented acceptance")
    taken = r.Acceptance("(N, C)", "input", "shape (N, 1) in place of (N, C)", False, "accepted", "")
    probed = msgspec.structs.replace(chapter.report.probed, accepted=(taken,))
    report = msgspec.structs.replace(chapter.report, findings=(found,), probed=probed)
    box = {row.label: row.lines for row in ten_seconds.rows(report)}
    assert box["Not checked"] == (
        "`input` of 2: taken without a word.",
        "`input` of shape `(N, 1)` is taken in place of `(N, C)`.",
    )


def test_the_map_tells_what_failed_from_what_did_not_run(book: Book) -> None:
    page = text_of(verification_page.pages, book, "verification.md")
    assert "✗ 2 of 4" in page
    assert ">not run</td>" in page
    assert "Known cause: known &lt;s&gt;." in page
    assert "No cause is known: this may be new." in page
    assert "torch refused &lt;s&gt;" in page
    assert "3 passed" in page


def test_a_finding_of_a_loss_with_two_names_counts_once(book: Book) -> None:
    page = text_of(findings_page.pages, book, "findings.md")
    assert "1 findings in 1 losses" in page
    assert page.count('id="nllloss-a-nan-u"') == 1
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page


def test_a_message_says_when_it_comes_and_what_was_run_instead(book: Book) -> None:
    page = text_of(messages_page.pages, book, "messages.md")
    assert "expected 3 &lt;i&gt;rows&lt;/i&gt;" in page
    assert "<code>target.squeeze(1)</code>" in page
    assert HOSTILE not in page


def test_every_loss_can_be_picked_by_task_and_target(book: Book) -> None:
    made = {page.path: page.text for page in home_page.pages(book)}
    assert 'class="il-card il-task-1 il-target-1"' in made["index.md"]
    assert "#task-1:checked" in made["assets/filter.css"]
    assert "NLLLoss.html" in text_of(choose_page.pages, book, "choose.md")
    assert "✗ 2" in text_of(choose_page.pages, book, "compare.md")


def test_all_thirty_questions_stand_on_the_page(book: Book) -> None:
    page = text_of(questions_page.pages, book, "questions.md")
    assert [f"{{#q{number}}}" in page for number in range(1, 31)] == [True] * 30
    assert "torch._C._nn.nll_loss_nd" in page.replace("<wbr>", "")


def test_an_answer_that_did_not_come_true_says_so(book: Book) -> None:
    answer = r.Answer("Is it?", "It is.", status="fail", id="negative-nll", asks=(23,))
    report = msgspec.structs.replace(book.chapters[0].report, answers=(answer,))
    wrong = msgspec.structs.replace(book, chapters=(Chapter("NLLLoss", report),))
    assert "Not so on this torch." in text_of(questions_page.pages, wrong, "questions.md")


def test_the_inventory_can_be_read_as_sphinx_reads_it(book: Book) -> None:
    head, _, packed = plain_page.inventory(book).partition(b"using zlib.\n")
    assert head.startswith(b"# Sphinx inventory version 2\n")
    lines = zlib.decompress(packed).decode().splitlines()
    assert "torch.nn.modules.loss.NLLLoss py:class 1 losses/NLLLoss.html -" in lines
    assert len(lines) == len({line.split(" ")[0] for line in lines})


def test_the_file_for_machines_has_the_path_and_the_findings(book: Book) -> None:
    text = text_of(plain_page.pages, book, "plain/NLLLoss.txt")
    assert "Module._call_impl (torch/nn/modules/module.py:" in text
    assert "### a nan <u>" in text
    assert "[NLLLoss](plain/NLLLoss.txt)" in text_of(plain_page.pages, book, "llms.txt")


def test_a_long_name_may_be_broken_between_its_words_and_nothing_in_it_is_markup() -> None:
    assert breakable("torch._C._nn.NLLLoss2d") == "torch.<wbr>_C.<wbr>_nn.<wbr>NLLLoss2d"
    assert breakable("BCEWithLogitsLoss") == "BCEWith<wbr>Logits<wbr>Loss"
    assert HOSTILE not in breakable(HOSTILE)


def test_questions_whose_answer_changed_lead_to_the_history_where_there_is_one(book: Book) -> None:
    assert "release by release" not in text_of(questions_page.pages, book, "questions.md")
    known = msgspec.structs.replace(book, since={"NLLLoss": "0.1"})
    assert 'history/NLLLoss.html">NLLLoss</a>' in text_of(questions_page.pages, known, "questions.md")
