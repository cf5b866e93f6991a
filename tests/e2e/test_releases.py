"""Releases of an API, in the local cloud: logs, domains, a bad release, and what takes it back."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

import serverless_stack
from serverless_stack.cli.main import application
from serverless_stack.local.cloud import LocalCloud
from tests.e2e.http_client import send
from tests.e2e.run import HERE

REPOSITORY = HERE.parents[1]
pytestmark = pytest.mark.xdist_group("releases")


class Releases:
    """The deployed application, and what its user does."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud

    def release(self, price: int) -> None:
        self.cloud.deploy(context={"price": str(price)})

    def cli(self, *arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(application("api"), ["api", *arguments])
        return result.exit_code, result.stdout + result.stderr

    def get(self, api: str, path: str, stage: str = "prod") -> tuple[int, dict[str, str]]:
        (found,) = [item for item in self.cloud.urls().apis if item.name == f"Releases-{api}"]
        base = found.url.rstrip("/").rpartition("/")[0]
        reply = send("GET", f"{base}/{stage}{path}")
        return reply.status, json.loads(reply.body)

    def prices(self, api: str, stage: str = "prod") -> set[str]:
        """Return the prices that many requests get: a canary has its share of them."""
        return {self.get(api, "/price", stage)[1]["price"] for _ in range(40)}


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Releases]:
    app_dir = tmp_path_factory.mktemp("releases") / "app"
    shutil.copytree(HERE / "releases", app_dir)
    with pytest.MonkeyPatch.context() as patch:
        tools = REPOSITORY / "node_modules" / ".bin"
        patch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
        patch.setenv("PYTHONPATH", str(Path(serverless_stack.__file__).parents[1]))
        with LocalCloud.start(app_dir, name=f"releases-{os.getpid()}") as cloud:
            for name, value in cloud.environment().items():
                patch.setenv(name, value)
            boto3.setup_default_session()
            deployed = Releases(cloud)
            deployed.release(price=5)
            yield deployed
        boto3.setup_default_session()


def test_a_bad_release_and_its_rollback(releases: Releases) -> None:
    """The log role, stages and variables first; then the life of two APIs, one with a canary."""
    account = boto3.client("apigateway").get_account()
    assert "ApiLogRoleCloudWatch" in account["cloudwatchRoleArn"]
    assert releases.prices("Plain") == {"5"}
    assert releases.get("Plain", "/", "prod") == (200, {"currency": "EUR"})
    assert releases.get("Plain", "/", "dev") == (200, {"currency": "XTS"})
    status, body = releases.get("Closed", "/")
    assert status == 403
    assert "explicit deny" in body["Message" if "Message" in body else "message"]

    assert releases.cli("rollback", "Releases/Plain", "--stage", "prod")[0] == 1
    releases.release(price=0)  # the bad one
    assert releases.prices("Plain") == {"0"}
    assert releases.prices("Canary") == {"5", "0"}
    currencies = {releases.get("Canary", "/")[1]["currency"] for _ in range(40)}
    assert currencies == {"EUR", "USD"}

    status, said = releases.cli("rollback", "Releases/Plain", "--stage", "prod")
    assert (status, "changed the stage prod" in said) == (0, True)
    assert releases.prices("Plain") == {"5"}
    assert releases.prices("Plain", "dev") == {"0"}
    status, said = releases.cli("rollback", "Releases/Canary")
    assert (status, "no more requests to the canary" in said) == (0, True)
    assert releases.prices("Canary") == {"5"}

    releases.release(price=0)  # nothing has changed: the stages stay where they are
    assert releases.prices("Plain") == {"5"}
    assert releases.prices("Canary") == {"5"}

    releases.release(price=6)  # mended: the canary is turned on again
    assert releases.prices("Plain") == {"6"}
    assert releases.prices("Canary") == {"5", "6"}
    status, said = releases.cli("promote", "Releases/Canary", "--json")
    assert (status, json.loads(said)["change"]) == (0, "promote")
    assert releases.prices("Canary") == {"6"}
    assert releases.cli("promote", "Releases/Canary")[0] == 1

    releases.release(price=7)
    assert releases.prices("Canary") == {"6", "7"}
    status, said = releases.cli("deployments", "Releases/Plain", "--json")
    listed = json.loads(said)["deployments"]
    assert [item["served_by"] for item in listed] == [["prod", "dev"], []]  # two are kept


def test_two_apis_on_one_domain(releases: Releases) -> None:
    gateway = releases.cloud.endpoint_url
    for path, status in (("/v1/price", 200), ("/v2/price", 200), ("/price", 403)):
        reply = send("GET", f"{gateway}{path}", [("Host", "api.example.com")])
        assert (path, reply.status) == (path, status)


def test_an_unknown_api_is_refused_with_those_that_there_are(releases: Releases) -> None:
    status, said = releases.cli("deployments", "Releases/Plan")
    assert (status, "did you mean Releases/Plain?" in said) == (2, True)
    status, said = releases.cli("rollback", "Releases/Plain")
    assert (status, "`--stage` must be one of prod, dev" in said) == (2, True)
