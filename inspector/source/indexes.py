"""The indexes that the user set up for pip -> the wheels of one project that they list.

In: settings (which indexes and folders), a way to fetch. Out: wheels, each with its address, size and date where the index says them.
HTML and JSON pages, absolute and relative links, folders. Nothing of a wheel is fetched here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit
from urllib.request import url2pathname

import msgspec

from inspector.errors import CouldNotRun
from inspector.source.fetching import Fetcher, without_login

if TYPE_CHECKING:
    import requests
    from pypi_simple import DistributionPackage, ProjectPage

    from inspector.source.configuration import Settings

JSON = "application/vnd.pypi.simple.v1+json"
ACCEPT = f"{JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"


class Wheel(msgspec.Struct, frozen=True):
    """One wheel that an index lists."""

    version: str
    filename: str
    address: str
    """Where it lies; a `file:` address for one on this machine. Without name and password."""
    size: int = 0
    """Bytes; 0 where the index does not say."""
    uploaded: str = ""
    """The day, such as "2020-12-10"; "" where the index does not say."""
    sha256: str = ""


def wheels_of(project: str, settings: Settings, fetcher: Fetcher) -> tuple[Wheel, ...]:
    """Every wheel of a project that the indexes and folders list; raises CouldNotRun where none of them could be read."""
    found: dict[str, Wheel] = {}
    trouble: CouldNotRun | None = None
    for index in settings.indexes:
        try:
            found.update({wheel.address: wheel for wheel in _on_page(project, urljoin(index, f"{project}/"), fetcher)})
        except CouldNotRun as error:
            trouble = trouble or error
    for place in settings.find_links:
        found.update({wheel.address: wheel for wheel in _at_link(project, place, fetcher)})
    if trouble is not None and not found:
        raise trouble
    return tuple(sorted(found.values(), key=lambda wheel: (wheel.filename, wheel.address)))


def _on_page(project: str, address: str, fetcher: Fetcher) -> Iterator[Wheel]:
    """The wheels on one page of an index. A page that is not from this machine may not name files of this machine."""
    folder = _folder_of(address)
    if folder is not None:
        page = _local_page(project, folder, address)
        yield from _those_on(page, project) if page is not None else ()
        return
    for wheel in _remote(project, address, fetcher):
        if urlsplit(wheel.address).scheme in ("http", "https"):
            yield wheel


def _remote(project: str, address: str, fetcher: Fetcher) -> Iterable[Wheel]:
    """The wheels on a page of the network, of either kind; raises CouldNotRun where it is none."""
    answer = fetcher.page(address, ACCEPT)
    try:
        if answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() == JSON:
            return _in_json(answer, project)
        return _in_html(answer, project)
    except (NotImplementedError, ValueError, KeyError, msgspec.MsgspecError) as error:
        what = f"the index page cannot be understood ({type(error).__name__})"
        raise CouldNotRun("index-unreachable", what, address, "see `pip config list`") from None


class _File(msgspec.Struct, rename="kebab"):
    """One file on a JSON page, as far as it is looked at."""

    filename: str
    url: str
    hashes: dict[str, str] = {}
    size: int | None = None
    upload_time: str | None = None
    yanked: bool | str = False


class _Page(msgspec.Struct):
    files: list[_File]
    meta: dict[str, Any] = {}


def _in_json(answer: requests.Response, project: str) -> list[Wheel]:
    """Read without pypi-simple, which takes a third of a second to load."""
    page = msgspec.json.decode(answer.content, type=_Page)
    if str(page.meta.get("api-version", "1.0")).partition(".")[0] != "1":
        raise NotImplementedError("a later kind of page")
    found = []
    for file in page.files:
        version = _version_in(file.filename, project)
        if version and not file.yanked:
            address = without_login(urljoin(answer.url, file.url))[0].partition("#")[0]
            day = (file.upload_time or "")[:10]
            found.append(Wheel(version, file.filename, address, file.size or 0, day, file.hashes.get("sha256", "")))
    return found


def _in_html(answer: requests.Response, project: str) -> list[Wheel]:
    from pypi_simple import ProjectPage, UnsupportedContentTypeError, UnsupportedRepoVersionError

    try:
        return list(_those_on(ProjectPage.from_response(answer, project), project))
    except (UnsupportedContentTypeError, UnsupportedRepoVersionError) as error:
        raise NotImplementedError(str(error)) from None


def _those_on(page: ProjectPage, project: str) -> Iterator[Wheel]:
    yield from (wheel for package in page.packages if (wheel := _wheel(package, project)) is not None)


def _local_page(project: str, folder: Path, address: str) -> ProjectPage | None:
    from pypi_simple import ProjectPage

    file = folder / "index.html" if folder.is_dir() else folder
    if not file.is_file():
        return None
    return ProjectPage.from_html(project, file.read_text(encoding="utf-8", errors="replace"), base_url=address)


def _at_link(project: str, place: str, fetcher: Fetcher) -> Iterator[Wheel]:
    """The wheels of a find-links entry: a folder, a file of links on this machine, or a page of links."""
    if urlsplit(place).scheme in ("http", "https"):
        yield from _on_page(project, place, fetcher)
        return
    folder = _folder_of(place) or Path(os.path.expanduser(place))
    if folder.is_file():
        yield from _on_page(project, folder.resolve().as_uri(), fetcher)
    for file in sorted(folder.glob("*.whl")) if folder.is_dir() else ():
        version = _version_in(file.name, project)
        if version:
            yield Wheel(version, file.name, file.resolve().as_uri(), file.stat().st_size)


def _folder_of(address: str) -> Path | None:
    """The path behind a `file:` address; None for any other."""
    parts = urlsplit(address)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else None


def _wheel(package: DistributionPackage, project: str) -> Wheel | None:
    version = _version_in(package.filename, project)
    if not version or package.is_yanked:
        return None
    uploaded = package.upload_time.date().isoformat() if package.upload_time is not None else ""
    address = without_login(package.url)[0].partition("#")[0]
    return Wheel(version, package.filename, address, package.size or 0, uploaded, package.digests.get("sha256", ""))


def _version_in(filename: str, project: str) -> str:
    """The version in the name of a wheel of the project; "" for anything else."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    try:
        name, version, _, _ = parse_wheel_filename(filename)
    except (InvalidWheelFilename, ValueError):
        return ""
    return str(version) if name == project else ""


def path_on_this_machine(address: str) -> Path | None:
    """The file behind a `file:` address; None for an address on the network."""
    return _folder_of(address)
