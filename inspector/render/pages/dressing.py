"""A built site -> the same site, whose pages wait for nothing: the rules of its own elements stand in each page, the rest comes after.

In: the folder of a built site. Out: its pages, changed in place. The whole style sheets and the scripts are asked for when a page has been
read; a reader without scripts gets the sheets as before. A page without sheets, or with one that is not there, stays as it is.
"""

from __future__ import annotations

import collections
import itertools
import operator
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from inspector.render.pages.environment import render

_LAID_OUT = ".no-js :is(.md-sidebar--primary,.md-nav){content-visibility:visible!important}"
"""Without scripts the menu of a narrow page is never laid out later, so that it is laid out at once."""
_LINK = '<link rel="stylesheet" href="'
_SHEET = re.compile(rf'{_LINK}((?!\w+:)[^"]+\.css)">\s*')
_SCRIPT = re.compile(r'<script src="((?!\w+:)[^"]+\.js)" defer></script>\s*')
_CLASSES = re.compile(r' class="([^"]+)"')
_OF_FRAME = re.compile(r"dir|data-md-color-\w+")
"""Attributes with few values, which stand before the text of a page."""
_FRAME = re.compile(rf' ({_OF_FRAME.pattern})="([^"]*)"')
_PROPERTY = re.compile(r"var\(\s*(--[\w-]+)")
_RELATIVE = re.compile(r"""url\((?!["']?(?:[\w+]+:|[/#]))(["']?)""")


class Selector(NamedTuple):
    """One of the selectors of a rule."""

    text: str
    needs: frozenset[str]
    """What a page must have for an element to be selected: `.class`, or `[name=value]` of the frame."""


class Declaration(NamedTuple):
    """A property with its value."""

    text: str
    custom: str
    """The name of a custom property, "" for others."""
    uses: frozenset[str]
    """The custom properties that its value reads."""


class Rule(NamedTuple):
    """What a style sheet says of some elements, or of a font."""

    conditions: tuple[str, ...]
    """The at-rules around it."""
    selectors: tuple[Selector, ...]
    declarations: tuple[Declaration, ...]


Sheet = tuple[Rule, ...]


def dress(site: Path) -> None:
    """Dresses every page of a built site; the pages of a folder are of one kind, and get the same rules."""
    kinds = collections.defaultdict[tuple[Path, tuple[str, ...]], dict[Path, str]](dict)
    for page in sorted(site.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        kinds[page.parent, tuple(_sheets(text))][page] = text
    for (folder, sheets), pages in kinds.items():
        for page, dressed in zip(pages, dressed_pages([*pages.values()], folder, sheets), strict=True):
            if dressed != pages[page]:
                page.write_text(dressed, encoding="utf-8")


def _sheets(page: str) -> Iterator[str]:
    """The sheets that a page links; none of one that is dressed."""
    at = -1 if f"<noscript>{_LINK}" in page else page.find(_LINK)
    while at >= 0:
        if found := _SHEET.match(page, at):
            yield found[1]
        at = page.find(_LINK, at + 1)


def dressed_pages(pages: Sequence[str], folder: Path, sheets: Sequence[str]) -> list[str]:
    """Pages that lie in one folder and link the same sheets, with the rules of their elements in them."""
    files = [folder / address for address in sheets]
    if not sheets or not all(file.is_file() for file in files):
        return list(pages)
    read = [read_sheet(file.read_text(encoding="utf-8")) for file in files]
    words, properties = set().union(*map(_words, pages)), set().union(*map(_PROPERTY.findall, pages))
    css = _written(read, [posixpath.dirname(address) for address in sheets], words, properties)
    return [_dressed(page, css, sheets) for page in pages]


def _dressed(page: str, css: str, sheets: Sequence[str]) -> str:
    begin, end = page.index("</head>"), page.rindex("</article>" if "</article>" in page else "</head>")
    linked = "".join(f'{_LINK}{address}">' for address in sheets)
    at_once = f"{linked}<style>{_LAID_OUT}</style>"
    head = f"{_SHEET.sub('', page[:begin])}<style>{css}</style>\n<noscript>{at_once}</noscript>\n"
    body = _SHEET.sub("", page[begin:end]) if _LINK in page[begin:end] else page[begin:end]
    later = render("later.html", sheets=sheets, scripts=[*_SCRIPT.findall(head), *_SCRIPT.findall(page, end)])
    return _SCRIPT.sub("", head) + body + _SCRIPT.sub("", page[end:]).replace("</body>", f"{later}</body>")


# -- which rules a page needs ---------------------------------------------------------------------------------------------


def _words(page: str) -> Iterator[str]:
    """What a page has that selectors may ask for."""
    for names in set(_CLASSES.findall(page)):
        yield from (f".{name}" for name in names.split())
    yield from (f"[{name}={value}]" for name, value in _FRAME.findall(page, 0, page.find("<article")))


def _written(sheets: Sequence[Sheet], folders: Sequence[str], words: set[str], read: set[str]) -> str:
    """The rules for pages with these words, that read these custom properties themselves."""
    chosen = [(rule, _selected(rule, words), folder) for sheet, folder in zip(sheets, folders, strict=True) for rule in sheet]
    chosen = [each for each in chosen if each[1]]
    wanted = _wanted([each for rule, *_ in chosen for each in rule.declarations], read)
    return "".join(_grouped((rule.conditions, _text(rule, selectors, folder, wanted)) for rule, selectors, folder in chosen))


def _selected(rule: Rule, words: set[str]) -> tuple[str, ...]:
    return tuple(selector.text for selector in rule.selectors if selector.needs <= words)


def _wanted(declarations: list[Declaration], read: set[str]) -> set[str]:
    """The custom properties that are read, by others that are read too."""
    wanted = set(read).union(*(each.uses for each in declarations if not each.custom))
    while more := set().union(*(each.uses for each in declarations if each.custom in wanted)) - wanted:
        wanted |= more
    return wanted


def _text(rule: Rule, selectors: tuple[str, ...], folder: str, wanted: set[str]) -> str:
    kept = ";".join(each.text for each in rule.declarations if not each.custom or each.custom in wanted)
    return f"{','.join(selectors)}{{{_RELATIVE.sub(rf'url({chr(92)}g<1>{folder}/', kept)}}}" if kept else ""


def _grouped(rules: Iterable[tuple[tuple[str, ...], str]]) -> Iterator[str]:
    """Neighbours under the same conditions share them."""
    for conditions, group in itertools.groupby(rules, key=operator.itemgetter(0)):
        if inner := "".join(text for _, text in group):
            yield "".join(f"{each}{{" for each in conditions) + inner + "}" * len(conditions)


# -- reading a style sheet ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def read_sheet(text: str) -> Sheet:
    """What a style sheet says; the same text is read once."""
    import tinycss2

    return tuple(_rules(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True), ()))


