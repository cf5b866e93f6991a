"""ProxyApi: a REST API that passes every path and verb to one function."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services import apigateway as rules
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.connect import Invokable, invokable_of
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs.api.acknowledgements import acknowledge_missing
from serverless_stack.constructs.api.caching import ApiCache, cache_problems
from serverless_stack.constructs.api.logs import ACCESS_LOG_FORMAT, execution_log_group
from serverless_stack.constructs.api.routes import add_routes, uncached_methods
from serverless_stack.constructs.api.web_acl import WebAcl, attach_web_acl, web_acl_problems
from serverless_stack.constructs.profiles.profile import Profile


class ProxyApi(Construct):
    """A REST API with ``ANY`` on ``/`` and on ``/{proxy+}``, both integrated with one function.

    It creates a regional REST API, a deployment, one stage with throttling and tracing, log groups
    for its requests and errors, and one Lambda permission that covers every route. Bodies pass
    unchanged, binary ones as well.

    It creates no CloudWatch role: that setting belongs to the account, and deleting one stack must
    not take it from other APIs. AWS refuses a stage with an access log in an account and region
    that never had the role set; set it once ("Set up CloudWatch logging for REST APIs"), or deploy
    with ``access_log=False``.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the API and its URL.
        handler: The function to call: a ``LambdaHandler``, a function, a version or an alias.
        stage_name: The stage, which is the first segment of the URL's path; no CDK token.
        throttling_rate_limit: Steady requests per second over all callers, 0 or more. The quota
            of the account applies as well: 10,000 in most regions ("Amazon API Gateway quotas").
        throttling_burst_limit: Requests at once above that rate, 0 or more. The quota of the
            account is 5,000 in most regions.
        binary_media_types: Content types that reach the function in base64, with
            ``isBase64Encoded`` in the event. Default: all, so that no body is changed.
        authorizer: The authorizer of all routes, such as a ``CognitoUserPoolsAuthorizer``.
            Default: none; the function has to check its callers.
        cache: Which answers to GET are kept. Default: none.
        web_acl: The AWS WAF web ACL: ``WebAcl.managed()``, ``WebAcl.existing(arn)`` or
            ``WebAcl.none()``. Default: set by the profile (production: none).
        access_log: Whether requests, one JSON line for each, and errors of the API are logged.
            Default: set by the profile (production: yes).
        log_retention: How long these logs are kept. Default: set by the profile.
        removal_policy: What happens to these logs when the stack is deleted. Default: set by the
            profile.

    Attributes:
        rest_api: The REST API.
        stage: Its stage.
        access_log_group: The log group of the access log; None without one.
        web_acl: The web ACL, if the construct created one.

    Raises:
        ValueError: If an argument is out of range.
    """

    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        handler: Invokable,
        stage_name: str = "prod",
        throttling_rate_limit: float = 100,
        throttling_burst_limit: int = 200,
        binary_media_types: Sequence[str] = ("*/*",),
        authorizer: apigateway.IAuthorizer | None = None,
        cache: ApiCache | None = None,
        web_acl: WebAcl | None = None,
        access_log: bool | None = None,
        log_retention: logs.RetentionDays | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        problems = Problems(scope.node.path, construct_id)
        problems.add(rules.stage_name_problems(stage_name))
        if is_unresolved(stage_name):
            problems.fail(
                "`stage_name` must be known at synthesis, because CDK makes an id of it, "
                "got: a token"
            )
        problems.between("throttling_rate_limit", throttling_rate_limit, *rules.RATE_PER_SECOND)
        problems.between("throttling_burst_limit", throttling_burst_limit, *rules.BURST)
        problems.add(rules.binary_media_type_problems(binary_media_types))
        if cache is not None:
            problems.add(cache_problems(cache))
        if web_acl is not None:
            problems.add(web_acl_problems(web_acl))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        profile = Profile.of(self)
        if access_log is None:
            access_log = profile.settings.access_logs
        if web_acl is None:
            web_acl = WebAcl.managed() if profile.settings.web_acl else WebAcl.none()
        access_log_group = (
            log_group(
                self, "AccessLogs", profile, retention=log_retention, removal_policy=removal_policy
            )
            if access_log
            else None
        )
        api = apigateway.RestApi(
            self,
            "RestApi",
            rest_api_name=self.node.path.replace("/", "-"),
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            binary_media_types=list(binary_media_types),
            cloud_watch_role=False,
            deploy_options=apigateway.StageOptions(
                stage_name=stage_name,
                throttling_rate_limit=throttling_rate_limit,
                throttling_burst_limit=throttling_burst_limit,
                tracing_enabled=True,
                access_log_destination=(
                    apigateway.LogGroupLogDestination(access_log_group)
                    if access_log_group
                    else None
                ),
                access_log_format=ACCESS_LOG_FORMAT if access_log else None,
                logging_level=apigateway.MethodLoggingLevel.ERROR if access_log else None,
                data_trace_enabled=False if access_log else None,
                cache_cluster_enabled=True if cache else None,
                cache_cluster_size=cache.size_gb if cache else None,
                cache_data_encrypted=True if cache else None,
                cache_ttl=cache.ttl if cache else None,
                caching_enabled=True if cache else None,
                method_options=uncached_methods() if cache else None,
            ),
        )
        add_routes(api, invokable_of(handler), authorizer=authorizer, cache=cache)
        if access_log:
            execution_log_group(
                self, api, profile, retention=log_retention, removal_policy=removal_policy
            )
        if profile.settings.client_certificate:
            self._add_client_certificate(api.deployment_stage)
        managed_web_acl = attach_web_acl(
            self,
            api.deployment_stage.stage_arn,
            profile,
            web_acl,
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        acknowledge_missing(
            api,
            profile,
            authorizer=authorizer,
            has_cache=cache is not None,
            has_web_acl=web_acl.kind != "none",
            has_logs=access_log,
        )
        self.rest_api = api
        self.stage: apigateway.Stage = api.deployment_stage
        self.access_log_group: logs.LogGroup | None = access_log_group
        self.web_acl: wafv2.CfnWebACL | None = managed_web_acl

    @property
    def url(self) -> str:
        """The URL of the stage, with a slash at its end; a token at synthesis."""
        return self.rest_api.url

    def _add_client_certificate(self, stage: apigateway.Stage) -> None:
        """Create the certificate with which the API identifies itself to what it calls."""
        certificate = apigateway.CfnClientCertificate(
            self, "ClientCertificate", description=self.node.path
        )
        default_child(stage, apigateway.CfnStage).client_certificate_id = certificate.ref
