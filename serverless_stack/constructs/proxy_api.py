"""ProxyApi: a REST API that gives every path and verb to one function."""

import json
from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.checks import apigateway as rules
from serverless_stack.checks.problems import Problems, is_unresolved
from serverless_stack.constructs._connect import HasFunction, invokable_of

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
        access_log: Whether requests are logged, one JSON line for each.
        log_retention: How long the access log is kept.
        removal_policy: What happens to the access log when the stack is deleted.

    Attributes:
        rest_api: The REST API.
        stage: Its stage.
        access_log_group: The log group of the access log; None without it.

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
        access_log: bool = True,
        log_retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        problems = Problems(scope.node.path, construct_id)
        problems.add(rules.stage_name_problems(stage_name))
        problems.require(
            not is_unresolved(stage_name),
            "`stage_name` must be known at synthesis, because CDK makes an id of it, got: a token",
        )
        problems.between("throttling_rate_limit", throttling_rate_limit, *rules.RATE_PER_SECOND)
        problems.between("throttling_burst_limit", throttling_burst_limit, *rules.BURST)
        problems.add(rules.binary_media_type_problems(binary_media_types))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        self.access_log_group: logs.LogGroup | None = None
        if access_log:
            self.access_log_group = logs.LogGroup(
                self, "AccessLogs", retention=log_retention, removal_policy=removal_policy
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
            ),
        )
        integration = apigateway.LambdaIntegration(
            invokable_of(handler),
            scope_permission_to_method=False,  # one permission for all routes, not one for each
        )
        self.rest_api.root.add_method("ANY", integration)
        self.rest_api.root.add_proxy(any_method=True, default_integration=integration)
        self.stage = self.rest_api.deployment_stage

    @property
    def url(self) -> str:
        """The URL of the stage, with a slash at its end; a token until it is deployed."""
        return self.rest_api.url
