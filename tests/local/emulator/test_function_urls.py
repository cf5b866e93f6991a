"""Function URLs: who is served, CORS, aliases and their weights."""

import json
from typing import Any

import pytest

from tests.local.emulator.conftest import Emulator, Json, Reply, function

CODE = """
def handler(event, context):
    body = [event["requestContext"]["http"]["method"], event["rawPath"], context.function_version]
    return {"statusCode": 200, "body": " ".join(body)}
"""
ORIGIN = "https://example.com"


def url_of(auth: str, *, permitted: int = 2, **properties: object) -> dict[str, Any]:
    """Return a function with a URL, and its permissions."""
    target = {"TargetFunctionArn": {"Fn::GetAtt": ["Function", "Arn"]}, "AuthType": auth}
    resources: dict[str, Any] = {
        **function(CODE),
        "Url": {"Type": "AWS::Lambda::Url", "Properties": {**target, **properties}},
    }
    permissions: list[dict[str, object]] = [
        {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
        {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
    ]
    for number, permission in enumerate(permissions[:permitted]):
        resources[f"Permission{number}"] = {
            "Type": "AWS::Lambda::Permission",
            "Properties": {"FunctionName": {"Ref": "Function"}, "Principal": "*", **permission},
        }
    return resources


def deployed(cloud: Emulator, stack: str, resources: dict[str, Any]) -> str:
    """Deploy a function with a URL, and return the local one."""
    value = {"Fn::GetAtt": ["Url", "FunctionUrl"]}
    found = cloud.deploy(stack, resources, Url=value, Name={"Ref": "Function"})
    url_id = found["Url"].partition("://")[2].partition(".")[0]
    (local,) = (item for item in cloud.urls()["functions"] if item["id"] == url_id)
    assert local["name"] == found["Name"]
    return str(local["url"])


def message(reply: Reply) -> Json:
    return reply.status, reply.json()["Message"].partition(".")[0]


def test_a_public_url_serves_everybody(cloud: Emulator) -> None:
    url = deployed(cloud, "url-public", url_of("NONE"))
    reply = cloud.request("PUT", f"{url}orders/1")
    assert (reply.status, reply.body) == (200, b"PUT /orders/1 $LATEST")
    host = url.rstrip("/").rpartition("/")[2] + ".lambda-url.us-east-1.on.aws"
    reply = cloud.request("GET", cloud.at_gateway("/x"), {"Host": host})
    assert reply.status in (200, 403)  # the name of a foreign host is refused by some settings


def test_both_permissions_are_needed(cloud: Emulator) -> None:
    url = deployed(cloud, "url-permitted", url_of("NONE", permitted=1))
    reply = cloud.request("GET", url)
    assert message(reply) == (403, "Forbidden")
    assert reply.header("x-amzn-errortype") == "AccessDeniedException"


def test_a_signature_is_needed(cloud: Emulator) -> None:
    url = deployed(cloud, "url-iam", url_of("AWS_IAM", permitted=0))
    assert message(cloud.request("GET", url)) == (403, "Forbidden")
    signed = cloud.signed("GET", url, "lambda")
    assert cloud.request("GET", url, signed).body == b"GET / $LATEST"
    body = b"[1]"
    signed = cloud.signed("POST", f"{url}a", "lambda", body)
    assert cloud.request("POST", f"{url}a", signed, body).body == b"POST /a $LATEST"
    forged = cloud.signed("GET", url, "lambda", secret="other")
    assert message(cloud.request("GET", url, forged)) == (403, "Forbidden")


@pytest.mark.parametrize("auth", ["NONE", "AWS_IAM"])
def test_pages_of_listed_origins(cloud: Emulator, auth: str) -> None:
    cors = {"AllowOrigins": [ORIGIN], "AllowMethods": ["POST"], "AllowCredentials": True}
    url = deployed(cloud, f"url-cors-{auth.lower().replace('_', '-')}", url_of(auth, Cors=cors))
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    preflight = cloud.request("OPTIONS", url, asked)
    assert preflight.status == 200
    assert preflight.header("access-control-allow-origin") == ORIGIN
    assert preflight.header("access-control-allow-credentials") == "true"
    assert preflight.header("access-control-allow-methods") == "POST"
    signed = cloud.signed("POST", url, "lambda") if auth == "AWS_IAM" else {}
    reply = cloud.request("POST", url, {**signed, "Origin": ORIGIN})
    assert reply.status == 200
    assert reply.all("access-control-allow-origin") == [ORIGIN]
    other = cloud.request("POST", url, {**signed, "Origin": "https://other.example"})
    assert other.header("access-control-allow-origin") is None
    if auth == "AWS_IAM":  # a page can read why
        unsigned = cloud.request("POST", url, {"Origin": ORIGIN})
        assert unsigned.status == 403
        assert unsigned.header("access-control-allow-origin") == ORIGIN


def test_weights_of_an_alias(cloud: Emulator) -> None:
    client = cloud.client("lambda")
    function_name = cloud.deploy("weights", function(CODE), Name={"Ref": "Function"})["Name"]
    versions = []
    for description in ("one", "two"):
        client.update_function_configuration(FunctionName=function_name, Description=description)
        versions.append(client.publish_version(FunctionName=function_name)["Version"])
    client.create_alias(
        FunctionName=function_name,
        Name="live",
        FunctionVersion=versions[0],
        RoutingConfig={"AdditionalVersionWeights": {versions[1]: 0.5}},
    )
    event = json.dumps({"requestContext": {"http": {"method": "GET"}}, "rawPath": "/"})
    seen = set()
    for _ in range(60):
        answer = client.invoke(FunctionName=function_name, Qualifier="live", Payload=event)
        seen.add(json.loads(answer["Payload"].read())["body"].split()[-1])
    assert seen == set(versions)
