"""A set of sites made from small wheels: only what is new is built, releases that say the same share one, and a kill leaves it whole."""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from inspector import binding, publishing, shelf
from inspector.errors import InspectError
from inspector.shelf import Stocked, Wanted
from tests.source.small_index import SOURCES, Index, serve, wheel

from .conftest import _Quiet, go, watch
from .links import wrong
from .test_accessible import serious

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LOSS = "torch/nn/modules/loss.py"
WIDER = {LOSS: SOURCES[LOSS].replace("wide=1", "wide=2")}
PAGE = "losses/GapLoss.html"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, Path, Path]]:
    """An index with three releases, two of which have the same sources; a set made from it, and the cache of that run."""
    made, place = Index(), tmp_path_factory.mktemp("first")
    _, end = serve(made)
    made.json = True
    made.add("1.0.0")
    made.add("1.0.1")
    made.add("1.1.0", data=wheel("1.1.0", WIDER))
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("PIP_")]:
            patch.delenv(name)
        patch.setenv("PIP_INDEX_URL", f"{made.address}/simple")
        patch.setenv("PIP_CONFIG_FILE", os.devnull)
        patch.setenv("INSPECT_LOSS_CACHE", str(place / "cache"))
        patch.delenv("INSPECT_LOSS_OFFLINE", raising=False)
        stock(place / "set")
        yield made, place / "set", place / "cache"
    end()


@pytest.fixture(scope="module")
def made(first: tuple[Index, Path, Path]) -> Path:
    """The set, for tests that only look at it."""
    return first[1]


