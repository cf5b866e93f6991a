"""Invalidation: paths that a distribution drops when something it depends on has changed."""

from collections.abc import Sequence
from pathlib import Path

from aws_cdk import CustomResource, Duration, RemovalPolicy
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import cloudfront as rules
from serverless_stack.constructs.cdn.distribution import Cdn
from serverless_stack.constructs.content.custom_resource import (
    custom_resource,
    deploy_time_function,
)
from serverless_stack.constructs.content.invalidation_access import invalidation_statement
from serverless_stack.constructs.content.source import digest_of


class Invalidation(Construct):
    """An invalidation of a distribution, for content that does not come from a bucket.

    It creates a custom resource and a small function behind it. The paths are invalidated when
    the construct is added, and again by each deployment in which the trigger or the paths have
    changed. Deleting it invalidates nothing.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it invalidates once more.
        cdn: The distribution.
        paths: What it drops, such as ``/api/catalog*``: each begins with a slash, is
            percent-encoded, and has a ``*`` only as its last character. 1-3,000 paths, of which
            15 with a wildcard ("Quotas on invalidations").
        trigger: A change of it invalidates: a version, a hash, or a file or folder as a ``Path``,
            whose content counts.
        wait: Whether the deployment waits until all edge locations have dropped the paths, for
            10 minutes at most. If that runs out, a warning is logged and the deployment goes on.
        log_retention: How long the function's log is kept. None takes the profile's.
        removal_policy: What happens to that log when the stack is deleted. None takes the
            profile's.

    Attributes:
        function: The function that invalidates.
        log_group: Its log group.
        resource: The custom resource.

    Raises:
        ValueError: If a path is one that CloudFront refuses, or the trigger does not exist.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cdn: Cdn | cloudfront.IDistribution,
        paths: Sequence[str],
        trigger: str | Path,
        wait: bool = False,
        log_retention: logs.RetentionDays | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        problems = Problems(scope.node.path, construct_id)
        problems.add(rules.invalidation_path_problems(paths, "paths"))
        if isinstance(trigger, Path):
            problems.require(
                trigger.exists(),
                f"`trigger` must be a text, or the path of an existing file or folder, "
                f"got: {str(trigger)!r} (looked for {trigger.absolute()})",
            )
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        distribution = cdn.distribution if isinstance(cdn, Cdn) else cdn
        made = deploy_time_function(
            self,
            "invalidation",
            description="Invalidates paths of a distribution while its stack is deployed",
            memory_size=256,
            timeout=Duration.minutes(15),
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        self.function: lambda_.Function = made.function
        self.log_group: logs.LogGroup = made.log_group
        permissions = made.allow(self, [invalidation_statement([distribution])])
        self.resource: CustomResource = custom_resource(
            self,
            "Custom::Invalidation",
            made,
            permissions,
            {
                "Distributions": [distribution.distribution_id],
                "Paths": list(paths),
                "Trigger": digest_of(trigger) if isinstance(trigger, Path) else trigger,
                "WaitSeconds": "600" if wait else "0",
            },
            service_timeout=Duration.minutes(30),
        )
