"""The package index as the user set it up for pip -> the wheels of one project that it lists.

In: pip's own configuration (index-url, extra-index-url, find-links, proxy, certificates). Out: wheels, each with its address, size and
date where the index says them. HTML and JSON pages, absolute and relative links, folders. No index is named here but pip's default.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit
from urllib.request import url2pathname

import msgspec

from inspector.errors import CouldNotRun
from inspector.source.fetching import Connection, Fetcher, without_login

if TYPE_CHECKING:
    from pypi_simple import DistributionPackage, ProjectPage

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
_SECTIONS = ("global", "install", ":env:")
"""Where pip looks, the last one having the last word."""


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


class Settings(msgspec.Struct, frozen=True):
    """Where wheels are looked for, and how."""

    indexes: tuple[str, ...]
    find_links: tuple[str, ...]
    connection: Connection


# -- pip's configuration --------------------------------------------------------------------------------------------------------


def read_settings() -> Settings:
    """What pip of this Python is set up to use; where there is no pip, what its environment variables say."""
    told = _merged([*_lines_of_files(), *_lines_of_environment()])
    logins: dict[str, tuple[str, str]] = {}
    first = told.get("index-url") or _default_index()
    indexes = () if _is_true(told.get("no-index", "")) else (first, *told.get("extra-index-url", "").split())
    links = told.get("find-links", "").split()
    connection = Connection(
        proxy=told.get("proxy", ""),
        cert=os.path.expanduser(told.get("cert", "")),
        client_cert=os.path.expanduser(told.get("client-cert", "")),
        trusted_hosts=tuple(told.get("trusted-host", "").split()),
        timeout=_seconds(told.get("timeout") or told.get("default-timeout") or ""),
        logins=logins,
    )
    return Settings(
        tuple(_clean(each.rstrip("/") + "/", logins) for each in indexes), tuple(_clean(each, logins) for each in links), connection
    )


def _default_index() -> str:
    from pypi_simple import PYPI_SIMPLE_ENDPOINT

    return PYPI_SIMPLE_ENDPOINT


def _lines_of_files() -> list[str]:
    """What `pip config list` prints of pip's files; nothing where this Python has no pip."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []


def _lines_of_environment() -> list[str]:
    """The same for pip's environment variables, which are there without a pip too."""
    named = [(name[4:].lower().replace("_", "-"), value) for name, value in os.environ.items() if name.startswith("PIP_")]
    return [f":env:.{name}={value!r}" for name, value in sorted(named)]


def _merged(lines: Iterable[str]) -> dict[str, str]:
    """Option -> value: what is said for `pip install` comes before what is said for all of pip, the environment before both."""
    found: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for line in lines:
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in found:
            found[section][name] = _unquoted(value)
    return {name: value for section in _SECTIONS for name, value in found[section].items()}


def _unquoted(value: str) -> str:
    try:
        return str(ast.literal_eval(value))
    except (ValueError, SyntaxError):
        return value


def _is_true(value: str) -> bool:
    return value.lower() in ("1", "true", "yes", "on", "y", "t")


def _seconds(value: str) -> float:
    try:
        return max(1.0, float(value))
    except ValueError:
        return Connection().timeout


def _clean(address: str, logins: dict[str, tuple[str, str]]) -> str:
    """The address without name and password, which are put aside: an address is shown and kept, a password is not."""
    clean, host, login = without_login(address)
    if login is not None:
        logins[host] = login
    return clean


# -- what an index lists --------------------------------------------------------------------------------------------------------


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
    local = _folder_of(address)
    page = _local_page(project, local, address) if local is not None else _remote_page(project, address, fetcher)
    for package in page.packages if page is not None else ():
        wheel = _wheel(package, project)
        if wheel is not None and (local is not None or urlsplit(wheel.address).scheme in ("http", "https")):
            yield wheel


def _remote_page(project: str, address: str, fetcher: Fetcher) -> ProjectPage | None:
    from pypi_simple import ProjectPage, UnsupportedContentTypeError, UnsupportedRepoVersionError

    answer = fetcher.page(address, ACCEPT)
    try:
        return ProjectPage.from_response(answer, project)
    except (UnsupportedContentTypeError, UnsupportedRepoVersionError, ValueError, KeyError) as error:
        what = f"the index page cannot be understood ({type(error).__name__})"
        raise CouldNotRun("index-unreachable", what, address, "see `pip config list`") from None


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
