"""Cdn: buckets, APIs and other origins behind one CloudFront distribution."""

from collections.abc import Mapping, Sequence

from aws_cdk import Names
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_shield as shield_advanced
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.acknowledge import acknowledge
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.attributes import (
    arn_of_distribution,
    name_of_distribution,
)
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs._internal.waf import Waf
from serverless_stack.constructs.cdn.access import allow_origins
from serverless_stack.constructs.cdn.access_control import bucket_access_control
from serverless_stack.constructs.cdn.acknowledgements import (
    acknowledge_missing,
    acknowledge_replaced_errors,
)
from serverless_stack.constructs.cdn.alarms import CdnAlarms, alarms_wanted
from serverless_stack.constructs.cdn.arguments import DEFAULT_PATTERN, CdnArguments
from serverless_stack.constructs.cdn.behaviors import Behavior, behavior_options
from serverless_stack.constructs.cdn.binding import OriginBinding
from serverless_stack.constructs.cdn.cache_tags import enable_cache_tags
from serverless_stack.constructs.cdn.countries import Countries
from serverless_stack.constructs.cdn.domain import CdnDomain, add_records, certificate_of
from serverless_stack.constructs.cdn.edge_logic import EdgeLogic
from serverless_stack.constructs.cdn.error_pages import ErrorPage, Maintenance
from serverless_stack.constructs.cdn.field_encryption import encrypt_fields
from serverless_stack.constructs.cdn.headers import SecurityHeaders
from serverless_stack.constructs.cdn.logs import CdnLog, chosen_log, deliver_log
from serverless_stack.constructs.cdn.origins import Target
from serverless_stack.constructs.cdn.resources import bucket_of
from serverless_stack.constructs.cdn.site import Site
from serverless_stack.constructs.cdn.targets import AnyApi, AnyBucket
from serverless_stack.constructs.cdn.waf import web_acl_arn
from serverless_stack.constructs.profiles.profile import Profile

_MAX_COMMENT_LENGTH = 128


