"""`examples/auth` in the local cloud: each caller is admitted in its way, and nobody else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.local.emulator.assemblies import deploy
from tests.local.emulator.conftest import Emulator, Reply, start, stop

REPOSITORY = Path(__file__).parents[2]
AUTH = REPOSITORY / "examples" / "auth"
ORIGIN = "http://localhost:5173"
ACCOUNT = "000000000000"


@dataclass
class Deployed:
    """The example in its cloud."""

    cloud: Emulator
    outputs: dict[str, str]

    def url(self, path: str) -> str:
        return self.cloud.at_gateway(f"/_aws/execute-api/{self.outputs['ApiId']}/prod{path}")

    def call(self, verb: str, path: str, **headers: str) -> Reply:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.cloud.request(verb, self.url(path), {"Origin": ORIGIN, **sent})

    def token(self) -> str:
        users = self.cloud.client("cognito-idp")
        pool, word = self.outputs["UserPoolId"], "Correct-horse-1"
        users.admin_create_user(UserPoolId=pool, Username="ada")
        users.admin_set_user_password(
            UserPoolId=pool, Username="ada", Password=word, Permanent=True
        )
        answer = users.initiate_auth(
            ClientId=self.outputs["ClientId"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ada", "PASSWORD": word},
        )
        token: str = answer["AuthenticationResult"]["IdToken"]
        return token


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    assembly = tmp_path_factory.mktemp("cdk.out")
    environment = {**os.environ, "CDK_OUTDIR": str(assembly), "PYTHONPATH": str(REPOSITORY)}
    subprocess.run([sys.executable, "app.py"], cwd=AUTH, env=environment, check=True)
    cloud = start(tmp_path_factory.mktemp("auth"), tmp_path_factory.mktemp("overlays"))
    yield Deployed(cloud, deploy(cloud, assembly, "AuthExample"))
    stop(cloud)


def test_everybody_reads_the_catalogue_from_a_page(deployed: Deployed) -> None:
    reply = deployed.call("GET", "/products")
    assert reply.json() == {"path": "/products", "caller": None}
    assert reply.header("Access-Control-Allow-Origin") == ORIGIN
    assert reply.header("Access-Control-Allow-Credentials") == "true"
    assert reply.header("Vary") == "Origin"


def test_a_page_learns_that_nobody_is_signed_in(deployed: Deployed) -> None:
    reply = deployed.call("GET", "/orders")
    assert (reply.status, reply.json()) == (401, {"message": "Unauthorized"})
    assert reply.header("Access-Control-Allow-Origin") == ORIGIN
    preflight = deployed.call("OPTIONS", "/orders", Access_Control_Request_Method="GET")
    assert preflight.status == 204
    assert preflight.header("Access-Control-Allow-Origin") == ORIGIN


def test_a_customer_reads_orders(deployed: Deployed) -> None:
    reply = deployed.call("GET", "/orders", Authorization=deployed.token())
    assert reply.json() == {"path": "/orders", "caller": "ada"}


def test_a_partner_exports_with_a_key(deployed: Deployed) -> None:
    secrets = deployed.cloud.client("secretsmanager")
    key = secrets.get_secret_value(SecretId=deployed.outputs["AcmeKey"])["SecretString"]
    assert deployed.call("GET", "/export").status == 403
    assert deployed.call("GET", "/export", x_api_key=key).status == 200


def test_the_payment_provider_signs(deployed: Deployed) -> None:
    signed = deployed.call("POST", "/payments", X_Signature="signed-by-the-provider")
    assert signed.json() == {"path": "/payments", "caller": "payments"}
    assert deployed.call("POST", "/payments", X_Signature="forged").status == 403


def test_a_job_signs_with_its_credentials(deployed: Deployed) -> None:
    url = deployed.url("/refunds")
    signature = deployed.cloud.signed("POST", url, "execute-api")
    assert deployed.cloud.request("POST", url, signature).status == 200
    assert deployed.call("POST", "/refunds").status == 403