def _rules(nodes: Iterable[Any], conditions: tuple[str, ...]) -> Iterator[Rule]:
    """Rules for the screen, and fonts. What else there is, paper and movement, comes with the whole sheets."""
    import tinycss2

    for node in nodes:
        if node.type == "qualified-rule":
            yield Rule(conditions, tuple(_selectors(node.prelude)), tuple(_declarations(node.content)))
        elif node.type == "at-rule" and node.at_keyword == "font-face":
            yield Rule(conditions, (Selector("@font-face", frozenset()),), tuple(_declarations(node.content)))
        elif node.type == "at-rule" and node.at_keyword in ("media", "supports") and node.content is not None:
            said = _serialized(node.prelude)
            if not re.search(r"\bprint\b", said):
                inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
                yield from _rules(inner, (*conditions, f"@{node.at_keyword} {said}"))


def _selectors(prelude: Iterable[Any]) -> Iterator[Selector]:
    for tokens in _split(prelude, ","):
        yield Selector(_serialized(tokens), frozenset(_needs(tokens)))


def _needs(tokens: list[Any]) -> Iterator[str]:
    """What stands in the brackets of :is, :not and their like is not looked into: such a selector may be kept for nothing."""
    before = ""
    for token in tokens:
        if token.type == "ident" and before == ".":
            yield f".{token.value}"
        elif token.type == "[] block":
            inner = [each for each in token.content if each.type != "whitespace"]
            if len(inner) == 3 and inner[1] == "=" and _OF_FRAME.fullmatch(inner[0].value):
                yield f"[{inner[0].value}={inner[2].value}]"
        before = token.value if token.type == "literal" else ""


def _declarations(content: Iterable[Any]) -> Iterator[Declaration]:
    for tokens in _split(content, ";"):
        if text := _serialized(tokens):
            name = text.partition(":")[0].strip()
            yield Declaration(text, name if name.startswith("--") else "", frozenset(_PROPERTY.findall(text)))


def _split(tokens: Iterable[Any], at: str) -> Iterator[list[Any]]:
    part: list[Any] = []
    for token in tokens:
        if token.type == "literal" and token.value == at:
            yield part
            part = []
        elif token.type != "comment":
            part.append(token)
    yield part


def _serialized(tokens: Iterable[Any]) -> str:
    import tinycss2

    written: str = tinycss2.serialize(list(tokens)).strip()
    return re.sub(r"\s*\n\s*", " ", written)
