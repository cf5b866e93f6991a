"""StorageBucket: a private S3 bucket with the lifecycle that its objects need."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack._shared import contract
from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import s3 as rules
from serverless_stack.constructs._internal.acknowledge import acknowledge_resources
from serverless_stack.constructs._internal.connect import (
    Connectable,
    add_environment,
    function_of,
)
from serverless_stack.constructs._internal.roles import grantee_of, holder_of
from serverless_stack.constructs._internal.shared import key_of
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.storage.access import grant_objects, log_accesses, replicate

_DEFAULT_RULE = "Default"


class StorageBucket(Construct):
    """A private, encrypted, versioned bucket that only answers over TLS.

    It creates one bucket and its policy. All public access is blocked, ACLs are off, and parts
    of uploads that were never completed are removed. The bucket outlives the stack unless told
    otherwise.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the bucket.
        bucket_name: A name by S3's rules ("Bucket naming rules"). None lets CloudFormation make
            one, which is what allows the bucket to be replaced and the stack to be deployed twice.
        versioned: Whether earlier versions of an object are kept.
        encryption_key: A KMS key. None takes the profile's, which for production is a key that S3
            manages.
        expire_after: Age at which objects are deleted, 1 day or more. None keeps them.
        transitions: Storage classes that objects move to, and when ("Lifecycle configuration
            elements").
        noncurrent_version_expiration: How long a version is kept after it was overwritten or
            deleted. None keeps all versions, which also cost as much as current ones.
        abort_incomplete_multipart_upload_after: Age at which the parts of an unfinished upload
            are deleted.
        lifecycle_rules: More rules, such as for one prefix.
        replica: A versioned bucket, in another region or account as a rule, that gets a copy of
            every new object. None makes none.
        access_log: Whether S3 logs who asks for which object, into a bucket that all buckets and
            distributions of the stack share. None takes the profile's.
        auto_delete_objects: Empty the bucket when it is deleted with its stack; needs
            ``removal_policy=RemovalPolicy.DESTROY``. None does so if the profile destroys data.
        removal_policy: What happens to the bucket when the stack is deleted. None takes the
            profile's.

    Attributes:
        bucket: The bucket.

    Raises:
        ValueError: If the name or a lifecycle time is one that S3 refuses.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket_name: str | None = None,
        versioned: bool = True,
        encryption_key: kms.IKey | None = None,
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
        if removal_policy is None:
            removal_policy = profile.removal_policy
        problems = Problems(scope.node.path, construct_id)
        if bucket_name is not None:
            problems.add(rules.bucket_name_problems(bucket_name))
        default_rule = s3.LifecycleRule(
            id=_DEFAULT_RULE,
            expiration=expire_after,
            transitions=list(transitions) or None,
            noncurrent_version_expiration=noncurrent_version_expiration,
            abort_incomplete_multipart_upload_after=abort_incomplete_multipart_upload_after,
        )
        problems.add(_lifecycle_problems(default_rule, "", "expire_after"))
        for rule in lifecycle_rules:
            problems.add(
                _lifecycle_problems(rule, "lifecycle_rules.", "lifecycle_rules.expiration")
            )
        ids = [rule.id for rule in lifecycle_rules if rule.id] + [_DEFAULT_RULE]
        problems.add(rules.rule_id_problems(list(dict.fromkeys(ids)), "lifecycle_rules.id"))
        problems.require(
            len(ids) == len(set(ids)),
            f"`lifecycle_rules` must have each id once, {_DEFAULT_RULE} is taken, got: {ids[:-1]}",
        )
        problems.require(
            versioned or noncurrent_version_expiration is None,
            "`noncurrent_version_expiration` must be None for a bucket that is not `versioned`, "
            "which has no noncurrent versions",
        )
        problems.require(
            not auto_delete_objects or removal_policy == RemovalPolicy.DESTROY,
            "`auto_delete_objects` must go with `removal_policy=RemovalPolicy.DESTROY`, "
            f"got: {removal_policy}",
        )
        problems.require(
            versioned or replica is None,
            "`versioned` must be True with a `replica`, got: False; S3 replicates versions",
        )
        encrypted = encryption_key is not None or profile.settings.customer_key
        problems.require(
            replica is None or not encrypted or replica.encryption_key is not None,
            "`replica` must have an encryption key for objects that are encrypted with a KMS key, "
            "got: a bucket without one",
        )
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        encryption_key = encryption_key or key_of(self, profile)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=bucket_name,
            versioned=versioned,
            encryption=s3.BucketEncryption.KMS
            if encryption_key
            else s3.BucketEncryption.S3_MANAGED,
            encryption_key=encryption_key,
            bucket_key_enabled=True if encryption_key else None,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            lifecycle_rules=[default_rule, *lifecycle_rules],
            auto_delete_objects=auto_delete_objects,
            removal_policy=removal_policy,
        )
        log_accesses(self.bucket, profile, access_log)
        replicate(self, self.bucket, profile, replica)

    @property
    def bucket_name(self) -> str:
        """The bucket's name; a token until it is deployed."""
        return self.bucket.bucket_name

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let a role, user or function read and list objects.

        Args:
            grantee: Who may.

        Returns:
            What was granted.
        """
        return grant_objects(self.bucket, grantee, write=False)

    def grant_read_write(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let a role, user or function read, list, write and delete objects.

        Args:
            grantee: Who may.

        Returns:
            What was granted.
        """
        return grant_objects(self.bucket, grantee, write=True)

    def connect(
        self, function: Connectable, *, prefix: str = contract.BUCKET_PREFIX, write: bool = True
    ) -> None:
        """Give a function the permission and the environment to use the bucket.

        Args:
            function: The function, or a construct that has one.
            prefix: Begins the name of the variable, ``BUCKET_NAME`` by default.
            write: Whether the function may write and delete, too.

        Raises:
            ValueError: If the function has a variable of that name already, or Lambda refuses it.
        """
        target = function_of(function)
        add_environment(target, {contract.bucket_name(prefix): self.bucket.bucket_name})
        grant_objects(self.bucket, grantee_of(target), write=write)
        acknowledge_resources(
            holder_of(target),
            [self.bucket.arn_for_objects("*")],
            "a function that is connected to a bucket works with any object in it",
        )


