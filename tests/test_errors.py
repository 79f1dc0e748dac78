"""One line for everything that can go wrong, whatever is in the data it quotes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from inspector.errors import CouldNotRun, InspectError, UnknownName


@given(some.text(), some.text(), some.text())
def test_an_error_is_one_line_and_ends_in_its_slug(what: str, where: str, todo: str) -> None:
    line = InspectError("slug", what, where, todo).line()
    assert len(line.splitlines()) == 1
    assert line.endswith("[slug]")


@pytest.mark.parametrize(
    ("error", "code"),
    [(InspectError("slug", "what"), 2), (UnknownName("what", nearest=("L1Loss",)), 2), (CouldNotRun("slug", "what"), 3)],
)
def test_wrong_use_is_two_and_what_cannot_be_done_is_three(error: InspectError, code: int) -> None:
    assert error.exit_code == code
    assert str(error) == error.line()
