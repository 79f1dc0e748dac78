"""Where text comes from: the installed torch (found without importing it), the standard library, a package on the path.

In: a module's dotted name. Out: its text and its file, relative to the folder that holds it. Nothing is imported.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import sysconfig
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from inspector.errors import CouldNotRun, InspectError
from inspector.report import Release

STANDARD_LIBRARY = Path(sysconfig.get_paths()["stdlib"])


_LOOKED_IN = frozenset((
    "torch", "torch/autograd", "torch/compiler", "torch/nn", "torch/nn/modules", "torch/nn/backends", "torch/_C",
    "torchgen/packaged/ATen/native", "torchgen/packaged/autograd",
))  # fmt: skip
_LOOKED_AT = frozenset(("torch/jit/__init__.py", "torch/utils/hooks.py", "torch/utils/_contextlib.py"))
_LEFT_OUT = re.compile(r"torch/(_VF\.pyi|_meta_registrations\.py|_precompile\w*\.py|_(torch|tensor)_docs\.py)")


def is_looked_at(name: str) -> bool:
    """Whether following calls in torch.nn reads this file, named relative to the folder that holds `torch/`: most of it, or may.

    Large files that no call of torch.nn leads to are left out.
    """
    return name in _LOOKED_AT or (name.rpartition("/")[0] in _LOOKED_IN and not _LEFT_OUT.fullmatch(name))


class TorchText:
    """The Python text of one torch, and of the modules beside it.

    `root` is the folder that holds `torch/`; `release` says which torch it is. `packages` are further top-level
    packages whose calls are followed (a subject's own package), by name, with the folder that holds each; `files` are
    single modules of the same kind, by name, that lie in a file of another name (`__main__`).
    """

    def __init__(self, root: Path, release: Release, packages: dict[str, Path] | None = None, files: dict[str, Path] | None = None) -> None:
        self.root = root
        self.release = release
        self.identity: tuple[str, ...] = (release.version, release.git_version)
        """What a kept record is filed under: the same words mean that the same is read."""
        self.packages = packages or {}
        self.files = files or {}
        self.shared: dict[str, dict[Any, Any]] = {}
        """What was made of this text and stays true of it: tables of modules and parsed slices, by their kind."""
        self._texts: dict[Path, str] = {}
        self._files: dict[str, Path | None] = {}

    def file_of(self, module: str, *, stub: bool = False) -> Path | None:
        """The file of a module (its stub for C modules), or None where there is no text of it."""
        key = module + ("|stub" if stub else "")
        if key not in self._files:
            self._files[key] = self._locate(module, ".pyi" if stub else ".py")
        return self._files[key]

    def text_of(self, path: Path) -> str:
        """The text of a file, read once."""
        if path not in self._texts:
            self._texts[path] = path.read_text(encoding="utf-8")
        return self._texts[path]

    def looked_at(self) -> list[str]:
        """The Python files that a report may look at, as records name them."""
        names = {f"{folder}/{file.name}" for folder in _LOOKED_IN for file in (self.root / folder).glob("*.py")}
        return sorted(name for name in (*names, *_LOOKED_AT) if is_looked_at(name) and (self.root / name).is_file())

    def data_of(self, name: str) -> bytes:
        """The bytes of the file that records name so."""
        return self.place(name).read_bytes()

    def mark_of(self, name: str) -> tuple[int, int]:
        """Size and check sum of the file that records name so: the same for the same text, in any release."""
        data = self.data_of(name)
        return len(data), zlib.crc32(data)

    def files_in(self, folder: str) -> list[Path]:
        """The Python files of one folder of torch, by name."""
        return sorted((self.root / folder).glob("*.py"))

    def relative(self, path: Path) -> str:
        """The file as records name it: relative to the folder that holds `torch/` (or the other package)."""
        for folder in (self.root, *self.packages.values(), STANDARD_LIBRARY):
            if path.is_relative_to(folder):
                return path.relative_to(folder).as_posix()
        return path.name

    def place(self, name: str) -> Path:
        """The file that records name so: the other way round than `relative`."""
        top = name.partition("/")[0].removesuffix(".py")
        alone = next((file for file in self.files.values() if file.name == name), None)
        return alone or self.packages.get(top, self.root) / name

    def is_followed(self, module: str) -> bool:
        """Whether calls inside this module are followed: torch's own and the subject's package."""
        return module.partition(".")[0] in ("torch", *self.packages, *self.files)

    def beside(self, module: str, file: Path | None = None) -> TorchText:
        """The same torch, where calls inside the package of `module` are followed too; `file` is where a script's module lies.

        Raises InspectError `no-source` where no file holds the module's text.
        """
        top = module.partition(".")[0]
        if self.is_followed(module):
            return self
        if file is not None and file.suffix == ".py" and file.stem != module.rpartition(".")[2]:
            return TorchText(self.root, self.release, self.packages, {**self.files, module: file})
        folder = folder_of_package(top) or (file.parents[module.count(".")] if file is not None and file.suffix == ".py" else None)
        if folder is None:
            raise InspectError(
                "no-source", f"no file holds the source of `{module}`", "", "put the class into a .py file that can be imported"
            )
        return TorchText(self.root, self.release, {**self.packages, top: folder}, self.files)

    def is_namespace(self, module: str) -> bool:
        """Whether a module of a subject's package is a folder without an `__init__.py`."""
        parts = module.split(".")
        return parts[0] in self.packages and self.packages[parts[0]].joinpath(*parts).is_dir() and self.file_of(module) is None

    def _locate(self, module: str, suffix: str) -> Path | None:
        if module in self.files:
            return self.files[module] if suffix == ".py" else None
        parts = module.split(".")
        if not all(part.isidentifier() for part in parts):
            return None
        folder = self._folder_of(parts[0])
        if folder is None:
            return None
        stem = folder.joinpath(*parts)
        for path in (stem / f"__init__{suffix}", stem.with_name(stem.name + suffix)):
            if path.is_file():
                return path
        return None

    def _folder_of(self, top: str) -> Path | None:
        if top == "torch":
            return self.root
        if top in self.packages:
            return self.packages[top]
        if top in sys.stdlib_module_names:
            return STANDARD_LIBRARY
        return folder_of_package(top)


@lru_cache(maxsize=64)
def folder_of_package(top: str) -> Path | None:
    """The folder that holds a top-level package or module on the import path; None where it has no source there."""
    if top in sys.builtin_module_names:
        return None
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        return None
    path = Path(spec.origin)
    return path.parent.parent if path.name == "__init__.py" else path.parent


def find_installed() -> TorchText:
    """The installed torch, found without importing it; raises CouldNotRun where there is none or it has no sources."""
    folder = folder_of_package("torch")
    if folder is None:
        raise CouldNotRun("torch-missing", "torch is not installed", sys.prefix, "pip install torch, or inspect-loss show a saved report")
    return _installed_in(folder)


@lru_cache(maxsize=1)
def _installed_in(folder: Path) -> TorchText:
    """Read once in a process: an installed torch does not change while it is in use, and what was parsed of it serves every loss."""
    return in_folder(folder, origin="installed")


def in_folder(folder: Path, *, origin: str, built: bool = True) -> TorchText:
    """The torch whose `torch/` lies in `folder`; raises CouldNotRun where its sources are missing.

    Not `built` is a checkout, which has no torch/version.py yet.
    """
    made = ("torch/version.py",) if built else ()
    for needed in ("torch/nn/modules/loss.py", "torch/nn/modules/module.py", *made):
        if not (folder / needed).is_file():
            todo = "install a torch that ships its Python sources" if built else "give the folder that holds torch/"
            raise CouldNotRun("torch-without-sources", f"this torch has no {needed}", str(folder), todo)
    return TorchText(folder, Release(*_version_of(folder), origin=origin))


def given_folder(given: str) -> TorchText:
    """The torch in a folder that a person names: a checkout, an unpacked wheel, or the `torch/` in one; raises CouldNotRun."""
    folder = Path(given).absolute()
    if not (folder / "torch").is_dir() and (folder / "nn/modules").is_dir() and folder.name == "torch":
        folder = folder.parent
    text = in_folder(folder, origin="folder", built=False)
    # A folder of sources may be edited at any time: what is kept of it is found by its place, and held against its files.
    text.identity = (*text.identity, str(folder))
    return text


def _version_of(folder: Path) -> tuple[str, str]:
    """Version and commit, from torch/version.py; a checkout, which has none before it is built, says them elsewhere."""
    made = folder / "torch/version.py"
    if made.is_file():
        version = made.read_text(encoding="utf-8")
        return version_in(version)
    said = folder / "version.txt"
    return said.read_text(encoding="utf-8").strip() if said.is_file() else "unknown", _commit_of(folder / ".git")


def _commit_of(git: Path) -> str:
    """The commit that is checked out; "" where git's own files do not say it plainly."""
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head if re.fullmatch(r"[0-9a-f]{40,64}", head) else ""
        name = head.removeprefix("ref: ")
        loose = git / name
        packed = (git / "packed-refs").read_text(encoding="utf-8") if not loose.is_file() else f"{loose.read_text().strip()} {name}"
    except (OSError, UnicodeDecodeError):
        return ""
    found = re.search(rf"^([0-9a-f]{{40,64}}) {re.escape(name)}$", packed, re.MULTILINE)
    return found[1] if found else ""


def version_in(text: str) -> tuple[str, str]:
    """Version and commit, as torch/version.py says them: "unknown" and "" where it does not. torch 1.0.0 says no commit."""
    return _version_line(text, "__version__") or "unknown", _version_line(text, "git_version")


def _version_line(text: str, name: str) -> str:
    match = re.search(rf"^{name}\s*(?::[^=]*)?=\s*['\"]([^'\"]*)['\"]", text, re.MULTILINE)
    return match.group(1) if match else ""