class Cdn(Construct):
    """A CloudFront distribution for static files in a bucket, an API under one path, and others.

    It creates the distribution; a ``ContentDeployment`` uploads the files. All distributions of a
    stack share an origin access control, by which only they read its buckets. Viewers are
    redirected to HTTPS and get security headers. Files are cached and compressed. The API is not
    cached, and gets every header but ``Host``, every cookie and every query string. A ``Behavior``
    changes that for the paths of a pattern.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the distribution and its domain.
        bucket: The bucket with the static files. Default: none; the API is served alone.
        origin_path: The folder of the bucket to serve, such as ``/site``; the distribution can
            read nothing else. Default: the whole bucket.
        api: The API. Default: none; the bucket is served alone.
        api_path_pattern: The paths of the API ("All distribution settings reference"). The API
            gets the whole path, such as ``/api/orders/1``.
        default: How paths are answered that match no pattern. Default: by the bucket, or by the
            API if there is none.
        behaviors: How the paths of a pattern are answered, such as ``{"/img/*": images}``; a
            ``Behavior`` has settings of its own. The first pattern that matches counts; those of
            ``behaviors`` come before ``api_path_pattern``. Default: none.
        site: Which object answers a path that is not the name of one, such as ``Site.spa()``.
            Default: none does.
        error_pages: The pages that viewers get instead of an error. Default: the error.
        maintenance: The page that all viewers get for a while. Default: none.
        headers: The headers that are added to all answers. Default: the security headers that
            CloudFront manages ("Use managed response headers policies").
        default_root_object: The object served at ``/`` if a bucket answers by default.
        domain: Your own domain names. Default: that of CloudFront.
        price_class: Which edge locations answer.
        waf: The AWS WAF web ACL: ``Waf()``, created in us-east-1, ``Waf.existing(arn)`` or
            ``Waf.none()``. Default: set by the profile (production: none).
        countries: The countries in which the distribution answers, such as
            ``Countries.allow("DE")``. Default: all.
        shield: Whether AWS Shield Advanced protects the distribution. The account must have a
            subscription, $3,000 a month at AWS's list price ("AWS Shield pricing"); otherwise the
            deployment fails. Shield Standard protects every distribution without it.
        cache_tags: Whether answers can be invalidated by the tags that they have in the header
            ``x-amz-meta-cache-tag``.
        http3: Whether viewers may use HTTP/3 beside HTTP/2.
        alarms: Whether there are alarms on errors and slow origins, with the defaults of
            ``CdnAlarms``. Default: set by the profile (production: no), and no, with a warning, if
            the region of the stack is unknown.
        access_log: Whether CloudFront logs requests, or where by a ``CdnLog``. Default: set by the
            profile (production: yes), to a bucket that all buckets and distributions of the stack
            share.

    Attributes:
        distribution: The distribution.
        cache_tags: Whether answers can be invalidated by their cache tags.
        edge_logic: The JavaScript of its behaviors, for other constructs of this library.
        origin_access_control: The origin access control; None without a bucket.
        origin_path: The served folder of the bucket, or None.
        default_root_object: The object served at ``/``; None if no bucket answers by default.
        api_path_pattern: The paths of the API; None unless there are a bucket and an API.
        other_paths: The patterns that take paths from the bucket, for invalidations to leave out.

    Raises:
        ValueError: If there is no origin, or CloudFront refuses an argument.
    """

    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: AnyBucket | None = None,
        origin_path: str | None = None,
        api: AnyApi | None = None,
        api_path_pattern: str = "/api/*",
        default: Behavior | None = None,
        behaviors: Mapping[str, Behavior | Target] | None = None,
        site: Site | None = None,
        error_pages: Sequence[ErrorPage] = (),
        maintenance: Maintenance | None = None,
        headers: SecurityHeaders | None = None,
        default_root_object: str = "index.html",
        domain: CdnDomain | None = None,
        price_class: cloudfront.PriceClass = cloudfront.PriceClass.PRICE_CLASS_ALL,
        waf: Waf | None = None,
        countries: Countries | None = None,
        shield: bool = False,
        cache_tags: bool = False,
        http3: bool = True,
        alarms: bool | None = None,
        access_log: bool | CdnLog | None = None,
    ) -> None:
        arguments = CdnArguments(
            bucket=bucket,
            origin_path=origin_path,
            api=api,
            api_path_pattern=api_path_pattern,
            default=default,
            behaviors=behaviors or {},
            site=site,
            error_pages=error_pages,
            maintenance=maintenance,
            headers=headers,
            default_root_object=default_root_object,
            domain=domain,
            waf=waf,
            countries=countries,
            alarms=alarms,
            access_log=access_log,
        )
        problems = Problems(path_of(scope), construct_id)
        problems.add(arguments.problems(scope))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        profile = Profile.of(self)
        log = chosen_log(self, access_log)
        web_acl = web_acl_arn(self, waf)
        certificate = certificate_of(self, domain) if domain else None
        binding = OriginBinding(self)
        edge_logic = EdgeLogic(self, arguments.open_patterns())
        options = {}
        for pattern, behavior in arguments.routes().items():
            origin, edge = arguments.origin_of(behavior), arguments.edge_of(pattern, behavior)
            options[pattern] = behavior_options(
                self,
                behavior,
                origin,
                binding.create(origin),
                headers,
                functions=edge_logic.functions(edge),
                edge_lambdas=edge_logic.edge_lambdas(edge),
            )
        log_bucket = log.legacy_bucket
        root = arguments.root_bucket()
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            default_behavior=options.pop(DEFAULT_PATTERN),
            additional_behaviors=options or None,
            default_root_object=default_root_object if root else None,
            error_responses=[page.response for page in error_pages] or None,
            domain_names=list(domain.names) if domain else None,
            certificate=certificate,
            minimum_protocol_version=domain.tls if domain else None,
            http_version=(
                cloudfront.HttpVersion.HTTP2_AND_3 if http3 else cloudfront.HttpVersion.HTTP2
            ),
            price_class=price_class,
            web_acl_id=web_acl,
            geo_restriction=countries.restriction if countries else None,
            enable_logging=log_bucket is not None,
            log_bucket=log_bucket,
            log_file_prefix=f"cloudfront/{Names.unique_id(self)}/" if log_bucket else None,
            comment=path_of(self)[:_MAX_COMMENT_LENGTH],
        )
        encrypt_fields(
            self,
            distribution,
            {pattern: each.field_encryption for pattern, each in arguments.routes().items()},
            DEFAULT_PATTERN,
        )
        if cache_tags:
            enable_cache_tags(distribution)
        if shield:
            shield_advanced.CfnProtection(
                self,
                "Shield",
                name=Names.unique_resource_name(self, max_length=128),
                resource_arn=arn_of_distribution(distribution),
            )
        allow_origins(self, distribution, binding.origins)
        if domain is not None:
            add_records(self, domain, distribution)
        if log.delivered is not None:
            deliver_log(self, log.delivered, distribution)
        if alarms_wanted(self, alarms):
            CdnAlarms(self, "Alarms", distribution=distribution)
        acknowledge_missing(
            distribution,
            profile,
            has_certificate=certificate is not None,
            has_countries=countries is not None,
            has_web_acl=web_acl is not None,
            has_log=log_bucket is not None,
        )
        if any(page.replace_api_errors for page in error_pages):
            acknowledge_replaced_errors(distribution)
        sources = [bucket_of(each) for each in binding.origins if each.kind == "bucket"]
        if log_bucket is not None and not any(isinstance(each, s3.Bucket) for each in sources):
            reason = "this is the bucket of the access logs itself"
            acknowledge(log_bucket, "S1", reason, profile=profile)
        self.distribution: cloudfront.Distribution = distribution
        self.cache_tags: bool = cache_tags
        self.edge_logic: EdgeLogic = edge_logic
        self.origin_access_control: cloudfront.S3OriginAccessControl | None = (
            bucket_access_control(self) if sources else None
        )
        self.origin_path: str | None = root.path if root else origin_path
        self.default_root_object: str | None = default_root_object if root else None
        self.api_path_pattern: str | None = api_path_pattern if bucket and api else None
        self.other_paths: Sequence[str] = arguments.other_paths()

    @property
    def url(self) -> str:
        """The URL of the distribution; a token at synthesis."""
        return f"https://{name_of_distribution(self.distribution)}/"
