"""What a distribution does around its cache: refusals, functions, fail-over, pages of errors."""

import gzip
from dataclasses import replace

import pytest

from serverless_stack.local.emulator.cdn.config import (
    Behaviour,
    Countries,
    ErrorResponse,
    OriginGroup,
)
from serverless_stack.local.emulator.cdn.exchange import (
    Event,
    FunctionFailedError,
    FunctionResult,
    OriginTimeoutError,
    OriginUnreachableError,
)
from serverless_stack.local.emulator.cdn.freshness import Lifetimes
from serverless_stack.local.emulator.cdn.messages import (
    ERROR,
    FUNCTION_ERROR,
    FUNCTION_GENERATED,
    HIT,
    REDIRECT,
    Request,
    Response,
    Viewer,
)
from serverless_stack.local.emulator.cdn.policies import (
    CachePolicy,
    Selection,
    Selections,
    reaches_origin,
)
from serverless_stack.local.emulator.cdn.steps.compression import is_compressible
from serverless_stack.local.emulator.cdn.steps.viewers import devices_of
from tests.local.emulator.cdn.world import OFF, OPTIMIZED, World, answer

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148"
ALL = Selections(Selection("all"), Selection("all"), Selection("all"))
VIEWER = Viewer(Request("GET", "/"))


def echo(request: Request) -> Response:
    return answer(request.uri)


def refuse(request: Request) -> Response:
    raise OriginUnreachableError("refused")


def time_out(request: Request) -> Response:
    raise OriginTimeoutError("late")


def site(**behaviour: object) -> World:
    default = Behaviour("*", "main", cache_policy="off")
    changed = replace(default, **behaviour)  # type: ignore[arg-type]
    return World(behaviours=(changed,), origins={"main": echo})


def test_the_first_behaviour_that_matches() -> None:
    patterns = {"/img/*.jpg": "a", "img/*": "b", "/?.txt": "c", "*": "d"}
    behaviours = tuple(Behaviour(each, to, cache_policy="off") for each, to in patterns.items())
    world = World(behaviours=behaviours, origins=dict.fromkeys(patterns.values(), echo))
    for path in ("/img/x/1.jpg", "/img/x.png", "/1.txt", "/12.txt", "/IMG/1.jpg", "/%69mg/1.jpg"):
        world.view(path)
    assert world.reached() == ["a", "b", "c", "d", "d", "a"]


def test_an_encoded_slash_is_none_when_paths_are_compared() -> None:
    behaviours = tuple(Behaviour(each, each, cache_policy="off") for each in ("/img/*", "*"))
    world = World(behaviours=behaviours, origins=dict.fromkeys(("/img/*", "*"), echo))
    assert world.view("/img%2F1.jpg").body == b"/img%2F1.jpg"  # the origin gets it as it is
    assert world.reached() == ["*"]


def test_default_root_object() -> None:
    world = site()
    world.distribution = replace(
        world.distribution,
        config=replace(world.distribution.config, default_root_object="index.html"),
    )
    assert [world.view(path).body for path in ("/", "/a/")] == [b"/index.html", b"/a/"]


@pytest.mark.parametrize(
    ("countries", "country", "status"),
    [
        (Countries(), "DE", 200),
        (Countries("whitelist", frozenset({"DE", "AT"})), "DE", 200),
        (Countries("whitelist", frozenset({"DE"})), "FR", 403),
        (Countries("blacklist", frozenset({"DE"})), "DE", 403),
        (Countries("blacklist", frozenset({"DE"})), "FR", 200),
    ],
)
def test_countries(countries: Countries, country: str, status: int) -> None:
    world = World(origins={"main": echo}, settings={"countries": countries})
    reply = world.view(viewer=replace(VIEWER, country=country))
    assert reply.status == status
    assert (b"block access from your country" in reply.body) is (status == 403)
    assert bool(world.reached()) is (status == 200)


