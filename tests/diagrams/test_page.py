"""The page in a browser: search, the properties of boxes, the keyboard, small and dark screens."""

from collections.abc import Iterator

import pytest

from serverless_stack.diagrams import Drawing, to_html
from tests.browser.axe import is_installed, violations
from tests.browser.chromium import browser, program
from tests.browser.tab import Tab

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not program(), reason="Chromium is missing"),
]


@pytest.fixture(scope="module")
def opened(shop: Drawing, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tab, str]]:
    path = tmp_path_factory.mktemp("page") / "stack.html"
    path.write_text(to_html(shop), "utf-8")
    with browser() as chromium:
        yield chromium.visitor(), path.as_uri()


@pytest.fixture
def tab(opened: tuple[Tab, str]) -> Tab:
    tab, url = opened
    tab.look(width=1280, height=800)
    page = tab.open(url)
    assert page.problems == []
    return tab


def visible_boxes(tab: Tab) -> list[str]:
    found = tab.evaluate("[...document.querySelectorAll('#boxes button')].map((b) => b.innerText)")
    return [str(text).replace("\n", ": ") for text in found]


def test_a_search_finds_names_types_and_properties(tab: Tab) -> None:
    assert len(visible_boxes(tab)) == 11
    tab.type("#search", "AWS::SQS")
    assert "DeadLetters: SQS queue" in visible_boxes(tab)
    tab.type("#search", "replicationgroup")
    assert visible_boxes(tab) == ["Redis: ElastiCache Redis"]
    tab.wait_for_text("1 of 11 boxes match", "#count")
    faint = tab.evaluate("document.querySelectorAll('.node.faint').length")
    assert faint == 10
    tab.press("Escape")
    assert len(visible_boxes(tab)) == 11


def test_a_box_shows_its_properties_and_neighbours(tab: Tab) -> None:
    number = tab.evaluate(
        "[...document.querySelectorAll('.node')].find((n) => n.textContent.includes('Lambda'))"
        ".dataset.node"
    )
    tab.click(f"[data-node='{number}'] .label")
    tab.wait_for_text("Function", "#details h2")
    tab.wait_for_text("AWS::Lambda::Function", "#details")
    tab.wait_for_text("reads and writes", "#details")
    tab.wait_for_text('"MemorySize"', "#details pre")
    tab.wait_for_text("5 more in this box", "#details")
    tab.evaluate("[...document.querySelectorAll('.links button')].at(0).click()")
    assert tab.evaluate("document.querySelector('#details h2').textContent") != "Function"


def test_the_keyboard_alone(tab: Tab) -> None:
    tab.press("/")
    assert tab.focused() == "Search boxes"
    tab.press("Escape")
    tab.evaluate("document.querySelector('.node').focus()")
    assert tab.focused() == "Viewers, Internet"
    tab.press("Enter")
    tab.wait_for_text("Viewers", "#details h2")
    tab.press("Escape")
    assert tab.focused() == "Viewers, Internet"
    before = tab.evaluate("document.querySelector('#canvas svg').getAttribute('width')")
    tab.press("+")
    assert float(
        tab.evaluate("document.querySelector('#canvas svg').getAttribute('width')")
    ) > float(before)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_the_screen_and_axe_finds_nothing(tab: Tab, dark: bool, width: int) -> None:
    tab.look(width=width, height=800, dark=dark)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    if is_installed():
        assert violations(tab) == []
        tab.click("#boxes button")
        assert violations(tab) == []


def test_no_text_is_wider_in_a_browser_than_its_place(tab: Tab) -> None:
    """The width of a text is measured without its font: it must never be too small."""
    too_wide = tab.evaluate(
        """(() => { const found = [];
        for (const node of document.querySelectorAll('.node')) {
          const box = node.querySelector('.box').getBBox();
          for (const text of node.querySelectorAll('text')) {
            const place = text.getBBox();
            if (place.x + place.width > box.x + box.width - 4) found.push(text.textContent);
          } }
        return found; })()"""
    )
    assert too_wide == []
