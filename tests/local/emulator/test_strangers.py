"""The AWS endpoint serves whoever signs with the key of its cloud, and no web page."""

import base64
import http.client
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.local.emulator.conftest import (
    KEY,
    Client,
    Emulator,
    Reply,
    function,
    rest_api,
    zipped,
)
from tests.local.emulator.test_memcached import cluster
from tests.local.emulator.test_redis import NETWORK, group

EVIL = "https://evil.example"
FRIEND = "https://friend.example"
SECRET = "kept-from-strangers"
ECHO = """
import json, os

def handler(event, context):
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    if event == "keys":
        return [os.environ[name] for name in names]
    if event == "buckets":
        import boto3
        return [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]]
    return {"statusCode": 200, "headers": {"X-Own": "1"}, "body": "echo"}
"""


@pytest.fixture(scope="module")
def secret(cloud: Emulator) -> Iterator[str]:
    """Return the id of a secret."""
    client = cloud.client("secretsmanager")
    client.create_secret(Name="strangers", SecretString=SECRET)
    yield "strangers"
    client.delete_secret(SecretId="strangers", ForceDeleteWithoutRecovery=True)


@pytest.fixture(scope="module")
def bucket(cloud: Emulator) -> Iterator[str]:
    """Return a bucket with an object, whose CORS rules allow one page."""
    client = cloud.client("s3")
    client.create_bucket(Bucket="strangers")
    client.put_object(Bucket="strangers", Key="a b/ü.txt", Body=b"content")
    rule = {
        "AllowedOrigins": [FRIEND],
        "AllowedMethods": ["GET", "PUT", "POST"],
        "AllowedHeaders": ["content-type"],
        "ExposeHeaders": ["etag"],
    }
    client.put_bucket_cors(Bucket="strangers", CORSConfiguration={"CORSRules": [rule]})
    yield "strangers"
    for item in client.list_objects_v2(Bucket="strangers")["Contents"]:
        client.delete_object(Bucket="strangers", Key=item["Key"])
    client.delete_bucket(Bucket="strangers")


def key_client(
    cloud: Emulator, service: str, key_id: str, secret_key: str, token: str | None = None
) -> Client:
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=cloud.at_gateway(""),
        region_name="us-east-1",
        aws_access_key_id=key_id,
        aws_secret_access_key=secret_key,
        aws_session_token=token,
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}),
    )


def ask(cloud: Emulator, secret_id: str, signed: bool, **headers: str) -> Reply:
    """Ask for a secret, with or without a signature."""
    url, body = cloud.at_gateway("/"), json.dumps({"SecretId": secret_id}).encode()
    target = {"X-Amz-Target": "secretsmanager.GetSecretValue"}
    signature = cloud.signed("POST", url, "secretsmanager", body) if signed else {}
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return cloud.request("POST", url, {**target, **signature, **more}, body)


def refused(reply: Reply, text: bytes = b"") -> bool:
    is_readable = any(name.lower().startswith("access-control-") for name, _ in reply.headers)
    return reply.status >= 400 and text in reply.body and not is_readable


def test_a_signed_request_is_served(cloud: Emulator, secret: str) -> None:
    reply = ask(cloud, secret, signed=True)
    assert (reply.status, reply.json()["SecretString"]) == (200, SECRET)
    assert reply.header("Access-Control-Allow-Origin") is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
    ],
)
@pytest.mark.parametrize("signed", [False, True])
def test_a_page_is_refused_even_if_it_signs(
    cloud: Emulator, secret: str, headers: dict[str, str], signed: bool
) -> None:
    reply = ask(cloud, secret, signed, **headers)
    assert refused(reply)
    assert SECRET.encode() not in reply.body


