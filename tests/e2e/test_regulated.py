"""The profile for auditors in the local cloud: deployed, used, rotated, updated and destroyed."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

import serverless_stack
from serverless_stack.local.cloud import LocalCloud
from serverless_stack.local.errors import CommandError
from serverless_stack.local.urls import Api
from tests.e2e.account import Account
from tests.e2e.engines import authority_of, memcached_at
from tests.e2e.http_client import Reply, send
from tests.e2e.run import HERE

REPOSITORY = HERE.parents[1]
T = TypeVar("T")
pytestmark = pytest.mark.xdist_group("regulated")


@dataclass(frozen=True)
class Regulated:
    """The application in its local cloud.

    Attributes:
        cloud: The local cloud.
        account: The account in it.
    """

    cloud: LocalCloud
    account: Account

    def client(self, service: str) -> Any:  # noqa: ANN401 - not all stubs are dependencies
        return self.account.client(service)

    def deploy(self, **context: str) -> None:
        try:
            self.cloud.deploy(context=context)
        except CommandError as error:
            raise AssertionError(f"{error}\n{error.log}") from error

    def api(self, name: str) -> Api:
        (api,) = [api for api in self.cloud.urls().apis if api.name == name]
        return api

    def get(self, path: str, name: str = "Regulated-Api") -> Reply:
        """Ask an API until its function has started and read the secrets of its caches."""
        url = f"{self.api(name).url.rstrip('/')}{path}"
        return until(lambda: send("GET", url), lambda reply: reply.status == 200)

    def cdn(self, path: str) -> Reply:
        (distribution,) = self.cloud.urls().distributions
        return send("GET", f"{distribution.url.rstrip('/')}{path}")

    def ids(self, type_: str, stack: str = "Regulated") -> list[str]:
        found = self.account.cloudformation.describe_stack_resources(StackName=stack)
        return [
            item["PhysicalResourceId"]
            for item in found["StackResources"]
            if item["ResourceType"] == type_
        ]

    def output(self, name: str) -> str:
        found = self.account.cloudformation.describe_stacks(StackName="Regulated")
        outputs = {item["OutputKey"]: item["OutputValue"] for item in found["Stacks"][0]["Outputs"]}
        return outputs[name]

    def one(self, type_: str, stack: str = "Regulated") -> str:
        (found,) = self.ids(type_, stack)
        return found


def until(get: Callable[[], T], done: Callable[[T], bool]) -> T:
    """Return the first value that is done, or the last one after a minute."""
    deadline = time.monotonic() + 60
    while not done(value := get()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return value


@pytest.fixture(scope="module")
def regulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Regulated]:
    app_dir = tmp_path_factory.mktemp("regulated") / "app"
    shutil.copytree(HERE / "regulated", app_dir)
    tools = REPOSITORY / "node_modules" / ".bin"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
        patch.setenv("PYTHONPATH", str(Path(serverless_stack.__file__).parents[1]))
        with LocalCloud.start(app_dir, name=f"regulated-{os.getpid()}") as cloud:
            app = Regulated(cloud, Account(cloud.environment()))
            app.deploy()
            yield app


def test_the_application_answers(regulated: Regulated) -> None:
    both = {"redis": "/api/a", "memcached": "/api/a"}
    assert regulated.get("/api/a").json() == {"greeting": "hello", **both}
    assert regulated.get("/b", "Own-Shop-Api").json() == {"greeting": "hello", "redis": "/b"}
    assert b"The only page" in regulated.cdn("/").body
    assert regulated.cdn("/api/c").json()["redis"] == "/api/c"


def test_everything_is_encrypted_by_the_key_of_the_stack(regulated: Regulated) -> None:
    client, key = regulated.client, regulated.one("AWS::KMS::Key")
    assert client("kms").get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    topic = regulated.one("AWS::SNS::Topic")
    keys = {
        "topic": client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["KmsMasterKeyId"],
        "secret": client("secretsmanager").describe_secret(
            SecretId=regulated.one("AWS::SecretsManager::Secret")
        )["KmsKeyId"],
        "cache": client("elasticache").describe_replication_groups(
            ReplicationGroupId=regulated.one("AWS::ElastiCache::ReplicationGroup")
        )["ReplicationGroups"][0]["KmsKeyId"],
        "queue": client("sqs").get_queue_attributes(
            QueueUrl=regulated.one("AWS::SQS::Queue"), AttributeNames=["KmsMasterKeyId"]
        )["Attributes"]["KmsMasterKeyId"],
        "variables": client("lambda").get_function_configuration(
            FunctionName=regulated.output("FunctionName")
        )["KMSKeyArn"],
    }
    assert {what for what, arn in keys.items() if not arn.endswith(f"key/{key}")} == set()


def test_the_api_is_protected_and_watched(regulated: Regulated) -> None:
    client, api = regulated.client, regulated.api("Regulated-Api").id
    stage = f"arn:aws:apigateway:us-east-1::/restapis/{api}/stages/prod"
    acl = client("wafv2").get_web_acl_for_resource(ResourceArn=stage)["WebACL"]
    assert acl["Name"].startswith("Regulated-ApiWebAcl")
    assert len(acl["Rules"]) >= 3
    found = regulated.account.apigateway.get_stage(restApiId=api, stageName="prod")
    certificate = regulated.one("AWS::ApiGateway::ClientCertificate")
    assert found["clientCertificateId"] == certificate
    alarms = client("cloudwatch").describe_alarms()["MetricAlarms"]
    topics = {action for alarm in alarms for action in alarm["AlarmActions"]}
    assert topics >= {regulated.one("AWS::SNS::Topic")}
    reserved = client("lambda").get_function_concurrency(
        FunctionName=regulated.output("FunctionName")
    )
    assert reserved["ReservedConcurrentExecutions"] == 50
    groups = regulated.account.logs.describe_log_groups(logGroupNamePrefix="/aws/cloudformation")
    assert {group["retentionInDays"] for group in groups["logGroups"]} == {365}
    flow_logs = regulated.account.ec2.describe_flow_logs()["FlowLogs"]
    assert [log["FlowLogStatus"] for log in flow_logs] == ["ACTIVE", "ACTIVE"]


@pytest.mark.parametrize(
    ("stack", "api"), [("Regulated", "Regulated-Api"), ("Own", "Own-Shop-Api")]
)
def test_secrets_are_rotated_by_their_function(regulated: Regulated, stack: str, api: str) -> None:
    secrets = regulated.account.secretsmanager
    secret = regulated.one("AWS::SecretsManager::Secret", stack)
    described = secrets.describe_secret(SecretId=secret)
    assert described["RotationEnabled"]
    assert described["RotationRules"] == {"AutomaticallyAfterDays": 30}
    before = secrets.get_secret_value(SecretId=secret)["SecretString"]
    version = secrets.rotate_secret(SecretId=secret)["VersionId"]
    after = until(
        lambda: secrets.get_secret_value(SecretId=secret),
        lambda value: value["VersionId"] == version,
    )
    assert after["VersionId"] == version
    assert after["SecretString"] != before
    assert regulated.get("/rotated", api).json()["redis"] == "/rotated"


def test_memcached_is_encrypted(regulated: Regulated) -> None:
    endpoint = regulated.output("MemcachedEndpoint")
    assert memcached_at(endpoint, authority_of(regulated.cloud)).version()


def test_it_is_updated_and_destroyed(regulated: Regulated) -> None:
    regulated.deploy(greeting="changed")
    assert regulated.get("/d").json()["greeting"] == "changed"
    assert regulated.cdn("/api/e").json()["greeting"] == "changed"
    with pytest.raises(CommandError, match="while TerminationProtection is enabled"):
        regulated.cloud.destroy()
    for name in ("Regulated", "Regulated-global"):
        regulated.account.cloudformation.update_termination_protection(
            EnableTerminationProtection=False, StackName=name
        )
    regulated.cloud.destroy()
    assert regulated.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []
    assert regulated.account.secretsmanager.list_secrets()["SecretList"] == []
    groups = regulated.account.elasticache.describe_replication_groups()["ReplicationGroups"]
    assert groups == []
