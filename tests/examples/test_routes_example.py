"""`examples/routes` in the local cloud: each route reaches its target, the rest the handler."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.local.emulator.assemblies import deploy
from tests.local.emulator.conftest import Emulator, Reply, start, stop

REPOSITORY = Path(__file__).parents[2]
ROUTES = REPOSITORY / "examples" / "routes"
BUCKET = "cdk-hnb659fds-assets-000000000000-us-east-1"


class Legacy(BaseHTTPRequestHandler):
    """A server that answers with what it was asked."""

    def answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        seen = {
            "verb": self.command,
            "path": self.path,
            "headers": self.headers.items(),
            "body": self.rfile.read(size).decode(),
        }
        if "redirect" in self.path:
            self.send_response(302)
            self.send_header("Location", "https://example.com/")
        else:
            self.send_response(207)
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("Content-Type", "application/vnd.legacy+json")
        body = json.dumps(seen).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_DELETE = answer

    def log_message(self, *arguments: object) -> None:
        """Log nothing."""


@dataclass
class Deployed:
    """The example in its cloud."""

    cloud: Emulator
    outputs: dict[str, str]

    def call(
        self,
        verb: str,
        path: str,
        body: bytes = b"",
        kind: str = "application/json",
        **headers: str,
    ) -> Reply:
        url = self.cloud.at_gateway(f"/_aws/execute-api/{self.outputs['ApiId']}/prod{path}")
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.cloud.request(verb, url, {"Content-Type": kind, **sent}, body)

    def messages(self) -> list[str]:
        queue = self.cloud.client("sqs")
        answer = queue.receive_message(
            QueueUrl=self.outputs["QueueUrl"], MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [message["Body"] for message in answer.get("Messages", [])]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Legacy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assembly = tmp_path_factory.mktemp("cdk.out")
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(assembly),
        "PYTHONPATH": str(REPOSITORY),
        "LEGACY_URL": f"http://127.0.0.1:{server.server_port}/old",
    }
    subprocess.run([sys.executable, "app.py"], cwd=ROUTES, env=environment, check=True)
    cloud = start(tmp_path_factory.mktemp("routes"), tmp_path_factory.mktemp("overlays"))
    yield Deployed(cloud, deploy(cloud, assembly, "RoutesExample"))
    stop(cloud)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("verb", "path", "by"),
    [
        ("GET", "/orders/7", "orders"),
        ("GET", "/orders", "orders"),
        ("GET", "/", "main"),
        ("GET", "/orders/7/lines", "main"),
        ("PUT", "/orders/7", "main"),
        ("DELETE", "/orders", "main"),
        ("GET", "/jobs", "main"),
        ("POST", "/health", "main"),
        ("GET", "/files", "main"),
    ],
)
def test_the_most_specific_route_with_the_verb_answers(
    deployed: Deployed, verb: str, path: str, by: str
) -> None:
    reply = deployed.call(verb, path)
    assert (reply.status, reply.json()["by"]) == (200, by)


ORDERS = [
    (b'{"product": "tea", "quantity": 2}', 201),
    (b'{"product": "tea", "quantity": 2, "note": null}', 201),
    (b'{"product": "tea", "quantity": 0}', 400),
    (b'{"product": "", "quantity": 1}', 400),
    (b'{"product": "tea"}', 400),
    (b'{"product": "tea", "quantity": 1, "admin": true}', 400),
    (b"[]", 400),
    (b"no JSON", 400),
    (b"", 400),
]


@pytest.mark.parametrize(("body", "status"), ORDERS)
@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "text/plain"])
def test_bodies_are_checked(deployed: Deployed, body: bytes, status: int, kind: str) -> None:
    reply = deployed.call("POST", "/orders", body, kind)
    assert reply.status == status
    if status == 400:
        assert reply.json() == {"message": "Invalid request body"}
        assert reply.header("x-amzn-ErrorType") == "BadRequestException"
    else:
        assert reply.json()["order"]["product"] == "tea"


def test_a_web_server_answers_behind_the_api(deployed: Deployed) -> None:
    reply = deployed.call(
        "PUT", "/legacy/a%20b/c?x=1&x=2", b"hello", "text/plain", Authorization="Bearer abc"
    )
    assert reply.status == 207
    assert reply.all("Set-Cookie") == ["a=1", "b=2"]
    assert reply.header("Content-Type") == "application/vnd.legacy+json"
    seen = reply.json()
    assert (seen["verb"], seen["path"]) == ("PUT", "/old/a%20b/c?x=1&x=2")
    assert seen["body"] == "hello"
    headers = {name.lower(): value for name, value in seen["headers"]}
    assert headers["authorization"] == "Bearer abc"
    assert headers["host"].startswith("127.0.0.1:")
    assert headers["x-forwarded-for"] == "127.0.0.1"


def test_redirects_of_a_web_server_are_passed_back(deployed: Deployed) -> None:
    reply = deployed.call("GET", "/legacy/redirect")
    assert (reply.status, reply.header("Location")) == (302, "https://example.com/")


def test_objects_of_a_bucket(deployed: Deployed) -> None:
    client, bucket = deployed.cloud.client("s3"), deployed.outputs["BucketName"]
    binary = bytes(range(256))
    for key in ("public/a/b.png", "private/c.png"):
        client.put_object(
            Bucket=bucket, Key=key, Body=binary, ContentType="image/png", CacheControl="max-age=9"
        )
    reply = deployed.call("GET", "/files/a/b.png", Accept="image/png")
    assert (reply.status, reply.body) == (200, binary)
    assert reply.header("Content-Type") == "image/png"
    assert reply.header("Cache-Control") == "max-age=9"
    etag = str(reply.header("ETag"))
    assert deployed.call("GET", "/files/a/b.png", If_None_Match=etag).status == 304
    part = deployed.call("GET", "/files/a/b.png", Range="bytes=0-3")
    assert (part.status, part.body) == (206, binary[:4])
    for missing in ("/files/c.png", "/files/../private/c.png", "/files/nothing"):
        reply = deployed.call("GET", missing)
        assert (reply.status, reply.json()) == (404, {"message": "Not Found"})


@pytest.mark.parametrize(
    ("kind", "body"),
    [("application/json", '{"a": "b&c=ü"}'), ("text/plain", "100 % of $input & #if")],
)
def test_messages_of_a_queue(deployed: Deployed, kind: str, body: str) -> None:
    reply = deployed.call("POST", "/jobs", body.encode(), kind)
    assert reply.status == 200
    assert len(reply.json()["messageId"]) == 36
    assert body in deployed.messages()


def test_other_types_of_messages_are_refused(deployed: Deployed) -> None:
    reply = deployed.call("POST", "/jobs", b"\x00", "image/png")
    assert (reply.status, reply.json()) == (415, {"message": "Unsupported Media Type"})


def test_a_mock_answers_alone(deployed: Deployed) -> None:
    reply = deployed.call("GET", "/health")
    assert (reply.status, reply.json()) == (200, {"ok": True})
    assert reply.header("Cache-Control") == "no-store"
