"""Distributions at their real functions, key value stores and origins: one emulator, one stack."""

import gzip
import json
import threading
from collections.abc import Iterator
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError

from tests.local.emulator.asymmetric import signed
from tests.local.emulator.conftest import KEY, ROLE, Emulator, Reply, free_ports

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
ALL_VIEWER_AND_CLOUDFRONT = "33f36d7e-f396-46d9-90e0-52428a34d9dc"
CORS_S3_ORIGIN = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"
METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]


class EchoHandler(BaseHTTPRequestHandler):
    """An origin that answers with the request; ``/status/500`` with that status."""

    def do_GET(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = {"path": self.path, "method": self.command, "headers": headers, "body": body}
        segments = self.path.split("?")[0].split("/")
        status = int(segments[-1]) if segments[-2:-1] == ["status"] else 200
        content = json.dumps(seen).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_POST = do_HEAD = do_GET

    def log_message(self, *arguments: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def origin_port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), EchoHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


STORE_FUNCTION = """
import cf from 'cloudfront';
import crypto from 'crypto';
const kvs = cf.kvs();

async function handler(event) {
    const request = event.request;
    const target = request.uri.split('/').pop();
    if (!(await kvs.exists(target))) {
        const hash = crypto.createHash('sha256').update(target).digest('hex');
        const headers = { 'x-count': { value: `${await kvs.count()}` } };
        return { statusCode: 404, body: hash, headers };
    }
    const found = await kvs.get(target, { format: 'json' });
    return { statusCode: 302, headers: { location: { value: found.to } } };
}
"""
SWITCH_FUNCTION = """
import cf from 'cloudfront';

function handler(event) {
    const request = event.request;
    const what = request.uri.split('/')[2];
    if (what === 'update') {
        cf.updateRequestOrigin({
            originPath: '/updated', customHeaders: { 'X-New': '1' }, hostHeader: 'new.example',
        });
    } else if (what === 'select') {
        cf.selectRequestOriginById('echo');
    } else if (what === 'group') {
        cf.createRequestOriginGroup({
            originIds: [{ originId: 'dead' }, { originId: 'echo' }],
            failoverCriteria: { statusCodes: [500] },
        });
    } else if (what === 'missing') {
        cf.selectRequestOriginById('missing');
    } else if (what === 'eval') {
        return { statusCode: 200, body: String(eval('1 + 1')) };
    } else if (what === 'fs') {
        require('fs');
    }
    return request;
}
"""
NODE = """
exports.handler = async (event) => {
  const cf = event.Records[0].cf;
  if (cf.config.eventType === 'origin-response') {
    cf.response.headers['x-saw'] = [{ value: cf.request.origin.custom.domainName }];
    return cf.response;
  }
  const request = cf.request;
  if (request.uri.endsWith('/generated')) {
    return { status: '401', body: 'who?', headers: { 'www-authenticate': [{ value: 'Basic' }] } };
  }
  if (request.uri.endsWith('/read-only')) {
    request.headers.via = [{ key: 'Via', value: 'me' }];
  }
  if (request.uri.endsWith('/throws')) {
    throw new Error('secret detail');
  }
  request.headers['x-event'] = [{ value: cf.config.eventType }];
  request.uri = request.uri.replace('/node/', '/changed/');
  return request;
};
"""
PYTHON = """
import base64

def handler(event, context):
    cf = event["Records"][0]["cf"]
    if cf["config"]["eventType"] == "viewer-response":
        cf["response"]["headers"]["x-viewer"] = [{"value": cf["request"]["uri"]}]
        return cf["response"]
    request = cf["request"]
    if request["uri"].endswith("/generated"):
        return {"status": "200", "body": context.aws_request_id}
    body = base64.b64decode(request["body"]["data"]).decode()
    request["body"] = {"action": "replace", "encoding": "text", "data": body.upper()}
    request["origin"]["custom"]["path"] = "/python"
    return request
"""


EDGE_ROLE: dict[str, Any] = deepcopy(ROLE)
(_trust,) = EDGE_ROLE["Properties"]["AssumeRolePolicyDocument"]["Statement"]
_trust["Principal"] = {"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]}


def edge_function(name: str, code: str, runtime: str, **properties: object) -> dict[str, Any]:
    return {
        name: {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Handler": "index.handler",
                "Runtime": runtime,
                "Timeout": 5,
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": code},
                **properties,
            },
        },
        f"{name}Version": {
            "Type": "AWS::Lambda::Version",
            "Properties": {"FunctionName": {"Ref": name}},
        },
    }


def edge(name: str, event: str, include_body: bool = False) -> dict[str, Any]:
    arn = {"Ref": f"{name}Version"}
    return {"EventType": event, "LambdaFunctionARN": arn, "IncludeBody": include_body}


def function(name: str, code: str, **config: object) -> dict[str, Any]:
    return {
        name: {
            "Type": "AWS::CloudFront::Function",
            "Properties": {
                "Name": {"Fn::Sub": f"${{AWS::StackName}}-{name}"},
                "AutoPublish": True,
                "FunctionCode": code,
                "FunctionConfig": {"Comment": "", "Runtime": "cloudfront-js-2.0", **config},
            },
        }
    }


def behaviour(pattern: str, target: str, **properties: object) -> dict[str, Any]:
    return {
        "PathPattern": pattern,
        "TargetOriginId": target,
        "ViewerProtocolPolicy": "allow-all",
        "CachePolicyId": CACHING_DISABLED,
        "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST,
        **properties,
    }


def at_viewer(name: str) -> list[dict[str, Any]]:
    arn = {"Fn::GetAtt": [name, "FunctionARN"]}
    return [{"EventType": "viewer-request", "FunctionARN": arn}]


def origin(origin_id: str, port: int) -> dict[str, Any]:
    return {
        "Id": origin_id,
        "DomainName": "localhost",
        "ConnectionAttempts": 1,
        "ConnectionTimeout": 1,
        "CustomOriginConfig": {"HTTPPort": port, "OriginProtocolPolicy": "http-only"},
    }


def resources(port: int, dead: int, source: str) -> dict[str, Any]:
    return {
        "Role": EDGE_ROLE,
        **edge_function("Node", NODE, "nodejs22.x"),
        **edge_function("Python", PYTHON, "python3.12"),
        "Store": {
            "Type": "AWS::CloudFront::KeyValueStore",
            "Properties": {
                "Name": {"Fn::Sub": "${AWS::StackName}-store"},
                "ImportSource": {"SourceType": "S3", "SourceArn": source},
            },
        },
        **function(
            "Redirects",
            STORE_FUNCTION,
            KeyValueStoreAssociations=[{"KeyValueStoreARN": {"Fn::GetAtt": ["Store", "Arn"]}}],
        ),
        **function("Switch", SWITCH_FUNCTION),
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "CorsConfiguration": {
                    "CorsRules": [
                        {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}
                    ]
                }
            },
        },
        "Unsigned": {
            "Type": "AWS::CloudFront::OriginAccessControl",
            "Properties": {
                "OriginAccessControlConfig": {
                    "Name": {"Fn::Sub": "${AWS::StackName}-unsigned"},
                    "OriginAccessControlOriginType": "s3",
                    "SigningBehavior": "never",
                    "SigningProtocol": "sigv4",
                }
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
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "Bucket": {"Ref": "Bucket"},
                "PolicyDocument": {
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "cloudfront.amazonaws.com"},
                            "Action": ["s3:GetObject", "s3:ListBucket"],
                            "Resource": [
                                {"Fn::GetAtt": ["Bucket", "Arn"]},
                                {"Fn::Sub": "${Bucket.Arn}/*"},
                            ],
                        }
                    ]
                },
            },
        },
        "Cdn": {
            "Type": "AWS::CloudFront::Distribution",
            "Properties": {
                "DistributionConfig": {
                    "Enabled": True,
                    "Aliases": ["www.shop.example", "*.shop.example"],
                    "Restrictions": {
                        "GeoRestriction": {"RestrictionType": "blacklist", "Locations": ["AQ"]}
                    },
                    "CustomErrorResponses": [
                        {
                            "ErrorCode": 502,
                            "ErrorCachingMinTTL": 0,
                            "ResponseCode": 503,
                            "ResponsePagePath": "/maintenance.html",
                        }
                    ],
                    "Origins": [
                        {
                            "Id": "bucket",
                            "DomainName": {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]},
                            "S3OriginConfig": {"OriginAccessIdentity": ""},
                            "OriginAccessControlId": {"Fn::GetAtt": ["Access", "Id"]},
                        },
                        {
                            "Id": "unsigned",
                            "DomainName": {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]},
                            "S3OriginConfig": {"OriginAccessIdentity": ""},
                            "OriginAccessControlId": {"Fn::GetAtt": ["Unsigned", "Id"]},
                        },
                        origin("echo", port),
                        origin("dead", dead),
                    ],
                    "OriginGroups": {
                        "Quantity": 1,
                        "Items": [
                            {
                                "Id": "group",
                                "FailoverCriteria": {
                                    "StatusCodes": {"Quantity": 2, "Items": [500, 502]}
                                },
                                "Members": {
                                    "Quantity": 2,
                                    "Items": [{"OriginId": "dead"}, {"OriginId": "echo"}],
                                },
                            }
                        ],
                    },
                    "DefaultCacheBehavior": {
                        "TargetOriginId": "bucket",
                        "ViewerProtocolPolicy": "allow-all",
                        "CachePolicyId": CACHING_OPTIMIZED,
                        "Compress": True,
                    },
                    "CacheBehaviors": [
                        behaviour("/group/*", "group"),
                        behaviour("/dead/*", "dead"),
                        behaviour(
                            "/fonts/*",
                            "bucket",
                            AllowedMethods=METHODS,
                            OriginRequestPolicyId=CORS_S3_ORIGIN,
                        ),
                        behaviour("/unsigned/*", "unsigned"),
                        behaviour(
                            "/viewer/*",
                            "echo",
                            AllowedMethods=METHODS,
                            OriginRequestPolicyId=ALL_VIEWER_AND_CLOUDFRONT,
                        ),
                        behaviour("/go/*", "bucket", FunctionAssociations=at_viewer("Redirects")),
                        behaviour("/switch/*", "echo", FunctionAssociations=at_viewer("Switch")),
                        behaviour(
                            "/node/*",
                            "echo",
                            LambdaFunctionAssociations=[
                                edge("Node", "viewer-request"),
                                edge("Node", "origin-response"),
                            ],
                        ),
                        behaviour(
                            "/python/*",
                            "echo",
                            AllowedMethods=METHODS,
                            CachePolicyId=CACHING_OPTIMIZED,
                            LambdaFunctionAssociations=[
                                edge("Python", "origin-request", include_body=True),
                                edge("Python", "viewer-response"),
                            ],
                        ),
                    ],
                }
            },
        },
    }


