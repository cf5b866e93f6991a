"""The Java example, from its sources to requests: compiled, deployed to a local cloud, called."""

import os
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import boto3
import pytest

from serverless_stack.local.cloud import LocalCloud

EXAMPLE = Path(__file__).parents[2] / "examples/java"
REPOSITORY = EXAMPLE.parents[1]

pytestmark = pytest.mark.skipif(
    shutil.which("javac") is None and "CI" not in os.environ, reason="there is no JDK"
)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """The example in a local cloud."""
    folder = tmp_path_factory.mktemp("example") / "java"
    shutil.copytree(EXAMPLE, folder)
    with pytest.MonkeyPatch.context() as patch:
        binaries = REPOSITORY / "node_modules" / ".bin"
        patch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
        patch.setenv("PYTHONPATH", str(REPOSITORY))
        with LocalCloud.start(folder) as cloud:
            cloud.deploy()
            yield cloud


def answer(cloud: LocalCloud, method: str, path: str, body: bytes | None = None) -> tuple[int, str]:
    (api,) = cloud.urls().apis
    request = urllib.request.Request(f"{api.url}{path}", body, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.status, reply.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def test_java_behind_a_proxy_api(cloud: LocalCloud) -> None:
    assert answer(cloud, "GET", "orders/7") == (200, "Ada")
    assert answer(cloud, "GET", "orders/8") == (404, "there is no order 8")
    assert answer(cloud, "PUT", "orders/8", "Zoë".encode()) == (200, "Zoë")
    assert answer(cloud, "GET", "orders/8") == (200, "Zoë")


def test_the_alias_has_a_published_version(cloud: LocalCloud) -> None:
    environment = cloud.environment()
    client = boto3.client(
        "lambda",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )
    name = next(
        function["FunctionName"]
        for function in client.list_functions()["Functions"]
        if function["Runtime"] == "java21"
    )
    alias = client.get_alias(FunctionName=name, Name="live")
    assert alias["FunctionVersion"] == "1"
    version = client.get_function_configuration(FunctionName=name, Qualifier="1")
    assert version["SnapStart"]["ApplyOn"] == "PublishedVersions"
