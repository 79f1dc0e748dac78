"""Finds a Chromium for the browser tests, and installs Debian's where this process may; else says in one line what is skipped.

In: this machine. Out: the path of a browser, or None. It brings no browser of its own: what people have on their systems is tested.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SKIPPED = "No Chromium on this machine: the browser tests are skipped. "


def find() -> str | None:
    """The path of a Chromium, or None; `INSPECT_LOSS_CHROMIUM` names another one."""
    named = os.environ.get("INSPECT_LOSS_CHROMIUM", "")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


def ensure() -> str | None:
    """The same, after installing Debian's package where this process is root and has apt; a line on stderr where it stays without."""
    if found := find():
        return found
    if shutil.which("apt-get") is None or not _is_root():
        say(SKIPPED + "Install one (Debian, Ubuntu: apt install chromium) to run them.")
        return None
    say("Installing Chromium for the browser tests (apt-get install chromium)")
    if not (_apt("install", "chromium") or (_apt("update") and _apt("install", "chromium"))):
        say(SKIPPED + "apt-get could not install it; its message stands above.")
    return find()


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _apt(action: str, *packages: str) -> bool:
    words = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0", action, *(["-y", "--no-install-recommends"] if packages else []), *packages]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode == 0


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
