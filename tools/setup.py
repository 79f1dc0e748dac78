"""Makes .venv and installs this project into it at the versions of constraints.txt; does nothing where that is done already.

In: pyproject.toml, constraints.txt. Out: .venv, and one line a step. It installs nothing outside .venv, but for a Chromium
where tests are wanted, this machine has none, and the process may. `make demo` and `make test` call it.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)

# Before the first annotation: an older Python can read this file, but not evaluate it.
if sys.version_info < OLDEST:
    newer = next((name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if shutil.which(name)), "python3.12")
    sys.exit(
        "inspect-loss needs Python 3.11 or newer, {} is {}.{}.{}: make demo PYTHON={}".format(
            os.path.basename(sys.executable), *sys.version_info[:3], newer
        )
    )

ROOT = Path(__file__).resolve().parent.parent
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
"""PyTorch's own index of builds without CUDA: 0.2 GB where the default Linux build takes 2.7."""


def main(arguments: list[str] | None = None) -> None:
    """Sets up .venv for running (no option) or for running the tests (--dev)."""
    parser = argparse.ArgumentParser(description="Sets up .venv.")
    parser.add_argument("--dev", action="store_true", help="also what the tests need")
    parser.add_argument("--write-constraints", action="store_true", help="write constraints.txt from what .venv holds")
    options = parser.parse_args(arguments)
    if options.write_constraints:
        return write_constraints()
    flavour = "dev" if options.dev else "run"
    if not is_done(flavour):
        make_environment()
        install_torch()
        install_project(flavour)
        if flavour == "dev":
            install_zensical()
            install_browser()
        stamp().write_text(f"{flavour} {fingerprint()}\n")
    return None


# -- what is done already ------------------------------------------------------------------------------------------------


def is_done(flavour: str) -> bool:
    """True where .venv was set up from these very files, for `flavour` or for more than that."""
    if not stamp().is_file():
        return False
    done = stamp().read_text().split()
    return done in ([flavour, fingerprint()], ["dev", fingerprint()])


def stamp() -> Path:
    return ROOT / ".venv" / "inspect-loss-setup"


def fingerprint() -> str:
    """Of the files that decide what is installed, and of where: a moved checkout is set up anew."""
    text = b"".join((ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt", "tools/setup.py"))
    return hashlib.sha256(text + str(ROOT).encode()).hexdigest()


# -- the steps -----------------------------------------------------------------------------------------------------------


def make_environment() -> None:
    """A .venv with a Python that is new enough and has pip; one that is half-made or too old is made again."""
    usable = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    if python().exists() and subprocess.run([python(), "-c", usable], capture_output=True).returncode == 0:
        return
    say(f"Making .venv with Python {platform.python_version()}")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", ROOT / ".venv"], capture_output=True, text=True)
    if made.returncode:
        sys.exit(
            f"{sys.executable} cannot make a virtual environment: on Debian and Ubuntu, apt install python3-venv, then again.\n"
            + (made.stdout + made.stderr).strip()
        )


def install_torch() -> None:
    """The pinned torch, unless .venv has it: without CUDA where the machine has no use for it and PyTorch's index answers."""
    pinned = pinned_version("torch")
    if installed_version("torch").split("+")[0] == pinned:
        return
    if wants_cpu_build():
        say(f"Installing torch {pinned}, the build without CUDA (0.2 GB)")
        # One try, and torch alone: everything else comes from where pip is set up to take it from.
        once = ("--index-url", CPU_INDEX, "--retries", "0", "--timeout", "5")
        if pip("install", *once, "--no-deps", f"torch=={pinned}", quiet=not watched()):
            return
        say("PyTorch's own index could not be used; taking what pip finds")
    say(f"Installing torch {pinned}")
    if not pip("install", *constraints(), "torch", quiet=not watched()):
        sys.exit("torch could not be installed: pip's message stands above")


def install_project(flavour: str) -> None:
    """This checkout, editable, and what it needs. Its build backend is installed first, so that it is pinned too."""
    say("Installing inspect-loss and what it needs" + (", its tests included" if flavour == "dev" else ""))
    target = f"{ROOT}[{'dev' if flavour == 'dev' else 'site'}]"
    done = pip("install", *constraints(), "hatchling", "editables") and pip(
        "install", *constraints(), "--no-build-isolation", "--editable", target
    )
    if not done:
        sys.exit("inspect-loss could not be installed: pip's message stands above")


def install_browser() -> None:
    """A Chromium for the browser tests: the one thing no wheel holds."""
    sys.path.insert(0, str(ROOT))  # this file is run as a script, from anywhere
    from tools import browser

    browser.ensure()


def install_zensical() -> None:
    """The builder that follows Material for MkDocs, for the one test that builds the pages with it too."""
    if not pip("install", *constraints(), "zensical", quiet=True):
        say("Zensical could not be installed from the package index: its test is skipped")


def write_constraints() -> None:
    """constraints.txt from what .venv holds; torch without the name of its build, which differs between machines."""
    leave_out = ["--exclude", "pip", "--exclude", "setuptools", "--exclude-editable"]
    frozen = subprocess.run([python(), "-m", "pip", "freeze", "--all", *leave_out], capture_output=True, text=True, check=True)
    lines = [line.split("+")[0] for line in frozen.stdout.splitlines() if "==" in line]
    head = "# Every package of the tested environment, at the version it was tested with. Written by: make constraints"
    (ROOT / "constraints.txt").write_text("\n".join([head, *lines]) + "\n")


# -- what they ask -------------------------------------------------------------------------------------------------------


def wants_cpu_build() -> bool:
    """True on Linux without an NVIDIA driver; elsewhere the default build is the right one."""
    return sys.platform == "linux" and not has_nvidia_driver()


def has_nvidia_driver() -> bool:
    return shutil.which("nvidia-smi") is not None or Path("/proc/driver/nvidia/version").exists()


def pinned_version(name: str) -> str:
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)
    return pins[name].strip()


def installed_version(name: str) -> str:
    """As in .venv, "" where it is not there. Asks the metadata: importing torch takes seconds."""
    ask = f"from importlib.metadata import version; print(version({name!r}))"
    return subprocess.run([python(), "-c", ask], capture_output=True, text=True).stdout.strip()


def constraints() -> tuple[str, str]:
    return "--constraint", str(ROOT / "constraints.txt")


def python() -> Path:
    return ROOT / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"


def pip(*arguments: str, quiet: bool = True) -> bool:
    """True where pip did it. Quiet: errors only; its warnings are about where pip looks, which is not ours to mend."""
    words = [str(python()), "-m", "pip", "--disable-pip-version-check", *(["-qq"] if quiet else []), *arguments]
    return subprocess.run(words, stdin=subprocess.DEVNULL).returncode == 0


def watched() -> bool:
    """True where a person waits at a terminal, who wants pip's progress bar for the one large download."""
    return sys.stderr.isatty()


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