@pytest.fixture(scope="module")
def site(cloud: Emulator, origin_port: int) -> dict[str, str]:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="cdn-features-source")
    data = {"data": [{"key": "aws", "value": json.dumps({"to": "https://aws.amazon.com"})}]}
    s3.put_object(Bucket="cdn-features-source", Key="kvs.json", Body=json.dumps(data).encode())
    (dead,) = free_ports(1)
    source = "arn:aws:s3:::cdn-features-source/kvs.json"
    outputs = cloud.deploy(
        "cdn-features",
        resources(origin_port, dead, source),
        Domain={"Fn::GetAtt": ["Cdn", "DomainName"]},
        Id={"Ref": "Cdn"},
        Bucket={"Ref": "Bucket"},
        Store={"Fn::GetAtt": ["Store", "Arn"]},
    )
    objects = {"style.css": "a{}" * 500, "maintenance.html": "soon", "fonts/a.woff": "font"}
    for key, body in {**objects, "unsigned/a.txt": "private"}.items():
        kind = "text/css" if key.endswith("css") else "text/html"
        s3.put_object(Bucket=outputs["Bucket"], Key=key, Body=body.encode(), ContentType=kind)
    return outputs


def view(
    cloud: Emulator,
    site: dict[str, str],
    path: str,
    method: str = "GET",
    body: bytes = b"",
    /,
    **headers: str,
) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"Host": site["Domain"], "X-Forwarded-Proto": "https", **named}
    return cloud.request(method, cloud.at_gateway(path), sent, body)


