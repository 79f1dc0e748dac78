"""When a quoted text came and went: however it is wrapped and typeset, in small releases made on the spot."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector import dating
from inspector.changes import Place
from inspector.errors import InspectError
from inspector.source import quotes, releases

from .small_index import SOURCES, Index, wheel

LOSS = "torch/nn/modules/loss.py"
OLD = SOURCES[LOSS]
NEW = OLD.replace("super(GapLoss, self).__init__()", "super().__init__()").replace("class GapLoss", "# moved\nclass GapLoss")


@pytest.fixture
def four(index: Index, monkeypatch: pytest.MonkeyPatch) -> Index:
    """Four releases and no installed torch; the third says it in a new way, the fourth in the old one again."""
    monkeypatch.setattr(releases, "_installed_version", lambda: None)
    index.wheels.clear()
    index.json = True
    for version, text in zip(("1.1.0", "1.2.0", "1.3.0", "1.4.0"), (OLD, OLD, NEW, OLD), strict=True):
        index.add(version, data=wheel(version, {LOSS: text}))
    return index


def ranges(text: str) -> list[tuple[str, str]]:
    return [(each.first, each.last) for each in dating.date(text).stretches]


def test_a_text_has_a_first_and_a_last_release_with_its_line_in_both(four: Index) -> None:
    found = dating.date("super(GapLoss, self).__init__()")
    assert [(each.first, each.last, each.releases) for each in found.stretches] == [("1.1.0", "1.2.0", 2), ("1.4.0", "1.4.0", 1)]
    assert found.first is not None
    assert found.last is not None
    assert (found.first.version, found.first.date, found.first.places) == ("1.1.0", "2010-02-03", (Place(LOSS, 9),))
    assert (found.last.version, found.last.places) == ("1.4.0", (Place(LOSS, 9),))
    assert found.searched.releases == ("1.1.0", "1.2.0", "1.3.0", "1.4.0")
    assert found.searched.texts == len(SOURCES) - 1 + 4 + 1  # one file is not looked at; version.py differs each time


def test_the_line_is_that_of_the_release_it_is_said_of(four: Index) -> None:
    found = dating.date("class GapLoss(Module):")
    assert found.first is not None
    assert found.first.places == (Place(LOSS, 5),)
    assert ranges("# moved") == [("1.3.0", "1.3.0")]


@pytest.mark.parametrize(
    "text",
    [
        "def __init__(self, wide=1):\n        super(GapLoss, self).__init__()\n        self.wide = wide",
        "def __init__(self, wide=1): super(GapLoss,\n    self).__init__()\nself.wide=wide",
        ">>> def __init__(self, wide = 1):\n...     super( GapLoss, self ).__init__()",
        "class GapLoss(Module):\n    “““The gap.”””",
        "class GapLoss(Module):\n    '''The gap.'''",
        "class GapLoss(Module):\n    ...\n    def forward(self, input, target):",
        "class\u00a0GapLoss(Module):\n    # …\n    return F.gap(input, target)",
    ],
)
def test_wrapping_indents_marks_and_what_was_left_out_do_not_matter(four: Index, text: str) -> None:
    assert ("1.1.0", "1.2.0" if "super" in text else "1.4.0") in ranges(text)


@pytest.mark.parametrize("text", ["def forward(self, input, target):\n    ...\n    def __init__", "self.wide wide", "returnF.gap"])
def test_order_and_the_space_between_words_matter(four: Index, text: str) -> None:
    assert ranges(text) == []


def test_what_stands_nowhere_is_told_with_the_line_most_like_it(four: Index) -> None:
    found = dating.date("super(GabLoss, self).__init__()")
    assert (found.first, found.last, found.stretches) == (None, None, ())
    assert found.near is not None
    assert (found.near.text, found.near.version, found.near.place) == ("super(GapLoss, self).__init__()", "1.4.0", Place(LOSS, 9))


def test_of_several_lines_the_one_that_stands_nowhere_is_looked_for(four: Index) -> None:
    found = dating.date("super(GapLoss, self).__init__()\nself.width = wide")
    assert found.near is not None
    assert (found.near.wanted, found.near.text) == ("self.width = wide", "self.wide = wide")
    assert dating.date("zzz = qqq.xxx()").near is None


@pytest.mark.parametrize("text", ["", "  \n", "()", "a", "…", "..."])
def test_too_little_text_is_wrong_use(text: str) -> None:
    with pytest.raises(InspectError) as caught:
        quotes.understand(text)
    assert caught.value.slug == "usage"


def test_offline_what_is_kept_is_searched_and_the_rest_is_named(four: Index) -> None:
    list(releases.Releases().texts(("1.2.0", "1.3.0")))
    four.asked.clear()
    found = dating.date("super().__init__()", offline=True)
    assert [each.version for each in found.unread] == ["1.1.0", "1.4.0"]
    assert [(each.first, each.last) for each in found.stretches] == [("1.3.0", "1.3.0")]
    assert four.asked == []


def test_a_text_that_was_searched_once_costs_no_request(four: Index) -> None:
    first = dating.date("# moved")
    four.asked.clear()
    assert dating.date("# moved").to_json() == first.to_json()
    assert four.asked == []


def test_a_damaged_file_is_read_again_before_it_is_searched(four: Index, tmp_path: Path) -> None:
    first = dating.date("# moved")
    for file in (tmp_path / "cache").rglob("loss.py"):
        file.write_bytes(file.read_bytes().replace(b"# moved", b"# m0ved"))
    assert dating.date("# moved") == first
