"""Buckets and their policies."""

import json
from collections.abc import Mapping
from typing import Any

from tests.e2e.account import Account
from tests.e2e.resources.compare import AtLeast
from tests.e2e.resources.registry import Properties, Resource, gives, reads


@reads("AWS::S3::Bucket")
def bucket(account: Account, resource: Resource) -> Properties:
    name = resource.physical_id
    s3 = account.s3
    s3.head_bucket(Bucket=name)
    encryption = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
    ownership = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]
    access = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    rules = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    logging = s3.get_bucket_logging(Bucket=name).get("LoggingEnabled", {})
    tags = s3.get_bucket_tagging(Bucket=name)["TagSet"] if resource.properties.get("Tags") else []
    return {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {
                    "ServerSideEncryptionByDefault": rule["ApplyServerSideEncryptionByDefault"],
                    "BlockedEncryptionTypes": rule.get("BlockedEncryptionTypes"),
                }
                for rule in encryption["Rules"]
            ]
        },
        "LifecycleConfiguration": {"Rules": [_lifecycle_rule(rule) for rule in rules]},
        "LoggingConfiguration": {
            "DestinationBucketName": logging.get("TargetBucket"),
            "LogFilePrefix": logging.get("TargetPrefix"),
        },
        "OwnershipControls": ownership,
        "PublicAccessBlockConfiguration": access,
        "Tags": AtLeast(tags),
        "VersioningConfiguration": {"Status": s3.get_bucket_versioning(Bucket=name).get("Status")},
    }


@gives("AWS::S3::Bucket", "Arn")
def bucket_arn(account: Account, name: str) -> str:
    return f"arn:aws:s3:::{name}"


@gives("AWS::S3::Bucket", "RegionalDomainName")
def bucket_regional_domain_name(account: Account, name: str) -> str:
    return f"{name}.s3.{account.region}.amazonaws.com"


@reads("AWS::S3::BucketPolicy")
def bucket_policy(account: Account, resource: Resource) -> Properties:
    name = str(resource.properties["Bucket"])
    policy = json.loads(account.s3.get_bucket_policy(Bucket=name)["Policy"])
    return {"Bucket": name, "PolicyDocument": policy}


def _lifecycle_rule(rule: Mapping[str, Any]) -> Properties:
    """A rule of S3's API as a template spells it."""
    condition = rule.get("Filter", {})
    both = condition.get("And", condition)
    tags = both.get("Tags") or ([both["Tag"]] if "Tag" in both else [])
    spelled = {
        "Id": rule["ID"],
        "Status": rule["Status"],
        "Prefix": both.get("Prefix"),
        "TagFilters": tags,
        "ExpirationInDays": rule.get("Expiration", {}).get("Days"),
        "Transitions": [
            {"TransitionInDays": move["Days"], "StorageClass": move["StorageClass"]}
            for move in rule.get("Transitions", [])
        ],
        "NoncurrentVersionTransitions": [
            {"TransitionInDays": move["NoncurrentDays"], "StorageClass": move["StorageClass"]}
            for move in rule.get("NoncurrentVersionTransitions", [])
        ],
        "NoncurrentVersionExpiration": rule.get("NoncurrentVersionExpiration"),
        "AbortIncompleteMultipartUpload": rule.get("AbortIncompleteMultipartUpload"),
    }
    return {name: value for name, value in spelled.items() if value not in (None, [], "")}
