"""Brings the few third-party files that the pages are better with (KaTeX, two fonts, a shim) from npm into templates/assets/vendor/.

In: npm where it is there, else the registry that NPM_CONFIG_REGISTRY names. Out: files that git ignores and the wheel carries, and a
line where they could not be had: the pages are whole without them. Every package is held to the hash written below; nothing in it is run.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent.parent / "templates" / "assets" / "vendor"
LARGEST = 20_000_000
"""Bytes: no package here is near it."""


class Package(NamedTuple):
    """One package of npm, and which of its files are wanted: a pattern of the name inside it -> the name here."""

    name: str
    version: str
    integrity: str
    licence: str
    files: dict[str, str]


PACKAGES = (
    Package(
        "katex", "0.19.1",
        "sha512-jG8uKntjSEcm2EpQOh0XturpPuuC9r3Sq5HLHdsFdWZT27E672SF19QEi+of0/YeOy15lDgRhKvr5614uRrEfA==", "MIT",
        {r"dist/(katex\.min\.(?:js|css))": r"katex/\1", r"dist/(fonts/[\w-]+\.woff2)": r"katex/\1", "LICENSE": "katex/LICENSE.txt"},
    ),
    Package(
        "iframe-worker", "1.0.4",
        "sha512-roeaaI+Lg1LJNfgpCjoRe/+WzEjy9+Z08LoEvu85MCPbBjwm+qXz8Ag5U05lHa6V1CysZyGzE0SOkAtSUA5q7Q==", "MIT",
        {"shim/index\\.js": "iframe-worker/shim.js", "LICENSE": "iframe-worker/LICENSE.txt"},
    ),
    Package(
        "@fontsource-variable/inter", "5.3.0",
        "sha512-OupL48va4JNofb97w6NYeF9S7W/kHNKM0Er8Dem5nqi4jeOLrVJDoE8tZEpnMJmtkvNbB1EIPPwHcdkF6b1oUA==", "OFL-1.1",
        {r"files/inter-latin-wght-normal\.woff2": "inter/inter.woff2", "LICENSE": "inter/LICENSE.txt"},
    ),
    Package(
        "@fontsource-variable/jetbrains-mono", "5.3.0",
        "sha512-F32xpS2NsGYoQi2ADSkKTgpJj7ozajsGgDJ8woTnqjmIB+dxDIqImjl4pXZVEExu8UFZ2ndhmX18EBS/hdz3Lw==", "OFL-1.1",
        {r"files/jetbrains-mono-latin-wght-normal\.woff2": "jetbrains-mono/jetbrains-mono.woff2", "LICENSE": "jetbrains-mono/LICENSE.txt"},
    ),
)  # fmt: skip


def main() -> None:
    """Brings what is not there yet; a line on standard error for what could not be brought."""
    for package in PACKAGES:
        if is_there(package):
            continue
        try:
            place(package, fetched(package))
        except (OSError, ValueError, tarfile.TarError) as error:
            say(f"{package.name} could not be brought from npm ({error}): the pages do without it; `make setup` tries again")


def is_there(package: Package) -> bool:
    """True where this very version was brought: its hash stands beside its files."""
    stamp = _stamp(package)
    return stamp.is_file() and stamp.read_text() == package.integrity


def _stamp(package: Package) -> Path:
    return FOLDER / f".{package.name.rpartition('/')[2]}-{package.version}"


def fetched(package: Package) -> bytes:
    """The package as npm hands it out. Raises ValueError where it is not the one whose hash is written above."""
    archive = _by_npm(package) if shutil.which("npm") else _by_https(package)
    kind, _, expected = package.integrity.partition("-")
    if base64.b64encode(hashlib.new(kind, archive).digest()).decode() != expected:
        raise ValueError(f"version {package.version} is not the package it was: its hash is another one")
    return archive


def _by_npm(package: Package) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        words = ["npm", "pack", "--silent", "--ignore-scripts", f"{package.name}@{package.version}"]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
        made = list(Path(folder).glob("*.tgz"))
        if done.returncode or not made:
            raise ValueError("npm could not fetch it")
        return made[0].read_bytes()


def _by_https(package: Package) -> bytes:
    registry = os.environ.get("NPM_CONFIG_REGISTRY", "").rstrip("/")
    if not registry.startswith("https://"):
        raise ValueError("npm is not installed")
    short = package.name.rpartition("/")[2]
    address = f"{registry}/{package.name}/-/{short}-{package.version}.tgz"
    with urllib.request.urlopen(address, timeout=30) as answer:
        data: bytes = answer.read(LARGEST)
    return data


def place(package: Package, archive: bytes) -> None:
    """Writes the wanted files of a package. Raises ValueError where one of the patterns matches nothing."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        for member in packed.getmembers():
            name = member.name.removeprefix("package/")
            wanted = next((re.sub(pattern, here, name) for pattern, here in package.files.items() if re.fullmatch(pattern, name)), "")
            if wanted and member.isfile() and (data := packed.extractfile(member)) is not None:
                found[wanted] = data.read()
    if len(found) < len(package.files):
        raise ValueError(f"version {package.version} lacks a file it had")
    for name, contents in found.items():
        target = FOLDER / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(only_woff2(contents) if name.endswith(".css") else contents)
    _stamp(package).write_text(package.integrity)


def only_woff2(style: bytes) -> bytes:
    """A style sheet without the older forms of its fonts, which are not brought."""
    return re.sub(rb',\s*url\([^)]*\.(?:woff|ttf)\)\s*format\("(?:woff|truetype)"\)', b"", style)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
