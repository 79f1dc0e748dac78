"""Servers that break off, lie, or know only some kinds of parts, and ways to be set up: a release is read, or one line says why not."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from inspector.errors import CouldNotRun, InspectError
from inspector.source import configuration, fetching, releases
from inspector.source.releases import Releases

from .small_index import Index, serve, wheel

SPELLED = "torch/nn/modules/loss.py"


def source_of(release: str = "1.0.0", **how: bool) -> str:
    text = Releases(**how).text(release)
    return text.text_of(text.place(SPELLED))


def trouble(release: str = "1.0.0", **how: bool) -> InspectError:
    with pytest.raises(InspectError) as caught:
        source_of(release, **how)
    assert "\n" not in caught.value.line()
    return caught.value


# -- breaking off ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 200, 1500])
def test_a_connection_that_breaks_off_now_and_then_is_no_trouble(index: Index, after: int) -> None:
    index.cut, index.cuts = after, 3
    assert "class GapLoss" in source_of()


def test_what_came_before_a_break_is_not_asked_for_again(index: Index) -> None:
    Releases().listed()
    index.asked.clear()
    index.cut, index.cuts = 70_000, 1
    assert "class GapLoss" in source_of()
    first, second = [part for path, part in index.asked if path.endswith(".whl")][:2]
    total = len(next(iter(index.wheels.values())))
    assert first == "bytes=-131072"
    came = int(second.removeprefix("bytes=").partition("-")[0]) - (total - 131072)
    assert 70_000 - fetching._CHUNK < came <= 70_000


def test_a_server_that_always_breaks_off_is_given_up(index: Index) -> None:
    index.cut, index.cuts = 10, 10**6
    assert trouble().slug == "index-unreachable"
    assert len(index.asked) == fetching.TRIES


def test_a_page_that_is_cut_is_not_taken_for_a_short_one(index: Index) -> None:
    for minor in range(1, 5):
        index.add(f"1.{minor}.0")
    index.cut, index.cuts = len(index.page()[1]) // 2, 1
    assert len(Releases().versions()) == 5


def test_a_length_that_is_a_lie_is_given_up_after_some_tries(index: Index) -> None:
    Releases().listed()
    index.claimed = 50
    assert trouble().slug == "index-unreachable"


# -- other answers than those asked for ------------------------------------------------------------------------------------------


def test_another_part_than_the_one_asked_for_is_refused(index: Index) -> None:
    Releases().listed()
    text = Releases().text("1.0.0")
    index.shift = -7
    with pytest.raises(CouldNotRun) as caught:
        text.text_of(text.root / "torch/nn/parallel/far.py")
    assert caught.value.slug == "index-unreachable"
    assert "another part" in caught.value.what


def test_a_server_that_does_not_know_the_end_of_a_file_is_told_where_it_is(index: Index) -> None:
    index.ranges = "no ends"
    assert "class GapLoss" in source_of()
    assert not [part for _, part in index.asked if part == "bytes=0-"]


def test_a_server_that_stops_sending_parts_says_so_in_one_line(index: Index) -> None:
    text = Releases().text("1.0.0")
    index.ranges = False
    with pytest.raises(CouldNotRun) as caught:
        text.text_of(text.root / "torch/nn/parallel/far.py")
    assert caught.value.slug == "no-parts"


def test_a_page_to_sign_in_is_not_an_index_and_is_not_kept(index: Index) -> None:
    index.pages["/simple/torch/"] = b"<html><body><form>who are you?</form></body></html>"
    assert trouble().slug == "no-wheel"
    index.pages.clear()
    assert "class GapLoss" in source_of()


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"files": 7}', b'{"meta": {"api-version": "2.0"}, "files": []}', b"\xff\xfe"])
def test_a_json_page_that_is_none_is_one_line(index: Index, monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    monkeypatch.setattr(index, "page", lambda: ("application/vnd.pypi.simple.v1+json", body))
    assert trouble().slug == "index-unreachable"


def test_a_wheel_that_is_an_html_page_is_one_line(index: Index) -> None:
    index.pages["/files/torch-1.0.0-cp39-none-macosx_11_0_arm64.whl"] = b"<html>not today</html>"
    assert "a page" in trouble().what
    assert "a page" in trouble(download=True).what


def test_a_file_that_was_taken_away_is_one_line(index: Index) -> None:
    Releases().listed()
    index.wheels.clear()
    assert "404" in trouble().what


# -- elsewhere -------------------------------------------------------------------------------------------------------------------


def test_a_page_and_a_wheel_that_moved_are_followed(index: Index) -> None:
    index.moved["/simple/torch/"] = "/new/place/simple/torch/"
    name = next(iter(index.wheels))
    index.moved[f"/new/place/files/{name}"] = f"{index.address}/far/{name}"
    assert "class GapLoss" in source_of()
    assert ("/new/place/files/" + name, "bytes=-131072") in index.asked
    assert ("/far/" + name, "bytes=-131072") in index.asked


def test_a_circle_of_moves_is_one_line(index: Index) -> None:
    index.moved["/simple/torch/"] = "/simple/torch/"
    assert trouble().slug == "index-unreachable"


def test_a_move_to_a_file_of_this_machine_is_not_followed(index: Index, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    index.moved["/simple/torch/"] = (tmp_path / "secret").as_uri()
    assert trouble().slug == "index-unreachable"


# -- how pip is set up -----------------------------------------------------------------------------------------------------------


def test_a_second_index_adds_its_releases_and_one_that_is_down_hides_none(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    second = Index()
    _, end = serve(second)
    try:
        second.add("1.3.0")
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", f"{second.address}/simple http://127.0.0.1:9/simple")
        assert Releases().versions() == ("1.0.0", "1.3.0")
        assert "class GapLoss" in source_of("1.3.0")
    finally:
        end()


def test_a_proxy_is_used_for_everything(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://index.invalid/simple")
    monkeypatch.setenv("PIP_PROXY", index.address)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert "class GapLoss" in source_of()
    assert {path.rpartition("/")[0] for path, _ in index.asked} == {"http://index.invalid/simple/torch", "http://index.invalid/files"}


def test_a_netrc_file_lets_in(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.login = "ann:word"
    assert "401" in trouble().what
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1\nlogin ann\npassword word\n")
    netrc.chmod(stat.S_IRUSR | stat.S_IWUSR)
    monkeypatch.setenv("NETRC", str(netrc))
    assert "class GapLoss" in source_of()


def test_a_page_of_links_and_a_file_of_links_are_read(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", f"{index.address}/simple/torch/")
    assert "class GapLoss" in source_of()
    name = "torch-1.4.0-py3-none-any.whl"
    (tmp_path / name).write_bytes(wheel("1.4.0"))
    page = tmp_path / "links.html"
    page.write_text(f'<a href="{name}">{name}</a>')
    monkeypatch.setenv("PIP_FIND_LINKS", str(page))
    assert "class GapLoss" in source_of("1.4.0")


@pytest.mark.parametrize("kind", ["global", "install", "named", "environment", "none"])
def test_pips_files_say_what_pip_itself_says_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"):
        monkeypatch.setenv(name, str(tmp_path / name))
    write(tmp_path / "XDG_CONFIG_DIRS/pip/pip.conf", "[global]\nindex-url = https://machine.an/simple\nproxy = machine.an:1\n")
    if kind in ("install", "named"):
        write(tmp_path / "HOME/.pip/pip.conf", "[global]\nindex_url = https://old.an/simple\n[install]\nfind-links = \n  /one\n  /two\n")
        write(tmp_path / "XDG_CONFIG_HOME/pip/pip.conf", "[global]\nINDEX-URL = https://user.an/simple\ntimeout = 7\n")
    if kind == "named":
        write(tmp_path / "mine.conf", "[install]\nindex-url = https://mine.an/100%/simple\n")
        monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "mine.conf"))
    if kind == "environment":
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://a.an/simple https://b.an/simple")
    if kind == "none":
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    assert said_here() == said_by_pip()


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def said_here() -> dict[str, str]:
    said = [*configuration._said_in_files(), *configuration._said_in_environment()]
    return {f"{section}.{name}": value for section, name, value in said if not name.startswith("config-file")}


def said_by_pip() -> dict[str, str]:
    """The same from pip, which is what this is to agree with; its own reader, since starting it five times takes seconds."""
    from pip._internal.configuration import Configuration

    read = Configuration(isolated=False)
    read.load()
    found: dict[str, str] = {}
    for name, value in read.items():
        found.update(value if isinstance(value, dict) else {name: value})
    return {name: value for name, value in found.items() if not name.endswith(".config-file")}


def test_an_index_that_is_set_up_nowhere_is_pips_own() -> None:
    from pip._internal.models.index import PyPI

    assert configuration._default_index() == PyPI.simple_url


# -- two at once -----------------------------------------------------------------------------------------------------------------


def test_one_set_of_releases_serves_several_threads(index: Index) -> None:
    for minor in range(1, 5):
        index.add(f"1.{minor}.0")
    found, shared = [], Releases()
    readers = [threading.Thread(target=lambda minor=minor: found.append(shared.text(f"1.{minor}.0").release.version)) for minor in range(5)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert sorted(found) == [f"1.{minor}.0" for minor in range(5)]
    assert len([path for path, _ in index.asked if path.startswith("/simple")]) == 1
    assert releases.folder().is_dir()
