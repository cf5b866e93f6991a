"""An update changes what it has to, in place, and leaves the data alone."""

import pytest
from redis import Redis

from tests.e2e.engines import authority_of, redis_at
from tests.e2e.resources import known_types
from tests.e2e.run import Phase, Run
from tests.e2e.test_1_resources import wrong_resources

CHANGED = {
    "EndToEnd": {
        ("Function", "Code"),
        ("Function", "MemorySize"),
        ("ArchiveBucket", "LifecycleConfiguration"),
        ("ApiRestApiDeploymentStageprod", "MethodSettings"),
        ("RedisReplicationGroup", "NumCacheClusters"),
        ("Content", "Sources"),
        ("ContentPermissions", "PolicyDocument"),
    },
    "Kept": {("Function", "Code")},
}


@pytest.mark.parametrize("name", sorted(CHANGED))
def test_no_more_than_asked_for_is_changed(updated: Run, name: str) -> None:
    before = updated.stacks[Phase.CREATED][name].resources
    after = updated.stacks[Phase.UPDATED][name].resources
    assert before.keys() == after.keys()
    changed = {
        (logical_id[:-8], key)
        for logical_id, resource in after.items()
        for key in resource.properties.keys() | before[logical_id].properties.keys()
        if resource.properties.get(key) != before[logical_id].properties.get(key)
    }
    assert changed == CHANGED[name]


@pytest.mark.parametrize("name", sorted(CHANGED))
def test_nothing_is_replaced(updated: Run, name: str) -> None:
    before = updated.stacks[Phase.CREATED][name].resources
    after = updated.stacks[Phase.UPDATED][name].resources
    replaced = {
        logical_id: (before[logical_id].physical_id, resource.physical_id)
        for logical_id, resource in after.items()
        if resource.physical_id != before[logical_id].physical_id
    }
    assert replaced == {}


@pytest.mark.parametrize("resource_type", sorted(known_types()))
def test_resources_are_as_asked_for(updated: Run, resource_type: str) -> None:
    assert wrong_resources(updated, Phase.UPDATED, resource_type) == []


def test_new_values_are_in_force(updated: Run) -> None:
    account, stack = updated.account, updated.main(Phase.UPDATED)
    function = stack.one("Function", "AWS::Lambda::Function").physical_id
    assert account.lambda_.get_function_configuration(FunctionName=function)["MemorySize"] == 512
    archive = stack.one("Archive", "AWS::S3::Bucket").physical_id
    rules = account.s3.get_bucket_lifecycle_configuration(Bucket=archive)["Rules"]
    (default,) = [rule for rule in rules if rule["ID"] == "Default"]
    assert default["NoncurrentVersionExpiration"] == {"NoncurrentDays": 60}
    api = stack.one("Api", "AWS::ApiGateway::RestApi").physical_id
    stage = account.apigateway.get_stage(restApiId=api, stageName="prod")
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 75


def test_the_new_code_answers(updated: Run) -> None:
    about = updated.api("GET", "/about").json()
    assert (about["version"], about["memory"]) == (2, "512")
    assert updated.cdn("GET", "/api/about").json()["version"] == 2


def test_the_new_page_is_served_at_once(updated: Run) -> None:
    assert b"The second page" in updated.cdn("GET", "/").body
    assert b"The second page" in updated.cdn("GET", "/index.html").body


def test_the_distribution_was_invalidated(updated: Run) -> None:
    """By what changed, and not before there was anything to change."""
    assert updated.invalidations[Phase.CREATED] == 0
    assert updated.invalidated() == [["/", "/index.html"]]


def test_the_data_is_still_there(updated: Run) -> None:
    order = updated.account.s3.get_object(Bucket=updated.bucket(), Key="orders/1.json")
    assert order["Body"].read() == b"an order"
    assert redis_of(updated).get("survivor") == b"alive"


def test_a_replica_more(updated: Run) -> None:
    redis = redis_of(updated)
    redis.set("replicated", "twice")
    assert redis.wait(2, 5000) == 2


def redis_of(run: Run) -> Redis:
    endpoint = run.environment(Phase.UPDATED)["REDIS_PRIMARY_ENDPOINT"]
    return redis_at(endpoint, run.token(), authority_of(run.cloud))
