import subprocess
import sys

import pytest

from serverless_stack.testing.review.compare.schemas import (
    Pointer,
    can_snapshot,
    is_stateful,
    touches,
    type_schema,
)
from serverless_stack.testing.review.compare.values import Path
from serverless_stack.testing.review.model import MISSING


@pytest.mark.parametrize(
    ("pointer", "path", "old", "new", "expected"),
    [
        (("A",), ("A",), 1, 2, True),
        (("A",), ("A", "B", 0), 1, 2, True),
        (("A",), ("B",), 1, 2, False),
        (("A", "B"), ("A",), {"B": 1, "C": 1}, {"B": 1, "C": 2}, False),
        (("A", "B"), ("A",), {"B": 1}, {"B": 2}, True),
        (("A", "B"), ("A",), MISSING, {"C": 2}, False),
        (("A", "B"), ("A",), MISSING, {"B": 2}, True),
        (("A", "B"), ("A",), {"Ref": "X"}, {"C": 2}, True),
        (("A", "*", "B"), ("A", 3, "B"), 1, 2, True),
        (("A", "*", "B"), ("A", 3, "C"), 1, 2, False),
        (("A", "*", "B"), ("A", 3), {"B": 1}, MISSING, True),
        (("A", "*", "B"), ("A",), [{"B": 1}, {"B": 2}], [{"B": 2}, {"B": 1, "C": 1}], False),
        (("A", "B"), ("A", 3, "B"), 1, 2, True),
        (("A", "B"), ("A",), [{"B": 1}], [{"B": 2}], True),
        (("A", "*"), ("A",), {"x": 1}, {"x": 2}, True),
    ],
)
def test_pointers(pointer: Pointer, path: Path, old: object, new: object, expected: bool) -> None:
    assert touches(pointer, path, old, new) is expected


def test_identifiers_are_create_only() -> None:
    assert {("Name",), ("Type",)} <= set(type_schema("AWS::Route53::RecordSet").create_only)
    assert ("Arn",) not in type_schema("AWS::SNS::Topic").create_only


@pytest.mark.parametrize(
    ("resource_type", "names"),
    [
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::SQS::Queue", "QueueName"),
        ("AWS::EC2::SecurityGroup", "GroupName"),
        ("AWS::ElastiCache::ReplicationGroup", "ReplicationGroupId"),
        ("AWS::IAM::Role", "RoleName"),
        ("AWS::RDS::DBInstance", "DBInstanceIdentifier"),
    ],
)
def test_physical_names(resource_type: str, names: str) -> None:
    assert names in type_schema(resource_type).names


def test_names_of_other_resources_are_not_physical_names() -> None:
    assert type_schema("AWS::Lambda::Permission").names == ()
    assert "DBSubnetGroupName" not in type_schema("AWS::RDS::DBInstance").names


def test_types_without_schema() -> None:
    for name in ("Acme::Shop::Thing", "Acme::Shop::Thing::MODULE"):
        assert type_schema(name).schema is None
        assert (type_schema(name).create_only, type_schema(name).names) == ((), ())


def test_custom_resources_share_a_schema() -> None:
    assert type_schema("Custom::Anything").create_only == (("ServiceToken",),)


def test_lists_whose_order_does_not_matter() -> None:
    group = type_schema("AWS::EC2::SecurityGroup")
    assert group.is_unordered(("SecurityGroupIngress",))
    assert not type_schema("AWS::CloudFront::Distribution").is_unordered(
        ("DistributionConfig", "CacheBehaviors")
    )


@pytest.mark.parametrize(
    ("resource_type", "expected"),
    [
        ("AWS::ElastiCache::ReplicationGroup", True),
        ("AWS::S3::Bucket", True),
        ("AWS::DSQL::Cluster", True),
        ("AWS::Lambda::Function", False),
        ("AWS::EC2::Subnet", False),
    ],
)
def test_stateful_types(resource_type: str, expected: bool) -> None:
    assert is_stateful(resource_type, {}) is expected


def test_snapshots() -> None:
    assert can_snapshot("AWS::RDS::DBInstance")
    assert not can_snapshot("AWS::S3::Bucket")


def test_importing_the_review_loads_no_schemas() -> None:
    code = (
        "import sys, serverless_stack.testing.review; "
        "print({'cfnlint', 'aws_cdk'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
