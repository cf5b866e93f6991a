"""StorageBucket: a private S3 bucket with lifecycle, access log and replication."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.buckets import all_blocked, name_of_bucket, sse_c
from serverless_stack.constructs._internal.durations import days
from serverless_stack.constructs._internal.shared import key_of
from serverless_stack.constructs._internal.tree import path_of, remember_place
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.storage.access import log_access
from serverless_stack.constructs.storage.archive_tiers import ArchiveTiers
from serverless_stack.constructs.storage.connections import BucketConnections
from serverless_stack.constructs.storage.cors import BucketCors, cors_rules
from serverless_stack.constructs.storage.features import (
    Basics,
    Features,
    feature_problems,
    listed,
    set_features,
)
from serverless_stack.constructs.storage.inventory import Inventory
from serverless_stack.constructs.storage.lifecycle import (
    DEFAULT_RULE,
    cdk_rules,
    lifecycle_problems,
    ready_rule_problems,
)
from serverless_stack.constructs.storage.lifecycle_rules import Lifecycle
from serverless_stack.constructs.storage.object_lock import ObjectLock
from serverless_stack.constructs.storage.replication import Replication, replicate
from serverless_stack.constructs.storage.request_metrics import RequestMetrics


class StorageBucket(BucketConnections, Construct):
    """A private, encrypted, versioned S3 bucket that answers over TLS 1.2 or later only.

    It creates the bucket and its policy. Public access is blocked, ACLs are disabled, objects
    cannot be encrypted with keys of their senders (SSE-C), and the parts of unfinished uploads are
    deleted.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the bucket.
        bucket_name: The name ("General purpose bucket naming rules"). Default: chosen by
            CloudFormation, so that the bucket can be replaced and the stack deployed twice.
        name_prefix: The beginning of a name that only your account can have in the region: S3
            appends ``-<account>-<region>-an`` ("Namespaces for general purpose buckets"). Default:
            none.
        versioned: Whether earlier versions of objects are kept.
        encryption_key: The KMS key. Default: set by the profile (production: a key that S3
            manages).
        allow_sse_c: Whether requests may encrypt objects with keys that only their senders have.
        expire_after: Age at which objects are deleted, 1 day or more. Default: never.
        transitions: Storage classes that objects move to, and when ("Lifecycle configuration
            elements").
        noncurrent_version_expiration: How long a version is kept after it was overwritten or
            deleted. Default: for ever; such versions cost as much as current ones.
        abort_incomplete_multipart_upload_after: Age at which the parts of an unfinished upload
            are deleted.
        lifecycle_rules: Further rules, such as ``Lifecycle.temporary()`` or for one prefix.
        cors: The web pages that use the bucket in the browser. Default: none.
        object_lock: How long objects cannot be deleted for good; the bucket is then retained, and
            S3 cannot turn it off again. Default: not at all.
        replication: Where new objects are copied to. Default: nowhere.
        archive_tiers: When objects in Intelligent-Tiering are archived. Default: never.
        request_metrics: CloudWatch metrics of requests; ``True`` for those of the whole bucket.
            Billed. Default: none.
        inventory: Lists of the objects, written to another bucket. Billed. Default: none.
        event_bridge: Whether all events of objects go to EventBridge, for rules of your own;
            triggers of functions turn it on where they need it.
        transfer_acceleration: Whether uploads may go to the nearest edge location, by clients with
            ``use_accelerate_endpoint``. Billed.
        access_log: Whether S3 logs requests, to a bucket that all buckets and distributions of the
            stack share. Default: set by the profile (production: yes).
        auto_delete_objects: Whether the bucket is emptied when it is deleted with its stack; needs
            ``removal_policy=RemovalPolicy.DESTROY``. Default: yes if the profile destroys data.
        removal_policy: What happens to the bucket when the stack is deleted. Default: set by the
            profile (production: the bucket is retained); retained with ``object_lock``.

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
        name_prefix: str | None = None,
        versioned: bool = True,
        encryption_key: kms.IKey | kms.Key | None = None,
        allow_sse_c: bool = False,
        expire_after: Duration | None = None,
        transitions: Sequence[s3.Transition] = (),
        noncurrent_version_expiration: Duration | None = None,
        abort_incomplete_multipart_upload_after: Duration = days(7),
        lifecycle_rules: Sequence[Lifecycle | s3.LifecycleRule] = (),
        cors: BucketCors | Sequence[BucketCors] = (),
        object_lock: ObjectLock | None = None,
        replication: Replication | Sequence[Replication] = (),
        archive_tiers: ArchiveTiers | Sequence[ArchiveTiers] = (),
        request_metrics: bool | Sequence[RequestMetrics] = False,
        inventory: Inventory | Sequence[Inventory] = (),
        event_bridge: bool = False,
        transfer_acceleration: bool = False,
        access_log: bool | None = None,
        auto_delete_objects: bool | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        profile = Profile.of(scope)
        if removal_policy is None and object_lock is not None:
            removal_policy = RemovalPolicy.RETAIN
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
        if isinstance(request_metrics, bool):
            request_metrics = [RequestMetrics()] if request_metrics else []
        features = Features(
            cors=listed(cors),
            object_lock=object_lock,
            replication=listed(replication),
            archive_tiers=listed(archive_tiers),
            request_metrics=request_metrics,
            inventory=listed(inventory),
            event_bridge=event_bridge,
            transfer_acceleration=transfer_acceleration,
        )
        basics = Basics(
            bucket_name=bucket_name,
            name_prefix=name_prefix,
            versioned=versioned,
            has_key=encryption_key is not None or profile.settings.customer_key,
            removal_policy=removal_policy,
            empties=auto_delete_objects,
        )
        further_rules = cdk_rules(lifecycle_rules, versioned=versioned)
        problems = Problems(path_of(scope), construct_id)
        problems.add(feature_problems(scope, features, basics))
        problems.add(ready_rule_problems(lifecycle_rules))
        problems.add(lifecycle_problems(default_rule, further_rules, versioned=versioned))
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
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        self._path = path_of(self)
        self._reserved = []
        self._connected = []
        key = encryption_key or key_of(self, profile)
        by_account = s3.BucketNamespace.ACCOUNT_REGIONAL if name_prefix is not None else None
        bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=bucket_name,
            bucket_name_prefix=name_prefix,
            bucket_namespace=by_account,
            versioned=versioned,
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            bucket_key_enabled=True if key else None,
            blocked_encryption_types=[s3.BlockedEncryptionType.NONE if allow_sse_c else sse_c()],
            block_public_access=all_blocked(),
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            lifecycle_rules=[default_rule, *further_rules],
            cors=cors_rules(features.cors) or None,
            auto_delete_objects=auto_delete_objects,
            removal_policy=removal_policy,
        )
        remember_place(bucket, self, "Bucket")
        set_features(bucket, features)
        if access_log is None:
            access_log = profile.settings.access_logs
        log_access(bucket, profile, enabled=access_log)
        replicate(self, bucket, profile, features.replication)
        self.bucket: s3.Bucket = bucket

    @property
    def bucket_name(self) -> str:
        """The name of the bucket; a token at synthesis if CloudFormation chooses it."""
        return name_of_bucket(self.bucket)
