"""The driver of Chromium: what tests do with a page, on a page of its own."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.axe import is_installed, violations
from tests.browser.chromium import browser, program
from tests.browser.tab import Tab

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not program(), reason="Chromium is missing"),
]

PAGE = """<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,">
<style>body { background: white } @media (prefers-color-scheme: dark) { body { background: black } }
@media (max-width: 500px) { nav { display: none } }</style>
<main><h1>A page</h1><nav>menu</nav><label>Name <input id="name" value="old"></label>
<button id="greet">Greet</button><p id="answer"></p></main>
<script>
const greet = () => { document.querySelector("#answer").textContent =
  "hello " + document.querySelector("#name").value; };
document.querySelector("#greet").addEventListener("click", greet);
document.querySelector("#name").addEventListener("keydown", (event) => {
  if (event.key === "Enter") greet(); });
</script>"""
BROKEN = """<!doctype html><html><title>x</title><img src="/missing.png"><button></button>
<script src="http://127.0.0.1:1/other.js"></script><script>undefinedFunction();</script>"""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        text = {"/": PAGE, "/broken": BROKEN}.get(self.path)
        self.send_response(200 if text else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src * data: 'unsafe-inline'")
        self.end_headers()
        self.wfile.write((text or "").encode())

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with browser() as chromium:
        yield chromium.visitor()


def test_a_person_reads_types_clicks_and_presses_keys(tab: Tab, site: str) -> None:
    page = tab.open(f"{site}/")
    assert page.problems == []
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    tab.type("#name", "Ada")
    tab.click("#greet")
    tab.wait_for_text("hello Ada", "#answer")
    tab.type("#name", "Grace")
    tab.press("Enter")
    tab.wait_for_text("hello Grace", "#answer")
    tab.press("Tab")
    assert tab.focused() == "Greet"
    with pytest.raises(AssertionError, match="never true"):
        tab.wait_for("document.querySelector('#nowhere')", seconds=0.1)
    with pytest.raises(AssertionError, match="no such thing"):
        tab.evaluate("Promise.reject(new Error('no such thing'))")


def test_a_page_is_seen_at_a_size_and_in_its_colours(tab: Tab, site: str) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    tab.open(f"{site}/")
    tab.look(width=390, height=700, dark=True)
    assert tab.evaluate(colour) == "rgb(0, 0, 0)"
    assert tab.evaluate("[innerWidth, document.querySelector('nav').offsetHeight]") == [390, 0]
    dark = tab.screenshot()
    tab.look(width=1280)
    assert tab.evaluate(colour) == "rgb(255, 255, 255)"
    assert tab.evaluate("document.querySelector('nav').offsetHeight") > 0
    light = tab.screenshot()
    assert dark[:4] == light[:4] == b"\x89PNG"
    assert int.from_bytes(light[16:20], "big") == 1280
    assert int.from_bytes(dark[16:20], "big") == 390


def test_what_is_wrong_with_a_page_is_noted(tab: Tab, site: str) -> None:
    page = tab.open(f"{site}/broken")
    assert page.foreign == {"http://127.0.0.1:1/other.js"}
    assert any(f"404 for {site}/missing.png" in problem for problem in page.problems)
    assert any("exception" in problem for problem in page.problems)


@pytest.mark.skipif(not is_installed(), reason="axe-core is missing: npm ci")
def test_axe_finds_what_a_screen_reader_cannot_read(tab: Tab, site: str) -> None:
    tab.open(f"{site}/")
    assert violations(tab) == []
    tab.open(f"{site}/broken")
    found = "\n".join(violations(tab))
    assert "image-alt (critical)" in found
    assert "button-name (critical)" in found
    assert "html-has-lang (serious)" in found
