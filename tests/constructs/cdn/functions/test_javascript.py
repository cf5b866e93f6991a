"""The JavaScript of sites, run in Node on recorded events."""

from collections.abc import Mapping
from typing import Any

import pytest

from serverless_stack.constructs.cdn.functions.snippet import Snippet
from serverless_stack.constructs.cdn.redirects import Redirect
from serverless_stack.constructs.cdn.site import Site
from tests.constructs.cdn.functions.node import Run, run_all

SPA = Site.spa().snippets(serves_site=True)
KNOWN = Site.spa(file_extensions=Site.WEB_EXTENSIONS).snippets(serves_site=True)
PAGES = Site.pages().snippets(serves_site=True)
HTML = Site.pages(html=True, index="start.html").snippets(serves_site=True)
ADD = Site.files(trailing_slash="add").snippets(serves_site=True)
REMOVE = Site.files(trailing_slash="remove").snippets(serves_site=True)
TABLE = Site.pages(
    trailing_slash="remove",
    redirects={
        "/old": "/new",
        "/gone": Redirect("https://example.org/why?a=b#c", 302),
        "/blog/*": "/articles/*",
        "/blog/drafts/*": "/nothing",
        "/root/*": "/*",
        "/else/*": Redirect("https://example.org/*", 307),
        "/größe": "/size",
        "/.well-known/change-password": "/account/password",
    },
    redirect_hosts={"www.example.com": "example.com", "OLD.example.net": "example.com"},
).snippets(serves_site=True)
API = Site.spa(
    redirects={"/api/v1/*": Redirect("/api/v2/*", 308)},
    redirect_hosts={"www.example.com": "example.com"},
    trailing_slash="add",
).snippets(serves_site=False)

# What the request's path becomes.
PATHS = [
    (SPA, "/", "/index.html"),
    (SPA, "/orders/42", "/index.html"),
    (SPA, "/orders/", "/index.html"),
    (SPA, "/a.b/c", "/index.html"),
    (SPA, "/app.js", "/app.js"),
    (SPA, "/users/jane.doe", "/users/jane.doe"),
    (SPA, "/.well-known/apple-app-site-association", "/.well-known/apple-app-site-association"),
    (KNOWN, "/users/jane.doe", "/index.html"),
    (KNOWN, "/app.JS", "/app.JS"),
    (KNOWN, "/v1.2", "/index.html"),
    (PAGES, "/", "/index.html"),
    (PAGES, "/docs", "/docs/index.html"),
    (PAGES, "/docs/", "/docs/index.html"),
    (PAGES, "/docs.v1/", "/docs.v1/index.html"),
    (PAGES, "/docs/a.css", "/docs/a.css"),
    (PAGES, "/.well-known/acme/", "/.well-known/acme/"),
    (HTML, "/about", "/about.html"),
    (HTML, "/docs/", "/docs/start.html"),
    (ADD, "/docs/", "/docs/"),
    (ADD, "/a.css", "/a.css"),
    (ADD, "/.well-known/x", "/.well-known/x"),
    (REMOVE, "/", "/"),
    (REMOVE, "/docs", "/docs"),
    (TABLE, "/older", "/older/index.html"),
    (TABLE, "/toString", "/toString/index.html"),
    (API, "/api/orders", "/api/orders"),
    (API, "/", "/"),
]
# Where the viewer is sent: path, location, status, further changes of the event.
HOST = {"request.headers.host": {"value": "WWW.example.com"}}
QUERY = {
    "request.querystring": {
        "a": {"value": "1", "multiValue": [{"value": "1"}, {"value": ""}]},
        "b": {"value": "x%20y\r\nSet-Cookie: a&c"},
    }
}
LOCATIONS: list[tuple[list[Snippet], str, str, int, Mapping[str, object]]] = [
    (ADD, "/docs", "/docs/", 301, {}),
    (ADD, "//evil.com/x", "/evil.com/x/", 301, {}),
    (ADD, "/\\evil", "/evil/", 301, {}),
    (ADD, "/docs", "/docs/?a=1&a&b=x%20y%0D%0ASet-Cookie:%20a%26c", 301, QUERY),
    (REMOVE, "/docs/", "/docs", 301, {}),
    (REMOVE, "/docs///", "/docs", 301, {}),
    (REMOVE, "//evil/", "/evil", 301, {}),
    (TABLE, "/old", "/new", 301, {}),
    (TABLE, "/old", "https://example.com/new", 301, HOST),
    (TABLE, "/docs/", "https://example.com/docs", 301, HOST),
    (
        TABLE,
        "/a.css",
        "https://example.com/a.css?a=1&a&b=x%20y%0D%0ASet-Cookie:%20a%26c",
        301,
        {**HOST, **QUERY},
    ),
    (TABLE, "/gone", "https://example.org/why?a=b#c", 302, {}),
    (
        TABLE,
        "/gone",
        "https://example.org/why?a=b&q=1#c",
        302,
        {"request.querystring": {"q": {"value": "1"}}},
    ),
    (TABLE, "/blog/2024/x", "/articles/2024/x", 301, {}),
    (TABLE, "/blog/", "/articles", 301, {}),
    (TABLE, "/blog/drafts/x", "/nothing", 301, {}),
    (TABLE, "/root//evil.com", "/evil.com", 301, {}),
    (TABLE, "/root/\\evil.com", "/evil.com", 301, {}),
    (TABLE, "/root/\t/evil.com", "/%09/evil.com", 301, {}),
    (TABLE, "/root/%2F%2Fevil.com", "/%2F%2Fevil.com", 301, {}),
    (TABLE, "/root/a\r\nSet-Cookie: b=c", "/a%0D%0ASet-Cookie:%20b=c", 301, {}),
    (TABLE, "/else//evil.com", "https://example.org/evil.com", 307, {}),
    (TABLE, "/else/@evil.com", "https://example.org/@evil.com", 307, {}),
    (TABLE, "/gr%C3%B6%C3%9Fe", "/size", 301, {}),
    (TABLE, "/.well-known/change-password", "/account/password", 301, HOST),
    (
        TABLE,
        "/x",
        "https://example.com/x",
        301,
        {"request.headers.host": {"value": "old.example.net"}},
    ),
    (API, "/api/v1/orders", "/api/v2/orders", 308, {}),
    (API, "/api/orders", "https://example.com/api/orders", 308, {**HOST, "request.method": "POST"}),
    (API, "/api/orders", "https://example.com/api/orders", 301, HOST),
]


@pytest.fixture(scope="module")
def results() -> list[Any]:
    paths = [Run(snippets, {"request.uri": uri}) for snippets, uri, _ in PATHS]
    moved = [
        Run(snippets, {"request.uri": uri, **changes})
        for snippets, uri, _location, _status, changes in LOCATIONS
    ]
    return run_all([*paths, *moved])


def test_paths(results: list[Any]) -> None:
    requests = results[: len(PATHS)]
    got = [
        (uri, request.get("uri", request))
        for (_, uri, _), request in zip(PATHS, requests, strict=True)
    ]
    assert got == [(uri, expected) for _, uri, expected in PATHS]


def test_locations(results: list[Any]) -> None:
    answers = results[len(PATHS) :]
    got = []
    for (_, uri, *_rest), answer in zip(LOCATIONS, answers, strict=True):
        headers = answer.get("headers", {})
        got.append(
            (uri, headers.get("location", {}).get("value", answer), answer.get("statusCode"))
        )
    assert got == [(uri, location, status) for _, uri, location, status, _ in LOCATIONS]
