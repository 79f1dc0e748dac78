"""Page data -> the report in a terminal, as styled lines no wider than asked for; in two parts, before and after the run.

In: a Report and a Look. Out: text. Colour says nothing that the text does not; it decides nothing about what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from inspector.render import explain, view
from inspector.render.chain import tree_lines
from inspector.render.ink import Line, Look, Span, aside, cells, fit, line_cells, pad, paint, wrap
from inspector.render.numbers import MEASURED, CheckTable
from inspector.render.places import Place, in_an_address
from inspector.report import Parameter, Report

LONGEST_TITLE = 16
"""Cells of the name of a tensor that its numbers can stand beside."""
WIDEST_TEXT = 110
"""Prose is hard to read in longer lines."""
INDENT = (Span("  "),)


def whole(report: Report, look: Look) -> str:
    """The whole report."""
    return static_part(report, look) + live_part(report, look)


def static_part(report: Report, look: Look) -> str:
    """What is known before torch is loaded: who it is, why it can be called, the chain, how it is made."""
    lines = [*_identity(view.identity(report), look)]
    if not look.quiet:
        lines += [(), *_callable(view.why_callable(report), look)]
    lines += [(), *_trace(view.chain(report, verbose=look.verbose), look)]
    if not look.quiet:
        from inspector.render import entry_lines

        below = [*entry_lines.before_the_run(report, look)]
        lines += [(), *below] if below else []
        lines += [(), *_construction(view.construction(report, verbose=look.verbose), look)]
    return paint(lines, look)


def live_part(report: Report, look: Look) -> str:
    """What the run adds: what ran, whether it agrees, and the numbers."""
    if look.quiet:
        return paint(_verdict(report, look), look)
    ran, compared = view.ran(report, verbose=look.verbose), view.comparison(report)
    lines: list[Line] = [()]
    if ran.reason and ran.reason == compared.reason:
        lines += [*_heading("What ran", look), *_text(explain.sentence(ran.reason), look)]
    else:
        from inspector.render import entry_lines

        lines += [*_ran(ran, look), *entry_lines.after_the_run(report, look), (), *_comparison(compared, look)]
    lines += [(), *_numbers(view.numbers(report, verbose=look.verbose), look)]
    from inspector.render import asked, found

    lines += [(), *found.section(report, look)]
    if report.answers:
        lines += [(), *asked.section(report.answers, look)]
    return paint(lines, look)


# -- pieces -------------------------------------------------------------------------------------------------------------


def _heading(title: str, look: Look, right: str = "", style: str = "heading") -> Iterator[Line]:
    """A heading, with a few words at the right edge, or on a line of their own where they do not fit."""
    edge = min(look.width, WIDEST_TEXT + 10)
    left = (Span(fit(title, look.width), style),)
    room = edge - line_cells(left) - 2
    if not right or cells(right) <= room:
        yield (*pad(left, edge - cells(right)), Span(right, "quiet")) if right else left
    else:
        yield left
        yield from wrap([Span(right, "quiet")], look.width, INDENT, INDENT)


def _text(words: str, look: Look, style: str = "") -> Iterator[Line]:
    return wrap([Span(words, style)], min(look.width, WIDEST_TEXT), INDENT, INDENT)


def _link(place: Place, look: Look) -> str:
    """The address a place leads to: the line on GitHub, or the file on this machine where it is not torch's."""
    if place.url:
        return place.url
    return _file_link(place, look)


def _file_link(place: Place, look: Look) -> str:
    if not place.file or not (look.root or place.file.startswith("/")):
        return ""
    path = place.file if place.file.startswith("/") else f"{look.root}/{place.file}"
    return f"file://{in_an_address(path)}"


def _fact(title: str, spans: Iterable[Span], look: Look, column: int = 12) -> Iterator[Line]:
    """A title in a narrow column and its words beside it."""
    first = pad((*INDENT, Span(title, "quiet")), column)
    return wrap(spans, min(look.width, max(WIDEST_TEXT, column + 60)), (*first, Span(" ")), (Span(" " * (column + 1)),))


