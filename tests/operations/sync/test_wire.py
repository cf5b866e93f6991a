from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar
from urllib.parse import quote, urlsplit

import boto3
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.operations.sync.access import Access
from serverless_stack.operations.sync.wire import NotPlainError, Wire

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
HEADERS = st.dictionaries(
    st.sampled_from(["Content-Type", "Cache-Control", "Content-Encoding", "Expires"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1),
)


@given(
    key=st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    query=st.dictionaries(st.sampled_from(["prefix", "list-type", "a b"]), st.text("a/ +=&ö")),
    headers=HEADERS,
    content=st.binary(max_size=20),
    token=st.sampled_from(["", "a/token=="]),
)
def test_requests_are_signed_as_botocore_signs_them(
    key: str, query: dict[str, str], headers: dict[str, str], content: bytes, token: str
) -> None:
    wire = Wire(Access("id", "se/cret", token, "eu-west-1", "http://127.0.0.1:1234"), "bucket")
    path = f"/bucket/{quote(key, safe='/~')}"
    asked = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(query.items())
    )
    sent = wire.signed("PUT", path, asked, headers, content, NOW)
    request = AWSRequest(
        method="PUT",
        url=f"http://127.0.0.1:1234{path}" + (f"?{asked}" if asked else ""),
        data=content,
        headers={name: value for name, value in sent.items() if name != "Authorization"},
    )
    request.context["timestamp"] = "20300102T030405Z"
    auth = S3SigV4Auth(Credentials("id", "se/cret", token or None), "s3", "eu-west-1")
    text = auth.string_to_sign(request, auth.canonical_request(request))
    assert sent["Authorization"] == (
        f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, "
        f"SignedHeaders={auth.signed_headers(auth.headers_to_sign(request))}, "
        f"Signature={auth.signature(text, request)}"
    )


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "ap-southeast-2", "mx-central-1"])
@pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:1234", "https://s3.example.com"])
def test_a_bucket_is_where_botocore_finds_it(
    region: str, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    asked: list[str] = []

    def hold(request: AWSPreparedRequest, **_rest: object) -> None:
        asked.append(request.url)
        raise RuntimeError("not sent")

    client = boto3.client(
        "s3",
        region_name=region,
        endpoint_url=endpoint or None,
        aws_access_key_id="id",
        aws_secret_access_key="secret",
    )
    client.meta.events.register("before-send.s3.HeadObject", hold)
    with pytest.raises(RuntimeError, match="not sent"):
        client.head_object(Bucket="my-bucket", Key="a b/ö")
    wire = Wire(Access("id", "secret", "", region, endpoint), "my-bucket")
    assert wire.url("a b/ö") == asked[0]
    host = wire.signed("GET", "/", "", {}, b"", NOW)["Host"]
    assert host == urlsplit(asked[0]).netloc


@pytest.mark.parametrize("bucket", ["with.dots", "arn:aws:s3:eu-west-1:1:accesspoint/x", "UPPER"])
def test_buckets_that_are_left_to_botocore(bucket: str) -> None:
    with pytest.raises(NotPlainError):
        Wire(Access("id", "secret", "", "eu-west-1", ""), bucket)


@pytest.mark.parametrize(
    ("endpoint", "authorities"),
    [
        ("ftp://a", ""),
        ("http://a/path", ""),
        ("http://user:word@a", ""),
        ("http://[a", ""),
        ("https://a", "/no/such/file"),
    ],
)
def test_endpoints_that_are_left_to_botocore(endpoint: str, authorities: str) -> None:
    with pytest.raises(NotPlainError):
        Wire(Access("id", "secret", "", "eu-west-1", endpoint, authorities), "bucket")


class Server(BaseHTTPRequestHandler):
    """Answers with the next of these statuses; 0 hangs up, after it has read the request."""

    protocol_version = "HTTP/1.1"
    statuses: ClassVar[list[int]] = []
    asked: ClassVar[list[str]] = []

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.statuses.pop(0)
        self.asked.append(f"{self.path} {content.decode()} {self.headers['Content-MD5']}")
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("ETag", '"tag"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def wire() -> Iterator[Wire]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    Server.statuses, Server.asked = [], []
    Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield Wire(
        Access("id", "secret", "", "eu-west-1", f"http://127.0.0.1:{server.server_port}"), "bucket"
    )
    server.shutdown()
    server.server_close()


MD5 = "0cc175b9c0f1b6a831c399e269772661"


def test_a_connection_that_was_closed_is_made_anew(wire: Wire) -> None:
    Server.statuses = [200, 0, 200]
    assert wire.put("k ö", b"a", MD5, {}) == "tag"
    assert wire.put("k ö", b"a", MD5, {}) == "tag"
    assert Server.asked == ["/bucket/k%20%C3%B6 a DMF1ucDxtqgxw5niaXcmYQ=="] * 3


@pytest.mark.parametrize("statuses", [[503], [301], [403], [0], [200, 0, 0]])
def test_any_other_answer_is_left_to_botocore(wire: Wire, statuses: list[int]) -> None:
    Server.statuses = [*statuses]
    for _each in statuses[: statuses.index(0) if 0 in statuses else 0]:
        wire.put("k", b"a", MD5, {})
    with pytest.raises(NotPlainError):
        wire.put("k", b"a", MD5, {})
