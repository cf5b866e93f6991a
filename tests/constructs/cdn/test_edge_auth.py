"""EdgeAuth: what it creates, what it refuses, and its Lambda@Edge function run in Node."""

import json
import subprocess
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_secretsmanager as secretsmanager

from serverless_stack.constructs import (
    Behavior,
    Cdn,
    EdgeAuth,
    Maintenance,
    Origin,
    ProxyApi,
    Signing,
    Site,
    StorageBucket,
)
from serverless_stack.local.toolchain.node import find_node
from tests.constructs.conftest import plain_function
from tests.constructs.templates import Json, new_app, refused, synth

ISSUER = "https://issuer.example"
JWT_RUNNER = Path(__file__).parent / "functions" / "jwt.js"
# A token, and the status of the answer; 200 is that of the origin.
TOKENS: list[tuple[Json, int]] = [
    ({}, 200),
    ({"alg": "RS256"}, 200),
    ({"claims": {"aud": ["other", "shop"]}}, 200),
    ({"claims": {"aud": None}}, 401),
    ({"claims": {"nbf": 30, "exp": -30}}, 200),
    ({"cookie": "token"}, 200),
    ({"cookie": "other"}, 401),
    ({"claims": {"aud": "other"}}, 401),
    ({"claims": {"iss": "https://evil.example"}}, 401),
    ({"claims": {"exp": -90}}, 401),
    ({"claims": {"nbf": 90}}, 401),
    ({"tamper": True}, 401),
    ({"signer": "other"}, 401),
    ({"kid": "unknown"}, 401),
    ({"alg": "RS256", "kid": "ES256"}, 401),
    ({"alg": "none"}, 401),
    ({"alg": "HS256", "kid": "RS256"}, 401),
    ({"sent": "Bearer a.b.c"}, 401),
    ({"sent": "Bearer " + "x" * 50}, 401),
    ({"sent": "Basic YTpi"}, 401),
    ({"isDown": True}, 503),
]


def secret(stack: cdk.Stack) -> secretsmanager.Secret:
    return secretsmanager.Secret(stack, "Credentials")


@pytest.fixture(scope="module")
def templates() -> dict[str, Json]:
    """The templates of a stack whose region is unknown, by name."""
    app = new_app()
    stack = cdk.Stack(app, "Test")
    bucket = StorageBucket(stack, "Pages")
    Cdn(
        stack,
        "Cdn",
        bucket=bucket,
        site=Site.spa(redirect_hosts={"www.example.com": "example.com"}),
        default=Behavior("bucket", auth=EdgeAuth.basic(secret(stack), realm="Preview")),
        api=ProxyApi(stack, "Api", handler=plain_function(stack, "Plain")),
        behaviors={
            "/api/*": Behavior("api", auth=EdgeAuth.jwt(ISSUER, "shop", cookie="token")),
            "/docs/*": Behavior(
                Origin.bucket(bucket, path="/x"),
                auth=EdgeAuth.jwt(ISSUER, ["shop"], cookie="token"),
            ),
        },
    )
    return {artifact.stack_name: artifact.template for artifact in app.synth().stacks}