def test_a_compressed_object_is_cached_and_confirmed(cloud: Emulator, site: dict[str, str]) -> None:
    first = view(cloud, site, "/style.css", Accept_Encoding="gzip, br")
    assert gzip.decompress(first.body) == b"a{}" * 500
    etag = str(first.header("ETag"))
    assert etag.startswith('W/"')
    second = view(cloud, site, "/style.css", Accept_Encoding="gzip,br", If_None_Match=etag)
    assert (second.status, second.header("X-Cache")) == (304, "Hit from cloudfront")
    plain = view(cloud, site, "/style.css", Range="bytes=0-2")
    assert (plain.status, plain.body) == (206, b"a{}")
    assert view(cloud, site, "/style.css").header("Content-Encoding") is None


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("www.shop.example", 200),
        ("WWW.shop.example:443", 200),
        ("a.b.shop.example", 200),
        ("shop.example", 403),
    ],
)
def test_alternate_domain_names(
    cloud: Emulator, site: dict[str, str], host: str, status: int
) -> None:
    headers = {"Host": host, "X-Forwarded-Proto": "https"}
    assert cloud.request("GET", cloud.at_gateway("/style.css"), headers).status == status


def test_cors_rules_of_a_bucket(cloud: Emulator, site: dict[str, str]) -> None:
    page = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    for method in ("GET", "OPTIONS"):
        reply = view(cloud, site, "/fonts/a.woff", method, **page)
        assert (reply.status, reply.body) == (200, b"font" if method == "GET" else b"")
        assert reply.header("Access-Control-Allow-Origin") == "https://a.example"
    other = {**page, "Origin": "https://b.example"}
    assert view(cloud, site, "/fonts/a.woff", "OPTIONS", **other).status == 403
    assert view(cloud, site, "/fonts/a.woff", **other).header("Access-Control-Allow-Origin") is None


