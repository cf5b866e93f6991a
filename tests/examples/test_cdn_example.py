"""`examples/cdn` in the local cloud: each pattern reaches its origin."""

import hashlib
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

from tests.local.emulator.assemblies import deploy_with_exports
from tests.local.emulator.conftest import Emulator, Reply, start, stop

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = REPOSITORY / "examples" / "cdn"


class Partner(BaseHTTPRequestHandler):
    """A web server that is down below `/status/down`."""

    def do_GET(self) -> None:
        body = f"{self.path} {len(self.headers['X-Origin-Verify'])}".encode()
        self.send_response(503 if self.path.startswith("/status/down") else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Log nothing."""


@dataclass
class Deployed:
    """The example in its cloud."""

    cloud: Emulator
    outputs: dict[str, str]
    server: ThreadingHTTPServer

    def put(self, bucket: str, key: str, body: bytes) -> None:
        self.cloud.client("s3").put_object(Bucket=self.outputs[f"{bucket}Name"], Key=key, Body=body)

    def view(
        self,
        path: str,
        verb: str = "GET",
        domain: str = "Cdn",
        body: bytes = b"",
        **headers: str,
    ) -> Reply:
        sent = {
            "Host": self.outputs[f"{domain}Name"],
            "X-Forwarded-Proto": "https",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.cloud.request(verb, self.cloud.at_gateway(path), sent, body)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Partner)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assembly = tmp_path_factory.mktemp("cdk.out")
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(assembly),
        "PYTHONPATH": str(REPOSITORY),
        "PARTNER_DOMAIN": "127.1",  # a name of 127.0.0.1 that is no IP address to CloudFront
        "PARTNER_PORT": str(server.server_port),
    }
    subprocess.run([sys.executable, "app.py"], cwd=EXAMPLE, env=environment, check=True)
    cloud = start(tmp_path_factory.mktemp("cdn"), tmp_path_factory.mktemp("overlays"))
    outputs = deploy_with_exports(cloud, assembly, "CdnExampleData")
    outputs |= deploy_with_exports(cloud, assembly, "CdnExample")
    yield Deployed(cloud, outputs, server)
    stop(cloud)
    server.shutdown()
    server.server_close()


def test_a_bucket_of_another_stack_with_a_key(deployed: Deployed) -> None:
    deployed.put("Pages", "index.html", b"<h1>Hello</h1>")
    for path in ("/", "/index.html"):
        reply = deployed.view(path)
        assert (reply.status, reply.body) == (200, b"<h1>Hello</h1>")
    csp = str(reply.header("Content-Security-Policy"))
    assert "connect-src 'self' https://api.example.com" in csp
    assert reply.header("Strict-Transport-Security") == "max-age=31536000"
    assert deployed.view("/missing.html").status == 404
    assert deployed.view("/index.html", "PUT").status == 403


def test_a_query_string_tells_images_apart(deployed: Deployed) -> None:
    deployed.put("Images", "img/a.png", b"small")
    assert deployed.view("/img/a.png?w=1&ignored=1").body == b"small"
    deployed.put("Images", "img/a.png", b"large")
    hit = deployed.view("/img/a.png?w=1&ignored=2")
    assert (hit.body, hit.header("X-Cache")) == (b"small", "Hit from cloudfront")
    assert deployed.view("/img/a.png?w=2").body == b"large"


@pytest.mark.parametrize(
    ("path", "version", "stage"),
    [("/api/a", "1.0", "prod"), ("/http/a", "2.0", "$default"), ("/url/a", "2.0", "$default")],
)
def test_apis_and_functions_get_the_whole_path_and_are_not_cached(
    deployed: Deployed, path: str, version: str, stage: str
) -> None:
    for number in ("1", "2"):
        reply = deployed.view(path, X_Number=number, Cookie="a=1")
        assert reply.status == 200, reply.body
        seen = reply.json()
        assert (seen["path"], seen["version"], seen["stage"]) == (path, version, stage)
        assert seen["headers"]["x-number"] == number
        assert seen["headers"]["host"] != deployed.outputs["CdnName"]
        assert reply.header("X-Frame-Options") == "SAMEORIGIN"


def test_only_the_distribution_calls_the_function_url(deployed: Deployed) -> None:
    (url,) = deployed.cloud.urls()["functions"]
    reply = deployed.cloud.request("GET", url["url"])
    assert reply.status == 403


def test_a_body_for_a_function_url_needs_its_digest(deployed: Deployed) -> None:
    assert deployed.view("/url/a", "POST", body=b"{}").status == 403
    digest = hashlib.sha256(b"{}").hexdigest()
    signed = deployed.view("/url/a", "POST", body=b"{}", X_Amz_Content_Sha256=digest)
    assert (signed.status, signed.json()["path"]) == (200, "/url/a")


def test_a_function_that_the_distribution_may_not_call(deployed: Deployed) -> None:
    client = deployed.cloud.client("lambda")
    name = next(
        found["FunctionName"]
        for found in client.list_functions()["Functions"]
        if "Handler" in found["FunctionName"]
    )
    policy = json.loads(client.get_policy(FunctionName=name)["Policy"])
    half = next(
        item["Sid"]
        for item in policy["Statement"]
        if item["Action"] == "lambda:InvokeFunction" and "cloudfront" in str(item["Principal"])
    )
    assert deployed.view("/url/b").status == 200
    client.remove_permission(FunctionName=name, StatementId=half)
    assert deployed.view("/url/b").status == 403


def test_a_server_gets_the_secret(deployed: Deployed) -> None:
    reply = deployed.view("/partner/a")
    assert (reply.status, reply.body) == (200, b"/partner/a 32")


def test_pages_of_other_origins_may_read_fonts(deployed: Deployed) -> None:
    deployed.put("Images", "a.woff2", b"font")
    reply = deployed.view("/a.woff2", domain="Fonts", Origin="https://example.com")
    assert (reply.status, reply.body) == (200, b"font")
    assert reply.header("Access-Control-Allow-Origin") == "https://example.com"
    assert reply.header("Server") is None
    other = deployed.view("/a.woff2", domain="Fonts", Origin="https://other.example")
    assert other.header("Access-Control-Allow-Origin") is None


def test_a_second_origin_answers_where_the_first_one_fails(deployed: Deployed) -> None:
    deployed.put("Pages", "status/down.json", b"{}")
    assert deployed.view("/status/up").body == b"/status/up 32"
    assert deployed.view("/status/down.json").body == b"{}"
    deployed.put("Pages", "status/later.json", b"[]")
    deployed.server.shutdown()
    deployed.server.server_close()
    assert deployed.view("/status/later.json").body == b"[]"
    assert deployed.view("/partner/b").status == 502
