"""A REST API with ANY on / and /{proxy+}: events of the function, and responses."""

import base64
import json
from pathlib import Path

import pytest

from tests.local.emulator.conftest import Emulator, Json, Reply, function, rest_api

ECHO = """
import json

def handler(event, context):
    path = event["path"]
    if path == "/boom":
        raise ValueError("secret detail")
    if path == "/exit":
        import os
        os._exit(7)
    if path == "/sleep":
        import time
        time.sleep(30)
    if path == "/raw":
        return json.loads(event["body"])
    if path == "/cookies":
        return {
            "statusCode": 201,
            "headers": {"content-type": "text/plain", "X-One": "1"},
            "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
            "body": "made",
        }
    return {"statusCode": 200, "body": json.dumps(event)}
"""


@pytest.fixture(scope="module")
def api(cloud: Emulator) -> str:
    """Return the API's URL at the API port, without a slash at the end."""
    outputs = cloud.deploy("api-echo", {**function(ECHO), **rest_api()}, Id={"Ref": "Api"})
    return f"http://127.0.0.1:{cloud.gateway}/_aws/execute-api/{outputs['Id']}/prod"


def raw(cloud: Emulator, api: str, answer: object) -> Reply:
    return cloud.request("POST", f"{api}/raw", body=json.dumps(answer).encode())


