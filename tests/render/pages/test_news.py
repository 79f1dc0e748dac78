"""The page of a release: what it counts, and that it says so as the terminal does."""

from __future__ import annotations

from inspector.book import News
from inspector.changes import FORMAT_VERSION, Change, Comparison
from inspector.render import changed, retold
from inspector.render.ink import Look
from inspector.render.pages import news_page

WORDS, MOVED = (
    Change("2.1.0", "2.0.0", "torch.nn.modules.loss.L1Loss", kind, "spelling", sentence, quiet=True)
    for kind, sentence in (("docstring", "the docstring says the same in other words"), ("lines", "moved from line 3 to line 9"))
)


def test_all_faces_count_the_same_changes_of_spelling_and_none_counts_lines_that_moved() -> None:
    found = Comparison(FORMAT_VERSION, "2.0.0", "2.1.0", "", (WORDS.subject,), (WORDS, MOVED))
    said = (
        news_page._page(News("2.1.0", "2.0.0", "", (WORDS, MOVED)), set()),
        retold.in_markdown(found),
        changed.comparison_to_terminal(found, Look()),
    )
    assert ["1 change of spelling only" in text for text in said] == [True, True, True]


def test_lines_that_moved_are_no_changes() -> None:
    assert "spelling only" not in news_page._page(News("2.1.0", "2.0.0", "", (MOVED,)), set())
