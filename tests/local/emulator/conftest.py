"""An emulator for the test session, and stacks from small templates."""

import hashlib
import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

import serverless_stack
from serverless_stack.local.toolchain.install import emulator_python

Json = Any
Client = Any

EMULATOR = Path(serverless_stack.__file__).parent / "local" / "emulator"
KEY = "test"
"""The id and the secret of the access key. A cloud that a user starts has a random one."""


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def which(*names: str) -> str:
    from shutil import which as find

    for name in names:
        path = find(name) or find(name, path="/usr/sbin:/usr/local/bin:/opt/homebrew/bin")
        if path:
            return path
    raise FileNotFoundError(f"none of {names} is installed")


@dataclass
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((v for k, v in self.headers if k.lower() == name.lower()), None)

    def all(self, name: str) -> list[str]:
        return [v for k, v in self.headers if k.lower() == name.lower()]

    def json(self) -> Json:
        return json.loads(self.body)


@dataclass
class Emulator:
    """An emulator process and its clients."""

    process: subprocess.Popen[str]
    home: Path
    gateway: int
    api: int
    cdn: int
    stacks: list[str] = field(default_factory=list)

    def client(self, service: str) -> Client:
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=f"http://127.0.0.1:{self.gateway}",
            region_name="us-east-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=KEY,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}),
        )

    def deploy(self, name: str, resources: dict[str, Any], **outputs: object) -> dict[str, str]:
        """Create or update a stack, and return its outputs."""
        formation = self.client("cloudformation")
        template = {
            "Resources": resources,
            "Outputs": {key: {"Value": value} for key, value in outputs.items()},
        }
        body = json.dumps(template)
        known = name in self.stacks
        action = formation.update_stack if known else formation.create_stack
        action(StackName=name, Capabilities=["CAPABILITY_NAMED_IAM"], **self.source(name, body))
        if not known:
            self.stacks.append(name)
        stack = self.wait(name)
        if not stack["StackStatus"].endswith("_COMPLETE") or "ROLLBACK" in stack["StackStatus"]:
            raise AssertionError(f"{stack['StackStatus']}: {self.failures(name)}")
        return {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}

    def source(self, name: str, body: str) -> dict[str, str]:
        """Return the template of a stack as an argument of CloudFormation."""
        return {"TemplateBody": body} if len(body) <= 51_200 else self._uploaded(name, body)

    def _uploaded(self, name: str, body: str) -> dict[str, str]:
        """Upload a template that is too long for a request."""
        bucket = f"templates-{name.lower()}"
        client = self.client("s3")
        client.create_bucket(Bucket=bucket)
        client.put_object(Bucket=bucket, Key="template.json", Body=body.encode())
        return {"TemplateURL": self.at_gateway(f"/{bucket}/template.json")}

    def wait(self, name: str) -> dict[str, Any]:
        formation = self.client("cloudformation")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            stack: dict[str, Any] = formation.describe_stacks(StackName=name)["Stacks"][0]
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                return stack
            time.sleep(0.05)
        raise AssertionError(f"{name} is still {stack['StackStatus']}")

    def failures(self, name: str) -> list[str]:
        events = self.client("cloudformation").describe_stack_events(StackName=name)
        return [
            f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
            for event in events["StackEvents"]
            if "FAILED" in event["ResourceStatus"]
        ]

    def destroy(self, name: str) -> str:
        """Delete a stack, and return its final status."""
        formation = self.client("cloudformation")
        arn = formation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
        formation.delete_stack(StackName=name)
        status: str = self.wait(arn)["StackStatus"]
        if status == "DELETE_COMPLETE":
            self.stacks.remove(name)
        return status

    def request(
        self,
        method: str,
        url: str,
        headers: dict[str, str] | list[tuple[str, str]] | None = None,
        body: bytes = b"",
    ) -> Reply:
        """Send a request without further headers than Host and Content-Length."""
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(str(parts.hostname), int(parts.port or 80))
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
        try:
            connection.putrequest(
                method,
                target,
                skip_host=any(key.lower() == "host" for key, _ in pairs),
                skip_accept_encoding=True,
            )
            for key, value in pairs:
                connection.putheader(key, value)
            if body:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            answer = connection.getresponse()
            return Reply(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def signed(
        self,
        method: str,
        url: str,
        service: str = "s3",
        body: bytes = b"",
        key_id: str = KEY,
        secret: str = KEY,
    ) -> dict[str, str]:
        """Return the headers of a signed request."""
        request = AWSRequest(method, url, data=body)
        signer = S3SigV4Auth if service == "s3" else SigV4Auth
        signer(Credentials(key_id, secret), service, "us-east-1").add_auth(request)
        return dict(request.headers.items())

    def at_api(self, path: str) -> str:
        return f"http://127.0.0.1:{self.api}{path}"

    def at_cdn(self, path: str) -> str:
        return f"http://127.0.0.1:{self.cdn}{path}"

    def at_gateway(self, path: str) -> str:
        return f"http://127.0.0.1:{self.gateway}{path}"

    def urls(self) -> Json:
        url = self.at_gateway("/_serverless_stack/urls")
        return self.request("GET", url, self.signed("GET", url)).json()

    def log(self) -> str:
        return (self.home / "logs" / "emulator.log").read_text(encoding="utf-8")


def environment(home: Path, overlays: Path, **more: str) -> dict[str, str]:
    gateway, api, cdn = free_ports(3)
    binaries = Path(sys.executable).parent
    uv = binaries / "uv"
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SERVERLESS_"))},
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "GATEWAY_PORT": str(gateway),
        "SERVERLESS_STACK_API_PORT": str(api),
        "SERVERLESS_STACK_CDN_PORT": str(cdn),
        "SERVERLESS_STACK_ACCESS_KEY_ID": KEY,
        "SERVERLESS_STACK_SECRET_ACCESS_KEY": KEY,
        "SERVERLESS_STACK_HOME": str(home),
        "SERVERLESS_STACK_OVERLAYS": str(overlays),
        "SERVERLESS_STACK_UV": str(uv) if uv.exists() else which("uv"),
        "SERVERLESS_STACK_REDIS": which("redis-server"),
        "SERVERLESS_STACK_MEMCACHED": which("memcached"),
        **more,
    }


