"""The setup finds a Chromium, installs one only as root and with apt, and else says in one line what is skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import browser


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("INSPECT_LOSS_CHROMIUM", raising=False)
    return tmp_path


def put(folder: Path, name: str, text: str = "#!/bin/sh\nexit 0\n") -> Path:
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)
    return folder / name


def test_a_browser_on_the_path_is_taken(nowhere: Path) -> None:
    there = put(nowhere, "chromium")
    assert browser.ensure() == str(there)


def test_without_root_one_line_says_what_is_skipped(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(nowhere, "apt-get")
    monkeypatch.setattr(browser, "_is_root", lambda: False)
    assert browser.ensure() is None
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "browser tests are skipped" in said[0]


def test_as_root_the_systems_package_is_installed(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(
        nowhere,
        "apt-get",
        f'#!/bin/sh\ncase "$*" in *chromium*) echo "#!/bin/sh" > {nowhere}/chromium; /bin/chmod 755 {nowhere}/chromium ;; esac\n',
    )
    monkeypatch.setattr(browser, "_is_root", lambda: True)
    assert browser.ensure() == str(nowhere / "chromium")


def test_an_install_that_fails_says_so(nowhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    put(nowhere, "apt-get", "#!/bin/sh\nexit 100\n")
    monkeypatch.setattr(browser, "_is_root", lambda: True)
    assert browser.ensure() is None
    assert "could not install it" in capsys.readouterr().err
