"""Deployments of real apps with the CDK CLI, over HTTP."""

import json
import os
import signal
import socket
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import boto3
import pytest
from botocore.exceptions import ClientError

from serverless_stack.local import folders
from serverless_stack.local.cdk.stacks import StackSummary, list_stacks
from serverless_stack.local.cloud import LocalCloud
from serverless_stack.local.errors import CommandError, LocalCloudError
from serverless_stack.local.processes import (
    emulator as emulator_process,
)
from serverless_stack.local.processes import (
    lifecycle,
    ports,
    process_table,
    state,
)
from serverless_stack.local.processes.locks import locked
from serverless_stack.local.progress import SilentReport
from tests.local.conftest import processes_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def body_of(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())


def client_of(environment: Mapping[str, str]) -> "S3Client":
    return boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )


def s3_of(cloud: LocalCloud) -> "S3Client":
    return client_of(cloud.environment())


def buckets_of(cloud: LocalCloud) -> list[str]:
    return [bucket["Name"] for bucket in s3_of(cloud).list_buckets()["Buckets"]]


def test_a_plain_cdk_app_from_deploy_to_destroy(tiny_app: Path) -> None:
    before = sorted(tiny_app.rglob("*"))
    with LocalCloud.start(tiny_app) as cloud:
        result = cloud.deploy()
        assert [phase.name for phase in cloud.phases] == [
            "packages",
            "emulator",
            "synth",
            "bootstrap",
            "deploy",
        ]
        assert [phase.name for phase in result.phases] == ["synth", "bootstrap", "deploy"]
        assert all(phase.seconds > 0 for phase in result.phases)
        bucket = result.outputs["Tiny"]["BucketName"]
        (api,) = result.urls.apis
        assert api.url == f"http://127.0.0.1:{cloud.state.api_port}/prod/"
        assert body_of(api.url) == f"hello from {bucket}"
        assert result.urls == cloud.urls()
        assert list_stacks(cloud.state) == [
            StackSummary("CDKToolkit", "CREATE_COMPLETE", "000000000000/us-east-1"),
            StackSummary("Tiny", "CREATE_COMPLETE", "000000000000/us-east-1"),
        ]
        cloud.destroy()
        assert [stack.name for stack in list_stacks(cloud.state)] == ["CDKToolkit"]
        assert cloud.urls().apis == ()
    assert processes_of(tiny_app) == []
    assert not cloud.home.exists()
    assert sorted(tiny_app.rglob("*")) == before


def test_an_update_does_not_bootstrap_again(assembly_app: Path) -> None:
    with LocalCloud.start(assembly_app) as cloud:
        first = cloud.deploy(["Fixed"])
        template = json.loads((assembly_app / "template.json").read_text())
        template["Outputs"]["Added"] = {"Value": "later"}
        template["Resources"]["Parameter"]["Properties"]["Value"] = "changed"
        (assembly_app / "template.json").write_text(json.dumps(template))
        second = LocalCloud.attach(assembly_app).deploy()
        assert [phase.name for phase in second.phases] == ["synth", "deploy"]
        assert second.outputs == {"Fixed": {**first.outputs["Fixed"], "Added": "later"}}


def test_boto3_reaches_the_cloud_by_its_environment(assembly_app: Path) -> None:
    with LocalCloud.start(assembly_app) as cloud:
        environment = cloud.environment()
        assert environment["AWS_ENDPOINT_URL"] == cloud.endpoint_url
        assert environment["AWS_ENDPOINT_URL_S3"] == cloud.endpoint_url
        assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == "us-east-1"
        assert cloud.endpoint_url == f"http://127.0.0.1:{cloud.state.gateway_port}"


def test_a_failing_app_is_explained_and_the_cloud_keeps_running(assembly_app: Path) -> None:
    (assembly_app / "before.py").write_text("raise SystemExit('the app has a mistake')")
    with LocalCloud.start(assembly_app) as cloud:
        with pytest.raises(
            CommandError, match=r"`cdk synth` failed; see .*cdk\.log for its output$"
        ) as caught:
            cloud.deploy()
        assert "the app has a mistake" in caught.value.log
        assert "the app has a mistake" in (cloud.home / "cdk.log").read_text()
        assert cloud.state.is_running()


def test_two_clouds_of_one_app_and_a_second_start(assembly_app: Path) -> None:
    with (
        LocalCloud.start(assembly_app) as first,
        LocalCloud.start(assembly_app, name="other") as other,
    ):
        first_ports = {first.state.gateway_port, first.state.api_port, first.state.cdn_port}
        other_ports = {other.state.gateway_port, other.state.api_port, other.state.cdn_port}
        assert len(first_ports | other_ports) == 6
        s3_of(first).create_bucket(Bucket="only-in-the-first")
        assert buckets_of(first) == ["only-in-the-first"]
        assert buckets_of(other) == []
        stolen = {**other.environment(), "AWS_ENDPOINT_URL": first.endpoint_url}
        with pytest.raises(ClientError, match="InvalidAccessKeyId"):
            client_of(stolen).list_buckets()
        with LocalCloud.start(assembly_app) as again:
            assert not again.started_here
            assert again.state == first.state
        assert first.state.is_running()
        first.stop()
        assert processes_of(assembly_app) == []
        assert other.state.is_running()
        assert emulator_process.is_healthy(other.state.gateway_port)
    assert processes_of(assembly_app, "other") == []


