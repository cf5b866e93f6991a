"""`examples/spa` in the local cloud: a single-page application, its API, and a site of pages."""

import http.client
import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.local.emulator.assemblies import deploy
from tests.local.emulator.conftest import Emulator, Json, Reply, start, stop

REPOSITORY = Path(__file__).parents[2]
SPA = REPOSITORY / "examples" / "spa"
PAGE = (SPA / "app" / "index.html").read_bytes()
GUIDE = (SPA / "docs" / "guide" / "index.html").read_bytes()


@dataclass
class Deployed:
    """The example in its cloud."""

    cloud: Emulator
    outputs: dict[str, str]

    def get(self, site: str, path: str, verb: str = "GET", **headers: str) -> Reply:
        sent = {"Host": self.outputs[f"{site}Domain"], "X-Forwarded-Proto": "https", **headers}
        return self.cloud.request(verb, self.cloud.at_gateway(path), sent)

    def get_from(self, address: str, site: str, path: str, accept: str) -> tuple[int, Json]:
        """Send a request from another address of this machine."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.cloud.gateway, source_address=(address, 0)
        )
        host = self.outputs[f"{site}Domain"]
        headers = {"Host": host, "X-Forwarded-Proto": "https", "Accept": accept}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, {"body": body, "retry": answer.headers["Retry-After"]}

    def credentials(self) -> str:
        secrets = self.cloud.client("secretsmanager")
        text = secrets.get_secret_value(SecretId=self.outputs["Credentials"])["SecretString"]
        secret = json.loads(text)
        return b64encode(f"{secret['username']}:{secret['password']}".encode()).decode()


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    assembly = tmp_path_factory.mktemp("cdk.out")
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(assembly),
        "CDK_CONTEXT_JSON": json.dumps({"maintenance": "127.0.0.1"}),
        "PYTHONPATH": str(REPOSITORY),
    }
    subprocess.run([sys.executable, "app.py"], cwd=SPA, env=environment, check=True)
    cloud = start(tmp_path_factory.mktemp("spa"), tmp_path_factory.mktemp("overlays"))
    try:
        deploy(cloud, assembly, "SpaExample-global")
        yield Deployed(cloud, deploy(cloud, assembly, "SpaExample"))
    finally:
        stop(cloud)


@pytest.mark.parametrize("path", ["/", "/orders/7", "/orders/7/", "/any/where"])
def test_deep_links_are_the_page(deployed: Deployed, path: str) -> None:
    reply = deployed.get("Shop", path)
    assert (reply.status, reply.body) == (200, PAGE)
    assert reply.header("Content-Type") == "text/html; charset=utf-8"
    assert reply.header("Strict-Transport-Security")


def test_files_and_the_api_are_what_they_are(deployed: Deployed) -> None:
    assert deployed.get("Shop", "/app.js").body == (SPA / "app" / "app.js").read_bytes()
    assert deployed.get("Shop", "/missing.js").status == 404
    assert deployed.get("Shop", "/.well-known/nothing").status == 404
    assert deployed.get("Shop", "/api/orders/7").json() == {"item": "tea"}
    reply = deployed.get("Shop", "/api/orders/8")
    assert (reply.status, reply.json()) == (404, {"message": "There is no such order."})


@pytest.mark.parametrize(
    ("site", "path", "location"),
    [
        ("Shop", "/start", "/"),
        ("Shop", "/shop/tea?size=l&new=", "/products/tea?size=l&new"),
        ("Shop", "/shop//evil.example", "/products/evil.example"),
        ("Shop", "/api/v1/orders/7", "/api/orders/7"),
        ("Docs", "/guide", "/guide/"),
        ("Docs", "/manual/", "/guide/"),
        ("Docs", "//evil.example/x", "/evil.example/x/"),
    ],
)
def test_redirects(deployed: Deployed, site: str, path: str, location: str) -> None:
    reply = deployed.get(site, path)
    assert (reply.status, reply.header("Location")) == (301, location)


def test_pages(deployed: Deployed) -> None:
    assert deployed.get("Docs", "/guide/").body == GUIDE
    assert b"Documentation" in deployed.get("Docs", "/").body


def test_the_error_page(deployed: Deployed) -> None:
    reply = deployed.get("Docs", "/missing/")
    assert (reply.status, reply.body) == (404, (SPA / "docs" / "404.html").read_bytes())


def test_the_function_at_the_edge_chooses_the_file(deployed: Deployed) -> None:
    reply = deployed.get("Docs", "/downloads/forms.txt")
    assert (reply.status, reply.body) == (200, b"The forms of 2026.\n")


def test_the_preview_asks_for_the_password(deployed: Deployed) -> None:
    reply = deployed.get("Shop", "/preview/orders/7")
    assert reply.status == 401
    assert reply.header("WWW-Authenticate") == 'Basic realm="Preview", charset="UTF-8"'
    wrong = b64encode(b"preview:wrong").decode()
    assert deployed.get("Shop", "/preview/", Authorization=f"Basic {wrong}").status == 401
    right = f"Basic {deployed.credentials()}"
    reply = deployed.get("Shop", "/preview/orders/7", Authorization=right)
    assert (reply.status, reply.body) == (200, PAGE)
    assert reply.header("X-Robots-Tag") == "noindex"


def test_the_password_is_in_no_template(deployed: Deployed) -> None:
    formation = deployed.cloud.client("cloudformation")
    secrets = deployed.cloud.client("secretsmanager")
    text = secrets.get_secret_value(SecretId=deployed.outputs["Credentials"])["SecretString"]
    template = json.dumps(formation.get_template(StackName="SpaExample")["TemplateBody"])
    functions = deployed.cloud.client("cloudfront")
    names = [item["Name"] for item in functions.list_functions()["FunctionList"]["Items"]]
    code = [
        functions.get_function(Name=name, Stage="LIVE")["FunctionCode"].read().decode()
        for name in names
    ]
    for place in (template, *code):
        assert json.loads(text)["password"] not in place
        assert deployed.credentials() not in place


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is an address of Linux machines")
def test_maintenance_for_all_but_one_address(deployed: Deployed) -> None:
    status, page = deployed.get_from("127.0.0.2", "Shop", "/orders/7", "text/html,*/*")
    assert status == 503
    assert page == {"body": (SPA / "maintenance.html").read_bytes(), "retry": "3600"}
    status, answer = deployed.get_from("127.0.0.2", "Shop", "/api/orders/7", "*/*")
    assert (status, json.loads(answer["body"])) == (503, {"message": "Service Unavailable"})
    assert deployed.get_from("127.0.0.2", "Docs", "/guide/", "text/html")[0] == 503
    assert deployed.get_from("127.0.0.2", "Shop", "/preview/", "text/html")[0] == 401
