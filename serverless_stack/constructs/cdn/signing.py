"""Signing: the key pair of signed URLs and signed cookies, generated while a stack is deployed.

"Serve private content with signed URLs and signed cookies" in the CloudFront developer guide.
"""

from __future__ import annotations

from typing import Final, Literal

from aws_cdk import CustomResource, Duration, Names, RemovalPolicy
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack._shared import contract
from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.acknowledge import acknowledge, acknowledge_resources
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.connect import (
    Connectable,
    add_environment,
    function_of,
)
from serverless_stack.constructs._internal.durations import (
    days,
    days_problems,
    minutes,
    seconds_problems,
)
from serverless_stack.constructs._internal.names import stack_uuid
from serverless_stack.constructs._internal.policies import Statement
from serverless_stack.constructs._internal.roles import grant_key, grant_secret, grantee_of
from serverless_stack.constructs._internal.rotation import rotation_schedule
from serverless_stack.constructs._internal.shared import key_of
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.function.custom_resource import (
    ANSWERS,
    DeployTimeFunction,
    custom_resource,
    deploy_time_function,
)
from serverless_stack.constructs.function.handler import LambdaHandler
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import SERVERLESS

PARTS: Final = (*ANSWERS, "functions/signing")
KeyType = Literal["ECDSA", "RSA"]
_ROTATION_DAYS = (1, 1000)
_KEEP_HOURS = (1, 365 * 24)
_MAX_SWITCH_SECONDS = 600  # it is waited for by a call of the function, which ends after 15 minutes
_HOUR = 3600
# CloudFront has no ARNs of public keys and key groups ("Actions, resources, and condition keys for
# Amazon CloudFront").
_CLOUDFRONT_ACTIONS = (
    "cloudfront:CreateKeyGroup",
    "cloudfront:CreatePublicKey",
    "cloudfront:DeleteKeyGroup",
    "cloudfront:DeletePublicKey",
    "cloudfront:GetKeyGroup",
    "cloudfront:GetPublicKey",
    "cloudfront:ListKeyGroups",
    "cloudfront:ListPublicKeys",
    "cloudfront:UpdateKeyGroup",
    "cloudfront:UpdatePublicKey",
)
_SECRET_ACTIONS = (
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecretVersionStage",
)
_NO_ARNS = "public keys and key groups of CloudFront have no ARNs that a policy could name"
_NO_ROTATION = "the key is not rotated by default, which takes time and logs: `rotate_every`"
_LOST_CHECK = "a check that is lost is followed by the next one an hour later"