def test_a_page_cannot_run_a_function(cloud: Emulator) -> None:
    code = base64.b64encode(zipped({"index.py": "def handler(e, c): return 1"})).decode()
    request = {
        "FunctionName": "evil",
        "Runtime": "python3.12",
        "Role": "arn:aws:iam::000000000000:role/x",
        "Handler": "index.handler",
        "Code": {"ZipFile": code},
    }
    page = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site", "Content-Type": "text/plain"}
    for headers in (page, {}):
        url = cloud.at_gateway("/2015-03-31/functions")
        assert refused(cloud.request("POST", url, headers, json.dumps(request).encode()))
    names = [item["FunctionName"] for item in cloud.client("lambda").list_functions()["Functions"]]
    assert "evil" not in names


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/strangers"),
        ("GET", "/strangers/a%20b/%C3%BC.txt"),
        ("POST", "/_ministack/reset"),
        ("POST", "/_ministack/config"),
        ("GET", "/_ministack/lambda-code/any"),
        ("GET", "/_aws/sqs/messages?QueueUrl=x"),
        ("GET", "/_serverless_stack/urls"),
        ("POST", "/?Action=GetCallerIdentity&Version=2011-06-15"),
        ("OPTIONS", "/"),
        ("TRACE", "/"),
        ("GET", "/_aws/execute-api/unknown/prod/"),
        ("GET", "/_aws/execute-api"),
        ("POST", "/_aws/lambda-url/00000000000000000000000000000000/"),
    ],
)
def test_who_does_not_sign_is_refused(cloud: Emulator, bucket: str, method: str, path: str) -> None:
    reply = cloud.request(method, cloud.at_gateway(path))
    assert refused(reply)
    assert b"content" not in reply.body


@pytest.mark.parametrize(
    ("key_id", "secret_key"),
    [
        ("test", "wrong"),
        ("tesT", "test"),
        ("tes", "test"),
        ("test0", "test"),
        ("test12345678901", "test"),
        ("test00000000000a", "test"),
        ("000000000000", "test"),
        ("123456789012", "test"),
        ("AKIAIOSFODNN7EXAMPLE", "test"),
    ],
)
def test_another_key_is_refused(
    cloud: Emulator, secret: str, bucket: str, key_id: str, secret_key: str
) -> None:
    with pytest.raises(ClientError, match=r"InvalidSignature|UnrecognizedClient"):
        key_client(cloud, "secretsmanager", key_id, secret_key).get_secret_value(SecretId=secret)
    with pytest.raises(ClientError, match=r"InvalidAccessKeyId|SignatureDoesNotMatch"):
        key_client(cloud, "s3", key_id, secret_key).list_objects_v2(Bucket=bucket)
    url = key_client(cloud, "s3", key_id, secret_key).generate_presigned_url(
        "get_object", {"Bucket": bucket, "Key": "a b/ü.txt"}
    )
    assert refused(cloud.request("GET", url))


def test_the_messages_say_where_the_key_is(cloud: Emulator, bucket: str) -> None:
    with pytest.raises(ClientError, match="serverless-stack local env"):
        key_client(cloud, "s3", "other", "other").list_objects_v2(Bucket=bucket)
    with pytest.raises(ClientError, match="unset AWS_SESSION_TOKEN"):
        key_client(cloud, "secretsmanager", KEY, KEY, "left-over").list_secrets()


def test_a_signature_is_for_one_request(cloud: Emulator, secret: str) -> None:
    url = cloud.at_gateway("/")
    signed = cloud.signed("POST", url, "secretsmanager", b"{}")
    body = json.dumps({"SecretId": secret}).encode()
    headers = {**signed, "X-Amz-Target": "secretsmanager.GetSecretValue"}
    assert cloud.request("POST", url, headers, body).status == 400
    assert cloud.request("POST", url, headers, b"{}").status != 403


def test_another_account_has_its_own_key_id(cloud: Emulator) -> None:
    identity = key_client(cloud, "sts", f"{KEY}111111111111", KEY).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (
        "111111111111",
        "arn:aws:iam::111111111111:root",
    )
    assert cloud.client("sts").get_caller_identity()["Account"] == "000000000000"


def test_keys_of_sts_and_iam_are_served_if_they_sign(cloud: Emulator) -> None:
    iam = cloud.client("iam")
    role = cloud.deploy("strangers-role", function(ECHO), Arn={"Fn::GetAtt": ["Role", "Arn"]})
    assumed = cloud.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="session")
    session = assumed["Credentials"]
    keys = (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    key_client(cloud, "s3", *keys).list_buckets()
    url = key_client(cloud, "s3", *keys).generate_presigned_url("list_buckets")
    assert cloud.request("GET", url).status == 200
    for wrong in ((keys[0], "wrong", keys[2]), (keys[0], keys[1], "wrong"), (keys[0], keys[1])):
        with pytest.raises(ClientError):
            key_client(cloud, "s3", *wrong).list_buckets()
    iam.create_user(UserName="u")
    user = iam.create_access_key(UserName="u")["AccessKey"]
    key_client(cloud, "s3", user["AccessKeyId"], user["SecretAccessKey"]).list_buckets()
    with pytest.raises(ClientError):
        key_client(cloud, "s3", user["AccessKeyId"], "wrong").list_buckets()


def test_functions_have_the_key(cloud: Emulator, bucket: str) -> None:
    name = cloud.deploy("strangers-keys", function(ECHO), Name={"Ref": "Function"})["Name"]

    def invoke(event: str) -> object:
        answer = cloud.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())

    assert invoke("keys") == [KEY, KEY]
    assert bucket in str(invoke("buckets"))


