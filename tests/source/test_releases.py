"""Other releases of torch, read out of small wheels that a server on this machine sends: whole, in parts, late, broken or not at all."""

from __future__ import annotations

import json
import os
import struct
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from inspector import asking, pipeline
from inspector.errors import CouldNotRun, InspectError, UnknownName
from inspector.report import NotRun
from inspector.source import archives, configuration, fetching, finders, keeping, releases
from inspector.source.releases import Releases

from .small_index import SOURCES, STUB, Index, version_file, wheel

SPELLED = "torch/nn/modules/loss.py"


def source_of(release: str = "1.0.0", **how: bool) -> str:
    text = Releases(**how).text(release)
    return text.text_of(text.place(SPELLED))


def slug(release: str = "1.0.0", **how: bool) -> str:
    with pytest.raises(InspectError) as caught:
        source_of(release, **how)
    return caught.value.slug


# -- reading ---------------------------------------------------------------------------------------------------------------------


def test_a_release_is_read_in_parts(index: Index) -> None:
    found = Releases()
    text = found.text("1.0.0")
    assert "class GapLoss" in text.text_of(text.place(SPELLED))
    assert (text.release.version, text.release.origin) == ("1.0.0", "wheel")
    assert len(text.release.git_version) == 40
    assert all(part for path, part in index.asked if path.endswith(".whl"))
    assert found.received < len(index.wheels["torch-1.0.0-cp39-none-macosx_11_0_arm64.whl"]) / 4


def test_a_directory_longer_than_the_end_that_is_fetched_first_is_read_too(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "TAIL", 30)
    assert "class GapLoss" in source_of()


def test_the_second_time_nothing_is_fetched(index: Index) -> None:
    first = source_of()
    index.asked.clear()
    assert source_of() == first
    assert source_of(offline=True) == first
    assert index.asked == []


def test_what_is_looked_at_later_is_fetched_then(index: Index) -> None:
    found = Releases()
    text = found.text("1.0.0")
    before = len(index.asked)
    path = text.file_of("torch.nn.parallel.far")
    assert path is not None
    assert not path.exists()
    assert text.text_of(path) == "FAR = 1\n"
    assert len(index.asked) == before + 1


@pytest.mark.parametrize("damaged", [SPELLED, "contents.json"])
def test_what_was_damaged_in_the_cache_is_read_again(index: Index, tmp_path: Path, damaged: str) -> None:
    first = source_of()
    (kept,) = (tmp_path / "cache" / "releases").rglob(damaged)
    data = kept.read_bytes()
    kept.write_bytes(data[:40] + b"?" + data[41:])
    assert source_of() == first
    assert kept.read_bytes() == data


