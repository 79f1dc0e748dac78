"""The history of a class over small wheels: what is new, changed, moved and gone, read from each release and kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inspector import changes, chronicle
from inspector.changes import Change, Comparison, Timeline
from inspector.errors import CouldNotRun, InspectError, UnknownName
from inspector.source import cache, finders
from inspector.source.history import comparing
from inspector.source.history.portrait import Piece, Portrait

from .small_index import SOURCES, Index, wheel

LOSS, MODULE, FUNCTIONAL = "torch/nn/modules/loss.py", "torch/nn/modules/module.py", "torch/nn/functional.py"


def edited(file: str, *swaps: str) -> dict[str, str]:
    """A file of the small torch with some words replaced by others."""
    text = SOURCES[file]
    for old, new in zip(swaps[::2], swaps[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    return {file: text}


WIDER = edited(
    LOSS, "wide=1", "wide=1, deep=0.5", "        self.wide = wide\n", "        self.wide = wide\n        self.deep = deep\n",
    "F.gap(input, target)", "F.gap(input, target, deep=self.deep)",
) | edited(FUNCTIONAL, "def gap(input, target):", "def gap(input, target, deep=0.5):", "sub(target))", "sub(target), deep)")  # fmt: skip
RENAMED = {
    MODULE: SOURCES[MODULE].replace("def __call__", "def _call_impl") + "\n    __call__ = _call_impl\n",
    LOSS: WIDER[LOSS].replace("super(GapLoss, self)", "super()"),
    FUNCTIONAL: WIDER[FUNCTIONAL].replace("torch.gap_of", "torch._C._nn.gap_of"),
}
WITHOUT = {
    LOSS: "from .module import Module\n\n\nclass SumLoss(Module):\n    pass\n",
    "torch/nn/modules/__init__.py": "from .loss import SumLoss\nfrom .module import Module\n",
}


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No torch is installed, and everything is read in this process."""

    def none() -> finders.TorchText:
        raise CouldNotRun("torch-missing", "torch is not installed")

    monkeypatch.setattr(finders, "find_installed", none)
    monkeypatch.setattr(chronicle, "processors", lambda: 1)


@pytest.fixture
def five(index: Index) -> Iterator[Index]:
    """1.0.0, 1.0.1 with the same sources, 1.1.0 with an argument more, 1.2.0 called in another way, 1.3.0 with another class."""
    for version, extra in (("1.0.1", {}), ("1.1.0", WIDER), ("1.2.0", RENAMED), ("1.3.0", WITHOUT)):
        index.add(version, data=wheel(version, {**(RENAMED if extra is WITHOUT else {}), **extra}))
    return index


def loud(found: Timeline | Comparison, release: str = "") -> list[Change]:
    return [change for change in found.changes if not change.quiet and release in ("", change.release)]


def test_a_timeline_says_since_when_and_until_when(five: Index) -> None:
    old, new = chronicle.timeline("GapLoss"), chronicle.timeline("SumLoss")
    assert (old.public_name, old.introduced, old.since_oldest, old.removed) == ("torch.nn.GapLoss", "1.0.0", True, "1.3.0")
    assert (new.introduced, new.since_oldest, new.removed) == ("1.3.0", False, "")
    assert old.signature == "GapLoss(wide=1)"
    assert [(one.version, one.same_as) for one in old.releases][:3] == [("1.0.0", ""), ("1.0.1", "1.0.0"), ("1.1.0", "")]


def test_an_argument_that_is_passed_on_is_told_once(five: Index) -> None:
    (change,) = loud(chronicle.timeline("GapLoss"), "1.1.0")
    assert change.sentence == "new argument `deep=0.5`, passed on to F.gap and torch.gap_of"
    assert (change.names, change.also, change.previous) == (("deep",), ("torch.nn.functional.gap",), "1.0.1")


def test_another_way_of_calling_is_told_and_another_super_is_quiet(five: Index) -> None:
    found = chronicle.timeline("GapLoss")
    calling = next(change for change in loud(found, "1.2.0") if change.kind == "calling")
    assert calling.sentence == "`__call__` is another name of Module._call_impl; it was a method of Module"
    assert calling.title == "Module"
    assert "super" in {change.kind for change in found.changes if change.quiet and change.release == "1.2.0"}
    (native,) = [change for change in loud(found, "1.2.0") if change.kind == "path"]
    assert (native.consequence, native.title) == ("path", "F.gap")


def test_releases_in_which_nothing_changed_are_one_stretch(five: Index) -> None:
    found = chronicle.timeline("GapLoss")
    assert [(one.name, one.present) for one in found.stretches] == [
        ("1.0.0-1.0.1", True),
        ("1.1.0", True),
        ("1.2.0", True),
        ("1.3.0", False),
    ]
    later = changes.since(found, "1.1")
    assert [one.name for one in later.stretches] == ["1.1.0", "1.2.0", "1.3.0"]
    with pytest.raises(InspectError) as caught:
        changes.since(found, "9.9")
    assert caught.value.slug == "no-such-release"