@pytest.mark.parametrize(
    ("policy", "method", "status", "outcome"),
    [
        ("redirect-to-https", "GET", 301, REDIRECT),
        ("redirect-to-https", "POST", 307, REDIRECT),
        ("https-only", "GET", 403, ERROR),
    ],
)
def test_viewers_without_https(policy: str, method: str, status: int, outcome: str) -> None:
    world = site(viewer_protocol=policy, methods=("GET", "HEAD", "POST"))
    reply = world.view("/a?b=1", method, viewer=replace(VIEWER, is_https=False))
    assert (reply.status, reply.outcome) == (status, outcome)
    if status < 400:
        assert reply.header("location") == "https://d1.cloudfront.net/a?b=1"
    assert world.reached() == []
    assert world.view("/a").status == 200


@pytest.mark.parametrize(
    ("request_of", "status"),
    [
        ({"method": "POST"}, 403),
        ({"headers": {"Via": "1.1 x.cloudfront.net (CloudFront)"}}, 403),
        ({"path": f"/{'a' * 8192}"}, 413),
        ({"headers": {"X-A": "a" * 21_000}}, 413),
    ],
)
def test_other_refusals(request_of: dict[str, object], status: int) -> None:
    world = site()
    assert world.view(**request_of).status == status  # type: ignore[arg-type]
    assert world.reached() == []


@pytest.mark.parametrize(("origin", "status"), [(refuse, 502), (time_out, 504)])
def test_an_origin_without_a_response(origin: object, status: int) -> None:
    world = World(origins={"main": origin})  # type: ignore[dict-item]
    reply = world.view()
    assert (reply.status, reply.outcome) == (status, ERROR)


GROUP = OriginGroup("group", ("main", "spare"), frozenset({403, 500}))


def group(first: object, second: object = echo) -> World:
    return World(
        behaviours=(
            Behaviour(
                "*",
                "group",
                cache_policy="optimized",
                methods=("GET", "HEAD", "OPTIONS", "POST", "DELETE"),
            ),
        ),
        origins={"main": first, "spare": second},  # type: ignore[dict-item]
        groups=(GROUP,),
    )


@pytest.mark.parametrize("first", [refuse, time_out, lambda _r: answer("", 500)])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_failover(first: object, method: str) -> None:
    world = group(first)
    assert world.view("/a", method).body == b"/a"
    assert world.reached() == ["main", "spare"]
    # Each request tries the primary again, unless the response is cached.
    world.view("/b", method)
    assert world.reached() == ["main", "spare"]
    if method == "GET":
        assert world.view("/a").outcome == HIT


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_no_failover_of_writes(method: str) -> None:
    world = group(refuse)
    assert world.view("/a", method).status == 502
    assert world.reached() == ["main"]


def test_no_failover_at_other_statuses() -> None:
    world = group(lambda request: answer("", 404))
    assert world.view("/a").status == 404
    assert world.reached() == ["main"]


def test_the_last_failure_is_the_response() -> None:
    world = group(refuse, lambda request: answer("", 403))
    assert world.view("/a").status == 403


ERRORS = (ErrorResponse(404, ttl=0, page="/errors/404.html", page_status=200),)
PAGES = (
    Behaviour("/errors/*", "pages", cache_policy="optimized"),
    Behaviour("*", "main", cache_policy="off", response_headers_policy="headers"),
)


def pages(page: Response) -> World:
    return World(
        behaviours=PAGES,
        errors=ERRORS,
        origins={"main": lambda request: answer("no", 404), "pages": lambda request: page},
    )


def test_the_page_of_an_error_comes_through_its_own_behaviour() -> None:
    world = pages(answer("sorry", content_type="text/html", cache_control="max-age=60"))
    for _ in range(2):
        reply = world.view("/a", headers={"Cookie": "a=1"})
        assert (reply.status, reply.body, reply.outcome) == (200, b"sorry", ERROR)
        assert reply.header("content-type") == "text/html"
        assert reply.header("x-policy") == "headers"
    assert world.reached() == ["main", "pages", "main"]


def test_a_missing_page_gives_the_error_of_its_origin() -> None:
    world = pages(answer("no page", 403))
    assert (world.view("/a").status, world.view("/a").body) == (403, b"no page")


def test_a_ttl_alone_replaces_nothing() -> None:
    world = World(
        origins={"main": lambda request: answer("no", 404)}, errors=(ErrorResponse(404, ttl=5),)
    )
    assert (world.view().status, world.view().body) == (404, b"no")


