import pytest

from serverless_stack.testing.review import Action, Consequence, review
from tests.testing.review.small import compared, only, resource, template

CACHE = "AWS::ElastiCache::ReplicationGroup"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, Consequence.DATA_LOSS),
        ({"UpdateReplacePolicy": "Delete"}, Consequence.DATA_LOSS),
        ({"DeletionPolicy": "Retain"}, Consequence.DATA_LOSS),
        ({"UpdateReplacePolicy": "Retain"}, Consequence.REPLACEMENT),
        ({"UpdateReplacePolicy": "Snapshot"}, Consequence.REPLACEMENT),
    ],
)
def test_a_replacement_is_retained_by_its_own_policy(
    policy: dict[str, object], expected: Consequence
) -> None:
    change = only(compared(resource(CACHE, Port=6379, **policy), resource(CACHE, Port=1, **policy)))
    assert change.consequence is expected
    assert change.properties[0].path == "Properties.Port"
    assert change.properties[0].reason.startswith(f"create-only property of {CACHE}")


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, Consequence.DATA_LOSS),
        ({"UpdateReplacePolicy": "Retain"}, Consequence.DATA_LOSS),
        ({"DeletionPolicy": "Delete"}, Consequence.DATA_LOSS),
        ({"DeletionPolicy": "Snapshot"}, Consequence.SOME_INTERRUPTION),
        ({"DeletionPolicy": "Retain"}, Consequence.NONE),
        ({"DeletionPolicy": "RetainExceptOnCreate"}, Consequence.NONE),
    ],
)
def test_a_removal_is_retained_by_the_deletion_policy(
    policy: dict[str, object], expected: Consequence
) -> None:
    change = only(review(template(It=resource(CACHE, **policy)), template()))
    assert (change.action, change.consequence) == (Action.REMOVE, expected)


def test_a_snapshot_policy_retains_only_types_with_snapshots() -> None:
    old = resource("AWS::DynamoDB::Table", DeletionPolicy="Snapshot")
    assert only(review(template(It=old), template())).consequence is Consequence.DATA_LOSS


@pytest.mark.parametrize(
    ("resource_type", "properties", "expected"),
    [
        ("AWS::RDS::DBCluster", {}, Consequence.SOME_INTERRUPTION),
        ("AWS::RDS::DBInstance", {}, Consequence.SOME_INTERRUPTION),
        ("AWS::RDS::DBInstance", {"DBClusterIdentifier": "c"}, Consequence.SOME_INTERRUPTION),
        ("AWS::DynamoDB::Table", {}, Consequence.DATA_LOSS),
        ("AWS::S3::Bucket", {}, Consequence.DATA_LOSS),
        ("AWS::ElastiCache::ServerlessCache", {}, Consequence.DATA_LOSS),
        ("AWS::MemoryDB::Cluster", {}, Consequence.DATA_LOSS),
        ("AWS::IAM::Role", {}, Consequence.SOME_INTERRUPTION),
        ("AWS::CDK::Metadata", {}, Consequence.NONE),
    ],
)
def test_a_removal_without_a_policy(
    resource_type: str, properties: dict[str, object], expected: Consequence
) -> None:
    old = resource(resource_type, **properties)
    assert only(review(template(It=old), template())).consequence is expected


def test_retention_counts_only_if_both_templates_have_it() -> None:
    old, new = resource(CACHE, Port=1), resource(CACHE, Port=2, UpdateReplacePolicy="Retain")
    assert only(compared(old, new)).consequence is Consequence.DATA_LOSS
    assert only(compared(new, old)).consequence is Consequence.DATA_LOSS


def test_a_conditional_property_may_replace() -> None:
    table = "AWS::DynamoDB::Table"
    change = only(compared(resource(table, KeySchema=["a"]), resource(table, KeySchema=["b"])))
    assert change.consequence is Consequence.DATA_LOSS
    assert "under conditions, may be replaced" in change.properties[0].reason


@pytest.mark.parametrize("resource_type", ["Custom::It", "AWS::CloudFormation::CustomResource"])
def test_a_custom_resource(resource_type: str) -> None:
    old = resource(resource_type, ServiceToken="a", Key="a")
    change = only(compared(old, resource(resource_type, ServiceToken="a", Key="b")))
    assert change.consequence is Consequence.SOME_INTERRUPTION
    assert change.warnings == ()
    change = only(compared(old, resource(resource_type, ServiceToken="b", Key="a")))
    assert change.consequence is Consequence.REPLACEMENT
    assert change.warnings == ("deploy will fail: CloudFormation cannot change the ServiceToken",)


@pytest.mark.parametrize("resource_type", ["Acme::Shop::Thing", "AWS::S3::Bucket"])
def test_properties_without_a_schema_are_not_reviewed(resource_type: str) -> None:
    change = only(compared(resource(resource_type, New=1), resource(resource_type, New=2)))
    assert change.consequence is Consequence.SOME_INTERRUPTION
    assert change.warnings == (
        f"not reviewed: Properties.New is not in a schema of {resource_type}",
    )


def test_metadata_of_cdk_has_no_effect() -> None:
    old, new = (resource("AWS::CDK::Metadata", Analytics=each) for each in "ab")
    assert only(compared(old, new)).consequence is Consequence.NONE


@pytest.mark.parametrize("attribute", ["DependsOn", "DeletionPolicy", "UpdateReplacePolicy"])
def test_attributes_change_nothing(attribute: str) -> None:
    change = only(
        compared(resource("AWS::SNS::Topic"), resource("AWS::SNS::Topic", **{attribute: "Retain"}))
    )
    assert (change.consequence, len(change.properties)) == (Consequence.NONE, 1)


def test_dropped_retention_is_a_warning() -> None:
    old = resource(CACHE, DeletionPolicy="Snapshot", UpdateReplacePolicy="Retain")
    change = only(compared(old, resource(CACHE, UpdateReplacePolicy="Retain")))
    assert change.consequence is Consequence.NONE
    assert change.warnings == (
        "retention dropped: DeletionPolicy 'Snapshot' -> (absent) on a stateful resource",
    )


def test_another_type_is_refused() -> None:
    change = only(compared(resource("AWS::SQS::Queue"), resource("AWS::SNS::Topic")))
    assert change.consequence is Consequence.DATA_LOSS
    assert change.warnings == (
        "deploy will fail: CloudFormation cannot change the type of a resource",
    )


def test_a_physical_name_prevents_a_replacement() -> None:
    old = resource(CACHE, ReplicationGroupId="shop", Port=1)
    change = only(compared(old, resource(CACHE, ReplicationGroupId="shop", Port=2)))
    assert change.warnings == (
        "deploy will fail: the new resource cannot have ReplicationGroupId 'shop' "
        "while the old one has it",
    )
    change = only(compared(old, resource(CACHE, ReplicationGroupId="other", Port=2)))
    assert change.warnings == ()


def test_a_value_inside_a_create_only_property() -> None:
    replicator = "AWS::MSK::Replicator"
    old = resource(replicator, ReplicationInfoList=[{"TargetKafkaClusterArn": "a", "X": 1}])
    new = resource(replicator, ReplicationInfoList=[{"TargetKafkaClusterArn": "b", "X": 1}])
    assert only(compared(old, new)).consequence is Consequence.REPLACEMENT
    new = resource(replicator, ReplicationInfoList=[{"TargetKafkaClusterArn": "a", "X": 2}])
    assert only(compared(old, new)).consequence is Consequence.NO_INTERRUPTION