def test_several_at_once_read_the_same_and_leave_nothing_half_written(index: Index, tmp_path: Path) -> None:
    found: list[str] = []
    readers = [threading.Thread(target=lambda: found.append(source_of())) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert list((tmp_path / "cache").rglob("*.part")) == []


def test_passing_trouble_is_tried_again(index: Index) -> None:
    index.failing = 2
    assert "class GapLoss" in source_of()


def test_lasting_trouble_is_one_line(index: Index) -> None:
    index.failing = 99
    assert slug() == "index-unreachable"
    assert len(index.asked) == fetching.TRIES


def test_a_release_that_is_not_kept_is_not_had_offline(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    assert slug(offline=True) == "offline"
    Releases().listed()
    assert slug(offline=True) == "offline"
    monkeypatch.setenv("INSPECT_LOSS_OFFLINE", "1")
    asked = len(index.asked)
    assert slug() == "offline"
    assert len(index.asked) == asked


# -- a server that sends whole files only ----------------------------------------------------------------------------------------


def test_a_server_without_parts_is_refused_with_the_cost(index: Index) -> None:
    index.ranges = False
    with pytest.raises(CouldNotRun, match=r"1 MB.*--download") as caught:
        source_of()
    assert caught.value.slug == "no-parts"


def test_a_whole_wheel_is_fetched_where_that_is_allowed_and_not_kept(index: Index, tmp_path: Path) -> None:
    index.ranges = False
    assert "class GapLoss" in source_of(download=True)
    index.asked.clear()
    text = Releases().text("1.0.0")
    assert text.text_of(text.place("torch/nn/parallel/far.py")) == "FAR = 1\n"
    assert index.asked == []
    assert sum(file.stat().st_size for file in (tmp_path / "cache").rglob("*") if file.is_file()) < 100_000


# -- wheels that are not what they say -------------------------------------------------------------------------------------------


def without_its_end(data: bytes) -> bytes:
    return data[:-30]


def with_other_bytes(data: bytes) -> bytes:
    """The same length, with the text of one member turned into zeros."""
    at = data.index(b"torch/version.py") + len("torch/version.py")
    return data[:at] + bytes(20) + data[at + 20 :]


def with_another_name_before_the_bytes(data: bytes) -> bytes:
    return data.replace(b"torch/version.py", b"torch/xersion.py", 1)


def with_places_beyond_the_end(data: bytes) -> bytes:
    """The directory says that the first source begins where the wheel has long ended."""
    at = data.rindex(b"torch/version.py") - 4
    return data[:at] + struct.pack("<I", len(data) * 2) + data[at + 4 :]


@pytest.mark.parametrize(
    "spoil",
    [without_its_end, with_other_bytes, with_another_name_before_the_bytes, with_places_beyond_the_end, lambda _: b"<html>sign in</html>",
     lambda _: b""],
    ids=["cut", "bytes", "name", "places", "no wheel", "empty"],
)  # fmt: skip
def test_a_broken_wheel_is_one_line_and_what_is_broken_is_not_kept(index: Index, tmp_path: Path, spoil: Any) -> None:
    index.add("1.0.0", data=spoil(wheel()))
    assert slug() == "wheel-unreadable"
    assert list((tmp_path / "cache").rglob("version.py")) == []


def test_a_wheel_without_torch_in_it_is_refused(index: Index) -> None:
    made = wheel().replace(b"torch/version.py", b"torchy/versionpy")
    index.add("1.0.0", data=made)
    assert slug() == "wheel-unreadable"


@pytest.mark.parametrize(
    "name", ["../out.py", "/out.py", "torch/../../out.py", "torch/./out.py", "torch//out.py", "torch\\out.py", "torch/a b.py"]
)
def test_no_name_in_a_wheel_leads_out_of_the_cache(index: Index, tmp_path: Path, name: str) -> None:
    index.add("1.0.0", data=wheel(extra={name: "OUT = 1\n"}))
    text = Releases(download=True).text("1.0.0")
    assert isinstance(text, releases.WheelText)
    text.keep_all()
    kept = [file for file in tmp_path.rglob("*.py") if "OUT" in file.read_text()]
    assert kept == []


def test_a_member_that_is_too_large_is_left_out(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MEMBER_LIMIT", 1000)
    index.add("1.0.0", data=wheel(extra={"torch/large.py": "#" * 2000}))
    text = Releases().text("1.0.0")
    assert text.file_of("torch.large") is None
    assert text.file_of("torch.nn.modules.loss") is not None


# -- indexes ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["html", "json"])
@pytest.mark.parametrize("absolute", [True, False], ids=["absolute", "relative"])
def test_pages_of_either_kind_with_links_of_either_kind_are_read(index: Index, kind: str, absolute: bool) -> None:
    index.json, index.absolute = kind == "json", absolute
    index.add("1.7.1")
    listed = Releases().listed()
    dates = {one.version: one.date for one in listed}
    assert [one.version for one in listed if not one.installed] == ["1.7.1", "1.0.0"]
    assert (dates["1.0.0"], dates["1.7.1"]) == (("2010-02-03", "2011-02-03") if kind == "json" else ("", ""))
    assert "class GapLoss" in source_of("1.7.1")


def test_what_was_read_is_listed_as_kept(index: Index) -> None:
    index.add("1.7.1")
    source_of("1.7.1")
    kept = {one.version: one.kept_bytes for one in Releases().listed()}
    assert kept["1.7.1"] > 500
    assert kept["1.0.0"] == 0


def test_a_page_without_dates_leaves_the_day_that_the_wheel_was_built(index: Index) -> None:
    index.add("1.7.1", data=wheel("1.7.1", day=(2020, 12, 8)))
    source_of("1.7.1")
    source_of("1.0.0")
    found = {one.version: (one.date, one.built) for one in Releases().listed()}
    assert found["1.7.1"] == ("", "2020-12-08")
    assert found["1.0.0"] == ("", "")  # the first day of all zip files is no day


def test_an_unfinished_download_is_not_listed_as_kept(index: Index, tmp_path: Path) -> None:
    place = releases.folder_of(Releases()._wheels(Version("1.0.0"))[0])
    place.mkdir(parents=True)
    (place / "wheel.part").write_bytes(b"half")
    assert {one.version: one.kept_bytes for one in Releases().listed()}["1.0.0"] == 0


def test_the_smallest_wheel_that_is_not_for_windows_is_taken(index: Index) -> None:
    index.json = True
    index.add("1.0.0", "cp39-cp39-win_amd64", wheel(ballast=b""))
    index.add("1.0.0", "cp39-cp39-manylinux1_x86_64", wheel(ballast=b"0123456789"))
    text = Releases().text("1.0.0")
    assert isinstance(text, releases.WheelText)
    assert "manylinux1" in text.contents.filename


def test_a_release_for_windows_only_cannot_be_read(index: Index) -> None:
    index.wheels.clear()
    index.add("1.0.0", "cp39-cp39-win_amd64")
    assert slug() == "no-wheel"


def test_latest_is_the_newest_that_is_final(index: Index) -> None:
    for version in ("1.10.0", "1.9.0", "1.11.0rc1"):
        index.add(version)
    assert Releases().text("latest").release.version == "1.10.0"


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.1", "1.1.2"), ("1", "1.10.0"), ("v1.10", "1.10.0"), ("1.1.1", "1.1.1"), ("1.1+cpu", "1.1.2"), ("9.0", "9.0"), ("1.1rc1", "1.1rc1"),
     ("2.13", "2.13.0")],
)  # fmt: skip
def test_a_version_of_one_or_two_numbers_is_the_newest_that_begins_so(index: Index, version: str, expected: str) -> None:
    for each in ("1.1.0", "1.1.1", "1.1.2", "1.1.3rc1", "1.10.0"):
        index.add(each)
    assert Releases().meant(version) == expected


def test_a_short_version_of_the_installed_torch_needs_no_network(index: Index) -> None:
    short = finders.find_installed().release.version.rpartition(".")[0]
    assert Releases(offline=True).text(short) is finders.find_installed()


@pytest.mark.parametrize("release", ["1.0.9", "../../etc", "newest", ""])
def test_a_release_that_is_not_there_is_named_in_one_line(index: Index, release: str) -> None:
    assert slug(release) == "no-such-release"


def test_a_release_that_came_after_the_list_was_kept_is_found(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    source_of()
    index.add("1.2.0")
    monkeypatch.setattr(releases, "FRESH", 0)
    assert Releases().text("1.2.0").release.version == "1.2.0"


def test_the_installed_release_is_read_where_it_is_installed(index: Index) -> None:
    installed = finders.find_installed()
    assert Releases().text(installed.release.version) is installed
    assert index.asked == []


def test_a_page_from_the_network_names_no_file_of_this_machine(index: Index, tmp_path: Path) -> None:
    file = tmp_path / "torch-1.3.0-py3-none-any.whl"
    file.write_bytes(wheel("1.3.0"))
    index.more = f'<a href="{file.as_uri()}">{file.name}</a>'
    assert slug("1.3.0") == "no-such-release"


def test_wheels_in_a_folder_of_find_links_are_read(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "torch-1.3.0-py3-none-any.whl").write_bytes(wheel("1.3.0"))
    (tmp_path / "torchvision-1.4.0-py3-none-any.whl").write_bytes(b"")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert "class GapLoss" in source_of("1.3.0")
    assert slug("1.4.0") == "no-such-release"


def test_a_password_is_used_and_neither_kept_nor_shown(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.login = "ann:s3cr%t"
    index.absolute = True
    with pytest.raises(CouldNotRun, match="401"):
        source_of()
    monkeypatch.setenv("PIP_INDEX_URL", index.address.replace("://", "://ann:s3cr%25t@") + "/simple")
    assert "class GapLoss" in source_of()
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and b"s3cr" in file.read_bytes()]
    index.failing = 99
    monkeypatch.setattr(releases, "FRESH", 0)
    with pytest.raises(CouldNotRun) as caught:
        Releases().text("1.9.9")
    assert "s3cr" not in caught.value.line()


def test_the_environment_comes_before_pips_files_and_install_before_global() -> None:
    said = [("global", "index-url", "a"), ("install", "index-url", "b"), ("global", "proxy", "p"), ("freeze", "timeout", "3"),
            (":env:", "proxy", "q")]  # fmt: skip
    assert configuration._merged(said) == {"index-url": "b", "proxy": "q"}


def test_pips_own_files_are_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://me:word@an.index/simple\ntrusted-host = an.index\n")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    settings = configuration.read_settings()
    assert settings.indexes[0] == "https://an.index/simple/"
    assert settings.connection.logins == {"an.index": ("me", "word")}
    assert settings.connection.trusted_hosts == ("an.index",)


# -- the report ------------------------------------------------------------------------------------------------------------------


def test_the_report_of_another_release_says_why_nothing_ran(index: Index) -> None:
    index.add("1.0.0", data=wheel(extra=STUB))
    report = pipeline.inspect_loss("GapLoss", text=pipeline.text_of(release="1.0.0"))
    assert report.release.version == "1.0.0"
    assert isinstance(report.observation, NotRun)
    assert report.observation.reason == "torch 1.0.0 is not the installed one; only its sources were read"
    assert [entry.qualified_name.rpartition(".")[2] for entry in report.mro] == ["GapLoss", "Module"]


OLD_STUB = {"torch/__init__.pyi": "# made\nclass Tensor:\n    def sub(self, other: Tensor) -> Tensor: ...\n"}


@pytest.mark.parametrize("stubs", [{}, OLD_STUB, STUB], ids=["none", "torch/__init__.pyi", "torch/_C/__init__.pyi"])
def test_what_old_stubs_say_or_leave_out_is_native(index: Index, stubs: dict[str, str]) -> None:
    described = SOURCES[SPELLED].replace("GapLoss", "L1Loss")
    index.add("1.0.0", data=wheel(extra={**stubs, SPELLED: described}))
    report = pipeline.inspect_loss("L1Loss", text=pipeline.text_of(release="1.0.0"))
    taken = [(step.callee, step.kind) for step in report.call_trace.steps if step.taken != "false"]
    assert taken[-3:] == [("torch.nn.functional.gap", "python"), ("torch.Tensor.sub", "native"), ("torch.gap_of", "native")]


def test_what_the_stubs_of_today_leave_out_is_not_known(index: Index) -> None:
    described = SOURCES[SPELLED].replace("GapLoss", "L1Loss")
    index.add("1.0.0", data=wheel(extra={**STUB, SPELLED: described, "torch/_tensor.py": SOURCES["torch/tensor.py"]}))
    report = pipeline.inspect_loss("L1Loss", text=pipeline.text_of(release="1.0.0"))
    assert ("torch.gap_of", "unresolved") in [(step.callee, step.kind) for step in report.call_trace.steps]


def test_the_same_text_in_two_releases_is_read_once(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.add("1.0.1")
    made = [pipeline.inspect_loss("GapLoss", text=pipeline.text_of(release=release)) for release in ("1.0.0", "1.0.1")]
    assert [report.release.version for report in made] == ["1.0.0", "1.0.1"]
    assert made[0].call_trace == made[1].call_trace
    assert len(list((tmp_path / "cache").glob("reading-*.json"))) == 1
    monkeypatch.setattr(releases, "FRESH", 0)
    index.add("1.0.2", data=wheel("1.0.2", {SPELLED: "from .module import Module\n\n\nclass GapLoss(Module):\n    pass\n"}))
    pipeline.inspect_loss("GapLoss", text=pipeline.text_of(release="1.0.2"))
    assert len(list((tmp_path / "cache").glob("reading-*.json"))) == 2


def test_a_class_of_another_package_has_no_other_release(index: Index) -> None:
    with pytest.raises(InspectError) as caught:
        pipeline.inspect_loss("json.decoder.JSONDecoder", text=pipeline.text_of(release="1.0.0"))
    assert caught.value.slug == "not-in-a-release"


def unpacked(folder: Path) -> Path:
    file = folder / "torch.whl"
    file.write_bytes(wheel("1.0.0"))
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder / "tree")
    return folder / "tree"


def test_a_folder_is_read_as_an_unpacked_wheel_and_as_the_torch_in_it(tmp_path: Path) -> None:
    tree = unpacked(tmp_path)
    for given in (tree, tree / "torch"):
        text = finders.given_folder(str(given))
        assert (text.release.version, text.release.origin, text.root) == ("1.0.0", "folder", tree)


def test_a_checkout_says_version_and_commit_without_being_built(tmp_path: Path) -> None:
    tree = unpacked(tmp_path)
    (tree / "torch/version.py").unlink()
    (tree / "version.txt").write_text("1.1.0a0\n")
    (tree / ".git/refs/heads").mkdir(parents=True)
    (tree / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (tree / ".git/refs/heads/main").write_text("a" * 40 + "\n")
    release = finders.given_folder(str(tree)).release
    assert (release.version, release.git_version) == ("1.1.0a0", "a" * 40)


def test_a_folder_without_torch_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CouldNotRun) as caught:
        finders.given_folder(str(tmp_path))
    assert caught.value.slug == "torch-without-sources"


def test_clearing_removes_what_is_ours_and_nothing_else(index: Index, tmp_path: Path) -> None:
    pipeline.inspect_loss("GapLoss", text=pipeline.text_of(release="1.0.0"), live=False)
    foreign = tmp_path / "cache" / "thesis.json"
    foreign.write_text("{}")
    kinds = {kind.name: kind.files for kind in keeping.kept().kinds}
    assert kinds["reading"] == 1
    assert kinds["releases"] > 5
    keeping.clear()
    assert list((tmp_path / "cache").iterdir()) == [foreign]
    assert keeping.kept().kinds == ()


def test_the_version_of_a_small_wheel_is_what_its_file_says() -> None:
    assert finders.version_in(version_file("1.4.2"))[0] == "1.4.2"
    assert finders.version_in("__version__: str = '2.0'\n") == ("2.0", "")


# -- the real index --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def from_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Releases:
    """The user's own index, with nothing kept; skipped where it cannot be reached."""
    monkeypatch.setenv("INSPECT_LOSS_CACHE", str(tmp_path))
    if os.environ.get("INSPECT_LOSS_OFFLINE"):
        pytest.skip("INSPECT_LOSS_OFFLINE is set")
    found = Releases()
    try:
        found.listed()
    except CouldNotRun as error:
        pytest.skip(f"the package index is not reachable: {error.what}")
    return found


def text_from(releases: Releases, version: str) -> finders.TorchText:
    try:
        return releases.text(version)
    except CouldNotRun as error:
        if error.slug == "no-parts":
            pytest.skip(f"the package index sends no parts: {error.what}")
        raise


@pytest.mark.network
def test_an_old_release_is_read_from_the_users_own_index(from_the_index: Releases) -> None:
    text = text_from(from_the_index, "1.7.1")
    report = pipeline.inspect_loss("MSELoss", text=text)
    assert report.members["__call__"].alias_of == "_call_impl"
    assert not [step for step in report.call_trace.steps if step.kind == "unresolved" and step.taken != "false"]
    assert report.call_trace.steps[-1].callee
    assert from_the_index.received < 3_000_000
    assert json.loads(pipeline.inspect_loss("MSELoss", text=text).to_json())["release"]["version"] == "1.7.1"


@pytest.mark.network
def test_the_largest_release_is_under_three_megabytes_and_three_reports_fetch_no_more_than_one(from_the_index: Releases) -> None:
    newest = [version for version in from_the_index.versions() if version != finders.find_installed().release.version.partition("+")[0]][-1]
    text = text_from(from_the_index, newest)
    received = []
    for name in ("CrossEntropyLoss", "KLDivLoss", "SmoothL1Loss"):
        pipeline.inspect_loss(name, text=text, live=False)
        received.append(from_the_index.received)
    assert 0 < received[-1] < 3_000_000
    assert len(set(received)) == 1


@pytest.mark.network
def test_several_releases_of_the_users_own_index_come_at_once(from_the_index: Releases) -> None:
    text_from(from_the_index, "1.0.0")
    found = {text.release.version: text for text in from_the_index.texts(("1.0.0", "1.4.0", "1.13.1", "2.0.0"))}
    line = "super(_Loss, self).__init__()"
    has_it = [version for version, text in sorted(found.items()) if line in text.text_of(text.place(SPELLED))]
    assert has_it == ["1.0.0", "1.13.1", "1.4.0"]


def test_a_name_of_today_that_a_release_lacks_is_said_to_be_of_today(index: Index) -> None:
    with pytest.raises(UnknownName, match=r"torch 1\.0\.0 has no HuberLoss, which the installed torch has"):
        asking.understand("HuberLoss", None, (), live=False, text=Releases().text("1.0.0"))