@pytest.mark.parametrize("version", ["s3", "s3v4"])
@pytest.mark.parametrize("key", ["a b/ü.txt", "plus+and&.txt"])
def test_presigned_urls(cloud: Emulator, bucket: str, version: str, key: str) -> None:
    config = Config(signature_version=version, s3={"addressing_style": "path"})
    client = boto3.client(
        "s3",
        endpoint_url=cloud.at_gateway(""),
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=KEY,
        config=config,
    )
    target = {"Bucket": bucket, "Key": key}
    put = client.generate_presigned_url("put_object", target)
    assert cloud.request("PUT", put, body=b"content").status == 200
    get = client.generate_presigned_url("get_object", target)
    assert cloud.request("GET", get).body == b"content"
    assert refused(cloud.request("PUT", get, body=b"another method"))
    assert refused(cloud.request("GET", get.replace(".txt", ".pdf")))
    expired = client.generate_presigned_url("get_object", target, ExpiresIn=-1)
    assert refused(cloud.request("GET", expired), b"expired")


def test_a_presigned_url_is_valid_for_a_week_at_most(cloud: Emulator, bucket: str) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=cloud.at_gateway(""),
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=KEY,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    target = {"Bucket": bucket, "Key": "a b/ü.txt"}
    for seconds, status in ((604800, 200), (604801, 403)):
        url = client.generate_presigned_url("get_object", target, ExpiresIn=seconds)
        assert cloud.request("GET", url).status == status


def form(fields: dict[str, str]) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of an HTML form with a file."""
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    file = 'name="file"; filename="a.txt"'
    parts.append(f"--edge\r\nContent-Disposition: form-data; {file}\r\n\r\nhello\r\n--edge--\r\n")
    return {"Content-Type": "multipart/form-data; boundary=edge"}, "".join(parts).encode()


@pytest.mark.parametrize("sent", ["../../evil.txt", "C:\\\\a\\\\evil.txt", "evil.txt"])
def test_forms_use_the_last_part_of_a_path(cloud: Emulator, bucket: str, sent: str) -> None:
    """As S3 does, for ``${filename}``."""
    client = cloud.client("s3")
    conditions = [["starts-with", "$key", "up/"]]
    post = client.generate_presigned_post(bucket, "up/${filename}", Conditions=conditions)
    headers, body = form(post["fields"])
    body = body.replace(b'filename="a.txt"', f'filename="{sent}"'.encode())
    assert cloud.request("POST", post["url"], headers, body).status in (200, 204)
    assert client.get_object(Bucket=bucket, Key="up/evil.txt")["Body"].read() == b"hello"
    client.delete_object(Bucket=bucket, Key="up/evil.txt")


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_presigned_forms(cloud: Emulator, bucket: str, version: str) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=cloud.at_gateway(""),
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=KEY,
        config=Config(signature_version=version),
    )
    post = client.generate_presigned_post(bucket, "form.txt")
    url, fields = post["url"], post["fields"]
    headers, body = form(fields)
    assert cloud.request("POST", url, headers, body).status in (200, 204)
    assert client.get_object(Bucket=bucket, Key="form.txt")["Body"].read() == b"hello"
    signature = next(name for name in fields if name.lower().endswith("signature"))
    for wrong in (
        {**fields, signature: fields[signature][:-1] + "0="},
        {**fields, "policy": fields["policy"].replace("e", "f", 1)},
        {name: value for name, value in fields.items() if name != signature},
        {name: value for name, value in fields.items() if name != "policy"},
        {"key": "form.txt"},
    ):
        headers, body = form(wrong)
        assert refused(cloud.request("POST", url, headers, body))


def test_a_page_that_the_bucket_allows(cloud: Emulator, bucket: str) -> None:
    url = cloud.client("s3").generate_presigned_url(
        "get_object", {"Bucket": bucket, "Key": "a b/ü.txt"}
    )
    reply = cloud.request("GET", url, {"Origin": FRIEND, "Sec-Fetch-Site": "cross-site"})
    assert (reply.status, reply.body) == (200, b"content")
    assert reply.all("Access-Control-Allow-Origin") == [FRIEND]
    assert reply.header("Access-Control-Expose-Headers") == "etag"
    assert refused(cloud.request("GET", url, {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}))
    assert refused(cloud.request("GET", url, [("Origin", FRIEND), ("Origin", EVIL)]))
    unsigned = urlsplit(url)._replace(query="").geturl()
    assert cloud.request("GET", unsigned, {"Origin": FRIEND}).status == 403


@pytest.mark.parametrize(
    ("origin", "method", "headers", "status"),
    [
        (FRIEND, "PUT", "content-type", 200),
        (FRIEND, "PUT", "x-amz-target", 403),
        (FRIEND, "DELETE", "", 403),
        (EVIL, "PUT", "content-type", 403),
    ],
)
def test_preflights_of_a_bucket(
    cloud: Emulator, bucket: str, origin: str, method: str, headers: str, status: int
) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    if headers:
        asked["Access-Control-Request-Headers"] = headers
    reply = cloud.request("OPTIONS", cloud.at_gateway(f"/{bucket}/new"), asked)
    assert reply.status == status
    expected = [origin] if status == 200 else []
    assert reply.all("Access-Control-Allow-Origin") == expected


def test_the_rules_of_a_bucket_open_no_other_service(
    cloud: Emulator, bucket: str, secret: str
) -> None:
    """Neither a bucket's path nor its rules lead a page to another service."""
    body = json.dumps({"SecretId": secret}).encode()
    url = cloud.at_gateway(f"/{bucket}/x")
    signed = cloud.signed("POST", url, "secretsmanager", body)
    headers = {**signed, "X-Amz-Target": "secretsmanager.GetSecretValue", "Origin": FRIEND}
    assert refused(cloud.request("POST", url, headers, body))
    del headers["X-Amz-Target"]
    assert refused(cloud.request("POST", url, headers, body))


