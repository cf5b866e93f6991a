"""The two logs of an API: its requests, and its own errors."""

import json

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs.profiles.profile import Profile

ACCESS_LOG_FORMAT = apigateway.AccessLogFormat.custom(
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


def execution_log_group(
    scope: Construct,
    api: apigateway.RestApi,
    profile: Profile,
    *,
    retention: logs.RetentionDays | None,
    removal_policy: RemovalPolicy | None,
) -> logs.LogGroup:
    """Create the log group of an API's own errors, before API Gateway creates one without end.

    Args:
        scope: The construct of the API.
        api: The API.
        profile: The profile of the construct.
        retention: How long log events are kept. Default: set by the profile.
        removal_policy: What happens to the log group when the stack is deleted. Default: set by
            the profile.
    """
    stage = api.deployment_stage
    stage_name = default_child(stage, apigateway.CfnStage).stage_name
    group = log_group(
        scope,
        "ExecutionLogs",
        profile,
        retention=retention,
        removal_policy=removal_policy,
        # "Set up CloudWatch logging for REST APIs"
        name=f"API-Gateway-Execution-Logs_{api.rest_api_id}/{stage_name}",
    )
    stage.node.add_dependency(group)
    return group