def test_requests_to_a_bucket_that_are_refused(cloud: Emulator, site: dict[str, str]) -> None:
    assert view(cloud, site, "/unsigned/a.txt").status == 403
    assert view(cloud, site, "/fonts/a.woff", "PUT", b"mine").status == 403
    assert view(cloud, site, "/fonts/a.woff").body == b"font"


def test_failover_from_a_dead_origin(cloud: Emulator, site: dict[str, str]) -> None:
    reply = view(cloud, site, "/group/a?x=1")
    assert (reply.status, reply.json()["path"]) == (200, "/group/a?x=1")


def test_the_page_of_a_dead_origin(cloud: Emulator, site: dict[str, str]) -> None:
    reply = view(cloud, site, "/dead/a")
    assert (reply.status, reply.body) == (503, b"soon")
    assert reply.header("X-Cache") == "Error from cloudfront"
    assert "the origin dead cannot be reached" in str(reply.header("X-Serverless-Stack-Error"))


def test_countries(cloud: Emulator, site: dict[str, str]) -> None:
    path = "/maintenance.html"
    assert view(cloud, site, path, X_Serverless_Stack_Viewer_Country="aq").status == 403
    assert view(cloud, site, path, X_Serverless_Stack_Viewer_Country="DE").status == 200
    assert view(cloud, site, path).status == 200


def test_what_the_origin_gets_of_a_viewer(cloud: Emulator, site: dict[str, str]) -> None:
    agent = "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X)"
    seen = view(
        cloud,
        site,
        "/viewer/a",
        User_Agent=agent,
        CloudFront_Viewer_Country="XX",
        X_Serverless_Stack_Viewer_Country="de",
        X_Serverless_Stack_Viewer_Address="203.0.113.7",
    ).json()["headers"]
    assert (seen["user-agent"], seen["cloudfront-viewer-country"]) == (agent, "DE")
    assert (seen["cloudfront-is-tablet-viewer"], seen["cloudfront-is-desktop-viewer"]) == (
        "true",
        "false",
    )
    address, _colon, port = seen["cloudfront-viewer-address"].partition(":")
    assert (address, int(port) > 0) == ("203.0.113.7", True)
    assert seen["x-forwarded-for"] == "203.0.113.7"
    assert seen["cloudfront-viewer-http-version"] == "1.1"
    assert seen["cloudfront-forwarded-proto"] == "https"
    assert not any(name.startswith("x-serverless-stack") for name in seen)


