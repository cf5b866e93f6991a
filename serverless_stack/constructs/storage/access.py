"""Who may use the objects of a bucket, and the log of who did."""

import re
from dataclasses import dataclass

from aws_cdk import Names
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from serverless_stack._shared import contract
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.acknowledge import ALL_STANDARDS, acknowledge
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.roles import grant_key
from serverless_stack.constructs._internal.shared import access_log_bucket
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import AWS_SOLUTIONS

_WILDCARD = re.compile(r"[*?$]")  # of policies
# The calls of `serverless_stack.runtime.objects`, and no others.
_READ_ACTIONS = ("s3:GetObject", "s3:GetObjectVersion")
_WRITE_ACTIONS = ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject")


@dataclass(frozen=True)
class ObjectAccess:
    """What a principal may do with the objects of a bucket.

    Attributes:
        key_prefix: The prefix of the keys; empty for the whole bucket.
        write: Whether it may write and delete objects, too.
        delete_versions: Whether it may delete versions of objects for good, too.
        read: Whether it may list and read objects.
    """

    key_prefix: str
    write: bool
    delete_versions: bool = False
    read: bool = True

    @property
    def actions(self) -> list[str]:
        """The actions on objects."""
        destroy = ["s3:DeleteObjectVersion"] if self.delete_versions else []
        reading = _READ_ACTIONS if self.read else ()
        return [*reading, *(_WRITE_ACTIONS if self.write else ()), *destroy]


def access_problems(access: ObjectAccess) -> list[str]:
    """Check what a principal may do with the objects of a bucket.

    Args:
        access: What it may do.
    """
    problems = []
    prefix = access.key_prefix
    if not is_unresolved(prefix) and prefix:
        if not prefix.endswith("/") or prefix.startswith("/") or _WILDCARD.search(prefix):
            problems.append(
                "`key_prefix` must be a folder such as data/, without a slash before it and "
                f"without *, ? and $, or empty for the whole bucket, got: {prefix!r}"
            )
        if prefix.startswith(contract.RESERVED_PREFIX):
            problems.append(
                f"`key_prefix` must be outside of {contract.RESERVED_PREFIX}, where the manifests "
                f"of deployments are, got: {prefix!r}"
            )
    if not access.read and not access.write:
        problems.append("`read` or `write` must be True, got: False for both")
    if access.delete_versions and not access.write:
        problems.append("`delete_versions` must go with `write=True`, got: `write=False`")
    return problems


def grant_objects(bucket: s3.IBucket, grantee: iam.IGrantable, access: ObjectAccess) -> iam.Grant:
    """Allow to list and read objects, to write and delete them, or both.

    CDK's own grants have wildcards in their actions, and delete versions.

    Args:
        bucket: The bucket.
        grantee: The principal.
        access: What it may do.
    """
    listing = [
        # Without this permission S3 answers 403 instead of 404 for a missing object. A request for
        # an object has no `s3:prefix`, hence IfExists; so has a list of all names in the bucket.
        ("s3:ListBucket", "StringLikeIfExists"),
        ("s3:ListBucketVersions", "StringLike"),
    ]
    grants = [
        _grant(bucket, grantee, [action], access, operator)
        for action, operator in listing
        if access.read
    ]
    objects = iam.Grant.add_to_principal_or_resource(
        grantee=grantee,
        actions=access.actions,
        resource_arns=[bucket.arn_for_objects(f"{access.key_prefix}*")],
        resource=bucket,
    )
    if bucket.encryption_key is not None:
        grant_key(bucket.encryption_key, grantee, writes=access.write)
    for grant in grants:
        objects = grant.combine(objects)
    return objects


def _grant(
    bucket: s3.IBucket,
    grantee: iam.IGrantable,
    actions: list[str],
    access: ObjectAccess,
    operator: str,
) -> iam.Grant:
    condition = {operator: {"s3:prefix": f"{access.key_prefix}*"}}
    return iam.Grant.add_to_principal_or_resource(
        grantee=grantee,
        actions=actions,
        resource_arns=[bucket.bucket_arn],
        resource=bucket,
        conditions=condition if access.key_prefix else None,
    )


def log_access(bucket: s3.Bucket, profile: Profile, *, enabled: bool) -> None:
    """Log requests for objects; CDK's own argument depends on feature flags.

    Args:
        bucket: The bucket.
        profile: Its profile.
        enabled: Whether to log them, or to acknowledge the findings about it.
    """
    if enabled:
        raw = default_child(bucket, s3.CfnBucket)
        raw.logging_configuration = s3.CfnBucket.LoggingConfigurationProperty(
            destination_bucket_name=access_log_bucket(bucket, profile).bucket_name,
            log_file_prefix=f"s3/{Names.unique_id(bucket)}/",
        )
        return
    reason = "the access log of this bucket was turned off by `access_log`"
    acknowledge(bucket, "S1", reason, packs=(AWS_SOLUTIONS,), profile=profile)
    acknowledge(bucket, "S3BucketLoggingEnabled", reason, packs=ALL_STANDARDS, profile=profile)