@pytest.mark.parametrize("path", ["/", "/a/b/c"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_any_reaches_the_function(cloud: Emulator, api: str, method: str, path: str) -> None:
    event = cloud.request(method, f"{api}{path}").json()
    assert (event["httpMethod"], event["path"]) == (method, path)
    assert event["resource"] == ("/" if path == "/" else "/{proxy+}")
    assert event["pathParameters"] == (None if path == "/" else {"proxy": "a/b/c"})
    assert event["requestContext"]["path"] == f"/prod{path}"


def test_head_has_headers_and_no_body(cloud: Emulator, api: str) -> None:
    reply = cloud.request("HEAD", f"{api}/a")
    assert (reply.status, reply.body) == (200, b"")
    assert reply.header("Content-Type") == "application/json"


def test_headers_keep_their_names_and_values(cloud: Emulator, api: str) -> None:
    headers = [("X-MiXed", "1"), ("X-MiXed", "2"), ("x-forwarded-for", "203.0.113.9")]
    event = cloud.request("GET", f"{api}/h", [*headers, ("Accept", "text/html")]).json()
    assert event["multiValueHeaders"]["X-MiXed"] == ["1", "2"]
    assert event["headers"]["X-MiXed"] == "2"
    assert event["headers"]["Accept"] == "text/html"
    assert event["headers"]["X-Forwarded-For"] == "203.0.113.9, 127.0.0.1"
    assert event["headers"]["X-Forwarded-Proto"] == "https"
    assert event["headers"]["X-Forwarded-Port"] == "443"
    assert event["headers"]["X-Amzn-Trace-Id"].startswith("Root=1-")
    context = event["requestContext"]
    assert context["domainName"] == f"{context['apiId']}.execute-api.us-east-1.amazonaws.com"
    assert context["domainPrefix"] == context["apiId"]
    assert event["headers"]["Host"] == context["domainName"]


def test_query_strings_are_unchanged(cloud: Emulator, api: str) -> None:
    event = cloud.request("GET", f"{api}/q?a=1&a=2&b=%C3%A9%26&c=&d=x+y&a%20b=3").json()
    assert event["multiValueQueryStringParameters"] == {
        "a": ["1", "2"],
        "b": ["é&"],
        "c": [""],
        "d": ["x y"],
        "a b": ["3"],
    }
    assert event["queryStringParameters"]["a"] == "2"


def test_paths_are_unchanged(cloud: Emulator, api: str) -> None:
    event = cloud.request("GET", f"{api}/caf%C3%A9/a%2Fb/100%25").json()
    assert event["path"] == "/caf%C3%A9/a%2Fb/100%25"
    assert event["pathParameters"] == {"proxy": "café/a/b/100%"}


def test_response_of_the_function(cloud: Emulator, api: str) -> None:
    reply = cloud.request("GET", f"{api}/cookies")
    assert (reply.status, reply.body) == (201, b"made")
    assert reply.all("content-type") == ["text/plain"]
    assert reply.all("Set-Cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize("path", ["/boom", "/exit"])
def test_failed_handler_is_502_without_its_text(cloud: Emulator, api: str, path: str) -> None:
    reply = cloud.request("GET", f"{api}{path}")
    assert reply.status == 502
    assert reply.json() == {"message": "Internal server error"}
    why, log = reply.header("X-Serverless-Stack-Error"), reply.header("X-Serverless-Stack-Log")
    assert why is not None
    assert "failed with " in why
    assert "secret" not in why
    assert log is not None
    assert Path(log).parent == cloud.home / "logs" / "functions"
    assert "START RequestId" in Path(log).read_text()
    assert cloud.request("GET", f"{api}/after").header("X-Serverless-Stack-Log") is None
    assert cloud.request("GET", f"{api}/after").status == 200


@pytest.mark.parametrize(
    "answer",
    [
        "text",
        ["list"],
        None,
        {"statusCode": "abc"},
        {"statusCode": 200, "body": {"an": "object"}},
        {"statusCode": 200, "headers": ["x"]},
        {"statusCode": 200, "headers": {"X-Number": 1}},
        {"statusCode": 200, "multiValueHeaders": {"X": "not a list"}},
        {"statusCode": 200, "cookies": []},
        {"statusCode": 99},
    ],
    ids=str,
)
def test_malformed_response_is_502(cloud: Emulator, api: str, answer: object) -> None:
    reply = raw(cloud, api, answer)
    assert (reply.status, reply.json()) == (502, {"message": "Internal server error"})
    why = reply.header("X-Serverless-Stack-Error")
    assert str(why).startswith("malformed Lambda proxy response: ")
    assert reply.header("X-Serverless-Stack-Log") == str(cloud.home / "logs" / "emulator.log")


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        ({}, 200, b""),
        ({"statusCode": "201", "body": None}, 201, b""),
        ({"statusCode": 204}, 204, b""),
        ({"statusCode": 200, "headers": None, "body": "é"}, 200, "é".encode()),
        ({"statusCode": 200, "headers": {"X-Yes": True}}, 200, b""),
    ],
    ids=str,
)
def test_well_formed_response(
    cloud: Emulator, api: str, answer: object, status: int, body: bytes
) -> None:
    reply = raw(cloud, api, answer)
    assert (reply.status, reply.body) == (status, body)


def test_reserved_response_headers_are_remapped(cloud: Emulator, api: str) -> None:
    reply = raw(cloud, api, {"headers": {"Server": "mine", "WWW-Authenticate": "Basic"}})
    assert reply.header("x-amzn-Remapped-Server") == "mine"
    assert reply.header("x-amzn-Remapped-WWW-Authenticate") == "Basic"
    assert reply.header("Server") is None


def test_function_timeout_is_502(cloud: Emulator) -> None:
    resources = {**function(ECHO, Timeout=1), **rest_api()}
    api_id = cloud.deploy("api-slow", resources, Id={"Ref": "Api"})["Id"]
    reply = cloud.request("GET", cloud.at_gateway(f"/_aws/execute-api/{api_id}/prod/sleep"))
    assert (reply.status, reply.json()) == (502, {"message": "Internal server error"})
    assert "Task timed out after 1.00 seconds" in str(reply.header("X-Serverless-Stack-Error"))


def test_integration_timeout_is_504(cloud: Emulator) -> None:
    resources = {**function(ECHO, Timeout=2), **rest_api(timeout=200)}
    api_id = cloud.deploy("api-timeout", resources, Id={"Ref": "Api"})["Id"]
    reply = cloud.request("GET", cloud.at_gateway(f"/_aws/execute-api/{api_id}/prod/sleep"))
    assert (reply.status, reply.json()) == (504, {"message": "Endpoint request timed out"})
    why, log = reply.header("X-Serverless-Stack-Error"), reply.header("X-Serverless-Stack-Log")
    assert str(why).endswith(" took longer than 0.2 s")
    assert Path(str(log)).is_relative_to(cloud.home / "logs" / "functions")


def test_body_over_ten_megabytes_is_413(cloud: Emulator, api: str) -> None:
    limit = 10 * 1024 * 1024
    assert cloud.request("POST", f"{api}/big", body=b"x" * (limit + 1)).status == 413


def test_text_body_stays_text(cloud: Emulator, api: str) -> None:
    event = cloud.request("POST", f"{api}/b", body="é".encode()).json()
    assert (event["body"], event["isBase64Encoded"]) == ("é", False)


def test_binary_bodies_of_requests_and_responses(cloud: Emulator) -> None:
    code = (
        "def handler(event, context):\n"
        "    assert event['isBase64Encoded']\n"
        "    return {'statusCode': 200, 'isBase64Encoded': True, 'body': event['body'],\n"
        "            'headers': {'Content-Type': 'image/png'}}\n"
    )
    resources = {**function(code), **rest_api(binary=["*/*"])}
    api_id = cloud.deploy("api-binary", resources, Id={"Ref": "Api"})["Id"]
    url = cloud.at_gateway(f"/_aws/execute-api/{api_id}/prod/image")
    body = bytes(range(256)) * 40
    for headers in ({}, {"Accept": "image/*", "Content-Type": "image/png"}):
        reply = cloud.request("PUT", url, headers, body)
        assert (reply.status, reply.body) == (200, body)
        assert reply.header("content-type") == "image/png"


def test_base64_is_not_decoded_unless_the_type_is_binary(cloud: Emulator, api: str) -> None:
    text = base64.b64encode(b"\x00\xff").decode()
    reply = raw(cloud, api, {"statusCode": 200, "isBase64Encoded": True, "body": text})
    assert reply.body == text.encode()


def test_throttled_stage_is_429(cloud: Emulator) -> None:
    resources = {**function(ECHO), **rest_api()}
    (settings,) = resources["Stage"]["Properties"]["MethodSettings"]
    settings.update(ThrottlingRateLimit=0.001, ThrottlingBurstLimit=1)
    api_id = cloud.deploy("api-throttle", resources, Id={"Ref": "Api"})["Id"]
    url = cloud.at_gateway(f"/_aws/execute-api/{api_id}/prod/a")
    assert cloud.request("GET", url).status == 200
    reply = cloud.request("GET", url)
    assert (reply.status, reply.json()) == (429, {"message": "Too Many Requests"})


def test_customised_gateway_response_of_failures(cloud: Emulator) -> None:
    resources = {**function(ECHO), **rest_api(timeout=300)}
    resources["Failures"] = {
        "Type": "AWS::ApiGateway::GatewayResponse",
        "Properties": {
            "RestApiId": {"Ref": "Api"},
            "ResponseType": "DEFAULT_5XX",
            "ResponseParameters": {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"},
        },
    }
    resources["Deployment"]["DependsOn"].append("Failures")
    api_id = cloud.deploy("api-gateway-response", resources, Id={"Ref": "Api"})["Id"]
    for path, status in (("boom", 502), ("sleep", 504)):
        url = cloud.at_gateway(f"/_aws/execute-api/{api_id}/prod/{path}")
        reply = cloud.request("GET", url)
        assert (reply.status, reply.header("Access-Control-Allow-Origin")) == (status, "*")


def test_unknown_stage_is_403(cloud: Emulator, api: str) -> None:
    reply = cloud.request("GET", api.replace("/prod", "/nope/x"))
    assert (reply.status, reply.json()) == (403, {"message": "Forbidden"})


def test_settings_are_visible(cloud: Emulator, api: str) -> None:
    api_id = api.split("/")[-2]
    gateway = cloud.client("apigateway")
    stage = gateway.get_stage(restApiId=api_id, stageName="prod")
    assert stage["tracingEnabled"] is True
    settings = stage["methodSettings"]["*/*"]
    assert settings["throttlingRateLimit"] == 100
    assert settings["throttlingBurstLimit"] == 200
    name = cloud.client("cloudformation").describe_stack_resource(
        StackName="api-echo", LogicalResourceId="Function"
    )["StackResourceDetail"]["PhysicalResourceId"]
    policy = json.loads(cloud.client("lambda").get_policy(FunctionName=name)["Policy"])
    (statement,) = policy["Statement"]
    assert statement["Condition"]["ArnLike"]["AWS:SourceArn"].endswith(f":{api_id}/*/*/*")


def set_log_role(cloud: Emulator, arn: str) -> None:
    role = {"op": "replace", "path": "/cloudwatchRoleArn", "value": arn}
    cloud.client("apigateway").update_account(patchOperations=[role])


@pytest.mark.parametrize(
    "settings",
    [
        {"AccessLogSetting": {"DestinationArn": "arn:aws:logs:x", "Format": "$context.requestId"}},
        {
            "MethodSettings": [
                {"HttpMethod": "*", "ResourcePath": "/*", "LoggingLevel": "ERROR"},
            ]
        },
    ],
    ids=lambda settings: str(*settings),
)
def test_a_stage_with_a_log_needs_the_role_of_the_account(
    cloud: Emulator, settings: dict[str, Json]
) -> None:
    set_log_role(cloud, "")
    resources = rest_api()
    resources["Stage"]["Properties"] |= settings
    with pytest.raises(AssertionError, match="CloudWatch Logs role ARN must be set in account"):
        cloud.deploy(f"api-role-{'-'.join(settings).lower()}", {**function(ECHO), **resources})


def test_access_log_of_the_stage(cloud: Emulator) -> None:
    set_log_role(cloud, "arn:aws:iam::000000000000:role/logs")
    resources = {**function(ECHO), **rest_api()}
    resources["Log"] = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}}
    template = (
        '{"ip":"$context.identity.sourceIp","line":"$context.httpMethod $context.path",'
        '"status":$context.status,"length":$context.responseLength,"none":"$context.nothing"}'
    )
    resources["Stage"]["Properties"]["AccessLogSetting"] = {
        "DestinationArn": {"Fn::GetAtt": ["Log", "Arn"]},
        "Format": template,
    }
    outputs = cloud.deploy("api-access", resources, Api={"Ref": "Api"}, Log={"Ref": "Log"})
    stage = cloud.client("apigateway").get_stage(restApiId=outputs["Api"], stageName="prod")
    assert stage["accessLogSettings"]["format"] == template
    assert outputs["Log"] in stage["accessLogSettings"]["destinationArn"]
    cloud.request("GET", cloud.at_gateway(f"/_aws/execute-api/{outputs['Api']}/prod/cookies"))
    cloud.request("GET", cloud.at_gateway(f"/_aws/execute-api/{outputs['Api']}/prod/boom"))
    events = cloud.client("logs").filter_log_events(logGroupName=outputs["Log"])["events"]
    first, second = (json.loads(event["message"]) for event in events)
    assert first == {
        "ip": "127.0.0.1",
        "line": "GET /prod/cookies",
        "status": 201,
        "length": 4,
        "none": "-",
    }
    assert second["status"] == 502


