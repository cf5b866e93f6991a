"""Rules on the ACLs and policies of buckets."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource, Template, identity
from serverless_stack.checks.engine.values import texts_of
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.iam.documents import (
    actions_of,
    resources_of,
    size_of,
    statements,
)

RULES = RuleList()

_BUCKET = "AWS::S3::Bucket"
_POLICY = "AWS::S3::BucketPolicy"
_DOCUMENT = "PolicyDocument"
_BUCKET_ARN = re.compile(r"arn:aws[\w-]*:s3:::[a-z0-9.-]+")
# ACLs that buckets with ACLs disabled accept, because they grant nothing to others.
_OWN_ACLS = ("Private", "BucketOwnerFullControl", "BucketOwnerRead")
_PUBLIC_ACLS = ("PublicRead", "PublicReadWrite", "AuthenticatedRead")
_OBJECT_ACTIONS = frozenset(
    f"s3:{name}".lower()
    for name in (
        *("GetObject", "PutObject", "DeleteObject", "GetObjectVersion", "DeleteObjectVersion"),
        *("GetObjectAcl", "PutObjectAcl", "GetObjectTagging", "PutObjectTagging"),
        *("AbortMultipartUpload", "RestoreObject", "GetObjectAttributes"),
    )
)
_BUCKET_ACTIONS = frozenset(
    f"s3:{name}".lower()
    for name in (
        *("ListBucket", "ListBucketVersions", "ListBucketMultipartUploads", "GetBucketLocation"),
        *("GetBucketPolicy", "PutBucketPolicy", "GetBucketAcl", "PutBucketAcl", "DeleteBucket"),
    )
)


@RULES.resource(
    "S3-040", _BUCKET, page="Controlling ownership of objects and disabling ACLs for your bucket"
)
def acl_ownership(bucket: Resource) -> Iterator[Violation]:
    """`AccessControl` requires object ownership with ACLs.

    Buckets have ACLs disabled by default, and S3 refuses others than private ones. Use a bucket
    policy, or set `OwnershipControls`.
    """
    acl = bucket.text("AccessControl")
    if acl is None or acl in _OWN_ACLS:
        return
    name = "OwnershipControls.Rules.0.ObjectOwnership"
    ownership = bucket.get(name)
    if ownership == "BucketOwnerEnforced" or bucket.get("OwnershipControls") is None:
        requirement = f"be {' or '.join(_OWN_ACLS[:2])} unless `{name}` turns ACLs on"
        yield violation("AccessControl", requirement, acl, "Private")


@RULES.resource("S3-041", _BUCKET, page="Blocking public access to your Amazon S3 storage")
def public_acl(bucket: Resource) -> Iterator[Violation]:
    """`AccessControl` must not be public while public ACLs are blocked.

    S3 blocks public ACLs by default and refuses the bucket. Serve files by CloudFront, or turn
    `BlockPublicAcls` off.
    """
    acl = bucket.text("AccessControl")
    name = "PublicAccessBlockConfiguration"
    if acl in _PUBLIC_ACLS:
        blocks = bucket.boolean(f"{name}.BlockPublicAcls")
        if blocks or (bucket.get(name) is None):
            requirement = f"not be public unless `{name}.BlockPublicAcls` is false"
            yield violation("AccessControl", requirement, acl, "Private")


@RULES.resource("S3-042", _POLICY, page="Bucket policies for Amazon S3")
def policy_size(policy: Resource) -> Iterator[Violation]:
    """Bucket policies must have at most 20 KB.

    S3 refuses larger ones.
    """
    size = size_of(policy.get(_DOCUMENT))
    if size > 20480:
        yield violation(_DOCUMENT, "have at most 20 KB", f"{size} bytes", "20480 bytes")


@RULES.resource("S3-043", _POLICY, page="Blocking public access to your Amazon S3 storage")
def public_policy(policy: Resource) -> Iterator[Violation]:
    """Bucket policies must not be public while public policies are blocked.

    S3 blocks public policies by default and refuses the policy. Serve files by CloudFront, or turn
    `BlockPublicPolicy` off.
    """
    bucket = policy.reference("Bucket")
    if bucket is None or bucket.type != _BUCKET:
        return
    name = "PublicAccessBlockConfiguration"
    blocks = bucket.boolean(f"{name}.BlockPublicPolicy")
    if not blocks and bucket.get(name) is not None:
        return
    for path, statement in statements(policy, _DOCUMENT):
        principal = statement.get("Principal")
        everybody = principal == "*" or (
            isinstance(principal, dict) and "*" in texts_of(principal.get("AWS"))
        )
        if everybody and statement.get("Effect") == "Allow" and "Condition" not in statement:
            requirement = (
                f"not be everyone unless `{name}.BlockPublicPolicy` of {bucket.logical_id}"
            )
            yield violation(f"{path}.Principal", f"{requirement} is false", principal)


@RULES.resource("S3-044", _POLICY, page="Actions, resources, and condition keys for Amazon S3")
def policy_resources(policy: Resource) -> Iterator[Violation]:
    """`Resource` of a bucket policy must match its actions.

    S3 refuses actions on objects for the bucket's ARN, and actions on buckets for objects. Objects
    are the ARN and `/*`.
    """
    for path, statement in statements(policy, _DOCUMENT):
        actions, resources = actions_of(statement), resources_of(statement)
        if not actions or not resources:
            continue
        objects = all(action.lower() in _OBJECT_ACTIONS for action in actions)
        buckets = all(action.lower() in _BUCKET_ACTIONS for action in actions)
        name = f"{path}.Resource"
        if objects and all(_is_bucket(policy, item) for item in resources):
            yield violation(
                name, f"be objects, such as the ARN and /*, for {actions[0]}", resources[0]
            )
        if buckets and all(str(item).endswith("/*") for item in resources):
            yield violation(name, f"be a bucket for {actions[0]}", resources[0])


def _is_bucket(policy: Resource, resource: object) -> bool:
    if isinstance(resource, Reference):
        found = policy.template.referred(resource)
        return found is not None and found.type == _BUCKET and resource.attribute == "Arn"
    return _BUCKET_ARN.fullmatch(str(resource)) is not None


@RULES.resource("S3-045", _POLICY, page="AWS JSON policy elements: Principal")
def policy_principals(policy: Resource) -> Iterator[Violation]:
    """Bucket policies must have a principal.

    S3 refuses statements without a `Principal`.
    """
    for path, statement in statements(policy, _DOCUMENT):
        if "Principal" not in statement and "NotPrincipal" not in statement:
            yield violation(f"{path}.Principal", "be set in a bucket policy", None)


@RULES.template("S3-046", page="AWS::S3::BucketPolicy")
def one_policy(template: Template) -> Iterator[Violation]:
    """Buckets must have one bucket policy.

    A bucket can have one policy, so that the second one replaces the first or fails. Merge the
    statements.
    """
    seen: dict[object, str] = {}
    for policy in template.always(_POLICY):
        bucket = identity(policy.get("Bucket"))
        if bucket is not None and bucket in seen:
            value = policy.get("Bucket")
            shown = value.logical_id if isinstance(value, Reference) else value
            requirement = f"be a bucket without another policy, {seen[bucket]} is one"
            yield violation("Bucket", requirement, shown, resource=policy.logical_id)
        elif bucket is not None:
            seen[bucket] = policy.logical_id