def test_concurrent_starts_are_one_cloud(assembly_app: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        clouds = list(pool.map(lambda _: LocalCloud.start(assembly_app), range(2)))
    assert sorted(cloud.started_here for cloud in clouds) == [False, True]
    assert clouds[0].state == clouds[1].state
    for cloud in clouds:
        cloud.stop()


def test_chosen_ports(assembly_app: Path) -> None:
    gateway, api, cdn = ports.choose(0, 0, 0)
    with LocalCloud.start(assembly_app, gateway_port=gateway, api_port=api, cdn_port=cdn) as cloud:
        known = cloud.state
        assert (known.gateway_port, known.api_port, known.cdn_port) == (gateway, api, cdn)
        with pytest.raises(
            LocalCloudError,
            match=f"^--api-port must be {api}, the port of the running .* got: 1234;",
        ):
            LocalCloud.start(assembly_app, api_port=1234)


def test_a_chosen_port_in_use_changes_nothing(assembly_app: Path) -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        taken = server.getsockname()[1]
        with pytest.raises(LocalCloudError, match=f"^--cdn-port: port {taken} is in use"):
            LocalCloud.start(assembly_app, cdn_port=taken)
    assert not folders.cloud(assembly_app, "default").exists()


def test_the_ports_stay_the_same_and_another_one_is_told(assembly_app: Path) -> None:
    def ports_of(cloud: LocalCloud) -> list[int]:
        return [cloud.state.gateway_port, cloud.state.api_port, cloud.state.cdn_port]

    class Notes(SilentReport):
        texts: ClassVar[list[str]] = []

        def note(self, text: str) -> None:
            self.texts.append(text)

    with LocalCloud.start(assembly_app, report=Notes()) as cloud:
        first = ports_of(cloud)
    with LocalCloud.start(assembly_app, report=Notes()) as cloud:
        assert ports_of(cloud) == first
        environment = cloud.environment()
    assert Notes.texts == []
    with (
        socket.create_server((ports.LOOPBACK, first[1])),
        LocalCloud.start(assembly_app, report=Notes()) as cloud,
    ):
        gateway, api, cdn = ports_of(cloud)
        assert [gateway, cdn] == [first[0], first[2]]
        assert cloud.environment()["AWS_ACCESS_KEY_ID"] != environment["AWS_ACCESS_KEY_ID"]
    (note,) = Notes.texts
    assert note == f"port {first[1]} is in use by another program: the APIs moved to port {api}"


def test_a_port_taken_in_the_meantime_is_replaced(
    assembly_app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose, calls = ports.choose, []

    def first_a_taken_one(*wanted: int) -> list[int]:
        calls.append(wanted)
        chosen = choose(*wanted)
        return [server.getsockname()[1], *chosen[1:]] if len(calls) == 1 else chosen

    with socket.create_server((ports.LOOPBACK, 0)) as server:
        monkeypatch.setattr(ports, "choose", first_a_taken_one)
        with LocalCloud.start(assembly_app) as cloud:
            assert cloud.state.gateway_port != server.getsockname()[1]
    assert len(calls) == 2


def test_an_emulator_that_ends_shows_the_end_of_its_log(
    assembly_app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator = tmp_path / "emulator"
    emulator.mkdir()
    (emulator / "__main__.py").write_text(
        "import sys; print('ministack must be 1.5.33, got: 1.5.34', file=sys.stderr); sys.exit(3)"
    )
    monkeypatch.setattr(emulator_process, "EMULATOR", emulator)
    with pytest.raises(CommandError, match=r"cannot start: ministack must be 1\.5\.33") as got:
        LocalCloud.start(assembly_app)
    assert "remove" in str(got.value)
    (emulator / "__main__.py").write_text("print('the last words'); raise SystemExit(9)")
    with pytest.raises(CommandError, match="ended with status 9") as caught:
        LocalCloud.start(assembly_app)
    assert caught.value.log == "the last words"
    assert not folders.cloud(assembly_app, "default").exists()


def test_a_killed_emulator_is_cleaned_up(assembly_app: Path) -> None:
    cloud = LocalCloud.start(assembly_app)
    pid = cloud.state.pid
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    with pytest.raises(LocalCloudError, match="is not running: start it with"):
        cloud.endpoint_url  # noqa: B018
    with LocalCloud.start(assembly_app) as again:
        assert again.started_here
        assert again.state.pid != pid
    cloud.stop()


def test_stop_does_not_kill_a_process_with_a_reused_id(assembly_app: Path) -> None:
    cloud = LocalCloud.start(assembly_app)
    known = cloud.state
    cloud.stop()
    me = process_table.find(os.getpid())
    assert me is not None
    state.write(cloud.home, replace(known, pid=me.pid))
    assert lifecycle.running(assembly_app, "default") is None
    assert lifecycle.stop(assembly_app, "default")
    assert not cloud.home.exists()
    assert not lifecycle.stop(assembly_app, "default")


def test_stop_with_an_invalid_state_file(assembly_app: Path) -> None:
    cloud = LocalCloud.start(assembly_app)
    (cloud.home / "state.json").write_text("{")
    assert lifecycle.stop(assembly_app, "default")
    cloud.stop()
    assert processes_of(assembly_app) == []
    assert not cloud.home.exists()


def test_attach_needs_a_running_cloud(assembly_app: Path) -> None:
    with pytest.raises(LocalCloudError, match=r"`other` of .* is not running: start it with"):
        LocalCloud.attach(assembly_app, name="other")


def test_one_deployment_at_a_time(assembly_app: Path) -> None:
    with LocalCloud.start(assembly_app) as cloud:
        lock = folders.locks() / f"{cloud.home.name}.deploy.lock"
        with (
            locked(lock),
            pytest.raises(LocalCloudError, match=r"another deployment .* in progress"),
        ):
            cloud.deploy()
        assert [phase.name for phase in cloud.phases] == ["packages", "emulator"]
