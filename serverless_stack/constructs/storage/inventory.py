"""Inventory: lists of a bucket's objects, written to another bucket each day or week."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aws_cdk import ArnFormat, Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.checks.services import s3 as rules
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.connect import AnyBucket, bucket_of
from serverless_stack.constructs._internal.tree import path_of, stack_of


@dataclass(frozen=True)
class Inventory:
    """A list of objects with their properties, which S3 writes to a bucket of the same region.

    Billed by the number of listed objects ("Amazon S3 pricing"). The destination's policy and key
    let S3 write, if the destination is created in this app; otherwise add the statement that the
    documentation of ``StorageBucket`` has.

    Attributes:
        destination: The bucket for the lists.
        prefix: The prefix of the listed keys. Default: all objects.
        destination_prefix: The folder for the lists in their bucket.
        frequency: How often S3 writes a list.
        format: The format of the lists.
        versions: Whether noncurrent versions are listed, too.
        fields: The properties beside bucket and key.
    """

    destination: AnyBucket
    prefix: str = ""
    destination_prefix: str = "inventory"
    frequency: Literal["Daily", "Weekly"] = "Weekly"
    format: Literal["CSV", "ORC", "Parquet"] = "CSV"
    versions: bool = False
    fields: Sequence[str] = ("Size", "LastModifiedDate", "StorageClass", "EncryptionStatus")

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @property
    def bucket(self) -> s3.IBucket:
        """The bucket for the lists."""
        return bucket_of(self.destination)


def list_objects(bucket: s3.Bucket, raw: s3.CfnBucket, inventories: Sequence[Inventory]) -> None:
    """Write lists of the objects, and let S3 write them to their bucket.

    Args:
        bucket: The bucket whose objects are listed.
        raw: The same, as CloudFormation has it.
        inventories: The lists.
    """
    raw.inventory_configurations = [
        raw.InventoryConfigurationProperty(
            id="Inventory" if place == 0 else f"Inventory{place + 1}",
            enabled=True,
            included_object_versions="All" if item.versions else "Current",
            schedule_frequency=item.frequency,
            prefix=item.prefix or None,
            optional_fields=list(item.fields) or None,
            destination=raw.DestinationProperty(
                bucket_arn=item.bucket.bucket_arn,
                bucket_account_id=item.bucket.env.account,
                format=item.format,
                prefix=item.destination_prefix or None,
            ),
        )
        for place, item in enumerate(inventories)
    ]
    for item in inventories:
        _allow(bucket, item)


def _allow(source: s3.Bucket, item: Inventory) -> None:
    stack = stack_of(source)
    # Two stacks would need each other by the ARN of the listed bucket.
    is_here = stack_of(item.bucket) is stack
    any_bucket = stack.format_arn(
        service="s3", region="", account="", resource="*", arn_format=ArnFormat.NO_RESOURCE_NAME
    )
    service = iam.ServicePrincipal("s3.amazonaws.com")
    conditions = {
        "ArnLike": {"aws:SourceArn": source.bucket_arn if is_here else any_bucket},
        "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID if is_here else stack.account},
    }
    folder = f"{item.destination_prefix}/" if item.destination_prefix else ""
    item.bucket.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[service],
            actions=["s3:PutObject"],
            resources=[item.bucket.arn_for_objects(f"{folder}*")],
            conditions=conditions,
        )
    )
    key = item.bucket.encryption_key
    if key is not None:
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[service],
                actions=["kms:GenerateDataKey"],
                resources=["*"],
                # By the account alone: the key's policy is there before the bucket.
                conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
            )
        )


def inventory_problems(region: str, inventories: Sequence[Inventory]) -> list[str]:
    """Check the lists.

    Args:
        region: The region of the bucket.
        inventories: The lists.
    """
    problems = Problems()
    if len(inventories) > rules.MAX_CONFIGURATIONS:
        problems.fail(
            f"`inventory` must be {rules.MAX_CONFIGURATIONS:,} lists at most, "
            f"got: {len(inventories):,}"
        )
    for item in inventories:
        problems.add(rules.prefix_problems(item.prefix, "inventory.prefix"))
        folder = item.destination_prefix
        problems.add(rules.prefix_problems(folder, "inventory.destination_prefix"))
        if folder.endswith("/"):
            problems.fail(
                "`inventory.destination_prefix` must be without a slash at its end, which S3 "
                f"adds, got: {folder!r} (nearest accepted: {folder.rstrip('/')!r})"
            )
        for name in repeated(item.fields):
            problems.fail(
                f"`inventory.fields` must not repeat a property, got more than once: {name!r}"
            )
        for name in item.fields:
            if not is_unresolved(name) and name not in rules.INVENTORY_FIELDS:
                problems.fail(
                    f"`inventory.fields` must be among {', '.join(rules.INVENTORY_FIELDS)}, "
                    f"got: {name!r}"
                )
        there = item.bucket.env.region
        if not is_unresolved(region) and not is_unresolved(there) and region != there:
            problems.fail(
                f"`inventory.destination` must be in the bucket's region, {region}, got: "
                f"{path_of(item.bucket)} in {there}"
            )
    return problems.messages
