"""Cdn: a bucket and an API behind one CloudFront distribution."""

from collections.abc import Sequence

from aws_cdk import Aws, Fn, Names
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import cloudfront as rules
from serverless_stack.constructs._internal.acknowledge import acknowledge
from serverless_stack.constructs._internal.shared import access_log_bucket
from serverless_stack.constructs.api.proxy_api import ProxyApi
from serverless_stack.constructs.cdn.acknowledgements import acknowledge_decisions
from serverless_stack.constructs.cdn.origins import let_distribution_read
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.storage.bucket import StorageBucket


class Cdn(Construct):
    """A CloudFront distribution with static content from a bucket and an API under one path.

    It creates the distribution and an origin access control by which it alone reads the bucket;
    a ``ContentDeployment`` fills the bucket. Viewers are redirected to HTTPS and get security
    headers. Static content is cached and compressed; the API is not cached, and gets every header
    but ``Host``, every cookie and every query string.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the distribution and its domain.
        bucket: The bucket with the static content. None serves the API alone.
        origin_path: The folder of the bucket that is served, such as ``/site``. The distribution
            can read nothing outside it. Empty serves the whole bucket.
        api: The API. None serves the bucket alone.
        api_path_pattern: The paths of the API ("All distribution settings reference"). The API
            sees the whole path: ``/api/orders/1``.
        default_root_object: What ``/`` gives when there is a bucket.
        domain_names: Own domain names; need a ``certificate``.
        certificate: A certificate of AWS Certificate Manager in us-east-1 for them.
        price_class: Which edge locations answer.
        web_acl_id: ARN of a WAF web ACL with the scope CLOUDFRONT. None uses none.
        countries: Where it answers, as two letters each, such as ``DE``. Empty answers everywhere.
        access_log: Whether CloudFront logs requests, into a bucket that all buckets and
            distributions of the stack share. None takes the profile's. CloudFront refuses a
            bucket in a region that accounts opt in to ("Configure standard logging (legacy)").

    Attributes:
        distribution: The distribution.
        origin_access_control: The origin access control; None without a bucket.
        origin_path: The folder of the bucket that is served.
        default_root_object: What ``/`` gives; empty without a bucket.
        api_path_pattern: The paths that the API serves beside a bucket; empty without both.

    Raises:
        ValueError: If there is no origin, or an argument is one that CloudFront refuses.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: StorageBucket | s3.IBucket | None = None,
        origin_path: str = "",
        api: ProxyApi | apigateway.RestApi | None = None,
        api_path_pattern: str = "/api/*",
        default_root_object: str = "index.html",
        domain_names: Sequence[str] = (),
        certificate: acm.ICertificate | None = None,
        price_class: cloudfront.PriceClass = cloudfront.PriceClass.PRICE_CLASS_ALL,
        web_acl_id: str | None = None,
        countries: Sequence[str] = (),
        access_log: bool | None = None,
    ) -> None:
        problems = Problems(scope.node.path, construct_id)
        problems.require(
            bucket is not None or api is not None,
            "`bucket` or `api` must be given, got: neither; a distribution needs an origin",
        )
        problems.require(
            not domain_names or certificate is not None,
            f"`domain_names` must go with a `certificate`, got: {list(domain_names)} without one",
        )
        problems.add(rules.path_pattern_problems(api_path_pattern, "api_path_pattern"))
        problems.add(rules.object_path_problems(default_root_object, "default_root_object"))
        problems.add(rules.origin_path_problems(origin_path, "origin_path"))
        problems.add(rules.alias_problems(domain_names, "domain_names"))
        if certificate is not None:
            problems.add(rules.certificate_problems(certificate.certificate_arn, "certificate"))
        if web_acl_id is not None:
            problems.add(rules.web_acl_problems(web_acl_id, "web_acl_id"))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        source = bucket.bucket if isinstance(bucket, StorageBucket) else bucket
        rest_api = api.rest_api if isinstance(api, ProxyApi) else api
        self.origin_path = origin_path
        self.default_root_object = default_root_object if source is not None else ""
        self.api_path_pattern = api_path_pattern if source and rest_api else ""
        self.origin_access_control: cloudfront.S3OriginAccessControl | None = None
        api_behavior = None if rest_api is None else _api_behavior(rest_api)
        bucket_behavior = None if source is None else self._bucket_behavior(source, origin_path)
        default_behavior = bucket_behavior or api_behavior
        assert default_behavior is not None  # one of the two is there: checked above
        profile = Profile.of(self)
        logs = profile.settings.access_logs if access_log is None else access_log
        log_bucket = access_log_bucket(self, profile) if logs else None
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            default_behavior=default_behavior,
            additional_behaviors=(
                {api_path_pattern: api_behavior} if bucket_behavior and api_behavior else None
            ),
            default_root_object=self.default_root_object or None,
            domain_names=list(domain_names) or None,
            certificate=certificate,
            minimum_protocol_version=(
                cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 if certificate else None
            ),
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=price_class,
            web_acl_id=web_acl_id,
            geo_restriction=cloudfront.GeoRestriction.allowlist(*countries) if countries else None,
            enable_logging=log_bucket is not None,
            log_bucket=log_bucket,
            log_file_prefix=f"cloudfront/{Names.unique_id(self)}/" if log_bucket else None,
            comment=self.node.path,
        )
        acknowledge_decisions(
            self.distribution,
            profile,
            certificate=certificate,
            countries=countries,
            web_acl_id=web_acl_id,
            log_bucket=log_bucket,
        )
        if log_bucket is not None and not isinstance(source, s3.Bucket):
            acknowledge(log_bucket, "S1", "it is the bucket of the access logs itself")
        if source is not None:
            let_distribution_read(self, self.distribution, source, origin_path)

    @property
    def url(self) -> str:
        """The URL of the distribution; a token until it is deployed."""
        return f"https://{self.distribution.distribution_domain_name}/"

    def _bucket_behavior(self, bucket: s3.IBucket, origin_path: str) -> cloudfront.BehaviorOptions:
        # The name is unique in the account, over all regions: CDK's own has the path alone in it,
        # with which the same stack could not be deployed to a second region.
        own_name = Names.unique_resource_name(self, max_length=27)
        stack_uuid = Fn.select(2, Fn.split("/", Aws.STACK_ID))
        self.origin_access_control = cloudfront.S3OriginAccessControl(
            self,
            "OriginAccessControl",
            origin_access_control_name=f"{own_name}-{stack_uuid}",
        )
        return cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_bucket_defaults(
                bucket,
                origin_path=origin_path or None,
                origin_access_control_id=self.origin_access_control.origin_access_control_id,
            ),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
        )


def _api_behavior(rest_api: apigateway.RestApi) -> cloudfront.BehaviorOptions:
    return cloudfront.BehaviorOptions(
        origin=origins.RestApiOrigin(rest_api),
        allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
        cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
        # API Gateway tells its APIs apart by Host: the viewer's must not reach it.
        origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
    )
