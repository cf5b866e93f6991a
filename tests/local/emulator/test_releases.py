"""Releases of an API, from constructs to requests: a bad release, and what takes it back."""

import json
from collections.abc import Iterator
from pathlib import Path

import aws_cdk as cdk
import boto3
import pytest
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_route53 as route53
from typer.testing import CliRunner

from serverless_stack.cli.main import application
from serverless_stack.constructs import (
    Access,
    Canary,
    Dashboard,
    Domain,
    Mock,
    Profile,
    ProxyApi,
)
from tests.local.emulator.assemblies import deploy
from tests.local.emulator.conftest import KEY, Emulator, Json

ECHO = """
import json

def handler(event, context):
    seen = {"variables": event["stageVariables"], "path": event["path"]}
    return {"statusCode": 200, "body": json.dumps(seen)}
"""
CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/0a1b2c3d-0000-0000-0000-000000000000"
BUCKET = "releases-assets"


def build(outdir: Path, price: int) -> None:
    """Synthesize three APIs, whose routes answer with a price: a bad release gets it wrong."""
    app = cdk.App(outdir=str(outdir), context={"aws:cdk:disable-asset-staging": True})
    synthesizer = cdk.DefaultStackSynthesizer(
        file_assets_bucket_name=BUCKET, generate_bootstrap_version_rule=False
    )
    stack = cdk.Stack(app, "Releases", synthesizer=synthesizer)
    Profile.dev().apply(stack)
    echo = lambda_.Function(
        stack,
        "Echo",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline(ECHO),
    )
    plain = ProxyApi(
        stack,
        "Plain",
        handler=echo,
        routes={"GET /price": Mock({"price": price})},
        stages=("prod", "dev"),
        stage_variables={"prod": {"currency": "EUR"}, "dev": {"currency": "XTS"}},
        keep_deployments=2,
        access_log=True,
        domain=Domain(
            "api.example.com",
            certificate=acm.Certificate.from_certificate_arn(stack, "Certificate", CERTIFICATE),
            hosted_zone=route53.PublicHostedZone(stack, "Zone", zone_name="example.com"),
            base_path="v1",
        ),
    )
    canary = ProxyApi(
        stack,
        "Canary",
        handler=echo,
        routes={"GET /price": Mock({"price": price})},
        stage_variables={"currency": "EUR"},
        canary=Canary(percent=50, stage_variables={"currency": "USD"}),
        access=Access.cidrs("127.0.0.0/8"),
        domain=Domain.existing(plain.domain_name, base_path="v2"),
        alarms=True,
    )
    closed = ProxyApi(stack, "Closed", handler=echo, access=Access.cidrs("203.0.113.0/24"))
    Dashboard(stack, "Dashboard", plain, canary)
    for name, api in {"Plain": plain, "Canary": canary, "Closed": closed}.items():
        cdk.CfnOutput(stack, f"Id{name}", value=api.rest_api.rest_api_id)
    app.synth()


class Releases:
    """The deployed application, and what its user does."""

    def __init__(self, cloud: Emulator, folder: Path) -> None:
        self.cloud = cloud
        self._folder = folder
        self._ids: dict[str, str] = {}

    def release(self, price: int) -> None:
        build(self._folder, price)
        self._ids = deploy(self.cloud, self._folder, "Releases")

    def cli(self, *arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(application(), ["api", *arguments])
        return result.exit_code, result.stdout + result.stderr

    def id_of(self, api: str) -> str:
        return self._ids[f"Id{api}"]

    def get(self, api: str, path: str, stage: str = "prod") -> tuple[int, Json]:
        url = self.cloud.at_gateway(f"/_aws/execute-api/{self.id_of(api)}/{stage}{path}")
        reply = self.cloud.request("GET", url)
        return reply.status, reply.json()

    def prices(self, api: str, stage: str = "prod") -> set[int]:
        """Return the prices that many requests get: a canary has its share of them."""
        return {self.get(api, "/price", stage)[1]["price"] for _ in range(40)}


@pytest.fixture(scope="module")
def releases(cloud: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Releases]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", cloud.at_gateway(""))
        patch.setenv("AWS_ACCESS_KEY_ID", KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
        patch.setenv("AWS_REGION", "us-east-1")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path_factory.mktemp("cache")))
        boto3.setup_default_session()
        none = {"op": "replace", "path": "/cloudwatchRoleArn", "value": ""}
        cloud.client("apigateway").update_account(patchOperations=[none])
        deployed = Releases(cloud, tmp_path_factory.mktemp("assembly"))
        deployed.release(price=5)
        yield deployed
        cloud.destroy("Releases")
    boto3.setup_default_session()


