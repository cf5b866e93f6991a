"""Rules on the roles of functions, and on permissions to invoke them."""

from collections.abc import Iterator, Mapping
from typing import Final

from serverless_stack.checks.cross_service.functions import FUNCTION, followed, functions_in
from serverless_stack.checks.cross_service.policies import (
    grants_of,
    knows_all_policies,
    role_of,
)
from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource, Template
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


@RULES.resource(
    "CROSS-SERVICE-055",
    "AWS::IAM::Role",
    page="Control access to Lambda function URLs",
    severity=Severity.WARNING,
)
def function_url(role: Resource) -> Iterator[Violation]:
    """Roles that call function URLs require lambda:InvokeFunction as well.

    Function URLs answer status 403 unless the caller may do both lambda:InvokeFunctionUrl and
    lambda:InvokeFunction. Allow the second with the condition `lambda:InvokedViaFunctionUrl`.
    """
    if not _lacks(role, "lambda:InvokeFunction") or role.template.once(_others_may_allow, role):
        return
    for grant in grants_of(role):
        if "lambda:invokefunctionurl" in (action.lower() for action in grant.actions):
            requirement = "allow lambda:InvokeFunction with lambda:InvokeFunctionUrl"
            shown = f"lambda:InvokeFunctionUrl alone for {role.logical_id}"
            yield violation("", requirement, shown, resource=grant.policy)
            return


def _others_may_allow(template: Template, role: Resource) -> bool:
    """Return whether a permission of a function may let a role invoke it."""
    return any(
        permission.get("Action") != "lambda:InvokeFunctionUrl"
        and not str(permission.get("Principal")).endswith(".amazonaws.com")
        for permission in template.of_type("AWS::Lambda::Permission")
    )


def _lacks(role: Resource, action: str) -> bool:
    """Return whether a role certainly does not allow an action."""
    return role.template.once(_is_missing, role, action)


def _is_missing(template: Template, role: Resource, action: str) -> bool:
    if not knows_all_policies(role):
        return False
    return not any(grant.allows(action) for grant in grants_of(role))


def _may_call(function: Resource, service: str) -> bool:
    """Return whether a permission may let a service invoke a function."""
    if function.logical_id in function.template.exported:
        return True
    callers = function.template.once(_callers)
    names = (None, Reference(function.logical_id), function.text("FunctionName"))
    return any({service, "*", None} & callers.get(name, set()) for name in names)


def _callers(template: Template) -> Mapping[str | None, set[str | None]]:
    """Return the principals of permissions by their function; None for what is not known.

    A function is a reference, or its name.
    """
    callers: dict[str | None, set[str | None]] = {}
    for permission in template.of_type("AWS::Lambda::Permission"):
        target, principal = permission.get("FunctionName"), permission.get("Principal")
        owner = followed(permission.reference("FunctionName"))
        name = target if isinstance(target, str) and not is_unresolved(target) else None
        if owner is not None:
            name = Reference(owner.logical_id)
        if is_unresolved(principal):
            callers.setdefault(name, set()).add(None)
        elif isinstance(principal, str):
            callers.setdefault(name, set()).add(principal)
    return callers
