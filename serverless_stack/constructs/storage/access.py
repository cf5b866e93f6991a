"""Who may use the objects of a bucket, and the log of who did."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Names
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from serverless_stack._shared import contract
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.acknowledge import ALL_STANDARDS, acknowledge
from serverless_stack.constructs._internal.buckets import (
    arn_of_bucket,
    arn_of_objects,
    key_of_bucket,
    name_of_bucket,
    raw_bucket,
)
from serverless_stack.constructs._internal.connect import Access
from serverless_stack.constructs._internal.roles import grant_key
from serverless_stack.constructs._internal.shared import access_log_bucket
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import AWS_SOLUTIONS

_WILDCARD = re.compile(r"[*?$]")  # of policies
# The calls of `serverless_stack.runtime.objects`, and no others.
# A copy of an object with tags needs the permissions to read and to write tags.
_READ_ACTIONS = ("s3:GetObject", "s3:GetObjectTagging")
_READ_VERSIONS = ("s3:GetObjectVersion", "s3:GetObjectVersionTagging")
_WRITE_ACTIONS = (
    *("s3:AbortMultipartUpload", "s3:DeleteObject"),
    *("s3:PutObject", "s3:PutObjectTagging"),
)


@dataclass(frozen=True)
class ObjectAccess:
    """What a principal may do with the objects of a bucket.

    Attributes:
        prefix: The prefix of the keys; empty for the whole bucket.
        access: Whether it may list and read objects, write and delete them, or both.
        versions: Whether it may do the same with earlier versions: list and read them, delete them
            for good, or both.
    """

    prefix: str
    access: Access = "read-write"
    versions: bool = False

    @property
    def reads(self) -> bool:
        """Whether it may list and read."""
        return self.access != "write"

    @property
    def writes(self) -> bool:
        """Whether it may write and delete."""
        return self.access != "read"

    @property
    def actions(self) -> list[str]:
        """The actions on objects."""
        return [
            *(_READ_ACTIONS if self.reads else ()),
            *(_READ_VERSIONS if self.reads and self.versions else ()),
            *(_WRITE_ACTIONS if self.writes else ()),
            *(["s3:DeleteObjectVersion"] if self.writes and self.versions else []),
        ]


def access_problems(access: ObjectAccess, reserved: Sequence[str] = ()) -> list[str]:
    """Check what a principal may do with the objects of a bucket.

    Args:
        access: What it may do.
        reserved: The folders of the bucket that no connected function uses.
    """
    prefix = access.prefix
    if is_unresolved(prefix) or not prefix:
        return []
    problems = []
    if not prefix.endswith("/") or prefix.startswith("/") or _WILDCARD.search(prefix):
        problems.append(
            "`prefix` must be a folder such as data/, without a slash before it and "
            f"without *, ? and $, or empty for the whole bucket, got: {prefix!r}"
        )
    for folder in (contract.RESERVED_PREFIX, *reserved):
        if prefix.startswith(folder):
            use = "the manifests" if folder == contract.RESERVED_PREFIX else "the files"
            problems.append(
                f"`prefix` must be outside of {folder}, where {use} of deployments are, "
                f"got: {prefix!r}"
            )
    return problems


def grant_objects(
    bucket: s3.IBucket, grantee: iam.IGrantable, access: ObjectAccess
) -> list[iam.Grant]:
    """Allow to list and read objects, to write and delete them, or both.

    CDK's own grants have wildcards in their actions, and delete versions.

    Args:
        bucket: The bucket.
        grantee: The principal.
        access: What it may do.

    Returns:
        The grants: that for the objects, then those for listing them.
    """
    listing = [
        # Without this permission S3 answers 403 instead of 404 for a missing object. A request for
        # an object has no `s3:prefix`, hence IfExists; so has a list of all names in the bucket.
        ("s3:ListBucket", "StringLikeIfExists"),
        *([("s3:ListBucketVersions", "StringLike")] if access.versions else []),
    ]
    grants = [
        _grant(bucket, grantee, [action], access, operator)
        for action, operator in listing
        if access.reads
    ]
    objects = iam.Grant.add_to_principal_or_resource(
        grantee=grantee,
        actions=access.actions,
        resource_arns=[arn_of_objects(bucket, f"{access.prefix}*")],
        resource=bucket,
    )
    key = key_of_bucket(bucket)
    if key is not None:
        grant_key(key, grantee, writes=access.writes)
    return [objects, *grants]


def combined(grants: Sequence[iam.Grant]) -> iam.Grant:
    """Return several grants as one.

    Args:
        grants: The grants.
    """
    objects, *others = grants
    for grant in others:
        objects = grant.combine(objects)
    return objects


def deny_objects(
    bucket: s3.IBucket, grantee: iam.IGrantable, access: ObjectAccess, folders: Sequence[str]
) -> None:
    """Except folders from the permission to use a whole bucket.

    Args:
        bucket: The bucket.
        grantee: The principal.
        access: What it may do with the other objects.
        folders: The prefixes of the excepted objects.
    """
    grantee.grant_principal.add_to_principal_policy(
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            actions=access.actions,
            resources=[arn_of_objects(bucket, f"{folder}*") for folder in folders],
        )
    )


def _grant(
    bucket: s3.IBucket,
    grantee: iam.IGrantable,
    actions: list[str],
    access: ObjectAccess,
    operator: str,
) -> iam.Grant:
    condition = {operator: {"s3:prefix": f"{access.prefix}*"}}
    return iam.Grant.add_to_principal_or_resource(
        grantee=grantee,
        actions=actions,
        resource_arns=[arn_of_bucket(bucket)],
        resource=bucket,
        conditions=condition if access.prefix else None,
    )


def log_access(bucket: s3.Bucket, profile: Profile, *, enabled: bool) -> None:
    """Log requests for objects; CDK's own argument depends on feature flags.

    Args:
        bucket: The bucket.
        profile: Its profile.
        enabled: Whether to log them, or to acknowledge the findings about it.
    """
    if enabled:
        raw = raw_bucket(bucket)
        raw.logging_configuration = s3.CfnBucket.LoggingConfigurationProperty(
            destination_bucket_name=name_of_bucket(access_log_bucket(bucket, profile)),
            log_file_prefix=f"s3/{Names.unique_id(bucket)}/",
        )
        return
    reason = "the access log of this bucket was turned off by `access_log`"
    acknowledge(bucket, "S1", reason, packs=(AWS_SOLUTIONS,), profile=profile)
    acknowledge(bucket, "S3BucketLoggingEnabled", reason, packs=ALL_STANDARDS, profile=profile)
