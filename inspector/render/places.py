"""Where a thing stands -> the words and the address that lead there: the file and line, and the line on GitHub.

In: a file relative to the folder that holds `torch/`, and the release. Out: Place. It opens no file.
"""

from __future__ import annotations

from inspector.report import Record, Release, Step, StepKind

GITHUB = "https://github.com/pytorch/pytorch/blob/"
_INSTEAD_OF_A_FILE: dict[StepKind, str] = {"native": "native", "builtin": "builtin", "unresolved": "not known"}


_PLAIN = str.maketrans("", "", "/._-")
"""What needs no quoting: nearly every path, so that urllib.parse (2 ms) is seldom loaded."""


class Place(Record, frozen=True):
    """A file and a line, as shown and as linked."""

    text: str
    """loss.py:1200; or "native", "builtin", "not known", "not followed" where there is no file to show."""
    file: str = ""
    line: int = 0
    url: str = ""
    """The line on GitHub at the exact commit; "" where the file is not torch's or the commit is not known."""

    @property
    def path(self) -> str:
        """The whole path with its line: torch/nn/modules/loss.py:1200."""
        return f"{self.file}:{self.line}" if self.file else self.text


def place(file: str, line: int, release: Release) -> Place:
    """The Place of a line in a file."""
    if not file:
        return Place("")
    return Place(f"{file.rpartition('/')[2]}:{line}", file, line, _github(file, line, release))


def callee_place(step: Step, release: Release) -> Place:
    """Where the function stands that a step calls."""
    if step.callee_file:
        return place(step.callee_file, step.callee_line, release)
    return Place(_INSTEAD_OF_A_FILE.get(step.kind, "not followed"))


_IN_THE_REPOSITORY = {"torchgen/packaged/ATen/": "aten/src/ATen/", "torchgen/packaged/autograd/": "tools/autograd/"}
"""Where a wheel packs a copy of a file of the repository -> where it lies there, line for line the same."""


def repository_place(file: str, line: int, release: Release) -> Place:
    """The Place of a line in one of torch's lists, whose copy in a wheel lies elsewhere than in the repository."""
    packed = next((packed for packed in _IN_THE_REPOSITORY if file.startswith(packed)), "")
    there = _IN_THE_REPOSITORY.get(packed, packed) + file.removeprefix(packed)
    url = f"{GITHUB}{release.git_version}/{in_an_address(there)}#L{line}" if release.git_version else ""
    return Place(f"{file.rpartition('/')[2]}:{line}", file, line, url)


def native_place(file: str, commit: str) -> Place:
    """The Place of a C++ file at a commit; no line is known of it."""
    return Place(file.rpartition("/")[2], file, 0, f"{GITHUB}{commit}/{in_an_address(file)}")


def native_files(name: str) -> tuple[Place, ...]:
    """The C++ files behind a native function or an operator, each once, at the commit that the table of them is about; () where unknown."""
    from inspector.losses import native_sources

    commit = native_sources.as_of().commit
    files = dict.fromkeys(kernel.file for kernel in native_sources.kernels_of(name) if kernel.key != "Meta")
    return tuple(native_place(file, commit) for file in files)


def source_href(file: str, line: int, to_top: str = "../") -> str:
    """The address of a line on our own page of a source file; `to_top` leads from the page with the link to the top of the site."""
    return f"{to_top}{source_page(file)}#L-{line}" if file else ""


def source_page(file: str) -> str:
    """Where the page of a source file lies once the site is built, from the top of the site: source/torch/nn/modules/loss.py.html."""
    return f"source/{in_an_address(file)}.html"


def _github(file: str, line: int, release: Release) -> str:
    if not release.git_version or not file.startswith("torch/"):
        return ""
    return f"{GITHUB}{release.git_version}/{in_an_address(file)}#L{line}"


def in_an_address(path: str) -> str:
    """The path as it stands in an address."""
    if path.isascii() and path.translate(_PLAIN).isalnum():
        return path
    from urllib.parse import quote

    return quote(path)