def test_a_link_to_a_presigned_url_is_followed(cloud: Emulator, bucket: str) -> None:
    """Links and images send no origin: the signature in the URL is enough, as on AWS."""
    client = cloud.client("s3")
    target = {"Bucket": bucket, "Key": "a b/ü.txt"}
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    url = client.generate_presigned_url("get_object", target)
    assert cloud.request("GET", url, link).body == b"content"
    assert refused(cloud.request("GET", urlsplit(url)._replace(query="").geturl(), link))
    url = client.generate_presigned_url("put_object", target)
    assert refused(cloud.request("PUT", url, link, b"no link writes"))


def test_doors_of_the_app_serve_every_page_by_a_loopback_name(cloud: Emulator) -> None:
    resources = {**function(ECHO), **rest_api()}
    api_id = cloud.deploy("strangers-api", resources, Id={"Ref": "Api"})["Id"]
    page = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}
    at_gateway = cloud.at_gateway(f"/_aws/execute-api/{api_id}/prod/a")
    by_name = {"Host": f"{api_id}.localhost:{cloud.api}"}
    for url, headers in ((at_gateway, page), (cloud.at_api("/prod/a"), {**page, **by_name})):
        reply = cloud.request("GET", url, headers)
        assert (reply.status, reply.body, reply.header("X-Own")) == (200, b"echo", "1")
        assert reply.header("Access-Control-Allow-Origin") is None
    for url in (at_gateway, cloud.at_api("/prod/a"), cloud.at_cdn("/")):
        reply = cloud.request("GET", url, {"Host": "evil.example"})
        assert refused(reply, b"`Host` must be a loopback name")


@pytest.mark.parametrize("door", ["api", "cdn", "gateway"])
def test_no_door_of_an_app_leads_to_the_endpoint(cloud: Emulator, secret: str, door: str) -> None:
    headers = {"X-Amz-Target": "secretsmanager.GetSecretValue"}
    port = getattr(cloud, door)
    for host in ("abcdef12.execute-api.localhost", "x.elb.localhost", "a.cloudfront.localhost"):
        for path in ("/", "/_alb/x/", "/_aws/execute-api/x", "/_ministack/reset"):
            reply = cloud.request(
                "POST",
                f"http://127.0.0.1:{port}{path}",
                {**headers, "Host": host},
                json.dumps({"SecretId": secret}).encode(),
            )
            assert reply.status >= 400
            assert SECRET.encode() not in reply.body
    assert ask(cloud, secret, signed=True).status == 200


