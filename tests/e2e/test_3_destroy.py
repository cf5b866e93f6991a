"""A destroyed application leaves nothing, unless it was told to; a stopped cloud no process."""

import pytest

from serverless_stack.local.processes import emulator as emulator_process
from serverless_stack.local.processes import process_table as processes
from tests.e2e.resources import exists, known_types
from tests.e2e.run import Phase, Run
from tests.e2e.test_1_caches import is_cache

ENDED = "DELETE_COMPLETE"


def test_no_stack_is_left(destroyed: Run) -> None:
    pages = destroyed.account.cloudformation.get_paginator("list_stacks").paginate()
    left = {
        stack["StackName"]: stack["StackStatus"]
        for page in pages
        for stack in page["StackSummaries"]
        if stack["StackStatus"] != ENDED
    }
    assert left == {"CDKToolkit": "CREATE_COMPLETE"}


@pytest.mark.parametrize("resource_type", sorted(known_types()))
def test_no_resource_is_left(destroyed: Run, resource_type: str) -> None:
    resources = destroyed.main(Phase.UPDATED).of_type(resource_type)
    left = [item for item in resources if exists(destroyed.account, item)]
    # The role of the logs of all APIs of the account stays, whatever the removal policy.
    kept = [item for item in left if "ApiLogRoleCloudWatchRole" in item.logical_id]
    assert [item.physical_id for item in left if item not in kept] == []
    assert all(item.retained for item in kept)


def test_no_cache_server_is_left(destroyed: Run) -> None:
    programs = destroyed.programs()
    assert programs
    assert [name for name in programs if is_cache(name)] == []


def test_what_is_retained_and_no_more_is_left(destroyed: Run) -> None:
    stack = destroyed.kept(Phase.UPDATED)
    left = {
        logical_id
        for logical_id, resource in stack.resources.items()
        if exists(destroyed.account, resource)
    }
    retained = {logical_id for logical_id, resource in stack.resources.items() if resource.retained}
    assert left == retained
    assert {stack.resources[logical_id].type for logical_id in retained} == {
        "AWS::IAM::Role",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::SQS::Queue",
    }


def test_retained_objects_are_still_there(destroyed: Run) -> None:
    bucket = destroyed.kept().outputs["BucketName"]
    order = destroyed.account.s3.get_object(Bucket=bucket, Key="orders/1.json")
    assert order["Body"].read() == b"kept"


def test_the_application_can_be_deployed_again(restored: Run) -> None:
    (stack,) = restored.account.cloudformation.describe_stacks(StackName="Kept")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]}
    earlier = restored.kept().outputs["BucketName"]
    assert outputs["BucketName"] != earlier
    restored.account.s3.head_bucket(Bucket=earlier)
    assert restored.account.s3.list_objects_v2(Bucket=outputs["BucketName"])["KeyCount"] == 0


def test_no_process_and_no_file_is_left(stopped: Run) -> None:
    assert stopped.last
    left = [process for process in stopped.last if processes.is_same(process.pid, process.started)]
    assert left == []
    assert processes.with_mark(emulator_process.environment_mark(stopped.cloud.home)) == []
    assert not stopped.cloud.home.exists()
