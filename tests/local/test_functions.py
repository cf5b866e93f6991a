"""Functions of `LambdaHandler` in a local cloud: their URLs and API, and a release that fails."""

import os
import shutil
import threading
import time
import urllib.request
from collections.abc import Iterator
from urllib.error import HTTPError

import pytest

from serverless_stack.local.cloud import LocalCloud
from serverless_stack.local.errors import LocalCloudError
from serverless_stack.local.processes import lifecycle
from tests.local.conftest import APPS, REPOSITORY


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """The first release, deployed by the CDK CLI."""
    folder = tmp_path_factory.mktemp("functions") / "app"
    shutil.copytree(APPS / "functions", folder)
    with pytest.MonkeyPatch.context() as patch:
        binaries = REPOSITORY / "node_modules" / ".bin"
        patch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
        patch.setenv("PYTHONPATH", str(REPOSITORY))
        try:
            with LocalCloud.start(folder) as cloud:
                cloud.deploy()
                yield cloud
        finally:
            lifecycle.stop(folder, "default")


def answer(url: str, headers: dict[str, str] | None = None) -> tuple[int, str, dict[str, str]]:
    request = urllib.request.Request(url, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.status, reply.read().decode(), dict(reply.headers.items())
    except HTTPError as error:
        return error.code, error.read().decode(), dict(error.headers.items())


def url_of(cloud: LocalCloud, name: str) -> str:
    (found,) = (item.url for item in cloud.urls().functions if f"-{name}" in item.name)
    return found


def test_urls_and_the_api_call_the_alias(cloud: LocalCloud) -> None:
    status, body, headers = answer(url_of(cloud, "Hook"), {"Origin": "https://example.com"})
    assert (status, body) == (200, "1")
    assert headers["Access-Control-Allow-Origin"] == "https://example.com"
    (api,) = cloud.urls().apis
    assert answer(f"{api.url}x")[:2] == (200, "1")
    assert answer(url_of(cloud, "Signed"))[0] == 403


def test_a_bad_release_is_rolled_back(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASE", "bad")
    failure: list[LocalCloudError] = []

    def deploy() -> None:
        try:
            cloud.deploy()
        except LocalCloudError as error:
            failure.append(error)

    deployment = threading.Thread(target=deploy)
    deployment.start()
    url, seen = f"{url_of(cloud, 'Hook')}work", set[int]()
    while deployment.is_alive():  # half of the requests meet the new version, until one fails
        seen.add(answer(url)[0])
        time.sleep(0.05)
    deployment.join()
    assert failure
    assert seen == {200, 502}
    assert {answer(url)[:2] for _ in range(10)} == {(200, "1")}
