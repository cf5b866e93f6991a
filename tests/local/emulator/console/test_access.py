"""Who gets something from the console: nobody without its token, and no other page."""

import http.client
import re
from urllib.parse import urlsplit

import pytest

from tests.browser.tab import Tab
from tests.local.emulator.conftest import Emulator
from tests.local.emulator.console.world import Console

DATA = "/api/overview"


def raw(origin: str, path: str, headers: dict[str, str], method: str = "GET") -> int:
    """Return the status of a request with exactly these headers."""
    parts = urlsplit(origin)
    connection = http.client.HTTPConnection(str(parts.hostname), int(parts.port or 0))
    connection.request(method, path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_link_needs_the_key_of_the_cloud(cloud: Emulator) -> None:
    url = cloud.at_gateway("/_serverless_stack/console")
    assert cloud.request("POST", url).status == 403
    assert cloud.request("POST", url, {"Origin": "http://evil.example"}).status == 403
    assert cloud.request("POST", url, cloud.signed("POST", url)).status == 200


def test_data_need_a_token(console: Console) -> None:
    stranger = Console(console.cloud, console.origin)
    for path in (DATA, "/api/events", "/api/buckets", "/api/nowhere"):
        assert stranger.get(path).status == 401
    assert stranger.post("/api/object/delete", {"bucket": "shop-site", "key": "x"}).status == 401
    stranger.token = "x" * len(console.token)
    assert stranger.get(DATA).status == 401
    assert console.get(DATA).status == 200


def test_a_code_works_once_and_its_token_ends_if_it_is_used_again(cloud: Emulator) -> None:
    first = Console(cloud)
    code = first.link().partition("#code=")[2]
    first.token = first.post("/api/session", {"code": code}).json()["token"]
    assert first.get(DATA).status == 200
    second = Console(cloud, first.origin)
    assert second.post("/api/session", {"code": code}).status == 401
    assert first.get(DATA).status == 401
    assert second.post("/api/session", {"code": ""}).status == 401
    assert second.post("/api/session", {"code": code[:-1]}).status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example"},
    ],
)
def test_other_pages_get_nothing(console: Console, headers: dict[str, str]) -> None:
    for path in (DATA, "/app.js", "/api/session"):
        sent = {"Host": urlsplit(console.origin).netloc, "Authorization": f"Bearer {console.token}"}
        method = "POST" if path == "/api/session" else "GET"
        assert raw(console.origin, path, {**sent, **headers}, method) == 403


def test_a_link_is_followed_from_anywhere_but_not_into_a_frame(console: Console) -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert raw(console.origin, "/", {**elsewhere, "Sec-Fetch-Dest": "document"}) == 200
    assert raw(console.origin, "/", {**elsewhere, "Sec-Fetch-Dest": "iframe"}) == 403


def test_the_page_may_load_nothing_but_its_own_files(console: Console) -> None:
    answer = console.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "Set-Cookie" not in answer.headers
    text = answer.body.decode()
    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|https?://", text)


def test_the_rest_of_the_cloud_is_not_at_its_port(console: Console) -> None:
    for path in ("/prod/", "/shop-site/index.html", "/_serverless_stack/urls", "/../server.py"):
        assert Console(console.cloud, console.origin).get(path).status == 401
        assert console.get(path).status == 404


def test_a_token_is_of_one_tab_and_one_browser(tab: Tab, console: Console) -> None:
    tab.open(f"{console.origin}/")
    tab.evaluate("localStorage.clear()")
    tab.open(f"{console.origin}/")
    tab.wait_for_text("Open the link that this command prints: serverless-stack local console")
    link = console.link()
    tab.open(link)
    tab.wait_for_text("shop-handler")
    assert tab.evaluate("location.hash") == ""
    tab.open("about:blank")
    tab.open(link)  # the line in the terminal, clicked again
    tab.wait_for_text("shop-handler")
    tab.evaluate("localStorage.clear()")
    tab.open("about:blank")
    tab.open(link)
    tab.wait_for_text("this link was used before")