def test_a_refusal_has_a_page_too() -> None:
    world = World(
        behaviours=PAGES,
        errors=(ErrorResponse(403, page="/errors/403.html", page_status=403),),
        origins={"main": echo, "pages": lambda request: answer("not here")},
        settings={"countries": Countries("blacklist", frozenset({"US"}))},
    )
    assert (world.view().status, world.view().body) == (403, b"not here")


TEXT = "a" * 1000


@pytest.mark.parametrize(
    ("accepts", "response", "is_compressed"),
    [
        ("gzip, br", answer(TEXT, content_type="text/css; charset=utf-8"), True),
        ("gzip", answer(TEXT, content_type="application/json"), True),
        ("gzip", answer(TEXT, 404, content_type="text/html"), True),
        ("", answer(TEXT, content_type="text/css"), False),
        ("gzip;q=0", answer(TEXT, content_type="text/css"), False),
        ("deflate", answer(TEXT, content_type="text/css"), False),
        ("gzip", answer(TEXT[1:], content_type="text/css"), False),
        ("gzip", answer(TEXT, content_type="image/png"), False),
        ("gzip", answer(TEXT, content_type="text/css", content_encoding="identity"), False),
        ("gzip", answer(TEXT, 500, content_type="text/css"), False),
    ],
)
def test_compression(accepts: str, response: Response, is_compressed: bool) -> None:
    world = World(
        behaviours=(Behaviour("*", "main", cache_policy="optimized", compress=True),),
        origins={"main": lambda request: response},
    )
    headers = {"Accept-Encoding": accepts} if accepts else {}
    reply = world.view(headers=headers)
    assert (reply.header("content-encoding") == "gzip") is is_compressed
    body = gzip.decompress(reply.body) if is_compressed else reply.body
    assert body == response.body
    assert ("Accept-Encoding" in reply.header("vary")) is is_compressed
    plain = world.view()
    assert plain.body == response.body


@pytest.mark.parametrize(
    ("size", "expected"), [(999, False), (1_000, True), (10_000_000, True), (10_000_001, False)]
)
def test_sizes_that_are_compressed(size: int, expected: bool) -> None:
    assert is_compressible(answer(bytes(size), content_type="text/css")) is expected


@pytest.mark.parametrize(
    ("etag", "weak"), [('"1"', 'W/"1"'), ('W/"1"', 'W/"1"'), ("1", ""), ("", "")]
)
def test_compression_weakens_the_etag(etag: str, weak: str) -> None:
    page = answer(TEXT, content_type="text/css").with_headers(etag=etag or None)
    world = World(
        behaviours=(Behaviour("*", "main", cache_policy="optimized", compress=True),),
        origins={"main": lambda request: page},
    )
    headers = {"Accept-Encoding": "gzip, deflate"}
    assert world.view(headers=headers).header("etag") == weak
    # Variants of Accept-Encoding are one cached object, and the origin gets what they have.
    assert world.view(headers={"Accept-Encoding": "GZIP;q=0.5,identity"}).outcome == HIT
    assert world.calls[0][1].headers["accept-encoding"] == ["gzip"]
    world.clock.now = 61
    world.view(headers=headers)
    assert world.calls[-1][1].header("if-none-match") == weak.removeprefix("W/")


@pytest.mark.parametrize(
    ("policy", "compress"),
    [
        (OFF, True),
        (replace(OPTIMIZED, gzip=False, brotli=False), True),
        (OPTIMIZED, False),
        (replace(OPTIMIZED, key=Selections(Selection.of("whitelist", ["accept-encoding"]))), True),
    ],
)
def test_settings_that_do_not_compress(policy: CachePolicy, compress: bool) -> None:
    world = World(
        behaviours=(Behaviour("*", "main", cache_policy="optimized", compress=compress),),
        origins={"main": lambda request: answer(TEXT, content_type="text/css")},
        policies={"optimized": policy},
    )
    reply = world.view(headers={"Accept-Encoding": "gzip"})
    assert reply.header("content-encoding") == ""


