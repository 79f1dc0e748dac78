"""What people do on the site, done in a real browser: search, follow links and graphs, switch, copy, read at night, on a phone, offline."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from inspector.book import Book

from .conftest import LOSSES, Visit, one_of_each_kind, watch

BUSY, *_, PLAIN = LOSSES
"""A loss whose calls take many paths, and one whose call is short."""


def results(page: Any, words: str) -> list[str]:
    """Where the results of a search lead, without their marks."""
    page.keyboard.press("/")
    page.locator(".md-search__input:focus").wait_for()
    page.keyboard.type(words)
    page.locator(".md-search-result__item a").first.wait_for()
    found = page.locator(".md-search-result__item a").evaluate_all("links => links.map(link => link.href)")
    return [re.sub(r"\?h=[^#]*", "", link) for link in found]


def in_view(place: Any) -> bool:
    """True where the element lies in the window, below the header."""
    return bool(place.evaluate("e => { const r = e.getBoundingClientRect(); return r.top >= 40 && r.bottom <= innerHeight }"))


# -- search ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["cross entropy", "cross_entropy", "CrossEntropy", "logits"])
def test_search_finds_a_loss_by_its_words(visit: Visit, words: str) -> None:
    assert any("losses/CrossEntropyLoss.html" in link for link in results(visit("index.html"), words))


def test_search_finds_an_error_by_its_text(visit: Visit, book: Path) -> None:
    told = Book.from_json(book.read_bytes()).chapters[0].report.probed.messages  # type: ignore[union-attr]
    text = max((one.text for one in told), key=lambda text: (len(text) < 80, len(text)))
    assert any("messages.html" in link for link in results(visit("index.html"), text))


@pytest.mark.parametrize("text", ["0D or 1D target tensor expected, multi-target not supported", "0D or 1D target tensor expected"])
def test_a_pasted_error_brings_its_message_first_and_unfolded(visit: Visit, text: str) -> None:
    page = visit("index.html")
    first, section, *_ = results(page, text)
    assert first.endswith("/messages.html")
    assert "messages.html#m-" in section
    page.locator(".md-search-result__item a").nth(1).click()
    page.wait_for_url("**/messages.html**")
    fold = page.locator("section.il-message", has=page.locator("details[open]"))
    assert text in fold.locator("h3").inner_text()
    assert "squeeze(1)" in fold.locator("details").inner_text()


@pytest.mark.parametrize("words", ["label smoothing", "ignore index"])
def test_the_name_of_an_argument_brings_first_the_loss_that_has_it(visit: Visit, words: str) -> None:
    assert results(visit("index.html"), words)[0].endswith("/losses/CrossEntropyLoss.html")


def test_a_pasted_error_that_names_an_argument_brings_its_message_first(visit: Visit) -> None:
    assert results(visit("index.html"), "label_smoothing must be between 0.0 and 1.0. Got: ")[0].endswith("/messages.html")


# -- links ----------------------------------------------------------------------------------------------------------------


def test_a_box_of_the_hierarchy_leads_to_the_page_of_the_loss(visit: Visit) -> None:
    page = visit("hierarchy.html")
    page.locator(f"svg a[href$='losses/{PLAIN}.html']").first.click()
    page.wait_for_url(f"**/losses/{PLAIN}.html")
    assert PLAIN in page.locator("h1").inner_text()


def test_a_box_of_a_losss_graph_leads_to_the_line_of_its_class(visit: Visit) -> None:
    page = visit(f"losses/{PLAIN}.html")
    page.locator("svg a", has_text="_Loss").first.click()
    page.wait_for_url("**/source/torch/nn/modules/loss.py.html#*")
    assert line_at(page).startswith("class _Loss")


def line_at(page: Any) -> str:
    """The source line that the address of the page leads to, which must be in view."""
    place = page.locator(":target")
    place.wait_for()
    assert in_view(place), page.url
    whole: str = page.locator(".il-code pre code").first.text_content()
    number = int(place.text_content())
    lines = {int(found[1]): found[2] for found in re.finditer(r"^(\d+)●?(.*)$", whole, re.M)}
    return lines[number].strip()


def test_a_line_link_lands_on_its_line(visit: Visit) -> None:
    page = visit(f"losses/{PLAIN}.html")
    link = page.locator("#path-0-steps .il-step .il-place a[href*='#L-']").first
    number = (link.get_attribute("href") or "").rpartition("-")[2]
    link.click()
    page.wait_for_url(f"**#L-{number}")
    assert line_at(page).startswith("def _wrapped_call_impl(")


# -- switches and buttons -------------------------------------------------------------------------------------------------


def test_the_switch_of_configurations_shows_another_path(visit: Visit) -> None:
    page = visit(f"losses/{BUSY}.html")
    assert page.locator("#path-0-steps").is_visible()
    assert not page.locator("#path-1-steps").is_visible()
    page.locator("label[for=path-1]").click()
    assert page.locator("#path-1-steps").is_visible()
    assert not page.locator("#path-0-steps").is_visible()
    assert page.locator("#path-1-steps").inner_text() != page.locator("#path-0-steps").text_content()


def test_copied_code_has_no_line_numbers(visit: Visit, book: Path) -> None:
    page = visit(f"losses/{PLAIN}.html")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#path-0-steps .il-code pre").first.scroll_into_view_if_needed()
    page.locator("#path-0-steps .il-code button").first.click()
    page.wait_for_function("navigator.clipboard.readText().then(text => text.length > 0)")
    copied = page.evaluate("navigator.clipboard.readText()")
    source = Book.from_json(book.read_bytes()).sources["torch/nn/modules/module.py"]
    assert copied.startswith("def _wrapped_call_impl(self, *args, **kwargs):\n    if self._compiled_call_impl is not None:")
    assert {line.strip() for line in copied.splitlines()} <= {line.strip() for line in source.splitlines()}


def test_the_button_of_the_palette_makes_the_page_dark_and_it_stays_so(visit: Visit) -> None:
    page = visit("index.html")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    for _ in range(2):
        page.locator(".md-header__option label:visible").click()
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.reload()
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"


def test_shapes_are_looked_up_in_what_was_run(visit: Visit) -> None:
    form = visit("questions.html").locator("form.il-lookup[data-reads=shapes]").first
    said = {}
    for first, second in (("(4, 3)", "(4,)"), ("(4, 3)", "(4, 1)"), ("torch.Size([2, 7, 11])", "2, 7"), ("(2, 3)", "(5, 5)")):
        form.locator("[name=first]").fill(first)
        form.locator("[name=second]").fill(second)
        said[second] = form.locator("output").inner_text()
    assert said["(4,)"].startswith("✓ torch takes it: (N, C)")
    assert "target.squeeze(1)" in said["(4, 1)"]
    assert "input.movedim(-1, 1)" in said["2, 7"]
    assert "No row" in said["(5, 5)"]


def test_without_scripts_the_shapes_are_a_table(visit: Visit) -> None:
    page = visit("questions.html", scripts=False)
    assert not page.locator("form.il-lookup").first.is_visible()
    assert page.locator("table.il-shown", has_text="input.movedim(-1, 1)").is_visible()
    page.close()


# -- the keyboard ---------------------------------------------------------------------------------------------------------


def tab_to(page: Any, section: str, wanted: str, most: int = 40) -> None:
    """Presses Tab from the heading of a section on, until the element with the focus is what is wanted."""
    page.locator(f"#{section}").click(position={"x": 2, "y": 2})
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches({wanted!r})"):
            return
    raise AssertionError(f"{most} steps from {section} reach no {wanted}")


def test_the_keyboard_reaches_the_switch(visit: Visit) -> None:
    page = visit(f"losses/{BUSY}.html")
    tab_to(page, "call", "input[name=il-path]")
    page.keyboard.press("ArrowRight")
    assert page.locator("#path-1-steps").is_visible()


def test_the_keyboard_opens_a_fold(visit: Visit) -> None:
    page = visit(f"losses/{BUSY}.html")
    tab_to(page, "call", "summary")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open")


def test_the_keyboard_follows_a_box_of_a_graph(visit: Visit) -> None:
    page = visit(f"losses/{PLAIN}.html")
    tab_to(page, "callable", "svg a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/source/**")


# -- other ways to read ---------------------------------------------------------------------------------------------------


def test_no_kind_of_page_scrolls_sideways_on_a_phone_or_asks_another_host(visit: Visit, site: Path) -> None:
    wide = {}
    for name in one_of_each_kind(site):
        page = visit(name, width=390)
        page.wait_for_load_state("networkidle")
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        wide[name] = page.evaluate("document.documentElement.scrollWidth")
        page.close()
    assert {name: width for name, width in wide.items() if width > 390} == {}


LOOKS = """() => [...document.querySelectorAll("body, body *")].map((each) => {
  const look = getComputedStyle(each);
  const said = ["display", "color", "backgroundColor", "fontSize", "fontWeight", "margin", "padding", "borderWidth", "position", "width"];
  return [each.localName, each.className, ...said.map((name) => look[name])].join(" | ");
})"""


@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_looks_the_same_before_its_whole_style_sheets_have_come(visit: Visit, site: Path, width: int) -> None:
    differ = {}
    for name in one_of_each_kind(site) if width > 390 else ("index.html", f"losses/{BUSY}.html"):
        page = visit("404.html", width=width)
        page.emulate_media(reduced_motion="reduce")  # no colour is on its way to another
        page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
        page.goto(page.url.replace("404.html", name))
        page.wait_for_function("!document.body.innerHTML.includes('dataset.ready') || 'ready' in document.documentElement.dataset")
        whole = page.evaluate(LOOKS)
        page.route("**/*.css", lambda route: route.fulfill(body="", content_type="text/css"))
        page.reload()
        page.wait_for_function("!document.body.innerHTML.includes('dataset.ready') || 'ready' in document.documentElement.dataset")
        if name != "404.html":
            early = page.evaluate(LOOKS)
            differ[name] = [(one, other) for one, other in zip(early, whole, strict=True) if one != other][:3]
        page.close()
    assert {name: these for name, these in differ.items() if these} == {}


def test_pages_are_readable_without_scripts(visit: Visit, book: Path) -> None:
    chapters = Book.from_json(book.read_bytes()).chapters
    formulas = next(chapter.report.definition for chapter in chapters if chapter.name == BUSY).formulas  # type: ignore[union-attr]
    page = visit(f"losses/{BUSY}.html", scripts=False)
    text = page.locator("main").inner_text()
    assert "Module._wrapped_call_impl" in text
    assert formulas
    assert all(formula.text in text for formula in formulas)
    assert page.locator("#path-0-steps").is_visible()
    page.locator("label[for=path-1]").click()
    assert page.locator("#path-1-steps").is_visible()
    page.close()
    cards = visit("index.html", scripts=False).locator(".il-card:visible")
    assert sorted(cards.locator("strong").all_inner_texts()) == sorted(chapter.name for chapter in chapters)


def test_the_zip_is_searched_and_read_from_a_folder(visit: Visit, unpacked: Path) -> None:
    if not (unpacked / "assets" / "vendor" / "iframe-worker" / "shim.js").is_file():
        pytest.skip("iframe-worker could not be brought from npm: the search needs a server")
    page = visit("index.html", at=f"{unpacked.as_uri()}/")
    assert any("losses/CrossEntropyLoss.html" in link for link in results(page, "cross entropy"))
    page.locator(".md-search-result__item a").first.click()
    page.wait_for_url(f"{unpacked.as_uri()}/**.html?h=*")
    assert page.locator("h1").inner_text()


def test_formulas_are_set_by_a_script_of_the_site_itself(visit: Visit, site: Path) -> None:
    if not (site / "assets" / "vendor" / "katex" / "katex.min.js").is_file():
        pytest.skip("KaTeX could not be brought from npm: formulas are text")
    page = visit(f"losses/{BUSY}.html")
    page.locator(".il-formula.il-set .katex").first.wait_for()
    assert page.locator(".il-formula:not(.il-set)").count() == 0


def test_a_request_to_another_host_and_an_error_of_a_script_are_noticed(browser: Any, address: str) -> None:
    trouble: list[str] = []
    context = browser.new_context()
    watch(context, address, trouble)
    page = context.new_page()
    page.goto(address + "index.html")
    page.evaluate("fetch('https://pytorch.org/x.js').catch(() => { setTimeout(() => { throw new Error('planted') }) })")
    page.wait_for_timeout(100)
    context.close()
    assert trouble[0] == "request: https://pytorch.org/x.js"
    assert any("planted" in each for each in trouble)
