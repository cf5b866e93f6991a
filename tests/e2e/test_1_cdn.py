"""The distribution: the site's folder of the bucket at /, the API at /api/*, and nothing else."""

import json
from urllib.parse import quote

import pytest

from tests.e2e.http_client import send
from tests.e2e.run import HERE, Run
from tests.e2e.test_1_api import ALL_BYTES, VERBS

SITE = HERE / "app" / "site"


@pytest.mark.parametrize(
    ("path", "file", "content_type"),
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/index.html", "index.html", "text/html; charset=utf-8"),
        ("/css/style.css", "css/style.css", "text/css; charset=utf-8"),
        (quote("/css/größe & co.css"), "css/größe & co.css", "text/css; charset=utf-8"),
    ],
)
def test_pages(created: Run, path: str, file: str, content_type: str) -> None:
    reply = created.cdn("GET", path)
    assert (reply.status, reply.body) == (200, (SITE / file).read_bytes())
    assert reply.one("content-type") == content_type


def test_a_page_by_head(created: Run) -> None:
    reply = created.cdn("HEAD", "/index.html")
    assert (reply.status, reply.body) == (200, b"")


def test_a_missing_page_is_404(created: Run) -> None:
    assert created.cdn("GET", "/missing.html").status == 404


@pytest.mark.parametrize("verb", ["POST", "PUT", "DELETE", "PATCH"])
def test_pages_can_only_be_read(created: Run, verb: str) -> None:
    assert created.cdn(verb, "/index.html", body=b"mine").status == 403
    assert created.cdn("GET", "/index.html").body == (SITE / "index.html").read_bytes()


@pytest.mark.parametrize(
    "path", ["/secret.txt", "/../secret.txt", "/%2e%2e/secret.txt", "/css/..%2f..%2fsecret.txt"]
)
def test_objects_outside_the_site_are_out_of_reach(created: Run, path: str) -> None:
    created.account.s3.put_object(Bucket=created.bucket(), Key="secret.txt", Body=b"secret")
    reply = created.cdn("GET", path)
    assert reply.status in (400, 403, 404)
    assert b"secret" not in reply.body.replace(b"secret.txt", b"")


def test_the_distribution_may_read_the_site_and_no_more(created: Run) -> None:
    policy = created.account.s3.get_bucket_policy(Bucket=created.bucket())["Policy"]
    allowed = [s for s in json.loads(policy)["Statement"] if s["Effect"] == "Allow"]
    services = [s for s in allowed if "Service" in s["Principal"]]
    arn = f"arn:aws:s3:::{created.bucket()}"
    assert {(s["Action"], s["Resource"]) for s in services} == {
        ("s3:GetObject", f"{arn}/site/*"),
        ("s3:ListBucket", arn),
    }
    source = f"arn:aws:cloudfront::000000000000:distribution/{created.main_distribution_id()}"
    for statement in services:
        assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert statement["Condition"] == {"StringEquals": {"AWS:SourceArn": source}}
    # Nobody else but the function that empties the bucket when it is deleted.
    others = [s["Principal"]["AWS"] for s in allowed if s not in services]
    assert ["CustomS3AutoDelete" in other for other in others] == [True]


def test_viewers_are_sent_to_https(created: Run) -> None:
    (distribution,) = created.cloud.urls().distributions
    for path in ("/", "/css/style.css", "/api/orders?a=1"):
        url = f"{created.cloud.endpoint_url}{path}"
        reply = send("GET", url, [("Host", distribution.domain)])
        assert reply.status == 301
        assert reply.one("location") == f"https://{distribution.domain}{path}"


@pytest.mark.parametrize("path", ["/", "/missing.html", "/api/orders"])
def test_security_headers(created: Run, path: str) -> None:
    reply = created.cdn("GET", path)
    assert reply.one("strict-transport-security") == "max-age=31536000"
    assert reply.one("x-content-type-options") == "nosniff"
    assert reply.one("x-frame-options") == "SAMEORIGIN"
    assert reply.one("referrer-policy") == "strict-origin-when-cross-origin"
    assert reply.one("x-xss-protection") == "1; mode=block"


@pytest.mark.parametrize("verb", VERBS)
def test_the_api_behind_the_distribution(created: Run, verb: str) -> None:
    reply = created.cdn(verb, "/api/orders/1")
    assert reply.status == 200
    assert (reply.one("x-method"), reply.one("x-path")) == (verb, "/api/orders/1")


def test_the_api_gets_its_own_host_and_the_path_behind_its_stage(created: Run) -> None:
    event = created.cdn("GET", "/api/orders/1").json()
    api_id = created.main().one("Api", "AWS::ApiGateway::RestApi").physical_id
    domain = f"{api_id}.execute-api.us-east-1.amazonaws.com"
    assert event["headers"]["Host"] == domain
    assert event["requestContext"]["domainName"] == domain
    assert event["requestContext"]["path"] == "/prod/api/orders/1"
    assert event["pathParameters"] == {"proxy": "api/orders/1"}


def test_the_api_gets_headers_cookies_and_query(created: Run) -> None:
    headers = [("X-Own", "1"), ("Cookie", "a=1; b=2"), ("Authorization", "Bearer x")]
    event = created.cdn("GET", "/api/caf%C3%A9?a=1&a=2&b=%C3%B6", headers).json()
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": ["ö"]}
    assert event["headers"]["X-Own"] == "1"
    assert event["headers"]["Cookie"] == "a=1; b=2"
    assert event["headers"]["Authorization"] == "Bearer x"
    assert event["pathParameters"] == {"proxy": "api/café"}


def test_binary_bodies_through_the_distribution(created: Run) -> None:
    reply = created.cdn("PUT", "/api/binary", [("Content-Type", "image/png")], ALL_BYTES)
    assert reply.body == ALL_BYTES


def test_the_api_is_not_cached(created: Run) -> None:
    replies = [created.cdn("GET", "/api/time") for _ in range(2)]
    first, second = (reply.json()["requestContext"]["requestId"] for reply in replies)
    assert first != second
    assert [reply.one("x-cache") for reply in replies] == ["Miss from cloudfront"] * 2


@pytest.mark.parametrize("path", ["/api/boom", "/api/malformed"])
def test_a_failed_function_is_502(created: Run, path: str) -> None:
    reply = created.cdn("GET", path)
    assert (reply.status, reply.json()) == (502, {"message": "Internal server error"})