def test_a_body_that_is_too_long(cloud: Emulator, site: dict[str, str]) -> None:
    body = b"." * (64 * 1024 * 1024 + 1)
    assert view(cloud, site, "/viewer/a", "POST", body).status == 413


def signed_request(
    cloud: Emulator,
    method: str,
    url: str,
    body: bytes = b"",
    etag: str = "",
    key_id: str = KEY,
    secret: str = KEY,
) -> Reply:
    """Send a request to a key value store, as SDKs do."""
    headers = signed(method, url, "cloudfront-keyvaluestore", body, key_id, secret)
    return cloud.request(method, url, {**headers, "If-Match": etag}, body)


def test_key_value_store_of_a_function(cloud: Emulator, site: dict[str, str]) -> None:
    reply = view(cloud, site, "/go/aws")
    assert (reply.status, reply.header("Location")) == (302, "https://aws.amazon.com")
    assert reply.header("X-Cache") == "FunctionGeneratedResponse from cloudfront"
    missing = view(cloud, site, "/go/docs")
    assert (missing.status, missing.header("X-Count"), len(missing.body)) == (404, "1", 64)
    # The data plane changes what the function sees.
    url = cloud.at_gateway(f"/key-value-stores/{quote(site['Store'], safe='')}")
    store = signed_request(cloud, "GET", url)
    assert signed_request(cloud, "GET", url, secret="wrong").status == 403
    assert signed_request(cloud, "GET", url, key_id="UNKNOWN").status == 403
    etag = str(store.header("ETag"))
    body = json.dumps({"Value": json.dumps({"to": "/docs"})}).encode()
    put = signed_request(cloud, "PUT", f"{url}/keys/docs", body, etag)
    assert put.json()["ItemCount"] == 2
    assert view(cloud, site, "/go/docs").header("Location") == "/docs"


def test_functions_change_the_origin(cloud: Emulator, site: dict[str, str]) -> None:
    updated = view(cloud, site, "/switch/update/a").json()
    assert updated["path"] == "/updated/switch/update/a"
    assert (updated["headers"]["x-new"], updated["headers"]["host"]) == ("1", "new.example")
    for path in ("/switch/select/a", "/switch/group/a", "/switch/other/a"):
        assert view(cloud, site, path).json()["path"] == path


@pytest.mark.parametrize("what", ["missing", "eval", "fs"])
def test_functions_that_fail(cloud: Emulator, site: dict[str, str], what: str) -> None:
    reply = view(cloud, site, f"/switch/{what}/a")
    assert reply.status == 503
    assert reply.header("X-Cache") == "FunctionExecutionError from cloudfront"
    if what != "missing":
        assert "-Switch failed" in str(reply.header("X-Serverless-Stack-Error"))


def test_edge_function_in_node(cloud: Emulator, site: dict[str, str]) -> None:
    reply = view(cloud, site, "/node/a")
    seen = reply.json()
    assert seen["path"] == "/changed/a"
    assert seen["headers"]["x-event"] == "viewer-request"
    assert reply.header("X-Saw") == "localhost"


def test_edge_function_generates_a_response(cloud: Emulator, site: dict[str, str]) -> None:
    reply = view(cloud, site, "/node/generated")
    assert (reply.status, reply.body) == (401, b"who?")
    assert reply.header("WWW-Authenticate") == "Basic"
    assert reply.header("X-Cache") == "LambdaGeneratedResponse from cloudfront"