def test_each_distinct_text_is_kept_once(five: Index) -> None:
    forms = chronicle.timeline("GapLoss").forms
    assert [form.releases for form in forms] == [("1.0.0", "1.0.1"), ("1.1.0",), ("1.2.0",)]
    assert forms[0].text.startswith("class GapLoss(Module):")
    assert (forms[0].file, forms[0].line) == (LOSS, 5)
    assert (forms[0].signature, forms[2].signature) == ("GapLoss(wide=1)", "GapLoss(wide=1, deep=0.5)")


def test_the_history_of_module_and_of_a_function(five: Index) -> None:
    module = chronicle.timeline("Module")
    assert [change.kind for change in loud(module, "1.2.0")] == ["calling"]
    function = chronicle.timeline("F.gap")
    assert (function.subject, function.kind) == ("torch.nn.functional.gap", "function")
    assert [change.sentence for change in loud(function, "1.1.0")] == ["new argument `deep=0.5`"]
    assert chronicle.timeline("gap").subject == function.subject


def test_what_is_kept_needs_neither_network_nor_wheels(five: Index) -> None:
    found = chronicle.timeline("GapLoss")
    five.asked.clear()
    assert chronicle.timeline("GapLoss") == found
    assert chronicle.timeline("GapLoss", offline=True) == found
    assert five.asked == []
    assert Timeline.from_json(found.to_json()) == found


def test_a_release_that_cannot_be_had_is_named_and_not_kept(five: Index) -> None:
    five.wheels["torch-1.1.0-cp39-none-macosx_11_0_arm64.whl"] = b"no wheel"
    found = chronicle.timeline("GapLoss")
    refused, *unresolved = found.unread
    assert (refused.version, refused.reason[:22]) == ("1.1.0", "cannot read this wheel")
    assert {one.reason.partition(":")[0] for one in unresolved} == {"not resolved"}
    assert "1.1.0" not in [one.version for one in found.releases]
    five.wheels["torch-1.1.0-cp39-none-macosx_11_0_arm64.whl"] = wheel("1.1.0", WIDER)
    assert "1.1.0" in [one.version for one in chronicle.timeline("GapLoss").releases]


def test_two_children_read_the_same(five: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = chronicle.timeline("GapLoss")
    for file in cache.folder().glob("*.json"):
        file.unlink()
    monkeypatch.setattr(chronicle, "processors", lambda: 2)
    assert chronicle.timeline("GapLoss") == alone


def test_two_releases_are_compared_the_gravest_change_first(five: Index) -> None:
    found = chronicle.compare("1.0.0", "1.3.0")
    assert (loud(found)[0].consequence, loud(found)[0].title) == ("removed", "GapLoss")
    assert ("new", "SumLoss") in [(change.consequence, change.title) for change in found.changes]
    ranks = [change.rank for change in found.changes]
    assert ranks == sorted(ranks)
    assert Comparison.from_json(found.to_json()) == found


def test_what_a_class_says_is_not_said_of_its_function_again(five: Index) -> None:
    found = chronicle.compare("1.0.1", "1.1.0")
    assert [change.title for change in loud(found)] == ["GapLoss"]
    assert loud(chronicle.compare("1.0.0", "1.0.1")) == []
    assert [change.title for change in loud(chronicle.compare("1.0.1", "1.1.0", "F.gap"))] == ["F.gap"]


def test_what_is_said_of_another_class_does_not_stand_in_this_one(five: Index) -> None:
    told = [one for one in chronicle.timeline("GapLoss").changes if one.kind == "calling"]
    assert told
    assert all(one.place_after.file != "torch/nn/modules/loss.py" for one in told)


def test_a_name_that_no_release_has_is_refused(five: Index) -> None:
    with pytest.raises(UnknownName):
        chronicle.timeline("NoSuchLoss")


def test_a_record_that_is_none_is_refused() -> None:
    for text in ("{}", "no json", '{"format_version": 99}'):
        with pytest.raises(InspectError) as caught:
            Timeline.from_json(text, "a.json")
        assert caught.value.slug == "damaged-history"


@pytest.mark.network
def test_what_is_known_of_real_releases_is_read_from_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    try:
        found = chronicle.compare("1.9.1", "1.10.0", "CrossEntropyLoss")
    except CouldNotRun as error:
        pytest.skip(error.what)
    (added,) = [change for change in found.changes if change.kind == "argument added"]
    assert (added.names, added.consequence) == (("label_smoothing",), "new")
    module = chronicle.compare("2.0.1", "2.1.0", "Module")
    assert "`__call__` is another name of Module._wrapped_call_impl" in "".join(change.sentence for change in module.changes)


@pytest.mark.parametrize("call", ["far(x, *, deep=0.5)", "far(x, *more, deep=0.5, **rest)", "far(x=1)"])
def test_a_signature_says_what_is_given_by_name_only(call: str) -> None:
    portrait = Portrait("torch.far", "torch.far", "function", Piece("torch.far", FUNCTIONAL, 1, f"def {call}:\n    return x\n"))
    assert comparing.signature_text(portrait) == call
