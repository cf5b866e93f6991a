"""Buckets: declared properties, and refusing to delete buckets with objects."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.emulator.conftest import Emulator

RULES: list[dict[str, Any]] = [
    {
        "Id": "tiers",
        "Status": "Enabled",
        "Prefix": "logs/",
        "TagFilters": [{"Key": "keep", "Value": "no & <yes>"}],
        "ObjectSizeGreaterThan": 131072,
        "Transitions": [
            {"TransitionInDays": 30, "StorageClass": "STANDARD_IA"},
            {"TransitionInDays": 90, "StorageClass": "GLACIER"},
        ],
        "ExpirationInDays": 365,
        "NoncurrentVersionTransitions": [
            {"TransitionInDays": 30, "StorageClass": "GLACIER_IR", "NewerNoncurrentVersions": 2}
        ],
        "NoncurrentVersionExpiration": {"NoncurrentDays": 60, "NewerNoncurrentVersions": 3},
    },
    {
        "Id": "clean",
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        "ExpiredObjectDeleteMarker": True,
    },
    {"Id": "dated", "Status": "Disabled", "Prefix": "a/", "ExpirationDate": "2030-01-01"},
]


ANYONE: dict[str, Any] = {"AllowedOrigins": ["*"]}


def bucket(**properties: object) -> dict[str, Any]:
    return {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}}


def deploy(cloud: Emulator, stack: str, **properties: object) -> str:
    return cloud.deploy(stack, bucket(**properties), Name={"Ref": "Bucket"})["Name"]


def test_lifecycle_rules(cloud: Emulator) -> None:
    name = deploy(cloud, "s3-lifecycle", LifecycleConfiguration={"Rules": RULES})
    found = cloud.client("s3").get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    tiers, clean, dated = found
    assert tiers["Filter"]["And"] == {
        "Prefix": "logs/",
        "Tags": [{"Key": "keep", "Value": "no & <yes>"}],
        "ObjectSizeGreaterThan": 131072,
    }
    assert tiers["Transitions"] == [
        {"Days": 30, "StorageClass": "STANDARD_IA"},
        {"Days": 90, "StorageClass": "GLACIER"},
    ]
    assert tiers["Expiration"] == {"Days": 365}
    assert tiers["NoncurrentVersionTransitions"] == [
        {"NoncurrentDays": 30, "NewerNoncurrentVersions": 2, "StorageClass": "GLACIER_IR"}
    ]
    assert tiers["NoncurrentVersionExpiration"] == {
        "NoncurrentDays": 60,
        "NewerNoncurrentVersions": 3,
    }
    assert clean["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert clean["Expiration"] == {"ExpiredObjectDeleteMarker": True}
    assert (dated["Status"], dated["Filter"]) == ("Disabled", {"Prefix": "a/"})
    assert dated["Expiration"]["Date"].year == 2030


def test_lifecycle_rules_follow_the_template(cloud: Emulator) -> None:
    name = deploy(cloud, "s3-update", LifecycleConfiguration={"Rules": RULES})
    assert name == deploy(cloud, "s3-update", LifecycleConfiguration={"Rules": RULES[1:]})
    client = cloud.client("s3")
    assert len(client.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]) == 2
    deploy(cloud, "s3-update")
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        client.get_bucket_lifecycle_configuration(Bucket=name)


def test_an_invalid_rule_fails_the_deployment(cloud: Emulator) -> None:
    rules = [{"Id": "zero", "Status": "Enabled", "ExpirationInDays": 0}]
    with pytest.raises(AssertionError, match="positive integer"):
        deploy(cloud, "s3-refused", LifecycleConfiguration={"Rules": rules})


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        (
            {
                "CorsConfiguration": {
                    "CorsRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["X"]}]
                }
            },
            "unsupported HTTP method in CORS config",
        ),
        (
            {
                "LifecycleConfiguration": {
                    "Rules": [
                        {
                            "Status": "Enabled",
                            "Transitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": 7}],
                        }
                    ]
                }
            },
            "greater than or equal to 30 for storageClass",
        ),
    ],
)
def test_a_rule_that_s3_refuses_fails_the_deployment(
    cloud: Emulator, properties: dict[str, Any], reason: str
) -> None:
    stack = f"s3-{next(iter(properties)).lower()}-refused"
    with pytest.raises(AssertionError, match=reason):
        deploy(cloud, stack, **properties)


def test_properties(cloud: Emulator) -> None:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/aws/s3"}
    name = deploy(
        cloud,
        "s3-properties",
        Tags=[{"Key": "team", "Value": "a & b"}],
        VersioningConfiguration={"Status": "Enabled"},
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        PublicAccessBlockConfiguration={"BlockPublicAcls": True, "BlockPublicPolicy": True},
        BucketEncryption={
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
            ]
        },
    )
    client = cloud.client("s3")
    tags = client.get_bucket_tagging(Bucket=name)["TagSet"]
    assert {"Key": "team", "Value": "a & b"} in tags
    (rule,) = client.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"][
        "Rules"
    ]
    assert rule == {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
    (owner,) = client.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
    assert owner == {"ObjectOwnership": "BucketOwnerEnforced"}
    block = client.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert block["BlockPublicPolicy"] is True
    assert client.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"


def test_versioning_is_suspended_by_an_update(cloud: Emulator) -> None:
    name = deploy(cloud, "s3-versions", VersioningConfiguration={"Status": "Enabled"})
    deploy(cloud, "s3-versions", VersioningConfiguration={"Status": "Suspended"})
    assert cloud.client("s3").get_bucket_versioning(Bucket=name)["Status"] == "Suspended"


@pytest.mark.parametrize("versioned", [False, True])
def test_bucket_with_objects_is_not_deleted(cloud: Emulator, versioned: bool) -> None:
    stack = f"s3-full-{str(versioned).lower()}"
    status = {"Status": "Enabled" if versioned else "Suspended"}
    name = deploy(cloud, stack, VersioningConfiguration=status)
    client = cloud.client("s3")
    version = client.put_object(Bucket=name, Key="a", Body=b"1").get("VersionId")
    if versioned:
        marker = client.delete_object(Bucket=name, Key="a")["VersionId"]
    assert cloud.destroy(stack) == "DELETE_FAILED"
    assert any("not empty" in reason for reason in cloud.failures(stack))
    if versioned:
        client.delete_object(Bucket=name, Key="a", VersionId=version)
        client.delete_object(Bucket=name, Key="a", VersionId=marker)
    else:
        client.delete_object(Bucket=name, Key="a")
    assert cloud.destroy(stack) == "DELETE_COMPLETE"


def test_managed_key_needs_no_name(cloud: Emulator) -> None:
    name = deploy(cloud, "s3-kms")
    client = cloud.client("s3")
    client.put_object(Bucket=name, Key="a", Body=b"1", ServerSideEncryption="aws:kms")
    assert client.head_object(Bucket=name, Key="a")["ServerSideEncryption"] == "aws:kms"