def test_the_role_of_the_logs_is_set(releases: Releases) -> None:
    account = boto3.client("apigateway").get_account()
    assert "ApiLogRoleCloudWatch" in account["cloudwatchRoleArn"]


def test_each_stage_has_its_variables(releases: Releases) -> None:
    variables = [releases.get("Plain", "/", stage)[1]["variables"] for stage in ("prod", "dev")]
    assert variables == [{"currency": "EUR"}, {"currency": "XTS"}]


def test_two_apis_on_one_domain(releases: Releases) -> None:
    gateway = releases.cloud.at_gateway("")
    host = {"Host": "api.example.com"}
    for path, status in (("/v1/price", 200), ("/v2/price", 200), ("/v10/price", 403), ("/", 403)):
        reply = releases.cloud.request("GET", f"{gateway}{path}", host)
        assert (path, reply.status) == (path, status)
    event = releases.cloud.request("GET", f"{gateway}/v1/a/b", host).json()
    assert (event["path"], event["variables"]) == ("/v1/a/b", {"currency": "EUR"})


def test_a_caller_from_elsewhere_is_refused(releases: Releases) -> None:
    status, body = releases.get("Closed", "/")
    assert status == 403
    assert "with an explicit deny in a resource-based policy" in str(body)


def test_an_unknown_api_is_refused_with_those_that_there_are(releases: Releases) -> None:
    status, said = releases.cli("deployments", "Releases/Plan")
    assert (status, "did you mean Releases/Plain?" in said) == (2, True)
    status, said = releases.cli("rollback", "Releases/Plain")
    assert (status, "`--stage` must be one of prod, dev" in said) == (2, True)


def test_what_a_stage_serves_stays_and_what_is_unknown_is_not_served(releases: Releases) -> None:
    client = releases.cloud.client("apigateway")
    api = releases.id_of("Plain")
    served = client.get_stage(restApiId=api, stageName="prod")["deploymentId"]
    with pytest.raises(client.exceptions.BadRequestException, match="must be moved or deleted"):
        client.delete_deployment(restApiId=api, deploymentId=served)
    patch = [{"op": "replace", "path": "/deploymentId", "value": "unknown"}]
    with pytest.raises(client.exceptions.BadRequestException, match="does not exist"):
        client.update_stage(restApiId=api, stageName="prod", patchOperations=patch)


def test_a_bad_release_and_what_takes_it_back(releases: Releases) -> None:
    """The life of two APIs; one of them has a canary, which gets half of the requests."""
    assert releases.prices("Plain") == releases.prices("Canary") == {5}
    status, said = releases.cli("rollback", "Releases/Plain", "--stage", "prod")
    assert (status, "serves the oldest deployment that is left" in said) == (1, True)

    releases.release(price=0)  # the bad one
    assert releases.prices("Plain") == {0}
    assert releases.prices("Canary") == {5, 0}
    currencies = [releases.get("Canary", "/")[1]["variables"]["currency"] for _ in range(40)]
    assert set(currencies) == {"EUR", "USD"}

    status, said = releases.cli("rollback", "Releases/Plain", "--stage", "prod", "--dry-run")
    assert (status, releases.prices("Plain")) == (0, {0})
    status, said = releases.cli("rollback", "Releases/Plain", "--stage", "prod")
    assert (status, "changed the stage prod" in said) == (0, True)
    assert (releases.prices("Plain"), releases.prices("Plain", "dev")) == ({5}, {0})
    status, said = releases.cli("rollback", "Releases/Canary")
    assert (status, "no more requests to the canary" in said) == (0, True)
    assert releases.prices("Canary") == {5}

    releases.release(price=6)  # mended: the canary is turned on again
    assert releases.prices("Plain") == {6}
    assert releases.prices("Canary") == {5, 6}
    status, said = releases.cli("promote", "Releases/Canary", "--json")
    assert (status, json.loads(said)["change"]) == (0, "promote")
    assert releases.prices("Canary") == {6}
    assert releases.cli("promote", "Releases/Canary")[0] == 1

    releases.release(price=7)  # beside what was promoted
    assert releases.prices("Canary") == {6, 7}
    status, said = releases.cli("deployments", "Releases/Plain", "--json")
    listed = json.loads(said)["deployments"]
    assert [item["served_by"] for item in listed] == [["prod", "dev"], []]  # two are kept
