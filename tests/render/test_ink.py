"""Wrapping and painting: nothing outside the width, no code where none is wanted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspector.render.ink import Look, Span, aside, cells, clip, fit, line_cells, paint, wrap

TEXTS = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=80)


def plain(lines: object) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]  # type: ignore[attr-defined]


def test_words_are_broken_at_spaces_and_hang_where_asked() -> None:
    assert plain(wrap([Span("one two three")], 9, (Span("- "),), (Span("  "),))) == ["- one two", "  three"]


def test_a_word_in_two_styles_is_not_broken_between_them() -> None:
    assert plain(wrap([Span("aaa "), Span("bbb", "name"), Span(","), Span(" cc")], 7)) == ["aaa", "bbb, cc"]


def test_a_word_longer_than_the_line_is_cut() -> None:
    assert plain(wrap([Span("abcdefgh")], 3)) == ["abc", "def", "gh"]


def test_a_lead_without_words_is_still_a_line() -> None:
    assert plain(wrap([], 10, (Span("title"),))) == ["title"]
    assert plain(wrap([], 10, (Span("  "),))) == []


@given(TEXTS, st.integers(2, 60))
def test_wrapped_lines_keep_within_the_width_and_lose_nothing(text: str, width: int) -> None:
    lines = plain(wrap([Span(text)], width))
    assert all(cells(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(TEXTS, st.integers(1, 60))
def test_fitted_text_keeps_within_the_width(text: str, width: int) -> None:
    assert cells(fit(text, width)) <= width
    assert line_cells(clip((Span(text), Span(text)), width)) <= width


def test_the_ends_of_a_name_are_kept() -> None:
    assert fit("torch._C._has_torch_function", 13) == "torch.…nction"


def test_text_stands_below_where_there_is_no_room_beside() -> None:
    assert plain(aside((Span("left"),), [Span("words beside")], 40, 6)) == ["left  words beside"]
    assert plain(aside((Span("left"),), [Span("words beside")], 20, 6)) == ["left", "      words beside"]


def test_wide_letters_count_twice() -> None:
    assert cells("损失") == 4
    assert plain(wrap([Span("损失函数")], 4)) == ["损失", "函数"]


def test_neighbours_in_one_style_share_their_codes() -> None:
    line = (Span("a", "name"), Span("b", "name"), Span("c", "", "https://x.org"))
    assert paint([line], Look(escapes=True)) == "\x1b[1mab\x1b[0m\x1b]8;;https://x.org\x1b\\c\x1b]8;;\x1b\\\n"
    assert paint([line], Look()) == "abc\n"
