"""The JavaScript of skew protection, run in Node on recorded events."""

import time
from typing import Any

import pytest

from serverless_stack._shared.contract import BUILD_COOKIE as COOKIE
from serverless_stack.constructs.cdn.functions.snippet import Snippet
from serverless_stack.constructs.cdn.site import Site
from serverless_stack.constructs.cdn.skew_protection import skew_protection_snippets
from tests.constructs.cdn.functions.node import Run, run_all

BUILD, SECONDS = "0123456789abcdef", 7 * 86_400
NOW = int(time.time())  # when tests are collected, up to an hour before they run
VALID = f"{BUILD}.{NOW + SECONDS}"
FOLDER = f"/.serverless-stack-builds/{BUILD}"


def snippets(event: str, base: str = "", *, site: Site | None = None) -> list[Snippet]:
    own = skew_protection_snippets(base, "index.html", SECONDS)
    return [
        *(site.snippets(serves_site=True) if site and event == "viewer-request" else ()),
        *(snippet for snippet in own if snippet.event == event),
    ]


# Site, cookie, the requested path, and that of the object.
PATHS: list[tuple[Site | None, str | None, str, str]] = [
    (None, VALID, "/", f"{FOLDER}/index.html"),
    (None, VALID, "/docs/a.html", f"{FOLDER}/docs/a.html"),
    (None, VALID, "/old.htm", f"{FOLDER}/old.htm"),
    (None, VALID, "/app.js", "/app.js"),
    (None, VALID, "/docs/", "/docs/"),
    (None, VALID, "/a.html/x", "/a.html/x"),
    (None, None, "/docs/a.html", "/docs/a.html"),
    (None, "", "/", "/"),
    (None, f"{BUILD}.{NOW - 5}", "/a.html", "/a.html"),
    (None, f"{BUILD}.{NOW + SECONDS + 86_400}", "/a.html", "/a.html"),
    (None, f"../../secret.{NOW + 60}", "/a.html", "/a.html"),
    (None, f"{BUILD.upper()}.{NOW + 60}", "/a.html", "/a.html"),
    (None, f"{VALID}; x", "/a.html", "/a.html"),
    (Site.pages(), VALID, "/docs/", f"{FOLDER}/docs/index.html"),
    (Site.pages(), VALID, "/docs", f"{FOLDER}/docs/index.html"),
    (Site.pages(), VALID, "/", f"{FOLDER}/index.html"),
    (Site.spa(), VALID, "/orders/42", f"{FOLDER}/index.html"),
    (Site.spa(), VALID, "/app.js", "/app.js"),
]


@pytest.fixture(scope="module")
def results() -> list[Any]:
    runs = [
        Run(
            snippets("viewer-request", site=site),
            {
                "request.uri": path,
                "request.cookies": {} if cookie is None else {COOKIE: {"value": cookie}},
            },
        )
        for site, cookie, path, _object in PATHS
    ]
    docs = snippets("viewer-request", "/docs")
    cookies = {COOKIE: {"value": VALID}}
    runs += [
        Run(docs, {"request.uri": path, "request.cookies": cookies})
        for path in ("/docs/a.html", "/a.html")
    ]
    runs += [
        Run(snippets("viewer-request", base, site=Site.pages()), {"request.uri": f"{base}{path}"})
        for base in ("", "/docs")
        for path in (f"{FOLDER}/a.html", f"{FOLDER}/a/", "/%2eserverless-stack%2Dbuilds/0/a.html")
    ]
    page = {"x-amz-meta-build": {"value": "fedcba9876543210"}}
    response = snippets("viewer-response")
    runs += [
        Run(response, {"response.headers": page}),
        Run(response, {"response.headers": page, "request.cookies": cookies}),
        Run(response, {"response.headers": {}}),
        Run(snippets("viewer-response", "/docs"), {"response.headers": page}),
    ]
    return run_all(runs)


@pytest.mark.parametrize("number", range(len(PATHS)))
def test_pages_are_taken_from_the_folder_of_the_build(results: list[Any], number: int) -> None:
    assert results[number]["uri"] == PATHS[number][3]


def test_a_site_below_a_path(results: list[Any]) -> None:
    below, beside = results[len(PATHS) : len(PATHS) + 2]
    assert below["uri"] == f"/docs{FOLDER}/a.html"
    assert beside["uri"] == "/a.html"


def test_the_folders_of_builds_are_hidden(results: list[Any]) -> None:
    answers = results[len(PATHS) + 2 : len(PATHS) + 8]
    assert [answer.get("statusCode") for answer in answers] == [404] * 6


def test_the_first_page_sets_the_cookie(results: list[Any]) -> None:
    first, later, asset, below = results[len(PATHS) + 8 :]
    cookie = first["cookies"][COOKIE]
    build, _dot, until = cookie["value"].partition(".")
    assert build == "fedcba9876543210"
    assert NOW <= int(until) - SECONDS <= time.time() + 1
    assert cookie["attributes"] == f"Path=/; Max-Age={SECONDS}; Secure; SameSite=Lax"
    assert COOKIE not in later["cookies"]
    assert COOKIE not in asset["cookies"]
    assert below["cookies"][COOKIE]["attributes"].startswith("Path=/docs/;")
