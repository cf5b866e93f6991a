"""StorageBucket: a private S3 bucket with lifecycle, access log and replication."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import s3 as rules
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.shared import key_of
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.storage.access import log_access
from serverless_stack.constructs.storage.connections import BucketConnections
from serverless_stack.constructs.storage.lifecycle import DEFAULT_RULE, lifecycle_problems
from serverless_stack.constructs.storage.replication import replicate


class StorageBucket(BucketConnections):
    """A private, encrypted, versioned S3 bucket that answers over TLS 1.2 or later only.

    It creates the bucket and its policy. Public access is blocked, ACLs are disabled, and the
    parts of unfinished uploads are deleted.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the bucket.
        bucket_name: The name ("Bucket naming rules"). Default: chosen by CloudFormation, so that
            the bucket can be replaced and the stack deployed twice.
        versioned: Whether earlier versions of objects are kept.
        encryption_key: The KMS key. Default: set by the profile (production: a key that S3
            manages).
        expire_after: Age at which objects are deleted, 1 day or more. Default: never.
        transitions: Storage classes that objects move to, and when ("Lifecycle configuration
            elements").
        noncurrent_version_expiration: How long a version is kept after it was overwritten or
            deleted. Default: for ever; such versions cost as much as current ones.
        abort_incomplete_multipart_upload_after: Age at which the parts of an unfinished upload
            are deleted.
        lifecycle_rules: Further rules, such as for one prefix.
        replica: A versioned bucket, usually in another region or account, to which new objects
            are replicated. Default: no replication.
        access_log: Whether S3 logs requests, to a bucket that all buckets and distributions of the
            stack share. Default: set by the profile (production: yes).
        auto_delete_objects: Whether the bucket is emptied when it is deleted with its stack; needs
            ``removal_policy=RemovalPolicy.DESTROY``. Default: yes if the profile destroys data.
        removal_policy: What happens to the bucket when the stack is deleted. Default: set by the
            profile (production: the bucket is retained).

    Attributes:
        bucket: The bucket.

    Raises:
        ValueError: If S3 refuses an argument, or two arguments contradict each other.
    """

    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket_name: str | None = None,
        versioned: bool = True,
        encryption_key: kms.IKey | kms.Key | None = None,
        expire_after: Duration | None = None,
        transitions: Sequence[s3.Transition] = (),
        noncurrent_version_expiration: Duration | None = None,
        abort_incomplete_multipart_upload_after: Duration = Duration.days(7),
        lifecycle_rules: Sequence[s3.LifecycleRule] = (),
        replica: s3.IBucket | None = None,
        access_log: bool | None = None,
        auto_delete_objects: bool | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        profile = Profile.of(scope)
        if auto_delete_objects is None:
            auto_delete_objects = removal_policy is None and profile.settings.removal == "destroy"
        removal_policy = removal_policy or profile.removal_policy
        default_rule = s3.LifecycleRule(
            id=DEFAULT_RULE,
            expiration=expire_after,
            transitions=list(transitions) or None,
            noncurrent_version_expiration=noncurrent_version_expiration,
            abort_incomplete_multipart_upload_after=abort_incomplete_multipart_upload_after,
        )
        problems = Problems(scope.node.path, construct_id)
        if bucket_name is not None:
            problems.add(rules.bucket_name_problems(bucket_name))
        problems.add(lifecycle_problems(default_rule, lifecycle_rules))
        if not versioned and noncurrent_version_expiration is not None:
            problems.fail(
                "`noncurrent_version_expiration` must be None for a bucket that is not "
                "`versioned`, which has no noncurrent versions"
            )
        if removal_policy == RemovalPolicy.SNAPSHOT:
            problems.fail(
                "`removal_policy` must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, "
                "got: SNAPSHOT, which buckets do not have"
            )
        if auto_delete_objects and removal_policy != RemovalPolicy.DESTROY:
            problems.fail(
                "`auto_delete_objects` must go with `removal_policy=RemovalPolicy.DESTROY`, "
                f"got: {removal_policy}"
            )
        if replica is not None:
            if not versioned:
                problems.fail(
                    "`versioned` must be True with a `replica`, got: False; S3 replicates versions"
                )
            if (encryption_key or profile.settings.customer_key) and not replica.encryption_key:
                problems.fail(
                    "`replica` must have an encryption key for objects that are encrypted with a "
                    "KMS key, got: a bucket without one"
                )
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        key = encryption_key or key_of(self, profile)
        bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=bucket_name,
            versioned=versioned,
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            bucket_key_enabled=True if key else None,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            lifecycle_rules=[default_rule, *lifecycle_rules],
            auto_delete_objects=auto_delete_objects,
            removal_policy=removal_policy,
        )
        if access_log is None:
            access_log = profile.settings.access_logs
        log_access(bucket, profile, enabled=access_log)
        replicate(self, bucket, profile, replica)
        self.bucket: s3.Bucket = bucket

    @property
    def bucket_name(self) -> str:
        """The name of the bucket; a token at synthesis if CloudFormation chooses it."""
        return self.bucket.bucket_name
