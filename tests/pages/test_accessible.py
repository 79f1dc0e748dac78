"""axe-core finds nothing serious on any kind of page, in light and in dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import Visit, one_of_each_kind


def serious(page: Any, *rules: str) -> list[str]:
    """What axe-core finds that keeps somebody from reading or using the page; by some of its rules, or by all."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


# A page differs in the dark by its colours alone.
@pytest.mark.parametrize(("scheme", "rules"), [("light", ()), ("dark", ("color-contrast",))])
def test_nothing_serious_on_any_kind_of_page(visit: Visit, site: Path, scheme: str, rules: tuple[str, ...]) -> None:
    found = {}
    for name in one_of_each_kind(site):
        page = visit(name, scheme=scheme)
        assert page.evaluate("document.body.dataset.mdColorScheme") == {"light": "default", "dark": "slate"}[scheme]
        found[name] = serious(page, *rules)
        page.close()
    assert {name: wrong[:5] for name, wrong in found.items() if wrong} == {}


def test_nothing_serious_where_the_folds_of_a_loss_are_open(visit: Visit, site: Path) -> None:
    page = visit("losses/CrossEntropyLoss.html", width=390)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    assert serious(page) == []


def test_a_page_that_cannot_be_read_is_noticed(visit: Visit) -> None:
    page = visit("index.html")
    page.goto("about:blank")
    page.set_content('<html lang="en"><title>x</title><main><h1>x</h1><p style="color:#ddd;background:#fff">faint</p><img src="data:,">')
    assert {line.partition(":")[0] for line in serious(page)} == {"color-contrast", "image-alt"}
