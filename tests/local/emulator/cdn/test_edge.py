"""Lambda@Edge at its four events, and CloudFront Functions that change the origin."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from serverless_stack.local.emulator.cdn.config import (
    Behaviour,
    Config,
    EdgeAssociation,
    Origin,
    OriginGroup,
    Target,
)
from serverless_stack.local.emulator.cdn.exchange import (
    Event,
    FunctionFailedError,
    FunctionResult,
    OriginCall,
    OriginUnreachableError,
)
from serverless_stack.local.emulator.cdn.messages import (
    ERROR,
    HIT,
    LAMBDA_ERROR,
    LAMBDA_GENERATED,
    LAMBDA_INVALID,
    Request,
    Response,
    headers_of,
)
from serverless_stack.local.emulator.cdn.origin_changes import changed_target
from tests.local.emulator.cdn.world import World, answer

Function = Callable[[Event], object]


def echo(request: Request) -> Response:
    headers = headers_of((f"seen-{name}", each) for name, each in request.headers.items())
    return Response(200, headers, request.body or request.uri.encode())


def refuse(request: Request) -> Response:
    raise OriginUnreachableError("refused")


def world(policy: str = "off", include_body: bool = False, **functions: Function) -> World:
    """Return a distribution with a function for each event, named with ``_``."""
    events = {name.replace("_", "-"): each for name, each in functions.items()}
    edge = tuple((event, EdgeAssociation(event, include_body)) for event in events)
    behaviour = Behaviour(
        "*", "main", cache_policy=policy, edge=edge, methods=("GET", "HEAD", "POST")
    )
    return World(behaviours=(behaviour,), origins={"main": echo}, edge=events)


def request_of(event: Event) -> Event:
    request: Event = event["Records"][0]["cf"]["request"]
    return request


def response_of(event: Event) -> Event:
    response: Event = event["Records"][0]["cf"]["response"]
    return response


def change(**changes: object) -> Function:
    """Return a function of requests that sets members of the request."""
    return lambda event: {**request_of(event), **changes}


def set_header(name: str, value: str | None) -> Function:
    def function(event: Event) -> object:
        cf = event["Records"][0]["cf"]
        message = cf.get("response") or cf["request"]
        message["headers"][name] = [{"key": name, "value": value}]
        return message

    return function


def test_events() -> None:
    events: list[Event] = []

    def keep(event: Event) -> object:
        events.append(event)
        cf = event["Records"][0]["cf"]
        return cf.get("response") or cf["request"]

    site = world(
        viewer_request=keep, origin_request=keep, origin_response=keep, viewer_response=keep
    )
    site.view("/a?b=1", headers={"User-Agent": "test", "Upgrade": "h2c"})
    configs = [event["Records"][0]["cf"]["config"] for event in events]
    assert [each["eventType"] for each in configs] == [
        "viewer-request",
        "origin-request",
        "origin-response",
        "viewer-response",
    ]
    assert len({each["requestId"] for each in configs}) == 1
    viewer, origin = request_of(events[0]), request_of(events[1])
    assert viewer == {
        "clientIp": "127.0.0.1",
        "method": "GET",
        "querystring": "b=1",
        "uri": "/a",
        "headers": {
            "host": [{"key": "Host", "value": "d1.cloudfront.net"}],
            "user-agent": [{"key": "User-Agent", "value": "test"}],
        },
    }
    assert origin["headers"]["host"] == [{"key": "Host", "value": "main.example"}]
    assert origin["headers"]["user-agent"][0]["value"] == "Amazon CloudFront"
    assert origin["headers"]["x-forwarded-for"][0]["value"] == "127.0.0.1"
    assert "CloudFront" in origin["headers"]["via"][0]["value"]
    assert origin["origin"]["custom"]["domainName"] == "main.example"
    assert (origin["origin"]["custom"]["port"], origin["querystring"]) == (443, "")
    assert response_of(events[2])["status"] == "200"


def test_a_request_is_changed() -> None:
    site = world(
        viewer_request=change(uri="/b", querystring="c=1"),
        origin_request=set_header("X-Own", "1"),
    )
    reply = site.view("/a", headers={"X-Sent": "1"})
    assert (reply.body, reply.header("seen-x-own")) == (b"/b", "1")


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (change(method="POST"), "method"),
        (change(uri="b"), "begin with a slash"),
        (change(querystring="a b"), "must be encoded"),
        (change(headers={}), "read-only header"),
        (set_header("via", "me"), "read-only header"),
        (set_header("host", "other.example"), "read-only header"),
        (set_header("x-cache", "1"), "disallowed header: x-cache"),
        (set_header("X-Edge-Location", "1"), "disallowed header: x-edge-location"),
        (change(headers={"host": "d1.cloudfront.net"}), "A header must be a list"),
        (lambda event: None, "must return an object"),
        (lambda event: {"status": 99}, "status must be"),
        (lambda event: {"status": "OK"}, "status must be"),
        (lambda event: {"status": "204", "body": "a"}, "204 has no body"),
        (lambda event: {"status": "200", "body": "a" * 40_961}, "more than 40960 bytes"),
        (lambda event: {"status": "200", "body": "!", "bodyEncoding": "base64"}, "valid base64"),
        (lambda event: {"status": "200", "body": "!", "bodyEncoding": "gzip"}, "`text` or"),
    ],
)
def test_results_that_cloudfront_refuses(function: Function, problem: str) -> None:
    site = world(viewer_request=function)
    reply = site.view()
    assert (reply.status, reply.outcome) == (502, LAMBDA_INVALID)
    assert problem in reply.body.decode()
    assert site.reached() == []


def test_a_failure_is_not_cached() -> None:
    def fail(event: Event) -> object:
        calls.append(event)
        raise FunctionFailedError(LAMBDA_ERROR, 503, "boom")

    calls: list[Event] = []
    site = world("optimized", origin_request=fail)
    for _ in range(2):
        assert (site.view().status, site.view().outcome) == (503, LAMBDA_ERROR)
    assert len(calls) == 4


def test_a_body_is_read_and_replaced() -> None:
    def upper(event: Event) -> object:
        request = request_of(event)
        assert request["body"]["inputTruncated"] is False
        data = base64.b64decode(request["body"]["data"]).upper()
        request["body"].update(action="replace", data=base64.b64encode(data).decode())
        return request

    assert world(include_body=True, viewer_request=upper).view("/", "POST", b"a").body == b"A"


def test_a_long_body_is_truncated_for_the_function_only() -> None:
    def look(event: Event) -> object:
        body = request_of(event)["body"]
        assert (body["inputTruncated"], len(base64.b64decode(body["data"]))) == (True, 40_960)
        return request_of(event)

    sent = b"a" * 50_000
    assert world(include_body=True, viewer_request=look).view("/", "POST", sent).body == sent


def test_generated_responses() -> None:
    def generate(event: Event) -> object:
        made.append(event)
        return {"status": 302, "headers": {"location": [{"value": "/there"}]}}

    made: list[Event] = []
    at_viewer = world("optimized", viewer_request=generate)
    at_origin = world("optimized", origin_request=generate)
    for _ in range(2):
        assert at_viewer.view().outcome == LAMBDA_GENERATED
    assert [at_origin.view().outcome for _ in range(2)] == [LAMBDA_GENERATED, HIT]
    assert at_origin.view().header("location") == "/there"
    assert len(made) == 3
    assert at_viewer.reached() == at_origin.reached() == []


def test_an_error_of_the_origin_becomes_a_page() -> None:
    def rescue(event: Event) -> object:
        response = response_of(event)
        assert response["status"] == "404"
        return {**response, "status": "200", "statusDescription": "OK", "body": "found"}

    site = world(origin_response=rescue)
    site.origins["main"] = lambda request: answer("no", 404)
    assert (site.view().status, site.view().body) == (200, b"found")


def test_no_function_sees_the_viewer_response_of_an_error() -> None:
    site = world(viewer_response=set_header("x-own", "1"))
    assert site.view().header("x-own") == "1"
    site.origins["main"] = lambda request: answer("no", 404)
    assert site.view().header("x-own") == ""


def test_the_status_of_a_viewer_response_stays() -> None:
    site = world(viewer_response=lambda event: {**response_of(event), "status": "201"})
    assert (site.view().status, site.view().outcome) == (502, LAMBDA_INVALID)


def to_origin(**origin: dict[str, Any]) -> Function:
    return change(origin=origin)


def test_another_origin() -> None:
    custom = {"domainName": "other.example", "port": 8080, "protocol": "http", "path": "/x"}
    headers = {"x-key": [{"value": "1"}]}
    seen: list[Origin] = []
    site = world(origin_request=to_origin(custom={**custom, "customHeaders": headers}))
    fetch = site.fetch

    async def remember(call: OriginCall) -> Response:
        seen.append(call.origin)
        return await fetch(call)

    site.fetch = remember  # type: ignore[method-assign]
    # The function did not change `Host`, so the new origin gets that of the old one.
    assert site.view().header("seen-host") == "main.example"
    (origin,) = seen
    assert (origin.domain, origin.path, origin.http_port) == ("other.example", "/x", 8080)
    assert (origin.protocol, origin.headers) == ("http-only", (("X-Key", "1"),))


@pytest.mark.parametrize(
    "origin", [{}, {"custom": {"domainName": ""}}, {"custom": {"domainName": "a"}, "s3": {}}]
)
def test_origins_that_cloudfront_refuses(origin: dict[str, Any]) -> None:
    assert world(origin_request=to_origin(**origin)).view().outcome == LAMBDA_INVALID


def test_functions_run_for_each_origin_of_a_group() -> None:
    seen: list[str] = []

    def look(event: Event) -> object:
        seen.append(request_of(event)["origin"]["custom"]["domainName"])
        return request_of(event)

    group = OriginGroup("group", ("main", "spare"), frozenset({500}))
    behaviour = Behaviour(
        "*", "group", cache_policy="off", edge=(("origin-request", EdgeAssociation("look")),)
    )
    site = World(
        behaviours=(behaviour,),
        groups=(group,),
        origins={"main": refuse, "spare": echo},
        edge={"look": look},
    )
    assert site.view().status == 200
    assert seen == ["main.example", "spare.example"]


MAIN = Origin("main", "main.example", path="/p", headers=(("X-A", "1"),), access_control="E1")
SPARE = Origin("spare", "spare.example")
CONFIG = Config({"main": MAIN, "spare": SPARE}, {}, (), {})


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"update": {"domainName": "x.example"}}, Target((replace(MAIN, domain="x.example"),))),
        (
            {"update": {"customHeaders": {}, "originPath": "", "hostHeader": "h.example"}},
            Target((replace(MAIN, headers=(), path="", host="h.example"),)),
        ),
        (
            {
                "update": {
                    "connectionAttempts": 1,
                    "timeouts": {"readTimeout": 5, "responseCompletionTimeout": 9},
                    "originAccessControlConfig": {"enabled": False},
                    "customOriginConfig": {"port": 81, "protocol": "http"},
                }
            },
            Target(
                (
                    replace(
                        MAIN,
                        attempts=1,
                        read_timeout=5,
                        completion_timeout=9,
                        access_control="",
                        protocol="http-only",
                        http_port=81,
                        https_port=81,
                    ),
                )
            ),
        ),
        ({"select": {"originId": "spare"}}, Target((SPARE,))),
        (
            {
                "group": {
                    "originIds": [{"originId": "spare"}, "main"],
                    "failoverCriteria": {"statusCodes": [404]},
                }
            },
            Target((SPARE, MAIN), frozenset({404})),
        ),
        (
            {"group": {"originIds": ["main", "spare"]}, "update": {"originPath": "/q"}},
            Target((replace(MAIN, path="/q"), SPARE)),
        ),
    ],
)
def test_functions_change_the_origin(changed: Event, expected: Target) -> None:
    assert changed_target(CONFIG, Target((MAIN,)), changed) == expected


@pytest.mark.parametrize(
    "changed", [{"select": {"originId": "missing"}}, {"group": {"originIds": ["main"]}}]
)
def test_changes_of_the_origin_that_fail(changed: Event) -> None:
    with pytest.raises(FunctionFailedError):
        changed_target(CONFIG, Target((MAIN,)), changed)


def test_a_changed_origin_is_asked() -> None:
    behaviour = Behaviour(
        "*", "main", cache_policy="off", functions=(("viewer-request", "choose"),)
    )

    def choose(event: Event) -> FunctionResult:
        return FunctionResult(event["request"], {"select": {"originId": "spare"}})

    site = World(
        behaviours=(behaviour,),
        origins={"main": echo, "spare": echo},
        functions={"choose": choose},
    )
    assert site.view().outcome != ERROR
    assert site.reached() == ["spare"]
