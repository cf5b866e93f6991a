"""ContentDeployment: upload static files to a bucket and invalidate what changed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from aws_cdk import CustomResource, Duration, Names, RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack._shared import contract
from serverless_stack._shared.content.memory import LEAST_MIB
from serverless_stack._shared.content.rules import DOCUMENTS, REVALIDATE, CacheRule
from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.constructs._internal.acknowledge import acknowledge_resources
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.attributes import id_of_distribution
from serverless_stack.constructs._internal.buckets import (
    arn_of_objects,
    key_of_bucket,
    name_of_bucket,
)
from serverless_stack.constructs._internal.durations import days, days_of, hours, minutes
from serverless_stack.constructs._internal.roles import grant_key
from serverless_stack.constructs._internal.tree import path_of, stack_of
from serverless_stack.constructs.cdn.access import hide_manifests
from serverless_stack.constructs.cdn.distribution import Cdn
from serverless_stack.constructs.content import arguments
from serverless_stack.constructs.content.distributions import (
    AnyDistribution,
    api_paths,
    distribution_of,
    index_document_of,
    path_prefix,
)
from serverless_stack.constructs.content.permissions import (
    ANY_MANIFEST,
    deployment_statements,
    expire_obsolete_files,
)
from serverless_stack.constructs.content.skew import protect_from_skew, skew_problems
from serverless_stack.constructs.content.source import (
    asset_key,
    published_sources,
    source_assets,
    source_problems,
)
from serverless_stack.constructs.content.tags import (
    content_tag_problems,
    tag_lists,
    tag_properties,
)
from serverless_stack.constructs.content.warnings import (
    warn_of_files_left_out,
    warn_of_unused_patterns,
)
from serverless_stack.constructs.function.custom_resource import (
    CONTENT_PARTS,
    custom_resource,
    deploy_time_function,
)
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.storage.bucket import StorageBucket

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
"""The content of a JSON file; strings may be CDK tokens."""


class ContentDeployment(Construct):
    """Static files, uploaded to a bucket and invalidated so that viewers never see a broken page.

    It creates a custom resource, and a function that compares the hashes of the files with a
    manifest of the previous deployment. It uploads new and changed files: first those that
    documents refer to, then the documents. Then it invalidates the fewest paths that cover the
    changed files; without changes, none. Files that left the source stay for a grace period, for
    pages that viewers have already loaded; then the bucket's lifecycle deletes them. Files that
    the deployment did not upload are not touched. An interrupted deployment continues when it is
    run again, and a failed one is rolled back to the previous files.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent. Renaming it forgets which files were deployed, so
            that files which leave the source stay in the bucket for ever.
        source: One or more folders or zip files; where they have a file in common, the last wins.
            Files under 5 TB, keys up to 1,024 bytes ("Creating object key names").
        bucket: The bucket.
        include: Patterns of files to publish although they would be left out: hidden files outside
            of ``.well-known``, private keys, and links that lead out of the folder.
        distributions: The distributions in front of the bucket. Default: none; nothing is
            invalidated.
        destination_key_prefix: The folder in the bucket, such as ``site``. Default: the
            ``origin_path`` of the ``Cdn``, so that viewers see the files at ``/``.
        cache_control: The ``Cache-Control`` of files by pattern; the first match counts. Default:
            browsers ask each time, and CloudFront keeps a file until it is invalidated.
        tags: The cache tags of files by pattern, such as ``{"*.html": "page"}``; every pattern that
            matches counts. A ``Cdn`` needs ``cache_tags=True``. Default: none.
        documents: Patterns of the files that refer to other files. They are uploaded last.
        config: Values that are known only at deploy time, such as the URL of an API. They are
            written to a JSON file.
        config_key: The name of that file.
        exclude_paths: Paths that are never invalidated, such as ``/images/*``, because another
            origin serves them. The paths of the API of a ``Cdn`` are always excluded.
        query_strings: Whether the cache key of the distributions has query strings, so that every
            variant of a changed file is invalidated.
        index_document: The file that the distributions serve for a folder. Default: the
            ``default_root_object`` of a ``Cdn``, and ``index.html`` of another distribution.
        max_paths: The largest number of paths to invalidate in one deployment, 1-3,000. Beyond it,
            paths are merged into wildcards that cover the fewest unchanged files ("Pay for file
            invalidation": the first 1,000 paths a month are free).
        wait: Whether the deployment waits until all edge locations have invalidated the paths:
            no, for up to 30 minutes, or for a duration up to 45 minutes. After that, a warning is
            logged and the deployment continues.
        grace_period: How long files stay that left the source: whole days, 1 or more;
            None for ever.
        skew_protection: How long a visitor keeps the pages (``*.html``, ``*.htm``) of the build
            that he began with: 1 minute up to the ``grace_period``. It needs a ``Cdn`` with a
            bucket. Default: none; every page is the latest one.
        memory_size: The function's memory in MiB, 512-10240. It needs 320, whatever the sizes of
            the files, and 2.5 KiB for each file. More memory is a faster processor as well.
        log_retention: How long the function's log is kept. Default: set by the profile.
        removal_policy: What happens when the construct is deleted: RETAIN keeps the files, DESTROY
            deletes those that it uploaded. Neither invalidates. Default: set by the profile.

    Attributes:
        function: The function that deploys.
        log_group: Its log group.
        resource: The custom resource.

    Raises:
        ValueError: If the source has no files, an argument is out of range, or two arguments
            contradict each other.
    """

    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: str | Path | Sequence[str | Path],
        bucket: StorageBucket | s3.IBucket,
        include: Sequence[str] = (),
        distributions: Sequence[AnyDistribution] = (),
        destination_key_prefix: str | None = None,
        cache_control: Sequence[CacheRule] = (CacheRule("*", REVALIDATE),),
        tags: Mapping[str, str | Sequence[str]] | None = None,
        documents: Sequence[str] = DOCUMENTS,
        config: Mapping[str, Json] | None = None,
        config_key: str = "config.json",
        exclude_paths: Sequence[str] = (),
        query_strings: bool = False,
        index_document: str | None = None,
        max_paths: int = 30,
        wait: bool | Duration = False,
        grace_period: Duration | None = days(7),
        skew_protection: Duration | None = None,
        memory_size: int = 1024,
        log_retention: logs.RetentionDays | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        if removal_policy is None:
            destroys = Profile.of(scope).removal_policy == RemovalPolicy.DESTROY
            removal_policy = RemovalPolicy.DESTROY if destroys else RemovalPolicy.RETAIN
        sources = [Path(source)] if isinstance(source, str | Path) else [Path(s) for s in source]
        prefix = arguments.key_prefix(destination_key_prefix, distributions)
        problems = Problems(path_of(scope), construct_id)
        unreadable = source_problems(sources)
        problems.add(unreadable)
        problems.add(arguments.prefix_problems(prefix, distributions))
        problems.add(arguments.exclude_path_problems(exclude_paths))
        problems.require(
            not any(map(is_unresolved, include)),
            "`include` must be known at synthesis, when files are read, got: a token",
        )
        problems.add(arguments.index_document_problems(index_document))
        problems.add(arguments.grace_period_problems(grace_period))
        problems.add(arguments.wait_problems(wait))
        problems.add(arguments.max_paths_problems(max_paths))
        problems.between("memory_size", memory_size, LEAST_MIB, 10240, "MiB")
        if removal_policy not in (RemovalPolicy.RETAIN, RemovalPolicy.DESTROY):
            problems.fail(f"`removal_policy` must be RETAIN or DESTROY, got: {removal_policy.name}")
        contents = [] if unreadable else published_sources(scope, sources, include, problems)
        names = {key for content in contents for key in content.index}
        problems.add(arguments.file_problems(prefix, [content.index for content in contents]))
        objects = len(names) * (1 if skew_protection is None else 2)
        problems.add(arguments.memory_problems(memory_size, objects))
        if config is not None:
            problems.add(arguments.config_problems(config_key, names))
        tag_values = tag_lists(tags or {})
        problems.add(content_tag_problems(tag_values, names, distributions))
        if skew_protection is not None:
            problems.add(skew_problems(skew_protection, grace_period, prefix, names, distributions))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        if config is not None:
            names.add(config_key)
        warn_of_unused_patterns(
            self, "cache_control", [rule.pattern for rule in cache_control], names
        )
        warn_of_unused_patterns(self, "tags", tag_values, names)
        for content in contents:
            warn_of_files_left_out(self, content)
        target = bucket.bucket if isinstance(bucket, StorageBucket) else bucket
        owner = Names.unique_resource_name(self, max_length=arguments.MAX_OWNER_LENGTH)
        manifest_key = f"{contract.RESERVED_PREFIX}{prefix}{owner}.json.gz"
        assets = source_assets(self, contents)
        deploy_time = deploy_time_function(
            self,
            "content.handler",
            CONTENT_PARTS,
            description="Uploads static content while its stack is deployed",
            memory_size=memory_size,
            timeout=minutes(15),
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        permissions = deploy_time.allow(
            self,
            deployment_statements(
                deploy_time.function,
                [asset for pair in assets for asset in pair],
                target,
                prefix,
                manifest_key,
                distributions,
                deletes=removal_policy == RemovalPolicy.DESTROY,
            ),
        )
        acknowledge_resources(
            permissions,
            [arn_of_objects(target, f"{prefix}*"), arn_of_objects(target, ANY_MANIFEST)],
            "the files of a site and the manifests of its deployments are named by prefixes",
        )
        key = key_of_bucket(target)
        if key is not None:
            grant_key(key, deploy_time.grantee, writes=True)
        if any(not isinstance(front, Cdn) for front in distributions):
            hide_manifests(target)
        if grace_period is not None:
            expire_obsolete_files(self, target, prefix, owner, grace_period)
        properties: dict[str, object] = {
            "Sources": [
                {
                    "Bucket": files.s3_bucket_name,
                    "Key": asset_key(files),
                    "IndexBucket": index.s3_bucket_name,
                    "IndexKey": asset_key(index),
                }
                for files, index in assets
            ],
            "Destination": {"Bucket": name_of_bucket(target), "Prefix": prefix},
            "ManifestKey": manifest_key,
            "Owner": owner,
            "CacheControl": [
                {"Pattern": rule.pattern, "CacheControl": rule.cache_control}
                for rule in cache_control
            ],
            "Documents": list(documents),
            "Distributions": [
                {
                    "Id": id_of_distribution(distribution_of(front)),
                    "PathPrefix": path_prefix(front, prefix),
                    "ExcludePaths": [*api_paths(front), *exclude_paths],
                    "QueryStrings": "true" if query_strings else "false",
                    "IndexDocument": index_document_of(front, index_document),
                }
                for front in distributions
            ],
            "MaxPaths": str(max_paths),
            "WaitSeconds": str(arguments.wait_seconds(wait)),
            "GracePeriodDays": "" if grace_period is None else f"{days_of(grace_period):.15g}",
            "RemovalPolicy": removal_policy.name.lower(),
        }
        if skew_protection is not None:
            protect_from_skew(distributions, prefix, skew_protection)
            properties["KeepsBuilds"] = "true"
            # Their copies have to be there before pages name the build.
            properties["Documents"] = list(dict.fromkeys([*documents, *DOCUMENTS]))
        if tag_values:
            properties["Tags"] = tag_properties(tag_values)
        if config is not None:
            properties["ConfigKey"] = config_key
            properties["ConfigJson"] = stack_of(self).to_json_string(config, 2)
        self.resource: CustomResource = custom_resource(
            self,
            "Custom::ContentDeployment",
            deploy_time.function,
            permissions,
            properties,
            service_timeout=hours(1),
        )
        self.function: lambda_.Function = deploy_time.function
        self.log_group: logs.LogGroup = deploy_time.log_group
