"""A distribution before a private bucket and a REST API."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.local.emulator.conftest import Emulator, Reply, function, rest_api

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"
METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]

ECHO = """
import json

def handler(event, context):
    if event["path"].endswith("/boom"):
        raise ValueError("secret detail")
    if event["path"].endswith("/moved"):
        host = event["requestContext"]["domainName"]
        return {"statusCode": 302, "headers": {"Location": f"https://{host}/prod/there"}}
    return {"statusCode": 200, "body": json.dumps(event)}
"""


def behaviour(origin: str, pattern: str = "", **properties: object) -> dict[str, Any]:
    declared = {
        "TargetOriginId": origin,
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": CACHING_DISABLED,
        **properties,
    }
    return {"PathPattern": pattern, **declared} if pattern else declared


def api_behaviour(pattern: str, policy: str) -> dict[str, Any]:
    return behaviour("api", pattern, OriginRequestPolicyId=policy, AllowedMethods=METHODS)


RESOURCES: dict[str, Any] = {
    **function(ECHO),
    **rest_api(binary=["*/*"]),
    "Bucket": {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            }
        },
    },
    "Policy": {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "Bucket"},
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Deny",
                        "Principal": {"AWS": "*"},
                        "Action": "s3:*",
                        "Resource": [
                            {"Fn::GetAtt": ["Bucket", "Arn"]},
                            {"Fn::Sub": "${Bucket.Arn}/*"},
                        ],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    },
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "cloudfront.amazonaws.com"},
                        "Action": "s3:GetObject",
                        "Resource": {"Fn::Sub": "${Bucket.Arn}/*"},
                        "Condition": {
                            "StringEquals": {
                                "AWS:SourceArn": {
                                    "Fn::Sub": "arn:aws:cloudfront::${AWS::AccountId}:"
                                    "distribution/${Cdn}"
                                }
                            }
                        },
                    },
                ],
            },
        },
    },
    "Access": {
        "Type": "AWS::CloudFront::OriginAccessControl",
        "Properties": {
            "OriginAccessControlConfig": {
                "Name": {"Ref": "AWS::StackName"},
                "OriginAccessControlOriginType": "s3",
                "SigningBehavior": "always",
                "SigningProtocol": "sigv4",
            }
        },
    },
    "Cdn": {
        "Type": "AWS::CloudFront::Distribution",
        "Properties": {
            "DistributionConfig": {
                "Enabled": True,
                "DefaultRootObject": "index.html",
                "CustomErrorResponses": [
                    {"ErrorCode": 404, "ResponseCode": 200, "ResponsePagePath": "/index.html"}
                ],
                "Origins": [
                    {
                        "Id": "site",
                        "DomainName": {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]},
                        "S3OriginConfig": {"OriginAccessIdentity": ""},
                        "OriginAccessControlId": {"Fn::GetAtt": ["Access", "Id"]},
                    },
                    {
                        "Id": "folder",
                        "DomainName": {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]},
                        "OriginPath": "/below",
                        "S3OriginConfig": {"OriginAccessIdentity": ""},
                        "OriginAccessControlId": {"Fn::GetAtt": ["Access", "Id"]},
                    },
                    {
                        "Id": "api",
                        "DomainName": {
                            "Fn::Sub": "${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
                        },
                        "OriginPath": "/prod",
                        "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"},
                        "OriginCustomHeaders": [{"HeaderName": "X-From-Cdn", "HeaderValue": "yes"}],
                    },
                ],
                "DefaultCacheBehavior": behaviour(
                    "site",
                    CachePolicyId=CACHING_OPTIMIZED,
                    ResponseHeadersPolicyId=SECURITY_HEADERS,
                ),
                "CacheBehaviors": [
                    api_behaviour("/api/*", ALL_VIEWER_EXCEPT_HOST),
                    api_behaviour("/host/*", ALL_VIEWER),
                    behaviour("api", "/bare/*"),
                    behaviour("folder", "/docs/*"),
                ],
            }
        },
    },
}


@pytest.fixture(scope="module")
def site(cloud: Emulator) -> dict[str, str]:
    outputs = cloud.deploy(
        "cdn",
        RESOURCES,
        Domain={"Fn::GetAtt": ["Cdn", "DomainName"]},
        Id={"Ref": "Cdn"},
        Bucket={"Ref": "Bucket"},
        Api={"Ref": "Api"},
    )
    client = cloud.client("s3")
    objects = {"index.html": "home", "café.txt": "unicode", "below/docs/a.txt": "below"}
    for key, text in objects.items():
        client.put_object(Bucket=outputs["Bucket"], Key=key, Body=text, ContentType="text/plain")
    return outputs


def view(
    cloud: Emulator,
    site: dict[str, str],
    path: str,
    method: str = "GET",
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> Reply:
    """Request a distribution from the AWS endpoint by its name, as an HTTPS viewer."""
    sent = {"Host": site["Domain"], "X-Forwarded-Proto": "https", **(headers or {})}
    return cloud.request(method, cloud.at_gateway(path), sent, body)


def test_bucket_that_requires_tls(cloud: Emulator, site: dict[str, str]) -> None:
    for path, body in (("/", b"home"), ("/index.html", b"home"), ("/caf%C3%A9.txt", b"unicode")):
        reply = view(cloud, site, path)
        assert (reply.status, reply.body) == (200, body)
    assert reply.header("Content-Type") == "text/plain"
    assert view(cloud, site, "/missing").status == 403


def test_origin_path(cloud: Emulator, site: dict[str, str]) -> None:
    assert view(cloud, site, "/docs/a.txt").body == b"below"


@pytest.mark.parametrize("path", ["//index.html", "/%2Findex.html"])
def test_two_slashes_are_another_key(cloud: Emulator, site: dict[str, str], path: str) -> None:
    """Or else they were a way around the behavior of a folder."""
    assert view(cloud, site, path).status == 403


def test_head(cloud: Emulator, site: dict[str, str]) -> None:
    reply = view(cloud, site, "/index.html", "HEAD")
    assert (reply.status, reply.body, reply.header("Content-Length")) == (200, b"", "4")


def test_pages_of_other_origins_get_no_permission_to_read(
    cloud: Emulator, site: dict[str, str]
) -> None:
    for path in ("/", "/api/a"):
        reply = view(cloud, site, path, headers={"Origin": "https://evil.example"})
        assert reply.status == 200
        assert reply.header("Access-Control-Allow-Origin") is None


def test_range(cloud: Emulator, site: dict[str, str]) -> None:
    reply = view(cloud, site, "/index.html", headers={"Range": "bytes=1-2"})
    assert (reply.status, reply.body) == (206, b"om")


def test_security_headers(cloud: Emulator, site: dict[str, str]) -> None:
    reply = view(cloud, site, "/")
    assert reply.header("Strict-Transport-Security") == "max-age=31536000"
    assert reply.header("X-Content-Type-Options") == "nosniff"
    assert reply.header("X-Frame-Options") == "SAMEORIGIN"
    assert reply.header("Referrer-Policy") == "strict-origin-when-cross-origin"


def test_viewers_without_https_are_redirected(cloud: Emulator, site: dict[str, str]) -> None:
    for headers in ({"X-Forwarded-Proto": "http"}, {}):
        sent = {"Host": site["Domain"], **headers}
        reply = cloud.request("GET", cloud.at_gateway("/a?b=1"), sent)
        assert reply.status == 301
        assert reply.header("Location") == f"https://{site['Domain']}/a?b=1"


def test_a_failure_behind_the_distribution_says_where_the_log_is(
    cloud: Emulator, site: dict[str, str]
) -> None:
    reply = view(cloud, site, "/api/boom")
    assert (reply.status, reply.json()) == (502, {"message": "Internal server error"})
    assert "failed with ValueError" in str(reply.header("X-Serverless-Stack-Error"))
    log = Path(str(reply.header("X-Serverless-Stack-Log")))
    assert "secret detail" in log.read_text()


def test_method_that_the_behaviour_does_not_allow(cloud: Emulator, site: dict[str, str]) -> None:
    assert view(cloud, site, "/", "POST", b"x").status == 403


@pytest.mark.parametrize("method", [m for m in METHODS if m != "HEAD"])
def test_api_behind_the_stage_path(cloud: Emulator, site: dict[str, str], method: str) -> None:
    body = b"\x00\xff" if method in ("PUT", "POST", "PATCH") else b""
    headers = {"X-MiXed": "1", "Cookie": "a=1; b=2"}
    reply = view(cloud, site, "/api/caf%C3%A9/a%2Fb?x=1&x=2", method, body, headers)
    event = reply.json()
    assert (event["httpMethod"], event["path"]) == (method, "/api/caf%C3%A9/a%2Fb")
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"]}
    assert event["requestContext"]["stage"] == "prod"
    assert event["headers"]["X-MiXed"] == "1"
    assert event["headers"]["Cookie"] == "a=1; b=2"
    assert event["headers"]["X-From-Cdn"] == "yes"
    assert event["headers"]["Host"] == f"{site['Api']}.execute-api.us-east-1.amazonaws.com"
    assert "CloudFront" in event["headers"]["Via"]
    assert event["isBase64Encoded"] is bool(body)
    assert "cloudfront" in str(reply.header("X-Cache"))


def test_forwarded_host_is_refused_by_the_api(cloud: Emulator, site: dict[str, str]) -> None:
    reply = view(cloud, site, "/host/a")
    assert (reply.status, reply.json()) == (403, {"message": "Forbidden"})


def test_policies_decide_what_reaches_the_origin(cloud: Emulator, site: dict[str, str]) -> None:
    event = view(cloud, site, "/bare/a?x=1", headers={"X-Own": "1", "Cookie": "a=1"}).json()
    assert event["queryStringParameters"] is None
    assert {"X-Own", "Cookie"}.isdisjoint(event["headers"])
    assert event["headers"]["User-Agent"] == "Amazon CloudFront"


def test_api_and_cdn_ports(new_cloud: Emulator) -> None:
    for url in (new_cloud.at_api("/prod/"), new_cloud.at_cdn("/")):
        empty = new_cloud.request("GET", url)
        assert empty.status == 404
        assert b"is deployed to this local cloud yet" in empty.body
    assert new_cloud.urls() == {"apis": [], "distributions": [], "functions": []}
    outputs = new_cloud.deploy("door", RESOURCES, Id={"Ref": "Cdn"}, Bucket={"Ref": "Bucket"})
    new_cloud.client("s3").put_object(Bucket=outputs["Bucket"], Key="health", Body=b"site")
    urls = new_cloud.urls()
    (api,) = urls["apis"]
    (distribution,) = urls["distributions"]
    assert (api["name"], api["stage"]) == ("door", "prod")
    assert api["url"] == new_cloud.at_api("/prod/")
    assert distribution["id"] == outputs["Id"]
    assert distribution["url"] == new_cloud.at_cdn("/")
    assert new_cloud.request("GET", f"{api['url']}a?b=1").json()["path"] == "/a"
    # The emulator's own paths do not hide paths of the site.
    assert new_cloud.request("GET", f"{distribution['url']}health").body == b"site"
    moved = new_cloud.request("GET", f"{api['url']}moved")
    assert (moved.status, moved.header("Location")) == (302, new_cloud.at_api("/prod/there"))
    moved = new_cloud.request("GET", f"{distribution['url']}api/moved")
    assert moved.header("Location") == new_cloud.at_api("/prod/there")

    new_cloud.deploy("second", RESOURCES, Id={"Ref": "Cdn"})
    urls = new_cloud.urls()
    assert urls["apis"][0] == api
    assert urls["distributions"][0] == distribution
    for kind, path in (("apis", "a"), ("distributions", "api/a")):
        other = urls[kind][1]
        assert other["url"].startswith(f"http://{other['id'].lower()}.localhost:")
        host = other["url"].split("/")[2]
        door = new_cloud.api if kind == "apis" else new_cloud.cdn
        stage = "prod/" if kind == "apis" else ""
        reply = new_cloud.request("GET", f"http://127.0.0.1:{door}/{stage}{path}", {"Host": host})
        assert reply.status == 200
        if kind == "apis":
            assert reply.json()["requestContext"]["apiId"] == other["id"]


def test_http_api_at_the_api_port(new_cloud: Emulator) -> None:
    code = "def handler(event, context): return {'path': event['rawPath']}"
    resources = {
        **function(code),
        "Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {
                "Name": "http",
                "ProtocolType": "HTTP",
            },
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
    new_cloud.deploy("http", resources)
    (api,) = new_cloud.urls()["apis"]
    assert (api["name"], api["stage"], api["url"]) == ("http", "$default", new_cloud.at_api("/"))
    assert new_cloud.request("GET", new_cloud.at_api("/a/b")).json() == {"path": "/a/b"}


def test_distribution_is_described(cloud: Emulator, site: dict[str, str]) -> None:
    found = cloud.client("cloudfront").get_distribution(Id=site["Id"])["Distribution"]
    config = found["DistributionConfig"]
    assert found["DomainName"] == site["Domain"]
    assert [origin["Id"] for origin in config["Origins"]["Items"]] == ["site", "folder", "api"]
    assert json.dumps(config["CacheBehaviors"]["Items"]).count(CACHING_DISABLED) == 4


def test_missing_object_of_a_listable_bucket_is_404(cloud: Emulator) -> None:
    resources = json.loads(json.dumps(RESOURCES))
    (_deny, allow) = resources["Policy"]["Properties"]["PolicyDocument"]["Statement"]
    allow["Action"] = ["s3:GetObject", "s3:ListBucket"]
    allow["Resource"] = [allow["Resource"], {"Fn::GetAtt": ["Bucket", "Arn"]}]
    domain = {"Fn::GetAtt": ["Cdn", "DomainName"]}
    site = cloud.deploy("cdn-list", resources, Domain=domain, Bucket={"Ref": "Bucket"})
    cloud.client("s3").put_object(Bucket=site["Bucket"], Key="index.html", Body=b"application")
    reply = view(cloud, site, "/some/page")
    assert (reply.status, reply.body) == (200, b"application")
