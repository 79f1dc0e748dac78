"""What torch's own lists say of the code below Python -> lines of a terminal.

In: a Report and a Look. Out: lines: one or two for a native function, everything where the Look is verbose. It decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from inspector.render import entries
from inspector.render.entries import Entries, Entry, Met
from inspector.render.explain import counted, listed
from inspector.render.ink import Line, Look, Span, pad, wrap
from inspector.render.places import Place
from inspector.report import NotRun, Report

INDENT = (Span("  "),)
DEEPER = (Span("    "),)
DEEPEST = (Span("      "),)
WIDEST_TEXT = 110
COLUMN = 13
"""Where words begin beside a short title, as in the section on what ran."""
MOST_FUNCTIONS = 4
"""Of more native functions only the last are shown at the lesser depth: what a loss ends in comes last."""


def before_the_run(report: Report, look: Look) -> Iterator[Line]:
    """The section on the native functions that the trace ends in."""
    found = entries.entries_of(report)
    shown = [met for met in found.functions if look.verbose or entries.is_shown_first(met, found.entries)]
    if not shown and not found.missing:
        return
    yield (Span("Below Python", "heading"),)
    for sentence in found.missing:
        yield from _text(sentence, look)
    by_name = entries.by_name(found.entries)
    if look.verbose:
        yield from _in_full(shown, found, by_name, look)
        return
    for met in shown[-MOST_FUNCTIONS:]:
        yield from _in_short(met, by_name, look)
    for node in found.loose_nodes:
        yield from _text(f"{node.name} {node.keeps} ({node.where})", look)
    more = len(found.functions) - len(shown[-MOST_FUNCTIONS:])
    yield from _text(f"{counted(more, 'more name')} below Python: -v has every entry.", look, "quiet") if more else ()


def after_the_run(report: Report, look: Look) -> Iterator[Line]:
    """What the autograd nodes that ran keep; where the Look is verbose, the entries of every operator that ran."""
    if isinstance(report.observation, NotRun):
        return
    found = entries.entries_of(report)
    by_name = entries.by_name(found.entries)
    if look.verbose:
        before = {name for met in found.functions for name in met.entries}
        rest = [entry for entry in found.entries if entry.name not in before]
        yield from ((), (Span("Below Python: what ran", "heading"),)) if rest else ()
        for met in (*found.operators, *found.nodes):
            if met.note:
                yield from _text(f"{met.name}: {met.note}", look)
        for entry in rest:
            yield from _entry(entry, found, look)
        return
    kept = {node.name: node.keeps for entry in by_name.values() for node in entry.nodes}
    said = [(met.name, kept[met.name]) for met in found.nodes if met.name in kept]
    said.sort(key=lambda each: not each[1].startswith("keeps the tensor"))
    for place_, (name, keeps) in enumerate(said[:MOST_FUNCTIONS]):
        title = (*INDENT, Span("" if place_ else "kept", "quiet"))
        yield from wrap([Span(f"{name} {keeps}")], min(look.width, WIDEST_TEXT), pad(title, COLUMN), pad((), COLUMN))
    if said[MOST_FUNCTIONS:]:
        more = f"{counted(len(said) - MOST_FUNCTIONS, 'more node')}: -v has every entry"
        yield from wrap([Span(more, "quiet")], look.width, pad((), COLUMN), pad((), COLUMN))


# -- pieces -----------------------------------------------------------------------------------------------------------------


def _in_short(met: Met, by_name: dict[str, Entry], look: Look) -> Iterator[Line]:
    some = [by_name[name] for name in met.entries if name in by_name]
    if len(some) > 1:
        spans = [span for entry in some for span in (Span(" or "), Span(f"{entry.name} "), _linked(entry.place))][1:]
        yield from wrap([Span(met.full_name, "native"), Span("  is "), *spans], look.width, INDENT, DEEPER)
        if len({entry.brief for entry in some}) == 1 and some[0].brief:
            yield from wrap([Span(f"Each is {some[0].brief}.")], min(look.width, WIDEST_TEXT), DEEPER, DEEPER)
        return
    for entry in some:
        _, bracket, signature = entry.schema.partition("(")
        yield from wrap([Span(met.full_name, "native"), Span(f"{bracket}{signature}  "), _linked(entry.place)], look.width, INDENT, DEEPER)
        gradients = [f"{row.title}: {row.formula}" for row in entry.formulas if not row.forward and not entry.is_composite]
        brief = (f"{_capital(entry.brief)}.",) if entry.brief else ()
        words = " ".join((entry.kernels, *brief, *(f"{_capital(gradient)}." for gradient in gradients)))
        yield from wrap([Span(words)], min(look.width, WIDEST_TEXT), DEEPER, DEEPER)


def _in_full(shown: Iterable[Met], found: Entries, by_name: dict[str, Entry], look: Look) -> Iterator[Line]:
    done: set[str] = set()
    for met in shown:
        words = met.note or f"is {listed(met.entries)}"
        yield from wrap([Span(met.full_name, "native"), Span(f"  {words}", "quiet")], look.width, INDENT, DEEPER)
        for name in met.entries:
            if name in by_name and name not in done:
                done.add(name)
                yield from _entry(by_name[name], found, look)
    for node in found.loose_nodes:
        yield from _text(f"{node.name} {node.keeps} ({node.where})", look)


def _entry(entry: Entry, found: Entries, look: Look) -> Iterator[Line]:
    yield from wrap([Span(entry.schema, "name"), Span("  "), _linked(entry.place)], look.width, DEEPER, DEEPEST)
    for words in (entry.every_kernel, entry.meaning, entry.python):
        yield from _fact("", [Span(words)], look) if words else ()
    for row in entry.formulas:
        yield from _fact(row.title, [Span(row.formula)], look)
    if entry.formulas:
        yield from _fact("written in", [_linked(entry.formulas_place)], look)
    for node in entry.nodes:
        yield from _fact(node.name, [Span(node.keeps), Span(f"  {node.where}", "quiet")], look)
    for what, place in entry.decompositions:
        yield from _fact("in Python", [Span(f"{what}  "), _linked(place)], look)
    as_of = f" as of torch {found.code_release}" if found.code_release else ""
    for place_, code in enumerate(entry.code):
        spans = [Span(code.symbol), Span(f"  {code.what}  " if code.what else "  ", "quiet"), _linked(code.place)]
        yield from _fact("" if place_ else f"C++{as_of}", spans, look)


def _fact(title: str, spans: Iterable[Span], look: Look) -> Iterator[Line]:
    words = [Span(f"{title}: ", "quiet"), *spans] if title else spans
    return wrap(words, min(look.width, WIDEST_TEXT + 10), DEEPEST, (*DEEPEST, Span("  ")))


def _linked(place: Place) -> Span:
    return Span(place.text, "quiet", place.url)


def _text(words: str, look: Look, style: str = "") -> Iterator[Line]:
    return wrap([Span(words, style)], min(look.width, WIDEST_TEXT), INDENT, DEEPER)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
