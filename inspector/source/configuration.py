"""pip's own configuration -> where wheels are looked for, and how the network is reached.

In: pip's files and its environment variables, read as pip reads them and without starting it. Out: Settings. No index is named here:
where none is set up, pip's own default is asked for.
"""

from __future__ import annotations

import configparser
import importlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from inspector.source.fetching import Connection, without_login

Said = tuple[str, str, str]
"""Section, option, value."""
_SECTIONS = ("global", "install", ":env:")
"""Where pip looks, the last one having the last word."""


class Settings(msgspec.Struct, frozen=True):
    """Where wheels are looked for, and how."""

    indexes: tuple[str, ...]
    find_links: tuple[str, ...]
    connection: Connection


def read_settings() -> Settings:
    """What pip of this Python is set up to use: its files, then its environment variables."""
    told = _merged([*_said_in_files(), *_said_in_environment()])
    logins: dict[str, tuple[str, str]] = {}
    indexes: tuple[str, ...] = ()
    if not _is_true(told.get("no-index", "")):
        indexes = (told.get("index-url") or _default_index(), *told.get("extra-index-url", "").split())
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
    """What pip asks where nobody said what; pip knows it, and where there is no pip, pypi-simple does."""
    for module, names in (("pip._internal.models.index", ("PyPI", "simple_url")), ("pypi_simple", ("PYPI_SIMPLE_ENDPOINT",))):
        try:
            found = importlib.import_module(module)
            for name in names:
                found = getattr(found, name)
            return str(found)
        except (ImportError, AttributeError):
            continue
    raise AssertionError("pypi-simple is required by this package")


# -- files ----------------------------------------------------------------------------------------------------------------------


def _said_in_files() -> list[Said]:
    """All that pip's files say, in the order in which pip reads them; a file that cannot be read says nothing."""
    found: list[Said] = []
    for file in _files():
        parser = configparser.RawConfigParser()
        try:
            parser.read(file)
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue
        for section in parser.sections():
            found += [(section, _option(name), value) for name, value in parser.items(section)]
    return found


def _files() -> Iterator[Path]:
    """pip's files in the order in which it reads them: the machine's, the user's, the environment's, and the one it was pointed to."""
    named = os.environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return
    file = "pip.ini" if os.name == "nt" else "pip.conf"
    yield from (folder / file for folder in _folders_of_the_machine())
    if not os.path.exists(named):
        yield Path.home() / ("pip" if os.name == "nt" else ".pip") / file
        yield _folder_of_the_user() / file
    yield Path(sys.prefix) / file
    if named:
        yield Path(named)


def _folders_of_the_machine() -> list[Path]:
    import platformdirs

    if sys.platform == "darwin":
        return [Path(each) for each in platformdirs.site_data_dir("pip", appauthor=False, multipath=True).split(os.pathsep)]
    told = platformdirs.site_config_dir("pip", appauthor=False, multipath=True)
    return [Path(told)] if os.name == "nt" else [*(Path(each) for each in told.split(os.pathsep)), Path("/etc")]


def _folder_of_the_user() -> Path:
    import platformdirs

    usual = Path(platformdirs.user_config_dir("pip", appauthor=False, roaming=True))
    return Path.home() / ".config" / "pip" if sys.platform == "darwin" and not usual.is_dir() else usual


def _option(name: str) -> str:
    return name.lower().replace("_", "-").removeprefix("--")


# -- what they say ----------------------------------------------------------------------------------------------------------------------


def _said_in_environment() -> list[Said]:
    """The same for pip's environment variables."""
    return [(":env:", _option(name[4:]), value) for name, value in sorted(os.environ.items()) if name.startswith("PIP_")]


def _merged(said: Iterable[Said]) -> dict[str, str]:
    """Option -> value: what is said for `pip install` comes before what is said for all of pip, the environment before both."""
    found: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for section, name, value in said:
        if section in found:
            found[section][name] = value
    return {name: value for section in _SECTIONS for name, value in found[section].items()}


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
