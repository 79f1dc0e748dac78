"""One installation of the built wheel for all tests of this folder that need one."""

from __future__ import annotations

import pytest

from benchmarks.installed import Installation, install


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel of this checkout, installed where the checkout cannot be seen."""
    return install(tmp_path_factory.mktemp("installed"))
