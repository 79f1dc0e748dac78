"""Work that a copy of the process does: what comes back, and what becomes of trouble."""

from __future__ import annotations

import os

import pytest

from inspector.render.pages import apart
from inspector.render.pages.page import Page


def test_what_a_copy_made_comes_back_as_it_is() -> None:
    pages = [[Page("losses/A.md", "a" * 200_000, "A", "Losses"), Page("objects.inv", "", data=b"\0\xff")], []]
    assert apart.begun(lambda: pages)() == pages


@pytest.mark.skipif(not apart._can_copy(), reason="only Linux with two processors copies a process")
def test_the_work_is_done_elsewhere() -> None:
    ((page,),) = apart.begun(lambda: [[Page("index.md", str(os.getpid()))]])()
    assert page.text != str(os.getpid())


def test_trouble_in_the_copy_shows_here() -> None:
    def work() -> list[list[Page]]:
        raise ValueError("a page cannot be made")

    waited = apart.begun(work)
    with pytest.raises(ValueError, match="a page cannot be made"):
        waited()


def test_a_copy_that_is_killed_costs_only_time() -> None:
    here = os.getpid()

    def work() -> list[list[Page]]:
        if os.getpid() != here:
            os.kill(os.getpid(), 9)
        return [[Page("index.md", "whole")]]

    assert apart.begun(work)() == [[Page("index.md", "whole")]]