# -- the static part ----------------------------------------------------------------------------------------------------


def _identity(who: view.Identity, look: Look) -> Iterator[Line]:
    yield from _heading(who.title, look, who.release)
    path = Span(who.place.path, "", _file_link(who.place, look) or who.place.url)
    name = [Span(who.qualified_name), Span(" · ")] if who.qualified_name != who.title else []
    yield from wrap([*name, path], look.width, INDENT, INDENT)
    if who.place.url:
        yield from _address(who.place, look)
    if who.summary:
        yield from ((), *_text(who.summary, look))
    yield from ((), *_signature(who, look))
    if look.quiet:
        return
    if who.deprecated:
        yield from _text(who.deprecated + ("" if look.escapes else " (~so marked~)"), look, "quiet")
    if who.functions:
        yield from _fact("calls", [Span(who.functions)], look)
    if who.configuration:
        yield from _fact("asked for", [Span(who.configuration, "name")], look)


def _address(place: Place, look: Look) -> Iterator[Line]:
    """The GitHub address of the line, whole where it fits, with the commit shortened where it does not (GitHub takes both)."""
    text, room = place.url, look.width - 2
    if cells(text) > room:
        commit = place.url.split("/")[6]
        text = place.url.removeprefix("https://").replace(commit, commit[:10])
    yield (*INDENT, Span(fit(text, room), "quiet", place.url))