class Signing(Construct):
    """The key pair of signed URLs and signed cookies, for ``Behavior(…, signed=signing)``.

    It creates a secret, and a function that generates the key pair while the stack is deployed: the
    private key is in the secret only, never in the template, a log or an answer. The function
    creates the public key and the key group in CloudFront, and deletes them with the stack. It
    rotates the key and checks every hour for old public keys to remove.

    Functions that are connected sign with ``serverless_stack.runtime.signing.Signer.from_env()``.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent. Renaming it replaces the key, and ends what it signed.
        key_type: ``ECDSA`` for P-256, which makes short URLs; ``RSA`` for 2,048 bits. Changing it
            adds a key of the new type; what the old key signed is accepted for ``keep_old_for``.
        rotate_every: How often the key is replaced, 1-1000 whole days; None for never. Default: set
            by the profile (regulated: 30 days).
        keep_old_for: For how long what the old key signed is accepted after a rotation, between 1
            hour and 1 year and shorter than ``rotate_every``. Take the longest time for which you
            sign; the key is removed by the next hourly check.
        switch_after: How long CloudFront is given to bring a new public key to all edge locations
            before functions sign with it, 10 minutes at most. A deployment that changes
            ``key_type`` waits as long.
        log_retention: How long the function's log is kept. Default: set by the profile.
        removal_policy: What happens to that log when the stack is deleted. Default: set by the
            profile. The keys are always deleted: they open nothing any more.

    Attributes:
        secret: The secret, with ``key_id``, ``key_type`` and ``private_key`` (PEM) as JSON.
        key_group: The key group that behaviors trust.
        function: The function.
        log_group: Its log group.
        resource: The custom resource.

    Raises:
        ValueError: If a duration is out of range, or the two of a rotation contradict each other.
    """

    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key_type: KeyType = "ECDSA",
        rotate_every: Duration | None = None,
        keep_old_for: Duration = days(7),
        switch_after: Duration = minutes(5),
        log_retention: logs.RetentionDays | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        profile = Profile.of(scope)
        if rotate_every is None and profile.settings.rotation_days:
            rotate_every = Duration.days(profile.settings.rotation_days)
        problems = Problems(path_of(scope), construct_id)
        problems.add(_duration_problems(rotate_every, keep_old_for, switch_after))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        key = key_of(self, profile)
        secret = secretsmanager.Secret(
            self,
            "Secret",
            description=f"The key that signs URLs and cookies: {path_of(self)}",
            encryption_key=key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        # The function stores the first version; a generated one would be no key.
        default_child(secret, secretsmanager.CfnSecret).generate_secret_string = None
        name = f"{Names.unique_resource_name(self, max_length=64)}-{stack_uuid()}"
        deploy_time = deploy_time_function(
            self,
            "signing.handler",
            PARTS,
            description="Generates and rotates the key pair of signed URLs and cookies",
            memory_size=256,
            timeout=minutes(15),
            log_retention=log_retention,
            removal_policy=removal_policy,
            environment={
                "NAME": name,
                "SECRET_ARN": secret.secret_arn,
                "KEY_TYPE": key_type,
                "KEEP_SECONDS": str(keep_old_for.to_seconds()),
                "SWITCH_SECONDS": str(switch_after.to_seconds()),
            },
            requirements_of="functions/signing",
        )
        permissions = _allow(self, deploy_time, secret, profile)
        if key is not None:
            grant_key(key, deploy_time.grantee, writes=True)
        self.resource: CustomResource = custom_resource(
            self,
            "Custom::SigningKeys",
            deploy_time.function,
            permissions,
            {"Name": name, "KeyType": key_type},
            service_timeout=minutes(20),
        )
        _check_hourly(self, deploy_time.function, profile)
        if rotate_every is None:
            acknowledge(secret, "SMG4", _NO_ROTATION, profile=profile)
        else:
            home = Construct(self, "Rotation")
            schedule = rotation_schedule(home, secret, deploy_time.function, rotate_every)
            schedule.node.add_dependency(self.resource)  # there is a key to replace
        self.secret: secretsmanager.Secret = secret
        self.key_group: cloudfront.IKeyGroup = cloudfront.KeyGroup.from_key_group_id(
            self, "KeyGroup", self.resource.get_att_string("KeyGroupId")
        )
        self.function: lambda_.Function = deploy_time.function
        self.log_group: logs.LogGroup = deploy_time.log_group

    @check_types
    def connect(self, function: Connectable, *, env_prefix: str = contract.SIGNING_PREFIX) -> None:
        """Connect a function: allow it to read the key, and set the variable with its secret.

        In a VPC that this library has created, a ``LambdaHandler`` gets an endpoint of Secrets
        Manager as well, which AWS bills by the hour.

        Args:
            function: The function, or a construct with one such as ``LambdaHandler``.
            env_prefix: The prefix of the variable, which is ``SIGNING_SECRET_ARN`` by default.

        Raises:
            ValueError: If the function already has this variable, its name is refused by Lambda,
                or the function's environment cannot be set.
        """
        if isinstance(function, LambdaHandler):
            function.connect(self.secret, env_prefix=contract.signing_secret(env_prefix))
            return
        target = function_of(function)
        add_environment(target, {contract.signing_secret_arn(env_prefix): self.secret.secret_arn})
        grant_secret(self.secret, grantee_of(target))


def _duration_problems(
    rotate_every: Duration | None, keep_old_for: Duration, switch_after: Duration
) -> list[str]:
    problems = Problems()
    problems.add(days_problems("rotate_every", rotate_every, *_ROTATION_DAYS))
    problems.add(seconds_problems("switch_after", switch_after, 0, _MAX_SWITCH_SECONDS))
    named = {
        "rotate_every": rotate_every,
        "keep_old_for": keep_old_for,
        "switch_after": switch_after,
    }
    unresolved = [name for name, value in named.items() if value and value.is_unresolved()]
    for name in unresolved:
        problems.fail(f"`{name}` must be known at synthesis, got: a token")
    if unresolved:
        return problems.messages
    hours = keep_old_for.to_seconds() / _HOUR
    problems.between("keep_old_for", hours, *_KEEP_HOURS, "hours")
    if rotate_every is not None and keep_old_for.to_seconds() >= rotate_every.to_seconds():
        problems.fail(
            "`keep_old_for` must be shorter than `rotate_every`, so that old keys do not pile up: "
            f"a key group has 5 at most, got: {keep_old_for.to_human_string()} and "
            f"{rotate_every.to_human_string()}"
        )
    return problems.messages


def _allow(
    scope: Construct,
    deploy_time: DeployTimeFunction,
    secret: secretsmanager.Secret,
    profile: Profile,
) -> iam.Policy | iam.ManagedPolicy:
    permissions = deploy_time.allow(
        scope,
        [
            Statement(_CLOUDFRONT_ACTIONS, ["*"]),
            Statement(_SECRET_ACTIONS, [secret.secret_arn]),
        ],
    )
    acknowledge_resources(permissions, ["*"], _NO_ARNS, profile=profile)
    return permissions


def _check_hourly(scope: Construct, function: lambda_.Function, profile: Profile) -> None:
    rule = events.CfnRule(
        scope,
        "Check",
        description=f"Removes old public keys of {path_of(scope)}",
        schedule_expression="rate(1 hour)",
        targets=[events.CfnRule.TargetProperty(id="Function", arn=function.function_arn)],
    )
    acknowledge(rule, "EventBusDLQ", _LOST_CHECK, packs=(SERVERLESS,), profile=profile)
    lambda_.CfnPermission(
        scope,
        "CheckPermission",
        action="lambda:InvokeFunction",
        function_name=function.function_arn,
        principal="events.amazonaws.com",
        source_arn=rule.attr_arn,
    )