def test_what_reaches_the_origin() -> None:
    world = site(origin_request_policy="some")
    world.origin_policies["some"] = Selections(
        Selection.of("whitelist", ["X-Own", "CloudFront-Viewer-Country"], lower=True),
        Selection.of("whitelist", ["a"]),
        Selection.of("allExcept", ["secret"]),
    )
    sent = {
        "X-Own": "1",
        "X-Other": "1",
        "User-Agent": PHONE,
        "Cookie": "a=1; b=2",
        "CloudFront-Viewer-Country": "XX",
        "CloudFront-Is-Mobile-Viewer": "no",
        "Content-Type": "text/plain",
    }
    world.view("/a?x=%20&secret=1&y", headers=sent, viewer=replace(VIEWER, country="DE"))
    ((_name, request),) = world.calls
    assert request.query == "x=%20&y="
    assert request.headers == {
        "x-own": ["1"],
        "cookie": ["a=1"],
        "cloudfront-viewer-country": ["DE"],
        "content-type": ["text/plain"],
        "user-agent": ["Amazon CloudFront"],
    }


def test_all_viewer_headers_and_some_of_cloudfront() -> None:
    world = site(origin_request_policy="all")
    names = frozenset({"cloudfront-is-ios-viewer", "cloudfront-viewer-address"})
    world.origin_policies["all"] = replace(ALL, added=names)
    sent = {"User-Agent": PHONE, "Accept-Language": "de", "CloudFront-Viewer-Country": "XX"}
    world.view("/a?b=%41", headers=sent, viewer=replace(VIEWER, address="2001:db8::1", port=7))
    ((_name, request),) = world.calls
    assert request.query == "b=%41"
    assert request.header("user-agent") == PHONE
    assert request.header("accept-language") == "de"
    assert request.header("host") == "d1.cloudfront.net"
    assert request.header("cloudfront-is-ios-viewer") == "true"
    assert request.header("cloudfront-viewer-address") == "[2001:db8::1]:7"
    assert request.header("cloudfront-viewer-country") == ""


@pytest.mark.parametrize(
    ("least", "vary", "kept"),
    [
        (0, "Origin, Accept-Encoding, X-Other", "Origin, Accept-Encoding"),
        (0, "X-Other", ""),
        (0, "*", "*"),
        (1, "*", ""),
    ],
)
def test_vary_names_what_reaches_the_origin(least: float, vary: str, kept: str) -> None:
    key = Selections(Selection.of("whitelist", ["Origin"], lower=True))
    world = World(
        origins={"main": lambda request: answer("", vary=vary)},
        policies={"optimized": CachePolicy(key, Lifetimes(least, 60, 60))},
    )
    assert world.view().header("vary") == kept


def test_legacy_settings_forward_unknown_headers() -> None:
    legacy = CachePolicy(lifetimes=Lifetimes(0, 60, 60), is_legacy=True)
    world = site(legacy=legacy)
    sent = {"X-Own": "1", "Accept": "*/*", "Authorization": "x", "Referer": "y", "Cookie": "a=1"}
    world.view(headers=sent)
    ((_name, request),) = world.calls
    assert request.headers == {"x-own": ["1"], "user-agent": ["Amazon CloudFront"]}


@pytest.mark.parametrize(
    ("key", "more", "reaches"),
    [
        (Selection(), None, False),
        (Selection("all"), Selection("allExcept", frozenset({"x"})), True),
        (Selection(), Selection("all"), True),
        (Selection("whitelist", frozenset({"x"})), Selection(), True),
        (Selection(), Selection("allExcept", frozenset({"x"})), False),
        (
            Selection("allExcept", frozenset({"y"})),
            Selection("allExcept", frozenset({"x"})),
            False,
        ),
        (Selection("allExcept", frozenset({"x"})), Selection("whitelist", frozenset({"x"})), True),
        (Selection("whitelist", frozenset({"x*"})), None, True),
    ],
)
def test_both_policies_together(key: Selection, more: Selection | None, reaches: bool) -> None:
    assert reaches_origin(key, more, "x") is reaches


@pytest.mark.parametrize(
    ("agent", "kinds"),
    [
        (PHONE, {"ios", "mobile"}),
        ("Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X)", {"ios", "mobile", "tablet"}),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) Mobile Safari", {"android", "mobile"}),
        ("Mozilla/5.0 (Linux; Android 14; SM-X910) Safari", {"android", "mobile", "tablet"}),
        ("Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0)", {"smarttv"}),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0", {"desktop"}),
        ("", {"desktop"}),
    ],
)
def test_devices(agent: str, kinds: set[str]) -> None:
    assert {kind for kind, is_kind in devices_of(agent) if is_kind} == kinds


