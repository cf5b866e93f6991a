"""Origins of a distribution: load balancers, HTTP APIs, function URLs, slow servers."""

import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.emulator.conftest import Emulator, Reply, function

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
CODE = """
import json

def handler(event, context):
    seen = {"path": event.get("rawPath") or event.get("path"), "headers": event["headers"]}
    return {"statusCode": 200, "body": json.dumps(seen)}
"""


@pytest.fixture(scope="module")
def slow_port() -> Iterator[int]:
    """Return the port of a server that accepts every connection, and counts and answers none."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        accepted: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    accepted.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        for connection in accepted:
            connection.close()


def behaviour(pattern: str, target: str, policy: str = ALL_VIEWER_EXCEPT_HOST) -> dict[str, Any]:
    return {
        "PathPattern": pattern,
        "TargetOriginId": target,
        "ViewerProtocolPolicy": "allow-all",
        "CachePolicyId": CACHING_DISABLED,
        "OriginRequestPolicyId": policy,
        "AllowedMethods": METHODS,
    }


def custom(origin_id: str, domain: object, **properties: object) -> dict[str, Any]:
    protocol = properties.pop("protocol", "https-only")
    config = {"OriginProtocolPolicy": protocol, **dict(properties.pop("config", {}))}  # type: ignore[call-overload]
    return {"Id": origin_id, "DomainName": domain, "CustomOriginConfig": config, **properties}


def load_balancer() -> dict[str, Any]:
    forward = [{"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}]
    listener = {"LoadBalancerArn": {"Ref": "Balancer"}, "DefaultActions": forward}
    return {
        "Balancer": {
            "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "Properties": {"Scheme": "internal", "Type": "application", "Subnets": ["subnet-1"]},
        },
        "Targets": {
            "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
            "Properties": {
                "TargetType": "lambda",
                "Targets": [{"Id": {"Fn::GetAtt": ["Function", "Arn"]}}],
            },
        },
        "Http": {
            "Type": "AWS::ElasticLoadBalancingV2::Listener",
            "Properties": {**listener, "Port": 8080, "Protocol": "HTTP"},
        },
        "Https": {
            "Type": "AWS::ElasticLoadBalancingV2::Listener",
            "Properties": {
                **listener,
                "Port": 443,
                "Protocol": "HTTPS",
                "Certificates": [{"CertificateArn": "arn:aws:acm:us-east-1:000000000000:c/1"}],
            },
        },
        "Private": {
            "Type": "AWS::CloudFront::VpcOrigin",
            "Properties": {
                "VpcOriginEndpointConfig": {
                    "Name": "private",
                    "Arn": {"Ref": "Balancer"},
                    "HTTPPort": 8080,
                    "OriginProtocolPolicy": "http-only",
                    "OriginSSLProtocols": ["TLSv1.2"],
                }
            },
        },
    }


def http_api() -> dict[str, Any]:
    return {
        "Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {"Name": "http", "ProtocolType": "HTTP"},
        },
        "Call": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": "Api"},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": {"Fn::GetAtt": ["Function", "Arn"]},
                "PayloadFormatVersion": "2.0",
            },
        },
        "Route": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": "Api"},
                "RouteKey": "$default",
                "Target": {"Fn::Sub": "integrations/${Call}"},
            },
        },
        "Stage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "$default", "AutoDeploy": True},
        },
    }


def function_url() -> dict[str, Any]:
    source = {"Fn::Sub": "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Cdn}"}
    permission = {
        "FunctionName": {"Fn::GetAtt": ["Function", "Arn"]},
        "Principal": "cloudfront.amazonaws.com",
        "SourceArn": source,
    }
    return {
        "Url": {
            "Type": "AWS::Lambda::Url",
            "Properties": {
                "TargetFunctionArn": {"Fn::GetAtt": ["Function", "Arn"]},
                "AuthType": "AWS_IAM",
            },
        },
        "Invoke": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {**permission, "Action": "lambda:InvokeFunction"},
        },
        "InvokeUrl": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {**permission, "Action": "lambda:InvokeFunctionUrl"},
        },
        "Access": {
            "Type": "AWS::CloudFront::OriginAccessControl",
            "Properties": {
                "OriginAccessControlConfig": {
                    "Name": {"Ref": "AWS::StackName"},
                    "OriginAccessControlOriginType": "lambda",
                    "SigningBehavior": "always",
                    "SigningProtocol": "sigv4",
                }
            },
        },
    }


def resources(slow_port: int) -> dict[str, Any]:
    name = {"Fn::GetAtt": ["Balancer", "DNSName"]}
    url = {"Fn::Select": [2, {"Fn::Split": ["/", {"Fn::GetAtt": ["Url", "FunctionUrl"]}]}]}
    api = {"Fn::Sub": "${Api}.execute-api.${AWS::Region}.amazonaws.com"}
    hasty = {"OriginReadTimeout": 1, "HTTPPort": slow_port}
    origins = [
        custom("http", name, protocol="http-only", config={"HTTPPort": 8080}),
        custom("https", name),
        custom("closed", name, protocol="http-only"),
        {
            "Id": "vpc",
            "DomainName": name,
            "VpcOriginConfig": {"VpcOriginId": {"Ref": "Private"}},
        },
        custom("api", api),
        custom("url", url, OriginAccessControlId={"Fn::GetAtt": ["Access", "Id"]}),
        custom("unsigned", url),
        custom("slow", "localhost", protocol="http-only", config=hasty, ConnectionAttempts=2),
        custom("aws", "media.amazonaws.com"),
    ]
    behaviours = [behaviour(f"/{each['Id']}/*", each["Id"]) for each in origins]
    return {
        **function(CODE),
        **load_balancer(),
        **http_api(),
        **function_url(),
        "Cdn": {
            "Type": "AWS::CloudFront::Distribution",
            "Properties": {
                "DistributionConfig": {
                    "Enabled": True,
                    "Origins": origins,
                    "DefaultCacheBehavior": {
                        "TargetOriginId": "http",
                        "ViewerProtocolPolicy": "allow-all",
                        "CachePolicyId": CACHING_DISABLED,
                    },
                    "CacheBehaviors": [*behaviours, behaviour("/host/*", "api", ALL_VIEWER)],
                }
            },
        },
    }


@pytest.fixture(scope="module")
def site(cloud: Emulator, slow_port: int) -> dict[str, str]:
    return cloud.deploy(
        "cdn-origins",
        resources(slow_port),
        Domain={"Fn::GetAtt": ["Cdn", "DomainName"]},
        Vpc={"Fn::GetAtt": ["Private", "Id"]},
    )


def view(
    cloud: Emulator,
    site: dict[str, str],
    path: str,
    method: str = "GET",
    body: bytes = b"",
    **headers: str,
) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"Host": site["Domain"], "X-Forwarded-Proto": "https", **named}
    return cloud.request(method, cloud.at_gateway(path), sent, body)


@pytest.mark.parametrize("origin", ["http", "https", "vpc"])
def test_load_balancers(cloud: Emulator, site: dict[str, str], origin: str) -> None:
    reply = view(cloud, site, f"/{origin}/a?b=1", X_Own="1")
    assert (reply.status, reply.json()["path"]) == (200, f"/{origin}/a")
    assert reply.json()["headers"]["x-own"] == "1"


def test_vpc_origin_is_described_and_kept(cloud: Emulator, site: dict[str, str]) -> None:
    client = cloud.client("cloudfront")
    found = client.get_vpc_origin(Id=site["Vpc"])
    assert found["VpcOrigin"]["VpcOriginEndpointConfig"]["HTTPPort"] == 8080
    with pytest.raises(client.exceptions.CannotDeleteEntityWhileInUse):
        client.delete_vpc_origin(Id=site["Vpc"], IfMatch=found["ETag"])


@pytest.mark.parametrize("origin", ["closed", "aws"])
def test_origins_that_are_not_there(cloud: Emulator, site: dict[str, str], origin: str) -> None:
    assert view(cloud, site, f"/{origin}/a").status == 502


def test_http_api(cloud: Emulator, site: dict[str, str]) -> None:
    reply = view(cloud, site, "/api/caf%C3%A9?x=1")
    assert (reply.status, reply.json()["path"]) == (200, "/api/café")
    assert view(cloud, site, "/host/a").status == 403


def test_function_url_by_origin_access_control(cloud: Emulator, site: dict[str, str]) -> None:
    reply = view(cloud, site, "/url/a")
    assert (reply.status, reply.json()["path"]) == (200, "/url/a")
    assert view(cloud, site, "/unsigned/a").status == 403
    body = json.dumps({"a": 1}).encode()
    digest = hashlib.sha256(body).hexdigest()
    assert view(cloud, site, "/url/a", "POST", body).status == 403
    assert view(cloud, site, "/url/a", "POST", body, X_Amz_Content_Sha256=digest).status == 200


def test_a_slow_origin_is_asked_twice(cloud: Emulator, site: dict[str, str]) -> None:
    began = time.monotonic()
    assert view(cloud, site, "/slow/a").status == 504
    assert time.monotonic() - began >= 2
    assert view(cloud, site, "/slow/a", "POST", b"x").status == 504