def _lifecycle_problems(rule: s3.LifecycleRule, prefix: str, expiration: str) -> list[str]:
    moves = [
        (move.storage_class.value, move.transition_after.to_days(integral=False))
        for move in rule.transitions or ()
        if move.transition_after is not None
    ]
    older = f"{prefix}noncurrent_version_transitions."
    old_moves = [
        rules.Move(kind, age.to_days(integral=False), f"{older}{kind}")
        for move in rule.noncurrent_version_transitions or ()
        for kind, age in [(move.storage_class.value, move.transition_after)]
    ]
    kept = f"{prefix}noncurrent_version_expiration"
    aborted = f"{prefix}abort_incomplete_multipart_upload_after"
    problems = [
        *rules.lifecycle_problems(moves, _days(rule.expiration), expiration),
        *rules.lifecycle_problems(old_moves, _days(rule.noncurrent_version_expiration), kept),
        *rules.day_problems(_days(rule.abort_incomplete_multipart_upload_after), aborted),
        *rules.size_filter_problems(
            rule.object_size_greater_than,
            rule.object_size_less_than,
            f"{prefix}object_size_greater_than",
        ),
    ]
    if rule.abort_incomplete_multipart_upload_after is not None:
        sizes = (rule.object_size_greater_than, rule.object_size_less_than)
        problems += rules.multipart_filter_problems(
            tags=bool(rule.tag_filters), sizes=sizes != (None, None), argument=aborted
        )
    return problems


def _days(age: Duration | None) -> float | None:
    return None if age is None else age.to_days(integral=False)
