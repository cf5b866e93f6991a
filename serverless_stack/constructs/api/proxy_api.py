"""ProxyApi: a REST API that gives every path and verb to one function."""

import json
from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services import apigateway as rules
from serverless_stack.constructs._internal.connect import HasFunction, invokable_of
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs.api.acknowledgements import acknowledge_decisions
from serverless_stack.constructs.api.caching import (
    ApiCache,
    add_methods,
    cache_problems,
    uncached_methods,
)
from serverless_stack.constructs.api.protection import execution_log_group, identify, protect
from serverless_stack.constructs.profiles.profile import Profile

_ACCESS_LOG_FORMAT = apigateway.AccessLogFormat.custom(
    json.dumps(
        {
            "requestId": "$context.requestId",
            "ip": "$context.identity.sourceIp",
            "requestTime": "$context.requestTime",
            "httpMethod": "$context.httpMethod",
            "path": "$context.path",
            "protocol": "$context.protocol",
            "status": "$context.status",
            "responseLength": "$context.responseLength",
            "responseLatency": "$context.responseLatency",
            "integrationLatency": "$context.integrationLatency",
            "xrayTraceId": "$context.xrayTraceId",
        }
    )
)


class ProxyApi(Construct):
    """A REST API with ``ANY`` on ``/`` and on ``/{proxy+}``, both to one function.

    It creates a regional REST API, a deployment, one stage with throttling and tracing, a log
    group for its access log, and one Lambda permission that covers every route. Bodies pass as
    they are, binary ones too.

    It creates no account-wide CloudWatch role: that setting belongs to the account, and deleting
    one stack must not take it from the other APIs. AWS refuses a stage with an access log in an
    account and region that never had the role set; set it once ("Set up CloudWatch logging for
    REST APIs"), or deploy with ``access_log=False``.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces the API and its URL.
        handler: The function that answers: a ``LambdaHandler``, a function, a version or an
            alias.
        stage_name: The stage, which is the first part of the URL's path; no CDK token.
        throttling_rate_limit: Steady requests per second over all callers, 0 or more. What the
            account may use bounds it, too: 10,000 in most regions ("Amazon API Gateway quotas").
        throttling_burst_limit: Requests at once above that rate, 0 or more; the account's bound
            is 5,000 in most regions.
        binary_media_types: Content types that reach the function as base64. The default, all,
            keeps every body whole; ``isBase64Encoded`` in the event tells.
        authorizer: Who lets requests in, such as a ``CognitoUserPoolsAuthorizer``. None lets
            everybody in: the function has to look itself.
        cache: What the API keeps of the answers. None keeps nothing.
        web_acl: Whether AWS WAF refuses what its rules for common attacks match, or the ARN of a
            regional web ACL of yours. None takes the profile's, which for production is no.
        access_log: Whether requests are logged, one JSON line for each, and errors of the API
            itself. None takes the profile's.
        log_retention: How long these logs are kept. None takes the profile's.
        removal_policy: What happens to these logs when the stack is deleted. None takes the
            profile's.

    Attributes:
        rest_api: The REST API.
        stage: Its stage.
        access_log_group: The log group of the access log; None without it.
        web_acl: The web ACL that was made, or None.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        handler: lambda_.IFunction | HasFunction,
        stage_name: str = "prod",
        throttling_rate_limit: float = 100,
        throttling_burst_limit: int = 200,
        binary_media_types: Sequence[str] = ("*/*",),
        authorizer: apigateway.IAuthorizer | None = None,
        cache: ApiCache | None = None,
        web_acl: bool | str | None = None,
        access_log: bool | None = None,
        log_retention: logs.RetentionDays | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        problems = Problems(scope.node.path, construct_id)
        problems.add(rules.stage_name_problems(stage_name))
        problems.require(
            not is_unresolved(stage_name),
            "`stage_name` must be known at synthesis, because CDK makes an id of it, got: a token",
        )
        problems.between("throttling_rate_limit", throttling_rate_limit, *rules.RATE_PER_SECOND)
        problems.between("throttling_burst_limit", throttling_burst_limit, *rules.BURST)
        if cache is not None:
            problems.add(cache_problems(cache))
        problems.add(rules.binary_media_type_problems(binary_media_types))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        profile = Profile.of(self)
        if access_log is None:
            access_log = profile.settings.access_logs
        self.access_log_group: logs.LogGroup | None = None
        if access_log:
            self.access_log_group = log_group(
                self, "AccessLogs", profile, retention=log_retention, removal_policy=removal_policy
            )
        self.rest_api = apigateway.RestApi(
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
                    apigateway.LogGroupLogDestination(self.access_log_group)
                    if self.access_log_group
                    else None
                ),
                access_log_format=_ACCESS_LOG_FORMAT if access_log else None,
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
        add_methods(self.rest_api, invokable_of(handler), authorizer=authorizer, cache=cache)
        self.stage = self.rest_api.deployment_stage
        if access_log:
            execution_log_group(
                self,
                self.rest_api,
                profile,
                retention=log_retention,
                removal_policy=removal_policy,
            )
        if profile.settings.client_certificate:
            identify(self, self.rest_api)
        self.web_acl: wafv2.CfnWebACL | None = protect(
            self,
            self.stage,
            profile,
            web_acl=profile.settings.web_acl if web_acl is None else web_acl,
            log_retention=log_retention,
            removal_policy=removal_policy,
        )
        acknowledge_decisions(
            self.rest_api,
            profile,
            authorizer=authorizer,
            cache=cache,
            protected=bool(profile.settings.web_acl if web_acl is None else web_acl),
            logged=access_log,
        )

    @property
    def url(self) -> str:
        """The URL of the stage, with a slash at its end; a token until it is deployed."""
        return self.rest_api.url
