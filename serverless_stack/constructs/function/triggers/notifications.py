"""The notifications of a bucket, set by a function of ours while the stack is deployed.

In the template of the bucket they would be a cycle: the bucket would need the function, and the
function the bucket that it reads. CDK's own function for this may change all buckets of the
account, and cannot be reviewed by cdk-nag.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import jsii
from aws_cdk import Aws, CustomResource, IStableAnyProducer, Lazy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack.checks.services import s3 as rules
from serverless_stack.constructs._internal.children import default_child, get_or_create
from serverless_stack.constructs._internal.durations import minutes
from serverless_stack.constructs._internal.policies import Statement
from serverless_stack.constructs._internal.raw import properties_of
from serverless_stack.constructs._internal.tree import path_of, stack_of
from serverless_stack.constructs.function.custom_resource import (
    ANSWERS,
    custom_resource,
    deploy_time_function,
)
from serverless_stack.constructs.function.triggers.loops import AtSynthesis
from serverless_stack.constructs.function.triggers.owner import Owner

_ID = "Triggers"
_OF_CDK = "Notifications"  # the child of a bucket with notifications by CDK's own function
NOTIFICATION_PARTS = (*ANSWERS, "functions/bucket_notifications.py")


@dataclass(frozen=True)
class Notification:
    """A notification of a bucket.

    Attributes:
        id: Its id, which is unique in the bucket.
        event: The type of the events, such as ``s3:ObjectCreated:*``.
        prefix: The prefix of the keys; empty for all.
        suffix: The suffix of the keys; empty for all.
        target: The function, version or alias.
        owner: The path of the function.
    """

    id: str
    event: str
    prefix: str
    suffix: str
    target: lambda_.IFunction
    owner: str

    @property
    def filters(self) -> tuple[str, str]:
        """The prefix and the suffix."""
        return self.prefix, self.suffix


class BucketNotifications(Construct):
    """All notifications of a bucket that triggers set.

    It keeps those that others set.

    Args:
        bucket: The bucket, which is the parent construct.

    Attributes:
        resource: The custom resource.
    """

    def __init__(self, bucket: s3.Bucket, construct_id: str) -> None:
        super().__init__(bucket, construct_id)
        self._bucket = bucket
        self._notifications: list[Notification] = []
        deploy_time = deploy_time_function(
            self,
            "bucket_notifications",
            NOTIFICATION_PARTS,
            description="Sets the notifications of a bucket while its stack is deployed",
            memory_size=256,
            timeout=minutes(5),
            log_retention=None,
            removal_policy=None,
        )
        permissions = deploy_time.allow(
            self,
            [
                Statement(
                    ["s3:GetBucketNotification", "s3:PutBucketNotification"], [bucket.bucket_arn]
                )
            ],
        )
        self.resource: CustomResource = custom_resource(
            self,
            "Custom::BucketNotifications",
            deploy_time.function,
            permissions,
            {
                "BucketName": bucket.bucket_name,
                "Owner": self.owner,
                "Notifications": Lazy.any(_Producer(self._described)),
                # An update of this property of the bucket replaces what was set here.
                "InTemplate": Lazy.any(_Producer(self._in_template)),
            },
            service_timeout=minutes(10),
        )
        self.resource.node.add_dependency(default_child(bucket, s3.CfnBucket))
        self.node.add_validation(AtSynthesis(self._conflicts))

    @classmethod
    def of(cls, bucket: s3.Bucket) -> "BucketNotifications":
        """Return the notifications of a bucket; create them on first use.

        Args:
            bucket: The bucket.
        """
        return get_or_create(
            bucket, _ID, cls, lambda scope, construct_id: cls(cast(s3.Bucket, scope), construct_id)
        )

    @property
    def owner(self) -> str:
        """The beginning of the ids of notifications that are set here."""
        return f"{self.node.addr[-12:]}-"

    def add(self, owner: Owner, event: str, prefix: str, suffix: str) -> None:
        """Add a notification, and allow S3 to call the function for this bucket.

        Args:
            owner: The function.
            event: The type of the events.
            prefix: The prefix of the keys; empty for all.
            suffix: The suffix of the keys; empty for all.
        """
        scope, construct_id = owner.scope_for("From", self._bucket)
        target = owner.target

        def permission(scope: Construct, construct_id: str) -> lambda_.CfnPermission:
            return lambda_.CfnPermission(
                scope,
                construct_id,
                action="lambda:InvokeFunction",
                function_name=target.function_arn,
                principal="s3.amazonaws.com",
                source_account=Aws.ACCOUNT_ID,
                source_arn=self._bucket.bucket_arn,
            )

        allowed = get_or_create(scope, construct_id, lambda_.CfnPermission, permission)
        self.resource.node.add_dependency(allowed)
        id = f"{self.owner}{owner.construct.node.addr[-12:]}-{len(self._notifications)}"
        self._notifications.append(Notification(id, event, prefix, suffix, target, owner.path))

    def problems(self, method: str, event: str, prefix: str, suffix: str) -> list[str]:
        """List the notifications with which a new one would overlap, which S3 refuses.

        Args:
            method: The method that adds it.
            event: The type of the events.
            prefix: The prefix of the keys.
            suffix: The suffix of the keys.
        """
        for other in self._notifications:
            if other.event == event and rules.filters_overlap(other.filters, (prefix, suffix)):
                return [
                    f"`{method}` must be for other objects of {path_of(self._bucket)} than "
                    f"{other.owner} is called for already, prefix {other.prefix!r} and suffix "
                    f"{other.suffix!r}, got: prefix {prefix!r} and suffix {suffix!r}; S3 refuses "
                    "notifications that overlap: use other prefixes, or publish to a topic that "
                    "calls several functions"
                ]
        return []

    def _described(self) -> object:
        return [
            {
                "Id": item.id,
                "Event": item.event,
                "Prefix": item.prefix,
                "Suffix": item.suffix,
                "Function": item.target.function_arn,
            }
            for item in self._notifications
        ]

    def _conflicts(self) -> list[str]:
        if not is_managed_by_cdk(self._bucket):
            return []
        return [
            f"{path_of(self._bucket)} must have its notifications by triggers alone, got: others "
            "by `add_event_notification` or `event_bridge_enabled` of CDK, whose function replaces "
            "all of them; call it before `on_object_created`, which then uses EventBridge"
        ]

    def _in_template(self) -> object:
        own = properties_of(self._bucket).get("notificationConfiguration")
        return stack_of(self).to_json_string(own) if own else None


def find_notifications(bucket: s3.Bucket) -> BucketNotifications | None:
    """Return the notifications of a bucket, if triggers set any.

    Args:
        bucket: The bucket.
    """
    found = bucket.node.try_find_child(_ID)
    return found if isinstance(found, BucketNotifications) else None


def is_managed_by_cdk(bucket: s3.Bucket) -> bool:
    """Return whether CDK's own function sets the notifications of a bucket, and replaces others.

    Args:
        bucket: The bucket.
    """
    return bucket.node.try_find_child(_OF_CDK) is not None


def send_events(bucket: s3.Bucket) -> None:
    """Send the events of a bucket of this app to EventBridge.

    Args:
        bucket: The bucket.
    """
    if is_managed_by_cdk(bucket):
        bucket.enable_event_bridge_notification()
        return
    raw = default_child(bucket, s3.CfnBucket)
    if properties_of(bucket).get("notificationConfiguration") is None:
        # As a property and not as an override, so that it is seen by `BucketNotifications`.
        raw.notification_configuration = raw.NotificationConfigurationProperty(
            event_bridge_configuration=raw.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )
        return
    path = "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled"
    raw.add_property_override(path, True)


@jsii.implements(IStableAnyProducer)
class _Producer:
    """A value that is known when the tree is complete."""

    def __init__(self, value: Callable[[], object]) -> None:
        self._value = value

    def produce(self) -> object:
        """Return the value."""
        return self._value()
