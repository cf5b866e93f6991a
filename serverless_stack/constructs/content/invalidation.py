"""Invalidation: paths and cache tags to invalidate when something served has changed."""

from collections.abc import Sequence
from pathlib import Path

from aws_cdk import CustomResource, RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import cloudfront as rules
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.attributes import id_of_distribution
from serverless_stack.constructs._internal.durations import minutes
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.content.distributions import (
    AnyDistribution,
    distribution_of,
    invalidation_statement,
)
from serverless_stack.constructs.content.source import digest_of
from serverless_stack.constructs.content.tags import (
    distribution_tag_problems,
    invalidated_tag_problems,
)
from serverless_stack.constructs.function.custom_resource import (
    CONTENT_PARTS,
    custom_resource,
    deploy_time_function,
)

MAX_ITEMS = 3000  # "Quotas on invalidations"


class Invalidation(Construct):
    """An invalidation of distributions, for content that does not come from a bucket.

    It creates a custom resource and a small function. The paths and tags are invalidated by the
    first deployment, and by each one in which the trigger, the paths or the tags have changed.
    Deleting the construct invalidates nothing.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it invalidates once more.
        distributions: The distributions, at least one.
        paths: The paths to invalidate, such as ``/api/catalog*``: each begins with a slash, is
            percent-encoded, and has a ``*`` only as its last character. 1-3,000 paths, 15 of them
            with a wildcard ("Quotas on invalidations"). Default: none; then there are ``tags``.
        tags: The cache tags to invalidate, such as ``product-42``, without ``#``. Each counts and
            is billed as a path. A ``Cdn`` needs ``cache_tags=True``. Default: none.
        trigger: What invalidates when it changes: a version, a hash, or the content of a file or
            folder as a ``Path``.
        wait: Whether the deployment waits until all edge locations have invalidated the paths,
            for 10 minutes at most. After that, a warning is logged and the deployment continues.
        log_retention: How long the function's log is kept. Default: set by the profile.
        removal_policy: What happens to that log when the stack is deleted. Default: set by the
            profile.

    Attributes:
        function: The function that invalidates.
        log_group: Its log group.
        resource: The custom resource.

    Raises:
        ValueError: If CloudFront refuses a path or tag, there is neither, there is no
            distribution, or the trigger is a path that does not exist.
    """

    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        distributions: Sequence[AnyDistribution],
        paths: Sequence[str] = (),
        tags: Sequence[str] = (),
        trigger: str | Path,
        wait: bool = False,
        log_retention: logs.RetentionDays | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        problems = Problems(path_of(scope), construct_id)
        if not distributions:
            problems.fail("`distributions` must have at least one distribution, got: none")
        if paths or not tags:
            problems.add(rules.invalidation_path_problems(paths, "paths"))
        problems.add(invalidated_tag_problems(tags))
        if tags:
            problems.add(distribution_tag_problems(distributions))
        problems.require(
            not tags or len(tags) + len(paths) <= MAX_ITEMS,
            f"`paths` and `tags` must be at most {MAX_ITEMS:,} together, "
            f"got: {len(tags) + len(paths):,}",
        )
        if isinstance(trigger, Path) and not trigger.exists():
            problems.fail(
                "`trigger` must be a text, or the path of an existing file or folder, "
                f"got: {str(trigger)!r} (looked for {trigger.absolute()})"
            )
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        deploy_time = deploy_time_function(
            self,
            "invalidation",
            CONTENT_PARTS,
            description="Invalidates paths of distributions while their stack is deployed",
            memory_size=256,
            timeout=minutes(15),
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        permissions = deploy_time.allow(self, [invalidation_statement(distributions)])
        self.resource: CustomResource = custom_resource(
            self,
            "Custom::Invalidation",
            deploy_time.function,
            permissions,
            {
                "Distributions": [
                    id_of_distribution(distribution_of(front)) for front in distributions
                ],
                "Paths": list(paths),
                **({"Tags": list(tags)} if tags else {}),
                "Trigger": digest_of(trigger) if isinstance(trigger, Path) else trigger,
                "WaitSeconds": "600" if wait else "0",
            },
            service_timeout=minutes(30),
        )
        self.function: lambda_.Function = deploy_time.function
        self.log_group: logs.LogGroup = deploy_time.log_group
