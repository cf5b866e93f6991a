"""The JavaScript of sites, run in Node on recorded events."""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from serverless_stack.constructs.cdn.error_pages import Maintenance
from serverless_stack.constructs.cdn.functions.snippet import JAVASCRIPT, Snippet, Stage, packaged
from serverless_stack.constructs.cdn.guards import encoding_snippet
from serverless_stack.constructs.cdn.redirects import Redirect
from serverless_stack.constructs.cdn.site import Site
from tests.constructs.cdn.functions.node import Run, run_all

SPA = Site.spa().snippets(serves_site=True)
KNOWN = Site.spa(file_extensions=Site.WEB_EXTENSIONS).snippets(serves_site=True)
PAGES = Site.pages().snippets(serves_site=True)
# Each of them is served by the behavior that guards it, and not rewritten past it.
GUARDED = Site.pages().snippets(
    serves_site=True,
    guards=[("/docs/a?c/*", False), ("/members/*", True), ("docs/*", True), ("*/x.y/*", True)],
)
ENCODED = [encoding_snippet([("/open/*", False), ("/members/*", True), ("*.pdf", True)])]
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
MOVED = Site.files(redirects={"/*": "https://example.org/*"}).snippets(serves_site=True)
LONG = Site.files(
    redirects={f"/old/{number}": f"/new/{number}" for number in range(200)} | {"/b/*": "/c/*"}
)
STORED = LONG.snippets(serves_site=True)
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
    (GUARDED, "/", "/index.html"),
    (GUARDED, "/members.txt", "/members.txt"),
    (GUARDED, "/membership", "/membership/index.html"),
    (GUARDED, "/docs/abc", "/docs/abc/index.html"),
    (GUARDED, "/.well-known/x", "/.well-known/x"),
    (ENCODED, "/a%2Fb", "/a%2Fb"),
    (ENCODED, "/members%252Fa", "/members%252Fa"),
    (ENCODED, "/open%2Fa.pdf", "/open%2Fa.pdf"),
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
    (MOVED, "/.well-known/x", "/.well-known/x"),
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
    (GUARDED, "/members", "/members/index.html", 302, {}),
    (GUARDED, "/%6Dembers", "/%6Dembers/index.html", 302, {}),
    (GUARDED, "/docs", "/docs/index.html?q=1", 302, {"request.querystring": {"q": {"value": "1"}}}),
    (GUARDED, "//evil.com/x.y/", "/evil.com/x.y/index.html", 302, {}),
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
    (MOVED, "/", "https://example.org/", 301, {}),
    (MOVED, "/a/b.css", "https://example.org/a/b.css", 301, {}),
    (API, "/api/v1/orders", "/api/v2/orders", 308, {}),
    (API, "/api/orders", "https://example.com/api/orders", 308, {**HOST, "request.method": "POST"}),
    (API, "/api/orders", "https://example.com/api/orders", 301, HOST),
]


SECRET, SALT = "janë:pa:ss", "5a17" * 8
CREDENTIALS = b64encode(SECRET.encode()).decode()
DIGEST = hmac.new(SALT.encode(), CREDENTIALS.encode(), hashlib.sha256).hexdigest()
BASIC = packaged(
    "basic_auth", Stage.AUTH, {"salt": SALT, "digest": DIGEST, "realm": "Preview of it"}
)
DOWN = Maintenance(
    allow_ips=["192.0.2.0/25", "2001:db8:2::/47", "::ffff:198.51.100.0/120"],
    retry_after=cdk.Duration.minutes(5),
).snippets()[0]
DEEP: dict[str, object] = {"request.uri": "/deep/link"}
OPEN, ASKED = "the path", "401"
# The header Authorization, and whether the request reaches the site.
RESPONSE = """
function handler(event, parameters) {
  event.response.headers['x-own'] = {value: parameters.value};
  return event.response;
}
"""
STORE = """
import cf from 'cloudfront';
const store = cf.kvs();

async function handler(event) {
  event.request.uri = await store.get('build') + event.request.uri;
  return event.request;
}
"""
CREDENTIALS_SENT: list[tuple[dict[str, object] | None, str]] = [
    (None, ASKED),
    ({"value": f"Basic {CREDENTIALS}"}, OPEN),
    ({"value": f"basic  {CREDENTIALS}"}, OPEN),
    ({"value": ""}, ASKED),
    ({"value": "Basic "}, ASKED),
    ({"value": f"Bearer {CREDENTIALS}"}, ASKED),
    ({"value": f"Basic {CREDENTIALS[:-2]}"}, ASKED),
    ({"value": f"Basic {CREDENTIALS}{CREDENTIALS}"}, ASKED),
    ({"value": f"Basic {b64encode(b'jane:PASS').decode()}"}, ASKED),
    ({"value": f"Basic {DIGEST}"}, ASKED),
]
# Ways around a guard, which the bucket would decode.
AROUND = ["/members%2Fa", "/members%2fa", "/x%2Fb%2Epdf", "/%6dembers%2F%2e%2e%2Fa", "/a%3Fb.pdf"]
# Whether an address passes while the site is down.
ADDRESSES = [
    ("192.0.2.1", True),
    ("192.0.2.127", True),
    ("192.0.2.128", False),
    ("192.0.3.1", False),
    ("2001:db8:2::7", True),
    ("2001:0db8:0003:0000:0000:0000:0000:0001", True),
    ("2001:db8:4::", False),
    ("::1", False),
    ("::ffff:198.51.100.9", True),
    ("::ffff:c633:6409", True),
    ("198.51.100.9", False),
]