def start(home: Path, overlays: Path, **more: str) -> Emulator:
    """Start an emulator. Try again if another process took one of its ports."""
    for _attempt in range(3):
        try:
            return start_once(home, overlays, **more)
        except AssertionError as error:
            if "already in use" not in str(error):
                raise
    return start_once(home, overlays, **more)


def start_once(home: Path, overlays: Path, **more: str) -> Emulator:
    settings = environment(home, overlays, **more)
    process = subprocess.Popen(
        [str(emulator_python()), str(EMULATOR)],
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    emulator = Emulator(
        process,
        home,
        int(settings["GATEWAY_PORT"]),
        int(settings["SERVERLESS_STACK_API_PORT"]),
        int(settings["SERVERLESS_STACK_CDN_PORT"]),
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(process.stdout.read() if process.stdout else "")
        try:
            emulator.request("GET", emulator.at_gateway("/_ministack/health"))
        except OSError:
            time.sleep(0.05)
        else:
            return emulator
    process.kill()
    raise AssertionError("the emulator did not become ready within 30 s")


def stop(emulator: Emulator) -> int:
    if emulator.process.poll() is None:
        emulator.process.send_signal(signal.SIGTERM)
    try:
        return emulator.process.wait(10)
    finally:
        emulator.process.kill()
        if emulator.process.stdout:
            emulator.process.stdout.close()


@pytest.fixture(scope="session")
def overlays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("overlays")


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory, overlays: Path) -> Iterator[Emulator]:
    """Return the emulator of the session. Each test uses stack names of its own."""
    emulator = start(tmp_path_factory.mktemp("cloud"), overlays)
    yield emulator
    stop(emulator)


@pytest.fixture
def new_cloud(tmp_path: Path, overlays: Path) -> Iterator[Emulator]:
    """Return a new emulator for one test."""
    emulator = start(tmp_path / "home", overlays)
    yield emulator
    stop(emulator)


def zipped(files: dict[str, str | bytes]) -> bytes:
    """Return an archive with a digest in its comment, as packages have it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
        bundle.comment = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest().encode()
    return buffer.getvalue()


ROLE: dict[str, Any] = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    },
}


def function(code: str, **properties: object) -> dict[str, dict[str, Any]]:
    """Return the resources of a Python function with inline code, named ``Function``."""
    return {
        "Role": ROLE,
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Handler": "index.handler",
                "Runtime": "python3.12",
                "Timeout": 5,
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": code},
                **properties,
            },
        },
    }


def rest_api(binary: list[str] | None = None, timeout: int = 29000) -> dict[str, dict[str, Any]]:
    """Return the resources of a REST API with ANY on / and /{proxy+} to ``Function``."""
    uri = {
        "Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "${Function.Arn}/invocations"
    }

    def method(resource: object) -> dict[str, Any]:
        return {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {
                "RestApiId": {"Ref": "Api"},
                "ResourceId": resource,
                "HttpMethod": "ANY",
                "AuthorizationType": "NONE",
                "Integration": {
                    "Type": "AWS_PROXY",
                    "IntegrationHttpMethod": "POST",
                    "Uri": uri,
                    "TimeoutInMillis": timeout,
                },
            },
        }

    root = {"Fn::GetAtt": ["Api", "RootResourceId"]}
    api: dict[str, Any] = {"Name": {"Ref": "AWS::StackName"}}
    if binary:
        api["BinaryMediaTypes"] = binary
    return {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": api},
        "Proxy": {
            "Type": "AWS::ApiGateway::Resource",
            "Properties": {
                "RestApiId": {"Ref": "Api"},
                "ParentId": root,
                "PathPart": "{proxy+}",
            },
        },
        "AnyRoot": method(root),
        "AnyProxy": method({"Ref": "Proxy"}),
        "Deployment": {
            "Type": "AWS::ApiGateway::Deployment",
            "DependsOn": ["AnyRoot", "AnyProxy"],
            "Properties": {"RestApiId": {"Ref": "Api"}},
        },
        "Stage": {
            "Type": "AWS::ApiGateway::Stage",
            "Properties": {
                "RestApiId": {"Ref": "Api"},
                "DeploymentId": {"Ref": "Deployment"},
                "StageName": "prod",
                "TracingEnabled": True,
                "MethodSettings": [
                    {
                        "HttpMethod": "*",
                        "ResourcePath": "/*",
                        "ThrottlingRateLimit": 100,
                        "ThrottlingBurstLimit": 200,
                    }
                ],
            },
        },
        "Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": "Function"},
                "Principal": "apigateway.amazonaws.com",
                "SourceArn": {
                    "Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/*/*"
                },
            },
        },
    }
