"""Cdn: a bucket and an API behind one CloudFront distribution."""

from collections.abc import Sequence

from aws_cdk import Annotations, Names, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_shield as shield_advanced
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services import cloudfront as rules
from serverless_stack.constructs._internal.acknowledge import acknowledge
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.shared import access_log_bucket
from serverless_stack.constructs.api.proxy_api import ProxyApi
from serverless_stack.constructs.cdn.access import allow_distribution
from serverless_stack.constructs.cdn.acknowledgements import acknowledge_missing
from serverless_stack.constructs.cdn.origins import (
    api_behavior,
    bucket_behavior,
    origin_access_control,
)
from serverless_stack.constructs.cdn.regions import REGIONS_WITHOUT_LOGS, distribution_problems
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.storage.bucket import StorageBucket

_MAX_COMMENT_LENGTH = 128


class Cdn(Construct):
    """A CloudFront distribution for static files in a bucket and an API under one path.

    It creates the distribution, and an origin access control by which only the distribution reads
    the bucket; a ``ContentDeployment`` uploads the files. Viewers are redirected to HTTPS and get
    security headers. Files are cached and compressed. The API is not cached, and gets every header
    but ``Host``, every cookie and every query string.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the distribution and its domain.
        bucket: The bucket with the static files. Default: none; the API is served alone.
        origin_path: The folder of the bucket to serve, such as ``/site``; the distribution can
            read nothing else. Default: the whole bucket.
        api: The API. Default: none; the bucket is served alone.
        api_path_pattern: The paths of the API ("All distribution settings reference"). The API
            gets the whole path, such as ``/api/orders/1``.
        default_root_object: The object served at ``/`` if there is a bucket.
        domain_names: Your own domain names; they need a ``certificate``.
        certificate: A certificate for them, of AWS Certificate Manager in us-east-1.
        price_class: Which edge locations answer.
        web_acl_id: The ARN of an AWS WAF web ACL with the scope CLOUDFRONT. Default: none.
        countries: The countries in which the distribution answers, as ISO codes such as ``DE``.
            Default: all.
        shield: Whether AWS Shield Advanced protects the distribution. The account must have a
            subscription, $3,000 a month at AWS's list price ("AWS Shield pricing"); otherwise the
            deployment fails. Shield Standard protects every distribution without it.
        access_log: Whether CloudFront logs requests, to a bucket that all buckets and
            distributions of the stack share. Default: set by the profile (production: yes), and
            no, with a warning, in regions where CloudFront writes no logs.

    Attributes:
        distribution: The distribution.
        origin_access_control: The origin access control; None without a bucket.
        origin_path: The served folder of the bucket, or None.
        default_root_object: The object served at ``/``; None without a bucket.
        api_path_pattern: The paths of the API; None unless there are a bucket and an API.

    Raises:
        ValueError: If there is no origin, or CloudFront refuses an argument.
    """

    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: StorageBucket | s3.IBucket | None = None,
        origin_path: str | None = None,
        api: ProxyApi | apigateway.RestApi | None = None,
        api_path_pattern: str = "/api/*",
        default_root_object: str = "index.html",
        domain_names: Sequence[str] = (),
        certificate: acm.ICertificate | None = None,
        price_class: cloudfront.PriceClass = cloudfront.PriceClass.PRICE_CLASS_ALL,
        web_acl_id: str | None = None,
        countries: Sequence[str] = (),
        shield: bool = False,
        access_log: bool | None = None,
    ) -> None:
        region = Stack.of(scope).region
        problems = Problems(scope.node.path, construct_id)
        problems.add(distribution_problems(region, "Cdn"))
        if bucket is None and api is None:
            problems.fail(
                "`bucket` or `api` must be given, got: neither; a distribution needs an origin"
            )
        if isinstance(api, ProxyApi) and api.is_private:
            problems.fail(
                "`api` must have a public endpoint, which CloudFront needs, got: "
                f"{api.node.path} with Access.vpc_endpoint(…)"
            )
        if isinstance(api, ProxyApi) and not api.has_default_endpoint:
            problems.fail(
                "`api` must have a default endpoint, which CloudFront calls, got: "
                f"{api.node.path}, whose `domain` disables it"
            )
        if domain_names and certificate is None:
            problems.fail(
                "`domain_names` must go with a `certificate`, "
                f"got: {list(domain_names)} without one"
            )
        if access_log and region in REGIONS_WITHOUT_LOGS:
            problems.fail(
                f"`access_log` must be False in {region}, where CloudFront writes no logs to "
                "buckets, got: True"
            )
        problems.add(rules.path_pattern_problems(api_path_pattern, "api_path_pattern"))
        problems.add(rules.object_path_problems(default_root_object, "default_root_object"))
        if origin_path == "":
            problems.fail("`origin_path` must be None for the whole bucket, got: ''")
        elif origin_path is not None:
            problems.add(rules.origin_path_problems(origin_path, "origin_path"))
        problems.add(rules.alias_problems(domain_names, "domain_names"))
        problems.add(rules.country_problems(countries, "countries"))
        if any(map(is_unresolved, countries)):
            problems.fail("`countries` must be known at synthesis, got: a token")
        if certificate is not None:
            problems.add(rules.certificate_problems(certificate.certificate_arn, "certificate"))
        if web_acl_id is not None:
            problems.add(rules.web_acl_problems(web_acl_id, "web_acl_id"))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        profile = Profile.of(self)
        source = bucket.bucket if isinstance(bucket, StorageBucket) else bucket
        rest_api = api.rest_api if isinstance(api, ProxyApi) else api
        if access_log is None:
            access_log = profile.settings.access_logs
            if access_log and region in REGIONS_WITHOUT_LOGS:
                access_log = False
                Annotations.of(self).add_warning_v2(
                    "serverless-stack:cdn-log",
                    f"requests are not logged: CloudFront writes no logs to buckets in {region}",
                )
        behaviors: dict[str, cloudfront.BehaviorOptions] = {}
        access_control = None
        if source is not None:
            access_control = origin_access_control(self)
            behaviors["*"] = bucket_behavior(source, origin_path, access_control)
        if rest_api is not None:
            behaviors[api_path_pattern if source else "*"] = api_behavior(rest_api)
        log_bucket = access_log_bucket(self, profile) if access_log else None
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            default_behavior=behaviors.pop("*"),
            additional_behaviors=behaviors or None,
            default_root_object=default_root_object if source else None,
            domain_names=list(domain_names) or None,
            certificate=certificate,
            minimum_protocol_version=(
                cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 if certificate else None
            ),
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=price_class,
            web_acl_id=web_acl_id,
            geo_restriction=cloudfront.GeoRestriction.allowlist(*countries) if countries else None,
            enable_logging=access_log,
            log_bucket=log_bucket,
            log_file_prefix=f"cloudfront/{Names.unique_id(self)}/" if log_bucket else None,
            comment=self.node.path[:_MAX_COMMENT_LENGTH],
        )
        if shield:
            shield_advanced.CfnProtection(
                self,
                "Shield",
                name=Names.unique_resource_name(self, max_length=128),
                resource_arn=distribution.distribution_arn,
            )
        if source is not None:
            allow_distribution(self, distribution, source, origin_path)
        acknowledge_missing(
            distribution,
            profile,
            has_certificate=certificate is not None,
            has_countries=bool(countries),
            has_web_acl=web_acl_id is not None,
            has_log=access_log,
        )
        if log_bucket is not None and not isinstance(source, s3.Bucket):
            reason = "this is the bucket of the access logs itself"
            acknowledge(log_bucket, "S1", reason, profile=profile)
        self.distribution: cloudfront.Distribution = distribution
        self.origin_access_control: cloudfront.S3OriginAccessControl | None = access_control
        self.origin_path: str | None = origin_path
        self.default_root_object: str | None = default_root_object if source else None
        self.api_path_pattern: str | None = api_path_pattern if source and rest_api else None

    @property
    def url(self) -> str:
        """The URL of the distribution; a token at synthesis."""
        return f"https://{self.distribution.distribution_domain_name}/"
