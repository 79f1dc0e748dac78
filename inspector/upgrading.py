"""Two releases of torch and somebody's code -> which of the changes between them its uses of losses meet.

In: releases as a person writes them, files and folders. Out: an Upgrade. Code is read and never run; nothing is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from inspector import chronicle, touching
from inspector.affected import FORMAT_VERSION, Skipped, Touch, Upgrade, Use
from inspector.changes import Comparison
from inspector.source import catalog
from inspector.source.releases import Releases
from inspector.source.usage import code_files
from inspector.source.usage.bindings import Project
from inspector.source.usage.code_files import Parsed
from inspector.source.usage.meanings import Meanings
from inspector.source.usage.uses import Reader
from inspector.touching import Facts

if TYPE_CHECKING:
    from inspector.source.finders import TorchText

Told: TypeAlias = Callable[[str, int, int], None]
"""Is told what is being done, how many are done, of how many."""
FUNCTIONS = "torch.nn.functional"


def upgrade(old: str, new: str, paths: Sequence[str], *, offline: bool = False, told: Told | None = None) -> Upgrade:
    """What changes from one release to another for the code in some files and folders; raises InspectError for what is not there.

    A short version means its newest patch release: "1.10" is 1.10.2.
    """
    files = code_files.python_files(paths)
    releases = Releases(offline=offline)
    versions = [releases.meant(each) for each in (old, new)]
    compared = chronicle.compare(versions[0], versions[1], offline=offline, told=told)
    texts = (releases.text(versions[0]), releases.text(versions[1]))
    parsed, skipped = code_files.parse_all(files)
    meanings = Meanings(texts)
    before = len(skipped)
    uses = read_uses(parsed, meanings, skipped)
    read = len(parsed) - (len(skipped) - before)
    facts = _facts(texts, meanings)
    touches = list(_touches(compared, uses, facts))
    known = _known(compared, meanings)
    touched = {touch.use for touch in touches}
    return Upgrade(
        FORMAT_VERSION, compared.old, compared.new, (old, new), read,
        tuple(use for use in uses if use in touched or (use.subject in known and use.kind in ("makes", "calls", "derives"))),
        tuple(touches), tuple(skipped), compared.unread,
    )  # fmt: skip


def read_uses(parsed: Sequence[Parsed], meanings: Meanings, skipped: list[Skipped] | None = None) -> tuple[Use, ...]:
    """Every use of a class or function of torch in some modules, by file and line; those nested too deeply to read are `skipped`."""
    project = Project()
    found: list[Use] = []
    readable = []
    for place, one in enumerate(parsed):
        # Two scripts of one name are two modules; who imports that name means the first of them.
        name = one.module if one.module not in project.modules else f"{one.module}@{place}"
        if _not_too_deep(lambda each=one, module=name: project.add(module, each.tree, is_package=each.is_package), one, skipped):  # type: ignore[misc]
            readable.append(one)
    for one in readable:
        _not_too_deep(lambda each=one: found.extend(_placed(Reader(project, meanings, each.file).read(each.tree), each)), one, skipped)  # type: ignore[misc]
    return tuple(found)


def _placed(uses: Iterable[Use], one: Parsed) -> Iterable[Use]:
    """The uses of a file with the cell and line of a notebook, where it is one."""
    for use in uses:
        cell, line = one.places[use.line - 1] if one.places else (0, use.line)
        yield msgspec.structs.replace(use, cell=cell, line=line)


def _not_too_deep(work: Callable[[], None], one: Parsed, skipped: list[Skipped] | None) -> bool:
    try:
        work()
    except RecursionError:
        if skipped is not None:
            skipped.append(Skipped(one.file, "it is nested too deeply"))
        return False
    return True


def _touches(compared: Comparison, uses: Iterable[Use], facts: Facts) -> Iterable[Touch]:
    """Every change that a use meets, once at a line."""
    for use in uses:
        seen = set()
        for change in compared.changes:
            found = touching.touch(change, use, facts)
            if found is not None and (change.subject, change.sentence) not in seen:
                seen.add((change.subject, change.sentence))
                yield found


def _facts(texts: tuple[TorchText, TorchText], meanings: Meanings) -> Facts:
    old, new = (Meanings((text,)) for text in texts)
    functions: dict[str, frozenset[str]] = {}
    for text in texts:
        for entry in catalog.read_catalog(text).entries:
            called = frozenset(f"{FUNCTIONS}.{name}" for name in entry.functions)
            functions[entry.qualified_name] = functions.get(entry.qualified_name, frozenset()) | called
    return Facts(meanings.mro, old.signature, new.signature, new.owner, lambda name: functions.get(name, frozenset()))


def _known(compared: Comparison, meanings: Meanings) -> set[str]:
    """Qualified names of what was compared."""
    return {meaning.name for name in compared.compared if (meaning := meanings.of(name)) is not None}