def test_basic(templates: dict[str, Json]) -> None:
    resources = templates["Test"]["Resources"]
    (custom,) = [
        name for name, item in resources.items() if item["Type"] == "Custom::EdgeCredentials"
    ]
    (function,) = [
        item for item in resources.values() if item["Type"] == "AWS::CloudFront::Function"
    ]
    code = function["Properties"]["FunctionCode"]["Fn::Join"][1]
    assert {"Fn::GetAtt": [custom, "Salt"]} in code
    assert {"Fn::GetAtt": [custom, "Digest"]} in code
    assert '"realm":"Preview"' in "".join(part for part in code if isinstance(part, str))
    # The value of the secret is neither here nor in an output.
    assert "resolve:secretsmanager" not in json.dumps(templates)
    readers = [
        statement
        for item in resources.values()
        if item["Type"] == "AWS::IAM::Policy"
        for statement in item["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "secretsmanager:GetSecretValue"
    ]
    (name,) = [name for name in resources if name.startswith("Credentials")]
    assert [reader["Resource"] for reader in readers] == [{"Ref": name}]


def test_jwt(templates: dict[str, Json]) -> None:
    resources = templates["Test-global"]["Resources"].values()
    (function,) = [item for item in resources if item["Type"] == "AWS::Lambda::Function"]
    assert function["Properties"]["Runtime"] == "nodejs24.x"
    assert function["DeletionPolicy"] == "Retain"
    assert "Environment" not in function["Properties"]
    distribution = next(
        item
        for item in templates["Test"]["Resources"].values()
        if item["Type"] == "AWS::CloudFront::Distribution"
    )
    for behavior in distribution["Properties"]["DistributionConfig"]["CacheBehaviors"]:
        (association,) = behavior["LambdaFunctionAssociations"]
        assert association["EventType"] == "viewer-request"
        # CloudFront does not run both; hosts are redirected for the site.
        assert "FunctionAssociations" not in behavior


def test_tokens() -> None:
    auth = EdgeAuth.jwt(ISSUER, "shop", cookie="token")
    call = {"code": auth.edge_code(), "cases": [case for case, _ in TOKENS]}
    done = subprocess.run(
        [str(find_node().program), str(JWT_RUNNER)],
        input=json.dumps(call),
        capture_output=True,
        text=True,
        check=True,
    )
    result: Any = json.loads(done.stdout)
    assert list(zip([case for case, _ in TOKENS], result["answers"], strict=True)) == TOKENS
    assert result["none"]["status"] == "401"
    assert result["none"]["headers"]["www-authenticate"] == [{"value": "Bearer"}]
    # The keys are fetched once, and not again for each key that somebody makes up.
    assert result["requested"] == [
        f"{ISSUER}/.well-known/openid-configuration",
        f"{ISSUER}/keys",
    ]


def test_version_reads_the_secret_again(stack: cdk.Stack) -> None:
    credentials = secret(stack)
    for number, version in enumerate(("1", "1", "2")):
        Cdn(
            stack,
            f"Cdn{number}",
            bucket=StorageBucket(stack, f"Pages{number}"),
            default=Behavior("bucket", auth=EdgeAuth.basic(credentials, version=version)),
        )
    found = [
        item["Properties"]["Version"]
        for item in synth(stack)["Resources"].values()
        if item["Type"] == "Custom::EdgeCredentials"
    ]
    assert found == ["1", "2"]


def test_refused(stack: cdk.Stack) -> None:
    assert "`realm` must have ASCII characters without quotation marks" in refused(
        lambda: EdgeAuth.basic(secret(stack), realm='a"b')
    )
    message = refused(
        lambda: EdgeAuth.jwt("http://issuer", [], jwks_url="issuer/keys", cookie="a b")
    )
    assert "`issuer` must be a URL with https://, got: 'http://issuer'" in message
    assert "`jwks_url` must be a URL with https://, got: 'issuer/keys'" in message
    assert "`audience` must be the audience of the tokens" in message
    assert "`cookie` must be the name of a cookie, got: 'a b'" in message


def test_refused_together(stack: cdk.Stack) -> None:
    bucket = StorageBucket(stack, "Pages")
    behavior = Behavior("bucket", auth=EdgeAuth.jwt(ISSUER, "shop"))
    message = refused(lambda: Cdn(stack, "A", bucket=bucket, site=Site.spa(), default=behavior))
    assert "`default` must not have a Lambda@Edge function for viewer-request beside" in message
    some = Maintenance(allow_ips=["192.0.2.1"])
    message = refused(lambda: Cdn(stack, "B", bucket=bucket, maintenance=some, default=behavior))
    assert "beside the CloudFront Function of `site`, `auth`, `maintenance`" in message


def test_signed(stack: cdk.Stack) -> None:
    signing, other = Signing(stack, "Keys"), Signing(stack, "Other")
    assert Behavior("bucket", auth=EdgeAuth.signed(signing)).signed is signing
    assert Behavior("bucket", auth=EdgeAuth.signed(signing), signed=signing).signed is signing
    message = refused(lambda: Behavior("bucket", auth=EdgeAuth.signed(signing), signed=other))
    assert "`signed` and `auth=EdgeAuth.signed(…)` must have the same keys, got: two" in message


def test_maintenance_for_all_replaces_tokens(stack: cdk.Stack) -> None:
    Cdn(
        stack,
        "Cdn",
        bucket=StorageBucket(stack, "Pages"),
        maintenance=Maintenance(),
        default=Behavior("bucket", auth=EdgeAuth.jwt(ISSUER, "shop")),
    )
    text = json.dumps(synth(stack))
    assert "LambdaFunctionAssociations" not in text
    assert "FunctionAssociations" in text


def test_the_issuer_of_another_region(stack: cdk.Stack) -> None:
    auth = EdgeAuth.jwt(f"https://cognito-idp.{cdk.Aws.REGION}.amazonaws.com/x", "shop")
    message = refused(
        lambda: Cdn(
            stack,
            "Cdn",
            bucket=StorageBucket(stack, "Pages"),
            default=Behavior("bucket", auth=auth),
        )
    )
    assert "is known at synthesis unless the stack is in us-east-1" in message


@pytest.mark.parametrize(("kind", "name"), [("basic", "secret"), ("signed", "signing")])
def test_nobody_is_admitted_without_a_secret(kind: str, name: str) -> None:
    message = refused(lambda: EdgeAuth(kind=kind))  # type: ignore[arg-type]
    assert message.startswith(f"`{name}` must be given, got: None; write EdgeAuth.{kind}({name})")
    assert "`issuer` must be" in refused(lambda: EdgeAuth(kind="jwt"))