def test_stage_serves_what_was_deployed(cloud: Emulator) -> None:
    def deploy(deployment: str, mock: bool) -> str:
        resources = {**function(ECHO), **rest_api()}
        if mock:
            integration = {
                "Type": "MOCK",
                "RequestTemplates": {"application/json": '{"statusCode": 202}'},
                "IntegrationResponses": [{"StatusCode": "202"}],
            }
            properties = resources["AnyProxy"]["Properties"]
            properties |= {"Integration": integration, "MethodResponses": [{"StatusCode": "202"}]}
        resources[deployment] = resources.pop("Deployment")
        resources["Stage"]["Properties"]["DeploymentId"] = {"Ref": deployment}
        return cloud.deploy("api-snapshot", resources, Id={"Ref": "Api"})["Id"]

    def status(api_id: str) -> int:
        url = cloud.at_gateway(f"/_aws/execute-api/{api_id}/prod/a")
        return cloud.request("GET", url).status

    assert status(deploy("First", mock=False)) == 200
    assert status(deploy("First", mock=True)) == 200
    assert status(deploy("Second", mock=True)) == 202
    assert cloud.destroy("api-snapshot") == "DELETE_COMPLETE"


def test_deployment_without_methods_is_refused(cloud: Emulator) -> None:
    api = rest_api()["Api"]
    deployment = {
        "Type": "AWS::ApiGateway::Deployment",
        "Properties": {"RestApiId": {"Ref": "Api"}},
    }
    with pytest.raises(AssertionError, match="contain any methods"):
        cloud.deploy("api-empty", {"Api": api, "Deployment": deployment})
