"""ContentDeployment: files in a bucket, and in front of viewers only what changed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from aws_cdk import Annotations, CustomResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack._shared.content.memory import LEAST_MIB
from serverless_stack._shared.content.rules import DOCUMENTS, REVALIDATE, CacheRule
from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.acknowledge import acknowledge_resources
from serverless_stack.constructs._internal.roles import grant_key
from serverless_stack.constructs.cdn.distribution import Cdn
from serverless_stack.constructs.cdn.origins import hide_manifests
from serverless_stack.constructs.content import access, rules
from serverless_stack.constructs.content.custom_resource import (
    custom_resource,
    deploy_time_function,
)
from serverless_stack.constructs.content.source import (
    read_sources,
    source_assets,
    source_problems,
)
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.storage.bucket import StorageBucket

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
"""What a JSON file can hold; texts may be CDK tokens."""


class ContentDeployment(Construct):
    """Static files, uploaded to a bucket and shown by a distribution without a broken page.

    It creates a custom resource, and a function that compares the hashes of the files with a
    manifest of what it deployed before. It uploads what is new or changed: first the files that
    documents name, then the documents. Then it invalidates the fewest paths that hold a changed
    file, and nothing if nothing changed. A file that is no longer in the source stays for a grace
    period, for pages that a viewer has loaded already; then the bucket's lifecycle deletes it.
    Files that it has not uploaded are left alone. A deployment that was interrupted goes on when
    it is run again, and one that failed is rolled back to the files from before.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent. Renaming it forgets which files were deployed, so
            that files that are gone from the source stay in the bucket for ever.
        source: A folder or a zip file, or several, of which a later one wins. Files under 5 TB,
            keys up to 1,024 bytes ("Creating object key names").
        bucket: The bucket.
        cdn: The distribution in front of the bucket. None and no ``cdns`` invalidates nothing.
        cdns: Several of them, instead of ``cdn``.
        destination_key_prefix: The folder in the bucket, such as ``site``. None takes the
            ``origin_path`` of the ``Cdn``, so that viewers see the files at ``/``.
        cache_control: The ``Cache-Control`` by pattern; the first that matches counts. By default
            browsers ask each time, and CloudFront keeps a file until it is invalidated.
        documents: Patterns of the files that name other files. They are uploaded last.
        config: What is known at deploy time only, such as the URL of an API. It becomes a JSON
            file.
        config_key: The name of that file.
        protected: Paths that another origin of the distribution serves, such as ``/api/*``, and
            that are never invalidated. Those of the API of a ``Cdn`` are known.
        query_strings: Whether the distribution's cache tells query strings apart, so that every
            variant of a changed file is invalidated.
        index_document: The file that the distribution gives for a folder. None takes the
            ``default_root_object`` of a ``Cdn``, and ``index.html`` of another distribution.
        budget: The most paths to pay for in one deployment, 1-3,000. With more changes, paths are
            merged into wildcards that drop the fewest unchanged files ("Pay for file
            invalidation": the first 1,000 paths a month are free).
        wait: Whether the deployment waits until all edge locations have dropped the paths: no,
            for up to 30 minutes, or for a time up to 45 minutes. If it runs out, a warning is
            logged and the deployment goes on.
        grace_period: How long a file stays that is no longer in the source: whole days, 1 or
            more. None keeps it for ever.
        memory_size: The function's memory in MiB, 512-10240: 320, whatever the sizes of the files
            are, and 2.5 KiB for each file at least. More of it is a faster processor, too.
        log_retention: How long the function's log is kept. None takes the profile's.
        removal_policy: What happens when the construct is deleted: RETAIN leaves the files,
            DESTROY deletes those that it has uploaded. Neither invalidates. None takes the
            profile's.

    Attributes:
        function: The function that deploys.
        log_group: Its log group.
        resource: The custom resource.

    Raises:
        ValueError: If the source has no files, or an argument is out of range or does not go with
            another one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: str | Path | Sequence[str | Path],
        bucket: StorageBucket | s3.IBucket,
        cdn: Cdn | cloudfront.IDistribution | None = None,
        cdns: Sequence[Cdn | cloudfront.IDistribution] = (),
        destination_key_prefix: str | None = None,
        cache_control: Sequence[CacheRule] = (CacheRule("*", REVALIDATE),),
        documents: Sequence[str] = DOCUMENTS,
        config: Mapping[str, Json] | None = None,
        config_key: str = "config.json",
        protected: Sequence[str] = (),
        query_strings: bool = False,
        index_document: str | None = None,
        budget: int = 30,
        wait: bool | Duration = False,
        grace_period: Duration | None = Duration.days(7),
        memory_size: int = 1024,
        log_retention: logs.RetentionDays | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        removal_policy = removal_policy or Profile.of(scope).removal_policy
        sources = [Path(source)] if isinstance(source, str | Path) else [Path(s) for s in source]
        fronts = [*cdns] if cdn is None else [cdn, *cdns]
        problems = Problems(scope.node.path, construct_id)
        problems.require(
            cdn is None or not cdns, "`cdn` must be None with `cdns`, got: both; name each in one"
        )
        found = source_problems(sources)
        problems.add(found)
        prefix = rules.key_prefix(destination_key_prefix, fronts)
        problems.add(rules.prefix_problems(prefix, fronts))
        problems.add(rules.protected_problems(protected))
        problems.add(rules.index_document_problems(index_document))
        problems.add(rules.grace_period_problems(grace_period))
        problems.add(rules.wait_problems(wait))
        problems.between("budget", budget, 1, 3000, "paths")
        problems.between("memory_size", memory_size, LEAST_MIB, 10240, "MiB")
        problems.require(
            removal_policy in (RemovalPolicy.RETAIN, RemovalPolicy.DESTROY),
            f"`removal_policy` must be RETAIN or DESTROY, got: {removal_policy.name}",
        )
        indexes = [] if found else read_sources(sources)
        names = {key for index in indexes for key in index}
        problems.add(rules.file_problems(prefix, indexes))
        problems.add(rules.memory_problems(memory_size, len(names)))
        if config is not None:
            problems.add(rules.config_problems(config_key, names))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        if config is not None:
            names.add(config_key)
        for pattern in rules.idle_patterns(names, [rule.pattern for rule in cache_control]):
            Annotations.of(self).add_warning_v2(
                "serverless-stack:cache-rule",
                f"the pattern {pattern!r} of `cache_control` matches no file",
            )
        target = bucket.bucket if isinstance(bucket, StorageBucket) else bucket
        owner = access.owner_of(self)
        manifest_key = f".serverless-stack/{prefix}{owner}.json.gz"
        assets = source_assets(self, sources, indexes)
        made = deploy_time_function(
            self,
            "content.handler",
            description="Uploads static content while its stack is deployed",
            memory_size=memory_size,
            timeout=Duration.minutes(15),
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        self.function: lambda_.Function = made.function
        self.log_group: logs.LogGroup = made.log_group
        permissions = made.allow(
            self,
            access.statements(
                self.function,
                [asset for pair in assets for asset in pair],
                target,
                prefix,
                manifest_key,
                [rules.distribution_of(front) for front in fronts],
                deletes=removal_policy == RemovalPolicy.DESTROY,
            ),
        )
        acknowledge_resources(
            permissions,
            [target.arn_for_objects(each) for each in (f"{prefix}*", access.ANY_MANIFEST)],
            "the files of a site and the manifests of its deployments, by their prefixes",
        )
        if target.encryption_key is not None:
            grant_key(target.encryption_key, made.grantee, writes=True)
        if any(not isinstance(front, Cdn) for front in fronts):
            hide_manifests(target)
        if grace_period is not None:
            access.expire_obsolete(self, target, prefix, owner, grace_period)
        self.resource: CustomResource = custom_resource(
            self,
            "Custom::ContentDeployment",
            made,
            permissions,
            {
                "Sources": [
                    {
                        "Bucket": files.s3_bucket_name,
                        "Key": files.s3_object_key,
                        "IndexBucket": index.s3_bucket_name,
                        "IndexKey": index.s3_object_key,
                    }
                    for files, index in assets
                ],
                "Destination": {"Bucket": target.bucket_name, "Prefix": prefix},
                "ManifestKey": manifest_key,
                "Owner": owner,
                "CacheControl": [
                    {"Pattern": rule.pattern, "CacheControl": rule.cache_control}
                    for rule in cache_control
                ],
                "Documents": list(documents),
                "Distributions": [
                    {
                        "Id": rules.distribution_of(front).distribution_id,
                        "PathPrefix": rules.path_prefix(prefix, front),
                        "Protected": [*rules.protected_by(front), *protected],
                        "QueryStrings": "true" if query_strings else "false",
                        "IndexDocument": rules.index_document_of(index_document, front),
                    }
                    for front in fronts
                ],
                "Budget": str(budget),
                "WaitSeconds": str(rules.wait_seconds(wait)),
                "GracePeriodDays": "" if grace_period is None else str(grace_period.to_days()),
                "RemovalPolicy": removal_policy.name.lower(),
                **(
                    {}
                    if config is None
                    else {
                        "ConfigKey": config_key,
                        "ConfigJson": Stack.of(self).to_json_string(config, 2),
                    }
                ),
            },
            service_timeout=Duration.hours(1),
        )
