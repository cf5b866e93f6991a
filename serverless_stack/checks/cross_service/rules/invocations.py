"""Rules on the roles of functions, and on permissions to invoke them."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.cross_service.functions import FUNCTION, followed, functions_in
from serverless_stack.checks.cross_service.policies import (
    grants_of,
    knows_all_policies,
    role_of,
    texts,
)
from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()

# What Lambda asks the role for when a source is connected.
_NEEDED: Final = {
    "AWS::SQS::Queue": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "AWS::Kinesis::Stream": ("kinesis:GetRecords", "kinesis:GetShardIterator"),
    "AWS::DynamoDB::Table": ("dynamodb:GetRecords", "dynamodb:GetShardIterator"),
}


@RULES.resource(
    "CROSS-SERVICE-051",
    FUNCTION,
    page="Giving Lambda functions access to resources in an Amazon VPC",
)
def network_interfaces(function: Resource) -> Iterator[Violation]:
    """Roles of functions in a VPC must allow network interfaces to be created.

    Lambda refuses to create the function otherwise. Attach AWSLambdaVPCAccessExecutionRole.
    """
    subnets = function.get("VpcConfig.SubnetIds")
    role = role_of(function)
    if role is None or not isinstance(subnets, list) or not subnets:
        return
    if _lacks(role, "ec2:CreateNetworkInterface"):
        requirement = (
            "have AWSLambdaVPCAccessExecutionRole or ec2:CreateNetworkInterface, as "
            f"{function.logical_id} is in a network"
        )
        yield violation(
            "ManagedPolicyArns",
            requirement,
            role.get("ManagedPolicyArns"),
            resource=role.logical_id,
        )


@RULES.resource(
    "CROSS-SERVICE-052",
    "AWS::Lambda::EventSourceMapping",
    page="Lambda execution role permissions for event source mappings",
)
def event_source(mapping: Resource) -> Iterator[Violation]:
    """Roles must allow their function to read its event source.

    Lambda refuses the event source mapping if the role lacks the actions to read the queue or
    stream. Grant them, in CDK by `grant_consume_messages` or `grant_read`.
    """
    source = mapping.reference("EventSourceArn")
    needed = _NEEDED.get(source.type, ()) if source is not None else ()
    for function in functions_in(mapping.template, mapping.get("FunctionName")):
        role = role_of(function)
        for action in needed if role is not None else ():
            if role is not None and source is not None and _lacks(role, action):
                requirement = f"be a source that {role.logical_id} allows {action} on"
                yield violation("EventSourceArn", requirement, source.logical_id)
                break


@RULES.resource(
    "CROSS-SERVICE-053",
    "AWS::S3::Bucket",
    page="Granting permissions to publish event notification messages to a destination",
)
def notification(bucket: Resource) -> Iterator[Violation]:
    """Bucket notifications require permission to invoke their function.

    S3 refuses the notification configuration without a permission for s3.amazonaws.com. Add one,
    and let the bucket depend on it.
    """
    path = "NotificationConfiguration.LambdaConfigurations"
    for number, _described in enumerate(bucket.items(path)):
        for function in functions_in(bucket.template, bucket.get(f"{path}.{number}.Function")):
            if not _may_call(function, "s3.amazonaws.com"):
                requirement = "be a function with a permission for s3.amazonaws.com"
                yield violation(f"{path}.{number}.Function", requirement, function.logical_id)


@RULES.resource(
    "CROSS-SERVICE-054",
    "AWS::ApiGateway::Method",
    page="Set up Lambda proxy integrations in API Gateway",
    severity=Severity.WARNING,
)
def method(method: Resource) -> Iterator[Violation]:
    """Methods require permission to invoke their function.

    The API deploys, but answers status 500 without a permission for apigateway.amazonaws.com. Add
    an `AWS::Lambda::Permission`.
    """
    if method.get("Integration.Type") not in ("AWS", "AWS_PROXY"):
        return
    if method.get("Integration.Credentials") is not None:
        return
    for function in functions_in(method.template, method.get("Integration.Uri")):
        if not _may_call(function, "apigateway.amazonaws.com"):
            requirement = "be a function with a permission for apigateway.amazonaws.com"
            yield violation("Integration.Uri", requirement, function.logical_id)


def _lacks(role: Resource, action: str) -> bool:
    """Return whether a role surely does not allow an action on anything."""
    template = role.template
    if not knows_all_policies(template, role):
        return False
    return not any(grant.allows(action) for grant in grants_of(template, role))


def _may_call(function: Resource, service: str) -> bool:
    """Return whether a permission lets a service call a function; one that is not known may."""
    if function.logical_id in function.template.exported:
        return True
    name = function.text("FunctionName")
    for permission in function.template.of_type("AWS::Lambda::Permission"):
        target = permission.get("FunctionName")
        owner = followed(permission.reference("FunctionName"))
        is_known = owner is not None or (isinstance(target, str) and not is_unresolved(target))
        ours = owner is not None and owner.logical_id == function.logical_id
        if ours or not is_known or (name is not None and name in texts(target)):
            principal = permission.get("Principal")
            if principal in (service, "*") or is_unresolved(principal):
                return True
    return False
