"""The README's other example: one construct in a stack that is not ours, with a VPC that is not."""

import os
import shutil
from pathlib import Path

import pytest

import serverless_stack
from serverless_stack.local.cloud import LocalCloud
from tests.e2e.account import Account
from tests.e2e.engines import authority_of, redis_at
from tests.e2e.run import HERE

REPOSITORY = HERE.parents[1]


@pytest.mark.xdist_group("in_your_stack")
def test_in_your_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copyfile(REPOSITORY / "examples" / "in_your_stack.py", tmp_path / "app.py")
    shutil.copyfile(HERE / "app" / "cdk.json", tmp_path / "cdk.json")
    tools = REPOSITORY / "node_modules" / ".bin"
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(serverless_stack.__file__).parents[1]))
    with LocalCloud.start(tmp_path, name=f"own-{os.getpid()}") as cloud:
        cloud.deploy()
        account = Account(cloud.environment())
        (group,) = account.elasticache.describe_replication_groups()["ReplicationGroups"]
        assert len(group["MemberClusters"]) == 3
        assert group["AutoMinorVersionUpgrade"]

        (function,) = [
            found
            for found in account.lambda_.list_functions()["Functions"]
            if "Restrict" not in found["FunctionName"]
        ]
        environment = function["Environment"]["Variables"]
        secret = account.secretsmanager.get_secret_value(SecretId=environment["REDIS_SECRET_ARN"])
        endpoint = environment["REDIS_PRIMARY_ENDPOINT"]
        redis = redis_at(endpoint, secret["SecretString"], authority_of(cloud))
        redis.set("mine", "yes")
        assert redis.wait(2, 5000) == 2

        cloud.destroy()
        assert account.elasticache.describe_replication_groups()["ReplicationGroups"] == []
        gateways = account.ec2.describe_nat_gateways()["NatGateways"]
        assert [gateway["State"] for gateway in gateways] == ["deleted"]
        assert account.ec2.describe_addresses()["Addresses"] == []
    assert not cloud.home.exists()
