"""Many releases at once: what is kept first, the rest as it arrives, and what cannot be had told or raised."""

from __future__ import annotations

import threading

import pytest

from inspector.errors import InspectError
from inspector.source.fetching import CONNECTIONS
from inspector.source.releases import Releases

from .small_index import Index, wheel

MANY = tuple(f"1.{number}.0" for number in range(1, 9))


@pytest.fixture
def eight(index: Index) -> Index:
    index.wheels.clear()
    for version in MANY:
        index.add(version)
    return index


def versions_of(releases: Releases, asked: tuple[str, ...]) -> list[str]:
    return [text.release.version for text in releases.texts(asked)]


def test_all_final_releases_are_named_the_oldest_first(eight: Index) -> None:
    eight.add("1.10.0")
    eight.add("1.11.0rc1")
    eight.add("1.12.0", "cp39-cp39-win_amd64")
    assert Releases().versions() == (*MANY, "1.10.0")


def test_each_text_comes_once_and_with_all_that_a_report_looks_at(eight: Index) -> None:
    releases = Releases()
    found = []
    for text in releases.texts((*MANY, MANY[0])):
        asked = len(eight.asked)
        assert "class GapLoss" in text.text_of(text.place("torch/nn/modules/loss.py"))
        found.append((text.release.version, asked))
    assert sorted(version for version, _ in found) == list(MANY)
    assert len([path for path, _ in eight.asked if path == "/simple/torch/"]) == 1


def test_what_is_kept_comes_first_and_costs_no_request(eight: Index) -> None:
    Releases().text(MANY[5])
    list(Releases().texts((MANY[6],)))
    assert versions_of(Releases(), MANY[4:])[0] == MANY[6]
    eight.asked.clear()
    assert versions_of(Releases(), MANY[4:]) == list(MANY[4:])
    assert eight.asked == []


def test_a_host_has_a_few_connections_and_no_more(eight: Index) -> None:
    versions_of(Releases(), MANY)
    assert 1 < eight.most_connections <= CONNECTIONS


def test_what_cannot_be_had_is_told_and_the_others_go_on(eight: Index) -> None:
    eight.add(MANY[2], data=wheel()[:-30])
    told: list[tuple[str, str]] = []
    asked = (*MANY, "9.9.9", "newest")
    found = [text.release.version for text in Releases().texts(asked, lambda version, error: told.append((version, error.slug)))]
    assert sorted(found) == sorted({*MANY} - {MANY[2]})
    assert sorted(told) == [(MANY[2], "wheel-unreadable"), ("9.9.9", "no-such-release"), ("newest", "no-such-release")]


def test_what_cannot_be_had_is_raised_where_nobody_wants_to_be_told(eight: Index) -> None:
    with pytest.raises(InspectError) as caught:
        list(Releases().texts(("9.9.9",)))
    assert caught.value.slug == "no-such-release"


def test_offline_the_kept_ones_are_had_and_the_others_told(eight: Index) -> None:
    list(Releases().texts(MANY[:2]))
    told: list[str] = []
    found = [text.release.version for text in Releases(offline=True).texts(MANY, lambda version, error: told.append(error.slug))]
    assert found == list(MANY[:2])
    assert told == ["offline"] * 6


def test_leaving_the_loop_leaves_no_thread_behind(eight: Index) -> None:
    for _ in Releases().texts(MANY):
        break
    for thread in threading.enumerate():
        if thread.name.startswith("fetching"):
            thread.join(5)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fetching")]