@pytest.fixture
def index(first: tuple[Index, Path, Path]) -> Iterator[Index]:
    """The index, as it was before afterwards; what is kept of it is asked for again."""
    wheels, kind = dict(first[0].wheels), first[0].json
    first[0].asked.clear()
    yield first[0]
    first[0].wheels, first[0].json = wheels, kind
    forget(first[2])


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of the set, for tests that change it."""
    return Path(shutil.copytree(made, tmp_path / "set"))


def forget(cache: Path) -> None:
    """The list of releases is asked for again."""
    (cache / "releases" / "index.json").unlink(missing_ok=True)


def stock(folder: Path, **more: Any) -> Stocked:
    return shelf.stock(folder, Wanted(names=("GapLoss",), **more))


def titles(done: Stocked) -> list[str]:
    return [one.title for one in done.standing]


def test_patch_releases_with_the_same_sources_share_a_site(made: Path) -> None:
    assert [one.title for one in binding.standing(made)] == ["1.1.0", "1.0.0 – 1.0.1"]
    assert "url=../../1.0.1/losses/GapLoss.html" in (made / "1.0.0" / PAGE).read_text()
    listed = json.loads((made / "versions.json").read_text())
    assert [(each["version"], each["aliases"]) for each in listed] == [("1.1.0", ["latest"]), ("1.0.1", ["1.0.0"])]
    assert (made / "latest" / PAGE).read_text() == (made / "1.1.0" / PAGE).read_text()


def test_every_link_leads_somewhere_and_what_is_shared_is_there_once(made: Path) -> None:
    assert wrong(made) == []
    assert [path.name for path in made.glob("assets-*")] == [binding.standing(made)[0].shared]
    assert not list(made.glob("*/assets/stylesheets"))


def test_what_only_a_run_can_fill_is_left_out(made: Path) -> None:
    page = (made / "1.0.1" / PAGE).read_text()
    assert "nothing of it ran" in page
    assert 'id="call"' in page
    assert not any(f'id="{section}"' in page for section in ("example", "checks", "inputs", "findings", "forms"))


def test_the_second_time_nothing_is_built(index: Index, folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert stock(folder).built == ()
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert index.asked == []


def test_a_new_release_builds_one_site(index: Index, first: tuple[Index, Path, Path], folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for name in ("1.0.1", "1.1.0") for path in (folder / name).rglob("*")}
    index.add("1.2.0", data=wheel("1.2.0", {LOSS: SOURCES[LOSS].replace("wide=1", "wide=3")}))
    forget(first[2])
    assert [one.title for one in stock(folder).built] == ["1.2.0"]
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert (folder / "latest" / PAGE).read_text() == (folder / "1.2.0" / PAGE).read_text()
    assert json.loads((folder / "versions.json").read_text())[0]["version"] == "1.2.0"


def test_a_patch_release_with_the_same_sources_joins_the_one_before(index: Index, first: tuple[Index, Path, Path], folder: Path) -> None:
    index.add("1.1.1", data=wheel("1.1.1", WIDER))
    forget(first[2])
    assert titles(stock(folder)) == ["1.1.0 – 1.1.1", "1.0.0 – 1.0.1"]
    assert "url=../../1.1.1/losses/GapLoss.html" in (folder / "1.1.0" / PAGE).read_text()
    assert [each["version"] for each in json.loads((folder / "versions.json").read_text())] == ["1.1.1", "1.0.1"]
    assert wrong(folder) == []


def test_older_releases_stay_where_they_stand(index: Index, folder: Path, tmp_path: Path) -> None:
    assert titles(stock(tmp_path / "other", since="1.1")) == ["1.1.0"]
    assert titles(stock(folder, since="1.1")) == ["1.1.0", "1.0.0 – 1.0.1"]


def test_no_release_is_as_new_as_that(index: Index, folder: Path) -> None:
    with pytest.raises(InspectError) as caught:
        stock(folder.with_name("none"), since="9.9")
    assert caught.value.slug == "no-such-release"


def test_only_the_newest_is_in_the_site_map_and_canonical(index: Index, tmp_path: Path) -> None:
    stock(tmp_path / "set", since="1.1", site_url="https://example.org/losses/")
    listed = [each.text or "" for each in ElementTree.parse(tmp_path / "set" / "sitemap.xml").iter() if each.tag.endswith("loc")]
    assert f"https://example.org/losses/latest/{PAGE}" in listed
    assert all(each.startswith("https://example.org/losses/latest/") for each in listed)
    site = tmp_path / "set" / "1.1.0"
    assert f'rel="canonical" href="https://example.org/losses/latest/{PAGE}"' in (site / PAGE).read_text()
    # A release that is only read may lack this one: then its own address is canonical.
    licence = (site / "source/licence.html").read_text()
    assert 'rel="canonical" href="https://example.org/losses/1.1.0/source/licence.html"' in licence


# -- what changed -----------------------------------------------------------------------------------------------------------


def test_the_newest_site_has_the_history_of_a_loss_with_both_sources(made: Path) -> None:
    page = (made / "latest" / "history" / "GapLoss.html").read_text()
    rows = re.findall(r'class="il-(?:was|is)">([^<]*)<', page)
    assert [row.strip() for row in rows] == ["def __init__(self, wide=1):", "def __init__(self, wide=2):"]
    assert not (made / "1.0.1" / "history").exists()


def test_each_page_says_since_when_and_leads_to_its_history(made: Path) -> None:
    old, new = ((made / release / PAGE).read_text() for release in ("1.0.1", "1.1.0"))
    assert "In torch 1.0.0 already" in old
    assert "nothing changed what it does up to this release" in old
    assert "last changed in" not in old
    assert 'href="../../latest/history/GapLoss.html"' in old
    assert 'last changed in <a href="../history/GapLoss.html#r1.1.0">1.1.0</a>' in new


def test_the_feed_has_an_entry_a_release_with_its_day_and_an_id_that_stays(made: Path, index: Index, tmp_path: Path) -> None:
    stock(tmp_path / "other", since="1.1", site_url="https://example.org/x")
    first, second = (ElementTree.parse(folder / "latest" / "changes.xml").getroot() for folder in (made, tmp_path / "other"))
    ids = [[each.findtext(f"{ATOM}id") for each in feed.iter(f"{ATOM}entry")] for feed in (first, second)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0])
    entry = next(each for each in second.iter(f"{ATOM}entry") if "torch 1.1.0" in (each.findtext(f"{ATOM}title") or ""))
    assert entry.findtext(f"{ATOM}updated") == "2012-02-03T00:00:00Z"
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == "https://example.org/x/latest/changes/1.1.0.html"


# -- killed ---------------------------------------------------------------------------------------------------------------


def wrong_with(place: Path) -> list[str]:
    """What is wrong with one site: a page of its state that is not there, or shared files that are not."""
    state = binding.read_state(place)
    if state is None:
        return [f"{place.name} has no state"]
    missing = [page for page in state.pages if not (place / page).is_file()]
    shared = place.parent / state.shared
    return missing + [str(name) for name in ("pages.css", "stylesheets", "javascripts") if not (shared / name).exists()]


def stands_whole(folder: Path) -> dict[str, list[str]]:
    """Every site that a reader can come to, with what is wrong with it."""
    found = {place.name: wrong_with(place) for place in folder.iterdir() if place.name in ("1.0.1", "1.1.0", "latest")}
    return {name: some for name, some in found.items() if some}


def begin(folder: Path) -> subprocess.Popen[bytes]:
    """The same in a process of its own, which can be killed."""
    program = f"    shelf.stock(Path({str(folder)!r}), shelf.Wanted(names=('GapLoss',)))\n"
    file = folder.with_name("main.py")
    file.write_text(f"from pathlib import Path\nfrom inspector import shelf\nif __name__ == '__main__':\n{program}")
    return subprocess.Popen([sys.executable, str(file)], stderr=subprocess.DEVNULL, start_new_session=True)


def changed(folder: Path, old: dict[str, str]) -> set[str]:
    return {one.release for one in binding.standing(folder) if one.content != old[one.release]}


POINTS: dict[str, Callable[[Path, dict[str, str]], bool]] = {
    "before anything is written": lambda folder, old: any(folder.glob(f"{publishing.UNFINISHED}*")),
    "while pages are written": lambda folder, old: any(folder.glob(f"{publishing.UNFINISHED}*/source/pages/{PAGE[:-5]}.md")),
    "while the site is built": lambda folder, old: any(folder.glob(f"{publishing.UNFINISHED}*/site/index.html")),
    "when one site is new": lambda folder, old: len(changed(folder, old)) == 1,
    "when both are new": lambda folder, old: len(changed(folder, old)) == 2,
    "when it has ended": lambda folder, old: False,
}
"""Where it is killed: as soon as this is so."""


def kill_at(process: subprocess.Popen[bytes], point: Callable[[], bool]) -> None:
    """Kills the process and all that it began as soon as a point is reached, if it has not ended before."""
    while process.poll() is None and not point():
        time.sleep(0.004)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_whenever_it_is_killed_what_stands_is_whole(index: Index, first: tuple[Index, Path, Path], folder: Path) -> None:
    old = {one.release: one.content for one in binding.standing(folder)}
    index.json = False  # its HTML names the hash of each wheel, so that other wheels of the same name are noticed
    for name in ("1.0.0", "1.0.1", "1.1.0"):
        text = (SOURCES if name < "1.1" else WIDER)[LOSS]
        index.add(name, data=wheel(name, {LOSS: text.replace("The gap.", "The gap, told anew.")}))
    forget(first[2])
    for name, point in POINTS.items():
        kill_at(begin(folder), functools.partial(point, folder, old))
        assert (name, stands_whole(folder)) == (name, {})
        assert {one.release for one in binding.standing(folder)} == set(old)
    assert changed(folder, old) == set(old)
    assert stock(folder).built == ()
    assert not list(folder.glob(f"{publishing.UNFINISHED}*"))


@pytest.mark.parametrize("step", ["mkdir", "open", "fcntl.flock", "os.rmdir", "os.remove"])
def test_whatever_step_of_its_making_or_removing_a_workplace_is_killed_at_it_is_removed_later(step: str, tmp_path: Path) -> None:
    # Audit events name each of these steps before it is taken: the process ends there and then, as by a kill.
    program = f"""
        import os, sys
        from pathlib import Path
        from inspector import publishing
        folder = Path({str(tmp_path)!r})
        def die(event, args):
            if event.endswith({step!r}) and (event == "fcntl.flock" or str(args[0]).startswith((str(folder), "page"))):
                os._exit(9)
        sys.addaudithook(die)
        with publishing.workplace(folder) as place:
            (place / "page.html").write_text("half")
        """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False)
    assert done.returncode == 9
    binding.clean(tmp_path, ())
    assert not list(tmp_path.iterdir())


def test_a_workplace_that_is_in_use_is_not_removed(tmp_path: Path) -> None:
    with publishing.workplace(tmp_path) as place:
        binding.clean(tmp_path, ())
        assert place.is_dir()
    assert not place.exists()


# -- in a browser ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def address(made: Path) -> Iterator[str]:
    """Where the set is served, on loopback."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(made))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def opened(browser: Browser, at: str, name: str, trouble: list[str]) -> Page:
    context = browser.new_context()
    watch(context, at, trouble)
    page = context.new_page()
    go(page, at + name)
    return page