@pytest.fixture(scope="module")
def results() -> Mapping[str, list[Any]]:
    runs = {
        "paths": [Run(snippets, {"request.uri": uri}) for snippets, uri, _ in PATHS],
        "locations": [
            Run(snippets, {"request.uri": uri, **changes})
            for snippets, uri, _location, _status, changes in LOCATIONS
        ],
        "basic": [
            Run(
                [BASIC, *SPA], {**DEEP, **({"request.headers.authorization": sent} if sent else {})}
            )
            for sent, _ in CREDENTIALS_SENT
        ],
        "addresses": [
            Run([DOWN, *SPA], {**DEEP, "viewer.ip": address}) for address, _ in ADDRESSES
        ],
        "stored": [
            Run(STORED, {"request.uri": uri}, store=LONG.stored)
            for uri in ("/old/7", "/b/7", "/other", "/toString")
        ],
        "encoded": [Run(ENCODED, {"request.uri": uri}) for uri in AROUND],
        "down": [
            Run([*TABLE, DOWN], {"request.uri": "/old"}),
            Run([DOWN], {"request.headers.accept": {"value": "application/json"}}),
            Run([DOWN, BASIC]),
        ],
        "own": [
            Run(
                [
                    Snippet(
                        name="response",
                        source=RESPONSE,
                        stage=Stage.HEADERS,
                        event="viewer-response",
                        parameters={"value": "x"},
                    )
                ]
            ),
            Run(
                [*SPA, Snippet(name="store", source=STORE, stage=Stage.RELEASE)],
                DEEP,
                store={"build": "/b1"},
            ),
            Run([Snippet(name="store", source=STORE, stage=Stage.RELEASE)]),
        ],
    }
    answers = iter(run_all([run for those in runs.values() for run in those]))
    return {name: [next(answers) for _ in those] for name, those in runs.items()}


def test_paths(results: Mapping[str, list[Any]]) -> None:
    got = [answer.get("uri", answer) for answer in results["paths"]]
    assert got == [expected for _, _, expected in PATHS]


def test_locations(results: Mapping[str, list[Any]]) -> None:
    got = []
    for (_, uri, *_rest), answer in zip(LOCATIONS, results["locations"], strict=True):
        headers = answer.get("headers", {})
        location = headers.get("location", {}).get("value", answer)
        got.append((uri, location, answer.get("statusCode")))
    assert got == [(uri, location, status) for _, uri, location, status, _ in LOCATIONS]


def test_permanent_redirects_are_asked_for_again(results: Mapping[str, list[Any]]) -> None:
    cached = {
        answer["statusCode"]: answer["headers"].get("cache-control")
        for answer in results["locations"]
    }
    for_an_hour = {"value": "max-age=3600"}
    assert cached == {301: for_an_hour, 308: for_an_hour, 302: None, 307: None}


def test_encoded_paths_lead_past_no_guard(results: Mapping[str, list[Any]]) -> None:
    assert [answer.get("statusCode") for answer in results["encoded"]] == [404] * len(AROUND)


def test_long_tables_are_in_a_store(results: Mapping[str, list[Any]]) -> None:
    exact, start, *others = results["stored"]
    assert exact["headers"]["location"]["value"] == "/new/7"
    assert start["headers"]["location"]["value"] == "/c/7"
    assert [other["uri"] for other in others] == ["/other", "/toString"]


def test_basic_authentication(results: Mapping[str, list[Any]]) -> None:
    for (sent, expected), answer in zip(CREDENTIALS_SENT, results["basic"], strict=True):
        if expected == OPEN:
            assert answer.get("uri") == "/index.html", sent
            assert "authorization" not in answer["headers"]
        else:
            assert answer.get("statusCode") == 401, sent
            challenge = answer["headers"]["www-authenticate"]["value"]
            assert challenge == 'Basic realm="Preview of it", charset="UTF-8"'
            assert answer["headers"]["cache-control"]["value"] == "no-store"


def test_addresses_that_pass_maintenance(results: Mapping[str, list[Any]]) -> None:
    got = [
        (address, answer.get("uri") == "/index.html")
        for (address, _), answer in zip(ADDRESSES, results["addresses"], strict=True)
    ]
    assert got == ADDRESSES


def test_maintenance(results: Mapping[str, list[Any]]) -> None:
    moved, program, protected = results["down"]
    assert moved["statusCode"] == 301
    assert program["statusCode"] == 503
    assert program["headers"]["retry-after"]["value"] == "300"
    assert program["body"]["data"] == '{"message":"Service Unavailable"}'
    assert protected["statusCode"] == 401
    page = results["addresses"][-1]
    assert page["headers"]["content-type"]["value"] == "text/html; charset=utf-8"
    assert "We will be back soon" in page["body"]["data"]


def test_snippets_of_users(results: Mapping[str, list[Any]]) -> None:
    response, stored, missing = results["own"]
    assert response["headers"]["x-own"] == {"value": "x"}
    assert response["statusCode"] == 200
    assert stored["uri"] == "/b1/index.html"
    assert missing == {"thrown": "Error: KeyNotFound"}


@pytest.mark.parametrize("file", sorted(JAVASCRIPT.glob("*.js")), ids=lambda file: file.stem)
def test_only_features_of_the_runtime(file: Path) -> None:
    """``JavaScript runtime 2.0 features for CloudFront Functions`` lists what there is."""
    code = re.sub(r"//.*", "", file.read_text())
    lacking = r"\b(?:class|of|yield|BigInt|Map|Set)\b|\?\.|\?\?|\.\.\.|=>|\.at\(|\bimport\("
    assert re.findall(lacking, code) == []
