"""Report -> what a notebook shows: HTML without a script, readable on a dark and on a light ground, and the same as plain text.

In: a Report. Out: a MIME bundle. Colours are the notebook's own; everything that came from a report is escaped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from inspector.render import explain, terminal, view
from inspector.render.asked import Asked
from inspector.render.html import EMPTY, Html, element, joined, prose, words
from inspector.render.ink import Look
from inspector.render.numbers import MEASURED
from inspector.render.places import Place
from inspector.render.tree import Row
from inspector.report import Parameter, Report

PLAIN_WIDTH = 100

# Inline, since notebooks strip style sheets; grey by opacity and borders by half-clear grey, since either ground may lie below.
_BOX = "line-height:1.45"
_QUIET = "opacity:.7"
_CELL = "text-align:left;vertical-align:top;padding:.1em .8em .1em 0;border:0;background:none"
_NUMBER = "text-align:right;opacity:.7;" + _CELL.removeprefix("text-align:left;")
_MONO = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.95em;white-space:nowrap"
_HEADING = "margin:1em 0 .3em;font-size:1.1em;font-weight:bold"
_LINK = "color:inherit;text-decoration:underline dotted"
_CHAIN = _HEADING + ";border-bottom:2px solid rgba(128,128,128,.6)"


def mimebundle(report: Report, include: Collection[str] | None = None, exclude: Collection[str] | None = None) -> dict[str, str]:
    """What `_repr_mimebundle_` hands to a notebook: text/plain and text/html, less what the notebook does not want."""
    makers = {"text/plain": plain, "text/html": to_html}
    wanted = [kind for kind in makers if (include is None or kind in include) and kind not in (exclude or ())]
    return {kind: makers[kind](report) for kind in wanted}


def plain(report: Report) -> str:
    """The report as a terminal shows it, without colours."""
    return terminal.whole(report, Look(width=PLAIN_WIDTH))


def to_html(report: Report) -> str:
    """The whole report as one HTML element."""
    page, everything = view.page(report), view.page(report, verbose=True)
    parts = [
        *_identity(page.identity),
        *_callable(page.why),
        *_trace(page.trace, everything.trace),
        *_construction(page.construction, everything.construction),
        *_ran(page.ran),
        *_comparison(page.comparison),
        *_numbers(page.numbers),
        *_asked(page.asked),
    ]
    return element("div", *parts, style=_BOX) + "\n"


# -- pieces -------------------------------------------------------------------------------------------------------------


def _heading(title: str, right: str = "", style: str = _HEADING) -> Html:
    aside = element("span", words(f"  {right}"), style=_QUIET + ";font-weight:normal") if right else EMPTY
    return element("div", words(title), aside, style=style)


def _paragraph(text: str, style: str = "") -> Html:
    return element("div", prose(text), style=style)


def _place(place: Place) -> Html:
    if place.url:
        return element("a", words(place.text), href=place.url, title=place.path, style=_LINK)
    return element("span", words(place.text), style="" if place.file else _QUIET, title=place.path if place.file else "")


def _table(rows: Iterable[Sequence[tuple[Html, str]]]) -> Html:
    """A table of cells, each with its style."""
    lines = [element("tr", *(element("td", cell, style=style) for cell, style in row), style="background:none") for row in rows]
    return (
        element("table", *lines, style="border-collapse:collapse;border:0;margin:.3em 0;text-align:left;color:inherit;font-size:inherit")
        if lines
        else EMPTY
    )


def _facts(facts: Iterable[tuple[str, str]]) -> Html:
    return _table([(words(title), f"{_CELL};{_QUIET}"), (prose(text), _CELL)] for title, text in facts)


def _details(summary: str, *inside: Html) -> Html:
    return element("details", element("summary", words(summary), style="cursor:pointer;" + _QUIET), *inside)


# -- sections -----------------------------------------------------------------------------------------------------------


def _identity(who: view.Identity) -> list[Html]:
    parameters = joined(
        Html(_parameter(parameter) + ("" if last else ", "))
        for parameter, last in ((parameter, parameter is who.signature[-1]) for parameter in who.signature)
    )
    link = element("a", words(who.place.path), href=who.place.url, style=_LINK) if who.place.url else words(who.place.path)
    names = f"{who.qualified_name} · " if who.qualified_name != who.title else ""
    parts = [
        _heading(who.title, who.release, _HEADING + ";font-size:1.3em"),
        element("div", words(names), link),
        _paragraph(who.summary, "margin:.5em 0"),
        element("div", words(f"{who.name}("), parameters, words(")"), style=_MONO.replace("nowrap", "normal")),
    ]
    said = [
        who.deprecated,
        f"calls {who.functions}" if who.functions else "",
        f"asked for: {who.configuration}" if who.configuration else "",
    ]
    return parts + [_paragraph(text, _QUIET) for text in said if text]


def _parameter(parameter: Parameter) -> Html:
    stars = {"star": "*", "double_star": "**"}.get(parameter.kind, "")
    if parameter.deprecated:
        return element("s", words(parameter.name), title="deprecated")
    return words(f"{stars}{parameter.name}" + ("" if parameter.default is None else f"={parameter.default}"))


def _callable(why: view.Callability) -> list[Html]:
    rows = [
        [
            (element("b", words(row.name)), f"{_CELL};{_MONO};padding-left:{place}em"),
            (_place(row.place), f"{_CELL};{_MONO}"),
            (prose(row.brings), _CELL),
        ]
        for place, row in enumerate(why.classes)
    ]
    return [_heading("Why it can be called"), _paragraph(why.sentence), _table(rows)]


def _trace(trace: view.Trace, everything: view.Trace) -> list[Html]:
    parts = [_heading(f"What happens in {trace.call}", trace.verdict, _CHAIN), _tree(trace.rows)]
    parts += [] if trace.rows else [_paragraph("No step was read.")]
    parts += [_paragraph(note, _QUIET) for note in trace.notes]
    if len(everything.rows) > len(trace.rows):
        parts.append(_details("Every step, with the paths not taken in place", _tree(everything.rows)))
    return parts


def _tree(rows: Sequence[Row]) -> Html:
    """The rows of a tree; the condition that guards a row stands above its reason."""
    return _table(_tree_row(row) for row in rows)


def _tree_row(row: Row) -> list[tuple[Html, str]]:
    faded = f";{_QUIET}" if row.taken == "false" else ""
    strong = "b" if row.kind in ("python", "attribute") and not faded else "i" if row.kind == "native" else "span"
    indent = f"padding-left:{1.2 * len(row.rails):.1f}em"
    return [
        (words("" if row.number is None else str(row.number)), _NUMBER),
        (element(strong, words(row.name), title=row.call_text), f"{_CELL};{_MONO};{indent}{faded}"),
        (_where(row), f"{_CELL};{_MONO}"),
        (_reason(row), _CELL + faded),
    ]


def _where(row: Row) -> Html:
    if not row.called_at.line:
        return _place(row.defined_at)
    line = _place(Place(str(row.called_at.line), row.called_at.file, row.called_at.line, row.called_at.url))
    return Html(f"{line} → {_place(row.defined_at)}")


def _reason(row: Row) -> Html:
    condition = _paragraph(f"{row.condition}{', so:' if row.taken == 'true' else ''}", _QUIET) if row.condition else EMPTY
    left_out = _paragraph(f"… {row.left_out} steps folded above this one", _QUIET) if row.left_out else EMPTY
    mark = element("b", words(f"✗ {row.mark} ")) if row.mark else EMPTY
    return Html(left_out + condition + mark + prose(row.why))


def _construction(made: view.Construction, everything: view.Construction) -> list[Html]:
    parts = [_heading(f"How {made.expression} is made"), _tree(made.rows)]
    parts += [] if made.rows else [_paragraph("No step was read.")]
    parts += [_paragraph(made.containers)] if made.containers else []
    parts.append(_attributes(made.attributes))
    if made.settings:
        parts.append(_facts([("in effect", ", ".join(made.settings))]))
    if len(everything.attributes) > len(made.attributes):
        parts.append(_details("Every attribute, and every call", _attributes(everything.attributes), _tree(everything.rows)))
    return parts


def _attributes(rows: Sequence[view.AttributeRow]) -> Html:
    return _table(
        [
            (element("b", words(row.name)), f"{_CELL};{_MONO}"),
            (words(row.value), f"{_CELL};{_MONO}"),
            (words(row.kind), _CELL),
            (_place(row.place), f"{_CELL};{_MONO}"),
            (prose(row.why), _CELL),
        ]
        for row in rows
    )


def _ran(ran: view.Ran) -> list[Html]:
    if ran.reason:
        return [_heading("What ran"), _paragraph(explain.sentence(ran.reason))]
    facts = [("inputs", ran.sample), *((chain.title, " → ".join(chain.names) or "nothing") for chain in ran.chains)]
    facts += [("" if place else "autograd", line) for place, line in enumerate(ran.graph)]
    return [_heading("What ran"), _facts([*facts, ("calls", ran.calls)])]


def _comparison(compared: view.Comparison) -> list[Html]:
    if compared.reason:
        return [_heading("Does the run agree"), _paragraph(explain.sentence(compared.reason))]
    mark = "✓" if compared.agrees else "✗"
    facts = [("did not run", line) for line in compared.missing] + [("not read", line) for line in compared.extra]
    parts = [
        _heading("Does the run agree"),
        element("div", element("b", words(f"{mark} {compared.verdict}")), prose(f". {compared.sentence}")),
    ]
    return [*parts, _facts(facts), *([_paragraph(f"{compared.unseen}.", _QUIET)] if compared.unseen else [])]


def _numbers(numbers: view.Numbers) -> list[Html]:
    parts = [_heading("What it computes")]
    parts += [_paragraph(explain.sentence(numbers.no_definition))] if numbers.no_definition else []
    parts.append(_facts([*((formula.name, formula.text) for formula in numbers.formulas), *numbers.facts]))
    if not numbers.reason:
        parts.append(_paragraph(f"Worked out with `{numbers.example}`", "margin-top:.5em"))
        parts.append(
            _table(
                [
                    (element("b", words(grid.name)), _CELL),
                    (words("\n".join(grid.lines)), f"{_CELL};{_MONO.replace('nowrap', 'pre')}"),
                    (words(grid.what), f"{_CELL};{_QUIET}"),
                ]
                for grid in numbers.grids
            )
        )
    return [*parts, *_checks(numbers)]


def _asked(asked: Asked) -> list[Html]:
    rows = [(row.question, row.answer) for row in asked.rows]
    more = [("answered in JSON", " ".join(asked.folded))] if asked.folded else []
    return [_heading("What people ask"), _facts([*rows, *more])] if rows else []


def _checks(numbers: view.Numbers) -> list[Html]:
    table = numbers.checks
    head = [(EMPTY, _CELL), *((words(column), f"{_CELL};{_QUIET}") for column in table.columns)]
    rows = [[(words(label), _CELL), *((words(cell.text), _CELL) for cell in row)] for label, row in table.rows]
    trouble = [("*", table.footnote.removeprefix("* "))] if table.footnote else []
    trouble += [("✗ failed", line) for line in numbers.failed] + [("not run", line) for line in table.reasons]
    found = [
        (finding.severity, f"{finding.title}: {finding.message}" if finding.message else finding.title) for finding in numbers.findings
    ]
    sentence = f"{table.sentence}; {MEASURED}:"
    counted = [_paragraph(sentence, "margin-top:.5em"), _table([head, *rows])] if rows else []
    return [*counted, _facts([*trouble, *found])]