def test_an_old_release_says_so_and_the_list_keeps_the_page(browser: Browser, address: str) -> None:
    trouble: list[str] = []
    page = opened(browser, address, f"1.0.1/{PAGE}#call", trouble)
    page.get_by_text("The same page for the newest one.").wait_for()
    page.focus(".md-version__current")
    page.click(".md-version__list a:has-text('1.1.0')")
    page.wait_for_url(f"**/1.1.0/{PAGE}*")
    page.wait_for_selector(".md-version__current")
    assert not page.get_by_text("which is not the newest release").is_visible()
    go(page, f"{address}1.0.0/{PAGE}#call")
    page.wait_for_url(f"**/1.0.1/{PAGE}#call")
    assert trouble == []


@pytest.mark.parametrize(("scheme", "rules"), [("light", ()), ("dark", ("color-contrast",))])
def test_nothing_serious_on_any_page_of_a_set(browser: Browser, address: str, scheme: Any, rules: tuple[str, ...]) -> None:
    found = {}
    for name in ("releases.html", f"1.0.1/{PAGE}", "1.0.1/index.html", "latest/changes.html", "latest/changes/1.1.0.html",
                 "latest/history/GapLoss.html"):  # fmt: skip
        page = browser.new_context(color_scheme=scheme).new_page()
        go(page, address + name)
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        found[name] = serious(page, *rules)
        page.context.close()
    assert {name: wrong[:3] for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("name", ["releases.html", f"1.0.1/{PAGE}", "latest/changes.html", "latest/history/GapLoss.html"])
def test_no_page_of_a_set_is_wider_than_a_phone(browser: Browser, address: str, name: str) -> None:
    page = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
    go(page, address + name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()


def test_from_a_folder_the_row_leads_to_the_same_page_of_other_releases(browser: Browser, made: Path) -> None:
    trouble: list[str] = []
    page = opened(browser, made.as_uri() + "/", f"1.0.1/{PAGE}", trouble)
    assert page.get_by_text("which is not the newest release").is_visible()
    assert page.locator(".il-releases li").all_inner_texts() == ["1.1.0", "1.0.0 – 1.0.1"]
    page.click(".il-releases a:has-text('1.1.0')")
    page.wait_for_url(f"**/1.1.0/{PAGE}")
    assert trouble == []
