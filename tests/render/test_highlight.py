"""Source text as HTML: real line numbers, links where they are given and nowhere else, and every character escaped."""

from __future__ import annotations

import re
from html import unescape

import pytest

from inspector.render.called_names import stretch
from inspector.render.highlight import Anchor, Link, Mark, excerpt, highlighted

TEXT = '''class Loss(Module):
    """<script>alert(1)</script> {{ 7 * 7 }} `tick` # (1)!"""

    def forward(self, x):
        return F.l1_loss(x, self.weight) + g(x)
'''


def plain(html: str) -> str:
    """What a reader copies: the text without numbers, marks and permanent links."""
    without = re.sub(r'<(a|i)[^>]*(?:id="L-|class="(?:no|by|perma))[^>]*>[^<]*</\1>', "", html)
    return unescape(re.sub(r"<[^>]*>", "", without))


def test_the_text_comes_out_as_it_went_in() -> None:
    assert plain(highlighted(TEXT, marked={4: Mark("#who")}, anchors={4: Anchor("Loss.forward")})) == TEXT
    assert plain(excerpt(TEXT, 4, 5)) == "def forward(self, x):\n    return F.l1_loss(x, self.weight) + g(x)\n"


def test_a_script_in_a_docstring_is_text() -> None:
    shown = highlighted(TEXT)
    assert "<script" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_what_a_link_brings_is_escaped() -> None:
    shown = highlighted(TEXT, links={4: [Link(8, 15, '"><script>', '"><b>')]}, marked={4: Mark('"><i>', "<u>")})
    assert not re.search(r"<(script|b|u)>", shown)


def test_every_line_is_an_anchor_of_its_own_number() -> None:
    assert re.findall(r'id="L-(\d+)"', highlighted(TEXT)) == [str(number) for number in range(1, TEXT.count("\n") + 1)]


def test_a_name_without_a_link_is_no_link() -> None:
    columns = stretch(TEXT.split("\n")[4], "F.l1_loss(x, self.weight)")
    assert columns is not None
    shown = highlighted(TEXT, links={5: [Link(*columns, "there.html#L-7", "F.l1_loss")]})
    assert re.findall(r'<a class="xref" href="([^"]*)" title="F.l1_loss">(.*?)</a>', shown) == [("there.html#L-7", "l1_loss")]
    assert "xref" not in highlighted(TEXT)


def test_an_excerpt_has_real_numbers_that_lead_to_the_file() -> None:
    shown = excerpt(TEXT, 4, 5, highlight={5}, href_of=lambda line: f"loss.html#L-{line}")
    assert re.findall(r'<a class="no" href="([^"]*)">(\d)</a>', shown) == [("loss.html#L-4", "4"), ("loss.html#L-5", "5")]
    assert shown.count('class="hl"') == 1


@pytest.mark.parametrize(
    ("line", "call_text", "name"),
    [
        ("    return F.l1_loss(", "F.l1_loss(input, target)", "l1_loss"),
        ("    super().__init__(weight)", "super().__init__(weight)", "__init__"),
        ("    weight=self.weight,", "self.weight", "weight"),
        ("    self.margin = margin", "self.margin = margin", "margin"),
        ("    if f(a) and f(b):", "f(b)", "f"),
        ("    if f(a) and f(a):", "f(a)", None),
        ("    x = other.l1_loss(input)", "l1_loss(input)", None),
        ("    loss = (a - b) ** 2", "(a - b) ** 2", None),
    ],
)
def test_the_name_of_a_call_is_found_or_left_alone(line: str, call_text: str, name: str | None) -> None:
    columns = stretch(line, call_text)
    assert (columns and line[slice(*columns)]) == name


def test_of_two_calls_of_one_name_the_right_one_is_found() -> None:
    assert stretch("    if f(a) and f(b):", "f(b)") == (16, 17)
