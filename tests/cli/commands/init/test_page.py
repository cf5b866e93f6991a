"""The page of a new project in Chromium: it works, fits a telephone, and is accessible."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from typer.testing import CliRunner

from serverless_stack.cli.main import application
from tests.browser import axe
from tests.browser.chromium import browser, program
from tests.browser.tab import Tab

pytestmark = [
    pytest.mark.server,
    pytest.mark.xdist_group("init"),
    pytest.mark.skipif(program() is None, reason="Chromium is missing"),
    pytest.mark.skipif(not axe.is_installed(), reason="axe-core is missing"),
]
LONG = "unbreakable" * 40


class Site(SimpleHTTPRequestHandler):
    """The files of the page, and an API that answers as the handler of the project does."""

    notes: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        name = self.path.removeprefix("/api/notes/")
        if not self.path.startswith("/api/"):
            super().do_GET()
        elif self.path == "/api/":
            self._answer(200, {"app": "Shop", "views": 7})
        elif name in self.notes:
            self._answer(200, {"name": name, "text": self.notes[name]})
        else:
            self._answer(404, {"statusCode": 404, "message": f"there is no note `{name}`"})

    def do_PUT(self) -> None:
        name = self.path.removeprefix("/api/notes/")
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.notes[name] = body["text"]
        self._answer(200, {"name": name, **body})

    def log_message(self, format: str, *arguments: object) -> None:
        """Write nothing to the output of the tests."""

    def _answer(self, status: int, document: dict[str, object]) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("page") / "shop"
    arguments = ["init", str(folder), "--name", "Shop", "--memcached"]
    assert CliRunner().invoke(application(), arguments).exit_code == 0
    handler = partial(Site, directory=str(folder / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with browser() as chromium:
        yield chromium.visitor()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_note_is_written_and_read(url: str, tab: Tab, width: int, dark: bool) -> None:
    tab.look(width=width, dark=dark)
    page = tab.open(url)
    assert (page.problems, page.foreign) == ([], set())
    tab.wait_for_text("Seen 7 times.")
    states = {"at first": axe.violations(tab)}
    tab.type("#text", LONG)
    tab.press("Tab")
    tab.press("Enter")
    tab.wait_for_text("PUT /api/notes/welcome · 200")
    states["written"] = axe.violations(tab)
    tab.evaluate("document.getElementById('text').value = ''")
    tab.click("#read")
    tab.wait_for_text("GET /api/notes/welcome · 200")
    assert tab.evaluate("document.getElementById('text').value") == LONG
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    tab.evaluate("document.getElementById('name').value = 'absent'")
    tab.click("#read")
    tab.wait_for_text("GET /api/notes/absent · 404")
    states["refused"] = axe.violations(tab)
    assert states == {name: [] for name in states}