@pytest.mark.parametrize(
    ("what", "status", "outcome"),
    [("read-only", 502, "LambdaValidationError"), ("throws", 503, "LambdaExecutionError")],
)
def test_edge_function_fails(
    cloud: Emulator, site: dict[str, str], what: str, status: int, outcome: str
) -> None:
    reply = view(cloud, site, f"/node/{what}")
    # 502 has a page.
    assert reply.status == (503 if status == 502 else status)
    assert reply.header("X-Cache") == f"{outcome} from cloudfront"
    assert b"secret detail" not in reply.body
    if what == "throws":
        log = Path(str(reply.header("X-Serverless-Stack-Log")))
        assert "secret detail" in log.read_text()


def test_edge_function_in_python(cloud: Emulator, site: dict[str, str]) -> None:
    reply = view(cloud, site, "/python/a", "POST", b"hello", Content_Type="text/plain")
    seen = reply.json()
    assert (seen["path"], seen["body"]) == ("/python/python/a", "HELLO")
    assert reply.header("X-Viewer") == "/python/a"


def test_a_response_generated_at_the_origin_is_cached(
    cloud: Emulator, site: dict[str, str]
) -> None:
    replies = [view(cloud, site, "/python/generated") for _ in range(2)]
    assert replies[0].body == replies[1].body != b""
    assert replies[1].header("X-Cache") == "Hit from cloudfront"


def test_stores_and_functions_that_cloudfront_refuses(cloud: Emulator) -> None:
    client = cloud.client("cloudfront")
    with pytest.raises(ClientError, match="does not exist"):
        client.create_key_value_store(
            Name="refused",
            ImportSource={"SourceType": "S3", "SourceARN": "arn:aws:s3:::cdn-none/a.json"},
        )
    with pytest.raises(AssertionError, match="10240 bytes, got: 10241"):
        cloud.deploy("cdn-large-function", function("Large", "a" * 10_241))


def test_distributions_that_cloudfront_refuses(cloud: Emulator, site: dict[str, str]) -> None:
    client = cloud.client("cloudfront")
    found = client.get_distribution_config(Id=site["Id"])
    config = found["DistributionConfig"]
    config["DefaultCacheBehavior"]["TargetOriginId"] = "missing"
    with pytest.raises(client.exceptions.NoSuchOrigin):
        client.update_distribution(Id=site["Id"], IfMatch=found["ETag"], DistributionConfig=config)
    config["CallerReference"] = "another"
    with pytest.raises(client.exceptions.NoSuchOrigin):
        client.create_distribution(DistributionConfig=config)
    cdn = resources(80, 81, "")["Cdn"]
    declared = cdn["Properties"]["DistributionConfig"]
    declared["DefaultCacheBehavior"]["TargetOriginId"] = "missing"
    declared["CacheBehaviors"] = []
    declared["Origins"] = [origin("echo", 80), origin("dead", 81)]
    with pytest.raises(AssertionError, match="target origins or origin groups do not exist"):
        cloud.deploy("cdn-refused", {"Cdn": cdn})


@pytest.mark.parametrize(
    ("role", "properties", "problem"),
    [
        (ROLE, {}, "must be assumable with edgelambda.amazonaws.com"),
        (EDGE_ROLE, {"Environment": {"Variables": {"A": "1"}}}, "cannot have environment"),
    ],
)
def test_edge_functions_that_cloudfront_refuses(
    cloud: Emulator, role: dict[str, Any], properties: dict[str, Any], problem: str
) -> None:
    refused = {
        "Role": role,
        **edge_function("Node", NODE, "nodejs22.x", **properties),
        "Cdn": {
            "Type": "AWS::CloudFront::Distribution",
            "Properties": {
                "DistributionConfig": {
                    "Enabled": True,
                    "Origins": [origin("echo", 80)],
                    "DefaultCacheBehavior": {
                        "TargetOriginId": "echo",
                        "ViewerProtocolPolicy": "allow-all",
                        "CachePolicyId": CACHING_DISABLED,
                        "LambdaFunctionAssociations": [edge("Node", "viewer-request")],
                    },
                }
            },
        },
    }
    with pytest.raises(AssertionError, match=problem):
        cloud.deploy(f"cdn-edge-{len(properties)}", refused)