def http_api(cloud: Emulator) -> str:
    """Deploy an HTTP API, and return the URL of its function without authentication."""
    uri = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}"
    resources = {
        **function(ECHO),
        "Web": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {"Name": "web", "ProtocolType": "HTTP"},
        },
        "Integration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": "Web"},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": {"Fn::Sub": f"{uri}/invocations"},
                "PayloadFormatVersion": "2.0",
            },
        },
        "Route": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": "Web"},
                "RouteKey": "$default",
                "Target": {"Fn::Sub": "integrations/${Integration}"},
            },
        },
        "Stage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {"ApiId": {"Ref": "Web"}, "StageName": "$default", "AutoDeploy": True},
        },
        "Url": {
            "Type": "AWS::Lambda::Url",
            "Properties": {
                "TargetFunctionArn": {"Fn::GetAtt": ["Function", "Arn"]},
                "AuthType": "NONE",
            },
        },
    }
    outputs = cloud.deploy("strangers-http", resources, Url={"Fn::GetAtt": ["Url", "FunctionUrl"]})
    return outputs["Url"]


def test_http_apis_and_public_function_urls_need_no_key(new_cloud: Emulator) -> None:
    cloud = new_cloud
    host = str(urlsplit(http_api(cloud)).hostname)
    label, region = host.split(".")[0], "us-east-1"
    page = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}
    reply = cloud.request("GET", cloud.at_api("/a"), page)
    assert (reply.body, reply.header("Access-Control-Allow-Origin")) == (b"echo", None)
    for url, headers in (
        (cloud.at_gateway(f"/_aws/lambda-url/{label}/a"), page),
        (cloud.at_gateway("/a"), {**page, "Host": f"{label}.lambda-url.{region}.localhost"}),
    ):
        reply = cloud.request("GET", url, headers)
        assert (reply.body, reply.header("Access-Control-Allow-Origin")) == (b"echo", None)
    (configured,) = cloud.client("lambda").list_functions()["Functions"]
    client = cloud.client("lambda")
    client.update_function_url_config(FunctionName=configured["FunctionName"], AuthType="AWS_IAM")
    assert refused(cloud.request("GET", cloud.at_gateway(f"/_aws/lambda-url/{label}/a")))


def test_a_target_without_a_path_does_not_leave_the_api(new_cloud: Emulator) -> None:
    """`POST *` is a valid request line, and names no API in the form that MiniStack accepts."""
    new_cloud.client("secretsmanager").create_secret(Name="inside", SecretString=SECRET)
    http_api(new_cloud)
    for port in (new_cloud.api, new_cloud.cdn, new_cloud.gateway):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        headers = {"X-Amz-Target": "secretsmanager.GetSecretValue"}
        connection.request("POST", "*", json.dumps({"SecretId": "inside"}), headers)
        answer = connection.getresponse()
        assert answer.status >= 400
        assert SECRET.encode() not in answer.read()
        connection.close()


def test_caches_obey_no_web_page(new_cloud: Emulator) -> None:
    """A page may send any text to any port: redis-server and memcached hang up."""
    plain = {"TransitEncryptionEnabled": False}
    caches = {"Redis": group(**plain), "Memcached": cluster(**plain)["Cache"]}
    ports = new_cloud.deploy(
        "strangers-caches",
        {**NETWORK, **caches},
        Redis={"Fn::GetAtt": ["Redis", "PrimaryEndPoint.Port"]},
        Memcached={"Fn::GetAtt": ["Memcached", "ConfigurationEndpoint.Port"]},
    )
    for port, command, question, empty in (
        (ports["Redis"], b"SET evil 1\r\n", b"EXISTS evil\r\n", b":0"),
        (ports["Memcached"], b"set evil 0 0 1\r\n1\r\n", b"get evil\r\n", b"END"),
    ):
        post = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n\r\n"
        with socket.create_connection(("127.0.0.1", int(port)), 5) as page:
            page.sendall(post + command)
            page.recv(100)
        with socket.create_connection(("127.0.0.1", int(port)), 5) as own:
            own.sendall(question)
            assert own.recv(100).startswith(empty)
