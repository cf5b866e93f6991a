"""Which path of a REST API a request reaches, and what a web server that is gone answers."""

import socket

import pytest

from tests.local.emulator.conftest import Emulator, Json, Reply

ROUTES = {
    "GET /users/{id}": "/users/{id}",
    "PATCH /users/me": "/users/me",
    "POST /roles/provision": "/roles/provision",
    "GET /roles/{id}": "/roles/{id}",
    "GET /things/real": "/things/real",
    "POST /things/{rest+}": "/things/{rest+}",
    "GET /jobs/{id}/runs": "/jobs/{id}/runs",
}


def mock(name: str) -> Json:
    return {
        "Type": "MOCK",
        "RequestTemplates": {"application/json": '{"statusCode": 200}'},
        "IntegrationResponses": [
            {"StatusCode": "200", "ResponseTemplates": {"application/json": f'"{name}"'}}
        ],
    }


def rest_api(methods: dict[str, Json]) -> dict[str, Json]:
    """Return the resources of a REST API with integrations by verb and path."""
    api = {"Ref": "Api"}
    resources: dict[str, Json] = {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "routes"}}
    }
    ids: dict[str, Json] = {"": {"Fn::GetAtt": ["Api", "RootResourceId"]}}
    created = []
    for number, (key, integration) in enumerate(methods.items()):
        verb, path = key.split(" ")
        above = ""
        for segment in filter(None, path.split("/")):
            here = f"{above}/{segment}"
            if here not in ids:
                logical_id = f"Path{len(ids)}"
                ids[here] = {"Ref": logical_id}
                resources[logical_id] = {
                    "Type": "AWS::ApiGateway::Resource",
                    "Properties": {"RestApiId": api, "ParentId": ids[above], "PathPart": segment},
                }
            above = here
        resources[f"Method{number}"] = {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {
                "RestApiId": api,
                "ResourceId": ids[above],
                "HttpMethod": verb,
                "AuthorizationType": "NONE",
                "Integration": integration,
            },
        }
        created.append(f"Method{number}")
    deployment = {"RestApiId": api, "StageName": "prod"}
    resources["Deployment"] = {
        "Type": "AWS::ApiGateway::Deployment",
        "DependsOn": created,
        "Properties": deployment,
    }
    return resources


@pytest.fixture(scope="module")
def api(cloud: Emulator) -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    gone = {
        "Type": "HTTP_PROXY",
        "IntegrationHttpMethod": "GET",
        "Uri": f"http://127.0.0.1:{closed}",
    }
    template = rest_api({**{key: mock(name) for key, name in ROUTES.items()}, "GET /gone": gone})
    api_id = cloud.deploy("routes-match", template, Id={"Ref": "Api"})["Id"]
    return cloud.at_gateway(f"/_aws/execute-api/{api_id}/prod")


def call(cloud: Emulator, api: str, key: str) -> Reply:
    verb, path = key.split(" ")
    return cloud.request(verb, f"{api}{path}")


@pytest.mark.parametrize(
    ("key", "route"),
    [
        ("GET /users/7", "/users/{id}"),
        ("PATCH /users/me", "/users/me"),
        ("GET /users/me", "/users/{id}"),
        ("GET /roles/provision", "/roles/{id}"),
        ("POST /roles/provision", "/roles/provision"),
        ("GET /things/real", "/things/real"),
        ("POST /things/real", "/things/{rest+}"),
        ("POST /things/a/b", "/things/{rest+}"),
        ("GET /jobs/1/runs", "/jobs/{id}/runs"),
    ],
)
def test_the_most_specific_path_with_the_verb_is_reached(
    cloud: Emulator, api: str, key: str, route: str
) -> None:
    reply = call(cloud, api, key)
    assert (reply.status, reply.json()) == (200, route)


@pytest.mark.parametrize(
    "key", ["GET /", "GET /nothing", "POST /users/me", "GET /jobs/1", "GET /things/a", "PUT /jobs"]
)
def test_a_missing_route_is_403(cloud: Emulator, api: str, key: str) -> None:
    reply = call(cloud, api, key)
    assert (reply.status, reply.json()) == (403, {"message": "Missing Authentication Token"})
    assert reply.header("x-amzn-ErrorType") == "MissingAuthenticationTokenException"


def test_a_server_that_is_gone_is_504(cloud: Emulator, api: str) -> None:
    reply = call(cloud, api, "GET /gone")
    assert (reply.status, reply.json()) == (
        504,
        {"message": "Network error communicating with endpoint"},
    )
