"""The site in Chromium: readable by everybody, offline, and found by the words people use."""

from collections.abc import Iterator

import pytest

from tests.browser import axe
from tests.browser.chromium import browser, program
from tests.browser.tab import Tab
from tests.docs.site import Site

pytestmark = [
    pytest.mark.server,
    pytest.mark.xdist_group("documentation"),
    pytest.mark.skipif(program() is None, reason="Chromium is missing"),
    pytest.mark.skipif(not axe.is_installed(), reason="axe-core is missing"),
]

# A page of each kind: landing, list, tutorial, guide, table of rules, reference of classes.
KINDS = ["index", "guides/index", "start/first-hour", "guides/caching", "why/comparison", "search"]
# What people type, and the page that answers.
QUESTIONS = {
    "what should I cache": "guides/what-to-cache",
    "redis or memcached": "guides/what-to-cache",
    "lazy loading": "guides/what-to-cache",
    "write-through": "guides/what-to-cache",
    "TTL": "guides/what-to-cache",
    "key names": "guides/what-to-cache",
    "presigned URLs": "guides/objects",
    "invalidation": "guides/content",
}


@pytest.fixture(scope="module")
def tab(site: Site) -> Iterator[Tab]:
    with browser() as chromium:
        yield chromium.visitor()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_serious_violation(site: Site, tab: Tab, dark: bool) -> None:
    found = {}
    for name in KINDS:
        tab.look(width=1280, dark=dark)
        page = tab.open((site.folder / f"{name}.html").as_uri())
        assert page.foreign == set()
        found[name] = axe.violations(tab)
    assert found == {name: [] for name in KINDS}


def test_pages_fit_a_telephone(site: Site, tab: Tab) -> None:
    tab.look(width=390)
    wide = {}
    for name in KINDS:
        tab.open((site.folder / f"{name}.html").as_uri())
        wide[name] = tab.evaluate("document.documentElement.scrollWidth")
    assert wide == {name: 390 for name in KINDS}


@pytest.mark.parametrize(("words", "page"), QUESTIONS.items(), ids=list(QUESTIONS))
def test_found_by_its_own_words(site: Site, tab: Tab, words: str, page: str) -> None:
    tab.open(f"{(site.folder / 'search.html').as_uri()}?q={words.replace(' ', '+')}")
    tab.wait_for("document.querySelectorAll('#search-results li a').length > 0")
    first = tab.evaluate(
        "[...document.querySelectorAll('#search-results li a')].slice(0, 3).map((a) => a.href)"
    )
    assert any(f"/{page}.html" in link for link in first), first