def with_functions(**functions: object) -> World:
    events = {name.replace("_", "-"): each for name, each in functions.items()}
    world = site(functions=tuple((name, name) for name in events))
    world.functions = events  # type: ignore[assignment]
    world.policies["off"] = replace(OFF, key=ALL)
    return world


def test_a_function_changes_the_request() -> None:
    def change(event: Event) -> FunctionResult:
        request = event["request"]
        assert request["querystring"] == {
            "a": {"value": "1", "multiValue": [{"value": "1"}, {"value": "%20"}]}
        }
        assert request["cookies"] == {"c": {"value": "1"}}
        assert event["viewer"] == {"ip": "127.0.0.1"}
        request["uri"] = "/changed"
        request["querystring"] = {"q": {"value": "a b"}}
        request["headers"]["x-own"] = {"value": "1"}
        del request["headers"]["x-old"]
        request["cookies"]["d"] = {"value": "2"}
        return FunctionResult(request)

    world = with_functions(viewer_request=change)
    world.view("/a?a=1&a=%20", headers={"Cookie": "c=1", "X-Old": "1"})
    ((_name, request),) = world.calls
    assert (request.uri, request.query) == ("/changed", "q=a%20b")
    assert request.header("x-own") == "1"
    assert "x-old" not in request.headers
    assert request.header("cookie") == "c=1; d=2"


def test_a_function_that_changes_nothing_keeps_every_byte() -> None:
    world = with_functions(viewer_request=lambda event: FunctionResult(event["request"]))
    world.view("/%41?b=%2f&c&d=+", headers={"Cookie": "c=1;d=2"})
    ((_name, request),) = world.calls
    assert (request.uri, request.query) == ("/%41", "b=%2f&c&d=+")
    assert request.header("cookie") == "c=1; d=2"


def test_a_function_generates_the_response() -> None:
    generated = {
        "statusCode": 401,
        "headers": {"www-authenticate": {"value": "Basic"}},
        "cookies": {"a": {"value": "1", "attributes": "Secure"}},
        "body": {"encoding": "base64", "data": "bm8="},
    }
    world = with_functions(
        viewer_request=lambda event: FunctionResult(generated), viewer_response=fail
    )
    reply = world.view()
    assert (reply.status, reply.body, reply.outcome) == (401, b"no", FUNCTION_GENERATED)
    assert reply.header("www-authenticate") == "Basic"
    assert reply.header("set-cookie") == "a=1; Secure"
    assert world.reached() == []


def fail(event: Event) -> FunctionResult:
    raise FunctionFailedError(FUNCTION_ERROR, 503, "boom")


def test_a_function_changes_the_response() -> None:
    def change(event: Event) -> FunctionResult:
        response = event["response"]
        assert response["cookies"] == {"a": {"value": "1", "attributes": "Path=/"}}
        response["headers"] = {"x-own": {"value": "1", "multiValue": [{"value": "1"}]}}
        response["statusCode"] = 202
        return FunctionResult(response)

    world = with_functions(viewer_response=change)
    world.origins["main"] = lambda request: answer("page", x_old="1", set_cookie="a=1; Path=/")
    reply = world.view()
    assert (reply.status, reply.body) == (202, b"page")
    assert reply.headers == {
        "x-own": ["1"],
        "set-cookie": ["a=1; Path=/"],
        "server": ["CloudFront"],
    }


def test_no_function_sees_the_response_of_an_error() -> None:
    world = with_functions(viewer_response=fail)
    world.origins["main"] = lambda request: answer("no", 404)
    assert world.view().status == 404


@pytest.mark.parametrize("event", ["viewer_request", "viewer_response"])
@pytest.mark.parametrize("function", [fail, lambda event: FunctionResult(None)])
def test_a_function_that_fails(event: str, function: object) -> None:
    reply = with_functions(**{event: function}).view()
    assert (reply.status, reply.outcome) == (503, FUNCTION_ERROR)
