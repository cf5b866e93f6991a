"""Rules on permissions for functions and layers."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource, Template
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()

_PERMISSION = "AWS::Lambda::Permission"
_PAGE = "AddPermission (AWS Lambda API Reference)"
_URLS = "Control access to Lambda function URLs"
_BY_URL: Final = "lambda:InvokeFunctionUrl"
_INVOKE: Final = "lambda:InvokeFunction"
_MAX_LINKS: Final = 3
_STAND_FOR_FUNCTIONS: Final = {
    "AWS::Lambda::Alias": "FunctionName",
    "AWS::Lambda::Version": "FunctionName",
    "AWS::Lambda::Url": "TargetFunctionArn",
}
_ACTION = re.compile(r"lambda:(\*|[a-zA-Z]+)")
_PRINCIPAL = re.compile(
    r"\*|\d{12}|[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)"
    r"|arn:[^:]+:(iam|sts)::(\d{12}|\*|cloudfront):.+"
)


@RULES.resource("LAMBDA-060", _PERMISSION, page=_PAGE)
def permission(permission: Resource) -> Iterator[Violation]:
    """Permissions must name a Lambda action and a valid principal.

    Lambda refuses other actions, principals that are neither services, accounts nor ARNs, accounts
    without 12 digits, and source names instead of ARNs.
    """
    action = permission.text("Action")
    if action is not None and not _ACTION.fullmatch(action):
        yield violation("Action", "be an action of Lambda", action, "lambda:InvokeFunction")
    principal = permission.text("Principal")
    if principal is not None and not _PRINCIPAL.fullmatch(principal):
        requirement = "be a service, an account or the ARN of a principal"
        yield violation("Principal", requirement, principal)
    account = permission.text("SourceAccount")
    if account is not None and not re.fullmatch(r"\d{12}", account):
        yield violation("SourceAccount", "be 12 digits", account)
    arn = permission.get("SourceArn")
    if (
        isinstance(arn, str)
        and arn
        and not arn.startswith(("${", "{{"))
        and not arn.startswith("arn:")
    ):
        yield violation("SourceArn", "be an ARN", arn)


@RULES.resource("LAMBDA-061", _PERMISSION, page=_PAGE)
def source_of_permission(permission: Resource) -> Iterator[Violation]:
    """`SourceArn` must be the ARN of its resource.

    Lambda refuses the name that `Ref` returns. Use `Fn::GetAtt` with `Arn`.
    """
    arn = permission.get("SourceArn")
    source = permission.reference("SourceArn")
    by_name = ("AWS::S3::Bucket", "AWS::Events::Rule", "AWS::SQS::Queue", "AWS::Logs::LogGroup")
    named = source is not None and source.type in by_name
    if named and isinstance(arn, Reference) and not arn.attribute:
        requirement = f"be the `Arn` of {arn.logical_id}"
        yield violation("SourceArn", requirement, "its reference", "its `Arn`")


@RULES.resource("LAMBDA-062", _PERMISSION, page=_URLS)
def url_permission(permission: Resource) -> Iterator[Violation]:
    """`FunctionUrlAuthType` requires the action lambda:InvokeFunctionUrl.

    Lambda refuses it with any other action.
    """
    kind = permission.get("FunctionUrlAuthType")
    action = permission.text("Action")
    if kind is not None and action not in (None, "lambda:InvokeFunctionUrl", "lambda:*"):
        requirement = "be absent with another action than lambda:InvokeFunctionUrl"
        yield violation("FunctionUrlAuthType", requirement, kind)


@RULES.resource("LAMBDA-064", _PERMISSION, page=_URLS, severity=Severity.WARNING)
def invocation_by_url(permission: Resource) -> Iterator[Violation]:
    """Permissions for function URLs require lambda:InvokeFunction as well.

    Function URLs answer status 403 unless the caller may do both. Add a second permission for
    lambda:InvokeFunction with `InvokedViaFunctionUrl`, which does not open other ways to invoke
    the function.
    """
    principal = permission.text("Principal")
    if permission.text("Action") != _BY_URL or principal is None:
        return
    # Other callers may have it from a policy of their own.
    public = principal == "*" and permission.text("FunctionUrlAuthType") in (None, "NONE")
    if not public and principal != "cloudfront.amazonaws.com":
        return
    function = _function(permission)
    allowed = permission.template.once(_invokers)
    if function is None or function in permission.template.exported or None in allowed:
        return
    if not allowed.get(function, set()) & {principal, "*", None}:
        requirement = f"be used with a permission for {_INVOKE} to {principal} on {function}"
        yield violation("Action", requirement, _BY_URL)


def _function(permission: Resource) -> str | None:
    """Return the logical id or the name of the function of a permission; None if it is unknown."""
    target = permission.get("FunctionName")
    for _ in range(_MAX_LINKS):
        resource = permission.template.referred(target)
        if resource is None or resource.type not in _STAND_FOR_FUNCTIONS:
            break
        target = resource.get(_STAND_FOR_FUNCTIONS[resource.type])
    if isinstance(target, Reference):
        return target.logical_id
    return target if isinstance(target, str) and not is_unresolved(target) else None


def _invokers(template: Template) -> Mapping[str | None, set[str | None]]:
    """Return who may invoke functions, by function; None for what is not known."""
    found: dict[str | None, set[str | None]] = {}
    for permission in template.of_type(_PERMISSION):
        action = permission.get("Action")
        if action in (_INVOKE, "lambda:*", "*") or is_unresolved(action):
            principals = found.setdefault(_function(permission), set())
            principals.add(permission.text("Principal"))
    return found


@RULES.resource(
    "LAMBDA-063", "AWS::Lambda::LayerVersionPermission", page="AddLayerVersionPermission"
)
def layer_permission(permission: Resource) -> Iterator[Violation]:
    """Layer permissions must be for lambda:GetLayerVersion, to an account or `*`.

    Lambda refuses other actions and principals. An organization needs the principal `*`.
    """
    action = permission.text("Action")
    if action is not None and action != "lambda:GetLayerVersion":
        yield violation("Action", "be lambda:GetLayerVersion", action, "lambda:GetLayerVersion")
    principal = permission.text("Principal")
    if permission.get("OrganizationId") is not None and principal not in (None, "*"):
        yield violation("Principal", "be * with an `OrganizationId`", principal, "*")
    elif principal is not None and not re.fullmatch(
        r"\*|\d{12}|arn:[^:]+:iam::\d{12}:root", principal
    ):
        yield violation("Principal", "be an account or *", principal)
