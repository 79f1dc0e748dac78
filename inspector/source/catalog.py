"""Which classes there are and how people spell them: the losses and modules of torch.nn, with a line each.

In: the text of a torch. Out: entries, and the entry a spelling means. A scan of a few files, cached; libcst is not loaded.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from inspector.errors import UnknownName
from inspector.source import cache, docstrings
from inspector.source.finders import TorchText
from inspector.source.index import Definition, index_text

LOSS_MODULE = "torch.nn.modules.loss"


class CatalogEntry(msgspec.Struct, frozen=True):
    """One class that can be inspected."""

    name: str
    qualified_name: str
    public_name: str
    """As people import it; empty for a private class."""
    summary: str
    file: str
    line: int
    functions: tuple[str, ...] = ()
    """Names of functions under torch.nn.functional that its text calls."""
    bases: tuple[str, ...] = ()
    """Qualified names of its bases, where its file defines or imports them."""


class Catalog(msgspec.Struct, frozen=True):
    """Every class of torch.nn.modules, in the order of the files."""

    entries: tuple[CatalogEntry, ...]

    def losses(self) -> tuple[CatalogEntry, ...]:
        """Public losses by name: every public class of torch.nn ending in Loss, deprecated ones too; then the private bases."""
        public = sorted((e for e in self.entries if _is_loss(e) and e.public_name), key=lambda entry: entry.name.lower())
        return (*public, *(e for e in self.entries if _is_loss(e) and not e.public_name))

    def modules(self) -> tuple[CatalogEntry, ...]:
        """Public modules of torch.nn by name."""
        return tuple(sorted((e for e in self.entries if e.public_name), key=lambda entry: entry.name.lower()))


def _is_loss(entry: CatalogEntry) -> bool:
    return bool(re.search(r"Loss(2d)?$", entry.name)) and (bool(entry.public_name) or entry.qualified_name.startswith(LOSS_MODULE))


def read_catalog(text: TorchText) -> Catalog:
    """The catalog of a torch, from the cache where its files have not changed."""
    files = text.files_in("torch/nn/modules")
    names = [text.relative(file) for file in files]
    return cache.remembered(cache.path_of("catalog", (), text), text, names, Catalog, lambda: _scan(text, names))


def _scan(text: TorchText, names: list[str]) -> Catalog:
    exported = _exported(text)
    entries: list[CatalogEntry] = []
    for name in names:
        module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        source = text.text_of(text.root / name)
        for found in index_text(source).values():
            if found.kind == "class":
                entries.append(_entry(module, name, source, found, exported))
    return Catalog(tuple(entries))


def _exported(text: TorchText) -> frozenset[str]:
    path = text.file_of("torch.nn.modules")
    return frozenset(found.name for found in index_text(text.text_of(path)).values() if found.kind == "import") if path else frozenset()


def _entry(module: str, file: str, source: str, found: Definition, exported: frozenset[str]) -> CatalogEntry:
    lines = source.split("\n")[found.line - 1 : found.end]
    header = next((number for number, row in enumerate(lines, 1) if row.partition("#")[0].rstrip().endswith(":")), 1)
    docstring = docstrings.docstring_of("\n".join(lines), header)
    body = "\n".join(lines)
    return CatalogEntry(
        name=found.name,
        qualified_name=f"{module}.{found.name}",
        public_name=f"torch.nn.{found.name}" if found.name in exported and not found.name.startswith("_") else "",
        summary=docstrings.summary_of(docstring) if docstring else "",
        file=file,
        line=found.line,
        functions=tuple(sorted(set(re.findall(r"\bF\.(\w+)\(", body)))),
        bases=tuple(_bases(module, body, index_text(source))),
    )


def _bases(module: str, body: str, index: Mapping[str, Definition]) -> Iterator[str]:
    """Qualified names of the bases that the class statement names, where they are classes of its file or imported."""
    header = re.search(r"^class\s+\w+\s*\(([^)]*)\)", body, re.MULTILINE)
    for written in re.sub(r"\[[^\]]*\]", "", header[1]).split(",") if header else ():
        found = index.get(written.strip())
        if found is not None and found.kind == "class":
            yield f"{module}.{found.name}"
        elif found is not None and found.kind == "import":
            beside, _, name = found.target.partition(":")
            yield f"{module.rpartition('.')[0]}{beside}.{name}" if beside.startswith(".") else f"{beside}.{name}"


def loss_named(text: TorchText, name: str) -> CatalogEntry | None:
    """The entry of a class in the module of the losses, if that is how it is called: the whole catalog is not needed then."""
    path = text.file_of(LOSS_MODULE)
    short = name.rpartition(".")[2]
    if path is None or not _prefix_fits(name) or f"class {short}(" not in text.text_of(path):
        return None
    source = text.text_of(path)
    found = index_text(source).get(short)
    return _entry(LOSS_MODULE, text.relative(path), source, found, _exported(text)) if found is not None and found.kind == "class" else None


# -- spellings ------------------------------------------------------------------------------------------------------------------


def find(catalog: Catalog, spelling: str) -> CatalogEntry:
    """The entry a spelling means; raises UnknownName with the nearest names."""
    wanted = spelling.strip()
    if not wanted:
        raise _unknown(catalog, wanted)
    exact = [entry for entry in catalog.entries if wanted in (entry.qualified_name, entry.public_name, entry.name, f"nn.{entry.name}")]
    if exact:
        return _preferred(exact)
    function = _function_of(catalog, wanted)
    if function:
        return function
    short = _folded(wanted.rpartition(".")[2])
    loose = [entry for entry in catalog.entries if _folded(entry.name) == short]
    loose = loose or [entry for entry in catalog.entries if _folded(entry.name) == short + "loss"]
    if loose and _prefix_fits(wanted):
        return _preferred(loose)
    raise _unknown(catalog, wanted)


def _preferred(entries: Iterable[CatalogEntry]) -> CatalogEntry:
    return min(entries, key=lambda entry: (not entry.public_name, entry.qualified_name))


def _function_of(catalog: Catalog, wanted: str) -> CatalogEntry | None:
    head, _, name = wanted.rpartition(".")
    if head not in ("F", "nn.functional", "torch.nn.functional", "functional") and ("_" not in name or head):
        return None
    callers = [entry for entry in catalog.entries if name in entry.functions and entry.public_name]
    if not callers:
        return None
    closest = sorted(callers, key=lambda entry: (not _folded(entry.name).startswith(_folded(name)), len(entry.functions), len(entry.name)))
    return closest[0]


def _prefix_fits(wanted: str) -> bool:
    return wanted.rpartition(".")[0] in ("", "nn", "torch", "torch.nn", "torch.nn.modules", LOSS_MODULE)


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _unknown(catalog: Catalog, wanted: str) -> UnknownName:
    names = {_folded(entry.name): entry.name for entry in catalog.entries if entry.public_name or not entry.name.startswith("_")}
    close = difflib.get_close_matches(_folded(wanted.rpartition(".")[2]), list(names), n=3, cutoff=0.55)
    nearest = tuple(names[name] for name in close)
    advice = f"did you mean {' or '.join(nearest)}?" if nearest else "inspect-loss list shows the names"
    return UnknownName(f"torch has no loss or module named `{wanted[:80]}`", "", advice, nearest)