def _signature(who: view.Identity, look: Look) -> Iterator[Line]:
    """The signature, broken between parameters only."""
    spans = [Span(f"{who.name}(")]
    for place_, parameter in enumerate(who.signature):
        spans += [_parameter(parameter, look), Span("" if place_ == len(who.signature) - 1 else ", ")]
    spans.append(Span(")"))
    hanging = min(2 + cells(spans[0].text), look.width // 3)
    return wrap(spans, min(look.width, WIDEST_TEXT), INDENT, (Span(" " * hanging),))


def _parameter(parameter: Parameter, look: Look) -> Span:
    if parameter.deprecated:
        return Span(parameter.name, "struck") if look.escapes else Span(f"~{parameter.name}~")
    stars = {"star": "*", "double_star": "**"}.get(parameter.kind, "")
    default = "" if parameter.default is None else f"={parameter.default}"
    return Span(f"{stars}{parameter.name}{default}")


def _callable(why: view.Callability, look: Look) -> Iterator[Line]:
    yield from _heading("Why it can be called", look)
    yield from _text(why.sentence, look)
    if why.classes:
        yield from ((), *_classes(why, look))
    if look.verbose and why.members:
        yield ()
        yield from _members(why, look)


def _classes(why: view.Callability, look: Look) -> Iterator[Line]:
    """One line a class, each a step further to the right, and what it brings beside it."""
    tops = [2 * place_ + cells(row.name) for place_, row in enumerate(why.classes)]
    names = min(max(tops, default=0), look.width // 2)
    beside = names + max((cells(row.place.text) for row in why.classes), default=0) + 6
    for place_, row in enumerate(why.classes):
        branch = "  " * (place_ - 1) + "└ " if place_ else ""
        left = (*INDENT, Span(branch, "quiet"), Span(fit(row.name, max(4, names - 2 * place_)), "name"))
        line = (*pad(left, 2 + names + 2), Span(row.place.text, "", _link(row.place, look)))
        brings = [Span(row.brings or "nothing that this call uses", "" if row.brings else "quiet")]
        yield from aside(line, brings, look.width, beside)


def _members(why: view.Callability, look: Look) -> Iterator[Line]:
    names = max(cells(row.name) for row in why.members)
    owners = max(cells(row.owner) for row in why.members)
    places = max(cells(row.place.text) for row in why.members)
    for row in why.members:
        left = (*pad((*INDENT, Span(row.name)), names + 4), Span(row.owner.ljust(owners + 2)))
        left = (*left, Span(row.place.text, "", _link(row.place, look)))
        yield from aside(left, [Span(row.what, "quiet")], look.width, names + owners + places + 8)


def _trace(trace: view.Trace, look: Look) -> Iterator[Line]:
    yield from _heading(f"What happens in {trace.call}", look, trace.verdict, "chain")
    if not trace.rows:
        yield from _text("No step was read.", look)
    yield from tree_lines(trace.rows, look, _link, explained=not look.quiet)
    if trace.notes and not look.quiet:
        yield ()
    for note in () if look.quiet else trace.notes:
        yield from _text(note, look, "quiet")
    if trace.notes and not look.quiet:
        yield from _text("-v unfolds all of it in place.", look, "quiet")


def _construction(made: view.Construction, look: Look) -> Iterator[Line]:
    yield from _heading(f"How {made.expression} is made", look)
    if not made.rows:
        yield from _text("No step was read.", look)
    yield from tree_lines(made.rows, look, _link, explained=look.verbose)
    if made.attributes or made.containers:
        yield ()
        yield from _attributes(made, look)
    if made.settings:
        yield from _fact("in effect", [Span(", ".join(made.settings))], look)


def _attributes(made: view.Construction, look: Look) -> Iterator[Line]:
    """One line an attribute: name, value, kind and where; why below it, or beside it where there is room."""
    if made.containers:
        more = "" if look.verbose else ": -v lists them"
        yield from _text(made.containers + more, look)
    rows = made.attributes
    names = min(max((cells(row.name) for row in rows), default=0), look.width // 3)
    values = min(max((cells(row.value) for row in rows), default=0), 18)
    kinds = max((cells(row.kind) for row in rows), default=0)
    column = 2 + names + 2 + values + 2 + kinds + 2
    places = max((cells(row.place.text) for row in rows), default=0)
    for row in rows:
        left = pad((*INDENT, Span(fit(row.name, names), "name")), names + 4)
        left = (*left, Span(fit(row.value, values).ljust(values + 2)), Span(row.kind.ljust(kinds + 2)))
        left = (*left, Span(row.place.text, "", _link(row.place, look)))
        set_by = f"{row.set_in}: `{row.set_by}`" if look.verbose else ""
        said = [Span("; ".join(part for part in (set_by, row.why) if part), "quiet")]
        yield from aside(left, said, look.width, column + places + 2)


# -- the live part ------------------------------------------------------------------------------------------------------


def _ran(ran: view.Ran, look: Look) -> Iterator[Line]:
    yield from _heading("What ran", look)
    if ran.reason:
        yield from _text(explain.sentence(ran.reason), look)
        return
    yield from _fact("inputs", [Span(ran.sample)], look)
    for chain in ran.chains:
        words = " → ".join(chain.names) or "nothing"
        yield from _fact(chain.title, [Span(words), Span(f"  ({chain.observer})" if chain.observer else "", "quiet")], look)
    for place_, line in enumerate(ran.graph):
        yield from _fact("" if place_ else "autograd", [Span(line)], look)
    yield from _fact("calls", [Span(ran.calls)], look)


def _verdict(report: Report, look: Look) -> Iterator[Line]:
    compared = view.comparison(report)
    yield from _text(
        f"{'✓' if compared.agrees else '✗'} {compared.verdict}" if compared.verdict else explain.sentence(compared.reason), look
    )


def _comparison(compared: view.Comparison, look: Look) -> Iterator[Line]:
    yield from _heading("Does the run agree", look)
    if compared.reason:
        yield from _text(explain.sentence(compared.reason), look)
        return
    mark, style = ("✓", "good") if compared.agrees else ("✗", "bad")
    words = [Span(f"{mark} {compared.verdict}", style), Span(f". {compared.sentence}")]
    yield from wrap(words, min(look.width, WIDEST_TEXT), INDENT, INDENT)
    for title, lines in (("did not run", compared.missing), ("not read", compared.extra)):
        for line in lines:
            yield from _fact(title, [Span(line)], look, column=14)
    if compared.unseen:
        yield from _text(f"{compared.unseen}.", look, "quiet")


def _numbers(numbers: view.Numbers, look: Look) -> Iterator[Line]:
    yield from _heading("What it computes", look)
    if numbers.no_definition:
        yield from _text(explain.sentence(numbers.no_definition), look)
    facts = [*((formula.name, formula.text) for formula in numbers.formulas), *numbers.facts]
    column = min(max((cells(title) for title, _ in facts), default=0) + 3, look.width // 3)
    for title, words in facts:
        yield from _fact(title, [Span(words)], look, max(column, 12))
    yield from _example(numbers, look)
    yield from _checks(numbers, look)


def _example(numbers: view.Numbers, look: Look) -> Iterator[Line]:
    if numbers.reason:
        return
    yield ()
    yield from _text(f"Worked out with {numbers.example}", look)
    names = max(cells(grid.name) for grid in numbers.grids if cells(grid.name) <= LONGEST_TITLE) + 4
    for grid in numbers.grids:
        title = pad((*INDENT, Span(grid.name, "name")), names)
        if cells(grid.name) > LONGEST_TITLE:  # an expression stands on lines of its own
            yield from wrap([Span(grid.name, "name")], look.width, INDENT, (*INDENT, Span("  ")))
            title = (Span(" " * names),)
        room = look.width - names - 2
        for place_, line in enumerate(grid.lines):
            left = title if place_ == 0 else (Span(" " * names),)
            what = Span(f"   {grid.what}", "quiet") if place_ == 0 and cells(line) + cells(grid.what) + 3 <= room else Span("")
            yield (*left, Span("  " + fit(line, room)), what)


def _checks(numbers: view.Numbers, look: Look) -> Iterator[Line]:
    table = numbers.checks
    if not table.rows:
        return
    style = "bad" if numbers.failed else "good" if any(cell.passed for _, row in table.rows for cell in row) else ""
    words = [Span(table.sentence, style), Span(f"; {MEASURED}:", "quiet")]
    yield from ((), *wrap(words, min(look.width, WIDEST_TEXT), INDENT, INDENT))
    yield from _check_table(table, look)
    if table.footnote:
        yield from wrap([Span(table.footnote, "quiet")], min(look.width, WIDEST_TEXT), INDENT, INDENT)
    for line in numbers.machines:
        yield from _fact("evidence", [Span(line, "quiet")], look)
    for line in numbers.failed:
        yield from _fact("✗ failed", [Span(line, "bad")], look)
    for line in table.reasons:
        yield from _fact("not run", [Span(line, "quiet")], look)


def _check_table(table: CheckTable, look: Look) -> Iterator[Line]:
    """The table, in blocks of as many columns as fit; a label that leaves too little room stands on a line of its own."""
    wide = max(max(cells(column) for column in table.columns), *(cells(cell.text) for _, row in table.rows for cell in row)) + 2
    labels = max(cells(label) for label, _ in table.rows)
    apart = labels + 4 + wide > look.width or labels > look.width // 3
    left = 6 if apart else labels + 4
    fitting = max(1, (look.width - left) // wide)
    for start in range(0, len(table.columns), fitting):
        some = slice(start, start + fitting)
        yield (Span(" " * left), *(Span(column.ljust(wide), "quiet") for column in table.columns[some]))
        for label, row in table.rows:
            counts = [Span(cell.text.ljust(wide), "bad" if cell.failed else "" if cell.passed else "quiet") for cell in row[some]]
            if apart:
                yield from wrap([Span(label)], look.width, INDENT, INDENT)
            yield (*((Span(" " * left),) if apart else pad((*INDENT, Span(label)), left)), *counts)
