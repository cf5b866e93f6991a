"""The two logs of an API: its requests, and its own errors."""

import json
from collections.abc import Mapping

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from constructs import Construct

from serverless_stack.constructs._internal.attributes import id_of_api
from serverless_stack.constructs._internal.logs import log_group
from serverless_stack.constructs._internal.tree import node_of
from serverless_stack.constructs.api.log_role import log_role
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


def execution_log_groups(
    scope: Construct,
    api: apigateway.RestApi,
    stages: Mapping[str, apigateway.Stage],
    profile: Profile,
    *,
    retention: logs.RetentionDays | None,
    removal_policy: RemovalPolicy | None,
    set_log_role: bool,
) -> None:
    """Create the log groups of an API's own errors, before API Gateway creates them without end.

    Args:
        scope: The construct of the API.
        api: The API.
        stages: Its stages, by name.
        profile: The profile of the construct.
        retention: How long log events are kept. Default: set by the profile.
        removal_policy: What happens to the log groups when the stack is deleted. Default: set by
            the profile.
        set_log_role: Whether the stages wait for API Gateway's CloudWatch role to be set.
    """
    for place, (name, stage) in enumerate(stages.items()):
        group = log_group(
            scope,
            f"ExecutionLogs-{name}" if place else "ExecutionLogs",
            profile,
            retention=retention,
            removal_policy=removal_policy,
            # "Set up CloudWatch logging for REST APIs"
            name=f"API-Gateway-Execution-Logs_{id_of_api(api)}/{name}",
        )
        roles = [log_role(scope, profile)] if set_log_role else []
        node_of(stage).add_dependency(group, *roles)
