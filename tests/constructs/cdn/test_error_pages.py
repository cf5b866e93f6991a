"""Error pages by status, and what they would hide."""

import aws_cdk as cdk
import pytest

from serverless_stack.checks.services.cloudfront.limits.error_pages import matching_pattern
from serverless_stack.constructs import Cdn, ErrorPage, ProxyApi, StorageBucket
from tests.constructs.conftest import plain_function
from tests.constructs.templates import Json, properties, refused, synth

REFUSED = [
    ({"status": 418}, "`status` must be 400, 403, 404, 405, 414, 416, 500"),
    ({"status": 404, "path": "404.html"}, "`path` must begin with a slash, such as /404.html"),
    ({"status": 404, "path": "/404.html", "answer": 302}, "`answer` must be 200, 400"),
    ({"status": 404, "answer": 200}, "`answer` must go with a `path`, got: 200 without one"),
    (
        {"status": 404, "ttl": cdk.Duration.days(366)},
        "`ttl` must be between 0 and 31536000",
    ),
    ({"status": "404"}, "`status` must be a whole number"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_refused(arguments: Json, message: str) -> None:
    assert message in refused(lambda: ErrorPage(**arguments))


def test_in_the_template(stack: cdk.Stack) -> None:
    Cdn(
        stack,
        "Cdn",
        bucket=StorageBucket(stack, "Pages"),
        error_pages=[
            ErrorPage(404, "/404.html"),
            ErrorPage(403, "/index.html", answer=200, ttl=cdk.Duration.seconds(0)),
            ErrorPage(503, ttl=cdk.Duration.minutes(1)),
        ],
    )
    config = properties(synth(stack), "AWS::CloudFront::Distribution")["DistributionConfig"]
    assert config["CustomErrorResponses"] == [
        {
            "ErrorCachingMinTTL": 10,
            "ErrorCode": 404,
            "ResponseCode": 404,
            "ResponsePagePath": "/404.html",
        },
        {
            "ErrorCachingMinTTL": 0,
            "ErrorCode": 403,
            "ResponseCode": 200,
            "ResponsePagePath": "/index.html",
        },
        {"ErrorCachingMinTTL": 60, "ErrorCode": 503},
    ]


def acknowledged(cdn: Cdn) -> list[str]:
    """Return the ids of the rules that a distribution acknowledges."""
    entries = [entry.data for entry in cdn.distribution.node.metadata]
    return [str(id) for data in entries if isinstance(data, dict) for id in data]


def test_beside_an_api(stack: cdk.Stack) -> None:
    api = ProxyApi(stack, "Api", handler=plain_function(stack, "Plain"))
    bucket = StorageBucket(stack, "Pages")

    def alone(construct_id: str, *pages: ErrorPage) -> Cdn:
        return Cdn(stack, construct_id, api=api, error_pages=pages)

    def both(construct_id: str, *pages: ErrorPage) -> Cdn:
        return Cdn(stack, construct_id, bucket=bucket, api=api, error_pages=pages)

    message = refused(lambda: both("A", ErrorPage(404, "/404.html"), ErrorPage(404)))
    assert "`error_pages` must have one page per status, got: 404 more than once" in message
    assert "`error_pages[0]` must not be for 404 beside an API" in message
    assert "use `site=Site.spa()`" in message
    replacing = both("B", ErrorPage(404, "/404.html", replace_api_errors=True), ErrorPage(403))
    assert "serverless-stack::CROSS-SERVICE-023" in acknowledged(replacing)
    assert "serverless-stack::CROSS-SERVICE-023" not in acknowledged(
        both("C", ErrorPage(502, "/down.html"))
    )
    message = refused(lambda: both("D", ErrorPage(502, "/api/down.html")))
    assert "`error_pages[0].path` must be served by a bucket" in message
    assert "which the behavior '/api/*' sends to the origin that fails" in message
    assert "'*' sends to the origin" in refused(lambda: alone("E", ErrorPage(502, "/down.html")))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/down.html", "/api/*"),
        ("/img/a.jpg", "*.jpg"),
        ("/a1", "a?"),
        ("/a12", "*"),
        ("/404.html", "*"),
    ],
)
def test_matching_pattern(path: str, expected: str) -> None:
    assert matching_pattern(path, ["/api/*", "*.jpg", "a?", "*"]) == expected
